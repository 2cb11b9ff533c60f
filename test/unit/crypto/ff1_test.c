#include "crypto/ff1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/runtime.h"

/* The published vectors are checked in vectors_test.c; here is what they do not say. */

static struct ff1 *ff1_of(const char *key)
{
    struct secret secret;
    struct ff1 *ff1;
    assert_int_equal(secret_init_copy(&secret, key, strlen(key)), OK);
    assert_int_equal(ff1_new(&ff1, &secret), OK);
    secret_release(&secret);
    return ff1;
}

static void fill(uint8_t *numerals, size_t len, unsigned int radix)
{
    runtime_random(&runtime_real, numerals, len);
    for (size_t i = 0; i < len; i++) {
        numerals[i] = (uint8_t)(numerals[i] % radix);
    }
}

static void test_domains(void **state)
{
    (void)state;
    static const struct {
        unsigned int radix;
        size_t len;
        bool wide;
    } cases[] = {
        { 10, 5, false },  { 10, 6, true },  { 2, 19, false }, { 2, 20, true },     { 26, 4, false },  { 26, 5, true },
        { 36, 3, false },  { 36, 4, true },  { 62, 3, false }, { 62, 4, true },     { 100, 2, false }, { 100, 3, true },
        { 256, 2, false }, { 256, 3, true }, { 10, 0, false }, { 256, 2048, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ff1_domain_wide(cases[i].radix, cases[i].len), cases[i].wide);
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    static const unsigned int radixes[] = { 2, 3, 10, 16, 36, 255, 256 };
    static const size_t lens[] = { 2, 3, 7, 16, 19, 20, 63, 64, 255, 256, 2047, 2048 };
    static const size_t tweak_lens[] = { 0, 1, 4, 10, 255, 256 };
    struct ff1 *ff1 = ff1_of("0123456789abcdef01234567");
    uint8_t tweak[FF1_TWEAK_LEN_MAX], plain[FF1_LEN_MAX], numerals[FF1_LEN_MAX];
    fill(tweak, sizeof tweak, 256);
    for (int i = 0; i < 7 * 12 * 6; i++) { // each form differs from the one before
        const struct ff1_form form = { radixes[i % 7], lens[i % 12], tweak, tweak_lens[i % 6] };
        fill(plain, form.len, form.radix);
        memcpy(numerals, plain, form.len);
        assert_int_equal(ff1_encrypt(ff1, numerals, &form), OK);
        for (size_t j = 0; j < form.len; j++) {
            assert_true(numerals[j] < form.radix);
        }
        assert_true(form.len < 16 || memcmp(numerals, plain, form.len) != 0);
        assert_int_equal(ff1_decrypt(ff1, numerals, &form), OK);
        assert_memory_equal(numerals, plain, form.len);
    }
    ff1_free(ff1);
}

// All 1000 strings of three digits: each comes out once.
static void test_permutation(void **state)
{
    (void)state;
    struct ff1 *ff1 = ff1_of("0123456789abcdef");
    const struct ff1_form form = { 10, 3, NULL, 0 };
    bool seen[1000] = { false };
    for (int i = 0; i < 1000; i++) {
        uint8_t numerals[3] = { (uint8_t)(i / 100), (uint8_t)(i / 10 % 10), (uint8_t)(i % 10) };
        assert_int_equal(ff1_encrypt(ff1, numerals, &form), OK);
        int value = numerals[0] * 100 + numerals[1] * 10 + numerals[2];
        assert_false(seen[value]);
        seen[value] = true;
    }
    ff1_free(ff1);
}

// Key, tweak, its length, the radix and the length of the string each decide.
static void test_what_decides(void **state)
{
    (void)state;
    static const char keys[][33] = { "0123456789abcdef", "0123456789abcdeg", "0123456789abcdef01234567",
                                     "0123456789abcdef0123456789abcdef" };
    const struct ff1_form forms[] = {
        { 10, 16, NULL, 0 }, { 10, 16, "1", 1 },  { 10, 16, "2", 1 },
        { 10, 16, "11", 2 }, { 11, 16, NULL, 0 }, { 10, 17, NULL, 0 },
    };
    enum { KEYS = 4, FORMS = 6 };
    uint8_t results[KEYS * FORMS][16];
    for (int i = 0; i < KEYS * FORMS; i++) {
        struct ff1 *ff1 = ff1_of(keys[i / FORMS]);
        uint8_t numerals[17] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7 };
        assert_int_equal(ff1_encrypt(ff1, numerals, &forms[i % FORMS]), OK);
        memcpy(results[i], numerals, 16);
        for (int j = 0; j < i; j++) {
            assert_memory_not_equal(results[i], results[j], 16);
        }
        ff1_free(ff1);
    }
    ff1_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_permutation),
        cmocka_unit_test(test_what_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
