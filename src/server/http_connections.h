/*
 * The sockets of the HTTP listener: one thread accepts them, hands them to the lanes and watches over them.
 *
 * It is a thread of ours and not libmicrohttpd's own accept, because that one cannot be stopped safely while it is busy
 * (MHD_quiesce_daemon races its workers and aborts the program), cannot time how long a header takes to arrive (its
 * time-out starts again with every byte), and closes a refused upload so fast that the client may not read why.
 *
 * Always true: at most CONNECTION_COUNT_MAX are open; a connection that has not delivered a whole header in time is
 * shut; what is in the table has its socket open, so that the watch never touches a number that was given out again.
 */
#ifndef SERVER_HTTP_CONNECTIONS_H
#define SERVER_HTTP_CONNECTIONS_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/runtime.h"
#include "base/status.h"
#include "server/http_metrics.h"

struct connections;

struct connection {
    char peer[INET6_ADDRSTRLEN]; // the printed address
    bool loopback;               // from this machine, as far as the socket tells
    bool linger;                 // set by the listener: when it is closed, first drain what the client still sends
    int fd;
    int lane; // the one it was given to
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } address;
    socklen_t address_len;
    struct connection *added_before; // the lane's

    /* private */
    struct connections *connections;
    enum { CONNECTION_FREE, CONNECTION_ACCEPTED, CONNECTION_LIVE } state;
    uint64_t address_key;
    struct connection *next, *previous;           // of the live ones
    struct connection *same_next, *same_previous; // of those whose address falls together
    _Atomic int64_t deadline_us;                  // for the header; 0: none runs, -1: over
};

struct connections_options {
    const char *address;
    const char *unix_path; // instead of address and port
    uint16_t port;
    int per_address_count_max; // 0: no limit; for IPv6 of a /64; the loopback is free of it
    int lane_count;            // a new connection goes to the lane (0 to lane_count - 1) with the fewest
    const struct runtime *runtime;
    struct http_metrics *metrics;
    void (*take)(void *context, struct connection *connection); // starts it, later, or closes its socket
    void *context;
};

/* Binds and listens; accepts nothing yet. */
must_use status connections_open(struct connections **out, const struct connections_options *options);
must_use status connections_start(struct connections *connections);
uint16_t connections_port(const struct connections *connections);
void connections_quiesce(struct connections *connections); // on return the listening socket is closed
void connections_close(struct connections *connections);   // when none is live any more; NULL is fine

/* Called by the lanes: when a taken socket becomes a connection, and before its socket is closed. */
struct connection *connection_started(struct connections *connections, int fd);
void connection_closed(struct connection *connection);

bool connection_header_arrived(struct connection *connection); // false: too late, it is being shut
void connection_request_done(struct connection *connection);   // from here on the next header is waited for

#endif
