/*
 * A writer's lane: its lease in the database, the heads of its audit chain and event sequence, and the numbers it holds
 * reserved. One writer thread owns it. SQLite has one lane; each PostgreSQL writer of each process leases its own, so
 * that writers never queue behind one head row. The id of the first lane of a process is its node number.
 *
 * What stands here in memory is what the open transaction will commit; after a failed commit it is read again.
 */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include <stdint.h>

#include "base/status.h"
#include "crypto/mac.h"
#include "store/database.h"
#include "store/high_water.h"

enum { LANE_LEASE_MS = 30000, LANE_MARK_COUNT_MAX = 1024, LANE_POOL_COUNT_MAX = 1024 };

/* Numbers of one series that this lane has reserved durably and not used: indices [next, end). */
struct lane_pool {
    int64_t series_id;
    uint64_t next, end;
    bool holds_registered; // places in it that an import registered before; none can be added once they are drawn
    uint64_t taken;        // how many the running effect has taken from `next` on; given back when it fails
};

struct lane {
    int64_t id;
    int64_t holder; // of the lease: random, made at start
    int64_t audit_sequence;
    uint8_t audit_hash[SHA256_LEN];
    int64_t event_sequence;
    bool changed;                           // heads differ from the row
    struct mark marks[LANE_MARK_COUNT_MAX]; // raised by the open transaction, written after its commit
    int mark_count, mark_floor;             // those from mark_floor on go when the open savepoint is undone
    struct lane_pool pools[LANE_POOL_COUNT_MAX];
    int pool_count;
};

/* Takes a free or expired lane, or makes one. */
must_use status lane_lease(struct lane *lane, struct database *database, int64_t holder, int64_t now_ms);
void lane_release(struct lane *lane, struct database *database);           // best effort, at a graceful stop
must_use status lane_reload(struct lane *lane, struct database *database); // after a failed transaction
must_use status
lane_save(struct lane *lane, struct database *database,
          int64_t now_ms); // heads and lease, in the open transaction; STORAGE_CONFLICT when the lease is lost

/* What to put back when a savepoint is undone: the heads, and how many marks there were. Taken when it is set. */
struct lane_heads {
    int64_t audit_sequence, event_sequence;
    uint8_t audit_hash[SHA256_LEN];
    int mark_count;
};
struct lane_heads lane_heads(struct lane *lane);
void lane_heads_restore(struct lane *lane, const struct lane_heads *heads);

/* OUT_OF_MEMORY when a transaction raises too many. */
must_use status lane_mark(struct lane *lane, int64_t series_id, uint64_t drawn);
struct lane_pool *lane_pool(struct lane *lane, int64_t series_id); // found or made empty
void lane_effect_begin(struct lane *lane);
void lane_effect_end(struct lane *lane, bool kept); // what the effect took is gone, or given back

#endif
