#include "store/database.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "store/database_engine.h"

enum { FAULT_SQL_LEN = 60 };

void database_fault_log(const struct database_fault *fault)
{
    struct log_field fields[6];
    int count = 0;
    fields[count++] = LOG_S("engine", fault->engine);
    fields[count++] = LOG_S("status", status_code(fault->status));
    if (fault->state != NULL) {
        fields[count++] = LOG_S("state", fault->state);
    }
    if (fault->constraint != NULL) {
        fields[count++] = LOG_S("constraint", fault->constraint);
    }
    if (fault->message != NULL) {
        fields[count++] = LOG_S("error", fault->message);
    }
    if (fault->sql != NULL) {
        fields[count++] = LOG_T("sql", text_slice(text_of(fault->sql), 0, FAULT_SQL_LEN));
    }
    // A conflict is run again by the executor; only many of them are news.
    enum log_level level = fault->status == STORAGE_CONFLICT ? LOG_WARN : LOG_ERROR;
    log_event(level, "database.fault", "The database answered with an error.", fields, count);
}

status database_open(struct database **out, const struct database_options *options)
{
    assert(options->location != NULL && !(options->read_only && options->create));
    *out = NULL;
    switch (options->engine) {
    case ENGINE_SQLITE:
        return database_open_sqlite(out, options);
    case ENGINE_POSTGRES:
        return database_open_postgres(out, options);
    }
    assert(false);
    return INTERNAL;
}

void database_close(struct database *database)
{
    if (database != NULL) {
        database->engine->close(database);
    }
}

enum engine database_engine(const struct database *database)
{
    return database->engine->engine;
}

struct value value_i64(int64_t integer)
{
    return (struct value){ .type = VALUE_INTEGER, .integer = integer };
}

struct value value_i64_or_null(int64_t integer, int64_t null_when)
{
    return (struct value){ .type = VALUE_INTEGER, .null = integer == null_when, .integer = integer };
}

struct value value_bool(bool boolean)
{
    return value_i64(boolean ? 1 : 0);
}

struct value value_text(text t)
{
    // PostgreSQL has no NUL in a text, so no engine may take one: what comes from outside is checked where it comes in.
    assert(t.at == NULL || memchr(t.at, '\0', t.len) == NULL);
    return (struct value){ .type = VALUE_TEXT, .null = t.at == NULL, .bytes = t };
}

struct value value_blob(const void *bytes, size_t len)
{
    return (struct value){ .type = VALUE_BLOB, .null = bytes == NULL, .bytes = text_bytes(bytes, len) };
}

status database_begin(struct database *database)
{
    return database->engine->begin(database);
}

status database_commit(struct database *database)
{
    return database->engine->commit(database);
}

status database_rollback(struct database *database)
{
    return database->engine->rollback(database);
}

// Names go into statements as they are: they are words of the program.
static void name_check(const char *name)
{
    assert(name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
}

status database_savepoint(struct database *database, const char *name)
{
    name_check(name);
    // SQLite would begin a transaction with it, and commit that with its release.
    return database_transaction_stands(database) ? database->engine->savepoint(database, name) : STORAGE_FAULT;
}

status database_release(struct database *database, const char *name)
{
    name_check(name);
    return database->engine->release(database, name);
}

status database_rollback_to(struct database *database, const char *name)
{
    name_check(name);
    return database->engine->rollback_to(database, name);
}

bool database_transaction_stands(struct database *database)
{
    return database->engine->transaction_stands(database);
}

status database_reconnect(struct database *database)
{
    return database->engine->reconnect(database);
}

status database_run(struct database *database, const char *sql, const struct value *values, int count, int64_t *changed,
                    bool *conflict)
{
    assert(count >= 0 && count <= DATABASE_PARAMETER_COUNT_MAX);
    int64_t unasked;
    changed = changed != NULL ? changed : &unasked;
    *changed = 0;
    if (conflict != NULL) {
        *conflict = false;
    }
    return database->engine->run(database, sql, values, count, changed, conflict);
}

status database_query(struct database *database, struct rows *rows, const char *sql, const struct value *values,
                      int count)
{
    assert(count >= 0 && count <= DATABASE_PARAMETER_COUNT_MAX);
    assert(rows->statement == NULL); // the rows of an earlier query are still open
    *rows = (struct rows){ .database = database };
    rows->status = database->engine->query(database, rows, sql, values, count);
    return rows->status;
}

bool rows_next(struct rows *rows)
{
    return rows->statement != NULL && rows->status == OK && rows->database->engine->next(rows);
}

status rows_close(struct rows *rows)
{
    if (rows->statement != NULL) {
        rows->database->engine->rows_end(rows);
        rows->statement = NULL;
    }
    return rows->status;
}

bool row_is_null(struct rows *rows, int column)
{
    return rows->database->engine->is_null(rows, column);
}

int64_t row_i64_or(struct rows *rows, int column, int64_t when_null)
{
    return row_is_null(rows, column) ? when_null : rows->database->engine->i64(rows, column);
}

int64_t row_i64(struct rows *rows, int column)
{
    return row_i64_or(rows, column, 0);
}

bool row_bool(struct rows *rows, int column)
{
    return row_i64(rows, column) != 0;
}

text row_text(struct rows *rows, int column)
{
    return row_is_null(rows, column) ? TEXT_ABSENT : rows->database->engine->bytes(rows, column, false);
}

text row_text_copy(struct rows *rows, int column, struct arena *arena)
{
    text borrowed = row_text(rows, column);
    text copy = arena_copy(arena, borrowed);
    if (borrowed.at != NULL && copy.at == NULL && rows->status == OK) {
        rows->status = OUT_OF_MEMORY; // absent would read as NULL
    }
    return copy;
}

text row_blob(struct rows *rows, int column)
{
    return row_is_null(rows, column) ? TEXT_ABSENT : rows->database->engine->bytes(rows, column, true);
}

status database_script(struct database *database, const char *script)
{
    return database->engine->script(database, script);
}

int database_log_frames(const struct database *database)
{
    return database->log_frames;
}

status database_checkpoint(struct database *database, int *log_frames, int *moved_frames)
{
    *log_frames = 0;
    *moved_frames = 0;
    return database->engine->checkpoint(database, log_frames, moved_frames);
}

status database_backup(struct database *database, const char *path,
                       void (*progress)(void *context, int remaining, int total), void *context)
{
    return database->engine->backup(database, path, progress, context);
}

status database_check(struct database *database)
{
    return database->engine->check(database);
}
