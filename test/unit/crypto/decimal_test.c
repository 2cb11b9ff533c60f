#include "crypto/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static void test_two_pass(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *digits;
    } cases[] = {
        { "0123456789ABCDEF", "0123456789012345" }, // all of both passes
        { "FEDCBA9876543210", "9876543210543210" },
        { "24E1A05574051BBF", "2410" }, // a published CVV
        { "24E1A05574051BBF", "" },
        { "ABCDEFABCDEFABCD", "01234501" }, // the second pass alone
        { "A1B2C3D4E5F6ABCD", "123456012" },
        { "FFFFFFFFFFFFFFF9", "95" }, // a digit at the very end goes before the letters
        { "FFFFFFFFFFFFFFF9", "955555" },
        { "FFFF7FFFA8FFFFFF", "785" }, // a letter before the last digit does not overtake it
        { "FFFF7FFFA8FFFFFF", "7855555550" },
        { "AB", "01" },
        { "9F", "95" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[HEX_BYTES_MAX];
        char digits[33] = "________________________________";
        size_t len = hex_bytes(bytes, cases[i].hex);
        size_t count = strlen(cases[i].digits);
        decimal_two_pass(digits, count, bytes, len);
        assert_memory_equal(digits, cases[i].digits, count);
        assert_int_equal(digits[count], '_');
    }
}

static uint8_t index_digit(uint8_t nibble, size_t index)
{
    (void)nibble;
    return (uint8_t)(index % 10);
}

static void test_two_pass_with(void **state)
{
    (void)state;
    uint8_t bytes[HEX_BYTES_MAX];
    char digits[8];
    hex_bytes(bytes, "A1B2FF7F");
    decimal_two_pass_with(digits, sizeof digits, bytes, 4, index_digit);
    assert_memory_equal(digits, "12702457", sizeof digits);
}

static void test_pack(void **state)
{
    (void)state;
    static const struct {
        text digits;
        size_t len;
        uint8_t pad;
        const char *packed; // NULL: refused
    } cases[] = {
        { TEXT("12345678"), 4, 0, "12345678" },
        { TEXT("1234567"), 4, 0, "12345670" },
        { TEXT("1234567"), 4, 15, "1234567F" },
        { TEXT("1234"), 4, 15, "1234FFFF" },
        { TEXT("aBcDeF"), 4, 0, "ABCDEF00" },
        { TEXT(""), 2, 15, "FFFF" },
        { TEXT_ABSENT, 2, 3, "3333" },
        { TEXT(""), 0, 0, "" },
        { TEXT("123"), 1, 0, NULL },
        { TEXT("12:4"), 4, 0, NULL },
        { TEXT("12/4"), 4, 0, NULL },
        { TEXT("12G4"), 4, 0, NULL },
        { TEXT("12@4"), 4, 0, NULL },
        { TEXT("12g4"), 4, 0, NULL },
        { TEXT("12`4"), 4, 0, NULL },
        { TEXT(" 123"), 4, 0, NULL },
        { TEXT("123\0"), 4, 0, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t packed[HEX_BYTES_MAX];
        bool good = decimal_pack(packed, cases[i].len, cases[i].digits, cases[i].pad);
        assert_int_equal(good, cases[i].packed != NULL);
        if (good) {
            assert_hex_equal(packed, cases[i].len, cases[i].packed);
        }
    }
}

static void test_is(void **state)
{
    (void)state;
    assert_true(decimal_is(TEXT("0123456789"), 10, 10));
    assert_true(decimal_is(TEXT("12"), 2, 3));
    assert_true(decimal_is(TEXT("123"), 2, 3));
    assert_true(decimal_is(TEXT(""), 0, 3));
    assert_false(decimal_is(TEXT("1"), 2, 3));
    assert_false(decimal_is(TEXT("1234"), 2, 3));
    assert_false(decimal_is(TEXT_ABSENT, 1, 3));
    assert_false(decimal_is(TEXT("1/"), 2, 3));
    assert_false(decimal_is(TEXT(":2"), 2, 3));
    assert_false(decimal_is(TEXT("1A"), 2, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_pass),
        cmocka_unit_test(test_two_pass_with),
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
