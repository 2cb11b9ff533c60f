/*
 * Connections for reading, lent to one thread at a time. Each read sees one state of the database (a read transaction).
 */
#ifndef STORE_READER_POOL_H
#define STORE_READER_POOL_H

#include "store/database.h"

enum { READER_POOL_COUNT_MAX = 16 };

struct reader_pool;

must_use status reader_pool_new(struct reader_pool **out, const struct database_options *options);
void reader_pool_free(struct reader_pool *pool);

/* A connection inside a read transaction. OVERLOADED when all are lent. */
must_use status reader_pool_take(struct reader_pool *pool, struct database **out);
/* Ends the transaction. After a fault the connection is closed and another opened when needed. */
void reader_pool_give(struct reader_pool *pool, struct database *database, status result);

#endif
