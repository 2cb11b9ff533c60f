#include "store/migrate.h"

#include "base/log.h"
#include "store/migration_list.h"

/*
 * What an engine needs at the beginning of a migration's transaction. SQLite: BEGIN IMMEDIATE has locked the file.
 * PostgreSQL: two processes that start at once go one after the other (the number is ours alone), and a large table may
 * take longer than a request may.
 */
struct words {
    const char *begin;
    const char *exists;
    const struct migration *list;
};

static const struct words engines[] = {
    [ENGINE_SQLITE] = {
        .begin = "CREATE TABLE IF NOT EXISTS schema_migration"
                 " (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
        .exists = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
        .list = migrations_sqlite,
    },
    [ENGINE_POSTGRES] = {
        .begin = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;"
                 "SELECT pg_advisory_xact_lock(7163390572283485297);"
                 "CREATE TABLE IF NOT EXISTS schema_migration"
                 " (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
        .exists = "SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL",
        .list = migrations_postgres,
    },
};

static const char VERSION[] = "SELECT coalesce(max(version), 0) FROM schema_migration";
static const char RECORD[] = "INSERT INTO schema_migration (version, name, applied_at) VALUES ($1, $2, $3)";

int migrate_latest(void)
{
    return migration_count;
}

static status first_integer(struct database *database, const char *sql, int *out)
{
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, sql, NO_ARGS));
    *out = rows_next(&rows) ? (int)row_i64(&rows, 0) : 0;
    return rows_close(&rows);
}

status migrate_version(struct database *database, int *version)
{
    *version = 0;
    int exists = 0;
    TRY(first_integer(database, engines[database_engine(database)].exists, &exists));
    return exists != 0 ? first_integer(database, VERSION, version) : OK;
}

static status refuse_newer(int version)
{
    if (version <= migrate_latest()) {
        return OK;
    }
    LOG(LOG_ERROR, "migrate.too_new", "The database was written by a newer version of the program.",
        LOG_I("version", version), LOG_I("known", migrate_latest()));
    return SCHEMA_TOO_NEW;
}

// The next migration in the open transaction, or none when there is none left (another process may have been first).
static status apply_next(struct database *database, int64_t now_ms, bool *applied)
{
    const struct words *words = &engines[database_engine(database)];
    TRY(database_script(database, words->begin));
    int version = 0;
    TRY(first_integer(database, VERSION, &version));
    TRY(refuse_newer(version));
    if (version == migrate_latest()) {
        return OK;
    }
    const struct migration *next = &words->list[version];
    LOG(LOG_INFO, "migrate.apply", "The schema is brought up to date.", LOG_I("version", next->version),
        LOG_S("name", next->name));
    TRY(database_script(database, next->script));
    TRY(database_run(database, RECORD,
                     ARGS(value_i64(next->version), value_text(text_of(next->name)), value_i64(now_ms)), NULL, NULL));
    *applied = true;
    return OK;
}

static status apply_one(struct database *database, int64_t now_ms, bool *applied)
{
    *applied = false;
    TRY(database_begin(database));
    status result = apply_next(database, now_ms, applied);
    if (result == OK) {
        result = database_commit(database);
    }
    if (result != OK) {
        status ignored = database_rollback(database); // what went wrong before it is what counts
        (void)ignored;
    }
    return result;
}

status migrate(struct database *database, int64_t now_ms, int *applied_count)
{
    *applied_count = 0;
    int version = 0;
    TRY(migrate_version(database, &version));
    TRY(refuse_newer(version));
    bool applied = version < migrate_latest();
    while (applied) {
        TRY(apply_one(database, now_ms, &applied));
        *applied_count += applied ? 1 : 0;
    }
    return OK;
}
