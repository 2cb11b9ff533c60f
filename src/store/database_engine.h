/*
 * What an engine gives to store/database.c: one table of functions, and a struct that begins with `struct database`.
 * Internal to the database files. Each function has the meaning, the owners and the errors of its namesake in
 * database.h; what is the same for both engines (checks, outputs set to zero, copies) is done before it is called.
 */
#ifndef STORE_DATABASE_ENGINE_H
#define STORE_DATABASE_ENGINE_H

#include "store/database.h"
#include "store/statement_cache.h"

struct database_engine {
    enum engine engine;
    const char *name;
    void (*close)(struct database *database);
    status (*begin)(struct database *database);
    status (*commit)(struct database *database);
    status (*rollback)(struct database *database);
    status (*savepoint)(struct database *database, const char *name);
    status (*release)(struct database *database, const char *name);
    status (*rollback_to)(struct database *database, const char *name);
    bool (*transaction_stands)(struct database *database);
    status (*reconnect)(struct database *database);
    status (*run)(struct database *database, const char *sql, const struct value *values, int count, int64_t *changed,
                  bool *conflict); // changed is never NULL
    status (*query)(struct database *database, struct rows *rows, const char *sql, const struct value *values,
                    int count);
    bool (*next)(struct rows *rows);
    void (*rows_end)(struct rows *rows); // rows->statement is not NULL; may set rows->status
    bool (*is_null)(struct rows *rows, int column);
    int64_t (*i64)(struct rows *rows, int column);           // not NULL
    text (*bytes)(struct rows *rows, int column, bool blob); // not NULL; absent only when it sets rows->status
    status (*script)(struct database *database, const char *script);
    status (*checkpoint)(struct database *database, int *log_frames, int *moved_frames);
    status (*backup)(struct database *database, const char *path,
                     void (*progress)(void *context, int remaining, int total), void *context);
    status (*check)(struct database *database);
};

/* The beginning of every engine's own struct. */
struct database {
    const struct database_engine *engine;
    bool read_only;
    int log_frames; // SQLite: of the log after this connection's last commit
    struct statement_cache cache;
};

must_use status database_open_sqlite(struct database **out, const struct database_options *options);
must_use status database_open_postgres(struct database **out, const struct database_options *options);

enum { DATABASE_LOCK_TIMEOUT_MS = 5000 };

/* One line for the person on call. It never holds a value of a row or a parameter: that is for the caller to see to. */
struct database_fault {
    const char *engine;
    status status;
    const char *state; // the engine's own code; what is unknown is NULL
    const char *constraint;
    const char *message;
    const char *sql; // its beginning is logged
};
void database_fault_log(const struct database_fault *fault);

#endif
