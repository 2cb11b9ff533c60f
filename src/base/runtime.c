#include "base/runtime.h"

#include <assert.h>
#include <sodium.h>
#include <time.h>

// Before main: only the first run is not safe among threads.
__attribute__((constructor)) static void start_sodium(void)
{
    int started = sodium_init();
    assert(started >= 0);
}

static struct timespec read_clock(clockid_t clock)
{
    struct timespec now;
    int refused = clock_gettime(clock, &now);
    assert(refused == 0);
    return now;
}

static int64_t real_now_ms(void *context)
{
    (void)context;
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t real_monotonic_us(void *context)
{
    (void)context;
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void real_random(void *context, void *out, size_t len)
{
    (void)context;
    randombytes_buf(out, len);
}

const struct runtime runtime_real = { real_now_ms, real_monotonic_us, real_random, NULL };

int64_t runtime_now_ms(const struct runtime *runtime)
{
    return runtime->now_ms(runtime->context);
}

int64_t runtime_monotonic_us(const struct runtime *runtime)
{
    return runtime->monotonic_us(runtime->context);
}

void runtime_random(const struct runtime *runtime, void *out, size_t len)
{
    runtime->random(runtime->context, out, len);
}
