/*
 * A lane: one thread that runs one libmicrohttpd daemon and the connections given to it.
 *
 * The thread is ours and the daemon polled from outside, because libmicrohttpd's own epoll threads (0.9 and 1.0 alike)
 * fall asleep for up to the idle time when exactly 128 sockets, or a multiple, become ready in one moment: they ask for
 * more events, waiting, before they look at those they have. Polled from outside they ask without waiting.
 */
#ifndef SERVER_HTTP_LANE_H
#define SERVER_HTTP_LANE_H

#include <microhttpd.h>

#include "base/status.h"
#include "server/http_connections.h"

struct lane;

/* Takes the daemon over, which was started with MHD_USE_EPOLL and no thread or listening socket of its own. */
must_use status lane_start(struct lane **out, struct MHD_Daemon *daemon, int number);

/* From any thread. */
void lane_add(struct lane *lane, struct connection *connection);
void lane_resume(struct lane *lane, struct MHD_Connection *mhd); // one that is suspended; many cost one wake-up

void lane_stop(struct lane *lane); // closes its connections and the daemon; NULL is fine

#endif
