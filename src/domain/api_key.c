#include "domain/api_key.h"

#include <string.h>

#define COLUMNS "id, organization_id, name, prefix, role, created_at, expires_at, revoked_at"

static const char INSERT[] =
    "INSERT INTO api_key (id, organization_id, name, prefix, token_hash, role, created_at, expires_at, revoked_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)";
static const char LIST[] =
    "SELECT " COLUMNS " FROM api_key WHERE organization_id = $1 AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3";
static const char REVOKE[] =
    "UPDATE api_key SET revoked_at = $3 WHERE id = $1 AND organization_id = $2 AND revoked_at IS NULL";
// The one look-up that knows no organisation yet: the token says which it is.
static const char IDENTIFY[] =
    "SELECT " COLUMNS
    " FROM api_key WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";

static void read_row(struct rows *rows, struct api_key *out, struct arena *arena)
{
    *out = (struct api_key){
        .id = row_i64(rows, 0),
        .organization_id = row_i64(rows, 1),
        .name = row_text_copy(rows, 2, arena),
        .prefix = row_text_copy(rows, 3, arena),
        .role = (int)row_i64(rows, 4),
        .created_ms = row_i64(rows, 5),
        .expires_ms = row_i64(rows, 6),
        .revoked_ms = row_i64(rows, 7),
    };
}

static status make_token(struct work *work, struct api_key *key)
{
    char *at = arena_take(work->arena, API_KEY_TOKEN_LEN + 1);
    if (at == NULL) {
        return OUT_OF_MEMORY;
    }
    memcpy(at, "cw_", 3);
    token_make(at + 3, work->runtime);
    key->token = (text){ at, API_KEY_TOKEN_LEN };
    key->prefix = text_slice(key->token, 0, API_KEY_PREFIX_LEN);
    return OK;
}

status api_key_create(struct work *work, struct api_key *key)
{
    if ((role_permissions((enum role)key->role) & ~work->actor->permissions) != 0) {
        return faults_add(work->faults, TEXT("role"), ROLE_TOO_HIGH);
    }
    if (key->expires_ms != 0 && key->expires_ms <= work->now_ms) {
        return faults_add_message(work->faults, TEXT("expires_at"), OUT_OF_RANGE, "This time is over.");
    }
    uint8_t digest[SHA256_LEN];
    TRY(make_token(work, key));
    TRY(token_digest(digest, key->token));
    key->id = work_id(work);
    key->organization_id = work->organization_id;
    key->created_ms = work->now_ms;
    key->revoked_ms = 0;
    TRY(work_run(work, INSERT,
                 ARGS(value_i64(key->id), value_i64(work->organization_id), value_text(key->name),
                      value_text(key->prefix), value_blob(digest, sizeof digest), value_i64(key->role),
                      value_i64(work->now_ms), value_i64_or_null(key->expires_ms, 0))));
    work_detail_text(work, "role", text_of(role_names[key->role]));
    work_subject(work, "key", key->id);
    return OK;
}

status api_key_list(struct work *work, struct api_key **out, int *count, const struct api_key_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct api_key, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}

status api_key_revoke(struct work *work, int64_t id)
{
    work_subject(work, "key", id);
    return work_change(work, REVOKE, ARGS(value_i64(id), value_i64(work->organization_id), value_i64(work->now_ms)),
                       API_KEY_NOT_FOUND);
}

status api_key_identify(struct work *work, struct api_key *out, text token)
{
    if (token.len != API_KEY_TOKEN_LEN || !text_starts_with(token, TEXT("cw_"))) {
        return UNAUTHENTICATED;
    }
    uint8_t digest[SHA256_LEN];
    TRY(token_digest(digest, token));
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, IDENTIFY, ARGS(value_blob(digest, sizeof digest), value_i64(work->now_ms))));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? OK : UNAUTHENTICATED;
}
