#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_big_endian(void **state)
{
    (void)state;
    uint8_t out[8];
    bytes_put_be64(out, UINT64_C(0x0123456789ABCDEF));
    assert_memory_equal(out, "\x01\x23\x45\x67\x89\xAB\xCD\xEF", 8);
    assert_true(bytes_get_be64(out) == UINT64_C(0x0123456789ABCDEF));
    bytes_put_be32(out, 0xFE010203);
    assert_memory_equal(out, "\xFE\x01\x02\x03\x89", 5);
    assert_true(bytes_get_be32(out) == 0xFE010203);
}

static void test_hex(void **state)
{
    (void)state;
    char hex[17] = "";
    bytes_to_hex(hex, "\x01\x23\x45\x67\x89\xAB\xCD\xEF", 8);
    assert_string_equal(hex, "0123456789abcdef");

    uint8_t out[9] = { [8] = 7 };
    assert_true(bytes_from_hex(out, 8, TEXT("0123456789aBcDEf")));
    assert_memory_equal(out, "\x01\x23\x45\x67\x89\xAB\xCD\xEF\x07", 9);
    assert_true(bytes_from_hex(out, 0, TEXT("")));
    assert_false(bytes_from_hex(out, 2, TEXT("012")));
    assert_false(bytes_from_hex(out, 2, TEXT("01234")));
    assert_false(bytes_from_hex(out, 2, TEXT("012345")));

    // Every byte, in either place, is a digit or it is not.
    for (int c = 0; c < 256; c++) {
        const char *at = c != 0 ? strchr("0123456789abcdefABCDEF", c) : NULL;
        int value = at == NULL ? -1 : (int)(at - strchr(at, '\0')) + 22;
        value = value >= 16 ? value - 6 : value;
        char high[] = { (char)c, '3' }, low[] = { '3', (char)c };
        assert_int_equal(bytes_from_hex(out, 1, text_bytes(high, 2)), at != NULL);
        assert_true(at == NULL || out[0] == value * 16 + 3);
        assert_int_equal(bytes_from_hex(out, 1, text_bytes(low, 2)), at != NULL);
        assert_true(at == NULL || out[0] == 3 * 16 + value);
    }
}

static void test_base32(void **state)
{
    (void)state;
    static const struct {
        text bytes;
        const char *encoded;
    } cases[] = {
        { TEXT(""), "" }, // RFC 4648, 10, less the padding
        { TEXT("f"), "MY" },
        { TEXT("fo"), "MZXQ" },
        { TEXT("foo"), "MZXW6" },
        { TEXT("foob"), "MZXW6YQ" },
        { TEXT("fooba"), "MZXW6YTB" },
        { TEXT("foobar"), "MZXW6YTBOI" },
        // Table 3 from its first digit to its last, by hand: 20 bytes are 32 digits.
        { TEXT("\x00\x44\x32\x14\xC7\x42\x54\xB6\x35\xCF\x84\x65\x3A\x56\xD7\xC6\x75\xBE\x77\xDF"),
          "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char encoded[40] = "";
        memset(encoded, '#', sizeof encoded - 1);
        size_t len = BYTES_BASE32_LEN(cases[i].bytes.len);
        bytes_to_base32(encoded, cases[i].bytes.at, cases[i].bytes.len);
        assert_int_equal(encoded[len], '#');
        encoded[len] = '\0';
        assert_string_equal(encoded, cases[i].encoded);
    }
}

static void test_id(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *lower, *upper;
    } cases[] = {
        { 0, "0000000000000", "0000000000000" },
        { 31, "000000000000z", "000000000000Z" },
        { 32, "0000000000010", "0000000000010" },
        { UINT64_MAX, "fzzzzzzzzzzzz", "FZZZZZZZZZZZZ" },
        { UINT64_C(1) << 63, "8000000000000", "8000000000000" },
        { UINT64_C(10) << 60 | UINT64_C(17) << 55 | 20, "ah0000000000m", "AH0000000000M" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char printed[14] = "";
        uint64_t value = 1;
        bytes_id_print(printed, cases[i].value);
        assert_string_equal(printed, cases[i].lower);
        assert_true(bytes_id_parse(&value, text_of(cases[i].lower)) && value == cases[i].value);
        assert_true(bytes_id_parse(&value, text_of(cases[i].upper)) && value == cases[i].value);
    }
}

// Crockford's alphabet, at the last place, is 0-9 and the letters but i, l, o and u.
static void test_id_alphabet(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    for (int c = 0; c < 256; c++) {
        char printed[] = "000000000000?";
        printed[12] = (char)c;
        int lower = c >= 'A' && c <= 'Z' ? c + 32 : c;
        const char *at = c != 0 ? strchr(alphabet, lower) : NULL;
        uint64_t value = 99;
        assert_int_equal(bytes_id_parse(&value, text_bytes(printed, 13)), at != NULL);
        assert_true(value == (at != NULL ? (uint64_t)(at - alphabet) : 99));
    }
    uint64_t value;
    assert_false(bytes_id_parse(&value, TEXT("g000000000000"))); // 2^64
    assert_false(bytes_id_parse(&value, TEXT("000000000000")));
    assert_false(bytes_id_parse(&value, TEXT("00000000000000")));
    assert_false(bytes_id_parse(&value, TEXT_ABSENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_big_endian), cmocka_unit_test(test_hex),         cmocka_unit_test(test_base32),
        cmocka_unit_test(test_id),         cmocka_unit_test(test_id_alphabet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
