#include "crypto/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static const struct track_fields fields = {
    .pan = { "4123456789012345", 16 },
    .name = { "SUPPLIED/NOT A.MR", 17 },
    .expiry = { "3012", 4 },
    .service_code = { "201", 3 },
    .key_index = { "1", 1 },
    .pvv = { "8523", 4 },
    .cvv = { "561", 3 },
};

static void test_print(void **state)
{
    (void)state;
    static const struct {
        enum track track;
        text template;
        const char *line; // NULL: refused
    } cases[] = {
        { TRACK_2, TEXT("{pan}={yymm}{svc}{pvki}{pvv}{cvv}00000"), "4123456789012345=30122011852356100000" },
        { TRACK_2, TEXT("{pan}D{yymm}{svc}"), "4123456789012345D3012201" },
        { TRACK_1, TEXT("B{pan}^{name}^{yymm}{svc}{pvki}{pvv}00{cvv}000000"),
          "B4123456789012345^SUPPLIED/NOT A.MR^30122011852300561000000" },
        { TRACK_2, TEXT("{pan}={yymm}{svc}{pvki}{pvv}{cvv}00000{pan}"), NULL }, // too long
        { TRACK_2, TEXT("{pan}={yymm}{svc}0000000000000"), "4123456789012345=30122010000000000000" },
        { TRACK_2, TEXT("{pan}={yymm}{svc}00000000000000"), NULL }, // 38
        { TRACK_2, TEXT("{pan}={yymm}{svc}{name}"), NULL },
        { TRACK_2, TEXT("{pan}{yymm}{svc}"), NULL },
        { TRACK_2, TEXT("{pan}={yymm}"), NULL },
        { TRACK_2, TEXT("{pan}={yymm}{svc}{cvv"), NULL },
        { TRACK_2, TEXT("{pan}={yymm}{svc}}"), NULL },
        { TRACK_2, TEXT("{pan}={yymm}{svc}{}"), NULL },
        { TRACK_2, TEXT("{pan}={yymm}{svc}{pin}"), NULL },
        { TRACK_2, TEXT("{PAN}={yymm}{svc}"), NULL },
        { TRACK_2, TEXT("{pan}={yymm}{svc} 0"), NULL },
        { TRACK_2, TEXT(";{pan}={yymm}{svc}?"), NULL },
        { TRACK_2, TEXT(""), NULL },
        { TRACK_2, TEXT_ABSENT, NULL },
        { TRACK_1, TEXT("A{pan}^{name}^{yymm}{svc}"), NULL },
        { TRACK_1, TEXT("B{pan}^{name}^{yymm}{svc}%"), NULL },
        { TRACK_1, TEXT("B{pan}^{name}^{yymm}{svc}a"), NULL },
        { TRACK_1, TEXT("B{pan}={name}={yymm}{svc}"), NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[TRACK_LEN_MAX];
        size_t len = 99;
        status result = track_print(line, &len, cases[i].track, cases[i].template, &fields);
        assert_int_equal(result, cases[i].line != NULL ? OK : INVALID_INPUT);
        assert_int_equal(len, cases[i].line != NULL ? strlen(cases[i].line) : 0);
        assert_memory_equal(line, cases[i].line != NULL ? cases[i].line : line, len);
    }
}

static void test_print_fields(void **state)
{
    (void)state;
    static const struct {
        size_t field;
        text value;
        const char *line; // NULL: refused
    } cases[] = {
        { offsetof(struct track_fields, expiry), TEXT(""), "B4123456789012345^SUPPLIED/NOT A.MR^^20118523561" },
        { offsetof(struct track_fields, service_code), TEXT(""), "B4123456789012345^SUPPLIED/NOT A.MR^3012^18523561" },
        { offsetof(struct track_fields, name), TEXT("AB"), "B4123456789012345^AB^301220118523561" },
        { offsetof(struct track_fields, pan), TEXT("12345678"), "B12345678^SUPPLIED/NOT A.MR^301220118523561" },
        { offsetof(struct track_fields, cvv), TEXT("12345"), "B4123456789012345^SUPPLIED/NOT A.MR^30122011852312345" },
        { offsetof(struct track_fields, expiry), TEXT_ABSENT, NULL },
        { offsetof(struct track_fields, expiry), TEXT("301"), NULL },
        { offsetof(struct track_fields, expiry), TEXT("30/2"), NULL },
        { offsetof(struct track_fields, service_code), TEXT("20"), NULL },
        { offsetof(struct track_fields, service_code), TEXT_ABSENT, NULL },
        { offsetof(struct track_fields, name), TEXT("A"), NULL },
        { offsetof(struct track_fields, name), TEXT("ABCDEFGHIJKLMNOPQRSTUVWXYZA"), NULL },
        { offsetof(struct track_fields, name), TEXT("supplied"), NULL },
        { offsetof(struct track_fields, name), TEXT("A^3012201"), NULL },
        { offsetof(struct track_fields, name), TEXT("A%B"), NULL },
        { offsetof(struct track_fields, name), TEXT("A?B"), NULL },
        { offsetof(struct track_fields, name), TEXT("M\xC3\x9CLLER"), NULL },
        { offsetof(struct track_fields, name), TEXT("A\0B"), NULL },
        { offsetof(struct track_fields, name), TEXT(""), NULL },
        { offsetof(struct track_fields, pan), TEXT("1234567"), NULL },
        { offsetof(struct track_fields, pan), TEXT("12345678901234567890"), NULL },
        { offsetof(struct track_fields, pan), TEXT("1234567A"), NULL },
        { offsetof(struct track_fields, key_index), TEXT(""), NULL },
        { offsetof(struct track_fields, key_index), TEXT("12"), NULL },
        { offsetof(struct track_fields, pvv), TEXT("123"), NULL },
        { offsetof(struct track_fields, cvv), TEXT(""), NULL },
        { offsetof(struct track_fields, cvv), TEXT("123456"), NULL },
        { offsetof(struct track_fields, cvv), TEXT_ABSENT, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct track_fields changed = fields;
        memcpy((char *)&changed + cases[i].field, &cases[i].value, sizeof(text));
        char line[TRACK_LEN_MAX];
        size_t len;
        status result = track_print(line, &len, TRACK_1, TEXT("B{pan}^{name}^{yymm}{svc}{pvki}{pvv}{cvv}"), &changed);
        assert_int_equal(result, cases[i].line != NULL ? OK : INVALID_INPUT);
        assert_int_equal(len, cases[i].line != NULL ? strlen(cases[i].line) : 0);
        assert_memory_equal(line, cases[i].line != NULL ? cases[i].line : line, len);
    }
}

static void assert_text(text actual, const char *right)
{
    assert_int_equal(actual.len, strlen(right));
    assert_memory_equal(actual.at, right, actual.len);
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        enum track track;
        text line;
        const char *pan, *name, *expiry, *service_code, *discretionary; // pan NULL: refused
    } cases[] = {
        { TRACK_2, TEXT("4123456789012345=30122011852356100000"), "4123456789012345", NULL, "3012", "201",
          "1852356100000" },
        { TRACK_2, TEXT("4123456789012345D3012201"), "4123456789012345", NULL, "3012", "201", "" },
        { TRACK_2, TEXT("12345678==201"), "12345678", NULL, "", "201", "" },
        { TRACK_2, TEXT("12345678=3012=5"), "12345678", NULL, "3012", "", "5" },
        { TRACK_2, TEXT("12345678==="), "12345678", NULL, "", "", "" },
        { TRACK_2, TEXT("1234567890123456789=3012201012345678"), "1234567890123456789", NULL, "3012", "201",
          "012345678" },
        { TRACK_1, TEXT("B1234567890123456789^AB^30122010"), "1234567890123456789", "AB", "3012", "201", "0" },
        { TRACK_1, TEXT("B12345678^DOE/JOHN^^^X Y"), "12345678", "DOE/JOHN", "", "", "X Y" },
        { TRACK_1, TEXT("B12345678^ABCDEFGHIJKLMNOPQRSTUVWXYZ^3012201"), "12345678", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
          "3012", "201", "" },
        { TRACK_2, TEXT("1234567=3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678901234567890=3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678901234563012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("1234567A=3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678^3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=301220"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=301"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678="), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=30A2201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=30=2201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=3012201="), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=3012201A"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=3012201F"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("12345678=3012201\0"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT(";12345678=3012201?"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("4123456789012345=301220118523561000000"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT("="), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT(""), NULL, NULL, NULL, NULL, NULL },
        { TRACK_2, TEXT_ABSENT, NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT_ABSENT, NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("B"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("B12345678^A^3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("B12345678^ABCDEFGHIJKLMNOPQRSTUVWXYZA^3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("B12345678^AB=3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("B12345678^AB^3012201^"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("B12345678^AB^3012201?"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("b12345678^AB^3012201"), NULL, NULL, NULL, NULL, NULL },
        { TRACK_1, TEXT("12345678^AB^3012201"), NULL, NULL, NULL, NULL, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct track_data data;
        assert_int_equal(track_parse(&data, cases[i].track, cases[i].line), cases[i].pan != NULL);
        if (cases[i].pan == NULL) {
            assert_false(text_present(data.pan));
            continue;
        }
        assert_text(data.pan, cases[i].pan);
        assert_int_equal(text_present(data.name), cases[i].name != NULL);
        assert_text(data.name, cases[i].name != NULL ? cases[i].name : "");
        assert_text(data.expiry, cases[i].expiry);
        assert_text(data.service_code, cases[i].service_code);
        assert_text(data.discretionary, cases[i].discretionary);
    }
}

static void test_lengths(void **state)
{
    (void)state;
    static const size_t max[] = { [TRACK_1] = 76, [TRACK_2] = 37 };
    static const char *const starts[] = { [TRACK_1] = "B12345678^AB^3012201", [TRACK_2] = "12345678=3012201" };
    for (int track = TRACK_1; track <= TRACK_2; track++) {
        char line[80];
        struct track_data data;
        size_t start = strlen(starts[track]);
        memset(line, '0', sizeof line);
        memcpy(line, starts[track], start);
        for (size_t len = start; len < sizeof line; len++) {
            assert_int_equal(track_parse(&data, (enum track)track, text_bytes(line, len)), len <= max[track]);
        }
    }
}

static void test_lrc(void **state)
{
    (void)state;
    // By hand. Track 2: 1 to 8 give 8, with D 5, with 9 9 1 2 1 0 1 then 6, with the sentinels B and F 2.
    assert_int_equal(track_lrc(TRACK_2, TEXT("12345678=9912101")), '2');
    assert_int_equal(track_lrc(TRACK_2, TEXT("12345678D9912101")), '2');
    // 5 more than that is 7; the sign is a letter of the code where the sum is above 9.
    assert_int_equal(track_lrc(TRACK_2, TEXT("12345678=99121015")), '7');
    assert_int_equal(track_lrc(TRACK_2, TEXT("12345678=99121018")), ':');
    // Track 1: B is 22, 1 to 8 are 11 to 18 and give 8, four times ^ nothing, A and B 3; with 05 and 1F that is 33.
    assert_int_equal(track_lrc(TRACK_1, TEXT("B12345678^AB^^^")), 'S');
}

// Bits as they are written: characters' values lowest bit first, each with its parity behind it. By hand.
static void test_encode(void **state)
{
    (void)state;
    static const struct {
        enum track track;
        text line;
        const char *bits; // NULL: refused
    } cases[] = {
        { TRACK_2, TEXT("12345678=9912101"),
          "11010 "
          "10000 01000 11001 00100 10101 01101 11100 00010 10110 10011 10011 10000 01000 10000 00001 10000 "
          "11111 01000" },
        { TRACK_2, TEXT("12345678D99121018"),
          "11010 "
          "10000 01000 11001 00100 10101 01101 11100 00010 10110 10011 10011 10000 01000 10000 00001 10000 00010 "
          "11111 01011" },
        { TRACK_1, TEXT("B12345678^AB^^^"),
          "1010001 "
          "0100011 1000101 0100101 1100100 0010101 1010100 0110100 1110101 0001101 0111110 1000011 0100011 0111110 "
          "0111110 0111110 "
          "1111100 1100111 " },
        { TRACK_2, TEXT("1234567=9912101"), NULL },
        { TRACK_2, TEXT(";12345678=9912101?"), NULL },
        { TRACK_1, TEXT("12345678=9912101"), NULL },
        { TRACK_2, TEXT_ABSENT, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t encoded[TRACK_ENCODED_LEN_MAX];
        size_t count = 99, bit = 0;
        memset(encoded, 0xFF, sizeof encoded);
        assert_int_equal(track_encode(encoded, &count, cases[i].track, cases[i].line), cases[i].bits != NULL);
        for (const char *c = cases[i].bits; c != NULL && *c != '\0'; c++) {
            if (*c != ' ') {
                assert_int_equal(encoded[bit / 8] >> (7 - bit % 8) & 1, *c - '0');
                bit++;
            }
        }
        assert_int_equal(count, bit);
        for (; bit > 0 && bit < 8 * sizeof encoded; bit++) {
            assert_int_equal(encoded[bit / 8] >> (7 - bit % 8) & 1, 0);
        }
    }
}

// The longest lines: 79 characters of seven bits, 40 of five. Each column but that of the parity has even ones.
static void test_encode_longest(void **state)
{
    (void)state;
    static const struct {
        enum track track;
        text line;
        size_t count, width;
    } cases[] = {
        { TRACK_1, TEXT("B1234567890123456789^ABCDEFGHIJKLMNOPQRSTUVWXYZ^3012201ABCDEFGHIJKLMNOPQRSTU"), 553, 7 },
        { TRACK_2, TEXT("1234567890123456789=30122010123456789"), 200, 5 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t encoded[TRACK_ENCODED_LEN_MAX];
        size_t count, width = cases[i].width;
        assert_true(track_encode(encoded, &count, cases[i].track, cases[i].line));
        assert_int_equal(count, cases[i].count);
        unsigned columns = 0;
        for (size_t at = 0; at < count; at += width) {
            unsigned ones = 0;
            for (size_t bit = 0; bit < width; bit++) {
                unsigned set = encoded[(at + bit) / 8] >> (7 - (at + bit) % 8) & 1;
                ones += set;
                columns ^= set << bit;
            }
            assert_int_equal(ones % 2, 1);
        }
        assert_int_equal(columns & ((1U << (width - 1)) - 1), 0);
    }
}

static void test_equivalent(void **state)
{
    (void)state;
    static const struct {
        const char *packed, *line; // either NULL: refused
    } cases[] = {
        { "4123456789012345D30122011852356100000F", "4123456789012345=30122011852356100000" },
        { "12345678D3012201", "12345678=3012201" },
        { "12345678DD201F", "12345678==201" },
        { "1234567890123456789D301220100000000000", NULL }, // 38 digits
        { "12345678D3012201FF", NULL },
        { "12345678D301220F", NULL },
        { "12345678C3012201", NULL },
        { "12345678D30A2201", NULL },
        { "F", NULL },
        { "", NULL },
        { "4123456789012345D3012201185235610000012F", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t packed[HEX_BYTES_MAX], again[TRACK_EQUIVALENT_LEN_MAX];
        char line[TRACK_2_LEN_MAX];
        size_t len, line_len;
        len = strlen(cases[i].packed) > 1 ? hex_bytes(packed, cases[i].packed) : 0;
        assert_int_equal(track_2_unpack(line, &line_len, (struct bytes_view){ packed, len }), cases[i].line != NULL);
        assert_int_equal(line_len, cases[i].line != NULL ? strlen(cases[i].line) : 0);
        if (cases[i].line != NULL) {
            assert_memory_equal(line, cases[i].line, line_len);
            assert_true(track_2_pack(again, &len, text_bytes(line, line_len)));
            assert_hex_equal(again, len, cases[i].packed);
        }
    }
    uint8_t packed[TRACK_EQUIVALENT_LEN_MAX];
    size_t len;
    assert_true(track_2_pack(packed, &len, TEXT("12345678D3012201")));
    assert_hex_equal(packed, len, "12345678D3012201");
    assert_false(track_2_pack(packed, &len, TEXT("12345678=30122:1")));
    assert_false(track_2_pack(packed, &len, TEXT("")));
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print),  cmocka_unit_test(test_print_fields),
        cmocka_unit_test(test_parse),  cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_lrc),    cmocka_unit_test(test_equivalent),
        cmocka_unit_test(test_encode), cmocka_unit_test(test_encode_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
