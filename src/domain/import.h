/*
 * Imports: a CSV file whose rows become cards or customers by a job.
 *
 * A rule says what the columns of one kind of file are and what one row does. The file is judged as a whole before
 * anything is kept: its form, its header, its size. Then its rows wait in chunks of a job, each chunk a small file of its
 * own with the header in front, and are done a chunk in a transaction, each row in a savepoint of its own: a row that is
 * refused undoes nothing but itself.
 *
 * Rows are counted from 1 behind the header; empty lines do not count.
 */
#ifndef DOMAIN_IMPORT_H
#define DOMAIN_IMPORT_H

#include "base/csv.h"
#include "domain/job.h"
#include "domain/role.h"

struct import_column {
    const char *name;
    int64_t len_max;      // characters; 0: the form says it
    bool (*form)(text t); // base/text_form.h; NULL: any printable text
    bool required;
    enum permission permission; // of a file that has this column; PERMISSION_NONE: that of the import is enough
};

enum { IMPORT_COLUMN_COUNT_MAX = 16 };

struct import_rule {
    enum job_kind kind;
    const struct import_column *columns;
    int count;
    /* Does one row. `values` by column; absent: empty in the file, or no such column. Texts fit their columns. */
    status (*run)(struct work *work, struct job_result *result, const text *values);
};

const struct import_rule *import_rule_of(enum job_kind kind);

/* A file that was judged: where its chunks begin. It lives in the work's arena and points into the file. */
struct import_plan {
    const struct import_rule *rule;
    text file, header;
    int64_t row_count;
    int chunk_row_count, chunk_count;
    uint32_t *offsets; // of the first byte of each chunk, and at last of the end; in the file
};

/* Judges the whole file and plans its chunks. Pure. CSV_MALFORMED (with a fault: what and where), FORBIDDEN (a column that
   asks for a permission the actor has not). */
must_use status import_plan(struct work *work, struct import_plan *out, const struct import_rule *rule, text file);
/* Makes the job and its chunks. */
must_use status import_start(struct work *work, struct job *out, const struct import_plan *plan);

/* Does the next chunk of an open job of this organisation; `more`: another one waits. JOB_NOT_FOUND, JOB_FINISHED, and
   the codes of job_chunk_next and job_chunk_settle. A fault of the database or of memory in a row is the chunk's. */
must_use status import_next_chunk(struct work *work, int64_t job_id, bool *more);

#endif
