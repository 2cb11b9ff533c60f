/*
 * What became of one row of a job, and the text in which a chunk keeps the results of its rows: a JSON array, an object
 * a row, without a number or anything else from the row.
 */
#ifndef DOMAIN_JOB_RESULT_H
#define DOMAIN_JOB_RESULT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

enum job_result_state { JOB_RESULT_OK, JOB_RESULT_REFUSED };
extern const char *const job_result_state_names[]; // ends with NULL

struct job_result {
    int64_t row;
    int state;                    // enum job_result_state
    int64_t card_id, customer_id; // what the row made; 0: nothing of the kind
    text code, field;             // of a refused row; the field may be absent
    text message;                 // the sentence of the code; not kept
};

/* One text: begin, append for each row, end. A fault is the buffer's. */
void job_results_begin(struct buffer *out);
void job_results_append(struct buffer *out, const struct job_result *result);
void job_results_end(struct buffer *out);

/* Calls `take` for each result in order while it returns true. Texts are in the arena. DATA_DAMAGED when it is no such text. */
must_use status job_results_read(text kept, struct arena *arena,
                                 bool (*take)(void *context, const struct job_result *result), void *context);

#endif
