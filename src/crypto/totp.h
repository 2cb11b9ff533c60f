/*
 * One-time passwords of authenticator apps: HOTP (RFC 4226) and TOTP (RFC 6238) with HMAC-SHA-1, six digits and steps of
 * 30 seconds, which is what every app takes. Pure functions: who keeps the secret, and which step was used, is not known
 * here. SHA-1 is used for nothing else; its collisions do not touch HMAC.
 */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"

enum { TOTP_DIGITS = 6, TOTP_STEP_MS = 30 * 1000, TOTP_SECRET_LEN = 20 };

/* The code of a counter, without a terminator (RFC 4226, 5.3). */
must_use status hotp(char out[TOTP_DIGITS], const struct secret *secret, uint64_t counter);

/*
 * *step gets the step of which `code` is the code: that of now_ms or one to either side (RFC 6238, 5.2), and later than
 * `after`; 0 when there is none. The comparison takes the same time whichever fits, and whether one does.
 */
must_use status totp_match(int64_t *step, const struct secret *secret, int64_t now_ms, int64_t after, text code);

#endif
