#include "domain/key_row.h"

#include <string.h>

#include "base/bytes.h"

enum { HEADER_TEXT_LEN = 5, HOUSE_METHOD = -1 };

static const char INSERT[] = "INSERT INTO key_block (" KEY_ROW_COLUMNS
                             ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, "
                             "$14, $15, $16, $17)";
static const char RAISE[] = "UPDATE key_ring SET revision = revision + 1 WHERE id = 1";
// Holds the ring's row, so that a change of the master key comes before this block or after it, and wraps it anew.
static const char CLAIM[] =
    "UPDATE key_ring SET revision = revision + 1 WHERE id = 1 AND (master_check = $1 OR "
    "length(master_check) = 0)";

static bool header_parse(struct key_block_header *out, text header)
{
    *out = (struct key_block_header){ .version = { '0', '0' } };
    if (header.len != HEADER_TEXT_LEN) {
        return header.len == 0; // an older version's house key
    }
    memcpy(out->usage, header.at, 2);
    out->algorithm = header.at[2];
    out->mode = header.at[3];
    out->exportability = header.at[4];
    return true;
}

status key_row_read(struct rows *rows, struct key_row *out)
{
    int64_t method = row_i64(rows, 6);
    text check_value = row_blob(rows, 7);
    *out = (struct key_row){
        .record = {
            .id = row_i64(rows, 0),
            .organization_id = row_i64(rows, 1),
            .name = row_text(rows, 3),
            .version = (int)row_i64(rows, 4),
            .test = row_bool(rows, 8),
            .check_method = method == HOUSE_METHOD ? KCV_AES_CMAC : (enum kcv_method)method,
            .check_value_len = (int)check_value.len,
            .times = { row_i64(rows, 9), row_i64(rows, 10), row_i64(rows, 11) },
        },
        .block = row_text(rows, 12),
        .placed = row_bool(rows, 13),
        .brought = row_bool(rows, 14),
        .created_ms = row_i64(rows, 15),
        .created_by = row_text(rows, 16),
        .job_id = row_i64(rows, 17),
    };
    if (!key_use_parse(&out->record.use, row_text(rows, 2)) || !header_parse(&out->record.header, row_text(rows, 5)) ||
        method < HOUSE_METHOD || method >= KCV_METHOD_COUNT || check_value.len > KCV_LEN_MAX ||
        out->record.name.len > KEY_NAME_LEN_MAX) {
        return DATA_DAMAGED;
    }
    memcpy(out->record.check_value, check_value.at, check_value.len);
    return OK;
}

static text code_text(const struct work *work, const char *code, size_t len)
{
    return code[0] != '\0' ? arena_copy(work->arena, text_bytes(code, len)) : TEXT_ABSENT;
}

static text hex_upper(const struct work *work, const uint8_t *bytes, int len)
{
    struct buffer out;
    buffer_init(&out, KCV_LEN_MAX * 2);
    for (int i = 0; i < len; i++) {
        buffer_print(&out, "%02X", bytes[i]);
    }
    text copy = arena_copy(work->arena, buffer_text(&out));
    buffer_release(&out);
    return copy;
}

void key_row_view(const struct key_row *row, struct key *out, const struct work *work)
{
    const struct key_record *record = &row->record;
    const struct key_block_header *header = &record->header;
    bool house = key_use_is_house(record->use);
    *out = (struct key){
        .id = record->id,
        .use = (int)record->use,
        .name = arena_copy(work->arena, record->name),
        .version = record->version,
        .usage = code_text(work, header->usage, 2),
        .algorithm = code_text(work, &header->algorithm, 1),
        .mode = code_text(work, &header->mode, 1),
        .exportability = code_text(work, &header->exportability, 1),
        .usage_name = text_of(key_block_usage_name(header->usage)),
        .algorithm_name = text_of(key_block_algorithm_name(header->algorithm)),
        .mode_name = text_of(key_block_mode_name(header->mode)),
        .check_method = house ? TEXT_ABSENT : text_of(kcv_method_name(record->check_method)),
        .check_value = hex_upper(work, record->check_value, record->check_value_len),
        .test = record->test,
        .brought = row->brought,
        .state = (int)key_state_at(&record->times, work->now_ms),
        .created_ms = row->created_ms,
        .activated_ms = record->times.activated_ms,
        .retired_ms = record->times.retired_ms,
        .destroyed_ms = record->times.destroyed_ms,
        .created_by = arena_copy(work->arena, row->created_by),
        .job_id = row->job_id,
    };
}

status key_row_insert(struct work *work, const struct key_row *row)
{
    uint8_t master_check[MASTER_KEY_CHECK_LEN];
    TRY(keyring_master_check_value(work->keyring, master_check));
    TRY(work_change(work, CLAIM, ARGS(value_blob(master_check, sizeof master_check)), KEY_UNAVAILABLE));
    const struct key_record *record = &row->record;
    const struct key_block_header *header = &record->header;
    char header_text[HEADER_TEXT_LEN] = { header->usage[0], header->usage[1], header->algorithm, header->mode,
                                          header->exportability };
    bool house = key_use_is_house(record->use);
    return work_insert(
        work, INSERT,
        ARGS(value_i64(record->id), value_i64(record->organization_id), value_text(text_of(key_use_names[record->use])),
             value_text(record->name), value_i64(record->version), value_text(text_bytes(header_text, HEADER_TEXT_LEN)),
             value_i64(house ? HOUSE_METHOD : (int64_t)record->check_method),
             value_blob(record->check_value, (size_t)record->check_value_len), value_bool(record->test),
             value_i64_or_null(record->times.activated_ms, 0), value_i64_or_null(record->times.retired_ms, 0),
             value_i64_or_null(record->times.destroyed_ms, 0), value_text(row->block), value_bool(row->brought),
             value_i64(work->now_ms), value_text(row->created_by), value_i64_or_null(row->job_id, 0)),
        KEY_EXISTS);
}

status key_ring_raise(struct work *work)
{
    return work_change(work, RAISE, NO_ARGS, DATA_DAMAGED);
}

status key_row_make_house(struct work *work, struct key_row *row, enum key_use use, int version, int64_t activated_ms,
                          char block[KEY_BLOCK_LEN_MAX])
{
    size_t len = 0;
    *row = (struct key_row){
        .record = {
            .id = work_id(work),
            .use = use,
            .name = text_of(key_use_names[use]),
            .version = version,
            .times = { .activated_ms = activated_ms },
        },
        .created_by = work->actor->name,
    };
    TRY(keyring_generate(work->keyring, &row->record, 0, block, &len));
    row->block = text_bytes(block, len);
    return OK;
}
