#include "domain/session.h"

#include <string.h>

#include "base/limits.h"
#include "base/secret.h"

static const char INSERT[] =
    "INSERT INTO session (id, token_hash, csrf_hash, user_id, created_at, seen_at, ended_at) "
    "VALUES ($1, $2, $3, $4, $5, $5, 0)";
static const char FORGET[] = "DELETE FROM session WHERE user_id = $1 AND created_at <= $2";
// The one look-up that knows no organisation yet: the token says which it is.
static const char IDENTIFY[] =
    "SELECT s.id, u.id, u.organization_id, u.name, u.role, u.must_change, s.created_at, s.seen_at, s.csrf_hash "
    "FROM session s JOIN user_account u ON u.id = s.user_id "
    "WHERE s.token_hash = $1 AND s.ended_at = 0 AND s.created_at > $2 AND s.seen_at > $3 AND u.disabled = 0";
static const char TOUCH[] = "UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND ended_at = 0";
static const char END[] = "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at = 0";
static const char END_ALL[] =
    "UPDATE session SET ended_at = $3 WHERE user_id = $1 AND ended_at = 0 AND id <> $4 "
    "AND user_id IN (SELECT id FROM user_account WHERE organization_id = $2)";

status session_csrf(char out[TOKEN_LEN + 1], text token)
{
    static const char purpose[] = "cardwright csrf 1 ";
    const struct bytes_view pieces[] = { { purpose, sizeof purpose - 1 }, { token.at, token.len } };
    uint8_t digest[SHA256_LEN];
    TRY(sha256(digest, pieces, 2));
    base64url_encode(out, digest, sizeof digest);
    secret_wipe(digest, sizeof digest);
    return OK;
}

status session_open(struct work *work, struct session *session, int64_t user_id, text token)
{
    char csrf[TOKEN_LEN + 1];
    uint8_t digest[SHA256_LEN];
    *session = (struct session){
        .id = work_id(work),
        .user_id = user_id,
        .organization_id = work->organization_id,
        .created_ms = work->now_ms,
        .seen_ms = work->now_ms,
    };
    TRY(token_digest(digest, token));
    TRY(session_csrf(csrf, token));
    status digested = token_digest(session->csrf_digest, text_of(csrf));
    secret_wipe(csrf, sizeof csrf);
    TRY(digested);
    TRY(work_run(work, FORGET, ARGS(value_i64(user_id), value_i64(work->now_ms - SESSION_MS))));
    return work_run(work, INSERT,
                    ARGS(value_i64(session->id), value_blob(digest, sizeof digest),
                         value_blob(session->csrf_digest, SHA256_LEN), value_i64(user_id), value_i64(work->now_ms)));
}

status session_identify(struct work *work, struct session *out, text token)
{
    if (token.len != TOKEN_LEN) {
        return UNAUTHENTICATED;
    }
    uint8_t digest[SHA256_LEN];
    TRY(token_digest(digest, token));
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, IDENTIFY,
                   ARGS(value_blob(digest, sizeof digest), value_i64(work->now_ms - SESSION_MS),
                        value_i64(work->now_ms - SESSION_IDLE_MS))));
    bool found = rows_next(&rows);
    if (found) {
        *out = (struct session){
            .id = row_i64(&rows, 0),
            .user_id = row_i64(&rows, 1),
            .organization_id = row_i64(&rows, 2),
            .user_name = row_text_copy(&rows, 3, work->arena),
            .role = (int)row_i64(&rows, 4),
            .must_change = row_bool(&rows, 5),
            .created_ms = row_i64(&rows, 6),
            .seen_ms = row_i64(&rows, 7),
        };
        text csrf = row_blob(&rows, 8);
        found = csrf.len == SHA256_LEN;
        if (found) {
            memcpy(out->csrf_digest, csrf.at, SHA256_LEN);
        }
    }
    TRY(rows_close(&rows));
    return found ? OK : UNAUTHENTICATED;
}

status session_check_csrf(const struct session *session, text csrf_token)
{
    if (csrf_token.len != TOKEN_LEN) {
        return CSRF_FAILED;
    }
    uint8_t digest[SHA256_LEN];
    TRY(token_digest(digest, csrf_token));
    return secret_equal(digest, session->csrf_digest, SHA256_LEN) ? OK : CSRF_FAILED;
}

int64_t session_expires_ms(const struct session *session)
{
    return session->created_ms + SESSION_MS;
}

bool session_touch_due(const struct session *session, int64_t now_ms)
{
    return now_ms - session->seen_ms >= SESSION_TOUCH_MS;
}

status session_touch(struct work *work, int64_t session_id)
{
    return work_run(work, TOUCH, ARGS(value_i64(session_id), value_i64(work->now_ms)));
}

status session_end(struct work *work, int64_t session_id)
{
    return work_run(work, END, ARGS(value_i64(session_id), value_i64(work->now_ms)));
}

status session_end_all(struct work *work, int64_t user_id, int64_t except_id)
{
    return work_run(
        work, END_ALL,
        ARGS(value_i64(user_id), value_i64(work->organization_id), value_i64(work->now_ms), value_i64(except_id)));
}
