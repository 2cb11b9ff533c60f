/*
 * The jobs resource: how far a job is, what became of its rows, and its end.
 */
#ifndef API_JOBS_H
#define API_JOBS_H

#include "api/operation.h"

extern const struct shape job_shape; // of struct job
extern const struct operation_table job_operations;

#endif
