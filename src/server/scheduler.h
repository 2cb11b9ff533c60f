/*
 * What has to happen without being asked: a table of tasks, each with its period. A task is one write (or a
 * read and a file); one that fails is logged and comes again.
 */
#ifndef SERVER_SCHEDULER_H
#define SERVER_SCHEDULER_H

#include "base/runtime.h"
#include "base/status.h"
#include "store/executor.h"
#include "store/reader_pool.h"

struct scheduler;

struct scheduler_options {
    struct executor *executor;
    struct reader_pool *readers;
    struct database_options database; // read-only
    struct keyring *keyring;
    const struct runtime *runtime;
    const char *heads_path; // where the signed heads of the audit chains go
};

must_use status scheduler_start(struct scheduler **out, const struct scheduler_options *options);
void scheduler_stop(struct scheduler *scheduler); // waits for the running task; NULL is fine

#endif
