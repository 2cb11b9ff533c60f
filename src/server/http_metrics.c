#include "server/http_metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>

static const struct bound {
    int64_t us;
    const char *seconds;
} bounds[] = {
    { 500, "0.0005" },  { 1000, "0.001" },  { 2500, "0.0025" },    { 5000, "0.005" },  { 10000, "0.01" },
    { 25000, "0.025" }, { 50000, "0.05" },  { 100000, "0.1" },     { 250000, "0.25" }, { 500000, "0.5" },
    { 1000000, "1" },   { 2500000, "2.5" }, { INT64_MAX, "+Inf" },
};
_Static_assert(sizeof bounds / sizeof bounds[0] == HTTP_LATENCY_BUCKET_COUNT, "one row a bucket");

static void add(_Atomic uint64_t *counter, uint64_t count)
{
    atomic_fetch_add_explicit(counter, count, memory_order_relaxed);
}

static uint64_t value(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void http_metrics_request(struct http_metrics *metrics, int http_status, int64_t latency_us)
{
    assert(http_status >= 100 && http_status < 600);
    add(&metrics->requests[http_status / 100 - 1], 1);
    int bucket = 0;
    while (latency_us > bounds[bucket].us) {
        bucket++;
    }
    add(&metrics->latencies[bucket], 1);
    add(&metrics->latency_sum_us, latency_us > 0 ? (uint64_t)latency_us : 0);
}

static void print_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_latencies(const struct http_metrics *metrics, struct buffer *out)
{
    static const char name[] = "cardwright_http_request_seconds";
    print_head(out, name, "histogram", "Time from the request line to the reply.");
    uint64_t total = 0;
    for (int i = 0; i < HTTP_LATENCY_BUCKET_COUNT; i++) {
        total += value(&metrics->latencies[i]);
        buffer_print(out, "%s_bucket{le=\"%s\"} %" PRIu64 "\n", name, bounds[i].seconds, total);
    }
    uint64_t sum_us = value(&metrics->latency_sum_us);
    buffer_print(out, "%s_sum %" PRIu64 ".%06" PRIu64 "\n", name, sum_us / 1000000, sum_us % 1000000);
    buffer_print(out, "%s_count %" PRIu64 "\n", name, total);
}

void http_metrics_print(const struct http_metrics *metrics, struct buffer *out)
{
    print_head(out, "cardwright_http_requests_total", "counter", "Finished requests by class of status.");
    for (int i = 0; i < HTTP_STATUS_CLASS_COUNT; i++) {
        buffer_print(out, "cardwright_http_requests_total{class=\"%dxx\"} %" PRIu64 "\n", i + 1,
                     value(&metrics->requests[i]));
    }
    print_latencies(metrics, out);
    const struct {
        const char *name, *help;
        const _Atomic uint64_t *counter;
    } counters[] = {
        { "cardwright_http_request_body_bytes_total", "Bytes of request bodies.", &metrics->body_bytes_in },
        { "cardwright_http_reply_body_bytes_total", "Bytes of reply bodies.", &metrics->body_bytes_out },
        { "cardwright_http_connections_total", "Connections accepted.", &metrics->connections },
        { "cardwright_http_connections_refused_total", "Connections over a limit.", &metrics->connections_refused },
        { "cardwright_http_connections_too_slow_total", "Connections closed because a header took too long.",
          &metrics->connections_too_slow },
    };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        print_head(out, counters[i].name, "counter", counters[i].help);
        buffer_print(out, "%s %" PRIu64 "\n", counters[i].name, value(counters[i].counter));
    }
    print_head(out, "cardwright_http_connections_open", "gauge", "Connections open now.");
    buffer_print(out, "cardwright_http_connections_open %" PRId64 "\n",
                 atomic_load_explicit(&metrics->connections_open, memory_order_relaxed));
    print_head(out, "cardwright_http_requests_in_flight", "gauge", "Requests that wait for their reply now.");
    buffer_print(out, "cardwright_http_requests_in_flight %" PRId64 "\n",
                 atomic_load_explicit(&metrics->requests_in_flight, memory_order_relaxed));
}
