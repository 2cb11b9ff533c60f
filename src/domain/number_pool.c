#include "domain/number_pool.h"

#include <assert.h>

#include "store/lane.h"

static const char RESERVE[] =
    "UPDATE series SET drawn = drawn + $2 WHERE id = $1 AND drawn + $2 <= space RETURNING drawn";
static const char COUNT_REGISTERED[] =
    "SELECT CAST(count(*) AS BIGINT) FROM registered_number WHERE series_id = $1 AND series_index >= $2 AND series_index < $3";
static const char IS_REGISTERED[] = "SELECT 1 FROM registered_number WHERE series_id = $1 AND series_index = $2";

enum { BLOCK_COUNT_MAX = 256, BLOCKS_PER_SPACE = 10000 };

// A block never takes more than a ten-thousandth of the space, so that what a crash skips does not matter.
static int64_t block_count(const struct series *series)
{
    uint64_t share = series->total / BLOCKS_PER_SPACE;
    return share < 1 ? 1 : share > BLOCK_COUNT_MAX ? BLOCK_COUNT_MAX : (int64_t)share;
}

static status reserve(struct work *work, const struct series *series, struct lane_pool *pool)
{
    int64_t count = block_count(series), drawn = 0;
    status result =
        work_integer(work, &drawn, RESERVE, ARGS(value_i64(series->id), value_i64(count)), NUMBER_SPACE_EXHAUSTED);
    if (result == NUMBER_SPACE_EXHAUSTED && count > 1) {
        count = 1;
        result =
            work_integer(work, &drawn, RESERVE, ARGS(value_i64(series->id), value_i64(count)), NUMBER_SPACE_EXHAUSTED);
    }
    TRY(result);
    pool->next = (uint64_t)(drawn - count);
    pool->end = (uint64_t)drawn;
    int64_t registered = 0;
    TRY(work_integer(work, &registered, COUNT_REGISTERED,
                     ARGS(value_i64(series->id), value_i64((int64_t)pool->next), value_i64((int64_t)pool->end)),
                     INTERNAL));
    pool->holds_registered = registered > 0;
    series_warn_space(series->id, series->total, pool->next, pool->end);
    return lane_mark(work->lane, series->id, pool->end);
}

status number_pool_fill(struct work *work, const struct series *series)
{
    struct lane_pool *pool = lane_pool(work->lane, series->id);
    assert(pool->taken == 0);
    for (;;) {
        if (pool->next == pool->end) {
            TRY(reserve(work, series, pool));
        }
        if (!pool->holds_registered) {
            return OK;
        }
        int64_t registered;
        status found = work_integer(work, &registered, IS_REGISTERED,
                                    ARGS(value_i64(series->id), value_i64((int64_t)pool->next)), NOT_FOUND);
        if (found == NOT_FOUND) {
            return OK;
        }
        TRY(found);
        pool->next++;
    }
}

status number_pool_take(struct work *work, const struct series *series, uint64_t *k)
{
    struct lane_pool *pool = lane_pool(work->lane, series->id);
    if (pool->next + pool->taken == pool->end) {
        return NUMBER_SPACE_EXHAUSTED; // the guard found none either
    }
    *k = pool->next + pool->taken;
    pool->taken++;
    return OK;
}
