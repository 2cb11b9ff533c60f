/*
 * The authenticator app of a user: a second proof at signing in, beside the password (RFC 6238). A user has none, or is
 * setting one up (begun, and not yet confirmed by a code), or has one.
 *
 * Always true: the secret is at rest only sealed, and bound to its user; it is told once, when setting up begins. A code
 * lets somebody in once: each belongs to a step of time, and only a later step than the last used is accepted. A wrong
 * code at signing in counts as a wrong password does.
 */
#ifndef DOMAIN_USER_TOTP_H
#define DOMAIN_USER_TOTP_H

#include "base/secret.h"
#include "crypto/totp.h"
#include "domain/rekeying.h"
#include "store/work.h"

/* Makes a secret of TOTP_SECRET_LEN bytes, which the caller shows and releases. It takes the place of one that was begun
   before. TOTP_ENABLED. */
must_use status user_totp_begin(struct work *work, struct secret *out, int64_t user_id);
/*
 * Judges the code that confirms, in the guard, since a wrong one counts: TOTP_WRONG, and TOTP_NOT_BEGUN with the last of
 * TOTP_TRIES_MAX, which ends the setting up, or when there is none; TOTP_ENABLED. Its step counts as used.
 */
must_use status user_totp_try(struct work *work, int64_t user_id, text code);
must_use status user_totp_confirm(struct work *work, int64_t user_id); // after user_totp_try

must_use status user_totp_is_enabled(struct work *work, bool *out, int64_t user_id);
/*
 * At signing in, in the guard, after user_judge_sign_in said OK: OK when the user has none, or by a code that was not used
 * before and is used now. TOTP_REQUIRED when the code is absent, which is no failure; TOTP_WRONG, counted.
 */
must_use status user_totp_judge_sign_in(struct work *work, int64_t user_id, text code);

must_use status user_totp_remove(struct work *work, int64_t user_id); // TOTP_NOT_ENABLED
/* The same by somebody else, for a user who lost the app: it ends the user's sessions. USER_NOT_FOUND, ROLE_TOO_HIGH. */
must_use status user_totp_reset(struct work *work, int64_t user_id);

extern const struct rekeying_rule user_totp_sealing; // for rotations of KEY_MESSAGE_SEAL

#endif
