#include "server/http_reply.h"

#include <assert.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/log.h"

enum { STREAM_BLOCK_LEN_MAX = 256 * 1024, STREAM_BLOCK_LEN_MIN = 4096, PROBLEM_LEN_MAX = 1024, HEADERS_LEN_MAX = 1024 };

struct header {
    const char *name, *value;
};

// Unless the api sent its own.
static const struct header security_headers[] = {
    { "X-Content-Type-Options", "nosniff" },
    { "Cache-Control", "no-store" },
    { "Referrer-Policy", "no-referrer" },
    { "X-Frame-Options", "DENY" },
    { "Content-Security-Policy", "default-src 'none'" },
};
static const struct header transport_security = { "Strict-Transport-Security", "max-age=31536000" };

static bool has_header(const struct exchange *exchange, const char *name)
{
    for (int i = 0; i < exchange->reply_header_count; i++) {
        if (text_equal_ignoring_case(text_of(exchange->reply_headers[i].name), text_of(name))) {
            return true;
        }
    }
    return false;
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_security_headers(struct MHD_Response *response, const struct exchange *exchange)
{
    bool added = true;
    for (size_t i = 0; i < sizeof security_headers / sizeof security_headers[0]; i++) {
        const struct header *header = &security_headers[i];
        added = added && (has_header(exchange, header->name) || add_header(response, header->name, header->value));
    }
    return added && (!exchange->over_tls || add_header(response, transport_security.name, transport_security.value));
}

static status add_headers(struct MHD_Response *response, struct request *request)
{
    struct exchange *exchange = &request->exchange;
    bool added =
        add_header(response, "X-Request-Id", exchange->request_id) && add_security_headers(response, exchange) &&
        (exchange->reply_content_type == NULL || add_header(response, "Content-Type", exchange->reply_content_type)) &&
        (!request->close || add_header(response, "Connection", "close"));
    for (int i = 0; added && i < exchange->reply_header_count; i++) {
        text value = arena_copy(exchange->arena, exchange->reply_headers[i].value); // ends with '\0'
        if (!text_present(value)) {
            return OUT_OF_MEMORY;
        }
        added = add_header(response, exchange->reply_headers[i].name, value.at);
    }
    return added ? OK : INTERNAL;
}

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t max)
{
    struct stream *stream = context;
    uint64_t left = stream->send_len - position;
    int64_t made = stream->read(stream->context, stream->from + position, out, left < max ? (size_t)left : max);
    assert(made <= (int64_t)max);
    return made > 0 ? (ssize_t)made : MHD_CONTENT_READER_END_WITH_ERROR;
}

// The body stays where it is: the request outlives its reply.
static struct MHD_Response *make_response(struct request *request)
{
    struct exchange *exchange = &request->exchange;
    struct stream *stream = exchange->stream;
    if (stream == NULL) {
        request->reply_len = exchange->reply_body.len;
        return MHD_create_response_from_buffer(exchange->reply_body.len, exchange->reply_body.at,
                                               MHD_RESPMEM_PERSISTENT);
    }
    request->reply_len = stream->send_len;
    if (stream->send_len == 0) {
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    size_t block_len = stream->send_len < STREAM_BLOCK_LEN_MAX ? (size_t)stream->send_len : STREAM_BLOCK_LEN_MAX;
    // Not shorter: glibc keeps short pieces aside when they are freed, without overwriting them (see main.c).
    block_len = block_len < STREAM_BLOCK_LEN_MIN ? STREAM_BLOCK_LEN_MIN : block_len;
    return MHD_create_response_from_callback(stream->send_len, block_len, read_stream, stream, NULL);
}

static status queue(struct request *request)
{
    struct MHD_Response *response = make_response(request);
    if (response == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = add_headers(response, request);
    if (result == OK && MHD_queue_response(request->mhd, (unsigned int)request->exchange.status, response) != MHD_YES) {
        result = INTERNAL;
    }
    MHD_destroy_response(response);
    request->status = result == OK ? request->exchange.status : 0;
    return result;
}

/* problems */

static void print_problem(const struct request *request, struct buffer *out, status code, const char *detail)
{
    const char *name = status_code(code);
    buffer_print(out,
                 "{\"type\":\"https://cardwright.dev/problems/%s\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\",",
                 name, status_title(code), status_http(code), name);
    buffer_print(out, "\"detail\":\"%s\",\"request_id\":\"%s\"}", detail != NULL ? detail : status_title(code),
                 request->exchange.request_id);
}

enum MHD_Result http_reply_refuse(struct request *request, status code, const char *detail)
{
    struct exchange *exchange = &request->exchange;
    struct stream *stream = exchange->stream;
    if (stream != NULL && stream->release != NULL) {
        stream->release(stream->context);
    }
    exchange->stream = NULL;
    exchange->reply_header_count = 0;
    exchange->reply_content_type = "application/problem+json";
    exchange->status = status_http(code);
    buffer_release(&exchange->reply_body);
    buffer_init(&exchange->reply_body, PROBLEM_LEN_MAX);
    print_problem(request, &exchange->reply_body, code, detail);
    return queue(request) == OK ? MHD_YES : MHD_NO;
}

static status check_reply(const struct exchange *exchange)
{
    if (exchange->reply_body.failed) {
        return OUT_OF_MEMORY;
    }
    return exchange->status >= 200 && exchange->status < 600 ? OK : INTERNAL;
}

enum MHD_Result http_reply_send(struct request *request)
{
    status result = check_reply(&request->exchange);
    if (result == OK) {
        result = queue(request);
    }
    if (result == OK) {
        return MHD_YES;
    }
    LOG(LOG_ERROR, "http.reply", "A reply could not be sent as it was made.",
        LOG_S("request_id", request->exchange.request_id), LOG_S("code", status_code(result)),
        LOG_I("status", request->exchange.status));
    return http_reply_refuse(request, result, NULL);
}

static bool write_whole(struct request *request, text t)
{
    const union MHD_ConnectionInfo *tls = MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (tls != NULL && tls->tls_session != NULL) {
        return gnutls_record_send(tls->tls_session, t.at, t.len) == (ssize_t)t.len;
    }
    const union MHD_ConnectionInfo *socket = MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    return socket != NULL && send(socket->connect_fd, t.at, t.len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)t.len;
}

static void print_header(struct buffer *out, const struct header *header)
{
    buffer_print(out, "%s: %s\r\n", header->name, header->value);
}

void http_reply_refuse_now(struct request *request, status code, const char *detail)
{
    struct buffer body, whole;
    buffer_init(&body, PROBLEM_LEN_MAX);
    print_problem(request, &body, code, detail);
    buffer_init(&whole, PROBLEM_LEN_MAX + HEADERS_LEN_MAX);
    buffer_print(&whole, "HTTP/1.1 %d %s\r\n", status_http(code),
                 MHD_get_reason_phrase_for((unsigned int)status_http(code)));
    print_header(&whole, &(struct header){ "X-Request-Id", request->exchange.request_id });
    for (size_t i = 0; i < sizeof security_headers / sizeof security_headers[0]; i++) {
        print_header(&whole, &security_headers[i]);
    }
    if (request->exchange.over_tls) {
        print_header(&whole, &transport_security);
    }
    buffer_print(&whole, "Content-Type: application/problem+json\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
                 body.len);
    buffer_append_text(&whole, buffer_text(&body));
    if (!whole.failed && write_whole(request, buffer_text(&whole))) {
        request->status = status_http(code);
        request->reply_len = body.len;
    }
    buffer_release(&body);
    buffer_release(&whole);
}
