#include "base/runtime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_real(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL);
    int64_t now = runtime_now_ms(&runtime_real);
    assert_true(now / 1000 >= before - 1 && now / 1000 <= (int64_t)time(NULL) + 1);

    int64_t start = runtime_monotonic_us(&runtime_real);
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    int64_t took = runtime_monotonic_us(&runtime_real) - start;
    assert_true(took >= 2000 && took < 5000000);

    uint8_t a[33] = { 0 }, b[33] = { 0 };
    runtime_random(&runtime_real, a, 32);
    runtime_random(&runtime_real, b, 32);
    assert_memory_not_equal(a, b, 32);
    assert_int_equal(a[32], 0);
}

struct toy {
    int64_t now;
    uint8_t fill;
};

static int64_t toy_now(void *context)
{
    return ((struct toy *)context)->now;
}

static int64_t toy_monotonic(void *context)
{
    return ((struct toy *)context)->now * 1000;
}

static void toy_random(void *context, void *out, size_t len)
{
    memset(out, ((struct toy *)context)->fill, len);
}

static void test_handed_in(void **state)
{
    (void)state;
    struct toy toy = { 1234, 0xAB };
    const struct runtime runtime = { toy_now, toy_monotonic, toy_random, &toy };
    uint8_t bytes[2];
    runtime_random(&runtime, bytes, sizeof bytes);
    assert_true(runtime_now_ms(&runtime) == 1234 && runtime_monotonic_us(&runtime) == 1234000);
    assert_true(bytes[0] == 0xAB && bytes[1] == 0xAB);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_real), cmocka_unit_test(test_handed_in) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
