#include "domain/user.h"

#include <string.h>

#include "base/limits.h"
#include "base/secret.h"
#include "domain/session.h"

#define COLUMNS                                                                                                             \
    "id, organization_id, name, role, disabled, must_change, locked_until, password_changed_at, last_seen_at, created_at, " \
    "version, password_hash, CAST((SELECT count(*) FROM user_totp WHERE user_totp.user_id = user_account.id "               \
    "AND user_totp.confirmed_at IS NOT NULL) AS BIGINT)"

static const char GET[] = "SELECT " COLUMNS " FROM user_account WHERE id = $1 AND organization_id = $2";
static const struct sql_pair GET_LOCKED =
    SQL_LOCKED("SELECT " COLUMNS " FROM user_account WHERE id = $1 AND organization_id = $2");
static const char FIND[] = "SELECT " COLUMNS " FROM user_account WHERE name = $1";
static const char LIST[] = "SELECT " COLUMNS
                           " FROM user_account WHERE organization_id = $1 AND ($2 = 0 OR id < $2) "
                           "AND ($3 IS NULL OR name = $3) ORDER BY id DESC LIMIT $4";
static const char INSERT[] =
    "INSERT INTO user_account (id, organization_id, name, role, password_hash, password_changed_at, must_change, failed_count, "
    "locked_until, disabled, last_seen_at, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $6, $6, 1)";
static const char UPDATE[] =
    "UPDATE user_account SET role = $3, disabled = $4, version = version + 1 WHERE id = $1 AND organization_id = $2";
static const char SET_PASSWORD[] =
    "UPDATE user_account SET password_hash = $3, password_changed_at = $4, must_change = $5, failed_count = 0, locked_until = 0, "
    "last_seen_at = $4 WHERE id = $1 AND organization_id = $2";
static const char RAISE_VERSION[] =
    "UPDATE user_account SET version = version + 1 WHERE id = $1 AND organization_id = $2 AND version = $3";
static const char COUNT_FAILURE[] =
    "UPDATE user_account SET locked_until = CASE WHEN failed_count + 1 >= $3 THEN $4 ELSE locked_until END, "
    "failed_count = CASE WHEN failed_count + 1 >= $3 THEN 0 ELSE failed_count + 1 END WHERE id = $1 AND organization_id = $2";
static const char SIGNED_IN[] =
    "UPDATE user_account SET failed_count = 0, locked_until = 0, last_seen_at = $3 WHERE id = $1 AND organization_id = $2";
// Two owners who step down at once take their turns at this row.
static const struct sql_pair LOCK_ORGANIZATION = SQL_LOCKED("SELECT id FROM organization WHERE id = $1");
static const char COUNT_OTHER_OWNERS[] =
    "SELECT CAST(count(*) AS BIGINT) FROM user_account WHERE organization_id = $1 AND role = $2 AND disabled = 0 AND id <> $3";

static void read_row(struct rows *rows, struct user *out, struct arena *arena)
{
    *out = (struct user){
        .id = row_i64(rows, 0),
        .organization_id = row_i64(rows, 1),
        .name = row_text_copy(rows, 2, arena),
        .role = (int)row_i64(rows, 3),
        .disabled = row_bool(rows, 4),
        .must_change = row_bool(rows, 5),
        .locked_until_ms = row_i64(rows, 6),
        .password_changed_ms = row_i64(rows, 7),
        .last_seen_ms = row_i64(rows, 8),
        .created_ms = row_i64(rows, 9),
        .version = row_i64(rows, 10),
        .password_hash = row_text_copy(rows, 11, arena),
        .totp_enabled = row_bool(rows, 12),
    };
}

static status get_by(struct work *work, struct user *out, const char *sql, const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? OK : USER_NOT_FOUND;
}

status user_get(struct work *work, struct user *out, int64_t id)
{
    return get_by(work, out, GET, ARGS(value_i64(id), value_i64(work->organization_id)));
}

status user_get_locked(struct work *work, struct user *out, int64_t id)
{
    return get_by(work, out, work_sql(work, GET_LOCKED), ARGS(value_i64(id), value_i64(work->organization_id)));
}

status user_find(struct work *work, struct user *out, text name)
{
    return get_by(work, out, FIND, ARGS(value_text(user_name_fold(work->arena, name))));
}

status user_list(struct work *work, struct user **out, int *count, const struct user_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct user, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after),
                        value_text(user_name_fold(work->arena, filter->name)), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}

text user_name_fold(struct arena *arena, text name)
{
    char *at = text_present(name) ? arena_take(arena, name.len + 1) : NULL;
    if (at == NULL) {
        return TEXT_ABSENT;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        at[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (text){ at, name.len };
}

bool user_within_reach(const struct work *work, int role)
{
    return (role_permissions((enum role)role) & ~work->actor->permissions) == 0;
}

status user_create(struct work *work, struct user *user, text password)
{
    char hash[PASSWORD_HASH_LEN];
    TRY(password_judge(work->faults, "password", password));
    TRY(password_hash(hash, password));
    status result = user_insert(work, user, text_of(hash));
    secret_wipe(hash, sizeof hash);
    return result;
}

status user_insert(struct work *work, struct user *user, text password_hash)
{
    if (!user_within_reach(work, user->role)) {
        return faults_add(work->faults, TEXT("role"), ROLE_TOO_HIGH);
    }
    user->name = user_name_fold(work->arena, user->name);
    if (!text_present(user->name)) {
        return OUT_OF_MEMORY;
    }
    user->id = work_id(work);
    user->organization_id = work->organization_id;
    user->password_changed_ms = user->last_seen_ms = user->created_ms = work->now_ms;
    user->locked_until_ms = 0;
    user->version = 1;
    status inserted = work_insert(work, INSERT,
                                  ARGS(value_i64(user->id), value_i64(work->organization_id), value_text(user->name),
                                       value_i64(user->role), value_text(password_hash), value_i64(work->now_ms),
                                       value_bool(user->must_change), value_bool(user->disabled)),
                                  USER_EXISTS);
    if (inserted == USER_EXISTS) {
        return faults_add(work->faults, TEXT("name"), USER_EXISTS);
    }
    TRY(inserted);
    TRY(password_remember(work, user->id, password_hash));
    work_detail_text(work, "role", text_of(role_names[user->role]));
    work_subject(work, "user", user->id);
    return OK;
}

static bool is_working_owner(const struct user *user)
{
    return user->role == ROLE_OWNER && !user->disabled;
}

static status judge_last_owner(struct work *work, const struct user *user)
{
    int64_t organization = 0, others = 0;
    TRY(work_integer(work, &organization, work_sql(work, LOCK_ORGANIZATION), ARGS(value_i64(work->organization_id)),
                     INTERNAL));
    TRY(work_integer(work, &others, COUNT_OTHER_OWNERS,
                     ARGS(value_i64(work->organization_id), value_i64(ROLE_OWNER), value_i64(user->id)), INTERNAL));
    return others > 0 ? OK : LAST_OWNER;
}

static status set_password(struct work *work, int64_t id, text hash, bool must_change)
{
    TRY(work_change(work, SET_PASSWORD,
                    ARGS(value_i64(id), value_i64(work->organization_id), value_text(hash), value_i64(work->now_ms),
                         value_bool(must_change)),
                    USER_NOT_FOUND));
    return password_remember(work, id, hash);
}

static status judge_update(struct work *work, const struct user *user, const struct user *stored)
{
    if (user->version != 0 && user->version != stored->version) {
        return VERSION_CONFLICT;
    }
    if (!text_equal_ignoring_case(user->name, stored->name)) {
        return faults_add(work->faults, TEXT("name"), IMMUTABLE_FIELD);
    }
    if (!user_within_reach(work, stored->role) || !user_within_reach(work, user->role)) {
        return faults_add(work->faults, TEXT("role"), ROLE_TOO_HIGH);
    }
    return is_working_owner(stored) && !is_working_owner(user) ? judge_last_owner(work, user) : OK;
}

status user_update(struct work *work, struct user *user, text new_password_hash)
{
    struct user stored;
    TRY(user_get_locked(work, &stored, user->id));
    work_subject(work, "user", user->id);
    TRY(judge_update(work, user, &stored));
    TRY(work_change(
        work, UPDATE,
        ARGS(value_i64(user->id), value_i64(work->organization_id), value_i64(user->role), value_bool(user->disabled)),
        USER_NOT_FOUND));
    if (text_present(new_password_hash)) {
        TRY(set_password(work, user->id, new_password_hash, true));
        work_detail_text(work, "password", TEXT("reset"));
    }
    if (user->role != stored.role) {
        work_detail_text(work, "role", text_of(role_names[user->role]));
    }
    if (user->disabled != stored.disabled) {
        work_detail_integer(work, "disabled", user->disabled);
    }
    if (text_present(new_password_hash) || user->role != stored.role || user->disabled != stored.disabled) {
        TRY(session_end_all(work, user->id, 0));
    }
    return user_get(work, user, user->id);
}

status user_change_password(struct work *work, int64_t id, int64_t version, text new_password_hash, int64_t session_id)
{
    work_subject(work, "user", id);
    TRY(work_change(work, RAISE_VERSION, ARGS(value_i64(id), value_i64(work->organization_id), value_i64(version)),
                    VERSION_CONFLICT));
    TRY(set_password(work, id, new_password_hash, false));
    return session_end_all(work, id, session_id);
}

static status refuse(struct work *work, const char *why)
{
    work_detail_text(work, "reason", text_of(why));
    return SIGN_IN_FAILED;
}

status user_judge_sign_in(struct work *work, const struct user *user, bool verified)
{
    struct user stored;
    status found = user_get_locked(work, &stored, user->id);
    if (found == USER_NOT_FOUND) {
        return refuse(work, "unknown");
    }
    TRY(found);
    work_subject(work, "user", stored.id);
    if (stored.disabled) {
        return refuse(work, "disabled");
    }
    if (work->now_ms < stored.locked_until_ms) {
        return refuse(work, "locked");
    }
    if (work->now_ms - stored.last_seen_ms > USER_IDLE_MS) {
        return refuse(work, "idle");
    }
    if (!verified) {
        TRY(user_count_failure(work, stored.id));
        return refuse(work, "wrong_password");
    }
    // Verified against a password that was changed meanwhile.
    return text_equal(stored.password_hash, user->password_hash) ? OK : refuse(work, "changed_meanwhile");
}

status user_count_failure(struct work *work, int64_t id)
{
    return work_run(work, COUNT_FAILURE,
                    ARGS(value_i64(id), value_i64(work->organization_id), value_i64(SIGN_IN_TRIES_MAX),
                         value_i64(work->now_ms + SIGN_IN_LOCK_MS)));
}

status user_signed_in(struct work *work, int64_t id)
{
    return work_run(work, SIGNED_IN, ARGS(value_i64(id), value_i64(work->organization_id), value_i64(work->now_ms)));
}
