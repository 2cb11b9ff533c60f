/*
 * Users: people who sign in. The name is an address in lower case, unique in the installation, and never changes.
 *
 * Always true: nobody gives a role, or changes a user, with more permissions than his own; an organisation keeps one owner
 * who is not disabled; another role, another password or disabling ends the user's sessions. Ten wrong passwords lock the
 * account for half an hour (PCI DSS 8.3.4); after 90 days without a sign-in nobody gets in (8.2.6) until an administrator
 * gives a new password, which the user has to change first (8.3.6).
 */
#ifndef DOMAIN_USER_H
#define DOMAIN_USER_H

#include "domain/password.h"
#include "domain/role.h"
#include "store/work.h"

struct user {
    int64_t id, organization_id;
    text name;
    int role; // enum role
    bool disabled;
    bool must_change;        // the password, before anything else
    bool totp_enabled;       // domain/user_totp.h
    int64_t locked_until_ms; // 0: never was
    int64_t password_changed_ms, last_seen_ms, created_ms, version;
    text password_hash; // stays in the program
};

/* `name` as it is kept: ASCII letters in lower case, in the arena. */
text user_name_fold(struct arena *arena, text name);

/* A user with this password, which `user->must_change` says is to be changed. The work's actor holds at least the
   permissions of the role. USER_EXISTS, ROLE_TOO_HIGH, PASSWORD_TOO_WEAK. Slow: it hashes; on a writer's thread only where
   nobody else waits (`cardwright init`). */
must_use status user_create(struct work *work, struct user *user, text password);
/* The same with the password already judged and hashed. */
must_use status user_insert(struct work *work, struct user *user, text password_hash);

must_use status user_get(struct work *work, struct user *out, int64_t id); // USER_NOT_FOUND
must_use status user_get_locked(struct work *work, struct user *out, int64_t id);
struct user_filter {
    int64_t limit, after;
    text name;
};
must_use status user_list(struct work *work, struct user **out, int *count, const struct user_filter *filter);

/* Role and `disabled`; with a hash, also a new password that must be changed, which lifts a lock and ends idleness.
   VERSION_CONFLICT (user->version 0: any), IMMUTABLE_FIELD, ROLE_TOO_HIGH, LAST_OWNER. */
must_use status user_update(struct work *work, struct user *user, text new_password_hash);
/* The user's own change; `version` is what the old password was verified against. Other sessions than `session_id` end. */
must_use status user_change_password(struct work *work, int64_t id, int64_t version, text new_password_hash,
                                     int64_t session_id);

/* For signing in: by name, whatever the organisation. USER_NOT_FOUND. */
must_use status user_find(struct work *work, struct user *out, text name);
/*
 * Decides about a password that was verified, or not, against `user->password_hash`, and counts a wrong one: runs in the
 * guard, since the count stands although the call is refused. SIGN_IN_FAILED whatever is wrong; the audit detail says why.
 */
must_use status user_judge_sign_in(struct work *work, const struct user *user, bool verified);
/* One more wrong password or code: the last that is allowed locks the account. For a guard. */
must_use status user_count_failure(struct work *work, int64_t id);
must_use status user_signed_in(struct work *work, int64_t id);

/* Does the actor hold all that the role may do? */
bool user_within_reach(const struct work *work, int role);

#endif
