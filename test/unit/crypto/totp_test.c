#include "crypto/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// The secret of both RFCs.
static void take_secret(struct secret *secret)
{
    assert_int_equal(secret_init_copy(secret, "12345678901234567890", TOTP_SECRET_LEN), OK);
}

static void test_hotp(void **state)
{
    (void)state;
    // RFC 4226, appendix D.
    static const char *const codes[] = { "755224", "287082", "359152", "969429", "338314",
                                         "254676", "287922", "162583", "399871", "520489" };
    struct secret secret;
    take_secret(&secret);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char code[TOTP_DIGITS];
        assert_int_equal(hotp(code, &secret, i), OK);
        assert_memory_equal(code, codes[i], TOTP_DIGITS);
    }
    secret_release(&secret);
}

// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
static const struct {
    int64_t at_seconds, step;
    const char *code;
} vectors[] = {
    { 59, 0x1, "287082" },
    { 1111111109, 0x23523EC, "081804" },
    { 1111111111, 0x23523ED, "050471" },
    { 1234567890, 0x273EF07, "005924" },
    { 2000000000, 0x3F940AA, "279037" },
    { 20000000000, 0x27BC86AA, "353130" },
};

static void test_window(void **state)
{
    (void)state;
    static const struct {
        int64_t from_start_ms; // of the step
        bool accepted;
    } cases[] = {
        { -TOTP_STEP_MS - 1, false }, { -TOTP_STEP_MS, true },        { 0, true },
        { TOTP_STEP_MS - 1, true },   { 2 * TOTP_STEP_MS - 1, true }, { 2 * TOTP_STEP_MS, false },
    };
    struct secret secret;
    take_secret(&secret);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        text code = text_of(vectors[i].code);
        int64_t step = -1;
        assert_int_equal(totp_match(&step, &secret, vectors[i].at_seconds * 1000, 0, code), OK);
        assert_true(step == vectors[i].step);
        for (size_t j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            int64_t now_ms = vectors[i].step * TOTP_STEP_MS + cases[j].from_start_ms;
            if (now_ms < 0) {
                continue; // before 1970
            }
            assert_int_equal(totp_match(&step, &secret, now_ms, 0, code), OK);
            assert_true(step == (cases[j].accepted ? vectors[i].step : 0));
        }
    }
    secret_release(&secret);
}

static void test_used(void **state)
{
    (void)state;
    struct secret secret;
    int64_t step;
    take_secret(&secret);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        text code = text_of(vectors[i].code);
        assert_int_equal(totp_match(&step, &secret, vectors[i].at_seconds * 1000, vectors[i].step - 1, code), OK);
        assert_true(step == vectors[i].step);
        assert_int_equal(totp_match(&step, &secret, vectors[i].at_seconds * 1000, vectors[i].step, code), OK);
        assert_true(step == 0);
    }
    secret_release(&secret);
}

static void test_wrong(void **state)
{
    (void)state;
    static const text codes[] = { TEXT("287083"), TEXT("28708"),  TEXT("2870820"), TEXT(""),
                                  TEXT_ABSENT,    TEXT(" 87082"), TEXT("94287082") };
    struct secret secret;
    int64_t step;
    take_secret(&secret);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(totp_match(&step, &secret, 59000, 0, codes[i]), OK);
        assert_true(step == 0);
    }
    secret_release(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hotp),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_used),
        cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
