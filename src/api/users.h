/* The operations of users. */
#ifndef API_USERS_H
#define API_USERS_H

#include "api/operation.h"

extern const struct operation_table user_operations;

#endif
