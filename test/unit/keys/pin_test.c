#include "keys/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "payment_ring.h"

#define ZONE     "A1B2C3D4E5F60718293A4B5C6D7E8F90"
#define ZONE_AES "C1D0F8FB4958670DBA40AB1F3752EF0D"
#define PVK      "0123456789ABCDEFFEDCBA9876543210"

enum { TDES = 1, AES, VISA, IBM, VISA_BEFORE, VISA_GONE, VISA_LONG };

#define PAN "1122334455667788"

static struct keyring *keys_new(void)
{
    static const struct ring_key before = { VISA_BEFORE, "V2TC", "C8199237EA5857BC40EF9DA2B5E96BBF" };
    static const struct ring_key gone = { VISA_GONE, "V2TC", "5D199237EA5857BC40EF9DA2B5E96BBF" };
    struct keyring *keyring = ring_new();
    ring_add(keyring, TDES, "P0TB", ZONE);
    ring_add(keyring, AES, "P0AB", ZONE_AES);
    ring_add(keyring, VISA, "V2TC", PVK);
    ring_add(keyring, IBM, "V1TC", PVK);
    ring_add(keyring, VISA_LONG, "V2TC", PVK "1122334455667788");
    ring_add_at(keyring, &before, (struct key_times){ .activated_ms = 1, .retired_ms = 2 });
    ring_add_at(keyring, &gone, (struct key_times){ .activated_ms = 1, .retired_ms = 2, .destroyed_ms = 3 });
    return keyring;
}

static struct pin_scheme visa_scheme(int64_t key_id, char key_index)
{
    struct pin_scheme scheme;
    assert_int_equal(pin_scheme_pvv(&scheme, key_id, key_index), OK);
    return scheme;
}

static struct pin_scheme ibm_scheme(size_t len, const char *table, const char *pattern)
{
    const struct pin_scheme_ibm3624_input input = { IBM, len, text_of(table), text_of(pattern) };
    struct pin_scheme scheme;
    assert_int_equal(pin_scheme_ibm3624(&scheme, &input), OK);
    return scheme;
}

// A block of a PIN under the zone key of its format.
static struct pin_block zone_block(enum pin_block_format format, const char *pan, const char *pin)
{
    const struct ring_block wanted = { format, format == PIN_BLOCK_ISO_4 ? ZONE_AES : ZONE, pan, pin };
    return ring_pin_block(&wanted);
}

static struct pin_source zone_source(enum pin_block_format format, const struct pin_block *block)
{
    return (struct pin_source){ .key_id = format == PIN_BLOCK_ISO_4 ? AES : TDES,
                                .format = format,
                                .block = ring_block_view(block) };
}

static bool is_right(struct keyring *keyring, const struct pin_scheme *scheme, const char *pan, const char *value,
                     const char *pin)
{
    const struct pin_block block = zone_block(PIN_BLOCK_ISO_0, pan, pin);
    const struct pin_source source = zone_source(PIN_BLOCK_ISO_0, &block);
    const struct pin_reference reference = { scheme, text_of(value) };
    bool right = false;
    assert_int_equal(pin_verify(keyring, &right, text_of(pan), &reference, &source), OK);
    return right;
}

static void assert_value(const struct pin_value *value, const char *expected)
{
    assert_int_equal(value->len, strlen(expected));
    assert_memory_equal(value->digits, expected, value->len);
}

// pvv.csv and ibm3624.csv: psec and thalessimulatorlibrary; the last two rows are its own. The card's digits before the
// check digit and the pattern make the validation data of the row.
static const struct {
    const char *pan, *pin, *value;
    char key_index; // or IBM 3624:
    const char *table, *pattern;
    bool weak; // it verifies, but nobody chooses it
} rows[] = {
    { PAN, "4524", "8523", '1', NULL, NULL, false },
    { PAN, "1912", "3244", '2', NULL, NULL, false },
    { "1122334455667708", "8299", "4422", '1', NULL, NULL, false }, // a second pass of decimalisation
    { "112233445566778", "4524", "0000", 0, "1234567890123456", "112233445N88", false },
    { "112233445566778", "5635", "1111", 0, "1234567890123456", "112233445N88", false },
    { "112233445566778", "0000", "6586", 0, "1234567890123456", "112233445N88", true },
    { "112233445566778", "5518", "0000", 0, "1234567890123456", "112233445NFF", false },
    { PAN, "3675", "0000", 0, "1234567890123456", "122334455N11", false },
    { "5660001234560", "9876", "6172", 0, "0123456789012345", "660001N7FFFF", true },
    { "5660001234560", "12345", "85300", 0, "0123456789012345", "660001N7FFFF", true },
};

static struct pin_scheme scheme_of_row(size_t i)
{
    return rows[i].table != NULL ? ibm_scheme(strlen(rows[i].pin), rows[i].table, rows[i].pattern)
                                 : visa_scheme(VISA, rows[i].key_index);
}

static void test_vectors(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct pin_scheme scheme = scheme_of_row(i);
        const struct pin_card card = { .pan = text_of(rows[i].pan), .scheme = &scheme };
        const struct pin_reference reference = { &scheme, text_of(rows[i].value) };
        static const enum pin_block_format formats[] = { PIN_BLOCK_ISO_0, PIN_BLOCK_ISO_1, PIN_BLOCK_ISO_3,
                                                         PIN_BLOCK_ISO_4 };
        for (size_t j = 0; j < sizeof formats / sizeof formats[0]; j++) {
            const struct pin_block block = zone_block(formats[j], rows[i].pan, rows[i].pin);
            const struct pin_source source = zone_source(formats[j], &block);
            struct pin_value value;
            struct pin_findings findings;
            bool right = false;
            assert_int_equal(pin_verify(keyring, &right, card.pan, &reference, &source), OK);
            assert_true(right);
            assert_int_equal(pin_set(keyring, &value, &findings, &card, &source), rows[i].weak ? PIN_TOO_WEAK : OK);
            assert_value(&value, rows[i].weak ? "" : rows[i].value);
            assert_int_equal(findings.count > 0, rows[i].weak);
        }
    }
    keyring_free(keyring);
}

static void test_wrong_pins(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme visa = visa_scheme(VISA, '1');
    const struct pin_scheme ibm = ibm_scheme(4, "1234567890123456", "112233445N88");
    assert_true(is_right(keyring, &visa, PAN, "8523", "4524"));
    assert_false(is_right(keyring, &visa, PAN, "8523", "4525"));
    assert_false(is_right(keyring, &visa, PAN, "8523", "45241")); // a PVV is of the first four digits
    assert_false(is_right(keyring, &visa, PAN, "8524", "4524"));
    assert_false(is_right(keyring, &visa, PAN, "852", "4524"));
    assert_false(is_right(keyring, &visa, PAN, "", "4524"));
    assert_false(is_right(keyring, &visa, "1122334455667789", "8523", "4525"));
    assert_false(is_right(keyring, &visa, "1122334455667718", "8523", "4524"));
    assert_true(is_right(keyring, &ibm, "112233445566778", "1111", "5635"));
    assert_false(is_right(keyring, &ibm, "112233445566778", "1111", "5636"));
    assert_false(is_right(keyring, &ibm, "112233445566778", "1111", "56354"));
    assert_false(is_right(keyring, &ibm, "112233445566778", "11111", "5635"));
    const struct pin_scheme other_index = visa_scheme(VISA, '2');
    assert_false(is_right(keyring, &other_index, PAN, "8523", "4524"));
    keyring_free(keyring);
}

// Whatever is done to a block, it cannot be read, or its PIN is wrong.
static void test_broken_blocks(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme schemes[] = { visa_scheme(VISA, '1'), ibm_scheme(4, "1234567890123456", "112233445N88") };
    static const char *const values[] = { "8523", "1111" }, *const pins[] = { "4524", "5635" },
                             *const pans[] = { PAN, "112233445566778" };
    static const enum pin_block_format formats[] = { PIN_BLOCK_ISO_0, PIN_BLOCK_ISO_1, PIN_BLOCK_ISO_3,
                                                     PIN_BLOCK_ISO_4 };
    int invalid_count = 0;
    for (size_t i = 0; i < 2 * sizeof formats / sizeof formats[0]; i++) {
        const enum pin_block_format format = formats[i / 2];
        const struct pin_reference reference = { &schemes[i % 2], text_of(values[i % 2]) };
        const struct pin_card card = { .pan = text_of(pans[i % 2]), .scheme = &schemes[i % 2] };
        struct pin_block block = zone_block(format, pans[i % 2], pins[i % 2]);
        const struct pin_source source = zone_source(format, &block);
        for (size_t bit = 0; bit < 8 * block.len; bit++) {
            bool right = true;
            struct pin_value value;
            struct pin_findings findings;
            block.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
            status result = pin_verify(keyring, &right, card.pan, &reference, &source);
            assert_true(result == OK || result == PIN_BLOCK_INVALID);
            assert_false(right);
            invalid_count += result == PIN_BLOCK_INVALID;
            if (result == PIN_BLOCK_INVALID) {
                assert_int_equal(pin_set(keyring, &value, &findings, &card, &source), PIN_BLOCK_INVALID);
                assert_int_equal(value.len + (size_t)findings.count, 0);
            }
            block.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        bool right = false;
        assert_int_equal(pin_verify(keyring, &right, card.pan, &reference, &source), OK);
        assert_true(right);
    }
    assert_true(invalid_count > 500); // of 640; format 1 leaves some that can be read
    // pinblock.csv, REJECT rows of psec under their keys.
    static const struct {
        const char *key, *pan, *block;
    } rejected[] = {
        { "E60B15B90ABDF14CEE337C97440F0D6E", "4266229809609384667", "7D5AF4C33667A2098626027FB7A9A1B7" },
        { "C7BBEBA16C5AD97D5866450718C03750", "8220499325458689523", "2F9C910447F17293EC95DEDE1E3CA201" },
        { "820F6C7C12355BDFF1AB6CE12E8EED89", "939589847393485609", "CCF310A8300B46C925A86B1098089301" },
        { "4FE3F0311936FBCE44F17159F1659CF09B2BF8913BB514A1", "2129100799029059903",
          "51334B00A6CBA3EC7B1C6F871F060AFC" },
    };
    for (size_t i = 0; i < sizeof rejected / sizeof rejected[0]; i++) {
        uint8_t bytes[HEX_BYTES_MAX];
        bool right = true;
        ring_add(keyring, 100 + (int64_t)i, "P0AB", rejected[i].key);
        const struct pin_source source = { .key_id = 100 + (int64_t)i,
                                           .format = PIN_BLOCK_ISO_4,
                                           .block = { bytes, hex_bytes(bytes, rejected[i].block) } };
        const struct pin_reference reference = { &schemes[0], TEXT("8523") };
        assert_int_equal(pin_verify(keyring, &right, text_of(rejected[i].pan), &reference, &source), PIN_BLOCK_INVALID);
        assert_false(right);
    }
    keyring_free(keyring);
}

static void test_schemes_refused(void **state)
{
    (void)state;
    struct pin_scheme scheme;
    assert_int_equal(pin_scheme_pvv(&scheme, VISA, '7'), INVALID_INPUT);
    assert_int_equal(scheme.method, PIN_METHOD_NONE);
    static const struct {
        size_t len;
        const char *table, *pattern;
        status expected;
    } cases[] = {
        { 4, "0123456789012345", "112233445N88", OK },
        { 12, "0123456789012345", "N12233445588", OK },
        { 3, "0123456789012345", "112233445N88", INVALID_INPUT },
        { 13, "0123456789012345", "112233445N88", INVALID_INPUT },
        { 4, "0000000000000001", "112233445N88", DECIMALIZATION_TABLE_WEAK },
        { 4, "012345678901234A", "112233445N88", INVALID_INPUT },
        { 4, "0123456789012345", "112233445588", INVALID_INPUT },
        { 4, "0123456789012345", "112233445N8", INVALID_INPUT },
        { 4, "0123456789012345", "112233445NN8", INVALID_INPUT },
        { 4, "0123456789012345", "11223344XN88", INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_scheme_ibm3624_input input = { IBM, cases[i].len, text_of(cases[i].table),
                                                        text_of(cases[i].pattern) };
        assert_int_equal(pin_scheme_ibm3624(&scheme, &input), cases[i].expected);
        assert_int_equal(scheme.method, cases[i].expected == OK ? PIN_METHOD_IBM3624 : PIN_METHOD_NONE);
    }
}

static void test_verify_refused(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme visa = visa_scheme(VISA, '1'), never = visa_scheme(VISA, '0'),
                            of_ibm = visa_scheme(IBM, '1'), longer = visa_scheme(VISA_LONG, '1'),
                            gone = visa_scheme(VISA_GONE, '1'), ibm = ibm_scheme(4, "1234567890123456", "112233445N88");
    const struct {
        const struct pin_scheme *scheme;
        const char *pan, *value;
        status expected;
    } cases[] = {
        { &never, PAN, "8523", PIN_NOT_VERIFIABLE },  { &of_ibm, PAN, "8523", KEY_WRONG_USE },
        { &longer, PAN, "8523", KEY_WRONG_USE },      { &gone, PAN, "8523", KEY_UNAVAILABLE },
        { &visa, "12345678", "8523", INVALID_INPUT }, // PVV: at least 12 digits; the block is content with 8
        { &ibm, "12345678", "8523", INVALID_INPUT },  { &ibm, PAN, "85A3", INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_block block = zone_block(PIN_BLOCK_ISO_0, cases[i].pan, "4524");
        const struct pin_source source = zone_source(PIN_BLOCK_ISO_0, &block);
        const struct pin_reference reference = { cases[i].scheme, text_of(cases[i].value) };
        bool right = true;
        assert_int_equal(pin_verify(keyring, &right, text_of(cases[i].pan), &reference, &source), cases[i].expected);
        assert_false(right);
    }
    keyring_free(keyring);
}

static void test_policy(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme visa = visa_scheme(VISA, '1'), second = visa_scheme(VISA, '2'),
                            before = visa_scheme(VISA_BEFORE, '1'), gone = visa_scheme(VISA_GONE, '1'),
                            never = visa_scheme(VISA, '0');
    // pvv.csv: 4524 is 8523 by index 1, 1912 is 3244 by index 2. The others are nobody's.
    const struct pin_reference past[] = {
        { &gone, TEXT("0000") }, { &never, TEXT("0000") },  { &before, TEXT("0000") },
        { &visa, TEXT("8523") }, { &second, TEXT("3244") },
    };
    static const struct {
        const char *pin;
        status expected, reason;
    } cases[] = {
        { "7391", OK, OK },
        { "73915", PIN_LENGTH_WRONG, OK },
        { "7777", PIN_TOO_WEAK, PIN_ALL_EQUAL },
        { "4567", PIN_TOO_WEAK, PIN_RUNS }, // and more
        { "6161", PIN_TOO_WEAK, PIN_REPEATS_PAIR },
        { "3445", PIN_TOO_WEAK, PIN_IN_CARD_NUMBER },
        { "2703", PIN_TOO_WEAK, PIN_IS_BIRTH_DATE },
        { "4728", PIN_TOO_WEAK, PIN_IN_PHONE_NUMBER },
        { "4524", PIN_TOO_WEAK, PIN_USED_BEFORE },
        { "1912", PIN_TOO_WEAK, PIN_USED_BEFORE },
    };
    struct pin_card card = {
        .pan = TEXT(PAN),
        .scheme = &visa,
        .birth_date = TEXT("1985-03-27"),
        .phone = TEXT("+91 98100-64728"),
        .past = past,
        .past_count = sizeof past / sizeof past[0],
    };
    struct pin_value value;
    struct pin_findings findings;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_block block = zone_block(PIN_BLOCK_ISO_3, PAN, cases[i].pin);
        const struct pin_source source = zone_source(PIN_BLOCK_ISO_3, &block);
        assert_int_equal(pin_set(keyring, &value, &findings, &card, &source), cases[i].expected);
        assert_int_equal(value.len, cases[i].expected == OK ? PVV_LEN : 0);
        if (cases[i].reason != OK) {
            assert_true(findings.count >= 1);
            assert_int_equal(findings.reasons[0], cases[i].reason);
        }
    }
    // A key of another use among the past ones is no past key.
    const struct pin_scheme of_ibm = visa_scheme(IBM, '1');
    const struct pin_reference strange = { &of_ibm, TEXT("0000") };
    const struct pin_block block = zone_block(PIN_BLOCK_ISO_3, PAN, "7391");
    const struct pin_source source = zone_source(PIN_BLOCK_ISO_3, &block);
    card.past = &strange;
    card.past_count = 1;
    assert_int_equal(pin_set(keyring, &value, &findings, &card, &source), KEY_WRONG_USE);
    assert_int_equal(value.len, 0);
    keyring_free(keyring);
}

static void test_change(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    // From a key that is retired by now to the one of today. C819..: pvv.csv, thalessimulatorlibrary.
    const struct pin_scheme before = visa_scheme(VISA_BEFORE, '1'), today = visa_scheme(VISA, '1');
    const char *pan = "0005500000253210";
    const struct pin_card card = { .pan = text_of(pan), .scheme = &today };
    static const struct {
        const char *current, *chosen;
        status expected;
        bool right;
    } cases[] = {
        { "1234", "7391", OK, true },           { "1235", "7391", OK, false },
        { "1235", "7777", OK, false }, // nobody is told about the new one
        { "1234", "7777", PIN_TOO_WEAK, true }, { "1234", "73910", PIN_LENGTH_WRONG, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_block current = zone_block(PIN_BLOCK_ISO_0, pan, cases[i].current);
        const struct pin_block chosen = zone_block(PIN_BLOCK_ISO_4, pan, cases[i].chosen);
        const struct pin_change change = {
            .current = { &before, TEXT("4402") },
            .current_block = zone_source(PIN_BLOCK_ISO_0, &current),
            .chosen = zone_source(PIN_BLOCK_ISO_4, &chosen),
        };
        struct pin_changed changed;
        assert_int_equal(pin_change(keyring, &changed, &card, &change), cases[i].expected);
        assert_int_equal(changed.right, cases[i].right);
        assert_int_equal(changed.findings.count > 0, cases[i].expected == PIN_TOO_WEAK);
        bool made = cases[i].expected == OK && cases[i].right;
        assert_int_equal(changed.value.len, made ? PVV_LEN : 0);
        if (made) {
            char value[PVV_LEN + 1] = { 0 };
            memcpy(value, changed.value.digits, PVV_LEN);
            assert_true(is_right(keyring, &today, pan, value, cases[i].chosen));
        }
    }
    keyring_free(keyring);
}

// The PIN of now is not taken again, whether or not the caller counts it among the last ones.
static void test_change_to_the_same(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme scheme = visa_scheme(VISA, '1');
    const struct pin_block block = zone_block(PIN_BLOCK_ISO_0, PAN, "4524");
    struct pin_block broken = block;
    const struct pin_card card = { .pan = TEXT(PAN), .scheme = &scheme };
    struct pin_change change = {
        .current = { &scheme, TEXT("8523") },
        .current_block = zone_source(PIN_BLOCK_ISO_0, &block),
        .chosen = zone_source(PIN_BLOCK_ISO_0, &block),
    };
    struct pin_changed changed;
    assert_int_equal(pin_change(keyring, &changed, &card, &change), PIN_TOO_WEAK);
    assert_int_equal(changed.findings.count, 1);
    assert_int_equal(changed.findings.reasons[0], PIN_USED_BEFORE);
    broken.at[0] ^= 1;
    change.chosen.block.at = broken.at;
    assert_int_equal(pin_change(keyring, &changed, &card, &change), PIN_BLOCK_INVALID);
    assert_true(changed.right);
    change.current_block.block.at = broken.at;
    assert_int_equal(pin_change(keyring, &changed, &card, &change), PIN_BLOCK_INVALID);
    assert_false(changed.right);
    keyring_free(keyring);
}

static void test_issue_natural(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme scheme = ibm_scheme(4, "1234567890123456", "112233445N88"), visa = visa_scheme(VISA, '1');
    struct pin_card card = { .pan = TEXT("112233445566778"), .scheme = &scheme };
    struct pin_issue issue = { true, { TDES, PIN_BLOCK_ISO_0 } };
    const struct pin_block expected = zone_block(PIN_BLOCK_ISO_0, "112233445566778", "4524");
    struct pin_issued issued;
    assert_int_equal(pin_issue(keyring, &issued, &card, &issue), OK);
    assert_value(&issued.value, "0000");
    assert_int_equal(issued.block.len, expected.len);
    assert_memory_equal(issued.block.at, expected.at, expected.len);
    card.phone = TEXT("04524");
    assert_int_equal(pin_issue(keyring, &issued, &card, &issue), PIN_TOO_WEAK);
    assert_int_equal(issued.value.len + issued.block.len, 0);
    card.phone = TEXT_ABSENT;
    card.scheme = &visa;
    assert_int_equal(pin_issue(keyring, &issued, &card, &issue), INVALID_INPUT);
    keyring_free(keyring);
}

static void test_issue_random(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    const struct pin_scheme schemes[] = { visa_scheme(VISA, '1'), ibm_scheme(6, "1234567890123456", "112233445N88") };
    static const enum pin_block_format formats[] = { PIN_BLOCK_ISO_0, PIN_BLOCK_ISO_3, PIN_BLOCK_ISO_4 };
    uint8_t last[PIN_BLOCK_LEN_MAX] = { 0 };
    for (size_t i = 0; i < 6; i++) {
        const struct pin_scheme *scheme = &schemes[i % 2];
        const struct pin_card card = { .pan = TEXT(PAN), .scheme = scheme };
        const struct pin_issue issue = { false, { formats[i / 2] == PIN_BLOCK_ISO_4 ? AES : TDES, formats[i / 2] } };
        struct pin_issued issued;
        bool right = false;
        assert_int_equal(pin_issue(keyring, &issued, &card, &issue), OK);
        assert_int_equal(issued.value.len, scheme->len);
        assert_int_equal(issued.block.len, pin_block_len(formats[i / 2]));
        assert_memory_not_equal(issued.block.at, last, PIN_BLOCK_LEN);
        memcpy(last, issued.block.at, sizeof last);
        const struct pin_reference reference = { scheme, text_bytes(issued.value.digits, issued.value.len) };
        const struct pin_source source = zone_source(formats[i / 2], &issued.block);
        assert_int_equal(pin_verify(keyring, &right, card.pan, &reference, &source), OK);
        assert_true(right);
        struct pin_card again = card; // it passes for a choice, but for being the last one
        struct pin_value value;
        struct pin_findings findings;
        assert_int_equal(pin_set(keyring, &value, &findings, &card, &source), OK);
        assert_memory_equal(value.digits, issued.value.digits, issued.value.len);
        again.past = &reference;
        again.past_count = 1;
        assert_int_equal(pin_set(keyring, &value, &findings, &again, &source), PIN_TOO_WEAK);
        assert_int_equal(findings.reasons[0], PIN_USED_BEFORE);
    }
    static const enum pin_block_format unbound[] = { PIN_BLOCK_ISO_1, PIN_BLOCK_ISO_2 };
    for (size_t i = 0; i < 2; i++) {
        const struct pin_card card = { .pan = TEXT(PAN), .scheme = &schemes[0] };
        const struct pin_issue issue = { false, { TDES, unbound[i] } };
        struct pin_issued issued;
        assert_int_equal(pin_issue(keyring, &issued, &card, &issue), INVALID_INPUT);
        assert_int_equal(issued.value.len + issued.block.len, 0);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),        cmocka_unit_test(test_wrong_pins),
        cmocka_unit_test(test_broken_blocks),  cmocka_unit_test(test_schemes_refused),
        cmocka_unit_test(test_verify_refused), cmocka_unit_test(test_policy),
        cmocka_unit_test(test_change),         cmocka_unit_test(test_change_to_the_same),
        cmocka_unit_test(test_issue_natural),  cmocka_unit_test(test_issue_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
