#include "keys/security_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "payment_ring.h"

#define PUBLISHED "0123456789ABCDEFFEDCBA9876543210"

enum { CVK = 1, OTHER_CVK, JPOS_CVK, IMK_DYNAMIC, IMK_CVC3, LONG_CVK };

static struct keyring *keys_new(void)
{
    struct keyring *keyring = ring_new();
    ring_add(keyring, CVK, "C0TC", PUBLISHED);
    ring_add(keyring, OTHER_CVK, "C0TC", "4C37C8319D76ADAB58D9431543C2165B");
    ring_add(keyring, JPOS_CVK, "C0TC", "12345678123456788765432187654321");
    ring_add(keyring, IMK_DYNAMIC, "E6TX", PUBLISHED);
    ring_add(keyring, IMK_CVC3, "E4TX", PUBLISHED);
    ring_add(keyring, LONG_CVK, "C0TC", "0123456789ABCDEFFEDCBA98765432101122334455667788");
    return keyring;
}

// cvv.csv, with the source that it names.
static void test_codes(void **state)
{
    (void)state;
    static const struct {
        int64_t key_id;
        enum security_code_kind kind;
        const char *pan, *expiry, *service_code, *code;
    } cases[] = {
        { OTHER_CVK, SECURITY_CODE_STRIPE, "4433678298261175", "0916", "101", "478" }, // pynblock
        { CVK, SECURITY_CODE_STRIPE, "4123456789012345", "8701", "101", "561" },       // thalessimulatorlibrary
        { CVK, SECURITY_CODE_STRIPE, "4999988887777", "9105", "111", "649" },          // the same
        { JPOS_CVK, SECURITY_CODE_PRINTED, "123456789012", "1108", NULL, "453" },      // jPOS
        { CVK, SECURITY_CODE_PRINTED, "4123456789012345", "9912", NULL, "040" },       // self
        { CVK, SECURITY_CODE_PRINTED, "4123456789012345", "1299", NULL, "506" },       // self: CVC2, MMYY
        { CVK, SECURITY_CODE_CHIP, "4123456789012345", "9912", NULL, "398" },          // self
    };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct security_code_input input = { cases[i].kind, text_of(cases[i].pan), text_of(cases[i].expiry),
                                                   text_of(cases[i].service_code) };
        char code[CVV_LEN], wrong[CVV_LEN];
        bool right = false;
        assert_int_equal(security_code_generate(keyring, code, cases[i].key_id, &input), OK);
        assert_memory_equal(code, cases[i].code, CVV_LEN);
        assert_int_equal(security_code_verify(keyring, &right, cases[i].key_id, &input, text_of(cases[i].code)), OK);
        assert_true(right);
        for (int j = 0; j < CVV_LEN; j++) {
            memcpy(wrong, code, CVV_LEN);
            wrong[j] = (char)('0' + (wrong[j] - '0' + 1) % 10);
            right = true;
            assert_int_equal(security_code_verify(keyring, &right, cases[i].key_id, &input, text_bytes(wrong, CVV_LEN)),
                             OK);
            assert_false(right);
        }
        right = true;
        assert_int_equal(security_code_verify(keyring, &right, cases[i].key_id, &input, text_bytes(code, 2)), OK);
        assert_false(right);
    }
    keyring_free(keyring);
}

static void test_codes_refused(void **state)
{
    (void)state;
    static const struct {
        int64_t key_id;
        struct security_code_input input;
        status expected;
    } cases[] = {
        // What would be another kind's code.
        { CVK, { SECURITY_CODE_STRIPE, { "4123456789012345", 16 }, { "8701", 4 }, { "000", 3 } }, INVALID_INPUT },
        { CVK, { SECURITY_CODE_STRIPE, { "4123456789012345", 16 }, { "8701", 4 }, { "999", 3 } }, INVALID_INPUT },
        { CVK, { SECURITY_CODE_STRIPE, { "4123456789012345", 16 }, { "8701", 4 }, { NULL, 0 } }, INVALID_INPUT },
        { CVK, { SECURITY_CODE_STRIPE, { "4123456789012345", 16 }, { "8701", 3 }, { "101", 3 } }, INVALID_INPUT },
        { CVK, { SECURITY_CODE_PRINTED, { "4123456", 7 }, { "8701", 4 }, { NULL, 0 } }, INVALID_INPUT },
        { LONG_CVK, { SECURITY_CODE_CHIP, { "4123456789012345", 16 }, { "8701", 4 }, { NULL, 0 } }, KEY_WRONG_USE },
        { 99, { SECURITY_CODE_CHIP, { "4123456789012345", 16 }, { "8701", 4 }, { NULL, 0 } }, KEY_UNAVAILABLE },
    };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char code[CVV_LEN];
        bool right = true;
        assert_int_equal(security_code_generate(keyring, code, cases[i].key_id, &cases[i].input), cases[i].expected);
        assert_int_equal(security_code_verify(keyring, &right, cases[i].key_id, &cases[i].input, TEXT("561")),
                         cases[i].expected);
        assert_false(right);
    }
    keyring_free(keyring);
}

// The dynamic codes below are computed with the openssl command by a script that computes the rows of dcvv.csv and cvc3.csv
// too; the keys of those rows have equal halves, which a ring does not take.

static void test_dynamic(void **state)
{
    (void)state;
    enum { PERIOD_MS = 60000 };
    static const int64_t step = 10005000; // 5000 modulo 10000
    static const struct {
        int64_t of;
        const char *code;
    } codes[] = { { -1, "932" }, { 0, "342" }, { 1, "987" }, { 2, "402" } };
    const struct dynamic_cvv2_input input = { TEXT("4123456789012345"), TEXT("01"), TEXT("2912"), PERIOD_MS };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char code[CVV_LEN];
        ring_clock_ms = (step + codes[i].of) * PERIOD_MS + PERIOD_MS - 1;
        assert_int_equal(security_code_dynamic_generate(keyring, code, IMK_DYNAMIC, &input), OK);
        assert_memory_equal(code, codes[i].code, CVV_LEN);
    }
    static const struct {
        const char *code;
        int64_t after, expected; // both relative to `step`
    } cases[] = {
        { "342", -5, 0 }, { "932", -5, -1 }, { "987", -5, 1 }, // the window
        { "342", -1, 0 }, { "932", -2, -1 }, { "987", 0, 1 },  // the first after
    };
    static const struct {
        const char *code;
        int64_t after;
    } refused[] = { { "402", -5 }, { "862", -5 }, { "342", 0 }, { "932", -1 }, { "987", 1 }, { "34", -5 } };
    ring_clock_ms = step * PERIOD_MS;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found;
        assert_int_equal(security_code_dynamic_verify(keyring, &found, IMK_DYNAMIC, &input, step + cases[i].after,
                                                      text_of(cases[i].code)),
                         OK);
        assert_int_equal(found, step + cases[i].expected);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int64_t found = 1;
        assert_int_equal(security_code_dynamic_verify(keyring, &found, IMK_DYNAMIC, &input, step + refused[i].after,
                                                      text_of(refused[i].code)),
                         OK);
        assert_int_equal(found, 0);
    }
    struct dynamic_cvv2_input timeless = input;
    char code[CVV_LEN];
    int64_t found = 1;
    timeless.period_ms = 0;
    assert_int_equal(security_code_dynamic_generate(keyring, code, IMK_DYNAMIC, &timeless), INVALID_INPUT);
    assert_int_equal(security_code_dynamic_verify(keyring, &found, IMK_DYNAMIC, &timeless, 0, TEXT("342")),
                     INVALID_INPUT);
    assert_int_equal(found, 0);
    keyring_free(keyring);
}

static void test_dcvv(void **state)
{
    (void)state;
    struct dcvv_input input = { EMV_UDK_A, TEXT("1234567890123456"), TEXT("00"), TEXT("1310"), TEXT("226"), 3210 };
    struct keyring *keyring = keys_new();
    bool right = false;
    assert_int_equal(security_code_dcvv_verify(keyring, &right, IMK_DYNAMIC, &input, TEXT("267")), OK);
    assert_true(right);
    assert_int_equal(security_code_dcvv_verify(keyring, &right, IMK_DYNAMIC, &input, TEXT("268")), OK);
    assert_false(right);
    input.counter = 3211;
    assert_int_equal(security_code_dcvv_verify(keyring, &right, IMK_DYNAMIC, &input, TEXT("267")), OK);
    assert_false(right);
    input.service_code = TEXT("000");
    assert_int_equal(security_code_dcvv_verify(keyring, &right, IMK_DYNAMIC, &input, TEXT("267")), INVALID_INPUT);
    keyring_free(keyring);
}

static void test_cvc3(void **state)
{
    (void)state;
    uint8_t track[HEX_BYTES_MAX];
    size_t track_len = hex_bytes(track, "5123456789012345D35121010000000000000F");
    struct security_code_cvc3 input = { .option = EMV_UDK_A,
                                        .pan = TEXT("5123456789012345"),
                                        .psn = TEXT("00"),
                                        .track = { track, track_len },
                                        .un = { 0x00, 0x00, 0x08, 0x99 },
                                        .atc = { 0x00, 0x5E } };
    static const struct {
        const char *code;
        size_t count;
        bool right;
    } cases[] = {
        { "48768", 5, true }, { "8768", 4, true },   { "768", 3, true },
        { "487", 3, false },  { "48768", 3, false }, { "768", 5, false },
    };
    struct keyring *keyring = keys_new();
    bool right;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        input.count = cases[i].count;
        right = !cases[i].right;
        assert_int_equal(security_code_cvc3_verify(keyring, &right, IMK_CVC3, &input, text_of(cases[i].code)), OK);
        assert_int_equal(right, cases[i].right);
    }
    static const size_t counts[] = { 0, 2, 6 };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        input.count = counts[i];
        right = true;
        assert_int_equal(security_code_cvc3_verify(keyring, &right, IMK_CVC3, &input, TEXT("768")), INVALID_INPUT);
        assert_false(right);
    }
    input.count = 3;
    input.atc[1] = 0x5F;
    assert_int_equal(security_code_cvc3_verify(keyring, &right, IMK_CVC3, &input, TEXT("768")), OK);
    assert_false(right);
    input.psn = TEXT("0");
    assert_int_equal(security_code_cvc3_verify(keyring, &right, IMK_CVC3, &input, TEXT("768")), INVALID_INPUT);
    keyring_free(keyring);
}

// amex_csc.csv, self; the first row as EFTlab's tutorial has it.
static void test_amex(void **state)
{
    (void)state;
    struct security_code_amex input = { { AMEX_CSC_1, TEXT("371234567890123"), TEXT("9912"), TEXT_ABSENT }, 0 };
    struct keyring *keyring = keys_new();
    struct amex_csc csc;
    bool right = false;
    assert_int_equal(security_code_amex_generate(keyring, &csc, CVK, &input.card), OK);
    assert_memory_equal(csc.five, "61247", 5);
    assert_memory_equal(csc.four, "8720", 4);
    assert_memory_equal(csc.three, "552", 3);
    static const struct {
        size_t count;
        const char *code;
        bool right;
    } cases[] = { { 3, "552", true },  { 4, "8720", true }, { 5, "61247", true },
                  { 4, "552", false }, { 3, "872", false }, { 4, "8721", false } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        input.count = cases[i].count;
        assert_int_equal(security_code_amex_verify(keyring, &right, CVK, &input, text_of(cases[i].code)), OK);
        assert_int_equal(right, cases[i].right);
    }
    input.count = 2;
    assert_int_equal(security_code_amex_verify(keyring, &right, CVK, &input, TEXT("55")), INVALID_INPUT);
    input.count = 3;
    input.card.pan = TEXT("411111111111111");
    assert_int_equal(security_code_amex_verify(keyring, &right, CVK, &input, TEXT("552")), INVALID_INPUT);
    assert_int_equal(security_code_amex_generate(keyring, &csc, CVK, &input.card), INVALID_INPUT);
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes), cmocka_unit_test(test_codes_refused), cmocka_unit_test(test_dynamic),
        cmocka_unit_test(test_dcvv),  cmocka_unit_test(test_cvc3),          cmocka_unit_test(test_amex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
