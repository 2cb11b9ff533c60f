/*
 * The PostgreSQL engine: one libpq connection that stays in pipeline mode.
 *
 * Round trips are what a call costs most. So BEGIN, SAVEPOINT, RELEASE and ROLLBACK TO, which do not fail by
 * themselves, are only written down (`deferred`) and sent in front of the next statement, in the same round trip; what
 * was begun and never used is never sent. Should one of them fail after all, the server skips what follows it and the
 * statement that carried it reports the fault. Therefore `in_transaction` and `failed` say how things stand once all is
 * sent.
 *
 * After a lost connection (`broken`) everything answers STORAGE_FAULT until database_reconnect.
 */
#include <assert.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "store/database_engine.h"

enum { DEFERRED_COUNT_MAX = 32, DEFERRED_LEN_MAX = 64, STATEMENT_NAME_LEN_MAX = 24 };

enum type_oid { // src/include/catalog/pg_type.dat, never changed
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_VARCHAR = 1043,
};

struct postgres {
    struct database base;
    PGconn *connection;
    bool in_transaction;
    bool failed; // the transaction takes nothing but a rollback
    bool broken;
    int64_t prepared_count; // ever, for names
    char deferred[DEFERRED_COUNT_MAX][DEFERRED_LEN_MAX];
    int deferred_count;
};

struct postgres_statement {
    char name[STATEMENT_NAME_LEN_MAX];
    bool described; // its columns have been looked at
    int parameter_count;
    Oid types[];
};

/* What is sent in one round trip, behind all that is deferred. */
struct exchange {
    const char *sql;                      // for the log
    const char *plain;                    // a text without parameters, or
    struct postgres_statement *statement; // a statement
    bool prepare;                         // not known to the server yet
    const struct value *values;
    const char *after; // what follows it, may be NULL

    PGresult *result;      // of the statement, when everything went well
    PGresult *failure;     // of the first command that failed
    bool statement_failed; // it was the statement itself
    bool prepared;         // the server has taken the statement
};

static struct postgres *postgres_of(struct database *database)
{
    return (struct postgres *)database;
}

/* Faults */

static status status_of_state(const char *state)
{
    static const struct {
        const char *state;
        status status;
    } table[] = {
        { "40001", STORAGE_CONFLICT },                            // serialization_failure
        { "40P01", STORAGE_CONFLICT },                            // deadlock_detected
        { "55P03", STORAGE_CONFLICT },                            // lock_not_available
        { "57014", STORAGE_CONFLICT },                            // query_canceled: a statement time-out
        { "53100", STORAGE_FULL },                                // disk_full
        { "53200", OUT_OF_MEMORY },    { "XX001", DATA_DAMAGED }, // data_corrupted
        { "XX002", DATA_DAMAGED },                                // index_corrupted
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].state, state) == 0) {
            return table[i].status;
        }
    }
    return STORAGE_FAULT;
}

static const char *state_of(const PGresult *failure)
{
    const char *state = PQresultErrorField(failure, PG_DIAG_SQLSTATE);
    return state != NULL ? state : ""; // libpq's own failures have none
}

static status fault(const PGresult *failure, const char *sql)
{
    const char *state = state_of(failure);
    status result = status_of_state(state);
    // Messages of class 22 (data) and 23 (constraint) quote values, and so may those raised by functions (P0).
    bool may_quote = strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 || strncmp(state, "P0", 2) == 0;
    database_fault_log(&(struct database_fault){
        .engine = "postgres",
        .status = result,
        .state = state,
        .constraint = PQresultErrorField(failure, PG_DIAG_CONSTRAINT_NAME),
        .message = may_quote ? NULL : PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY),
        .sql = sql,
    });
    return result;
}

static status connection_lost(struct postgres *db, const char *sql)
{
    if (!db->broken) {
        db->broken = true;
        database_fault_log(&(struct database_fault){
            .engine = "postgres", .status = STORAGE_FAULT, .message = "the connection is lost", .sql = sql });
    }
    return STORAGE_FAULT;
}

/* One round trip */

static bool send_text(struct postgres *db, const char *sql)
{
    return PQsendQueryParams(db->connection, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool send_statement(struct postgres *db, const struct exchange *exchange)
{
    const struct postgres_statement *statement = exchange->statement;
    const char *at[DATABASE_PARAMETER_COUNT_MAX];
    int lens[DATABASE_PARAMETER_COUNT_MAX], formats[DATABASE_PARAMETER_COUNT_MAX];
    uint8_t integers[DATABASE_PARAMETER_COUNT_MAX][8];
    for (int i = 0; i < statement->parameter_count; i++) {
        const struct value *value = &exchange->values[i];
        formats[i] = 1;
        if (value->null) {
            at[i] = NULL;
            lens[i] = 0;
        } else if (value->type == VALUE_INTEGER) {
            bytes_put_be64(integers[i], (uint64_t)value->integer);
            at[i] = (const char *)integers[i];
            lens[i] = 8;
        } else {
            assert(value->bytes.len <= DATABASE_VALUE_LEN_MAX);
            at[i] = value->bytes.at;
            lens[i] = (int)value->bytes.len;
        }
    }
    return PQsendQueryPrepared(db->connection, statement->name, statement->parameter_count, at, lens, formats, 1) == 1;
}

static bool exchange_send(struct postgres *db, const struct exchange *exchange)
{
    bool sent = true;
    for (int i = 0; i < db->deferred_count && sent; i++) {
        sent = send_text(db, db->deferred[i]);
    }
    if (sent && exchange->prepare) {
        const struct postgres_statement *statement = exchange->statement;
        sent = PQsendPrepare(db->connection, statement->name, exchange->sql, statement->parameter_count,
                             statement->types) == 1;
    }
    if (sent && exchange->statement != NULL) {
        sent = send_statement(db, exchange);
    }
    if (sent && exchange->plain != NULL) {
        sent = send_text(db, exchange->plain);
    }
    if (sent && exchange->after != NULL) {
        sent = send_text(db, exchange->after);
    }
    return sent && PQpipelineSync(db->connection) == 1;
}

// One result of the pipeline; false when the connection is gone.
static bool result_receive(struct postgres *db, struct exchange *exchange, bool is_main, bool *succeeded)
{
    PGresult *result = PQgetResult(db->connection);
    if (result == NULL) {
        return false;
    }
    ExecStatusType kind = PQresultStatus(result);
    *succeeded = kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK;
    if (*succeeded && is_main) {
        exchange->result = result;
    } else if (!*succeeded && kind != PGRES_PIPELINE_ABORTED && exchange->failure == NULL) {
        exchange->failure = result;
        exchange->statement_failed = is_main;
    } else {
        PQclear(result);
    }
    // Each command's results end with a NULL. Of a lost connection there is a second result, which says the same.
    while ((result = PQgetResult(db->connection)) != NULL) {
        PQclear(result);
    }
    return true;
}

static bool exchange_receive(struct postgres *db, struct exchange *exchange)
{
    bool succeeded = true;
    for (int i = 0; i < db->deferred_count; i++) {
        if (!result_receive(db, exchange, false, &succeeded)) {
            return false;
        }
    }
    if (exchange->prepare) {
        if (!result_receive(db, exchange, false, &succeeded)) {
            return false;
        }
        exchange->prepared = succeeded;
    }
    if (exchange->statement != NULL || exchange->plain != NULL) {
        if (!result_receive(db, exchange, true, &succeeded)) {
            return false;
        }
    }
    if (exchange->after != NULL && !result_receive(db, exchange, false, &succeeded)) {
        return false;
    }
    PGresult *synced = PQgetResult(db->connection);
    bool whole = PQresultStatus(synced) == PGRES_PIPELINE_SYNC;
    PQclear(synced);
    return whole && PQstatus(db->connection) == CONNECTION_OK;
}

static void state_learn(struct postgres *db)
{
    PGTransactionStatusType state = PQtransactionStatus(db->connection);
    db->in_transaction = state != PQTRANS_IDLE;
    db->failed = state == PQTRANS_INERROR;
}

/*
 * Sends all that is deferred and the exchange, and waits for the answers. OK: exchange->result is the caller's.
 * Anything else has been logged, except a unique violation of the statement itself where the caller gives `conflict`:
 * then that is set and the status is OK without a result.
 */
static status exchange_run(struct postgres *db, struct exchange *exchange, bool *conflict)
{
    if (db->broken) {
        return STORAGE_FAULT;
    }
    bool answered = exchange_send(db, exchange) && exchange_receive(db, exchange);
    db->deferred_count = 0;
    status result = OK;
    if (exchange->failure != NULL) {
        bool unique = exchange->statement_failed && strcmp(state_of(exchange->failure), "23505") == 0;
        if (unique && conflict != NULL && answered) {
            *conflict = true;
        } else {
            result = fault(exchange->failure, exchange->sql);
        }
    }
    PQclear(exchange->failure);
    exchange->failure = NULL;
    if (!answered) {
        result = connection_lost(db, exchange->sql);
    } else {
        state_learn(db);
    }
    if (result != OK) {
        PQclear(exchange->result);
        exchange->result = NULL;
    }
    return result;
}

static status plain_run(struct postgres *db, const char *sql)
{
    struct exchange exchange = { .sql = sql, .plain = sql };
    status result = exchange_run(db, &exchange, NULL);
    PQclear(exchange.result);
    return result;
}

static status deferred_flush(struct postgres *db)
{
    struct exchange exchange = { .sql = "transaction" };
    return db->deferred_count > 0 ? exchange_run(db, &exchange, NULL) : OK;
}

/* Deferred commands */

static status defer(struct postgres *db, const char *words, const char *name)
{
    if (db->deferred_count == DEFERRED_COUNT_MAX) {
        TRY(deferred_flush(db));
    }
    int len = snprintf(db->deferred[db->deferred_count++], DEFERRED_LEN_MAX, "%s%s", words, name);
    assert(len > 0 && len < DEFERRED_LEN_MAX);
    return OK;
}

// The place of a savepoint that has not been sent yet and has only other savepoints behind it, or -1.
static int deferred_savepoint(const struct postgres *db, const char *name)
{
    static const char word[] = "SAVEPOINT ";
    for (int i = db->deferred_count - 1; i >= 0 && strncmp(db->deferred[i], word, sizeof word - 1) == 0; i--) {
        if (strcmp(db->deferred[i] + sizeof word - 1, name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool begin_is_deferred(const struct postgres *db)
{
    return db->deferred_count > 0 && strncmp(db->deferred[0], "BEGIN", 5) == 0;
}

/* Statements */

static bool statement_release(void *statement)
{
    free(statement);
    return true;
}

static Oid type_of(const struct value *value)
{
    switch (value->type) {
    case VALUE_INTEGER:
        return OID_INT8;
    case VALUE_TEXT:
        return OID_TEXT;
    case VALUE_BLOB:
        return OID_BYTEA;
    }
    assert(false);
    return 0;
}

static struct postgres_statement *statement_new(struct postgres *db, const struct value *values, int count)
{
    struct postgres_statement *statement = calloc(1, sizeof *statement + (size_t)count * sizeof statement->types[0]);
    if (statement == NULL) {
        return NULL;
    }
    snprintf(statement->name, sizeof statement->name, "s%lld", (long long)++db->prepared_count);
    statement->parameter_count = count;
    for (int i = 0; i < count; i++) {
        statement->types[i] = type_of(&values[i]);
    }
    return statement;
}

static void parameters_check(const struct postgres_statement *statement, const struct value *values, int count)
{
    assert(count == statement->parameter_count);
    for (int i = 0; i < count; i++) {
        assert(statement->types[i] == type_of(&values[i])); // prepared with the types of its first use
    }
}

// Results are read only; nothing of them is kept on the server, so all of them can go while rows are open.
static status statements_forget(struct postgres *db)
{
    statement_cache_clear(&db->base.cache, statement_release);
    return defer(db, "DEALLOCATE ALL", "");
}

static status statement_run(struct postgres *db, struct exchange *exchange, const struct value *values, int count,
                            bool *conflict)
{
    exchange->values = values;
    exchange->statement = statement_cache_find(&db->base.cache, exchange->sql);
    if (exchange->statement != NULL) {
        parameters_check(exchange->statement, values, count);
        return exchange_run(db, exchange, conflict);
    }
    if (statement_cache_is_full(&db->base.cache)) {
        TRY(statements_forget(db));
    }
    exchange->statement = statement_new(db, values, count);
    if (exchange->statement == NULL) {
        return OUT_OF_MEMORY;
    }
    exchange->prepare = true;
    status result = exchange_run(db, exchange, conflict);
    if (exchange->prepared) {
        statement_cache_put(&db->base.cache, exchange->sql, exchange->statement);
    } else {
        free(exchange->statement);
        exchange->statement = NULL;
    }
    return result;
}

static status postgres_run(struct database *database, const char *sql, const struct value *values, int count,
                           int64_t *changed, bool *conflict)
{
    struct postgres *db = postgres_of(database);
    bool guarded = conflict != NULL && db->in_transaction;
    if (guarded) {
        TRY(defer(db, "SAVEPOINT ", "unique_violation"));
    }
    struct exchange exchange = { .sql = sql, .after = guarded ? "RELEASE SAVEPOINT unique_violation" : NULL };
    TRY(statement_run(db, &exchange, values, count, conflict));
    if (conflict != NULL && *conflict && guarded) {
        TRY(defer(db, "ROLLBACK TO SAVEPOINT ", "unique_violation"));
        TRY(defer(db, "RELEASE SAVEPOINT ", "unique_violation"));
        db->failed = false;
    }
    if (exchange.result != NULL) {
        *changed = strtoll(PQcmdTuples(exchange.result), NULL, 10); // empty for what counts nothing
        PQclear(exchange.result);
    }
    return OK;
}

/* Rows */

static bool type_is_integer(Oid type)
{
    return type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_BOOL;
}

static bool type_is_bytes(Oid type, bool blob)
{
    return blob ? type == OID_BYTEA : type == OID_TEXT || type == OID_VARCHAR;
}

// sum() of BIGINT is NUMERIC: such SQL needs a CAST, and is found the first time it runs.
static void columns_check(const PGresult *result, const char *sql)
{
    for (int i = 0; i < PQnfields(result); i++) {
        Oid type = PQftype(result, i);
        if (!type_is_integer(type) && !type_is_bytes(type, false) && !type_is_bytes(type, true)) {
            LOG(LOG_ERROR, "database.column_type", "A statement answers with a type the program does not read.",
                LOG_I("column", i), LOG_I("type", type), LOG_S("sql", sql));
            assert(false);
        }
    }
}

static status postgres_query(struct database *database, struct rows *rows, const char *sql, const struct value *values,
                             int count)
{
    struct postgres *db = postgres_of(database);
    struct exchange exchange = { .sql = sql };
    TRY(statement_run(db, &exchange, values, count, NULL));
    assert(exchange.statement != NULL);
    if (!exchange.statement->described) {
        columns_check(exchange.result, sql);
        exchange.statement->described = true;
    }
    rows->statement = exchange.result;
    return OK;
}

static bool postgres_next(struct rows *rows)
{
    if (rows->row >= PQntuples(rows->statement)) {
        return false;
    }
    rows->row++;
    return true;
}

static void postgres_rows_end(struct rows *rows)
{
    PQclear(rows->statement);
}

static bool postgres_is_null(struct rows *rows, int column)
{
    assert(column >= 0 && column < PQnfields(rows->statement));
    return PQgetisnull(rows->statement, (int)rows->row - 1, column) == 1;
}

static int64_t postgres_i64(struct rows *rows, int column)
{
    const uint8_t *at = (const uint8_t *)PQgetvalue(rows->statement, (int)rows->row - 1, column);
    switch (PQftype(rows->statement, column)) {
    case OID_INT8:
        return (int64_t)bytes_get_be64(at);
    case OID_INT4:
        return (int32_t)bytes_get_be32(at);
    case OID_INT2:
        return (int16_t)(at[0] << 8 | at[1]);
    case OID_BOOL:
        return at[0];
    default:
        assert(false); // the column is not an integer
        return 0;
    }
}

static text postgres_bytes(struct rows *rows, int column, bool blob)
{
    assert(type_is_bytes(PQftype(rows->statement, column), blob));
    int row = (int)rows->row - 1;
    return text_bytes(PQgetvalue(rows->statement, row, column), (size_t)PQgetlength(rows->statement, row, column));
}

/* Transactions */

static status postgres_begin(struct database *database)
{
    struct postgres *db = postgres_of(database);
    if (db->broken) {
        return STORAGE_FAULT;
    }
    assert(!db->in_transaction);
    TRY(defer(db, "BEGIN ISOLATION LEVEL READ COMMITTED", ""));
    db->in_transaction = true;
    db->failed = false;
    return OK;
}

static status transaction_forget(struct postgres *db)
{
    db->deferred_count = 0;
    db->in_transaction = false;
    db->failed = false;
    return OK;
}

static status postgres_commit(struct database *database)
{
    struct postgres *db = postgres_of(database);
    if (db->broken) {
        return STORAGE_FAULT; // COMMIT was not sent, so nothing was changed
    }
    assert(db->in_transaction);
    if (begin_is_deferred(db)) {
        return transaction_forget(db);
    }
    struct exchange exchange = { .sql = "COMMIT", .plain = "COMMIT" };
    status result = exchange_run(db, &exchange, NULL);
    if (db->broken) {
        result = OUTCOME_UNKNOWN;
    } else if (result == OK && strcmp(PQcmdStatus(exchange.result), "COMMIT") != 0) {
        result = STORAGE_FAULT; // the server answers the COMMIT of a failed transaction with ROLLBACK
    }
    PQclear(exchange.result);
    return result;
}

static status postgres_rollback(struct database *database)
{
    struct postgres *db = postgres_of(database);
    bool sent = db->in_transaction && !begin_is_deferred(db);
    transaction_forget(db);
    if (db->broken) {
        return STORAGE_FAULT; // the server rolls back by itself; the caller has to reconnect
    }
    return sent ? plain_run(db, "ROLLBACK") : OK;
}

static status postgres_savepoint(struct database *database, const char *name)
{
    return defer(postgres_of(database), "SAVEPOINT ", name);
}

static status postgres_release(struct database *database, const char *name)
{
    struct postgres *db = postgres_of(database);
    if (db->broken || !db->in_transaction) {
        return STORAGE_FAULT;
    }
    int place = deferred_savepoint(db, name);
    if (place >= 0) {
        db->deferred_count = place; // nothing happened since, and a savepoint inside it goes with it
        return OK;
    }
    return defer(db, "RELEASE SAVEPOINT ", name);
}

static status postgres_rollback_to(struct database *database, const char *name)
{
    struct postgres *db = postgres_of(database);
    if (db->broken || !db->in_transaction) {
        return STORAGE_FAULT;
    }
    int place = deferred_savepoint(db, name);
    if (place >= 0) {
        db->deferred_count = place;
        return OK;
    }
    TRY(defer(db, "ROLLBACK TO SAVEPOINT ", name));
    TRY(defer(db, "RELEASE SAVEPOINT ", name));
    db->failed = false;
    return OK;
}

static bool postgres_transaction_stands(struct database *database)
{
    const struct postgres *db = postgres_of(database);
    return db->in_transaction && !db->failed && !db->broken;
}

/* The whole database */

static status postgres_script(struct database *database, const char *script)
{
    struct postgres *db = postgres_of(database);
    if (db->broken) {
        return STORAGE_FAULT;
    }
    TRY(deferred_flush(db));
    // Several statements in one text need the simple protocol, which pipeline mode does not have.
    if (PQexitPipelineMode(db->connection) != 1) {
        return connection_lost(db, script);
    }
    PGresult *answer = PQexec(db->connection, script);
    ExecStatusType kind = PQresultStatus(answer);
    status result = kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK ? OK : fault(answer, script);
    PQclear(answer);
    if (PQstatus(db->connection) != CONNECTION_OK || PQenterPipelineMode(db->connection) != 1) {
        return connection_lost(db, script);
    }
    state_learn(db);
    return result;
}

static status postgres_checkpoint(struct database *database, int *log_frames, int *moved_frames)
{
    (void)database, (void)log_frames, (void)moved_frames;
    return OK;
}

static status postgres_backup(struct database *database, const char *path,
                              void (*progress)(void *context, int remaining, int total), void *context)
{
    (void)database, (void)path, (void)progress, (void)context;
    return NOT_IMPLEMENTED;
}

static status postgres_check(struct database *database)
{
    (void)database;
    return OK;
}

/* Opening and closing */

static void postgres_close(struct database *database)
{
    struct postgres *db = postgres_of(database);
    statement_cache_clear(&db->base.cache, statement_release);
    PQfinish(db->connection);
    free(db);
}

static void on_notice(void *context, const PGresult *notice)
{
    (void)context, (void)notice; // libpq would print it
}

static status refuse(const char *message)
{
    database_fault_log(&(struct database_fault){ .engine = "postgres", .status = STORAGE_FAULT, .message = message });
    return STORAGE_FAULT;
}

// A commit that is answered has to be on the disk (R-DUR-1), whatever the server or the role was set to.
static const char SETTINGS[] =
    "SET lock_timeout = '5s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s';"
    "SET client_min_messages = warning; SET default_transaction_isolation = 'read committed';"
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
    "ELSE current_setting('synchronous_commit') END, false), current_setting('fsync')";

static bool settings_run(struct postgres *db)
{
    PGresult *answer = PQexec(db->connection, SETTINGS);
    bool done = PQresultStatus(answer) == PGRES_TUPLES_OK;
    if (done && strcmp(PQgetvalue(answer, 0, 1), "on") != 0) {
        LOG(LOG_WARN, "database.not_durable",
            "The PostgreSQL server runs with fsync off: a power cut loses what was answered.",
            LOG_S("engine", "postgres"));
    }
    PQclear(answer);
    if (done && db->base.read_only) {
        answer = PQexec(db->connection, "SET default_transaction_read_only = on");
        done = PQresultStatus(answer) == PGRES_COMMAND_OK;
        PQclear(answer);
    }
    return done;
}

static status configure(struct postgres *db)
{
    if (PQstatus(db->connection) != CONNECTION_OK) {
        return refuse(PQerrorMessage(db->connection)); // names host, user and database; the URL was looked at before
    }
    PQsetNoticeReceiver(db->connection, on_notice, NULL);
    const char *encoding = PQparameterStatus(db->connection, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        return refuse("the database's encoding is not UTF8");
    }
    if (!settings_run(db) || PQenterPipelineMode(db->connection) != 1) {
        return refuse("the connection could not be set up");
    }
    return OK;
}

static status postgres_reconnect(struct database *database)
{
    struct postgres *db = postgres_of(database);
    if (!db->broken && PQstatus(db->connection) == CONNECTION_OK) {
        return OK;
    }
    transaction_forget(db);
    statement_cache_clear(&db->base.cache, statement_release);
    db->broken = true;
    PQreset(db->connection);
    TRY(configure(db));
    db->broken = false;
    return OK;
}

static const struct database_engine postgres_engine = {
    .engine = ENGINE_POSTGRES,
    .name = "postgres",
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .savepoint = postgres_savepoint,
    .release = postgres_release,
    .rollback_to = postgres_rollback_to,
    .transaction_stands = postgres_transaction_stands,
    .reconnect = postgres_reconnect,
    .run = postgres_run,
    .query = postgres_query,
    .next = postgres_next,
    .rows_end = postgres_rows_end,
    .is_null = postgres_is_null,
    .i64 = postgres_i64,
    .bytes = postgres_bytes,
    .script = postgres_script,
    .checkpoint = postgres_checkpoint,
    .backup = postgres_backup,
    .check = postgres_check,
};

// libpq's messages about a URL repeat it, with the password. A password with an unescaped '@' ends up in the host.
static bool url_is_sound(const char *url)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    bool sound = options != NULL;
    for (const PQconninfoOption *option = options; sound && option->keyword != NULL; option++) {
        sound = strcmp(option->keyword, "host") != 0 || option->val == NULL || strchr(option->val, '@') == NULL;
    }
    PQconninfoFree(options);
    return sound;
}

status database_open_postgres(struct database **out, const struct database_options *options)
{
    if (!url_is_sound(options->location)) {
        return refuse("the connection URL is not well-formed (a password is percent-encoded)");
    }
    struct postgres *db = calloc(1, sizeof *db);
    if (db == NULL) {
        return OUT_OF_MEMORY;
    }
    db->base.engine = &postgres_engine;
    db->base.read_only = options->read_only;
    // What comes after the URL (dbname) stands above it, what comes before can be set by it.
    const char *const keywords[] = { "connect_timeout", "tcp_user_timeout", "fallback_application_name",
                                     "dbname",          "client_encoding",  NULL };
    const char *const values[] = { "10", "30000", "cardwright", options->location, "UTF8", NULL };
    db->connection = PQconnectdbParams(keywords, values, 1);
    status result = configure(db);
    if (result != OK) {
        postgres_close(&db->base);
        return result;
    }
    *out = &db->base;
    return OK;
}
