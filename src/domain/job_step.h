/*
 * The next piece of a job, whatever its kind: what the job runner does.
 */
#ifndef DOMAIN_JOB_STEP_H
#define DOMAIN_JOB_STEP_H

#include "domain/job.h"

/* `more`: another piece waits. JOB_NOT_FOUND, JOB_FINISHED (cancelled meanwhile), and the faults of the kind. */
must_use status job_step(struct work *work, const struct job *job, bool *more);

#endif
