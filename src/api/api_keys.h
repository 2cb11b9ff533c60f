/* The operations of API keys. */
#ifndef API_API_KEYS_H
#define API_API_KEYS_H

#include "api/operation.h"

extern const struct operation_table api_key_operations;

#endif
