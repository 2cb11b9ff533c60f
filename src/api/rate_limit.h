/*
 * Rate limits: a bucket for each API key and session, and one for each peer that tries to sign in. In this process only:
 * a limit is a protection, not an account. RATE_LIMITED carries Retry-After.
 */
#ifndef API_RATE_LIMIT_H
#define API_RATE_LIMIT_H

#include "base/runtime.h"
#include "base/status.h"
#include "base/text.h"

enum { RATE_LIMIT_BUCKET_COUNT_MAX = 65536 };

struct rate_limiter;
struct rate_limits {
    int64_t requests_per_second, sign_ins_per_minute;
}; // 0: no limit

struct rate_limiter *rate_limiter_new(const struct rate_limits *limits, const struct runtime *runtime);
void rate_limiter_free(struct rate_limiter *limiter);

/* *retry_seconds is set with RATE_LIMITED. */
must_use status rate_limit_request(struct rate_limiter *limiter, int64_t caller_id, int64_t *retry_seconds);
must_use status rate_limit_sign_in(struct rate_limiter *limiter, text peer, int64_t *retry_seconds);

#endif
