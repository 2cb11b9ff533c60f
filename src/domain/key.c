#include "domain/key.h"

static const char INSERT[] =
    "INSERT INTO key_block (id, key_use, version, block, check_value, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
static const char GET[] = "SELECT id, key_use, version, block, check_value FROM key_block WHERE id = $1";
static const char NEXT[] =
    "SELECT id, key_use, version, block, check_value FROM key_block WHERE id > $1 ORDER BY id LIMIT 200";

status key_create(struct work *work, enum key_use use, int64_t *id)
{
    char block[KEY_BLOCK_LEN_MAX];
    size_t block_len = 0;
    uint8_t check_value[KEY_CHECK_VALUE_LEN];
    int version = 1;
    TRY(keyring_generate(work->keyring, use, version, block, &block_len, check_value));
    *id = work_id(work);
    TRY(work_run(work, INSERT,
                 ARGS(value_i64(*id), value_text(text_of(key_use_name(use))), value_i64(version),
                      value_text(text_bytes(block, block_len)), value_blob(check_value, sizeof check_value),
                      value_i64(work->now_ms))));
    return keyring_load(work->keyring, *id, use, version, text_bytes(block, block_len), check_value);
}

static status load_row(struct keyring *keyring, struct rows *rows)
{
    enum key_use use;
    text check_value = row_blob(rows, 4);
    if (!key_use_parse(&use, row_text(rows, 1)) || check_value.len != KEY_CHECK_VALUE_LEN) {
        return DATA_DAMAGED;
    }
    return keyring_load(keyring, row_i64(rows, 0), use, (int)row_i64(rows, 2), row_text(rows, 3),
                        (const uint8_t *)check_value.at);
}

status key_require(struct work *work, int64_t id)
{
    if (keyring_has(work->keyring, id)) {
        return OK;
    }
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, GET, ARGS(value_i64(id))));
    status result = rows_next(&rows) ? load_row(work->keyring, &rows) : KEY_UNAVAILABLE;
    status closed = rows_close(&rows);
    return result != OK ? result : closed;
}

status key_load_all(struct database *database, struct keyring *keyring, int *count)
{
    *count = 0;
    int64_t after = 0;
    for (int page = 1; page > 0;) {
        struct rows rows = { 0 };
        TRY(database_query(database, &rows, NEXT, ARGS(value_i64(after))));
        status result = OK;
        for (page = 0; result == OK && rows_next(&rows); page++) {
            after = row_i64(&rows, 0);
            result = load_row(keyring, &rows);
        }
        status closed = rows_close(&rows);
        TRY(result);
        TRY(closed);
        *count += page;
    }
    return OK;
}

status key_create_missing(struct work *work)
{
    for (int use = 0; use < KEY_USE_COUNT; use++) {
        int64_t id;
        if (use != KEY_NUMBERING && keyring_current(work->keyring, (enum key_use)use, NULL) == 0) {
            TRY(key_create(work, (enum key_use)use, &id));
        }
    }
    return OK;
}
