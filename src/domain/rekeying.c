#include "domain/rekeying.h"

#include "base/log.h"
#include "base/secret.h"
#include "domain/key.h"

status rekeying_take(struct work *work, struct rekeying *page, const char *sql, struct rekeying_row **rows, int *count)
{
    struct rows found = { 0 };
    *count = 0;
    *rows = ARENA_ARRAY(work->arena, struct rekeying_row, (size_t)page->limit);
    if (*rows == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(work_query(work, &found, sql, ARGS(value_i64(page->after), value_i64(page->key_id), value_i64(page->limit))));
    while (*count < page->limit && rows_next(&found)) {
        (*rows)[*count] = (struct rekeying_row){
            .id = row_i64(&found, 0),
            .organization_id = row_i64(&found, 1),
            .key_id = row_i64(&found, 2),
            .sealed = arena_copy(work->arena, row_blob(&found, 3)),
        };
        page->after = (*rows)[(*count)++].id;
    }
    page->more = *count == page->limit;
    return rows_close(&found);
}

status rekeying_settle(struct rekeying *page, int64_t id, status outcome)
{
    page->done++;
    if (outcome == DATA_DAMAGED || outcome == NUMBER_CHECK_FAILED) {
        LOG(LOG_ERROR, "keys.row_left", "A row could not be brought to the new key and was left as it is.",
            LOG_S("table", page->table), LOG_I("row", id), LOG_S("code", status_code(outcome)));
        page->failed++;
        return OK;
    }
    return outcome;
}

status rekeying_open(struct work *work, const struct rekeying_row *row, const struct bytes_view *associated,
                     uint8_t *plain, size_t max, size_t *len)
{
    if (row->sealed.len < AEAD_OVERHEAD_LEN || row->sealed.len > max + AEAD_OVERHEAD_LEN) {
        return DATA_DAMAGED;
    }
    *len = row->sealed.len - AEAD_OVERHEAD_LEN;
    status result = key_require(work, row->key_id);
    if (result == OK) {
        result = keyring_open(work->keyring, row->key_id, plain, row->sealed.at, row->sealed.len, associated->at,
                              associated->len);
    }
    return result == KEY_UNAVAILABLE ? DATA_DAMAGED : result;
}

static status reseal_row(struct work *work, const struct rekeying *page, const struct rekeying_row *row,
                         const struct bytes_view *associated, const char *update)
{
    struct secret plain;
    size_t len;
    uint8_t *sealed = arena_take(work->arena, row->sealed.len);
    if (sealed == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(secret_init(&plain, row->sealed.len + 1)); // never of length 0
    status result = rekeying_open(work, row, associated, plain.at, row->sealed.len, &len);
    if (result == OK) {
        result = keyring_seal(work->keyring, page->key_id, sealed, plain.at, len, associated->at, associated->len);
    }
    secret_release(&plain);
    TRY(result);
    return work_change(work, update,
                       ARGS(value_i64(row->id), value_blob(sealed, row->sealed.len), value_i64(page->key_id),
                            value_i64(row->key_id), value_blob(row->sealed.at, row->sealed.len)),
                       OK); // no row: it changed meanwhile
}

status rekeying_reseal(struct work *work, struct rekeying *page, const char *select, const char *update,
                       size_t (*associated)(uint8_t out[REKEYING_ASSOCIATED_LEN_MAX], const struct rekeying_row *row))
{
    struct rekeying_row *rows;
    int count;
    TRY(rekeying_take(work, page, select, &rows, &count));
    for (int i = 0; i < count; i++) {
        uint8_t bytes[REKEYING_ASSOCIATED_LEN_MAX];
        const struct bytes_view bound = { bytes, associated(bytes, &rows[i]) };
        TRY(rekeying_settle(page, rows[i].id, reseal_row(work, page, &rows[i], &bound, update)));
    }
    return OK;
}
