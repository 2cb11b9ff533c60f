#include "crypto/pvv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static const struct {
    struct pvv_input input;
    const char *pvv;
} known[] = {
    // pvv.csv; the third and fourth need the second pass.
    { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, "8523" },
    { { { "1122334455667788", 16 }, '2', { "1912", 4 } }, "3244" },
    { { { "1122334455667708", 16 }, '1', { "8299", 4 } }, "4422" },
    { { { "1122334455667718", 16 }, '1', { "0570", 4 } }, "3144" },
    { { { "1122334455667788", 16 }, '3', { "4524", 4 } }, "4021" },
    // The check digit, digits before the last twelve and digits of the PIN after the fourth have no part in it.
    { { { "1122334455667780", 16 }, '1', { "4524", 4 } }, "8523" },
    { { { "9992334455667788", 16 }, '1', { "4524", 4 } }, "8523" },
    { { { "334455667788", 12 }, '1', { "4524", 4 } }, "8523" },
    { { { "1122334455667788", 16 }, '1', { "452499", 6 } }, "8523" },
    { { { "1122334455667788", 16 }, '1', { "452400000000", 12 } }, "8523" },
};

static void test_compute(void **state)
{
    (void)state;
    struct tdes *pvk = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char pvv[PVV_LEN];
        bool right;
        assert_int_equal(pvv_compute(pvv, pvk, &known[i].input), OK);
        assert_memory_equal(pvv, known[i].pvv, PVV_LEN);
        assert_int_equal(pvv_verify(&right, pvk, &known[i].input, text_bytes(pvv, PVV_LEN)), OK);
        assert_true(right);
    }
    tdes_free(pvk);
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        struct pvv_input input;
        text pvv;
    } cases[] = {
        { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, TEXT("8524") },
        { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, TEXT("9523") },
        { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, TEXT("852") },
        { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, TEXT("85233") },
        { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, TEXT("") },
        { { { "1122334455667788", 16 }, '1', { "4524", 4 } }, TEXT_ABSENT },
        { { { "1122334455667788", 16 }, '1', { "4525", 4 } }, TEXT("8523") },
        { { { "1122334455667788", 16 }, '2', { "4524", 4 } }, TEXT("8523") },
        { { { "1122334455667798", 16 }, '1', { "4524", 4 } }, TEXT("8523") },
    };
    struct tdes *pvk = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool right = true;
        assert_int_equal(pvv_verify(&right, pvk, &cases[i].input, cases[i].pvv), OK);
        assert_false(right);
    }
    tdes_free(pvk);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct pvv_input input;
        status computed, verified;
    } cases[] = {
        { { { "1122334455667788", 16 }, '0', { "4524", 4 } }, OK, PIN_NOT_VERIFIABLE },
        { { { "1122334455667788", 16 }, '6', { "4524", 4 } }, OK, OK },
        { { { "1122334455667788", 16 }, '7', { "4524", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "1122334455667788", 16 }, '/', { "4524", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "11223344556", 11 }, '1', { "4524", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "11223344556677889900", 20 }, '1', { "4524", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "112233445566778A", 16 }, '1', { "4524", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { NULL, 0 }, '1', { "4524", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "1122334455667788", 16 }, '1', { "452", 3 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "1122334455667788", 16 }, '1', { "1234567890123", 13 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "1122334455667788", 16 }, '1', { "452:", 4 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "1122334455667788", 16 }, '1', { "4524x", 5 } }, INVALID_INPUT, INVALID_INPUT },
        { { { "1122334455667788", 16 }, '1', { NULL, 0 } }, INVALID_INPUT, INVALID_INPUT },
    };
    struct tdes *pvk = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char pvv[PVV_LEN] = "0000";
        bool right = true;
        assert_int_equal(pvv_compute(pvv, pvk, &cases[i].input), cases[i].computed);
        assert_int_equal(pvv_verify(&right, pvk, &cases[i].input, text_bytes(pvv, PVV_LEN)), cases[i].verified);
        assert_int_equal(right, cases[i].verified == OK);
    }
    tdes_free(pvk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compute),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
