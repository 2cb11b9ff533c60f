/*
 * The HTTP/1.1 listener: libmicrohttpd behind the one struct the api knows (api/exchange.h).
 *
 * What it guarantees to the api: the request is clean. Refused before the api sees it, with a problem+json and the
 * connection closed: Content-Length together with Transfer-Encoding, a repeated Content-Length or Host (or any other
 * header the api reads that may stand once), no Host in HTTP/1.1, Transfer-Encoding in HTTP/1.0 or of an unknown
 * coding, obs-fold, bare line feeds, NUL or control characters in a header or the path, "%00" and bad escapes,
 * absolute-form and too long targets, too many or too large headers, bodies over the bound, methods it does not know.
 * What libmicrohttpd itself cannot read (no colon in a header line, a version that is none, a Content-Length that is
 * no number, a header over CONNECTION_MEMORY_LEN, broken chunks) it refuses with a short page of its own. A body that
 * is cut off or takes too long is dropped. Nothing is read from a connection behind a refused request, nor behind one
 * with a chunked body.
 *
 * Every reply carries X-Request-Id and the security headers; every request is one log line (method, path class, status,
 * milliseconds, bytes, peer; never the query, never a body), at INFO when it failed or took over a second, else at
 * DEBUG, and counts in the metrics.
 *
 * Threads: one accepts and watches the sockets, the others ("lanes") serve a share of them each. A request that waits
 * for the executor is a suspended connection.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "api/exchange.h"
#include "base/runtime.h"
#include "base/status.h"
#include "server/http_metrics.h"

struct http;

/* The strings outlive the listener. */
struct http_options {
    const char *address;   // "127.0.0.1" or "::" ...
    const char *unix_path; // instead of address and port: a socket in the file system (0600), for the command line
    uint16_t port;         // 0: any free one; see http_port
    int thread_count;      // 0: the number of processors, at most 4
    const char *certificate_path; // PEM chain; NULL: no TLS
    const char *private_key_path; // PEM
    bool behind_tls_proxy;        // believe X-Forwarded-Proto and X-Forwarded-For from loopback peers
    int connections_per_address;  // 0: no limit; the loopback is free of it
    unsigned int idle_seconds;    // 0: CONNECTION_IDLE_SECONDS
    const struct runtime *runtime;
    void (*handle)(void *context, struct exchange *exchange);      // calls exchange->finish once, now or later
    size_t (*body_len_max)(void *context, text method, text path); // the bound for this request's body
    void *context;
};

/* SYSTEM_FAULT (the address, threads), KEY_UNAVAILABLE (the certificate), OUT_OF_MEMORY; the log says why. */
must_use status http_start(struct http **out, const struct http_options *options);
uint16_t http_port(const struct http *http);
const struct http_metrics *http_metrics(const struct http *http); // http_metrics_print shows them
must_use status http_reload_certificate(struct http *http); // re-reads both files; on any fault the old pair stays

/* Stops accepting, on return; what runs goes on, and a connection ends with its next reply. */
void http_quiesce(struct http *http);

/*
 * Quiesces, waits for running requests (at most 10 s), then closes and frees. An exchange that the api has not finished
 * by then stays alive until it does; its reply goes nowhere. NULL is fine.
 */
void http_stop(struct http *http);

#endif
