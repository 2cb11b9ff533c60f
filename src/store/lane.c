#include "store/lane.h"

#include <assert.h>
#include <string.h>

static const char FIND_FREE[] = "SELECT id FROM lane WHERE until_ms < $1 ORDER BY id LIMIT 1";
static const char COUNT[] = "SELECT CAST(coalesce(max(id), 0) AS BIGINT) FROM lane";
static const char MAKE[] =
    "INSERT INTO lane (id, holder, until_ms, audit_sequence, audit_hash, event_sequence) "
    "VALUES ($1, $2, $3, 0, $4, 0)";
static const char TAKE[] = "UPDATE lane SET holder = $2, until_ms = $3 WHERE id = $1 AND until_ms < $4";
static const char READ[] = "SELECT audit_sequence, audit_hash, event_sequence FROM lane WHERE id = $1 AND holder = $2";
static const char SAVE[] =
    "UPDATE lane SET until_ms = $3, audit_sequence = $4, audit_hash = $5, event_sequence = $6 "
    "WHERE id = $1 AND holder = $2 AND audit_sequence <= $4";
static const char RELEASE[] = "UPDATE lane SET until_ms = 0 WHERE id = $1 AND holder = $2";

enum { LEASE_TRIES_MAX = 20 };

static status first_integer(struct database *database, const char *sql, const struct value *values, int count,
                            int64_t *out)
{
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, sql, values, count));
    *out = rows_next(&rows) ? row_i64(&rows, 0) : 0;
    return rows_close(&rows);
}

// Another process may take the same lane between our look and our update: then we look again.
static status lease_once(struct lane *lane, struct database *database, int64_t holder, int64_t now_ms, bool *leased)
{
    // On SQLite the data directory's lock already says that nobody else is there, so a left-over lease is nobody's.
    int64_t expired_before = database_engine(database) == ENGINE_SQLITE ? INT64_MAX : now_ms;
    int64_t id = 0;
    TRY(first_integer(database, FIND_FREE, ARGS(value_i64(expired_before)), &id));
    int64_t changed = 0;
    bool conflict = false;
    if (id != 0) {
        TRY(database_run(
            database, TAKE,
            ARGS(value_i64(id), value_i64(holder), value_i64(now_ms + LANE_LEASE_MS), value_i64(expired_before)),
            &changed, NULL));
    } else {
        static const uint8_t zero_hash[SHA256_LEN];
        TRY(first_integer(database, COUNT, NO_ARGS, &id));
        id++;
        TRY(database_run(database, MAKE,
                         ARGS(value_i64(id), value_i64(holder), value_i64(now_ms + LANE_LEASE_MS),
                              value_blob(zero_hash, sizeof zero_hash)),
                         &changed, &conflict));
    }
    *leased = changed == 1 && !conflict;
    if (*leased) {
        memset(lane, 0, sizeof *lane);
        lane->id = id;
        lane->holder = holder;
    }
    return OK;
}

status lane_lease(struct lane *lane, struct database *database, int64_t holder, int64_t now_ms)
{
    for (int try = 0; try < LEASE_TRIES_MAX; try++) {
        bool leased = false;
        TRY(lease_once(lane, database, holder, now_ms, &leased));
        if (leased) {
            return lane_reload(lane, database);
        }
    }
    return STORAGE_CONFLICT;
}

void lane_release(struct lane *lane, struct database *database)
{
    // Nothing to do about a fault here: the lease runs out by itself.
    status ignored = database_run(database, RELEASE, ARGS(value_i64(lane->id), value_i64(lane->holder)), NULL, NULL);
    (void)ignored;
}

status lane_reload(struct lane *lane, struct database *database)
{
    lane->mark_count = lane->mark_floor = 0;
    lane->pool_count = 0;
    lane->changed = false;
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, READ, ARGS(value_i64(lane->id), value_i64(lane->holder))));
    bool found = rows_next(&rows);
    if (found) {
        lane->audit_sequence = row_i64(&rows, 0);
        text hash = row_blob(&rows, 1);
        assert(hash.len == SHA256_LEN);
        memcpy(lane->audit_hash, hash.at, SHA256_LEN);
        lane->event_sequence = row_i64(&rows, 2);
    }
    TRY(rows_close(&rows));
    return found ? OK : STORAGE_CONFLICT;
}

status lane_save(struct lane *lane, struct database *database, int64_t now_ms)
{
    int64_t changed = 0;
    TRY(database_run(database, SAVE,
                     ARGS(value_i64(lane->id), value_i64(lane->holder), value_i64(now_ms + LANE_LEASE_MS),
                          value_i64(lane->audit_sequence), value_blob(lane->audit_hash, SHA256_LEN),
                          value_i64(lane->event_sequence)),
                     &changed, NULL));
    return changed == 1 ? OK : STORAGE_CONFLICT;
}

struct lane_heads lane_heads(struct lane *lane)
{
    struct lane_heads heads = {
        .audit_sequence = lane->audit_sequence,
        .event_sequence = lane->event_sequence,
        .mark_count = lane->mark_count,
    };
    lane->mark_floor = lane->mark_count;
    memcpy(heads.audit_hash, lane->audit_hash, sizeof heads.audit_hash);
    return heads;
}

void lane_heads_restore(struct lane *lane, const struct lane_heads *heads)
{
    lane->audit_sequence = heads->audit_sequence;
    lane->event_sequence = heads->event_sequence;
    memcpy(lane->audit_hash, heads->audit_hash, sizeof lane->audit_hash);
    lane->mark_count = heads->mark_count;
}

status lane_mark(struct lane *lane, int64_t series_id, uint64_t drawn)
{
    // Marks of before the savepoint stay as they are; that a series then has two does not matter.
    for (int i = lane->mark_floor; i < lane->mark_count; i++) {
        if (lane->marks[i].series_id == series_id) {
            lane->marks[i].drawn = drawn > lane->marks[i].drawn ? drawn : lane->marks[i].drawn;
            return OK;
        }
    }
    if (lane->mark_count == LANE_MARK_COUNT_MAX) {
        return OUT_OF_MEMORY;
    }
    lane->marks[lane->mark_count++] = (struct mark){ series_id, drawn };
    return OK;
}

struct lane_pool *lane_pool(struct lane *lane, int64_t series_id)
{
    for (int i = 0; i < lane->pool_count; i++) {
        if (lane->pools[i].series_id == series_id) {
            return &lane->pools[i];
        }
    }
    if (lane->pool_count == LANE_POOL_COUNT_MAX) {
        // The oldest pool makes room; its numbers are skipped, never repeated.
        memmove(&lane->pools[0], &lane->pools[1], sizeof lane->pools[0] * (LANE_POOL_COUNT_MAX - 1));
        lane->pool_count--;
    }
    struct lane_pool *pool = &lane->pools[lane->pool_count++];
    *pool = (struct lane_pool){ .series_id = series_id };
    return pool;
}

void lane_effect_begin(struct lane *lane)
{
    for (int i = 0; i < lane->pool_count; i++) {
        assert(lane->pools[i].taken == 0);
    }
}

void lane_effect_end(struct lane *lane, bool kept)
{
    for (int i = 0; i < lane->pool_count; i++) {
        struct lane_pool *pool = &lane->pools[i];
        pool->next += kept ? pool->taken : 0;
        pool->taken = 0;
    }
}
