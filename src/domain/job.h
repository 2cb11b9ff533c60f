/*
 * A job: rows of a file, or of tables, that are worked through chunk by chunk, each chunk one transaction, so that a job goes
 * on where it was after the power went. It is done in the name of the one who asked for it, with what they were allowed to then.
 *
 * Always true, of a file: chunks are done in order; done counts the rows of the chunks that have results, and failed those among
 * them that were refused; a chunk's rows rest sealed and are erased when its results are written or the job is cancelled;
 * a job that is done, cancelled or failed never changes again.
 */
#ifndef DOMAIN_JOB_H
#define DOMAIN_JOB_H

#include "base/none.h"
#include "domain/job_result.h"
#include "domain/rekeying.h"
#include "store/work.h"

enum job_kind { JOB_IMPORT_NUMBERS, JOB_IMPORT_CUSTOMERS, JOB_ROTATE_KEY, JOB_KIND_COUNT };
enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_CANCELLED, JOB_FAILED, JOB_STATE_COUNT };
extern const char *const job_kind_names[];  // by enum job_kind, ends with NULL
extern const char *const job_state_names[]; // by enum job_state, ends with NULL

struct job {
    int64_t id;
    int kind, state;                             // enum job_kind, enum job_state
    int64_t total, done, failed;                 // rows
    struct actor actor;                          // in whose name it is done
    int64_t created_ms, started_ms, finished_ms; // 0: not yet
    int64_t rate;                                // rows a second since it was started; INTEGER_NONE before
    int64_t seconds_left;                        // INTEGER_NONE while nobody can say

    /* of a rotation */
    int64_t key_id;          // the key it brings; 0: no rotation
    int64_t stage, position; // which table, and the last row of it that is done
    int64_t not_before_ms;   // when it may begin
};

/* Makes a job of the work's actor from kind and total. Its chunks follow in the same transaction. */
must_use status job_create(struct work *work, struct job *job);

struct job_chunk {
    int64_t first_row; // 1 for the job's first; chunks follow each other without a gap
    int64_t row_count;
    text rows; // in clear: wipe it
};
must_use status job_chunk_add(struct work *work, const struct job *job, const struct job_chunk *chunk);

must_use status job_get(struct work *work, struct job *out, int64_t id);  // JOB_NOT_FOUND
must_use status job_lock(struct work *work, struct job *out, int64_t id); // the same, and its row is locked

struct job_filter {
    int64_t limit, after;
    int state;
}; // state -1: any
must_use status job_list(struct work *work, struct job **out, int *count, const struct job_filter *filter);

/* JOB_NOT_FOUND, JOB_FINISHED, JOB_MUST_FINISH (a rotation). What was done stays done. */
must_use status job_cancel(struct work *work, struct job *out, int64_t id);

/* For the one who does the jobs. */

/* The oldest job that may run now, of any organisation; JOB_NOT_FOUND. */
must_use status job_next_open(struct work *work, struct job *out);
/* The first chunk without results, opened into the work's arena. `job` is locked. NOT_FOUND: all have results;
   DATA_DAMAGED, KEY_UNAVAILABLE: it does not open. */
must_use status job_chunk_next(struct work *work, struct job_chunk *out, const struct job *job);
/* Keeps the results of the chunk's rows, erases the rows, and moves the counters of the job, here and in the database.
   STORAGE_CONFLICT: somebody else did this chunk meanwhile; JOB_FINISHED: the job was cancelled. */
must_use status job_chunk_settle(struct work *work, struct job *job, const struct job_chunk *chunk, text results,
                                 int64_t failed);
/* The same for rows of a table: no results are kept, and the job moves to its stage and position. */
must_use status job_advance(struct work *work, struct job *job, int64_t done, int64_t failed);
/* Ends the job as done or failed. JOB_FINISHED when it ended already. */
must_use status job_finish(struct work *work, int64_t id, enum job_state state);

/* The results of the rows after row `after`, in their order. */
struct job_result_filter {
    int64_t job_id, limit, after;
    bool failed_only;
};
must_use status job_results(struct work *work, struct job_result **out, int *count,
                            const struct job_result_filter *filter);

extern const struct rekeying_rule job_chunk_sealing; // for rotations of KEY_MESSAGE_SEAL

#endif
