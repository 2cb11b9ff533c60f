#include "crypto/dcvv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static const char IMK[] = "12345678123456781234567812345678";
enum { PERIOD_MS = 600000 };

static void test_dcvv(void **state)
{
    (void)state;
    static const struct {
        struct dcvv_input input;
        text dcvv;
        status result;
        bool right;
    } cases[] = {
        // dcvv.csv
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("00"), TEXT("1310"), TEXT("226"), 3210 }, TEXT("422"), OK, true },
        { { EMV_UDK_B, TEXT("1234567890123456789"), TEXT("00"), TEXT("1310"), TEXT("226"), 3210 },
          TEXT("562"),
          OK,
          true },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("00"), TEXT("1310"), TEXT("226"), 3211 },
          TEXT("422"),
          OK,
          false },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("01"), TEXT("1310"), TEXT("226"), 3210 },
          TEXT("422"),
          OK,
          false },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("00"), TEXT("1310"), TEXT("226"), 3210 }, TEXT("42"), OK, false },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("00"), TEXT("1310"), TEXT("226"), 10000 },
          TEXT("422"),
          INVALID_INPUT,
          false },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("0"), TEXT("1310"), TEXT("226"), 1 },
          TEXT("422"),
          INVALID_INPUT,
          false },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT_ABSENT, TEXT("1310"), TEXT("226"), 1 },
          TEXT("422"),
          INVALID_INPUT,
          false },
        { { EMV_UDK_A, TEXT("1234567"), TEXT("00"), TEXT("1310"), TEXT("226"), 1 }, TEXT("422"), INVALID_INPUT, false },
        { { EMV_UDK_A, TEXT("1234567890123456"), TEXT("00"), TEXT("131"), TEXT("226"), 1 },
          TEXT("422"),
          INVALID_INPUT,
          false },
    };
    struct secret imk;
    hex_secret(&imk, IMK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char value[CVV_LEN];
        bool right = true;
        assert_int_equal(dcvv_compute(value, &imk, &cases[i].input), cases[i].result);
        assert_int_equal(dcvv_verify(&right, &imk, &cases[i].input, cases[i].dcvv), cases[i].result);
        assert_int_equal(right, cases[i].right);
        if (right) {
            assert_memory_equal(value, cases[i].dcvv.at, CVV_LEN);
        }
    }
    imk.len = EMV_KEY_LEN - 8;
    bool right = true;
    assert_int_equal(dcvv_verify(&right, &imk, &cases[0].input, cases[0].dcvv), INVALID_INPUT);
    assert_false(right);
    imk.len = EMV_KEY_LEN;
    secret_release(&imk);
}

static const struct dynamic_cvv2_input card = { { "1234567890123456", 16 }, { "01", 2 }, { "3012", 4 }, PERIOD_MS };

// From the parts: the card's key, and the usual value of a PAN that begins with T.
static void test_dynamic(void **state)
{
    (void)state;
    static const struct {
        int64_t now_ms, step;
        text pan;
    } cases[] = {
        { 600000, 1, TEXT("0001567890123456") },
        { 1199999, 1, TEXT("0001567890123456") },
        { 9999LL * PERIOD_MS, 9999, TEXT("9999567890123456") },
        { 10000LL * PERIOD_MS, 10000, TEXT("0000567890123456") },
        { 1800000000000, 3000000, TEXT("0000567890123456") },
        { 1800000000000 + 77LL * PERIOD_MS, 3000077, TEXT("0077567890123456") },
    };
    struct secret imk, udk;
    hex_secret(&imk, IMK);
    assert_int_equal(emv_udk(&udk, &imk, EMV_UDK_A, card.pan, card.psn), OK);
    struct tdes *key;
    assert_int_equal(tdes_new(&key, &udk), OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct cvv_input input = { cases[i].pan, card.expiry, TEXT("000"), CVV_LEN };
        char right[CVV_LEN_MAX], code[CVV_LEN];
        assert_true(dynamic_cvv2_step(cases[i].now_ms, PERIOD_MS) == cases[i].step);
        assert_int_equal(cvv_compute(right, key, &input), OK);
        assert_int_equal(dynamic_cvv2_compute(code, &imk, &card, cases[i].step), OK);
        assert_memory_equal(code, right, CVV_LEN);
    }
    tdes_free(key);
    secret_release(&udk);
    secret_release(&imk);
}

static int64_t match(const struct secret *imk, int64_t now_ms, int64_t after, text code)
{
    int64_t step = -1;
    assert_int_equal(dynamic_cvv2_match(&step, imk, &card, now_ms, after, code), OK);
    return step;
}

static void test_window(void **state)
{
    (void)state;
    static const struct {
        int64_t from_start_ms; // of the code's own step
        bool accepted;
    } cases[] = {
        { -PERIOD_MS - 1, false }, { -PERIOD_MS, true },        { 0, true },
        { PERIOD_MS - 1, true },   { 2 * PERIOD_MS - 1, true }, { 2 * PERIOD_MS, false },
    };
    struct secret imk;
    hex_secret(&imk, IMK);
    int shared = 0;
    // 9999 lies in the middle, where the counter begins again.
    for (int64_t step = 9989; step < 10009; step++) {
        char code[CVV_LEN];
        assert_int_equal(dynamic_cvv2_compute(code, &imk, &card, step), OK);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            int64_t matched = match(&imk, step * PERIOD_MS + cases[i].from_start_ms, 0, text_bytes(code, CVV_LEN));
            shared += matched != (cases[i].accepted ? step : 0);
        }
        // Not twice, and not when a later one was used.
        assert_true(match(&imk, step * PERIOD_MS, step - 1, text_bytes(code, CVV_LEN)) == step);
        assert_true(match(&imk, step * PERIOD_MS, step, text_bytes(code, CVV_LEN)) == 0);
        assert_true(match(&imk, step * PERIOD_MS, step + 1, text_bytes(code, CVV_LEN)) == 0);
    }
    assert_int_equal(shared, 0); // no two neighbours of these share a code
    secret_release(&imk);
}

// The newest of two steps that share a code: then it is not good again.
static void test_shared(void **state)
{
    (void)state;
    struct secret imk;
    char codes[2][CVV_LEN];
    hex_secret(&imk, IMK);
    int64_t step = 1;
    assert_int_equal(dynamic_cvv2_compute(codes[1], &imk, &card, step), OK);
    do {
        step++;
        memcpy(codes[0], codes[1], CVV_LEN);
        assert_int_equal(dynamic_cvv2_compute(codes[1], &imk, &card, step), OK);
    } while (memcmp(codes[0], codes[1], CVV_LEN) != 0);
    assert_true(match(&imk, (step - 1) * PERIOD_MS, 0, text_bytes(codes[0], CVV_LEN)) == step);
    assert_true(match(&imk, step * PERIOD_MS, step, text_bytes(codes[0], CVV_LEN)) == 0);
    secret_release(&imk);
}

static void test_refused(void **state)
{
    (void)state;
    static const text wrong[] = { TEXT(""), TEXT_ABSENT, TEXT("12"), TEXT("1234"), TEXT("abc") };
    struct secret imk;
    int64_t step = -1;
    char code[CVV_LEN];
    hex_secret(&imk, IMK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_true(match(&imk, 100LL * PERIOD_MS, 0, wrong[i]) == 0);
    }
    struct dynamic_cvv2_input other = card;
    other.period_ms = 0;
    assert_int_equal(dynamic_cvv2_match(&step, &imk, &other, 1, 0, TEXT("123")), INVALID_INPUT);
    assert_int_equal(dynamic_cvv2_match(&step, &imk, &card, PERIOD_MS - 1, 0, TEXT("123")), INVALID_INPUT);
    assert_int_equal(dynamic_cvv2_compute(code, &imk, &card, -1), INVALID_INPUT);
    other = card;
    other.expiry = TEXT("301");
    assert_int_equal(dynamic_cvv2_match(&step, &imk, &other, PERIOD_MS, 0, TEXT("123")), INVALID_INPUT);
    other = card;
    other.psn = TEXT("1");
    assert_int_equal(dynamic_cvv2_match(&step, &imk, &other, PERIOD_MS, 0, TEXT("123")), INVALID_INPUT);
    assert_true(step == 0);
    secret_release(&imk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dcvv),   cmocka_unit_test(test_dynamic), cmocka_unit_test(test_window),
        cmocka_unit_test(test_shared), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
