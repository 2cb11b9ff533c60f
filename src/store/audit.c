#include "store/audit.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "store/lane.h"

enum { CANONICAL_VERSION = 1, CANONICAL_LEN_MAX = 16 * 1024 };

static void put_integer(struct buffer *out, int64_t value)
{
    uint8_t bytes[8];
    bytes_put_be64(bytes, (uint64_t)value);
    buffer_append(out, bytes, sizeof bytes);
}

static void put_text(struct buffer *out, text t)
{
    uint8_t len[4];
    bytes_put_be32(len, text_present(t) ? (uint32_t)t.len : UINT32_MAX);
    buffer_append(out, len, sizeof len);
    buffer_append(out, t.at, t.len);
}

void audit_canonical(const struct audit_record *record, struct buffer *out)
{
    buffer_append(out, &(uint8_t){ CANONICAL_VERSION }, 1);
    put_integer(out, record->lane);
    put_integer(out, record->sequence);
    put_integer(out, record->at_ms);
    put_integer(out, record->organization_id);
    put_integer(out, record->actor_kind);
    put_integer(out, record->actor_id);
    put_text(out, record->actor_name);
    put_integer(out, record->channel);
    put_text(out, record->peer);
    put_text(out, record->request_id);
    put_text(out, record->action);
    put_text(out, record->subject_type);
    put_integer(out, record->subject_id);
    put_text(out, record->result);
    put_text(out, record->detail);
}

status audit_hash(uint8_t out[SHA256_LEN], const uint8_t previous[SHA256_LEN], const struct audit_record *record)
{
    struct buffer canonical;
    buffer_init(&canonical, CANONICAL_LEN_MAX);
    audit_canonical(record, &canonical);
    status result = OUT_OF_MEMORY;
    if (!canonical.failed) {
        const struct bytes_view pieces[] = { { previous, SHA256_LEN }, { canonical.at, canonical.len } };
        result = sha256(out, pieces, 2);
    }
    buffer_release(&canonical);
    return result;
}

static const char APPEND[] =
    "INSERT INTO audit (lane, sequence, at_ms, organization_id, actor_kind, actor_id, actor_name, channel, peer, "
    "request_id, action, subject_type, subject_id, result, detail, hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

status audit_append(struct work *work, text action, text result)
{
    struct lane *lane = work->lane;
    const struct actor *actor = work->actor;
    const struct audit_record record = {
        .lane = lane->id,
        .sequence = lane->audit_sequence + 1,
        .at_ms = work->now_ms,
        .organization_id = work->organization_id,
        .actor_kind = actor->kind,
        .actor_id = actor->id,
        .actor_name = actor->name,
        .channel = actor->channel,
        .peer = actor->peer,
        .request_id = work->request_id,
        .action = action,
        .subject_type = work->subject_type,
        .subject_id = work->subject_id,
        .result = result,
        .detail = work->detail,
    };
    uint8_t hash[SHA256_LEN];
    TRY(audit_hash(hash, lane->audit_hash, &record));
    TRY(work_run(work, APPEND,
                 ARGS(value_i64(record.lane), value_i64(record.sequence), value_i64(record.at_ms),
                      value_i64(record.organization_id), value_i64(record.actor_kind), value_i64(record.actor_id),
                      value_text(record.actor_name), value_i64(record.channel), value_text(record.peer),
                      value_text(record.request_id), value_text(record.action), value_text(record.subject_type),
                      value_i64(record.subject_id), value_text(record.result), value_text(record.detail),
                      value_blob(hash, sizeof hash))));
    lane->audit_sequence = record.sequence;
    memcpy(lane->audit_hash, hash, sizeof hash);
    lane->changed = true;
    return OK;
}

static const char NEXT_PAGE[] =
    "SELECT lane, sequence, at_ms, organization_id, actor_kind, actor_id, actor_name, channel, peer, request_id, action, "
    "subject_type, subject_id, result, detail, hash FROM audit "
    "WHERE lane = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
static const char LANES[] = "SELECT id, audit_sequence, audit_hash FROM lane WHERE id > $1 ORDER BY id LIMIT 1";
static const char STRAY[] = "SELECT a.lane FROM audit a LEFT JOIN lane l ON l.id = a.lane WHERE l.id IS NULL LIMIT 1";

enum { VERIFY_PAGE_COUNT = 2000 };

struct chain {
    int64_t lane, sequence;
    uint8_t hash[SHA256_LEN];
};

static status verify_row(struct chain *chain, struct rows *rows, struct audit_break *broken)
{
    const struct audit_record record = {
        .lane = row_i64(rows, 0),
        .sequence = row_i64(rows, 1),
        .at_ms = row_i64(rows, 2),
        .organization_id = row_i64(rows, 3),
        .actor_kind = row_i64(rows, 4),
        .actor_id = row_i64(rows, 5),
        .actor_name = row_text(rows, 6),
        .channel = row_i64(rows, 7),
        .peer = row_text(rows, 8),
        .request_id = row_text(rows, 9),
        .action = row_text(rows, 10),
        .subject_type = row_text(rows, 11),
        .subject_id = row_i64(rows, 12),
        .result = row_text(rows, 13),
        .detail = row_text(rows, 14),
    };
    text stored = row_blob(rows, 15);
    if (record.sequence != chain->sequence + 1) {
        *broken = (struct audit_break){ chain->lane, chain->sequence + 1, "a record is missing" };
        return AUDIT_BROKEN;
    }
    uint8_t hash[SHA256_LEN];
    TRY(audit_hash(hash, chain->hash, &record));
    if (stored.len != SHA256_LEN || memcmp(stored.at, hash, SHA256_LEN) != 0) {
        *broken = (struct audit_break){ chain->lane, record.sequence, "a record was altered" };
        return AUDIT_BROKEN;
    }
    chain->sequence = record.sequence;
    memcpy(chain->hash, hash, SHA256_LEN);
    return OK;
}

static status verify_chain(struct database *database, struct chain *chain, struct audit_break *broken, int64_t *count)
{
    for (int64_t page = VERIFY_PAGE_COUNT; page == VERIFY_PAGE_COUNT;) {
        struct rows rows = { 0 };
        TRY(database_query(database, &rows, NEXT_PAGE,
                           ARGS(value_i64(chain->lane), value_i64(chain->sequence), value_i64(VERIFY_PAGE_COUNT))));
        status result = OK;
        for (page = 0; result == OK && rows_next(&rows); page++) {
            result = verify_row(chain, &rows, broken);
        }
        status closed = rows_close(&rows);
        TRY(result);
        TRY(closed);
        *count += page;
    }
    return OK;
}

status audit_verify(struct database *database, struct audit_break *broken, int64_t *count)
{
    *count = 0;
    for (int64_t after = 0;;) {
        struct chain chain = { 0 };
        int64_t head_sequence = 0;
        uint8_t head_hash[SHA256_LEN] = { 0 };
        struct rows rows = { 0 };
        TRY(database_query(database, &rows, LANES, ARGS(value_i64(after))));
        bool found = rows_next(&rows);
        if (found) {
            chain.lane = row_i64(&rows, 0);
            head_sequence = row_i64(&rows, 1);
            text hash = row_blob(&rows, 2);
            if (hash.len == SHA256_LEN) {
                memcpy(head_hash, hash.at, SHA256_LEN);
            }
        }
        TRY(rows_close(&rows));
        if (!found) {
            break;
        }
        TRY(verify_chain(database, &chain, broken, count));
        if (chain.sequence != head_sequence || memcmp(chain.hash, head_hash, SHA256_LEN) != 0) {
            *broken = (struct audit_break){ chain.lane, chain.sequence, "the chain ends elsewhere than its head says" };
            return AUDIT_BROKEN;
        }
        after = chain.lane;
    }
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, STRAY, NO_ARGS));
    bool stray = rows_next(&rows);
    if (stray) {
        *broken = (struct audit_break){ row_i64(&rows, 0), 0, "records belong to no chain" };
    }
    TRY(rows_close(&rows));
    return stray ? AUDIT_BROKEN : OK;
}
