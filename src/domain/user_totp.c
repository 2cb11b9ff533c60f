#include "domain/user_totp.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "domain/key.h"
#include "domain/session.h"
#include "domain/user.h"

static const char BEGIN[] =
    "INSERT INTO user_totp (user_id, organization_id, sealed, key_id, last_step, tries, created_at) "
    "VALUES ($1, $2, $3, $4, 0, 0, $5) ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, "
    "key_id = excluded.key_id, last_step = 0, tries = 0, created_at = excluded.created_at "
    "WHERE user_totp.organization_id = $2 AND user_totp.confirmed_at IS NULL";
static const struct sql_pair GET_LOCKED = SQL_LOCKED(
    "SELECT sealed, key_id, last_step, tries, confirmed_at FROM user_totp "
    "WHERE user_id = $1 AND organization_id = $2");
static const char USE_STEP[] =
    "UPDATE user_totp SET last_step = $3 WHERE user_id = $1 AND organization_id = $2 AND last_step < $3";
static const char COUNT_TRY[] =
    "UPDATE user_totp SET tries = tries + 1 WHERE user_id = $1 AND organization_id = $2 AND confirmed_at IS NULL";
static const char GIVE_UP[] =
    "DELETE FROM user_totp WHERE user_id = $1 AND organization_id = $2 AND confirmed_at IS NULL";
static const char CONFIRM[] =
    "UPDATE user_totp SET confirmed_at = $3 WHERE user_id = $1 AND organization_id = $2 AND confirmed_at IS NULL";
static const char COUNT_ENABLED[] =
    "SELECT CAST(count(*) AS BIGINT) FROM user_totp WHERE user_id = $1 AND organization_id = $2 AND confirmed_at IS NOT NULL";
static const char REMOVE[] =
    "DELETE FROM user_totp WHERE user_id = $1 AND organization_id = $2 AND confirmed_at IS NOT NULL";
static const char NEXT_TO_RESEAL[] =
    "SELECT user_id, organization_id, key_id, sealed FROM user_totp WHERE user_id > $1 AND key_id <> $2 "
    "ORDER BY user_id LIMIT $3";
static const char RESEAL[] =
    "UPDATE user_totp SET sealed = $2, key_id = $3 WHERE user_id = $1 AND key_id = $4 AND sealed = $5";

enum { ASSOCIATED_LEN = 8 + 9 + 8, SEALED_LEN = TOTP_SECRET_LEN + AEAD_OVERHEAD_LEN };

struct enrolment {
    int64_t user_id, key_id, last_step, tries;
    bool confirmed;
    uint8_t sealed[SEALED_LEN];
};

static void associated_data(uint8_t out[ASSOCIATED_LEN], int64_t organization_id, int64_t user_id)
{
    bytes_put_be64(out, (uint64_t)organization_id);
    memcpy(out + 8, "user_totp", 9);
    bytes_put_be64(out + 17, (uint64_t)user_id);
}

static status seal(struct work *work, const struct secret *secret, int64_t user_id)
{
    uint8_t associated[ASSOCIATED_LEN], sealed[SEALED_LEN];
    int64_t key_id = keyring_current(work->keyring, KEY_MESSAGE_SEAL, NULL);
    associated_data(associated, work->organization_id, user_id);
    TRY(keyring_seal(work->keyring, key_id, sealed, secret->at, secret->len, associated, sizeof associated));
    return work_change(work, BEGIN,
                       ARGS(value_i64(user_id), value_i64(work->organization_id), value_blob(sealed, sizeof sealed),
                            value_i64(key_id), value_i64(work->now_ms)),
                       TOTP_ENABLED);
}

status user_totp_begin(struct work *work, struct secret *out, int64_t user_id)
{
    work_subject(work, "user", user_id);
    TRY(secret_init(out, TOTP_SECRET_LEN));
    runtime_random(work->runtime, out->at, out->len);
    status result = seal(work, out, user_id);
    if (result != OK) {
        secret_release(out);
    }
    return result;
}

// NOT_FOUND: the user has none, and is not setting one up.
static status get_locked(struct work *work, struct enrolment *out, int64_t user_id)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, work_sql(work, GET_LOCKED),
                   ARGS(value_i64(user_id), value_i64(work->organization_id))));
    status result = NOT_FOUND;
    if (rows_next(&rows)) {
        text sealed = row_blob(&rows, 0);
        result = sealed.len == SEALED_LEN ? OK : DATA_DAMAGED;
        *out = (struct enrolment){
            .user_id = user_id,
            .key_id = row_i64(&rows, 1),
            .last_step = row_i64(&rows, 2),
            .tries = row_i64(&rows, 3),
            .confirmed = !row_is_null(&rows, 4),
        };
        if (result == OK) {
            memcpy(out->sealed, sealed.at, SEALED_LEN);
        }
    }
    status closed = rows_close(&rows);
    return closed != OK ? closed : result;
}

static status match(struct work *work, int64_t *step, const struct enrolment *enrolment, text code)
{
    struct secret secret;
    uint8_t associated[ASSOCIATED_LEN];
    associated_data(associated, work->organization_id, enrolment->user_id);
    TRY(key_require(work, enrolment->key_id));
    TRY(secret_init(&secret, TOTP_SECRET_LEN));
    status result = keyring_open(work->keyring, enrolment->key_id, secret.at, enrolment->sealed, SEALED_LEN, associated,
                                 sizeof associated);
    if (result == OK) {
        result = totp_match(step, &secret, work->now_ms, enrolment->last_step, code);
    }
    secret_release(&secret);
    return result;
}

// The row alone decides that a step is used once; what was read before may be old.
static status use_code(struct work *work, const struct enrolment *enrolment, text code)
{
    int64_t step = 0;
    TRY(match(work, &step, enrolment, code));
    return step == 0
               ? TOTP_WRONG
               : work_change(work, USE_STEP,
                             ARGS(value_i64(enrolment->user_id), value_i64(work->organization_id), value_i64(step)),
                             TOTP_WRONG);
}

status user_totp_try(struct work *work, int64_t user_id, text code)
{
    struct enrolment enrolment;
    work_subject(work, "user", user_id);
    status found = get_locked(work, &enrolment, user_id);
    if (found == NOT_FOUND) {
        return TOTP_NOT_BEGUN;
    }
    TRY(found);
    if (enrolment.confirmed) {
        return TOTP_ENABLED;
    }
    status used = use_code(work, &enrolment, code);
    if (used != TOTP_WRONG) {
        return used;
    }
    bool last = enrolment.tries + 1 >= TOTP_TRIES_MAX;
    TRY(work_run(work, last ? GIVE_UP : COUNT_TRY, ARGS(value_i64(user_id), value_i64(work->organization_id))));
    return last ? TOTP_NOT_BEGUN : TOTP_WRONG;
}

status user_totp_confirm(struct work *work, int64_t user_id)
{
    work_subject(work, "user", user_id);
    return work_change(work, CONFIRM,
                       ARGS(value_i64(user_id), value_i64(work->organization_id), value_i64(work->now_ms)),
                       TOTP_NOT_BEGUN);
}

status user_totp_is_enabled(struct work *work, bool *out, int64_t user_id)
{
    int64_t count = 0;
    TRY(work_integer(work, &count, COUNT_ENABLED, ARGS(value_i64(user_id), value_i64(work->organization_id)),
                     INTERNAL));
    *out = count > 0;
    return OK;
}

status user_totp_judge_sign_in(struct work *work, int64_t user_id, text code)
{
    struct enrolment enrolment;
    status found = get_locked(work, &enrolment, user_id);
    if (found == NOT_FOUND || (found == OK && !enrolment.confirmed)) {
        return OK;
    }
    TRY(found);
    if (!text_present(code)) {
        return TOTP_REQUIRED;
    }
    status used = use_code(work, &enrolment, code);
    if (used == TOTP_WRONG) {
        TRY(user_count_failure(work, user_id));
    }
    return used;
}

status user_totp_remove(struct work *work, int64_t user_id)
{
    work_subject(work, "user", user_id);
    return work_change(work, REMOVE, ARGS(value_i64(user_id), value_i64(work->organization_id)), TOTP_NOT_ENABLED);
}

status user_totp_reset(struct work *work, int64_t user_id)
{
    struct user user;
    TRY(user_get_locked(work, &user, user_id));
    work_subject(work, "user", user_id);
    if (!user_within_reach(work, user.role)) {
        return ROLE_TOO_HIGH;
    }
    TRY(user_totp_remove(work, user_id));
    return session_end_all(work, user_id, 0);
}

/* Rotation. */

static size_t associated_of(uint8_t out[REKEYING_ASSOCIATED_LEN_MAX], const struct rekeying_row *row)
{
    associated_data(out, row->organization_id, row->id);
    return ASSOCIATED_LEN;
}

static status reseal(struct work *work, struct rekeying *page)
{
    return rekeying_reseal(work, page, NEXT_TO_RESEAL, RESEAL, associated_of);
}

const struct rekeying_rule user_totp_sealing = {
    .table = "user_totp",
    .count = "SELECT CAST(count(*) AS BIGINT) FROM user_totp WHERE key_id <> $1",
    .in_use = "SELECT 1 FROM user_totp WHERE key_id = $1 LIMIT 1",
    .rewrite = reseal,
};
