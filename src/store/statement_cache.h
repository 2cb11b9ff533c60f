/*
 * The prepared statements of one connection, found by the address of their constant SQL text.
 *
 * Open addressing over twice as many slots as there may be statements. The cache owns nothing: whoever puts a statement
 * in releases it when the cache is cleared. Belongs to its connection's thread.
 */
#ifndef STORE_STATEMENT_CACHE_H
#define STORE_STATEMENT_CACHE_H

#include <stdbool.h>

#include "base/limits.h"

enum { STATEMENT_SLOT_COUNT = 2 * DATABASE_STATEMENT_COUNT_MAX }; // a power of two

struct statement_cache {
    int count;
    struct statement_slot {
        const char *sql;
        void *statement;
    } slots[STATEMENT_SLOT_COUNT];
};

void *statement_cache_find(const struct statement_cache *cache, const char *sql); // NULL when it is not there
bool statement_cache_is_full(const struct statement_cache *cache);
void statement_cache_put(struct statement_cache *cache, const char *sql, void *statement); // not full, not there yet

/* Gives every statement to `release`; those for which it returns false are in use and stay. */
void statement_cache_clear(struct statement_cache *cache, bool (*release)(void *statement));

#endif
