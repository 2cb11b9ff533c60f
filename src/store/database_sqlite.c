/*
 * The SQLite engine: one connection to one file in WAL mode.
 *
 * A statement is given back, reset and with its parameters cleared, as soon as its call or its rows end. When the same
 * SQL is asked for while its rows are still open, the second user gets a statement of its own that is not kept.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "store/database_engine.h"

enum {
    // Not more: after some growth each commit of SQLite 3.40 walks the whole cache; mmap serves what falls out of it.
    CACHE_KIB_WRITER = 16 * 1024,
    CACHE_KIB_READER = 16 * 1024,
    BACKUP_STEP_PAGES = 1024,
};

enum savepoint_verb { SAVEPOINT_SET, SAVEPOINT_RELEASE, SAVEPOINT_ROLLBACK, SAVEPOINT_VERB_COUNT };

struct savepoint {
    const char *name;
    sqlite3_stmt *statements[SAVEPOINT_VERB_COUNT];
};

struct sqlite {
    struct database base;
    sqlite3 *handle;
    struct savepoint savepoints[DATABASE_SAVEPOINT_COUNT_MAX];
    int savepoint_count;
};

struct sqlite_statement {
    sqlite3_stmt *handle;
    const char *sql;
    bool writes;
    bool busy;
    bool kept; // in the cache
    int state; // of open rows: what the last step answered
    int parameter_count;
    int parameters[]; // where SQLite keeps $1, $2 ...: it numbers names in the order in which they appear
};

static struct sqlite *sqlite_of(struct database *database)
{
    return (struct sqlite *)database;
}

/* Faults */

static void process_end_after_fsync(void)
{
    // R-FSYNC-1: the kernel may have dropped the pages; only recovery from the log tells what is on the disk.
    LOG(LOG_ERROR, "database.fsync_failed", "The disk refused to keep data durably. The server stops.",
        LOG_S("engine", "sqlite"));
    abort();
}

static bool fsync_failed(int code)
{
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

static status status_of(int code, int system_error)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return STORAGE_FULL;
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM) {
            return OUT_OF_MEMORY;
        }
        return system_error == ENOSPC || system_error == EDQUOT ? STORAGE_FULL : STORAGE_FAULT;
    case SQLITE_CANTOPEN:
        return system_error == ENOSPC || system_error == EDQUOT ? STORAGE_FULL : STORAGE_FAULT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return STORAGE_CONFLICT;
    case SQLITE_NOMEM:
        return OUT_OF_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return DATA_DAMAGED;
    default:
        return STORAGE_FAULT;
    }
}

static bool is_unique_violation(int code)
{
    return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID;
}

enum moment { WHILE_PREPARING, WHILE_RUNNING };

// To be called before anything else is done with the connection, which would overwrite its message.
static status fault(struct sqlite *db, int code, enum moment moment, const char *sql)
{
    if (fsync_failed(code)) {
        process_end_after_fsync();
    }
    assert((code & 0xff) != SQLITE_MISUSE && (code & 0xff) != SQLITE_RANGE);
    status result = status_of(code, sqlite3_system_errno(db->handle));
    char state[16];
    snprintf(state, sizeof state, "%d", code);
    // A message of a function that failed on a row (JSON, say) may quote the row; all others name tables and columns.
    bool may_quote = moment == WHILE_RUNNING && (code & 0xff) == SQLITE_ERROR;
    database_fault_log(&(struct database_fault){
        .engine = "sqlite",
        .status = result,
        .state = state,
        .message = may_quote ? sqlite3_errstr(code) : sqlite3_errmsg(db->handle),
        .sql = sql,
    });
    return result;
}

/* Statements */

static void statement_free(struct sqlite_statement *statement)
{
    sqlite3_finalize(statement->handle); // repeats the status of the last step, which was reported then
    free(statement);
}

static bool statement_release(void *pointer)
{
    struct sqlite_statement *statement = pointer;
    if (statement->busy) {
        return false;
    }
    statement_free(statement);
    return true;
}

static void parameters_map(struct sqlite_statement *statement)
{
    for (int i = 0; i < statement->parameter_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%d", i + 1);
        statement->parameters[i] = sqlite3_bind_parameter_index(statement->handle, name);
        assert(statement->parameters[i] > 0); // parameters are $1 to $n without a gap
    }
}

static status statement_prepare(struct sqlite *db, struct sqlite_statement **out, const char *sql, bool keep)
{
    *out = NULL;
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &handle, NULL);
    if (code != SQLITE_OK) {
        return fault(db, code, WHILE_PREPARING, sql);
    }
    assert(handle != NULL); // not an empty text
    int count = sqlite3_bind_parameter_count(handle);
    struct sqlite_statement *statement = calloc(1, sizeof *statement + (size_t)count * sizeof statement->parameters[0]);
    if (statement == NULL) {
        sqlite3_finalize(handle);
        return OUT_OF_MEMORY;
    }
    statement->handle = handle;
    statement->sql = sql;
    statement->writes = !sqlite3_stmt_readonly(handle);
    statement->kept = keep;
    statement->parameter_count = count;
    parameters_map(statement);
    *out = statement;
    return OK;
}

static status statement_take(struct sqlite *db, struct sqlite_statement **out, const char *sql)
{
    struct sqlite_statement *statement = statement_cache_find(&db->base.cache, sql);
    if (statement != NULL && !statement->busy) {
        assert(strcmp(sqlite3_sql(statement->handle), sql) == 0); // the text was a constant
        statement->busy = true;
        *out = statement;
        return OK;
    }
    bool keep = statement == NULL;
    if (keep && statement_cache_is_full(&db->base.cache)) {
        statement_cache_clear(&db->base.cache, statement_release);
        keep = !statement_cache_is_full(&db->base.cache);
    }
    TRY(statement_prepare(db, &statement, sql, keep));
    assert(statement != NULL);
    if (keep) {
        statement_cache_put(&db->base.cache, sql, statement);
    }
    statement->busy = true;
    *out = statement;
    return OK;
}

static void statement_give_back(struct sqlite_statement *statement)
{
    sqlite3_reset(statement->handle); // repeats the status of the last step
    sqlite3_clear_bindings(statement->handle);
    statement->busy = false;
    if (!statement->kept) {
        statement_free(statement);
    }
}

// `destructor`: SQLITE_STATIC when the statement ends before the call does, else SQLITE_TRANSIENT.
static int statement_bind(struct sqlite_statement *statement, const struct value *values, int count,
                          sqlite3_destructor_type destructor)
{
    assert(count == statement->parameter_count);
    int code = SQLITE_OK;
    for (int i = 0; i < count && code == SQLITE_OK; i++) {
        const struct value *value = &values[i];
        int index = statement->parameters[i];
        if (value->null) {
            code = sqlite3_bind_null(statement->handle, index);
        } else if (value->type == VALUE_INTEGER) {
            code = sqlite3_bind_int64(statement->handle, index, value->integer);
        } else if (value->type == VALUE_TEXT) {
            code = sqlite3_bind_text64(statement->handle, index, value->bytes.at, value->bytes.len, destructor,
                                       SQLITE_UTF8);
        } else {
            code = sqlite3_bind_blob64(statement->handle, index, value->bytes.at, value->bytes.len, destructor);
        }
    }
    return code;
}

static status sqlite_run(struct database *database, const char *sql, const struct value *values, int count,
                         int64_t *changed, bool *conflict)
{
    struct sqlite *db = sqlite_of(database);
    struct sqlite_statement *statement;
    TRY(statement_take(db, &statement, sql));
    status result = OK;
    int code = statement_bind(statement, values, count, SQLITE_STATIC);
    if (code == SQLITE_OK) {
        do {
            code = sqlite3_step(statement->handle);
        } while (code == SQLITE_ROW);
    }
    if (code == SQLITE_DONE) {
        *changed = statement->writes ? sqlite3_changes64(db->handle) : 0;
    } else if (conflict != NULL && is_unique_violation(code)) {
        *conflict = true; // SQLite has undone the statement alone
    } else {
        result = fault(db, code, WHILE_RUNNING, sql);
    }
    statement_give_back(statement);
    return result;
}

static status run_word(struct database *database, const char *sql)
{
    int64_t changed = 0;
    return sqlite_run(database, sql, NO_ARGS, &changed, NULL);
}

/* Rows */

static status sqlite_query(struct database *database, struct rows *rows, const char *sql, const struct value *values,
                           int count)
{
    struct sqlite *db = sqlite_of(database);
    struct sqlite_statement *statement;
    TRY(statement_take(db, &statement, sql));
    int code = statement_bind(statement, values, count, SQLITE_TRANSIENT);
    if (code == SQLITE_OK) {
        // At once, as PostgreSQL does: a statement that changes rows has done so when the call returns.
        code = sqlite3_step(statement->handle);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status result = fault(db, code, WHILE_RUNNING, sql);
        statement_give_back(statement);
        return result;
    }
    statement->state = code;
    rows->statement = statement;
    return OK;
}

static bool sqlite_next(struct rows *rows)
{
    struct sqlite_statement *statement = rows->statement;
    if (rows->row > 0 && statement->state == SQLITE_ROW) {
        statement->state = sqlite3_step(statement->handle);
        if (statement->state != SQLITE_ROW && statement->state != SQLITE_DONE) {
            rows->status = fault(sqlite_of(rows->database), statement->state, WHILE_RUNNING, statement->sql);
        }
    }
    if (statement->state != SQLITE_ROW) {
        return false;
    }
    rows->row++;
    return true;
}

static void sqlite_rows_end(struct rows *rows)
{
    // What RETURNING still holds may be left: rows are changed and foreign keys checked before the first one comes.
    statement_give_back(rows->statement);
}

static bool sqlite_is_null(struct rows *rows, int column)
{
    const struct sqlite_statement *statement = rows->statement;
    assert(column >= 0 && column < sqlite3_column_count(statement->handle));
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

// Tables are STRICT, so a value of another type is either a rule that reads the wrong column or a damaged page.
static bool column_has_type(struct rows *rows, int column, int type)
{
    struct sqlite_statement *statement = rows->statement;
    if (sqlite3_column_type(statement->handle, column) == type) {
        return true;
    }
    if (rows->status == OK) {
        rows->status = DATA_DAMAGED;
        database_fault_log(&(struct database_fault){ .engine = "sqlite",
                                                     .status = DATA_DAMAGED,
                                                     .message = "a column holds another type",
                                                     .sql = statement->sql });
    }
    return false;
}

static int64_t sqlite_i64(struct rows *rows, int column)
{
    const struct sqlite_statement *statement = rows->statement;
    return column_has_type(rows, column, SQLITE_INTEGER) ? sqlite3_column_int64(statement->handle, column) : 0;
}

static text sqlite_bytes(struct rows *rows, int column, bool blob)
{
    struct sqlite_statement *statement = rows->statement;
    if (!column_has_type(rows, column, blob ? SQLITE_BLOB : SQLITE_TEXT)) {
        return TEXT_ABSENT;
    }
    // Of a text, too, this gives the bytes as they are, without a copy to end them with a '\0'.
    const void *bytes = sqlite3_column_blob(statement->handle, column);
    int len = sqlite3_column_bytes(statement->handle, column);
    if (bytes == NULL && len > 0) {
        rows->status = OUT_OF_MEMORY;
        return TEXT_ABSENT;
    }
    return bytes != NULL ? text_bytes(bytes, (size_t)len) : TEXT("");
}

/* Transactions */

static status sqlite_begin(struct database *database)
{
    return run_word(database, database->read_only ? "BEGIN" : "BEGIN IMMEDIATE");
}

static status sqlite_commit(struct database *database)
{
    return run_word(database, "COMMIT");
}

static bool sqlite_transaction_stands(struct database *database)
{
    return !sqlite3_get_autocommit(sqlite_of(database)->handle);
}

static status sqlite_rollback(struct database *database)
{
    // SQLite may have rolled back by itself after a fault.
    return sqlite_transaction_stands(database) ? run_word(database, "ROLLBACK") : OK;
}

static struct savepoint *savepoint_of(struct sqlite *db, const char *name)
{
    for (int i = 0; i < db->savepoint_count; i++) {
        if (strcmp(db->savepoints[i].name, name) == 0) {
            return &db->savepoints[i];
        }
    }
    assert(db->savepoint_count < DATABASE_SAVEPOINT_COUNT_MAX);
    struct savepoint *savepoint = &db->savepoints[db->savepoint_count++];
    savepoint->name = name;
    return savepoint;
}

static status savepoint_run(struct database *database, const char *name, enum savepoint_verb verb)
{
    static const char *const words[] = {
        [SAVEPOINT_SET] = "SAVEPOINT", [SAVEPOINT_RELEASE] = "RELEASE", [SAVEPOINT_ROLLBACK] = "ROLLBACK TO"
    };
    struct sqlite *db = sqlite_of(database);
    sqlite3_stmt **statement = &savepoint_of(db, name)->statements[verb];
    char sql[64];
    int len = snprintf(sql, sizeof sql, "%s %s", words[verb], name);
    assert(len > 0 && (size_t)len < sizeof sql);
    int code = SQLITE_OK;
    if (*statement == NULL) {
        code = sqlite3_prepare_v3(db->handle, sql, len, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_step(*statement);
    }
    status result = code == SQLITE_DONE ? OK : fault(db, code, WHILE_PREPARING, sql);
    sqlite3_reset(*statement);
    return result;
}

static status sqlite_savepoint(struct database *database, const char *name)
{
    return savepoint_run(database, name, SAVEPOINT_SET);
}

static status sqlite_release(struct database *database, const char *name)
{
    return savepoint_run(database, name, SAVEPOINT_RELEASE);
}

static status sqlite_rollback_to(struct database *database, const char *name)
{
    TRY(savepoint_run(database, name, SAVEPOINT_ROLLBACK));
    return savepoint_run(database, name, SAVEPOINT_RELEASE);
}

static status sqlite_reconnect(struct database *database)
{
    (void)database;
    return OK;
}

/* The whole database */

static status sqlite_script(struct database *database, const char *script)
{
    struct sqlite *db = sqlite_of(database);
    int code = sqlite3_exec(db->handle, script, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : fault(db, code, WHILE_PREPARING, script);
}

static int on_commit(void *context, sqlite3 *handle, const char *name, int frames)
{
    (void)handle;
    (void)name;
    struct sqlite *db = context;
    db->base.log_frames = frames;
    return SQLITE_OK;
}

static status sqlite_checkpoint(struct database *database, int *log_frames, int *moved_frames)
{
    struct sqlite *db = sqlite_of(database);
    int held = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &held, &moved);
    if (code != SQLITE_OK && code != SQLITE_BUSY) { // busy: another connection does it
        return fault(db, code, WHILE_RUNNING, "checkpoint");
    }
    *log_frames = held > 0 ? held : 0;
    *moved_frames = moved > 0 ? moved : 0;
    return OK;
}

static status pages_copy(struct sqlite *db, sqlite3 *target, void (*progress)(void *context, int remaining, int total),
                         void *context)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->handle, "main");
    if (backup == NULL) {
        return status_of(sqlite3_extended_errcode(target), sqlite3_system_errno(target));
    }
    int code;
    do {
        code = sqlite3_backup_step(backup, BACKUP_STEP_PAGES);
        if ((code == SQLITE_OK || code == SQLITE_DONE) && progress != NULL) {
            progress(context, sqlite3_backup_remaining(backup), sqlite3_backup_pagecount(backup));
        }
    } while (code == SQLITE_OK);
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? OK : status_of(code, sqlite3_system_errno(target));
}

static status copy_into(struct sqlite *db, const char *path, void (*progress)(void *context, int remaining, int total),
                        void *context)
{
    sqlite3 *target = NULL;
    int code =
        sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    status result = code == SQLITE_OK ? OK : status_of(code, 0);
    // A copy that did not end well is removed, so it needs no journal, and it is synced once, by us, when it is whole.
    if (result == OK &&
        sqlite3_exec(target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL) != SQLITE_OK) {
        result = STORAGE_FAULT;
    }
    if (result == OK) {
        result = pages_copy(db, target, progress, context);
    }
    sqlite3_close(target);
    return result;
}

// A failed fsync of a copy spoils the copy, not the database: unlike one of ours it does not end the process.
static status copy_sync(const char *path, int file)
{
    char folder[4096];
    int len = snprintf(folder, sizeof folder, "%s", path);
    if (len < 0 || (size_t)len >= sizeof folder) {
        return STORAGE_FAULT;
    }
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        strcpy(folder, ".");
    } else {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    int folder_file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = folder_file >= 0 && fsync(file) == 0 && fsync(folder_file) == 0;
    if (folder_file >= 0) {
        close(folder_file);
    }
    return synced ? OK : STORAGE_FAULT;
}

static status backup_fault(status result, const char *message)
{
    database_fault_log(
        &(struct database_fault){ .engine = "sqlite", .status = result, .message = message, .sql = "backup" });
    return result;
}

static status sqlite_backup(struct database *database, const char *path,
                            void (*progress)(void *context, int remaining, int total), void *context)
{
    struct sqlite *db = sqlite_of(database);
    assert(sqlite3_get_autocommit(db->handle));
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return backup_fault(errno == ENOSPC || errno == EDQUOT ? STORAGE_FULL : STORAGE_FAULT, strerror(errno));
    }
    // Inside a transaction the copy is of one moment; outside one it would begin again with every commit of a writer.
    static const char snapshot[] = "BEGIN; SELECT count(*) FROM sqlite_schema";
    status result = sqlite_script(database, snapshot);
    if (result == OK) {
        result = copy_into(db, path, progress, context);
    }
    status ended = sqlite_rollback(database);
    result = result == OK ? ended : result;
    if (result == OK) {
        result = copy_sync(path, file);
    }
    close(file);
    if (result != OK) {
        unlink(path);
        return backup_fault(result, "the copy was not finished and is removed");
    }
    return OK;
}

static status sqlite_check(struct database *database)
{
    static const char check[] = "PRAGMA quick_check(1)";
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, check, NO_ARGS));
    bool sound = rows_next(&rows) && text_equal(row_text(&rows, 0), TEXT("ok"));
    TRY(rows_close(&rows));
    if (!sound) {
        database_fault_log(&(struct database_fault){
            .engine = "sqlite", .status = DATA_DAMAGED, .message = "quick_check found damage", .sql = check });
    }
    return sound ? OK : DATA_DAMAGED;
}

/* Opening and closing */

static bool release_at_close(void *pointer)
{
    assert(!((struct sqlite_statement *)pointer)->busy); // rows are closed before their connection
    return statement_release(pointer);
}

static void sqlite_close(struct database *database)
{
    struct sqlite *db = sqlite_of(database);
    statement_cache_clear(&db->base.cache, release_at_close);
    for (int i = 0; i < db->savepoint_count; i++) {
        for (int verb = 0; verb < SAVEPOINT_VERB_COUNT; verb++) {
            sqlite3_finalize(db->savepoints[i].statements[verb]);
        }
    }
    int code = sqlite3_close(db->handle);
    assert(code != SQLITE_BUSY);
    free(db);
}

static const struct database_engine sqlite_engine = {
    .engine = ENGINE_SQLITE,
    .name = "sqlite",
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .savepoint = sqlite_savepoint,
    .release = sqlite_release,
    .rollback_to = sqlite_rollback_to,
    .transaction_stands = sqlite_transaction_stands,
    .reconnect = sqlite_reconnect,
    .run = sqlite_run,
    .query = sqlite_query,
    .next = sqlite_next,
    .rows_end = sqlite_rows_end,
    .is_null = sqlite_is_null,
    .i64 = sqlite_i64,
    .bytes = sqlite_bytes,
    .script = sqlite_script,
    .checkpoint = sqlite_checkpoint,
    .backup = sqlite_backup,
    .check = sqlite_check,
};

// SQLite swallows some failures (those of a checkpoint at close, say); it tells its log of each, with its code.
static void on_log(void *context, int code, const char *message)
{
    (void)context;
    (void)message;
    if (fsync_failed(code)) {
        process_end_after_fsync();
    }
}

static void configure_library(void)
{
    // Refused when another library of the process has used SQLite before us; then the codes of our calls have to do.
    sqlite3_config(SQLITE_CONFIG_LOG, on_log, NULL);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // spares every allocation a mutex
}

static void configure_handle(sqlite3 *handle)
{
    static const struct {
        int option, value;
    } options[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },        { SQLITE_DBCONFIG_DQS_DML, 0 },
        { SQLITE_DBCONFIG_DQS_DDL, 0 },   { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    };
    static const struct {
        int limit, value;
    } limits[] = {
        { SQLITE_LIMIT_LENGTH, DATABASE_VALUE_LEN_MAX },
        { SQLITE_LIMIT_SQL_LENGTH, 1024 * 1024 },
        { SQLITE_LIMIT_COLUMN, 256 },
        { SQLITE_LIMIT_EXPR_DEPTH, 200 },
        { SQLITE_LIMIT_COMPOUND_SELECT, 50 },
        { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1024 },
        { SQLITE_LIMIT_VARIABLE_NUMBER, DATABASE_PARAMETER_COUNT_MAX },
        { SQLITE_LIMIT_TRIGGER_DEPTH, 10 },
        { SQLITE_LIMIT_WORKER_THREADS, 0 },
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        sqlite3_db_config(handle, options[i].option, options[i].value, NULL);
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        sqlite3_limit(handle, limits[i].limit, limits[i].value);
    }
    sqlite3_busy_timeout(handle, DATABASE_LOCK_TIMEOUT_MS);
}

// The first column of the first row of a pragma is this text.
static bool pragma_is(struct sqlite *db, const char *pragma, const char *expected)
{
    sqlite3_stmt *statement = NULL;
    bool same = sqlite3_prepare_v2(db->handle, pragma, -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(statement, 0), expected) == 0;
    sqlite3_finalize(statement);
    return same;
}

static status configure(struct sqlite *db)
{
    configure_handle(db->handle);
    // temp_store: what is sorted may hold what must not lie in a file of its own.
    TRY(sqlite_script(&db->base,
                      "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA wal_autocheckpoint=0;"
                      "PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=1073741824;"
                      "PRAGMA journal_size_limit=67108864"));
    char cache[64];
    snprintf(cache, sizeof cache, "PRAGMA cache_size=-%d; PRAGMA query_only=%d",
             db->base.read_only ? CACHE_KIB_READER : CACHE_KIB_WRITER, db->base.read_only ? 1 : 0);
    TRY(sqlite_script(&db->base, cache));
    assert(pragma_is(db, "PRAGMA synchronous", "2") && pragma_is(db, "PRAGMA foreign_keys", "1")); // R-DUR-1
    if (!pragma_is(db, "PRAGMA journal_mode", "wal") || sqlite3_db_readonly(db->handle, "main") != 0) {
        database_fault_log(&(struct database_fault){
            .engine = "sqlite", .status = STORAGE_FAULT, .message = "the file cannot be written, or not in WAL mode" });
        return STORAGE_FAULT;
    }
    return OK;
}

// Made by us, because SQLite would make it readable to others; the log and its index take over the mode. A file that
// exists is not even opened: closing it would take away the locks of this process's other connections (POSIX).
static status file_create(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) {
        return OK;
    }
    if (file < 0) {
        status result = errno == ENOSPC || errno == EDQUOT ? STORAGE_FULL : STORAGE_FAULT;
        database_fault_log(
            &(struct database_fault){ .engine = "sqlite", .status = result, .message = strerror(errno) });
        return result;
    }
    close(file);
    return OK;
}

status database_open_sqlite(struct database **out, const struct database_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_library);
    if (options->create) {
        TRY(file_create(options->location));
    }
    struct sqlite *db = calloc(1, sizeof *db);
    if (db == NULL) {
        return OUT_OF_MEMORY;
    }
    db->base.engine = &sqlite_engine;
    db->base.read_only = options->read_only;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(options->location, &db->handle, flags, NULL);
    status result = code == SQLITE_OK ? configure(db) : fault(db, code, WHILE_PREPARING, NULL);
    if (result != OK) {
        sqlite_close(&db->base);
        return result;
    }
    sqlite3_wal_hook(db->handle, on_commit, db); // after the pragmas: wal_autocheckpoint takes the hook away
    *out = &db->base;
    return OK;
}
