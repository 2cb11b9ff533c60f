#include "crypto/pan_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/check_digit.h"

enum { SHAPE_COUNT = 3 };

static struct ff1 *ff1;

static int make_key(void **state)
{
    (void)state;
    struct secret key;
    assert_int_equal(secret_init_copy(&key, "0123456789abcdef0123456789abcdef", 32), OK);
    assert_int_equal(ff1_new(&ff1, &key), OK);
    secret_release(&key);
    return 0;
}

static int free_key(void **state)
{
    (void)state;
    ff1_free(ff1);
    return 0;
}

// Random digits with a right check digit.
static text draw_pan(char pan[PAN_TOKEN_LEN_MAX], size_t len)
{
    uint8_t bytes[PAN_TOKEN_LEN_MAX];
    runtime_random(&runtime_real, bytes, sizeof bytes);
    for (size_t i = 0; i < len; i++) {
        pan[i] = (char)('0' + bytes[i] % 10);
    }
    pan[len - 1] = check_digit_compute(CHECK_DIGIT_LUHN, text_bytes(pan, len), len - 1);
    return text_bytes(pan, len);
}

static text make(char token[PAN_TOKEN_LEN_MAX], enum pan_token_shape shape, text pan)
{
    size_t len = 0;
    assert_int_equal(pan_token_make(token, &len, ff1, shape, pan), OK);
    return text_bytes(token, len);
}

static void assert_opens(enum pan_token_shape shape, text token, text pan)
{
    char opened[PAN_TOKEN_LEN_MAX];
    size_t len = 0;
    assert_int_equal(pan_token_open(opened, &len, ff1, shape, token), OK);
    assert_true(text_equal(text_bytes(opened, len), pan));
}

static void assert_refused(enum pan_token_shape shape, text token)
{
    char opened[PAN_TOKEN_LEN_MAX];
    size_t len = 0;
    assert_int_equal(pan_token_open(opened, &len, ff1, shape, token), INVALID_INPUT);
}

static void test_round_trips(void **state)
{
    (void)state;
    static const size_t len_min[SHAPE_COUNT] = { 8, 10, 12 };
    for (int i = 0; i < 600; i++) {
        enum pan_token_shape shape = (enum pan_token_shape)(i % SHAPE_COUNT);
        size_t lens = PAN_TOKEN_LEN_MAX + 1 - len_min[shape];
        char pan_at[PAN_TOKEN_LEN_MAX], token_at[PAN_TOKEN_LEN_MAX];
        text pan = draw_pan(pan_at, len_min[shape] + (size_t)i / SHAPE_COUNT % lens);
        text token = make(token_at, shape, pan);
        assert_true(pan_token_shaped(shape, token));
        assert_false(luhn_valid(token));
        assert_false(text_equal(token, pan));
        assert_opens(shape, token, pan);
    }
}

// A walk that started among the numbers that pass Luhn would send two of them to one token now and then.
static void test_no_two_pans_share_a_token(void **state)
{
    (void)state;
    enum { COUNT = 20000, BUCKETS = 1 << 16 };
    static char tokens[COUNT][8];
    static int bucket[BUCKETS]; // 1 + the place of a token
    for (int i = 0; i < COUNT; i++) {
        char pan_at[8] = "40000000";
        for (int at = 6, rest = i; at > 0 && rest > 0; at--, rest /= 10) {
            pan_at[at] = (char)('0' + rest % 10);
        }
        pan_at[7] = check_digit_compute(CHECK_DIGIT_LUHN, text_bytes(pan_at, 8), 7);
        char token_at[PAN_TOKEN_LEN_MAX];
        text token = make(token_at, PAN_TOKEN_WHOLE, text_bytes(pan_at, 8));
        uint32_t place = 0;
        for (size_t j = 0; j < 8; j++) {
            place = place * 31 + (uint8_t)token.at[j];
        }
        for (place %= BUCKETS; bucket[place] != 0; place = (place + 1) % BUCKETS) {
            assert_memory_not_equal(tokens[bucket[place] - 1], token.at, 8);
        }
        memcpy(tokens[i], token.at, 8);
        bucket[place] = i + 1;
        assert_opens(PAN_TOKEN_WHOLE, token, text_bytes(pan_at, 8));
    }
}

static void test_last_four_are_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        char pan_at[PAN_TOKEN_LEN_MAX], token_at[PAN_TOKEN_LEN_MAX];
        text pan = draw_pan(pan_at, 16);
        text token = make(token_at, PAN_TOKEN_KEEP_LAST_4, pan);
        assert_int_equal(token.len, 16);
        assert_memory_equal(token.at + 12, pan.at + 12, 4);
        assert_memory_not_equal(token.at, pan.at, 12);
    }
}

static void test_firstvision(void **state)
{
    (void)state;
    static const char *const pans[] = { "4111111111111111",   "5555555555554444", "378282246310005",
                                        "4000000000000",      "400000000000",     "6999999999999999999",
                                        "6000000000000000000" };
    for (size_t i = 0; i < sizeof pans / sizeof pans[0]; i++) {
        text pan = text_of(pans[i]);
        char token_at[PAN_TOKEN_LEN_MAX];
        text token = make(token_at, PAN_TOKEN_FIRSTVISION, pan);
        assert_int_equal(token.len, 19);
        assert_memory_equal(token.at, "000", 3);
        assert_memory_equal(token.at + 3, pan.at, 6);
        assert_false(text_is_digits(text_slice(token, 9, 6)));
        assert_memory_equal(token.at + 15, pan.at + pan.len - 4, 4);
        assert_opens(PAN_TOKEN_FIRSTVISION, token, pan);

        // Under other digits the six mean something else, or nothing.
        char opened[PAN_TOKEN_LEN_MAX];
        size_t len = 0;
        token_at[3] = token_at[3] == '9' ? '8' : '9';
        if (pan_token_open(opened, &len, ff1, PAN_TOKEN_FIRSTVISION, token) == OK) {
            assert_memory_not_equal(opened + 6, pan.at + 6, 6);
        }
    }
}

static void test_what_makes_no_token(void **state)
{
    (void)state;
    static const struct {
        enum pan_token_shape shape;
        const char *pan;
    } cases[] = {
        { PAN_TOKEN_WHOLE, "" },
        { PAN_TOKEN_WHOLE, "4111111111111112" }, // Luhn
        { PAN_TOKEN_WHOLE, "411111111111111A" },
        { PAN_TOKEN_WHOLE, "4111 1111 1111 1111" },
        { PAN_TOKEN_WHOLE, "0000000" },              // 7 digits
        { PAN_TOKEN_WHOLE, "00000000000000000000" }, // 20
        { PAN_TOKEN_KEEP_LAST_4, "4111111111111112" },
        { PAN_TOKEN_KEEP_LAST_4, "000000000" },   // five digits to encrypt: 100,000 values
        { PAN_TOKEN_FIRSTVISION, "00000000000" }, // 11 digits: one in the middle
        { PAN_TOKEN_FIRSTVISION, "00000000000000000000" },
        { PAN_TOKEN_FIRSTVISION, "41111111111111A1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char token[PAN_TOKEN_LEN_MAX];
        size_t len = 0;
        assert_int_equal(pan_token_make(token, &len, ff1, cases[i].shape, text_of(cases[i].pan)), INVALID_INPUT);
    }
    assert_int_equal(luhn_valid(TEXT("0000000000")), true);
    char token[PAN_TOKEN_LEN_MAX];
    make(token, PAN_TOKEN_KEEP_LAST_4, TEXT("0000000000")); // six digits: exactly a million
    make(token, PAN_TOKEN_WHOLE, TEXT("00000000"));
}

static void test_what_is_no_token(void **state)
{
    (void)state;
    static const struct {
        enum pan_token_shape shape;
        const char *token;
    } cases[] = {
        { PAN_TOKEN_WHOLE, "4111111111111111" }, // it passes Luhn
        { PAN_TOKEN_WHOLE, "411111111111111A" },
        { PAN_TOKEN_WHOLE, "1234567" },
        { PAN_TOKEN_WHOLE, "" },
        { PAN_TOKEN_KEEP_LAST_4, "4111111111111111" },
        { PAN_TOKEN_KEEP_LAST_4, "123456789" },
        { PAN_TOKEN_FIRSTVISION, "0004111111111111111" }, // a number, filled up
        { PAN_TOKEN_FIRSTVISION, "0014111117QK2ZD1111" },
        { PAN_TOKEN_FIRSTVISION, "0004111117qk2zd1111" },
        { PAN_TOKEN_FIRSTVISION, "000411A117QK2ZD1111" },
        { PAN_TOKEN_FIRSTVISION, "0004111117QK2ZD111A" },
        { PAN_TOKEN_FIRSTVISION, "0004111117QK2:D1111" },
        { PAN_TOKEN_FIRSTVISION, "0004111117QK2ZD111" },
        { PAN_TOKEN_FIRSTVISION, "0004111117QK2ZD11111" },
        { PAN_TOKEN_FIRSTVISION, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(pan_token_shaped(cases[i].shape, text_of(cases[i].token)));
        assert_refused(cases[i].shape, text_of(cases[i].token));
    }
}

// What a token does not decide is a check: numbers that are none of ours are mostly refused, and never open to one that
// could not have been made into them.
static void test_other_tokens(void **state)
{
    (void)state;
    enum { TRIES = 400 };
    int refused[SHAPE_COUNT] = { 0 };
    for (int i = 0; i < SHAPE_COUNT * TRIES; i++) {
        enum pan_token_shape shape = (enum pan_token_shape)(i % SHAPE_COUNT);
        char pan_at[PAN_TOKEN_LEN_MAX], token_at[PAN_TOKEN_LEN_MAX], opened[PAN_TOKEN_LEN_MAX],
            again[PAN_TOKEN_LEN_MAX];
        size_t len = 0;
        text token = make(token_at, shape, draw_pan(pan_at, 16));
        do { // another middle, or other digits
            token_at[9] = (char)(token_at[9] == '9' ? '0' : token_at[9] == 'Z' ? 'A' : token_at[9] + 1);
        } while (!pan_token_shaped(shape, token));
        if (pan_token_open(opened, &len, ff1, shape, token) != OK) {
            refused[shape]++;
        } else {
            assert_true(text_equal(make(again, shape, text_bytes(opened, len)), token));
        }
    }
    // 90 %, 90 % and 49 % of 400, with more than six standard deviations to spare
    assert_true(refused[PAN_TOKEN_WHOLE] > 320 && refused[PAN_TOKEN_KEEP_LAST_4] > 320);
    assert_true(refused[PAN_TOKEN_FIRSTVISION] > 130 && refused[PAN_TOKEN_FIRSTVISION] < 260);
}

/* random ones */

static void test_random_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < 300; i++) {
        char token[PAN_TOKEN_LEN_MAX], other[PAN_TOKEN_LEN_MAX];
        text last = i % 2 == 0 ? TEXT("") : TEXT("4444");
        size_t len = 10 + i % 10;
        assert_int_equal(pan_token_random(token, len, last, &runtime_real), OK);
        assert_true(text_is_digits(text_bytes(token, len)) && !luhn_valid(text_bytes(token, len)));
        assert_memory_equal(token + len - last.len, last.at, last.len);
        assert_int_equal(pan_token_random(other, len, last, &runtime_real), OK);
        assert_true(len < 16 || memcmp(token, other, len) != 0);
    }
}

static void zeros(void *context, void *out, size_t len)
{
    (void)context;
    memset(out, 0, len);
}

// Zeros alone pass Luhn every time.
static void test_random_numbers_that_are_not(void **state)
{
    (void)state;
    const struct runtime runtime = { .random = zeros };
    char token[PAN_TOKEN_LEN_MAX];
    assert_int_equal(pan_token_random(token, 16, TEXT(""), &runtime), INTERNAL);
    assert_int_equal(pan_token_random(token, 16, TEXT("0001"), &runtime), OK);
    assert_memory_equal(token, "0000000000000001", 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_no_two_pans_share_a_token),
        cmocka_unit_test(test_last_four_are_kept),
        cmocka_unit_test(test_firstvision),
        cmocka_unit_test(test_what_makes_no_token),
        cmocka_unit_test(test_what_is_no_token),
        cmocka_unit_test(test_other_tokens),
        cmocka_unit_test(test_random_tokens),
        cmocka_unit_test(test_random_numbers_that_are_not),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}
