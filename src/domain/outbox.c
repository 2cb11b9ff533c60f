#include "domain/outbox.h"

#include <string.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/key.h"

#define COLUMNS                                                                                                        \
    "id, organization_id, channel, subject_type, subject_id, sealed, key_id, state, tries, expires_at, created_at"

static const char INSERT[] =
    "INSERT INTO outbox (id, organization_id, channel, subject_type, subject_id, sealed, key_id, state, tries, next_at, expires_at, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, $8)";
// The outer conditions stand twice: PostgreSQL looks at them again when another process had the row meanwhile.
static const char LEASE[] =
    "UPDATE outbox SET next_at = $3 WHERE id IN (SELECT id FROM outbox WHERE state = 0 AND channel = $1 AND next_at <= $2 "
    "AND expires_at > $2 ORDER BY next_at, id LIMIT $4) AND state = 0 AND next_at <= $2 RETURNING " COLUMNS;
static const char FINISH[] =
    "UPDATE outbox SET state = $2, sealed = NULL, tries = tries + 1, finished_at = $3, error = $4 "
    "WHERE id = $1 AND state = 0";
static const char COUNT_TRY[] =
    "UPDATE outbox SET tries = tries + 1, error = $2 WHERE id = $1 AND state = 0 RETURNING tries";
static const char POSTPONE[] = "UPDATE outbox SET next_at = $2 WHERE id = $1 AND state = 0";
static const char GIVE_UP[] =
    "UPDATE outbox SET state = 3, sealed = NULL, finished_at = $2 WHERE id = $1 AND state = 0";
static const char EXPIRE[] =
    "UPDATE outbox SET state = 2, sealed = NULL, finished_at = $1 WHERE id IN (SELECT id FROM outbox WHERE state = 0 "
    "AND expires_at <= $1 ORDER BY id LIMIT $2) AND state = 0 RETURNING id";
static const char RECENT[] =
    "SELECT " COLUMNS " FROM outbox WHERE $1 = 0 OR organization_id = $1 ORDER BY id DESC LIMIT $2";

enum { ASSOCIATED_LEN = 8 + 6 + 8, EXPIRE_COUNT = 200, PAUSE_FIRST_MS = 5000, PAUSE_MAX_MS = 600000 };

const char *const outbox_channel_names[] = { "sms", "email", NULL };
const char *const outbox_state_names[] = { "waiting", "sent", "expired", "failed", NULL };

// A row as it was read: its texts are still sealed.
struct sealed_message {
    struct message message;
    int64_t organization_id, key_id;
    text sealed;
};

static void associated_data(uint8_t out[ASSOCIATED_LEN], int64_t organization_id, int64_t id)
{
    bytes_put_be64(out, (uint64_t)organization_id);
    memcpy(out + 8, "outbox", 6);
    bytes_put_be64(out + 14, (uint64_t)id);
}

static void append_part(struct buffer *out, text part)
{
    uint8_t len[4];
    bytes_put_be32(len, (uint32_t)part.len);
    buffer_append(out, len, sizeof len);
    buffer_append_text(out, part);
}

static bool take_part(text *rest, text *part)
{
    if (rest->len < 4 || bytes_get_be32((const uint8_t *)rest->at) > rest->len - 4) {
        return false;
    }
    size_t len = bytes_get_be32((const uint8_t *)rest->at);
    *part = text_slice(*rest, 4, len);
    *rest = text_slice(*rest, 4 + len, rest->len - 4 - len);
    return true;
}

static status insert(struct work *work, const struct message *message, const struct buffer *plain)
{
    uint8_t associated[ASSOCIATED_LEN];
    int64_t id = work_id(work), key_id = keyring_current(work->keyring, KEY_MESSAGE_SEAL, NULL);
    size_t sealed_len = plain->len + AEAD_OVERHEAD_LEN;
    uint8_t *sealed = arena_take(work->arena, sealed_len);
    if (plain->failed || sealed == NULL) {
        return OUT_OF_MEMORY;
    }
    associated_data(associated, work->organization_id, id);
    TRY(keyring_seal(work->keyring, key_id, sealed, plain->at, plain->len, associated, sizeof associated));
    return work_run(work, INSERT,
                    ARGS(value_i64(id), value_i64(work->organization_id), value_i64(message->channel),
                         value_text(message->subject_type), value_i64(message->subject_id),
                         value_blob(sealed, sealed_len), value_i64(key_id), value_i64(work->now_ms),
                         value_i64(message->expires_ms)));
}

status outbox_put(struct work *work, const struct message *message)
{
    struct buffer plain;
    buffer_init(&plain, OUTBOX_MESSAGE_LEN_MAX);
    append_part(&plain, message->to);
    append_part(&plain, message->subject);
    append_part(&plain, message->body);
    status result = insert(work, message, &plain);
    buffer_release(&plain);
    return result;
}

static struct sealed_message read_row(struct rows *rows, struct arena *arena)
{
    return (struct sealed_message){
        .message = {
            .id = row_i64(rows, 0),
            .channel = (int)row_i64(rows, 2),
            .subject_type = row_text_copy(rows, 3, arena),
            .subject_id = row_i64(rows, 4),
            .state = (int)row_i64(rows, 7),
            .tries = (int)row_i64(rows, 8),
            .expires_ms = row_i64(rows, 9),
            .created_ms = row_i64(rows, 10),
        },
        .organization_id = row_i64(rows, 1),
        .key_id = row_i64(rows, 6),
        .sealed = arena_copy(arena, row_blob(rows, 5)),
    };
}

static status open_message(struct work *work, struct sealed_message *row)
{
    if (row->sealed.len < AEAD_OVERHEAD_LEN) {
        return DATA_DAMAGED;
    }
    uint8_t associated[ASSOCIATED_LEN];
    size_t len = row->sealed.len - AEAD_OVERHEAD_LEN;
    uint8_t *plain = arena_take(work->arena, len + 1);
    if (plain == NULL) {
        return OUT_OF_MEMORY;
    }
    associated_data(associated, row->organization_id, row->message.id);
    TRY(key_require(work, row->key_id));
    TRY(keyring_open(work->keyring, row->key_id, plain, row->sealed.at, row->sealed.len, associated,
                     sizeof associated));
    text rest = text_bytes(plain, len);
    bool whole = take_part(&rest, &row->message.to) && take_part(&rest, &row->message.subject) &&
                 take_part(&rest, &row->message.body) && rest.len == 0;
    return whole ? OK : DATA_DAMAGED;
}

static status read_rows(struct work *work, struct sealed_message *out, int *count, int count_max, const char *sql,
                        const struct value *values, int value_count)
{
    struct rows rows = { 0 };
    *count = 0;
    TRY(work_query(work, &rows, sql, values, value_count));
    while (*count < count_max && rows_next(&rows)) {
        out[(*count)++] = read_row(&rows, work->arena);
    }
    return rows_close(&rows);
}

status outbox_due(struct work *work, struct message **out, int *count, enum outbox_channel channel)
{
    struct sealed_message due[OUTBOX_BATCH_COUNT];
    int due_count;
    *count = 0;
    *out = ARENA_ARRAY(work->arena, struct message, OUTBOX_BATCH_COUNT);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(read_rows(work, due, &due_count, OUTBOX_BATCH_COUNT, LEASE,
                  ARGS(value_i64(channel), value_i64(work->now_ms), value_i64(work->now_ms + OUTBOX_LEASE_MS),
                       value_i64(OUTBOX_BATCH_COUNT))));
    for (int i = 0; i < due_count; i++) {
        status opened = open_message(work, &due[i]);
        if (opened == OK) {
            (*out)[(*count)++] = due[i].message;
        } else if (opened == DATA_DAMAGED || opened == KEY_UNAVAILABLE) {
            // One row that cannot be read must not hold up the others.
            LOG(LOG_ERROR, "outbox.unreadable", "A waiting message cannot be opened.",
                LOG_I("message", due[i].message.id), LOG_S("code", status_code(opened)));
            TRY(outbox_settle(work, due[i].message.id, opened == DATA_DAMAGED ? OUTBOX_REFUSED : OUTBOX_NOT_NOW,
                              text_of(status_code(opened))));
        } else {
            return opened;
        }
    }
    return OK;
}

static status finish(struct work *work, int64_t id, enum outbox_state state, text error)
{
    return work_change(work, FINISH, ARGS(value_i64(id), value_i64(state), value_i64(work->now_ms), value_text(error)),
                       OK);
}

static status postpone(struct work *work, int64_t id, text error)
{
    int64_t tries = 0, pause_ms = PAUSE_FIRST_MS;
    status counted = work_integer(work, &tries, COUNT_TRY, ARGS(value_i64(id), value_text(error)), NOT_FOUND);
    if (counted == NOT_FOUND) {
        return OK; // it came too late meanwhile
    }
    TRY(counted);
    if (tries >= OUTBOX_TRIES_MAX) {
        return work_change(work, GIVE_UP, ARGS(value_i64(id), value_i64(work->now_ms)), OK);
    }
    for (int64_t i = 1; i < tries && pause_ms < PAUSE_MAX_MS; i++) {
        pause_ms *= 4;
    }
    pause_ms = pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
    return work_change(work, POSTPONE, ARGS(value_i64(id), value_i64(work->now_ms + pause_ms)), OK);
}

status outbox_settle(struct work *work, int64_t id, enum outbox_outcome outcome, text error)
{
    switch (outcome) {
    case OUTBOX_HANDED_OVER:
        return finish(work, id, OUTBOX_SENT, TEXT_ABSENT);
    case OUTBOX_REFUSED:
        return finish(work, id, OUTBOX_FAILED, error);
    case OUTBOX_NOT_NOW:
        break;
    }
    return postpone(work, id, error);
}

status outbox_expire(struct work *work, int64_t *count)
{
    struct rows rows = { 0 };
    *count = 0;
    TRY(work_query(work, &rows, EXPIRE, ARGS(value_i64(work->now_ms), value_i64(EXPIRE_COUNT))));
    while (rows_next(&rows)) {
        ++*count;
    }
    return rows_close(&rows);
}

status outbox_recent(struct work *work, struct message **out, int *count, int64_t limit)
{
    struct sealed_message *found = ARENA_ARRAY(work->arena, struct sealed_message, (size_t)limit);
    *out = ARENA_ARRAY(work->arena, struct message, (size_t)limit);
    *count = 0;
    if (found == NULL || *out == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(read_rows(work, found, count, (int)limit, RECENT, ARGS(value_i64(work->organization_id), value_i64(limit))));
    for (int i = 0; i < *count; i++) {
        if (text_present(found[i].sealed)) {
            TRY(open_message(work, &found[i]));
        }
        (*out)[i] = found[i].message;
    }
    return OK;
}

// No rewriting: what is sealed here is erased within hours.
const struct rekeying_rule outbox_sealing = {
    .table = "outbox",
    .in_use = "SELECT 1 FROM outbox WHERE key_id = $1 AND sealed IS NOT NULL LIMIT 1",
};
