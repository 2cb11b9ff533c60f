/*
 * Console sessions. A session is a token that only the browser's cookie and its SHA-256 in the database know, and a second
 * token against cross-site requests, made from the first, so that a page that was loaded again can be told it.
 *
 * Always true: a session ends SESSION_MS after it began, SESSION_IDLE_MS after it was last used, when its user signs out,
 * is disabled, gets another role or another password. A session that ended lets nobody in, and stays ended.
 */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include "domain/token.h"
#include "store/work.h"

struct session {
    int64_t id;
    int64_t user_id, organization_id;
    text user_name;
    int role;         // enum role
    bool must_change; // the user may only change the password
    int64_t created_ms, seen_ms;
    uint8_t csrf_digest[SHA256_LEN];
};

/* The token against cross-site requests that belongs to a session's token. */
must_use status session_csrf(char out[TOKEN_LEN + 1], text token);

/* A new session of the user; the caller has made the token and judged the user. Fills id and times. */
must_use status session_open(struct work *work, struct session *session, int64_t user_id, text token);

/* Who holds this token. UNAUTHENTICATED when it is no session's, or the session ended. Needs no organisation in the work. */
must_use status session_identify(struct work *work, struct session *out, text token);
/* Constant time. */
must_use status session_check_csrf(const struct session *session, text csrf_token); // CSRF_FAILED

int64_t session_expires_ms(const struct session *session);
bool session_touch_due(const struct session *session, int64_t now_ms);
must_use status session_touch(struct work *work, int64_t session_id); // it was used now

must_use status session_end(struct work *work, int64_t session_id);
/* All of a user's sessions but one (0: all). */
must_use status session_end_all(struct work *work, int64_t user_id, int64_t except_id);

#endif
