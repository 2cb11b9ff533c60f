/*
 * The imports: a CSV file in the body, a job in the reply (domain/import.h, api/jobs.h).
 */
#ifndef API_IMPORTS_H
#define API_IMPORTS_H

#include "api/operation.h"

extern const struct operation_table import_operations;

#endif
