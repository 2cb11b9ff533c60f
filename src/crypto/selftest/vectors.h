/*
 * Test vectors: CSV files (RFC 4180) whose first line names the columns, checked row by row. `cardwright selftest` runs
 * those built into the program, or an outsider's own; the unit tests run the same.
 *
 * A topic knows one kind of file by its columns and checks one row of it: it computes with the functions under test, from
 * the row's inputs alone, and compares with the row's result. It never trusts a row: a field that is not well formed
 * fails it. A row whose `verified` column says "no" is passed over by the runner, not by the topic.
 */
#ifndef CRYPTO_SELFTEST_VECTORS_H
#define CRYPTO_SELFTEST_VECTORS_H

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"

enum { VECTOR_COLUMN_COUNT_MAX = 24, VECTOR_FIELD_BYTES_MAX = 8192 };

struct vector_row {
    const text *names, *fields; // by column
    int count;
    struct arena *arena; // of this row
};

enum vector_result { VECTOR_PASSED, VECTOR_FAILED, VECTOR_SKIPPED };

struct vector_topic {
    const char *name;           // "cvv"
    const char *const *columns; // that a file of this topic must have, ends with NULL; others are passed over
    enum vector_result (*check)(const struct vector_row *row);
};

extern const struct vector_topic *const vector_topics[]; // ends with NULL

/* For topics. */

/* The field under this name; empty when it is empty or there is no such column. */
text vector_text(const struct vector_row *row, const char *name);
/* Its bytes, of hexadecimal digits in capitals or small letters. False when it holds anything else or more than `room`. */
bool vector_bytes(const struct vector_row *row, const char *name, uint8_t *out, size_t room, size_t *len);
/* The same as a secret that the caller releases; also false when the field is empty. */
bool vector_secret(const struct vector_row *row, const char *name, struct secret *out);
/* Its decimal value; false when it is none. */
bool vector_number(const struct vector_row *row, const char *name, int64_t *out);
/* Is the field, as hexadecimal digits of either case, these bytes? */
bool vector_is_hex(const struct vector_row *row, const char *name, const void *bytes, size_t len);
bool vector_is(const struct vector_row *row, const char *name, const char *expected, size_t len);

/* For those who run them. */

struct vector_report {
    const struct vector_topic *topic; // NULL: no topic has these columns, and nothing was run
    int64_t passed, failed, skipped;
    int64_t first_failed_row; // 1 for the one below the names; 0: none
    const char *fault;        // the file itself is not well formed; NULL: it is
};

/* Runs one file. OUT_OF_MEMORY is the only status beside OK; what the vectors say stands in the report. */
must_use status vector_run(struct vector_report *report, text csv);

/* The files built into the program. */
struct vector_file_built_in {
    const char *name; // "cvv.csv"
    const char *content;
    size_t len;
};
extern const struct vector_file_built_in vector_files[];
extern const int vector_file_count;

#endif
