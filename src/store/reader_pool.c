#include "store/reader_pool.h"

#include <pthread.h>
#include <stdlib.h>

struct reader_pool {
    struct database_options options;
    pthread_mutex_t mutex;
    struct database *idle[READER_POOL_COUNT_MAX];
    int idle_count, open_count;
};

status reader_pool_new(struct reader_pool **out, const struct database_options *options)
{
    struct reader_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        return OUT_OF_MEMORY;
    }
    pool->options = *options;
    pool->options.read_only = true;
    pool->options.create = false;
    pthread_mutex_init(&pool->mutex, NULL);
    *out = pool;
    return OK;
}

void reader_pool_free(struct reader_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (int i = 0; i < pool->idle_count; i++) {
        database_close(pool->idle[i]);
    }
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

static void forget(struct reader_pool *pool, struct database *database)
{
    if (database != NULL) {
        database_close(database);
    }
    pthread_mutex_lock(&pool->mutex);
    pool->open_count--;
    pthread_mutex_unlock(&pool->mutex);
}

status reader_pool_take(struct reader_pool *pool, struct database **out)
{
    struct database *database = NULL;
    pthread_mutex_lock(&pool->mutex);
    bool may_open = pool->open_count < READER_POOL_COUNT_MAX;
    if (pool->idle_count > 0) {
        database = pool->idle[--pool->idle_count];
    } else if (may_open) {
        pool->open_count++;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (database == NULL && !may_open) {
        return OVERLOADED;
    }
    status result = database == NULL ? database_open(&database, &pool->options) : OK;
    if (result == OK) {
        result = database_begin(database);
    }
    if (result != OK) {
        forget(pool, database);
        return result;
    }
    *out = database;
    return OK;
}

void reader_pool_give(struct reader_pool *pool, struct database *database, status result)
{
    status ended = database_rollback(database);
    if (ended != OK || status_is_fault(result)) {
        forget(pool, database);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->idle[pool->idle_count++] = database;
    pthread_mutex_unlock(&pool->mutex);
}
