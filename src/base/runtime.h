/*
 * Clock and random numbers, handed in, so that a test can run the whole program under a clock and a seed of its own.
 */
#ifndef BASE_RUNTIME_H
#define BASE_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

struct runtime {
    int64_t (*now_ms)(void *context);                     // Unix time in milliseconds
    int64_t (*monotonic_us)(void *context);               // for durations
    void (*random)(void *context, void *out, size_t len); // cryptographically strong in production
    void *context;
};

extern const struct runtime runtime_real;

int64_t runtime_now_ms(const struct runtime *runtime);
int64_t runtime_monotonic_us(const struct runtime *runtime);
void runtime_random(const struct runtime *runtime, void *out, size_t len);

#endif
