#include "crypto/pin_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/limits.h"

/* Draws that are given, one after another; the last one again and again. */
struct given {
    uint64_t draws[4];
    size_t count, asked;
};

static void random_given(void *context, void *out, size_t len)
{
    struct given *given = context;
    assert_int_equal(len, 8);
    bytes_put_be64(out, given->draws[given->asked < given->count ? given->asked : given->count - 1]);
    given->asked++;
}

static void test_draws(void **state)
{
    (void)state;
    static const struct {
        struct given given;
        size_t len;
        const char *pan;
        status result;
        const char *pin;
        size_t asked;
    } cases[] = {
        { { { 7391 }, 1, 0 }, 4, NULL, OK, "7391", 1 },
        { { { 9120005037 }, 1, 0 }, 4, NULL, OK, "5037", 1 }, // the last digits
        { { { 9120005037 }, 1, 0 }, 5, NULL, OK, "05037", 1 },
        { { { 9120005037 }, 1, 0 }, 12, NULL, OK, "009120005037", 1 },
        // Refused by the policy.
        { { { 1234, 5555, 1212, 7391 }, 4, 0 }, 4, NULL, OK, "7391", 4 },
        { { { 4567, 5037 }, 2, 0 }, 6, "9900456712345678", OK, "005037", 2 },
        { { { 5037, 7391 }, 2, 0 }, 4, "9905037012345678", OK, "7391", 2 },
        // 2^64 is 18446744073709551616: for four digits the last 1616 do not count, for twelve the last 73709551616.
        { { { 18446744073709549999U }, 1, 0 }, 4, NULL, SYSTEM_FAULT, NULL, PIN_DRAW_TRIES_MAX }, // 9999
        { { { 18446744073709547391U }, 1, 0 }, 4, NULL, OK, "7391", 1 },
        { { { 18446744073709549998U }, 1, 0 }, 4, NULL, OK, "9998", 1 },
        { { { 18446744073709550007U, 5037 }, 2, 0 }, 4, NULL, OK, "5037", 2 },
        { { { UINT64_MAX, 5037 }, 2, 0 }, 4, NULL, OK, "5037", 2 },
        { { { 18446743999999999998U }, 1, 0 }, 12, NULL, OK, "999999999998", 1 },
        { { { 18446744000000000071U, 5037 }, 2, 0 }, 12, NULL, OK, "000000005037", 2 },
        // A source that is broken.
        { { { 0 }, 1, 0 }, 4, NULL, SYSTEM_FAULT, NULL, PIN_DRAW_TRIES_MAX },
        { { { UINT64_MAX }, 1, 0 }, 4, NULL, SYSTEM_FAULT, NULL, PIN_DRAW_TRIES_MAX },
        { { { 7391 }, 1, 0 }, 3, NULL, INVALID_INPUT, NULL, 0 },
        { { { 7391 }, 1, 0 }, 13, NULL, INVALID_INPUT, NULL, 0 },
        { { { 7391 }, 1, 0 }, 0, NULL, INVALID_INPUT, NULL, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct given given = cases[i].given;
        const struct runtime runtime = { .random = random_given, .context = &given };
        const struct pin_policy_input policy = { .len = cases[i].len, .pan = text_of(cases[i].pan) };
        struct secret pin;
        assert_int_equal(pin_draw(&pin, &runtime, &policy), cases[i].result);
        assert_int_equal(given.asked, cases[i].asked);
        assert_int_equal(pin.len, cases[i].pin != NULL ? strlen(cases[i].pin) : 0);
        assert_memory_equal(pin.at, cases[i].pin != NULL ? cases[i].pin : (char *)pin.at, pin.len);
        secret_release(&pin);
    }
}

static void test_birth_date(void **state)
{
    (void)state;
    static const struct {
        text birth_date;
        status result;
        size_t asked;
    } cases[] = { { TEXT("1985-03-27"), OK, 2 }, { TEXT("1986-03-27"), OK, 1 }, { TEXT("1985"), INVALID_INPUT, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct given given = { { 1985, 7391 }, 2, 0 };
        const struct runtime runtime = { .random = random_given, .context = &given };
        const struct pin_policy_input policy = { .len = 4, .birth_date = cases[i].birth_date };
        struct secret pin;
        assert_int_equal(pin_draw(&pin, &runtime, &policy), cases[i].result);
        assert_int_equal(given.asked, cases[i].asked);
        secret_release(&pin);
    }
}

static status is_7391(void *context, bool *out, int index, text pin)
{
    (void)index;
    const status *fault = context;
    *out = text_equal(pin, TEXT("7391"));
    return *fault;
}

static void test_history(void **state)
{
    (void)state;
    static status faults[] = { OK, STORAGE_FAULT };
    for (size_t i = 0; i < 2; i++) {
        struct given given = { { 7391, 5037 }, 2, 0 };
        const struct runtime runtime = { .random = random_given, .context = &given };
        const struct pin_policy_input policy = { .len = 4, .history = { 1, is_7391, &faults[i] } };
        struct secret pin;
        assert_int_equal(pin_draw(&pin, &runtime, &policy), faults[i]);
        assert_int_equal(given.asked, faults[i] == OK ? 2 : 1);
        assert_int_equal(pin.len, faults[i] == OK ? 4 : 0);
        secret_release(&pin);
    }
}

/* Evenness. Pearson's sum over cells that are as likely: its mean is their number less one, its variance twice that. */

static double chi_square(const int *counts, int cells, int total)
{
    double expected = (double)total / cells, sum = 0;
    for (int i = 0; i < cells; i++) {
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    return sum;
}

// splitmix64 (Steele, Lea, Flood, 2014)
static void random_seeded(void *context, void *out, size_t len)
{
    uint64_t *seed = context, z = *seed += 0x9E3779B97F4A7C15;
    assert_int_equal(len, 8);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    bytes_put_be64(out, z ^ z >> 31);
}

static int number_of(const struct secret *pin)
{
    int value = 0;
    for (size_t i = 0; i < pin->len; i++) {
        value = 10 * value + pin->at[i] - '0';
    }
    return value;
}

// All PINs of four digits but the 120 that are weak: 10 of one digit, 20 that run, 90 of one pair.
static void test_even(void **state)
{
    (void)state;
    enum { PINS = 10000, WEAK = 120, DRAWS = 200000 };
    static int counts[PINS];
    uint64_t seed = 4;
    const struct runtime runtime = { .random = random_seeded, .context = &seed };
    const struct pin_policy_input policy = { .len = 4 };
    for (int i = 0; i < DRAWS; i++) {
        struct secret pin;
        assert_int_equal(pin_draw(&pin, &runtime, &policy), OK);
        counts[number_of(&pin)]++;
        secret_release(&pin);
    }
    int never = 0, good[PINS], count = 0;
    for (int i = 0; i < PINS; i++) {
        never += counts[i] == 0;
        if (counts[i] != 0) {
            good[count++] = counts[i];
        }
    }
    assert_int_equal(never, WEAK); // 20 are expected of each
    double sum = chi_square(good, count, DRAWS);
    assert_true(sum > 9879 - 4 * 141 && sum < 9879 + 4 * 141); // four deviations
}

// Each digit of a longer one; 9 degrees of freedom leave 27.9 in one of a thousand.
static void test_even_digits(void **state)
{
    (void)state;
    enum { LEN = 12, DRAWS = 20000 };
    int counts[LEN][10] = { 0 };
    uint64_t seed = 12;
    const struct runtime runtime = { .random = random_seeded, .context = &seed };
    const struct pin_policy_input policy = { .len = LEN };
    for (int i = 0; i < DRAWS; i++) {
        struct secret pin;
        assert_int_equal(pin_draw(&pin, &runtime, &policy), OK);
        for (size_t at = 0; at < LEN; at++) {
            counts[at][pin.at[at] - '0']++;
        }
        secret_release(&pin);
    }
    for (size_t at = 0; at < LEN; at++) {
        assert_true(chi_square(counts[at], 10, DRAWS) < 27.9);
    }
}

static void test_real(void **state)
{
    (void)state;
    for (size_t len = 4; len <= 12; len++) {
        const struct pin_policy_input policy = { .len = len, .pan = TEXT("4123956789012345") };
        struct secret pin, other;
        assert_int_equal(pin_draw(&pin, &runtime_real, &policy), OK);
        assert_int_equal(pin.len, len);
        if (len == 12) {
            assert_int_equal(pin_draw(&other, &runtime_real, &policy), OK);
            assert_memory_not_equal(pin.at, other.at, len);
            secret_release(&other);
        }
        secret_release(&pin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws), cmocka_unit_test(test_birth_date),  cmocka_unit_test(test_history),
        cmocka_unit_test(test_even),  cmocka_unit_test(test_even_digits), cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
