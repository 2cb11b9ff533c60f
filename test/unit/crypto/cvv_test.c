#include "crypto/cvv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static void test_known(void **state)
{
    (void)state;
    static const struct {
        const char *cvk;
        struct cvv_input input;
        const char *value;
    } cases[] = {
        // cvv.csv; by its intermediates the last block is 24E1A05574051BBF.
        { "D676DCF3AFB7350532EAF00EA253D875", { { "4123450990122129", 16 }, { "0721", 4 }, { "202", 3 }, 4 }, "2410" },
        { "D676DCF3AFB7350532EAF00EA253D875", { { "4123450990122129", 16 }, { "0721", 4 }, { "202", 3 }, 1 }, "2" },
        { "D676DCF3AFB7350532EAF00EA253D875", { { "4123450990122129", 16 }, { "0721", 4 }, { "202", 3 }, 5 }, "24105" },
        { "0123456789ABCDEFFEDCBA9876543210", { { "1234567890123456", 16 }, { "9912", 4 }, { "220", 3 }, 3 }, "170" },
        { "0123456789ABCDEFFEDCBA9876543210", { { "4999988887777", 13 }, { "9105", 4 }, { "111", 3 }, 3 }, "649" },
        { "0123456789ABCDEFFEDCBA9876543210", { { "4123456789012345", 16 }, { "9912", 4 }, { "999", 3 }, 3 }, "398" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tdes *cvk = hex_tdes(cases[i].cvk);
        char value[CVV_LEN_MAX];
        bool right = false;
        assert_int_equal(cvv_compute(value, cvk, &cases[i].input), OK);
        assert_memory_equal(value, cases[i].value, cases[i].input.count);
        assert_int_equal(cvv_verify(&right, cvk, &cases[i].input, text_of(cases[i].value)), OK);
        assert_true(right);
        tdes_free(cvk);
    }
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct cvv_input input = { { "1234567890123456", 16 }, { "9912", 4 }, { "220", 3 }, 3 };
    static const text values[] = { TEXT("171"), TEXT("070"),  TEXT("17"),   TEXT("1"),     TEXT(""),
                                   TEXT_ABSENT, TEXT("1700"), TEXT("0170"), TEXT("1\0000") };
    struct tdes *cvk = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        bool right = true;
        assert_int_equal(cvv_verify(&right, cvk, &input, values[i]), OK);
        assert_false(right);
    }
    tdes_free(cvk);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct cvv_input input;
        status result;
    } cases[] = {
        { { TEXT("12345678"), TEXT("9912"), TEXT("220"), 3 }, OK },
        { { TEXT("1234567890123456789"), TEXT("9912"), TEXT("220"), 3 }, OK },
        { { TEXT("1234567"), TEXT("9912"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("12345678901234567890"), TEXT("9912"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("123456789012345D"), TEXT("9912"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT_ABSENT, TEXT("9912"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("991"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("99122"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("99/2"), TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT_ABSENT, TEXT("220"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("9912"), TEXT("22"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("9912"), TEXT("2200"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("9912"), TEXT("22A"), 3 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("9912"), TEXT("220"), 0 }, INVALID_INPUT },
        { { TEXT("1234567890123456"), TEXT("9912"), TEXT("220"), 6 }, INVALID_INPUT },
    };
    struct tdes *cvk = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char value[CVV_LEN_MAX];
        bool right = true;
        assert_int_equal(cvv_compute(value, cvk, &cases[i].input), cases[i].result);
        assert_int_equal(cvv_verify(&right, cvk, &cases[i].input, TEXT("")), cases[i].result);
        assert_false(right);
    }
    tdes_free(cvk);
}

static void test_cavv(void **state)
{
    (void)state;
    static const struct {
        struct cavv_input input;
        text cavv;
        status result;
        bool right;
    } cases[] = {
        // cvv.csv
        { { TEXT("123456789012"), TEXT("1108"), '0', TEXT("00") }, TEXT("204"), OK, true },
        { { TEXT("123456789012"), TEXT("1108"), '1', TEXT("00") }, TEXT("439"), OK, true },
        { { TEXT("123456789012"), TEXT("1108"), '1', TEXT("00") }, TEXT("204"), OK, false },
        { { TEXT("123456789012"), TEXT("1108"), '0', TEXT("01") }, TEXT("204"), OK, false },
        { { TEXT("123456789012"), TEXT("1108"), '0', TEXT("00") }, TEXT("20"), OK, false },
        { { TEXT("123456789012"), TEXT("110"), '0', TEXT("00") }, TEXT("204"), INVALID_INPUT, false },
        { { TEXT("123456789012"), TEXT("1108"), 'A', TEXT("00") }, TEXT("204"), INVALID_INPUT, false },
        { { TEXT("123456789012"), TEXT("1108"), '0', TEXT("0") }, TEXT("204"), INVALID_INPUT, false },
        { { TEXT("123456789012"), TEXT("1108"), '0', TEXT("000") }, TEXT("204"), INVALID_INPUT, false },
        { { TEXT("123456789012"), TEXT("1108"), '0', TEXT_ABSENT }, TEXT("204"), INVALID_INPUT, false },
    };
    struct tdes *key = hex_tdes("12345678123456781234567812345678");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char cavv[CVV_LEN];
        bool right = true;
        assert_int_equal(cavv_compute(cavv, key, &cases[i].input), cases[i].result);
        assert_int_equal(cavv_verify(&right, key, &cases[i].input, cases[i].cavv), cases[i].result);
        assert_int_equal(right, cases[i].right);
        if (right) {
            assert_memory_equal(cavv, cases[i].cavv.at, CVV_LEN);
        }
    }
    tdes_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cavv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
