/*
 * One HTTP request and its reply, as the listener hands it over: no socket, no library. The listener has already
 * refused what is not clean HTTP/1.1 (R: libraries.md lists the cases), bounded every part, and read the whole body.
 *
 * The listener calls api_handle once. The reply is finished when `finish` has been called, at once or later, from any
 * thread, exactly once; until then the exchange and all it points to stay alive. After `finish` the caller of it must
 * not touch the exchange again.
 */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "api/shape.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

/* Content-Security-Policy of the pages that the api makes itself: their own styles and nothing else. */
#define PAGE_SECURITY_POLICY                                                                                           \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

enum { EXCHANGE_HEADER_COUNT_MAX = 12 };

/* A body that is made while it is sent (a download of any size). Called from one thread at a time. */
struct stream {
    uint64_t len;      // of the whole content in bytes
    uint64_t from;     // the first byte to send
    uint64_t send_len; // how many from there
    int64_t (*read)(void *context, uint64_t offset, void *out,
                    size_t max); // > 0 bytes made, < 0 give up the connection
    void (*release)(void *context);
    void *context;
};

struct exchange {
    /* the request; all text points into memory that lives as long as the exchange */
    text method;              // "GET"
    text path;                // decoded, starts with '/', no NUL, no query
    const struct pair *query; // decoded
    int query_count;
    text body;
    text content_type, authorization, cookie, idempotency_key, csrf_token, range, accept, origin, if_none_match;
    text peer;           // printed address without the port
    bool over_tls;       // or a trusted proxy said so
    bool loopback;       // the connection came from this machine
    bool local_socket;   // it came through the data directory's own socket: the command line
    char request_id[32]; // "req_...", set by the listener
    int64_t started_us;  // monotonic

    /* the reply; zeroed by the listener, filled by the api */
    int status;
    const char *reply_content_type;
    struct {
        const char *name;
        text value;
    } reply_headers[EXCHANGE_HEADER_COUNT_MAX];
    int reply_header_count;
    struct buffer reply_body; // empty, takes up to REPLY_BODY_LEN_MAX
    struct stream *stream;    // instead of reply_body; the listener calls release when done with it

    struct arena *arena; // made by the listener (REQUEST_ARENA_LEN_MAX), reset after the reply is sent
    void (*finish)(struct exchange *exchange);
    void *listener; // the listener's own
};

/*
 * Adds a header to the reply. `name` is a constant, `value` lives as long as the exchange. An absent value (the arena
 * was full) is no bug: the listener then answers OUT_OF_MEMORY in place of a reply that lacks a part.
 */
void exchange_header(struct exchange *exchange, const char *name, text value);

#endif
