/* The operations of users' authenticator apps. */
#ifndef API_USER_TOTP_H
#define API_USER_TOTP_H

#include "api/operation.h"

extern const struct operation_table user_totp_operations;

#endif
