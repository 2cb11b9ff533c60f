/*
 * /v1/otp-challenges: codes sent to customers before something is done for them.
 */
#ifndef API_OTP_CHALLENGES_H
#define API_OTP_CHALLENGES_H

#include "api/operation.h"

extern const struct operation_table otp_operations;

#endif
