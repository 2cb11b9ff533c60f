/* What watches the server asks: is it alive, is it ready, what does it count. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "api/operation.h"

extern const struct operation_table health_operations;

#endif
