/*
 * Passwords of users: the rule for new ones, argon2id (RFC 9106) with the interactive limits of libsodium, and the last
 * four of each user, which may not come back (PCI DSS 8.3.6, 8.3.7).
 *
 * Hashing takes 64 MiB and a good part of a tenth of a second: it is done before the queue of writes, never on a writer.
 * At most PASSWORD_HASH_COUNT_MAX run at one time; one more is OVERLOADED. Safe from any thread.
 */
#ifndef DOMAIN_PASSWORD_H
#define DOMAIN_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/faults.h"
#include "base/status.h"
#include "base/text.h"
#include "store/work.h"

enum { PASSWORD_HASH_LEN = 128 }; // with its '\0's

/* PASSWORD_TOO_WEAK, with a fault for the field, below PASSWORD_LEN_MIN characters or without letters and digits. */
must_use status password_judge(struct faults *faults, const char *field, text password);

must_use status password_hash(char out[PASSWORD_HASH_LEN], text password);
/* `hash` as it was stored; absent: the same time is spent and *fits is false, so that nobody learns which names exist. */
must_use status password_verify(bool *fits, text hash, text password);

/* PASSWORD_REUSED, with a fault for the field, when it is one of the user's last four. Slow, as four verifications are. */
must_use status password_judge_history(struct work *work, const char *field, int64_t user_id, text password);
/* Keeps a new password's hash among the last four. */
must_use status password_remember(struct work *work, int64_t user_id, text hash);

#endif
