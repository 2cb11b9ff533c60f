/*
 * A listener on a free port with an api that is not there: it answers by path, at once or from another thread. The
 * clock can be put forward.
 */
#ifndef TEST_HTTP_FIXTURE_H
#define TEST_HTTP_FIXTURE_H

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/http.h"

enum { LATER_COUNT_MAX = 1024, BODY_LEN_MAX = 1000, PIECE_LEN = 64 * 1024, CLIENT_WAIT_MS = 20000 };

/* the clock */

static _Atomic int64_t put_forward_us;

static int64_t test_now_ms(void *context)
{
    (void)context;
    return runtime_now_ms(&runtime_real);
}

static int64_t test_monotonic_us(void *context)
{
    (void)context;
    return runtime_monotonic_us(&runtime_real) + put_forward_us;
}

static void test_random(void *context, void *out, size_t len)
{
    (void)context;
    runtime_random(&runtime_real, out, len);
}

static const struct runtime test_runtime = { test_now_ms, test_monotonic_us, test_random, NULL };

/* the api */

static _Atomic int handled, released;
static pthread_mutex_t later_lock = PTHREAD_MUTEX_INITIALIZER;
static struct exchange *later[LATER_COUNT_MAX];
static int later_count;

static void reply(struct exchange *exchange, int http_status)
{
    exchange->status = http_status;
    exchange->reply_content_type = "text/plain";
}

static void echo(struct exchange *exchange)
{
    reply(exchange, 200);
    struct buffer *out = &exchange->reply_body;
    buffer_print(out, TEXT_FMT " " TEXT_FMT, TEXT_ARG(exchange->method), TEXT_ARG(exchange->path));
    for (int i = 0; i < exchange->query_count; i++) {
        buffer_print(out, " " TEXT_FMT "=" TEXT_FMT, TEXT_ARG(exchange->query[i].name),
                     TEXT_ARG(exchange->query[i].value));
    }
    buffer_append_text(out, TEXT(" ["));
    buffer_append_text(out, exchange->body);
    buffer_append_text(out, TEXT("]"));
}

static void headers(struct exchange *exchange)
{
    reply(exchange, 200);
    const text values[] = { exchange->content_type,    exchange->authorization, exchange->cookie,
                            exchange->idempotency_key, exchange->csrf_token,    exchange->range,
                            exchange->accept,          exchange->origin,        exchange->if_none_match };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        buffer_print(&exchange->reply_body, TEXT_FMT "|", TEXT_ARG(values[i]));
    }
}

static void origin(struct exchange *exchange)
{
    reply(exchange, 200);
    buffer_print(&exchange->reply_body, TEXT_FMT " %s %s", TEXT_ARG(exchange->peer),
                 exchange->over_tls ? "tls" : "clear", exchange->loopback ? "loopback" : "away");
}

static int64_t make_bytes(void *context, uint64_t offset, void *out, size_t max)
{
    (void)context;
    for (size_t i = 0; i < max; i++) {
        ((char *)out)[i] = (char)('a' + (offset + i) % 23);
    }
    return (int64_t)max;
}

static int64_t give_up(void *context, uint64_t offset, void *out, size_t max)
{
    return offset < 100000 ? make_bytes(context, offset, out, max < 1000 ? max : 1000) : -1;
}

static void count_release(void *context)
{
    (void)context;
    released++;
}

static void stream(struct exchange *exchange, bool breaks)
{
    reply(exchange, 206);
    struct stream *made = ARENA_NEW(exchange->arena, struct stream);
    *made = (struct stream){
        .len = 10000000, .from = 7, .send_len = 3000000, .read = breaks ? give_up : make_bytes, .release = count_release
    };
    exchange->stream = made;
}

static void own_headers(struct exchange *exchange)
{
    reply(exchange, 200);
    exchange_header(exchange, "cache-control", TEXT("max-age=60"));
    exchange_header(exchange, "Content-Security-Policy", TEXT("default-src 'self'"));
    exchange_header(exchange, "Location", arena_print(exchange->arena, "/x/%d", 1));
}

static void put_off(struct exchange *exchange)
{
    reply(exchange, 200);
    pthread_mutex_lock(&later_lock);
    assert(later_count < LATER_COUNT_MAX);
    later[later_count++] = exchange;
    pthread_mutex_unlock(&later_lock);
}

static void handle(void *context, struct exchange *exchange)
{
    (void)context;
    handled++;
    text path = exchange->path;
    if (text_equal(path, TEXT("/later"))) {
        put_off(exchange);
        return;
    }
    if (text_equal(path, TEXT("/headers"))) {
        headers(exchange);
    } else if (text_equal(path, TEXT("/origin"))) {
        origin(exchange);
    } else if (text_equal(path, TEXT("/stream")) || text_equal(path, TEXT("/broken-stream"))) {
        stream(exchange, text_equal(path, TEXT("/broken-stream")));
    } else if (text_equal(path, TEXT("/own-headers"))) {
        own_headers(exchange);
    } else if (text_equal(path, TEXT("/no-status"))) {
        exchange->status = 0;
    } else if (text_equal(path, TEXT("/bad-header"))) {
        reply(exchange, 200);
        exchange_header(exchange, "X-Split", TEXT("a\r\nSet-Cookie: b"));
    } else if (text_equal(path, TEXT("/absent-header"))) {
        reply(exchange, 200);
        exchange_header(exchange, "Location", TEXT_ABSENT);
    } else if (text_equal(path, TEXT("/too-long"))) {
        reply(exchange, 200);
        buffer_extend(&exchange->reply_body, REPLY_BODY_LEN_MAX + 1);
    } else if (text_equal(path, TEXT("/long"))) {
        reply(exchange, 200);
        memset(buffer_extend(&exchange->reply_body, 5000000), 'x', 5000000);
    } else {
        echo(exchange);
    }
    exchange->finish(exchange);
}

static size_t body_len_max(void *context, text method, text path)
{
    (void)context, (void)method;
    return text_equal(path, TEXT("/import")) ? 4 * 1024 * 1024 : BODY_LEN_MAX;
}

static int take_later(struct exchange **out, int max)
{
    pthread_mutex_lock(&later_lock);
    int count = later_count < max ? later_count : max;
    later_count -= count;
    memcpy(out, later + later_count, (size_t)count * sizeof *out);
    pthread_mutex_unlock(&later_lock);
    return count;
}

/* Until so many wait; the count. */
static void wait_for_later(int count)
{
    for (int i = 0; i < CLIENT_WAIT_MS; i++) {
        pthread_mutex_lock(&later_lock);
        int waiting = later_count;
        pthread_mutex_unlock(&later_lock);
        if (waiting >= count) {
            return;
        }
        usleep(1000);
    }
    fail_msg("%d requests never arrived", count);
}

static void finish_later(void)
{
    static struct exchange *taken[LATER_COUNT_MAX];
    int count = take_later(taken, LATER_COUNT_MAX);
    for (int i = 0; i < count; i++) {
        taken[i]->finish(taken[i]);
    }
}

/* the listener */

static struct http *http;

static struct http_options usual_options(void)
{
    return (struct http_options){
        .address = "127.0.0.1",
        .runtime = &test_runtime,
        .handle = handle,
        .body_len_max = body_len_max,
    };
}

__attribute__((unused)) static void restart(const struct http_options *options)
{
    http_stop(http);
    http = NULL;
    assert_int_equal(http_start(&http, options), OK);
}

__attribute__((unused)) static int start_usual(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR + 1);
    struct http_options options = usual_options();
    return http_start(&http, &options) != OK;
}

static int stop_usual(void **state)
{
    (void)state;
    http_stop(http);
    http = NULL;
    return 0;
}

/* a client */

static int try_dial(const char *address)
{
    bool six = strchr(address, ':') != NULL;
    int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(http_port(http)) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(http_port(http)) };
    inet_pton(six ? AF_INET6 : AF_INET, address, six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr);
    if (connect(fd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4, six ? sizeof v6 : sizeof v4) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int dial(void)
{
    int fd = try_dial("127.0.0.1");
    assert_true(fd >= 0);
    return fd;
}

/* False when the other side has closed. */
static bool say(int fd, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t sent = send(fd, (const char *)bytes + done, len - done, MSG_NOSIGNAL);
        if (sent < 0) {
            return false;
        }
        done += (size_t)sent;
    }
    return true;
}

#define SAY(fd, literal) assert_true(say((fd), (literal), sizeof(literal) - 1))

struct heard {
    char *at; // ends with '\0'
    size_t len;
    bool closed; // by the other side, cleanly or not
};

static bool has_whole_reply(const struct heard *heard)
{
    const char *end = heard->at != NULL ? strstr(heard->at, "\r\n\r\n") : NULL;
    if (end == NULL) {
        return false;
    }
    const char *length = strcasestr(heard->at, "\r\nContent-Length: ");
    size_t body_len = length != NULL && length < end ? strtoul(length + 18, NULL, 10) : 0;
    return heard->len >= (size_t)(end + 4 - heard->at) + body_len;
}

/* Listens until the other side closes, or with `one` until a whole reply has come. */
static struct heard hear(int fd, bool one)
{
    struct heard heard = { 0 };
    static char piece[PIECE_LEN];
    while (!(one && has_whole_reply(&heard))) {
        struct pollfd polled = { fd, POLLIN, 0 };
        if (poll(&polled, 1, CLIENT_WAIT_MS) != 1) {
            break;
        }
        ssize_t got = recv(fd, piece, one ? 1 + (heard.len > 0) * (sizeof piece - 1) : sizeof piece, 0);
        if (got <= 0) {
            heard.closed = true;
            break;
        }
        heard.at = realloc(heard.at, heard.len + (size_t)got + 1);
        memcpy(heard.at + heard.len, piece, (size_t)got);
        heard.len += (size_t)got;
        heard.at[heard.len] = '\0';
    }
    if (heard.at == NULL) {
        heard.at = calloc(1, 1);
    }
    return heard;
}

static int status_of(const struct heard *heard)
{
    return strncmp(heard->at, "HTTP/1.1 ", 9) == 0 || strncmp(heard->at, "HTTP/1.0 ", 9) == 0 ? atoi(heard->at + 9) : 0;
}

static const char *body_of(const struct heard *heard)
{
    const char *end = strstr(heard->at, "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}

/* One request on a connection of its own; the caller frees `at`. */
static struct heard ask(const void *bytes, size_t len)
{
    int fd = dial();
    say(fd, bytes, len);
    struct heard heard = hear(fd, true);
    close(fd);
    return heard;
}

#define ASK(literal) ask((literal), sizeof(literal) - 1)

static void assert_reply(struct heard heard, int http_status, const char *body)
{
    if (status_of(&heard) != http_status || (body != NULL && strcmp(body_of(&heard), body) != 0)) {
        fail_msg("expected %d %s, got: %s", http_status, body != NULL ? body : "", heard.at);
    }
    free(heard.at);
}

#endif
