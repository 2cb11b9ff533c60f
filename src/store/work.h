/*
 * One unit of work: what a rule of the domain gets to do its job. It names who asks, when, and in which transaction.
 *
 * A work of a write runs inside a savepoint of the executor's transaction; a work of a read on a reader's connection.
 * Nothing here is shared between threads. The audit record and the event are written by the executor from `subject`
 * and `detail`, which the rule fills.
 */
#ifndef STORE_WORK_H
#define STORE_WORK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/faults.h"
#include "base/runtime.h"
#include "base/status.h"
#include "base/text.h"
#include "store/database.h"
#include "store/id.h"

struct lane;    // the writer's own state, store/lane.h; NULL in a read
struct keyring; // keys/keyring.h

enum actor_kind { ACTOR_SYSTEM, ACTOR_USER, ACTOR_API_KEY, ACTOR_COMMAND_LINE };
enum channel {
    CHANNEL_CONSOLE,
    CHANNEL_API,
    CHANNEL_DIALECT,
    CHANNEL_NETWORK,
    CHANNEL_SCHEDULER,
    CHANNEL_COMMAND_LINE
};

struct actor {
    enum actor_kind kind;
    int64_t id; // of the user or API key; 0 for the program itself
    int64_t organization_id;
    text name; // "asha@example.com", "till-7"; never a secret
    enum channel channel;
    text peer;            // address the request came from
    uint64_t permissions; // bits of enum permission (domain/role.h)
};

struct work {
    struct database *database;
    struct lane *lane;
    struct keyring *keyring;
    struct id_maker *ids;
    const struct runtime *runtime;
    struct arena *arena;
    struct faults *faults;
    const struct actor *actor;
    int64_t organization_id;
    int64_t now_ms; // one instant for the whole unit
    text request_id;

    /* what the audit record and the event will say; set by the rule */
    text subject_type; // "card"
    int64_t subject_id;
    text detail; // JSON without numbers, codes or keys; absent: {}
};

int64_t work_id(struct work *work);
void work_subject(struct work *work, const char *type, int64_t id);
/* Adds one named value to the detail. Never a number, a code, a key or a contact. */
void work_detail_text(struct work *work, const char *name, text value);
void work_detail_typed(struct work *work, const char *name,
                       text value); // what a person typed: long runs of digits are masked
void work_detail_integer(struct work *work, const char *name, int64_t value);
void work_detail_id(struct work *work, const char *name, const char *prefix, int64_t id); // "card_..."; 0 is left out

/* The database's words with the unit's connection. */
must_use status work_run(struct work *work, const char *sql, const struct value *values,
                         int count); // a conflict is STORAGE_FAULT
must_use status work_insert(struct work *work, const char *sql, const struct value *values, int count,
                            status conflict); // a unique violation becomes `conflict`
must_use status work_change(struct work *work, const char *sql, const struct value *values, int count,
                            status none); // `none` when no row changed; OK lets it pass
must_use status work_query(struct work *work, struct rows *rows, const char *sql, const struct value *values,
                           int count);
/* The same statement with a row lock, where the engine has row locks: static const struct sql_pair GET = SQL_LOCKED("SELECT ... WHERE id = $1"), and work_sql(work, GET). */
struct sql_pair {
    const char *plain, *locked;
};
#define SQL_LOCKED(select)                                                                                             \
    {                                                                                                                  \
        select, select " FOR UPDATE"                                                                                   \
    }
const char *work_sql(const struct work *work, struct sql_pair pair);

/* One integer from the first row; `none` when there is no row. */
must_use status work_integer(struct work *work, int64_t *out, const char *sql, const struct value *values, int count,
                             status none);

#endif
