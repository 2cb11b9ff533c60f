/*
 * The api's one door: everything a request may need, and the function that answers one.
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "api/exchange.h"
#include "api/operation.h"
#include "keys/keyring.h"
#include "store/executor.h"
#include "store/reader_pool.h"

struct rate_limiter; // api/rate_limit.h

struct server {
    const struct runtime *runtime;
    struct executor *executor;
    struct reader_pool *readers;
    struct keyring *keyring;
    struct id_maker *ids;
    struct rate_limiter *limiter; // NULL: no limits (the command line)
    bool demo;                    // messages may be read at /v1/outbox
    bool clear_text_ok;           // told that somebody else ends TLS
    bool dual_control;            // what is done with keys needs two custodians
    _Atomic bool stopping;
    void (*print_metrics)(struct buffer *out); // the listener's part of /metrics; may be NULL
};

/* Answers one request: calls exchange->finish once, now or later. */
void api_handle(struct server *server, struct exchange *exchange);

/* How large a body the operation at this path takes; the listener asks before it reads one. */
size_t api_body_len_max(text method, text path);

/* Every operation, for the router, the document and the checks of the test suite. */
extern const struct operation_table *const operation_tables[]; // ends with NULL
const struct operation *operation_find(text method, text path, text parts[CALL_PATH_ID_COUNT_MAX], int *part_count,
                                       bool *path_known);
status operations_check(void); // INTERNAL, and a log line, when a row is incomplete: the program then does not start

#endif
