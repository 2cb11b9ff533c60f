/* The operations of number batches: draw, list, download, relabel, void. */
#ifndef API_NUMBER_BATCHES_H
#define API_NUMBER_BATCHES_H

#include "api/operation.h"

extern const struct operation_table number_batch_operations;

#endif
