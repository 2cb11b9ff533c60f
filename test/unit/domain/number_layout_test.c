#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/number_layout.h"

static struct number_layout layout_of(const char *prefix, const char *suffix, int64_t length, int check_digit)
{
    return (struct number_layout){
        .prefix = text_of(prefix), .suffix = text_of(suffix), .length = length, .check_digit = check_digit
    };
}

static void test_writes_numbers(void **state)
{
    (void)state;
    // Check digits by hand; 7992739871-3 is the usual example of Luhn's, 4539 1488 0343 646-7 another.
    static const struct {
        const char *prefix, *suffix;
        int64_t length;
        int check_digit;
        uint64_t value;
        const char *number;
    } cases[] = {
        { "GOLD", "2021", 24, CHECK_DIGIT_NONE, 10, "GOLD00000000000000102021" },
        { "", "", 11, CHECK_DIGIT_LUHN, 7992739871, "79927398713" },
        { "4539", "", 16, CHECK_DIGIT_LUHN, 14880343646, "4539148803436467" },
        { "A", "0", 6, CHECK_DIGIT_LUHN, 12, "A01230" }, // the suffix counts: 0 + 2*3 + 2 + 2*1 + 0 = 10
        { "X", "", 5, CHECK_DIGIT_MOD7, 100, "X1002" },  // 100 = 14 * 7 + 2
        { "5", "", 8, CHECK_DIGIT_NONE, 42, "50000042" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct number_layout layout =
            layout_of(cases[i].prefix, cases[i].suffix, cases[i].length, cases[i].check_digit);
        char out[NUMBER_LEN_MAX];
        number_layout_write(&layout, out, cases[i].value, NULL);
        text number = { out, (size_t)cases[i].length };
        assert_memory_equal(out, cases[i].number, number.len);
        assert_true(number_layout_matches(&layout, number));
        assert_true(number_layout_check_valid(&layout, number));
        assert_int_equal(number_layout_value(&layout, number), cases[i].value);
    }
}

static void test_spaces(void **state)
{
    (void)state;
    struct number_layout layout = layout_of("60119900", "", 16, CHECK_DIGIT_LUHN);
    assert_int_equal(number_layout_body_len(&layout), 7);
    assert_int_equal(number_layout_space(&layout), 10000000);
    layout = layout_of("", "", 150, CHECK_DIGIT_NONE);
    assert_int_equal(number_layout_space(&layout), 1000000000000000000);
    assert_int_equal(number_layout_extension_len(&layout), 132);
    layout = layout_of("GOLD", "2021", 9, CHECK_DIGIT_LUHN);
    assert_int_equal(number_layout_body_len(&layout), 0);
    layout = layout_of("", "", 5, CHECK_DIGIT_NONE);
    layout.method = NUMBER_SEQUENTIAL;
    layout.start = 99990;
    assert_int_equal(number_layout_space(&layout), 10);
}

static void test_overlaps(void **state)
{
    (void)state;
    static const struct {
        const char *prefix_a, *suffix_a;
        int64_t length_a;
        const char *prefix_b, *suffix_b;
        int64_t length_b;
        bool overlap;
    } cases[] = {
        { "GOLD", "", 16, "GOLD", "", 16, true },  { "GOLD", "", 16, "GOLD", "", 17, false },
        { "GOLD", "", 16, "SILV", "", 16, false }, { "51", "", 16, "512", "", 16, true },   // 512 lies in 51
        { "51", "", 16, "52", "", 16, false },     { "51", "7", 16, "51", "8", 16, false }, // the last digit parts them
        { "51", "A", 16, "51", "", 16, false },                                             // a letter against a digit
        { "", "", 10, "A", "", 10, false },        { "1", "", 10, "", "9", 10, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct number_layout a = layout_of(cases[i].prefix_a, cases[i].suffix_a, cases[i].length_a, CHECK_DIGIT_LUHN);
        struct number_layout b = layout_of(cases[i].prefix_b, cases[i].suffix_b, cases[i].length_b, CHECK_DIGIT_NONE);
        assert_int_equal(number_layouts_overlap(&a, &b), cases[i].overlap);
        assert_int_equal(number_layouts_overlap(&b, &a), cases[i].overlap);
    }
}

static void test_masks(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *suffix, *number, *masked;
    } cases[] = {
        { "GOLD", "2026", "GOLD123456789012342026", "GOLD\u2022\u2022\u2022\u202212342026" },
        { "51", "", "5123456789012345", "51\u2022\u2022\u2022\u20222345" },
        { "AB", "", "AB1234", "AB\u2022\u2022\u2022\u202234" }, // half of a short body
        { "", "", "12345", "\u2022\u2022\u2022\u202245" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text number = text_of(cases[i].number);
        struct number_layout layout =
            layout_of(cases[i].prefix, cases[i].suffix, (int64_t)number.len, CHECK_DIGIT_NONE);
        char masked[NUMBER_MASKED_LEN_MAX];
        int len = number_layout_mask(&layout, masked, number);
        assert_int_equal(len, strlen(cases[i].masked));
        assert_memory_equal(masked, cases[i].masked, (size_t)len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_numbers),
        cmocka_unit_test(test_spaces),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
