/*
 * The job runner: one thread that takes open jobs and does them chunk by chunk, each chunk one write with its results
 * and progress, so that a job goes on where it was after kill -9.
 */
#ifndef SERVER_JOB_RUNNER_H
#define SERVER_JOB_RUNNER_H

#include "base/runtime.h"
#include "base/status.h"
#include "store/executor.h"

struct job_runner;

struct job_runner_options {
    struct executor *executor;
    const struct runtime *runtime;
};

must_use status job_runner_start(struct job_runner **out, const struct job_runner_options *options);
void job_runner_stop(struct job_runner *runner); // finishes the running chunk; NULL is fine

#endif
