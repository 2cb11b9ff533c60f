#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_equal(void **state)
{
    (void)state;
    static const struct {
        text a, b;
        bool equal, ignoring_case;
    } cases[] = {
        { TEXT("card"), TEXT("card"), true, true },
        { TEXT("card"), TEXT("CarD"), false, true },
        { TEXT("card"), TEXT("cards"), false, false },
        { TEXT("[`{"), TEXT("{@["), false, false }, // neighbours of the letters, 32 apart
        { TEXT(""), TEXT(""), true, true },
        { TEXT_ABSENT, TEXT_ABSENT, true, true },
        { TEXT_ABSENT, TEXT(""), false, false },
        { TEXT("a\0b"), TEXT("a\0c"), false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(text_equal(cases[i].a, cases[i].b), cases[i].equal);
        assert_int_equal(text_equal_ignoring_case(cases[i].a, cases[i].b), cases[i].ignoring_case);
    }
    assert_true(text_empty(TEXT_ABSENT) && text_empty(TEXT("")) && !text_empty(TEXT("a")));
    assert_true(!text_present(TEXT_ABSENT) && text_present(TEXT("")));
    assert_true(!text_present(text_of(NULL)) && text_equal(text_of("abc"), TEXT("abc")));
}

static void test_ends(void **state)
{
    (void)state;
    assert_true(text_starts_with(TEXT("card_1"), TEXT("card_")));
    assert_false(text_starts_with(TEXT("car"), TEXT("card")));
    assert_false(text_starts_with(TEXT("Card"), TEXT("card")));
    assert_true(text_starts_with(TEXT_ABSENT, TEXT("")));
    assert_true(text_ends_with(TEXT("a.txt"), TEXT(".txt")));
    assert_false(text_ends_with(TEXT("txt"), TEXT(".txt")));
    assert_false(text_ends_with(TEXT("a.txT"), TEXT(".txt")));
    assert_true(text_ends_with(TEXT_ABSENT, TEXT_ABSENT));
}

static void test_slice_and_trim(void **state)
{
    (void)state;
    static const struct {
        size_t from, len;
        text expected;
    } cases[] = {
        { 0, 5, TEXT("abcde") }, { 1, 3, TEXT("bcd") }, { 3, 9, TEXT("de") },
        { 5, 1, TEXT("") },      { 9, 1, TEXT("") },    { 2, SIZE_MAX, TEXT("cde") },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(text_equal(text_slice(TEXT("abcde"), cases[i].from, cases[i].len), cases[i].expected));
    }
    assert_false(text_present(text_slice(TEXT_ABSENT, 0, 1)));
    assert_true(text_equal(text_trim(TEXT(" \t a b\t ")), TEXT("a b")));
    assert_true(text_equal(text_trim(TEXT(" \t")), TEXT("")));
    assert_true(text_equal(text_trim(TEXT("\na")), TEXT("\na")));
    assert_false(text_present(text_trim(TEXT_ABSENT)));
}

static void test_split_and_find(void **state)
{
    (void)state;
    static const text expected[] = { TEXT("a"), TEXT(""), TEXT("bc"), TEXT("") };
    text rest = TEXT("a,,bc,");
    text part;
    for (size_t i = 0; i < 4; i++) {
        assert_true(text_split(&rest, ',', &part));
        assert_true(text_equal(part, expected[i]));
    }
    assert_false(text_split(&rest, ',', &part));
    rest = TEXT("");
    assert_true(text_split(&rest, ',', &part) && text_equal(part, TEXT("")) && !text_present(rest));

    assert_int_equal(text_find(TEXT("abcb"), 'b'), 1);
    assert_int_equal(text_find(TEXT("abc"), 'x'), -1);
    assert_int_equal(text_find(TEXT_ABSENT, 'x'), -1);
    assert_int_equal(text_find(text_slice(TEXT("abc"), 0, 2), 'c'), -1);
}

// The bad ones are of RFC 3629, 3 and 10: overlong forms, surrogates, past U+10FFFF, broken off, stray.
static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        text t;
        bool valid;
        size_t characters;
    } cases[] = {
        { TEXT(""), true, 0 },
        { TEXT_ABSENT, true, 0 },
        { TEXT("plain ASCII, longer than eight"), true, 30 },
        { TEXT("na\xC3\xAFve"), true, 5 },
        { TEXT("12345678\xE2\x82\xAC"), true, 9 },
        { TEXT("\xF0\x9F\x92\xB3"), true, 1 },
        { TEXT("\xEF\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80"), true, 7 },
        { TEXT("\xC0\x80"), false, 0 },
        { TEXT("\xC1\xBF"), false, 0 },
        { TEXT("\xE0\x9F\xBF"), false, 0 },
        { TEXT("\xF0\x8F\xBF\xBF"), false, 0 },
        { TEXT("\xED\xA0\x80"), false, 0 },
        { TEXT("\xF4\x90\x80\x80"), false, 0 },
        { TEXT("\xF5\x80\x80\x80"), false, 0 },
        { TEXT("\xE2\x82"), false, 0 },
        { TEXT("\xE2\x82x"), false, 0 },
        { TEXT("\xF0\x9F\x92x"), false, 0 },
        { TEXT("12345678\x80"), false, 0 },
        { TEXT("1234567\xFF"), false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(text_is_utf8(cases[i].t), cases[i].valid);
        if (cases[i].valid) {
            assert_int_equal(text_count_characters(cases[i].t), cases[i].characters);
        }
    }
    assert_false(text_is_utf8(text_slice(TEXT("\xE2\x82\xAC"), 0, 2))); // must not look past the end
}

static void test_control(void **state)
{
    (void)state;
    static const struct {
        text t;
        bool control;
    } cases[] = {
        { TEXT("plain ~"), false },     { TEXT("\xC2\xA0\xE2\x80\xA7\xE2\x80\xAA"), false }, // U+00A0 U+2027 U+202A
        { TEXT("a\nb"), true },         { TEXT("a\0b"), true },
        { TEXT("\x7F"), true },         { TEXT("\xC2\x80"), true },
        { TEXT("\xC2\x9F"), true },     { TEXT("\xE2\x80\xA8"), true },
        { TEXT("\xE2\x80\xA9"), true }, { TEXT("\xC3\x80\xE2\x82\xA8"), false },
        { TEXT_ABSENT, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(text_has_control(cases[i].t), cases[i].control);
    }
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        text t;
        bool is_unsigned, is_signed;
        uint64_t as_unsigned;
        int64_t as_signed;
    } cases[] = {
        { TEXT("0"), true, true, 0, 0 },
        { TEXT("42"), true, true, 42, 42 },
        { TEXT("9223372036854775807"), true, true, INT64_MAX, INT64_MAX },
        { TEXT("9223372036854775808"), true, false, UINT64_C(9223372036854775808), 0 },
        { TEXT("18446744073709551615"), true, false, UINT64_MAX, 0 },
        { TEXT("18446744073709551616"), false, false, 0, 0 },
        { TEXT("99999999999999999999"), false, false, 0, 0 },
        { TEXT("-1"), false, true, 0, -1 },
        { TEXT("-9223372036854775808"), false, true, 0, INT64_MIN },
        { TEXT("-9223372036854775809"), false, false, 0, 0 },
        { TEXT("-0"), false, false, 0, 0 },
        { TEXT("-"), false, false, 0, 0 },
        { TEXT("--1"), false, false, 0, 0 },
        { TEXT("+1"), false, false, 0, 0 },
        { TEXT("01"), false, false, 0, 0 },
        { TEXT("00"), false, false, 0, 0 },
        { TEXT(" 1"), false, false, 0, 0 },
        { TEXT("1e2"), false, false, 0, 0 },
        { TEXT(""), false, false, 0, 0 },
        { TEXT_ABSENT, false, false, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t as_unsigned = 0;
        int64_t as_signed = 0;
        assert_int_equal(text_to_uint64(cases[i].t, &as_unsigned), cases[i].is_unsigned);
        assert_int_equal(text_to_int64(cases[i].t, &as_signed), cases[i].is_signed);
        assert_true(as_unsigned == cases[i].as_unsigned && as_signed == cases[i].as_signed);
    }
    assert_true(text_is_digits(TEXT("0123456789")));
    assert_false(text_is_digits(TEXT("12/")));
    assert_false(text_is_digits(TEXT("12:")));
    assert_false(text_is_digits(TEXT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),          cmocka_unit_test(test_ends), cmocka_unit_test(test_slice_and_trim),
        cmocka_unit_test(test_split_and_find), cmocka_unit_test(test_utf8), cmocka_unit_test(test_control),
        cmocka_unit_test(test_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
