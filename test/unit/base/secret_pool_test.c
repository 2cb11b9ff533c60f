#include "base/secret_pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/sanitizer.h"
#include "base/secret.h"

static const size_t lens[] = { 1, 7, 16, 24, 32, 63, 64, 65, 100, SECRET_LEN_MAX };

enum { LEN_COUNT = sizeof lens / sizeof lens[0] };

static void test_sizes(void **state)
{
    (void)state;
    static const uint8_t zeroes[SECRET_LEN_MAX];
    struct secret secrets[LEN_COUNT];
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < LEN_COUNT; i++) {
            assert_int_equal(secret_init(&secrets[i], lens[i]), OK);
            assert_int_equal(secrets[i].len, lens[i]);
            assert_int_equal(secret_pool_holds(secrets[i].at), lens[i] <= 64);
            assert_true(lens[i] > 64 || (uintptr_t)secrets[i].at % 16 == 0);
            assert_memory_equal(secrets[i].at, zeroes, lens[i]);
            memset(secrets[i].at, 0xA0 + (int)i, lens[i]);
        }
        for (size_t i = 0; i < LEN_COUNT; i++) {
            assert_true(secrets[i].at[0] == 0xA0 + i && secrets[i].at[lens[i] - 1] == 0xA0 + i);
            secrets[i].len /= 2; // a holder may use only the front of it
            secret_release(&secrets[i]);
        }
    }
    assert_false(secret_pool_holds(NULL));
    assert_false(secret_pool_holds(zeroes));
}

static void test_wiped_when_released(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN_COUNT && lens[i] <= SECRET_PLACE_LEN; i++) {
        static const uint8_t zeroes[SECRET_PLACE_LEN];
        struct secret secret;
        assert_int_equal(secret_init(&secret, lens[i]), OK);
        uint8_t *at = secret.at;
        memset(at, 0xA5, lens[i]);
        secret_release(&secret);
        ASAN_UNPOISON_MEMORY_REGION(at, SECRET_PLACE_LEN);
        bool wiped = memcmp(at, zeroes, SECRET_PLACE_LEN) == 0;
        ASAN_POISON_MEMORY_REGION(at, SECRET_PLACE_LEN);
        assert_true(wiped);
        assert_int_equal(secret_init(&secret, lens[i]), OK);
        assert_ptr_equal(secret.at, at); // so it was the place, free again, that was looked at
        secret_release(&secret);
    }
}

#ifdef UNDER_ASAN

static void test_misuse_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN_COUNT && lens[i] <= SECRET_PLACE_LEN; i++) {
        struct secret secret;
        assert_int_equal(secret_init(&secret, lens[i]), OK);
        uint8_t *at = secret.at;
        assert_null(__asan_region_is_poisoned(at, lens[i]));
        for (size_t behind = lens[i]; behind < SECRET_PLACE_LEN + 16; behind++) {
            assert_true(__asan_address_is_poisoned(at + behind));
        }
        secret_release(&secret);
        for (size_t inside = 0; inside < SECRET_PLACE_LEN; inside++) {
            assert_true(__asan_address_is_poisoned(at + inside));
        }
    }
}

#else

static void write_behind(struct secret *secret)
{
    secret->at[secret->len] ^= 1;
    secret_release(secret);
}

static void write_far_behind(struct secret *secret)
{
    secret->at[secret->len + 15] ^= 1;
    secret_release(secret);
}

static void write_after_release(struct secret *secret)
{
    uint8_t *at = secret->at;
    secret_release(secret);
    at[0] = 1;
    status result = secret_init(secret, 16);
    (void)result;
}

static void release_twice(struct secret *secret)
{
    struct secret copy = *secret;
    secret_release(secret);
    secret_release(&copy);
}

static void release_inside(struct secret *secret)
{
    struct secret inside = { secret->at + 16, 16 };
    secret_release(&inside);
}

static void use_well(struct secret *secret)
{
    memset(secret->at, 0xFF, secret->len);
    secret_release(secret);
}

// The signal that ended a child that did so with a secret of its own; 0: none.
static int signal_of(void (*act)(struct secret *secret))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        struct secret secret;
        if (secret_init(&secret, 32) != OK) {
            _exit(1);
        }
        act(&secret);
        _exit(0);
    }
    int ended;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) || WEXITSTATUS(ended) == 0);
    return WIFSIGNALED(ended) ? WTERMSIG(ended) : 0;
}

static void test_misuse_is_found(void **state)
{
    (void)state;
    assert_int_equal(signal_of(use_well), 0);
    assert_int_equal(signal_of(write_behind), SIGABRT);
    assert_int_equal(signal_of(write_far_behind), SIGABRT);
    assert_int_equal(signal_of(write_after_release), SIGABRT);
    assert_int_equal(signal_of(release_twice), SIGABRT);
    assert_int_equal(signal_of(release_inside), SIGABRT);
}

#endif

// More than there are places: the rest has pages of its own, and what is given back is used again.
static void test_exhausted(void **state)
{
    (void)state;
    enum { PLACE_COUNT_ABOVE = SECRET_SLAB_COUNT_MAX * SECRET_SLAB_LEN / SECRET_PLACE_LEN };
    static struct secret secrets[PLACE_COUNT_ABOVE];
    for (int turn = 0; turn < 2; turn++) {
        size_t count = 0, outside = 0;
        while (outside < 20 && count < PLACE_COUNT_ABOVE) {
            uint32_t value = (uint32_t)count;
            assert_int_equal(secret_init_copy(&secrets[count], &value, sizeof value), OK);
            outside += !secret_pool_holds(secrets[count++].at);
        }
        assert_int_equal(outside, 20);
        assert_int_equal(count - outside, SECRET_SLAB_COUNT_MAX * 819); // 64 KiB by 64 bytes and a canary of 16
        for (uint32_t i = 0; i < count; i++) {
            assert_memory_equal(secrets[i].at, &i, sizeof i);
            secret_release(&secrets[i]);
        }
        assert_int_equal(secret_init(&secrets[0], 64), OK);
        assert_true(secret_pool_holds(secrets[0].at));
        secret_release(&secrets[0]);
    }
}

enum { THREAD_COUNT = 8, HELD_COUNT = 40, ROUND_COUNT = 400 };

static bool filled_with(const struct secret *secret, uint8_t mark)
{
    for (size_t i = 0; i < secret->len; i++) {
        if (secret->at[i] != mark) {
            return false;
        }
    }
    return true;
}

// Holds secrets filled with a mark of its own, not released in the order they were taken; NULL when all was well.
static void *take_and_give(void *argument)
{
    uint8_t mark = *(uint8_t *)argument;
    struct secret held[HELD_COUNT] = { 0 };
    bool good = true;
    for (int i = 0; good && i < ROUND_COUNT * HELD_COUNT; i++) {
        struct secret *secret = &held[i * 7 % HELD_COUNT];
        good = filled_with(secret, mark);
        secret_release(secret);
        good = good && secret_init(secret, 1 + (size_t)i % SECRET_PLACE_LEN) == OK && filled_with(secret, 0);
        if (good) {
            memset(secret->at, mark, secret->len);
        }
    }
    for (int i = 0; i < HELD_COUNT; i++) {
        good = good && filled_with(&held[i], mark);
        secret_release(&held[i]);
    }
    return good ? NULL : argument;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[THREAD_COUNT];
    uint8_t marks[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        marks[i] = (uint8_t)(i + 1);
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &marks[i]), 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads), // first: the threads grow the pool
        cmocka_unit_test(test_sizes),           cmocka_unit_test(test_wiped_when_released),
        cmocka_unit_test(test_misuse_is_found), cmocka_unit_test(test_exhausted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
