#include "store/statement_cache.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static_assert((STATEMENT_SLOT_COUNT & (STATEMENT_SLOT_COUNT - 1)) == 0, "slots are found by a mask");

static unsigned slot_of(const struct statement_cache *cache, const char *sql)
{
    // Fibonacci hashing: addresses of constants differ in their middle bits, the product carries those to the top.
    unsigned slot = (unsigned)(((uint64_t)(uintptr_t)sql * 0x9E3779B97F4A7C15u) >> 40) & (STATEMENT_SLOT_COUNT - 1);
    while (cache->slots[slot].sql != NULL && cache->slots[slot].sql != sql) {
        slot = (slot + 1) & (STATEMENT_SLOT_COUNT - 1);
    }
    return slot;
}

void *statement_cache_find(const struct statement_cache *cache, const char *sql)
{
    return cache->slots[slot_of(cache, sql)].statement;
}

bool statement_cache_is_full(const struct statement_cache *cache)
{
    return cache->count == DATABASE_STATEMENT_COUNT_MAX;
}

void statement_cache_put(struct statement_cache *cache, const char *sql, void *statement)
{
    assert(sql != NULL && statement != NULL && !statement_cache_is_full(cache));
    struct statement_slot *slot = &cache->slots[slot_of(cache, sql)];
    assert(slot->sql == NULL);
    *slot = (struct statement_slot){ sql, statement };
    cache->count++;
}

void statement_cache_clear(struct statement_cache *cache, bool (*release)(void *statement))
{
    struct statement_slot kept[DATABASE_STATEMENT_COUNT_MAX];
    int kept_count = 0;
    for (int i = 0; i < STATEMENT_SLOT_COUNT; i++) {
        if (cache->slots[i].sql != NULL && !release(cache->slots[i].statement)) {
            kept[kept_count++] = cache->slots[i];
        }
    }
    memset(cache, 0, sizeof *cache);
    for (int i = 0; i < kept_count; i++) {
        statement_cache_put(cache, kept[i].sql, kept[i].statement);
    }
}
