/*
 * What the listener counts about itself, printed as Prometheus text. Counters only grow (a gauge goes up and down), are
 * touched from any thread, and cost one relaxed atomic addition each.
 */
#ifndef SERVER_HTTP_METRICS_H
#define SERVER_HTTP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buffer.h"

enum { HTTP_STATUS_CLASS_COUNT = 5, HTTP_LATENCY_BUCKET_COUNT = 13 };

struct http_metrics {
    _Atomic uint64_t requests[HTTP_STATUS_CLASS_COUNT];    // by the first digit of the status, 1 to 5
    _Atomic uint64_t latencies[HTTP_LATENCY_BUCKET_COUNT]; // not cumulative; the last one is for all above
    _Atomic uint64_t latency_sum_us;
    _Atomic uint64_t body_bytes_in, body_bytes_out;
    _Atomic uint64_t connections, connections_refused, connections_too_slow;
    _Atomic int64_t connections_open, requests_in_flight;
};

/* One finished request: its status, and from its first line to its reply in microseconds. */
void http_metrics_request(struct http_metrics *metrics, int http_status, int64_t latency_us);

void http_metrics_print(const struct http_metrics *metrics, struct buffer *out);

#endif
