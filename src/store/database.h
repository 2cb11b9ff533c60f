/*
 * One connection to a database, SQLite or PostgreSQL, behind one small interface.
 *
 * Parameters are written $1, $2 ... and one SQL text serves both engines wherever it can. Every SQL text is a constant
 * with static storage: statements are prepared once a connection and found again by the text's address. A connection
 * belongs to one thread at a time. Columns are INTEGER/BIGINT, TEXT or BLOB/BYTEA; booleans are 0 and 1.
 *
 * Errors: STORAGE_FULL, STORAGE_FAULT, STORAGE_CONFLICT (40001, 40P01, a lock time-out; the transaction may be run
 * again), OUTCOME_UNKNOWN (from database_commit only), OUT_OF_MEMORY, DATA_DAMAGED. On PostgreSQL begin, savepoint, release
 * and rollback_to travel with the next statement, which then reports their fault. A violated unique constraint is an outcome,
 * reported as `conflict` by database_run, so that a rule can name it; other violated constraints are STORAGE_FAULT and
 * are logged with their SQL state and constraint name, never with values.
 */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum engine { ENGINE_SQLITE, ENGINE_POSTGRES };

struct database; // opaque

struct database_options {
    enum engine engine;
    const char *location; // SQLite: a file path; PostgreSQL: a connection URL
    bool read_only;       // a reader's connection: SQLite query_only, PostgreSQL default_transaction_read_only
    bool create;          // SQLite: create the file (mode 0600)
};

/*
 * SQLite is opened with WAL, synchronous=FULL (asserted, R-DUR-1), foreign_keys, trusted_schema=OFF, DBCONFIG_DEFENSIVE,
 * cell_size_check, wal_autocheckpoint=0, secure_delete=FAST, busy_timeout; PostgreSQL with statement and lock time-outs (lock_timeout 5 s)
 * and application_name cardwright.
 */
must_use status database_open(struct database **out, const struct database_options *options);
void database_close(struct database *database);
enum engine database_engine(const struct database *database);

/* A value to bind. NULL keeps its type, which PostgreSQL needs. */
struct value {
    enum { VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB } type;
    bool null;
    int64_t integer;
    text bytes; // TEXT and BLOB; must live until the call returns
};

struct value value_i64(int64_t integer);
struct value value_i64_or_null(int64_t integer, int64_t null_when); // NULL when both are equal
struct value value_bool(bool boolean);
struct value value_text(text t);                        // absent is NULL
struct value value_blob(const void *bytes, size_t len); // bytes == NULL is NULL

/* ARGS(value_i64(1), value_text(t)) stands for the two parameters `values, count`. */
#define ARGS(...)                                                                                                      \
    (const struct value[]){ __VA_ARGS__ }, (int)(sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value))
#define NO_ARGS NULL, 0

/* Transactions and savepoints. begin on SQLite is BEGIN IMMEDIATE (plain BEGIN on a read-only connection), on PostgreSQL READ COMMITTED. */
must_use status database_begin(struct database *database);
must_use status database_commit(struct database *database);
must_use status database_rollback(struct database *database);
must_use status database_savepoint(struct database *database, const char *name); // name: a constant from the program
must_use status database_release(struct database *database, const char *name);
must_use status database_rollback_to(struct database *database, const char *name); // undone, and released
bool database_transaction_stands(struct database *database);   // after a fault: may the transaction still commit?
must_use status database_reconnect(struct database *database); // PostgreSQL after a lost connection; a no-op on SQLite

/* Runs a statement that returns nothing. `changed` (may be NULL) gets the number of rows. A unique violation: with
   `conflict` not NULL it is set and the status is OK with 0 rows; the caller decides (PostgreSQL: the statement is inside
   an implicit savepoint made only when `conflict` is given and a transaction is open); with NULL it is STORAGE_FAULT. */
must_use status database_run(struct database *database, const char *sql, const struct value *values, int count,
                             int64_t *changed, bool *conflict);

/* Rows one by one. Zero the struct before; call rows_close on every path (a second call is harmless). Text and blobs
   belong to the row and are gone with the next step. On PostgreSQL the whole result is fetched at once: use LIMIT. */
struct rows {
    struct database *database;
    void *statement;
    int64_t row;
    status status; // sticky: the fault that ended the rows, OK at a regular end
};

must_use status database_query(struct database *database, struct rows *rows, const char *sql,
                               const struct value *values, int count);
bool rows_next(struct rows *rows);
must_use status rows_close(struct rows *rows); // returns the sticky status
bool row_is_null(struct rows *rows, int column);
int64_t row_i64(struct rows *rows, int column); // 0 for NULL
int64_t row_i64_or(struct rows *rows, int column, int64_t when_null);
bool row_bool(struct rows *rows, int column);
text row_text(struct rows *rows, int column); // absent for NULL; borrowed
text row_text_copy(struct rows *rows, int column, struct arena *arena);
text row_blob(struct rows *rows, int column); // absent for NULL; borrowed; `at` may be NULL for an empty blob

/* Several statements from one text, for migrations. */
must_use status database_script(struct database *database, const char *script);

/* SQLite: how many frames the log held after this connection's last commit; PostgreSQL: 0. */
int database_log_frames(const struct database *database);
/* SQLite: a passive checkpoint, and how many frames the log held and how many were moved; PostgreSQL: nothing to do. */
must_use status database_checkpoint(struct database *database, int *log_frames, int *moved_frames);
/* SQLite: a consistent copy of the whole database into a new file, while others write. PostgreSQL: NOT_IMPLEMENTED. */
must_use status database_backup(struct database *database, const char *path,
                                void (*progress)(void *context, int remaining, int total), void *context);
/* SQLite: quick_check; DATA_DAMAGED when it finds anything. PostgreSQL: OK. */
must_use status database_check(struct database *database);

#endif
