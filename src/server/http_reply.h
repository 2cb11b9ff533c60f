/*
 * The reply of a request, given to libmicrohttpd: what the api put into the exchange, or a problem (RFC 9457) where the
 * listener itself refuses. Every reply carries X-Request-Id and the security headers; a header of the api's own stands
 * in place of the listener's. On the connection's thread.
 */
#ifndef SERVER_HTTP_REPLY_H
#define SERVER_HTTP_REPLY_H

#include "server/http_request.h"

/* What the api finished. A status, body or header that cannot be sent becomes a problem with 500 or 503. */
enum MHD_Result http_reply_send(struct request *request);

/* A problem in place of whatever the exchange holds. `detail` is a constant and may be NULL. */
enum MHD_Result http_reply_refuse(struct request *request, status code, const char *detail);

/*
 * The same in the middle of a body, where libmicrohttpd takes no reply: written to the socket whole, past it. The
 * caller then ends the connection.
 */
void http_reply_refuse_now(struct request *request, status code, const char *detail);

#endif
