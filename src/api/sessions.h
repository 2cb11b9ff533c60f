/* Signing in and out, and who is signed in. */
#ifndef API_SESSIONS_H
#define API_SESSIONS_H

#include "api/operation.h"

extern const struct operation_table session_operations;

#endif
