#include "server/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/http_connections.h"
#include "server/http_lane.h"
#include "server/http_log.h"
#include "server/http_reply.h"
#include "server/http_request.h"
#include "server/http_request_check.h"
#include "server/http_target.h"
#include "server/http_tls.h"

enum { LANE_COUNT_USUAL_MAX = 4, LANE_COUNT_MAX = 64, STOP_WAIT_MS = 10000, STOP_LOOK_MS = 2, OPTION_COUNT_MAX = 16 };

struct http {
    struct http_options options;
    struct connections *connections;
    struct request_pool *requests;
    struct http_tls *tls;
    struct http_metrics metrics;
    uint16_t port;
    bool lenient_parser;
    _Atomic bool quiescing;
    _Atomic int64_t body_bytes; // held by all requests
    int lane_count;
    struct lane *lanes[LANE_COUNT_MAX];
};

/* the life of a request, as libmicrohttpd calls */

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

// The request line has arrived. What is returned becomes `*request` of the later calls; NULL: no memory.
static void *target_arrived(void *context, const char *target, struct MHD_Connection *mhd)
{
    struct http *http = context;
    struct request *request = request_take(http->requests);
    if (request == NULL) {
        return NULL;
    }
    request->mhd = mhd;
    request->connection = connection_of(mhd);
    request->lane = http->lanes[request->connection->lane];
    request->target = arena_copy(request->exchange.arena, text_of(target));
    if (!text_present(request->target)) {
        request_release(request);
        return NULL;
    }
    int64_t query = text_find(request->target, '?');
    if (http->lenient_parser && query >= 0) {
        // 0.9 parses the query into the connection's memory, and when that is too small waits for ever. We parse it
        // ourselves, so it shall find none; the line is its read buffer, const in this call only.
        memset((char *)(uintptr_t)target + query + 1, 0, request->target.len - (size_t)query - 1);
    }
    return request;
}

static size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *t)
{
    (void)context, (void)mhd;
    return strlen(t);
}

// Refuses, and ends the connection after the client had a chance to read why.
static enum MHD_Result refuse(struct request *request, const struct http_head *head, status code, const char *detail)
{
    request->close = true;
    request->connection->linger = text_present(head->content_length) || text_present(head->transfer_encoding);
    return http_reply_refuse(request, code, detail);
}

static enum MHD_Result refuse_in_body(struct request *request, status code)
{
    request->connection->linger = true;
    http_reply_refuse_now(request, code, NULL);
    return MHD_NO;
}

static bool is_address(text t)
{
    char printed[INET6_ADDRSTRLEN];
    struct in6_addr parsed;
    if (t.len == 0 || t.len >= sizeof printed) {
        return false;
    }
    memcpy(printed, t.at, t.len);
    printed[t.len] = '\0';
    return inet_pton(AF_INET, printed, &parsed) == 1 || inet_pton(AF_INET6, printed, &parsed) == 1;
}

// Where it comes from. A header that tells of a proxy makes it a stranger even when nobody is told to believe the rest.
static bool take_origin(const struct http *http, struct exchange *exchange, const struct connection *connection,
                        const struct http_head *head)
{
    bool believe = http->options.behind_tls_proxy && connection->loopback;
    text peer = believe && is_address(head->forwarded_for) ? head->forwarded_for : text_of(connection->peer);
    exchange->peer = arena_copy(exchange->arena, peer);
    exchange->over_tls =
        http->tls != NULL || (believe && text_equal_ignoring_case(head->forwarded_proto, TEXT("https")));
    exchange->loopback = connection->loopback && !head->forwarded;
    exchange->local_socket = http->options.unix_path != NULL;
    return text_present(exchange->peer);
}

// Copies, so that the exchange outlives the connection. False when memory is short.
static bool take_headers(struct exchange *exchange, const struct http_head *head)
{
    const struct {
        text *to, from;
    } taken[] = {
        { &exchange->content_type, head->content_type },
        { &exchange->authorization, head->authorization },
        { &exchange->cookie, head->cookie },
        { &exchange->idempotency_key, head->idempotency_key },
        { &exchange->csrf_token, head->csrf_token },
        { &exchange->range, head->range },
        { &exchange->accept, head->accept },
        { &exchange->origin, head->origin },
        { &exchange->if_none_match, head->if_none_match },
    };
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        *taken[i].to = arena_copy(exchange->arena, taken[i].from);
        if (text_present(*taken[i].to) != text_present(taken[i].from)) {
            return false;
        }
    }
    return true;
}

static status take_head(const struct http *http, struct request *request, struct http_head *head,
                        const struct http_request_line *line, const char **detail)
{
    struct exchange *exchange = &request->exchange;
    status result = http_request_check(head, request->mhd, line);
    *detail = head->detail;
    if (!take_origin(http, exchange, request->connection, head)) {
        return OUT_OF_MEMORY;
    }
    exchange->method = arena_copy(exchange->arena, text_of(line->method));
    TRY(result);
    struct http_target target;
    result = http_target_parse(exchange->arena, &target, request->target);
    *detail = target.detail;
    TRY(result);
    exchange->path = target.path;
    exchange->query = target.query;
    exchange->query_count = target.query_count;
    return text_present(exchange->method) && take_headers(exchange, head) ? OK : OUT_OF_MEMORY;
}

// The first call: libmicrohttpd answers "100 Continue" only if it is not refused.
static enum MHD_Result head_arrived(struct http *http, struct request *request, const struct http_request_line *line)
{
    if (!connection_header_arrived(request->connection)) {
        return MHD_NO;
    }
    struct http_head head;
    const char *detail = NULL;
    status result = take_head(http, request, &head, line, &detail);
    if (result != OK) {
        return refuse(request, &head, result, detail);
    }
    struct exchange *exchange = &request->exchange;
    size_t len_max = http->options.body_len_max(http->options.context, exchange->method, exchange->path);
    if (head.body_len > len_max) {
        return refuse(request, &head, BODY_TOO_LARGE, NULL);
    }
    buffer_init(&request->body, len_max);
    request->body_from_us = runtime_monotonic_us(http->options.runtime);
    request->close =
        head.chunked; // 0.9 takes bare line feeds in chunks, 1.0 miscounts extensions: what follows is in doubt
    request->headed = true;
    return MHD_YES;
}

static bool is_too_slow(const struct http *http, const struct request *request)
{
    int64_t took_us = runtime_monotonic_us(http->options.runtime) - request->body_from_us;
    return took_us / 1000000 > REQUEST_BODY_SECONDS + (int64_t)(request->body.len / (64 * 1024));
}

static enum MHD_Result body_arrived(struct http *http, struct request *request, const char *bytes, size_t len)
{
    if (is_too_slow(http, request)) {
        return refuse_in_body(request, REQUEST_TIMEOUT);
    }
    size_t len_max = request->body.max;
    if (len > len_max - request->body.len) {
        return refuse_in_body(request, BODY_TOO_LARGE); // chunked: a declared length was compared before
    }
    request->body_charged += (int64_t)len;
    if (atomic_fetch_add(&http->body_bytes, (int64_t)len) + (int64_t)len > REQUEST_BODY_TOTAL_LEN_MAX) {
        return refuse_in_body(request, OVERLOADED);
    }
    buffer_append(&request->body, bytes, len);
    return request->body.failed ? refuse_in_body(request, OUT_OF_MEMORY) : MHD_YES;
}

static enum MHD_Result answer(struct http *http, struct request *request)
{
    if (request_state(request) != REQUEST_FINISHED) {
        assert(request_state(request) == REQUEST_ABANDONED);
        return MHD_NO;
    }
    request->close = request->close || http->quiescing;
    request->replied_us = runtime_monotonic_us(http->options.runtime);
    return http_reply_send(request);
}

static enum MHD_Result request_arrived(struct http *http, struct request *request)
{
    request->exchange.body = buffer_text(&request->body);
    atomic_fetch_add_explicit(&http->metrics.body_bytes_in, request->body.len, memory_order_relaxed);
    return request_hand_over(request, http->options.handle, http->options.context) ? answer(http, request) : MHD_YES;
}

// libmicrohttpd's access handler: once for the header, once a piece of the body, once at the end and after a resume.
static enum MHD_Result go_on(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                             const char *version, const char *piece, size_t *piece_len, void **kept)
{
    (void)mhd;
    struct http *http = context;
    struct request *request = *kept;
    if (request == NULL) {
        return MHD_NO;
    }
    if (request_state(request) != REQUEST_ARRIVING) {
        return answer(http, request);
    }
    if (!request->headed) {
        return head_arrived(http, request, &(struct http_request_line){ method, url, version, request->target.len });
    }
    if (*piece_len > 0) {
        size_t len = *piece_len;
        *piece_len = 0;
        return body_arrived(http, request, piece, len);
    }
    return request_arrived(http, request);
}

// The reply is sent, or the connection broke: also after what libmicrohttpd refused by itself.
static void request_over(void *context, struct MHD_Connection *mhd, void **kept, enum MHD_RequestTerminationCode reason)
{
    (void)reason;
    struct http *http = context;
    struct request *request = *kept;
    if (request == NULL) {
        return;
    }
    *kept = NULL;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    if (request->status == 0 && info != NULL) {
        request->status = (int)info->http_status;
    }
    http_log_request(request, &http->metrics, runtime_monotonic_us(http->options.runtime));
    atomic_fetch_sub(&http->body_bytes, request->body_charged);
    connection_request_done(request->connection);
    request_release(request);
}

/* the life of a connection */

static void take_connection(void *context, struct connection *connection)
{
    struct http *http = context;
    lane_add(http->lanes[connection->lane], connection);
}

static void connection_changed(void *context, struct MHD_Connection *mhd, void **kept,
                               enum MHD_ConnectionNotificationCode change)
{
    struct http *http = context;
    if (change == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *kept = connection_started(http->connections, fd);
    } else {
        connection_closed(*kept);
        *kept = NULL;
    }
}

/* the listener */

static int count_lanes(int wanted)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int usual = processors < 1 ? 1 : processors < LANE_COUNT_USUAL_MAX ? (int)processors : LANE_COUNT_USUAL_MAX;
    int count = wanted > 0 ? wanted : usual;
    return count < LANE_COUNT_MAX ? count : LANE_COUNT_MAX;
}

static void add_option(struct MHD_OptionItem *items, int *count, enum MHD_OPTION option, intptr_t value, void *pointer)
{
    assert(*count < OPTION_COUNT_MAX);
    items[(*count)++] = (struct MHD_OptionItem){ option, value, pointer };
}

static struct MHD_Daemon *make_daemon(struct http *http)
{
    struct MHD_OptionItem items[OPTION_COUNT_MAX];
    int count = 0;
    unsigned int idle_seconds = http->options.idle_seconds > 0 ? http->options.idle_seconds : CONNECTION_IDLE_SECONDS;
    // Strict, 0.9 closes without an answer what http_request_check refuses with one, and is no stricter otherwise.
    int strict = http->lenient_parser ? 0 : 1;
    add_option(items, &count, MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)http_log_library, NULL);
    add_option(items, &count, MHD_OPTION_CONNECTION_LIMIT, CONNECTION_COUNT_MAX, NULL);
    add_option(items, &count, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_LEN, NULL);
    add_option(items, &count, MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)idle_seconds, NULL);
    add_option(items, &count, MHD_OPTION_STRICT_FOR_CLIENT, strict, NULL);
    add_option(items, &count, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL); // lane_start blocks it
    add_option(items, &count, MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)target_arrived, http);
    add_option(items, &count, MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, NULL);
    add_option(items, &count, MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)request_over, http);
    add_option(items, &count, MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, http);
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
    if (http->tls != NULL) {
        flags |= MHD_USE_TLS;
        add_option(items, &count, MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)http_tls_priorities);
        add_option(items, &count, MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(intptr_t)http_tls_choose);
    }
    add_option(items, &count, MHD_OPTION_END, 0, NULL);
    return MHD_start_daemon(flags, 0, NULL, NULL, go_on, http, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

static status start(struct http *http)
{
    const struct http_options *options = &http->options;
    if (options->certificate_path != NULL) {
        if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
            LOG(LOG_ERROR, "http.tls", "This libmicrohttpd was built without TLS.");
            return SYSTEM_FAULT;
        }
        TRY(http_tls_new(&http->tls, options->certificate_path, options->private_key_path, options->runtime));
    }
    http->requests = request_pool_new(options->runtime, &http->metrics);
    if (http->requests == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(connections_open(&http->connections, &(struct connections_options){
                                                 .address = options->address,
                                                 .unix_path = options->unix_path,
                                                 .port = options->port,
                                                 .per_address_count_max = options->connections_per_address,
                                                 .lane_count = http->lane_count,
                                                 .runtime = options->runtime,
                                                 .metrics = &http->metrics,
                                                 .take = take_connection,
                                                 .context = http,
                                             }));
    http->port = connections_port(http->connections);
    for (int i = 0; i < http->lane_count; i++) {
        struct MHD_Daemon *daemon = make_daemon(http);
        if (daemon == NULL) {
            LOG(LOG_ERROR, "http.start", "The HTTP library did not start.");
            return SYSTEM_FAULT;
        }
        TRY(lane_start(&http->lanes[i], daemon, i));
    }
    return connections_start(http->connections);
}

static void close_all(struct http *http)
{
    for (int i = 0; i < http->lane_count; i++) {
        lane_stop(http->lanes[i]);
    }
    connections_close(http->connections);
    request_pool_free(http->requests);
    http_tls_free(http->tls);
    free(http);
}

status http_start(struct http **out, const struct http_options *options)
{
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        return OUT_OF_MEMORY;
    }
    http->options = *options;
    http->lane_count = count_lanes(options->thread_count);
    http->lenient_parser = http_parser_is_lenient();
    status result = start(http);
    if (result != OK) {
        close_all(http);
        return result;
    }
    LOG(LOG_INFO, "http.started", "Listening.",
        LOG_S("address", options->unix_path != NULL ? options->unix_path : options->address), LOG_I("port", http->port),
        LOG_I("threads", http->lane_count), LOG_S("tls", http->tls != NULL ? "yes" : "no"),
        LOG_S("libmicrohttpd", MHD_get_version()));
    *out = http;
    return OK;
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

const struct http_metrics *http_metrics(const struct http *http)
{
    return &http->metrics;
}

status http_reload_certificate(struct http *http)
{
    return http->tls != NULL ? http_tls_reload(http->tls) : OK;
}

void http_quiesce(struct http *http)
{
    http->quiescing = true;
    connections_quiesce(http->connections);
}

static void wait_for_requests(const struct http *http)
{
    const struct timespec moment = { 0, STOP_LOOK_MS * 1000000 };
    int64_t until_us = runtime_monotonic_us(http->options.runtime) + STOP_WAIT_MS * INT64_C(1000);
    while (request_pool_in_flight(http->requests) > 0 && runtime_monotonic_us(http->options.runtime) < until_us) {
        nanosleep(&moment, NULL);
    }
}

void http_stop(struct http *http)
{
    if (http == NULL) {
        return;
    }
    http_quiesce(http);
    wait_for_requests(http);
    int left = request_pool_in_flight(http->requests);
    if (left > 0) {
        LOG(LOG_WARN, "http.stop", "Some requests were not answered in time.", LOG_I("requests", left));
    }
    request_pool_abandon_all(http->requests);
    close_all(http);
}
