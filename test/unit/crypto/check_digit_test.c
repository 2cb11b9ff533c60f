#include "crypto/check_digit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/vector_file.h"

static void test_published_numbers(void **state)
{
    (void)state;
    struct vector_file vectors;
    int rows = 0;
    vector_open(&vectors, "luhn.csv");
    while (vector_next(&vectors)) {
        text number = vector_text(&vectors, "number");
        bool valid = text_equal(vector_text(&vectors, "status"), TEXT("valid"));
        char digit = vector_text(&vectors, "check_digit").at[0];
        assert_int_equal(luhn_valid(number), valid);
        assert_int_equal(check_digit_valid(CHECK_DIGIT_LUHN, number, number.len - 1), valid);
        assert_int_equal(check_digit_compute(CHECK_DIGIT_LUHN, number, number.len - 1), digit);
        rows++;
    }
    assert_int_equal(rows, 23);
}

static void test_by_hand(void **state)
{
    (void)state;
    // In each number '?' is where the check digit goes.
    static const struct {
        enum check_digit method;
        text number;
        char digit;
    } cases[] = {
        { CHECK_DIGIT_LUHN, { "7992739871?", 11 }, '3' },
        { CHECK_DIGIT_LUHN, { "0?", 2 }, '0' },
        { CHECK_DIGIT_LUHN, { "?", 1 }, '0' },
        // The doubled place: 1 + 2*? must end in 0; 1 + (2*9 - 9) = 10.
        { CHECK_DIGIT_LUHN, { "?1", 2 }, '9' },
        // 2 + w(?): 8 = 2*4.
        { CHECK_DIGIT_LUHN, { "?2", 2 }, '4' },
        // From the right 3, 2*2, ?, 2*1: 9 + ?.
        { CHECK_DIGIT_LUHN, { "1?23", 4 }, '1' },
        // From the right 5, ? doubled, 3, 2*4, 1, 2*2: 5 + 3 + 8 + 1 + 4 = 21, 9 is missing: ? = 9.
        { CHECK_DIGIT_LUHN, { "2143?5", 6 }, '9' },
        // Letters weigh nothing and take no place: the same as above.
        { CHECK_DIGIT_LUHN, { "CW21-43?x5Z", 11 }, '9' },
        { CHECK_DIGIT_LUHN, { "AB?", 3 }, '0' },
        // 100 = 14*7 + 2; 123456 = 7*17636 + 4; what follows the check digit does not count.
        { CHECK_DIGIT_MOD7, { "100?", 4 }, '2' },
        { CHECK_DIGIT_MOD7, { "123456?", 7 }, '4' },
        { CHECK_DIGIT_MOD7, { "A12-3456?99", 11 }, '4' },
        { CHECK_DIGIT_MOD7, { "7?", 2 }, '0' },
        { CHECK_DIGIT_MOD7, { "?123", 4 }, '0' },
        // 10^20 mod 7 = 2 (10^6 is 1, 10^2 is 2): longer than any machine number.
        { CHECK_DIGIT_MOD7, { "100000000000000000000?", 22 }, '2' },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t position = (size_t)text_find(cases[i].number, '?');
        assert_int_equal(check_digit_compute(cases[i].method, cases[i].number, position), cases[i].digit);

        // Of the ten digits, and whatever else may stand there, one is right; and what stood there did not matter.
        char number[32];
        memcpy(number, cases[i].number.at, cases[i].number.len);
        for (int c = 0; c < 128; c++) {
            number[position] = (char)c;
            text tried = { number, cases[i].number.len };
            assert_int_equal(check_digit_compute(cases[i].method, tried, position), cases[i].digit);
            assert_int_equal(check_digit_valid(cases[i].method, tried, position), c == cases[i].digit);
        }
    }
}

static void test_edges(void **state)
{
    (void)state;
    assert_true(check_digit_valid(CHECK_DIGIT_NONE, TEXT("12345"), 4));
    assert_true(check_digit_valid(CHECK_DIGIT_NONE, TEXT(""), 0));
    assert_false(check_digit_valid(CHECK_DIGIT_LUHN, TEXT("18"), 2)); // past the end
    assert_false(check_digit_valid(CHECK_DIGIT_MOD7, TEXT(""), 0));
    assert_true(luhn_valid(TEXT("18")));
    assert_false(luhn_valid(TEXT("17")));
    assert_false(luhn_valid(TEXT("0")));
    assert_false(luhn_valid(TEXT("")));
    assert_false(luhn_valid(TEXT_ABSENT));
    assert_false(luhn_valid(TEXT("1 8")));
    assert_false(luhn_valid(TEXT("A18")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_numbers),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
