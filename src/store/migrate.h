/*
 * The schema: numbered, append-only migrations, one text an engine, compiled in from store/migrations/{sqlite,postgres}/NNNN_name.sql.
 * Each runs in a transaction of its own and is recorded in `schema_migration`. A database with a newer number than
 * this program knows is refused (SCHEMA_TOO_NEW).
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/database.h"

must_use status migrate(struct database *database, int64_t now_ms, int *applied_count);
must_use status migrate_version(struct database *database, int *version); // 0 for an empty database
int migrate_latest(void);

#endif
