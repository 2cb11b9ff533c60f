/*
 * One request inside the listener: the exchange the api sees, what libmicrohttpd needs to go on with it, and whose
 * turn it is. Requests are kept with their memory for the next one.
 *
 * Two own a request: the listener, from the request line until libmicrohttpd has done with it, and, once it was
 * handed over, the api until it calls `finish`. Whoever lets go last gives it back. So an exchange lives on when its
 * connection or even the listener is gone.
 *
 * The state moves under compare-and-swap alone:
 *
 *   ARRIVING -> HANDED -> FINISHED              finish was called before the connection was suspended: answered at once
 *                      -> WAITING -> FINISHED   suspended; finish resumes it
 *               HANDED, WAITING -> ABANDONED    the listener stops and waits no longer
 *
 * A connection is suspended before WAITING is published, and resumed by whoever moves it on from WAITING: so a resume
 * never comes before its suspend (libmicrohttpd would lose it), nor twice.
 */
#ifndef SERVER_HTTP_REQUEST_H
#define SERVER_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "api/exchange.h"
#include "base/status.h"
#include "server/http_connections.h"
#include "server/http_lane.h"

struct request_pool;

enum request_state { REQUEST_ARRIVING, REQUEST_HANDED, REQUEST_WAITING, REQUEST_FINISHED, REQUEST_ABANDONED };

struct request {
    struct exchange exchange;
    struct MHD_Connection *mhd;
    struct connection *connection;
    struct lane *lane;

    text target;          // as it stood in the request line
    bool headed;          // the header was checked and taken
    bool close;           // the connection ends with this reply
    int64_t body_from_us; // when its header was there
    struct buffer body;
    int64_t body_charged; // bytes counted against REQUEST_BODY_TOTAL_LEN_MAX
    int status;           // of the reply that was given to libmicrohttpd, 0 before
    uint64_t reply_len;   // bytes of its body
    int64_t replied_us;

    /* private */
    struct request_pool *pool;
    _Atomic int state; // enum request_state
    _Atomic int owners;
    struct request *next, *previous; // of all, or of the free ones
};

struct request_pool *request_pool_new(const struct runtime *runtime, struct http_metrics *metrics);
void request_pool_free(struct request_pool *pool); // ended at once, or with the last request that the api still holds

struct request *request_take(struct request_pool *pool); // with an arena, an id and `started_us`; NULL: no memory
void request_release(struct request *request);           // the listener lets go

/*
 * To the api and back, on the connection's thread. False: the connection is suspended, and libmicrohttpd calls the
 * access handler again when it goes on. True, or when that call has come: FINISHED is to be answered, ABANDONED
 * dropped.
 */
bool request_hand_over(struct request *request, void (*handle)(void *context, struct exchange *exchange),
                       void *context);
enum request_state request_state(const struct request *request);

int request_pool_in_flight(const struct request_pool *pool); // handed over and not yet released by the listener
void request_pool_abandon_all(struct request_pool *pool);    // on return no connection waits, and none will any more

#endif
