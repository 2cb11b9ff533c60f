/* The operations of card series. */
#ifndef API_SERIES_H
#define API_SERIES_H

#include "api/operation.h"

extern const struct operation_table series_operations;

#endif
