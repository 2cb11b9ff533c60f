#include "server/http_log.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { SLOW_US = 1000000, WORD_LEN_MAX = 24, METHOD_LEN_MAX = 16, LIBRARY_LINE_LEN_MAX = 256 };

// A word of our own paths: lower case, with at most one digit ("v1", "status-labels", "openapi.json").
static bool is_word(text part)
{
    int digits = 0;
    for (size_t i = 0; i < part.len; i++) {
        char c = part.at[i];
        digits += c >= '0' && c <= '9';
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.') {
            return false;
        }
    }
    return digits <= 1 && part.len <= WORD_LEN_MAX;
}

// A caller may write anything where the method belongs, a card number too.
static text method_shown(text method)
{
    for (size_t i = 0; i < method.len; i++) {
        if (method.at[i] < 'A' || method.at[i] > 'Z') {
            return TEXT("*");
        }
    }
    return method.len <= METHOD_LEN_MAX ? method : TEXT("*");
}

size_t http_path_class(char out[PATH_CLASS_LEN_MAX], text path)
{
    size_t len = 0;
    text part;
    text rest = text_slice(path, 1, path.len); // behind the first slash
    while (text_split(&rest, '/', &part)) {
        part = is_word(part) ? part : TEXT("*");
        if (len + 1 + part.len > PATH_CLASS_LEN_MAX) {
            break;
        }
        out[len] = '/';
        memcpy(out + len + 1, part.at, part.len);
        len += 1 + part.len;
    }
    return len;
}

void http_log_request(const struct request *request, struct http_metrics *metrics, int64_t now_us)
{
    const struct exchange *exchange = &request->exchange;
    int64_t took_us = (request->replied_us > 0 ? request->replied_us : now_us) - exchange->started_us;
    bool answered = request->status >= 100 && request->status < 600;
    if (answered) {
        http_metrics_request(metrics, request->status, took_us);
        atomic_fetch_add_explicit(&metrics->body_bytes_out, request->reply_len, memory_order_relaxed);
    }
    bool notable = answered && (request->status >= 400 || took_us > SLOW_US);
    char class[PATH_CLASS_LEN_MAX];
    size_t class_len = text_present(exchange->path) ? http_path_class(class, exchange->path) : 0;
    LOG(notable ? LOG_INFO : LOG_DEBUG, "http.request", "A request.", LOG_S("request_id", exchange->request_id),
        LOG_T("method", method_shown(exchange->method)), LOG_T("path", text_bytes(class, class_len)),
        LOG_I("status", request->status), LOG_I("ms", took_us / 1000), LOG_I("bytes", request->reply_len),
        LOG_T("peer", text_present(exchange->peer) ? exchange->peer : text_of(request->connection->peer)));
}

// Nearly all of it is about what clients do, so anybody could fill the log with it.
void http_log_library(void *context, const char *format, va_list arguments)
{
    (void)context;
    char line[LIBRARY_LINE_LEN_MAX];
    vsnprintf(line, sizeof line, format, arguments);
    size_t len = strcspn(line, "\n");
    LOG(LOG_DEBUG, "http.library", "libmicrohttpd.", LOG_T("says", text_bytes(line, len)));
}
