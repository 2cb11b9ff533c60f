/*
 * The executor: one queue of writes a lane, a thread each, group commit (architecture, section 3).
 *
 * A writer takes what waits, opens one transaction, runs each write inside savepoints, saves the heads of its chains,
 * commits once, raises the high-water marks, and then releases all replies. Nothing is told to anyone before that.
 *
 * Guard and effect: what the guard changed stands even when the call is refused (a wrong code counts); the effect is
 * undone when it returns anything but OK. Audit, event and idempotency records are written with the effect, the audit
 * record of a refusal outside it. Both can be run again after a conflict: they start with a rewound arena and no faults.
 */
#ifndef STORE_EXECUTOR_H
#define STORE_EXECUTOR_H

#include "base/limits.h"
#include "keys/keyring.h"
#include "store/high_water.h"
#include "store/work.h"

enum { IDEMPOTENCY_HASH_LEN = 16 };

struct idempotency_hash {
    uint8_t key[IDEMPOTENCY_HASH_LEN];  // of organisation, caller, method, route and Idempotency-Key
    uint8_t body[IDEMPOTENCY_HASH_LEN]; // its fingerprint
};

struct write;

/* What one kind of write does; a constant. */
struct write_rule {
    status (*guard)(struct work *work, void *context); // may be NULL
    status (*effect)(struct work *work, void *context);
    /* The reply to keep for a repeat of the request: HTTP status and body without secrets, in the work's arena. NULL: none. */
    status (*record)(struct work *work, void *context, int *http_status, text *body);
    const char *audit_action; // NULL: not audited
    const char *event_type;   // NULL: no event
};

struct write {
    const struct write_rule *rule;
    void *context;
    const struct actor *actor;
    text request_id;
    struct arena *arena;
    struct faults *faults;
    uint64_t part; // writes that touch the same rows (a customer) share it, and so a lane
    /* Of a request with an Idempotency-Key: kept under the first, and found under any; there are several only while older
       versions of the key that hashes are around. None: not idempotent. */
    struct idempotency_hash hashes[KEY_REQUEST_COUNT_MAX];
    int hash_count;
    void (*done)(struct write *write); // from the writer's thread, after the commit; must be quick and not wait

    /* set before `done` */
    status result;
    bool replayed; // kept_* hold the first success
    int kept_status;
    text kept_body;

    struct write *next; // the executor's
    struct arena_mark mark;
};

struct executor;

struct executor_options {
    struct database_options database;
    int lane_count; // 1 on SQLite
    struct keyring *keyring;
    struct id_maker **ids; // set by executor_start from the first lane
    struct high_water *high_water;
    const struct runtime *runtime;
};

must_use status executor_start(struct executor **out, const struct executor_options *options);
/* The write belongs to the executor until done is called. False (done is not called) when the queue is full or stopping; result says which. */
bool executor_submit(struct executor *executor, struct write *write);
/* For the command line, jobs and tests: submits and waits. */
status executor_run(struct executor *executor, struct write *write);
void executor_stop(struct executor *executor); // drains the queue, commits, ends

struct executor_figures {
    int64_t commits, writes, retries, faults, waiting;
};
void executor_figures(struct executor *executor, struct executor_figures *figures);

#endif
