#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/rate_limit.h"

static int64_t clock_us;

static int64_t monotonic_us(void *context)
{
    (void)context;
    return clock_us;
}

static void random_bytes(void *context, void *out, size_t len)
{
    (void)context;
    memset(out, 0x5A, len);
}

static const struct runtime runtime = { .monotonic_us = monotonic_us, .random = random_bytes };

static struct rate_limiter *new_limiter(int64_t requests_per_second, int64_t sign_ins_per_minute)
{
    clock_us = 0;
    const struct rate_limits limits = { requests_per_second, sign_ins_per_minute };
    struct rate_limiter *limiter = rate_limiter_new(&limits, &runtime);
    assert_non_null(limiter);
    return limiter;
}

static int count_let_through(struct rate_limiter *limiter, int64_t caller_id, int tries)
{
    int count = 0;
    int64_t retry_seconds = 0;
    for (int i = 0; i < tries; i++) {
        count += rate_limit_request(limiter, caller_id, &retry_seconds) == OK;
    }
    return count;
}

static void test_requests(void **state)
{
    (void)state;
    struct rate_limiter *limiter = new_limiter(10, 0);
    int64_t retry_seconds = 0;
    assert_int_equal(count_let_through(limiter, 1, 100), 10);
    assert_int_equal(rate_limit_request(limiter, 1, &retry_seconds), RATE_LIMITED);
    assert_int_equal(retry_seconds, 1);
    assert_int_equal(count_let_through(limiter, 2, 100), 10); // a bucket each
    clock_us += 99999;
    assert_int_equal(count_let_through(limiter, 1, 100), 0);
    clock_us += 1;
    assert_int_equal(count_let_through(limiter, 1, 100), 1);
    clock_us += 500000;
    assert_int_equal(count_let_through(limiter, 1, 100), 5);
    clock_us += 3600LL * 1000000;
    assert_int_equal(count_let_through(limiter, 1, 100), 10); // never more than a full one
    rate_limiter_free(limiter);
}

static void test_sign_ins(void **state)
{
    (void)state;
    struct rate_limiter *limiter = new_limiter(0, 3);
    int64_t retry_seconds = 0;
    static const struct {
        const char *peer;
        status result;
    } cases[] = {
        { "192.0.2.1", OK },
        { "192.0.2.1", OK },
        { "192.0.2.1", OK },
        { "192.0.2.1", RATE_LIMITED },
        { "192.0.2.2", OK },
        // one household of IPv6 is one peer, its neighbour another
        { "2001:db8:1:2::1", OK },
        { "2001:db8:1:2::2", OK },
        { "2001:db8:1:2:ffff::3", OK },
        { "2001:db8:1:2::4", RATE_LIMITED },
        { "2001:db8:1:3::1", OK },
        { "", OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(rate_limit_sign_in(limiter, text_of(cases[i].peer), &retry_seconds), cases[i].result);
    }
    assert_int_equal(rate_limit_sign_in(limiter, TEXT("192.0.2.1"), &retry_seconds), RATE_LIMITED);
    assert_int_equal(retry_seconds, 20);
    clock_us += 19 * 1000000;
    assert_int_equal(rate_limit_sign_in(limiter, TEXT("192.0.2.1"), &retry_seconds), RATE_LIMITED);
    assert_int_equal(retry_seconds, 1);
    clock_us += 1000000;
    assert_int_equal(rate_limit_sign_in(limiter, TEXT("192.0.2.1"), &retry_seconds), OK);
    assert_int_equal(count_let_through(limiter, 1, 100), 100); // requests are not limited
    rate_limiter_free(limiter);
}

static void test_no_limits(void **state)
{
    (void)state;
    int64_t retry_seconds = 0;
    assert_int_equal(count_let_through(NULL, 1, 1000), 1000);
    assert_int_equal(rate_limit_sign_in(NULL, TEXT("192.0.2.1"), &retry_seconds), OK);
    struct rate_limiter *limiter = new_limiter(1, 1);
    assert_int_equal(count_let_through(limiter, 0, 1000), 1000); // the command line
    rate_limiter_free(limiter);
}

// More callers than buckets: the table stays as large as it is, and a busy caller is still held.
static void test_many_callers(void **state)
{
    (void)state;
    struct rate_limiter *limiter = new_limiter(100, 0);
    assert_int_equal(count_let_through(limiter, 1, 1000), 100);
    for (int64_t caller = 2; caller < 2 + 3 * RATE_LIMIT_BUCKET_COUNT_MAX; caller++) {
        assert_int_equal(count_let_through(limiter, caller, 1), 1);
    }
    assert_int_equal(count_let_through(limiter, 1, 1000), 0);
    rate_limiter_free(limiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_sign_ins),
        cmocka_unit_test(test_no_limits),
        cmocka_unit_test(test_many_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
