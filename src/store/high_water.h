/*
 * The high-water file: how far each series has drawn, kept beside the database, so that restoring an old backup cannot
 * turn a counter back and repeat numbers (architecture, section 5).
 *
 * Written after the commit that advanced a counter and before any of its numbers is shown: in normal running a mark is
 * never above the database. A mark above it means that the database is older than the file: it was restored.
 *
 * Fixed size, allocated when made, so that a full disk cannot stop a mark. Each series has a slot of two records written
 * in turn (id, mark, count of writes, checksum), so that a torn write leaves the other. A failed fsync ends the process.
 */
#ifndef STORE_HIGH_WATER_H
#define STORE_HIGH_WATER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum { HIGH_WATER_SERIES_COUNT_MAX = 8192 };

struct high_water;

must_use status high_water_create(const char *path);                        // FILE_EXISTS: never over an existing file
must_use status high_water_open(struct high_water **out, const char *path); // NOT_FOUND, DATA_DAMAGED
void high_water_close(struct high_water *high_water);

uint64_t high_water_mark(struct high_water *high_water, int64_t series_id); // 0 when there is none
/* Raises marks in memory, then writes all raised ones and syncs once (twice when a series is new to the file, so that
   it has both its records); threads that wait share a sync. Any thread. Never lowers; a mark of 0 is nothing.
   STORAGE_FULL: no slot is left for a new series, and nothing was raised. */
struct mark {
    int64_t series_id;
    uint64_t drawn;
};
must_use status high_water_raise(struct high_water *high_water, const struct mark *marks, int count);
/* Walks all marks. */
bool high_water_each(struct high_water *high_water, int *cursor, struct mark *mark);

#endif
