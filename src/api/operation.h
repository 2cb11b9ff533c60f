/*
 * An operation: one thing a caller can ask for, as one row of a table. From the row the program routes, authenticates,
 * authorises, decodes and validates, audits, keeps idempotency records, and prints OpenAPI. A handler sees none of that.
 *
 * A handler is straight-line code: it gets a call (validated input, unit of work, reply), and returns a status. It never
 * locks, waits or sends. It may be run again after a conflict, so it changes nothing but the database, the call's
 * members and the lane.
 */
#ifndef API_OPERATION_H
#define API_OPERATION_H

#include "api/exchange.h"
#include "api/shape.h"
#include "domain/role.h"
#include "store/executor.h"
#include "store/work.h"

struct server;

enum access { READ, WRITE };
enum { CALL_PATH_ID_COUNT_MAX = 2, OPERATION_OUTCOME_COUNT_MAX = 32 };

/* One call of an operation: the life of one request between routing and reply. */
struct call {
    const struct operation *operation;
    struct exchange *exchange;
    struct server *server;
    struct work *work; // valid while a handler runs
    struct actor actor;
    int64_t session_id;                       // of a console session; 0 otherwise
    int64_t path_ids[CALL_PATH_ID_COUNT_MAX]; // in the order of the path's {..._id} parts
    text path_texts[CALL_PATH_ID_COUNT_MAX];  // the same for parts that are no ids
    void *input;                              // struct of operation->in, or NULL
    uint64_t present;                         // bits by field of `in`
    void *query;                              // struct of operation->query, or NULL
    void *prepared;                           // of the `prepare` step, in the exchange's arena

    /* the reply, set by the handler through reply_* */
    int reply_status;
    const struct shape *reply_shape;
    const void *reply_object; // in the arena
    const void *reply_items;  // of a list: reply_count structs of operation->out, reply_item_size apart
    size_t reply_item_size;
    int reply_count;
    int64_t reply_next;   // cursor of the next page; 0: none
    text reply_next_text; // the same where a cursor is no id; absent: none
    struct stream *reply_stream;
    const char *reply_content_type;
    text reply_text; // a body already made

    struct faults faults;
    struct write write;
    struct write_rule rule;
    text subject_type, detail; // of a READ that is audited
    int64_t subject_id;
    int64_t retry_seconds; // of RATE_LIMITED
};

struct operation {
    const char *method;
    const char *path; // "/v1/series/{series_id}/batches": a part ending in _id is a printed id of that prefix
    enum access access;
    enum permission permission;
    status (*run)(struct call *call);
    status (*guard)(struct call *call); // WRITE: what stands even when the call is refused
    status (*prepare)(
        struct call
            *call); // before the queue, on the listener's thread; work has no transaction: pure and slow things only
    const struct shape *in; // of the JSON body; NULL: no body
    const struct shape *query;
    const struct shape *out;   // NULL: no body in the reply
    bool list;                 // the reply is {"data": [out...], "next": ...}
    bool patch;                // no field of `in` is required
    bool raw_body;             // the handler reads exchange->body itself (a file)
    bool csv;                  // the reply may also be text/csv
    bool not_idempotent;       // a WRITE that takes no Idempotency-Key
    bool no_database;          // answered also when the database is not; the work has no connection
    bool clear_ok;             // answered without TLS even off the loopback (health)
    bool local_only;           // answered only through the data directory's socket: what needs people at the machine
    int success;               // HTTP status; 0: 200
    const char *media_type;    // of the reply; NULL: application/json
    const char *audit, *event; // a READ with `audit` is recorded before it is answered
    status outcomes[OPERATION_OUTCOME_COUNT_MAX]; // what it can refuse with, for the document; ends with OK
    const char *id;                               // OpenAPI operationId: "number_batch_draw"
    const char *tag, *help;
};

/* All tables, in the order of the document. */
struct operation_table {
    const struct operation *rows;
    int count;
};
#define OPERATION_TABLE(rows)                                                                                          \
    {                                                                                                                  \
        (rows), (int)(sizeof(rows) / sizeof((rows)[0]))                                                                \
    }

/* For handlers. */
bool call_has(const struct call *call, const char *field); // the input field stood in the request
bool call_may(const struct call *call, enum permission permission);
void *call_take(struct call *call, size_t size); // zeroed, in the arena; NULL past the cap
#define CALL_NEW(call, type) ((type *)call_take((call), sizeof(type)))
status call_fault(struct call *call, const char *field, status code); // adds a fault, returns code

status reply_one(struct call *call, const void *object); // an object of operation->out
/* `items`: an array of structs of operation->out, `size` bytes each. `next`: the cursor of the next page; 0: none. */
status reply_list(struct call *call, const void *items, size_t size, int count, int64_t next);
/* A page of structs with an `id`, of which one more than `limit` was asked for, to see whether there is more. */
#define REPLY_PAGE(call, items, count, limit)                                                                          \
    reply_list((call), (items), sizeof *(items), (count) > (limit) ? (limit) : (count),                                \
               (count) > (limit) ? (items)[(limit)-1].id : 0)
status reply_nothing(struct call *call); // 204

/* Paging: every list's query shape starts with these two. `after` is 0 for the first page. */
struct page {
    int64_t limit;
    int64_t after;
};
#define PAGE_FIELDS(type)                                                                                              \
    {                                                                                                                  \
        "limit",  FIELD_INTEGER,         offsetof(type, page.limit),                                                   \
        .min = 1, .max = PAGE_COUNT_MAX, .help = "How many to return."                                                 \
    },                                                                                                                 \
    {                                                                                                                  \
        "after", FIELD_ID, offsetof(type, page.after), .id_prefix = "cursor", .help = "The `next` of the page before." \
    }
int page_limit(const struct page *page); // the default applied

#endif
