#include "keys/key_demand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/card_cryptogram.h"
#include "keys/message_mac.h"
#include "keys/pin.h"
#include "keys/security_code.h"
#include "payment_ring.h"

/*
 * Which usage may do what: every operation with a key of every usage, in every state, in the place of the one it needs.
 * The others it needs are right.
 */

#define PAN "1122334455667788"

// Keys of every usage: its first byte tells them apart.
static const struct {
    const char *header;
    const char *hex;
} kinds[] = {
    { "C0TC", "01233333333333334455667788990011" }, { "V1TC", "02233333333333334455667788990011" },
    { "V2TC", "04233333333333334455667788990011" }, { "P0TB", "07233333333333334455667788990011" },
    { "B0TX", "08233333333333334455667788990011" }, { "E0TX", "0B233333333333334455667788990011" },
    { "E1TX", "0D233333333333334455667788990011" }, { "E2TX", "0E233333333333334455667788990011" },
    { "E4TX", "10233333333333334455667788990011" }, { "E6TX", "13233333333333334455667788990011" },
    { "M3TC", "15233333333333334455667788990011" }, { "M6TC", "16233333333333334455667788990011" },
    { "K1TB", "19233333333333334455667788990011" }, { "D0TB", "1A233333333333334455667788990011" },
    { "C0AC", "21233333333333334455667788990011" }, { "V1AC", "22233333333333334455667788990011" },
    { "V2AC", "24233333333333334455667788990011" }, { "P0AB", "27233333333333334455667788990011" },
    { "B0AX", "28233333333333334455667788990011" }, { "E0AX", "2B233333333333334455667788990011" },
    { "E1AX", "2D233333333333334455667788990011" }, { "E2AX", "2E233333333333334455667788990011" },
    { "E4AX", "30233333333333334455667788990011" }, { "E6AX", "33233333333333334455667788990011" },
    { "M6AC", "36233333333333334455667788990011" }, { "K1AB", "39233333333333334455667788990011" },
    { "D0AB", "3A233333333333334455667788990011" }, { "P1TG", "3D233333333333334455667788990011" },
    { "V0TC", "3E233333333333334455667788990011" }, { "K0TB", "40233333333333334455667788990011" },
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

// UNRESTRICTED has mode N, so that nothing but its usage holds it back.
enum key_variant { ACTIVE, UNRESTRICTED, WAITING, RETIRED, DESTROYED, VARIANT_COUNT };

static int64_t id_of(int kind, enum key_variant variant)
{
    return 1 + kind * VARIANT_COUNT + (int)variant;
}

static int kind_of(const char *usage_algorithm)
{
    for (int i = 0; i < KIND_COUNT; i++) {
        if (memcmp(kinds[i].header, usage_algorithm, 3) == 0) {
            return i;
        }
    }
    fail();
    return -1;
}

static int64_t active(const char *usage_algorithm)
{
    return id_of(kind_of(usage_algorithm), ACTIVE);
}

static struct keyring *keys_new(void)
{
    static const struct key_times times[VARIANT_COUNT] = {
        [ACTIVE] = { .activated_ms = 1 },
        [UNRESTRICTED] = { .activated_ms = 1 },
        [WAITING] = { .activated_ms = INT64_MAX },
        [RETIRED] = { .activated_ms = 1, .retired_ms = 2 },
        [DESTROYED] = { .activated_ms = 1, .retired_ms = 2, .destroyed_ms = 3 },
    };
    struct keyring *keyring = ring_new();
    for (int i = 0; i < KIND_COUNT * VARIANT_COUNT; i++) {
        int kind = i / VARIANT_COUNT;
        enum key_variant variant = (enum key_variant)(i % VARIANT_COUNT);
        char header[5] = { 0 };
        memcpy(header, kinds[kind].header, 4);
        header[3] = variant == UNRESTRICTED ? 'N' : header[3];
        const struct ring_key key = { id_of(kind, variant), header, kinds[kind].hex };
        ring_add_at(keyring, &key, times[variant]);
    }
    return keyring;
}

/* security codes */

static const struct security_code_input CODE = { SECURITY_CODE_PRINTED, { PAN, 16 }, { "2912", 4 }, { NULL, 0 } };
static const struct dynamic_cvv2_input DYNAMIC = { { PAN, 16 }, { "00", 2 }, { "2912", 4 }, 60000 };
static const struct security_code_amex AMEX = { { AMEX_CSC_1, { "371234567890123", 15 }, { "2912", 4 }, { NULL, 0 } },
                                                4 };

static status make_code(struct keyring *keyring, int64_t key_id)
{
    char code[CVV_LEN];
    return security_code_generate(keyring, code, key_id, &CODE);
}

static status verify_code(struct keyring *keyring, int64_t key_id)
{
    bool right;
    return security_code_verify(keyring, &right, key_id, &CODE, TEXT("123"));
}

static status make_amex(struct keyring *keyring, int64_t key_id)
{
    struct amex_csc csc;
    return security_code_amex_generate(keyring, &csc, key_id, &AMEX.card);
}

static status verify_amex(struct keyring *keyring, int64_t key_id)
{
    bool right;
    return security_code_amex_verify(keyring, &right, key_id, &AMEX, TEXT("1234"));
}

static status make_dynamic(struct keyring *keyring, int64_t key_id)
{
    char code[CVV_LEN];
    return security_code_dynamic_generate(keyring, code, key_id, &DYNAMIC);
}

static status verify_dynamic(struct keyring *keyring, int64_t key_id)
{
    int64_t step;
    return security_code_dynamic_verify(keyring, &step, key_id, &DYNAMIC, 0, TEXT("123"));
}

static status verify_dcvv(struct keyring *keyring, int64_t key_id)
{
    const struct dcvv_input input = { EMV_UDK_A, TEXT(PAN), TEXT("00"), TEXT("2912"), TEXT("201"), 7 };
    bool right;
    return security_code_dcvv_verify(keyring, &right, key_id, &input, TEXT("123"));
}

static status verify_cvc3(struct keyring *keyring, int64_t key_id)
{
    const struct security_code_cvc3 input = {
        .option = EMV_UDK_A, .pan = TEXT(PAN), .psn = TEXT("00"), .track = { PAN, 16 }, .count = 3
    };
    bool right;
    return security_code_cvc3_verify(keyring, &right, key_id, &input, TEXT("123"));
}

/* PINs: a block of PIN 7391, and who has which part of the work */

struct pin_parts {
    struct pin_block block;
    struct pin_source source;
    struct pin_scheme scheme;
    struct pin_card card;
    struct pin_reference reference;
};

static void parts_of(struct pin_parts *parts, enum pin_block_format format, bool ibm)
{
    const char *algorithm = format == PIN_BLOCK_ISO_4 ? "P0A" : "P0T";
    const struct ring_block wanted = { format, kinds[kind_of(algorithm)].hex, PAN, "7391" };
    const struct pin_scheme_ibm3624_input input = { active("V1T"), 4, TEXT("0123456789012345"), TEXT("112233445N88") };
    parts->block = ring_pin_block(&wanted);
    parts->source =
        (struct pin_source){ .key_id = active(algorithm), .format = format, .block = ring_block_view(&parts->block) };
    assert_int_equal(
        ibm ? pin_scheme_ibm3624(&parts->scheme, &input) : pin_scheme_pvv(&parts->scheme, active("V2T"), '1'), OK);
    parts->card = (struct pin_card){ .pan = TEXT(PAN), .scheme = &parts->scheme };
    parts->reference = (struct pin_reference){ &parts->scheme, TEXT("1234") };
}

static status verify_pin(struct keyring *keyring, const struct pin_parts *parts)
{
    bool right;
    return pin_verify(keyring, &right, parts->card.pan, &parts->reference, &parts->source);
}

static status set_pin(struct keyring *keyring, const struct pin_parts *parts)
{
    struct pin_value value;
    struct pin_findings findings;
    return pin_set(keyring, &value, &findings, &parts->card, &parts->source);
}

static status issue_pin(struct keyring *keyring, const struct pin_parts *parts, bool natural, struct pin_target target)
{
    const struct pin_issue issue = { natural, target };
    struct pin_issued issued;
    return pin_issue(keyring, &issued, &parts->card, &issue);
}

static status read_pin_0(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    parts.source.key_id = key_id;
    return verify_pin(keyring, &parts);
}

static status read_pin_4(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_4, false);
    parts.source.key_id = key_id;
    return verify_pin(keyring, &parts);
}

// A block of another key; that it is no good shows that the terminal's key was taken.
static status read_pin_of_terminal(struct keyring *keyring, int64_t key_id, enum pin_block_format format,
                                   struct bytes_view ksn)
{
    struct pin_parts parts;
    parts_of(&parts, format, false);
    parts.source.key_id = key_id;
    parts.source.ksn = ksn;
    parts.source.kind = DUKPT_AES_KIND_AES_128;
    status result = verify_pin(keyring, &parts);
    assert_int_not_equal(result, OK);
    return result == PIN_BLOCK_INVALID ? OK : result;
}

static status read_pin_terminal_tdes(struct keyring *keyring, int64_t key_id)
{
    return read_pin_of_terminal(keyring, key_id, PIN_BLOCK_ISO_0,
                                (struct bytes_view){ "\xFF\xFF\x98\x76\x54\x32\x10\xE0\x00\x01", 10 });
}

static status read_pin_terminal_aes(struct keyring *keyring, int64_t key_id)
{
    return read_pin_of_terminal(keyring, key_id, PIN_BLOCK_ISO_4,
                                (struct bytes_view){ "\x12\x34\x56\x78\x90\x12\x34\x56\x00\x00\x00\x01", 12 });
}

static status verify_pvv(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    parts.scheme.key_id = key_id;
    return verify_pin(keyring, &parts);
}

static status verify_offset(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, true);
    parts.scheme.key_id = key_id;
    return verify_pin(keyring, &parts);
}

static status make_pvv(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    parts.scheme.key_id = key_id;
    return set_pin(keyring, &parts);
}

static status make_offset(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_4, true);
    parts.scheme.key_id = key_id;
    return set_pin(keyring, &parts);
}

static status read_chosen_pin(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_4, true);
    parts.source.key_id = key_id;
    return set_pin(keyring, &parts);
}

static status change_by_pvv(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    parts.scheme.key_id = key_id;
    const struct pin_change change = { parts.reference, parts.source, parts.source };
    struct pin_changed changed;
    return pin_change(keyring, &changed, &parts.card, &change); // the PIN of now is wrong, so it is verified alone
}

static status issue_by_pvv(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    parts.scheme.key_id = key_id;
    return issue_pin(keyring, &parts, false, (struct pin_target){ active("P0T"), PIN_BLOCK_ISO_0 });
}

static status issue_natural(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, true);
    parts.scheme.key_id = key_id;
    return issue_pin(keyring, &parts, true, (struct pin_target){ active("P0A"), PIN_BLOCK_ISO_4 });
}

static status issue_under_0(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    return issue_pin(keyring, &parts, false, (struct pin_target){ key_id, PIN_BLOCK_ISO_0 });
}

static status issue_under_4(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    parts_of(&parts, PIN_BLOCK_ISO_0, true);
    return issue_pin(keyring, &parts, false, (struct pin_target){ key_id, PIN_BLOCK_ISO_4 });
}

static status translate_from(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    struct pin_block block;
    parts_of(&parts, PIN_BLOCK_ISO_3, false);
    parts.source.key_id = key_id;
    const struct pin_translation translation = { TEXT(PAN), parts.source, { active("P0A"), PIN_BLOCK_ISO_4 }, false };
    return pin_translate(keyring, &block, &translation);
}

static status translate_to(struct keyring *keyring, int64_t key_id)
{
    struct pin_parts parts;
    struct pin_block block;
    parts_of(&parts, PIN_BLOCK_ISO_4, false);
    const struct pin_translation translation = { TEXT(PAN), parts.source, { key_id, PIN_BLOCK_ISO_3 }, false };
    return pin_translate(keyring, &block, &translation);
}

/* chip cards */

static struct chip_card chip_of(void)
{
    return (struct chip_card){
        emv_profile_find(TEXT("VisaCVN10")), TEXT(PAN), TEXT("00"), active("E0T"), active("E2T"), active("E1T")
    };
}

static const uint8_t iad[] = { 6, 1, 0x0A, 3, 0xA0, 0x60, 0x10 };
static const struct chip_transaction TRANSACTION = { .covered = { .iad = { iad, sizeof iad } } };

static status verify_cryptogram(struct keyring *keyring, int64_t key_id)
{
    struct chip_card card = chip_of();
    bool right;
    card.cryptogram_key_id = key_id;
    return card_cryptogram_verify(keyring, &right, &card, &TRANSACTION);
}

static status answer_cryptogram(struct keyring *keyring, int64_t key_id)
{
    const struct chip_answer answer = { { 0 } };
    struct chip_card card = chip_of();
    struct emv_arpc arpc;
    bool right;
    card.cryptogram_key_id = key_id;
    return card_cryptogram_answer(keyring, &right, &arpc, &card, &TRANSACTION, &answer);
}

static status change_pin_on(struct keyring *keyring, const struct chip_card *card, int64_t zone_key_id)
{
    struct pin_parts parts;
    struct emv_command command;
    parts_of(&parts, PIN_BLOCK_ISO_0, false);
    parts.source.key_id = zone_key_id;
    const struct chip_command change = { .kind = EMV_PIN_CHANGE, .mac_len = 8, .pin = &parts.source };
    return card_command(keyring, &command, card, &change);
}

static status sign_script(struct keyring *keyring, int64_t key_id)
{
    const struct chip_command block = { .kind = EMV_CARD_BLOCK, .mac_len = 8 };
    struct chip_card card = chip_of();
    struct emv_command command;
    card.integrity_key_id = key_id;
    return card_command(keyring, &command, &card, &block);
}

static status encipher_script(struct keyring *keyring, int64_t key_id)
{
    struct chip_card card = chip_of();
    card.confidentiality_key_id = key_id;
    return change_pin_on(keyring, &card, active("P0T"));
}

static status make_visa_pin_block(struct keyring *keyring, int64_t key_id)
{
    struct chip_card card = chip_of();
    card.cryptogram_key_id = key_id;
    return change_pin_on(keyring, &card, active("P0T"));
}

static status read_pin_for_script(struct keyring *keyring, int64_t key_id)
{
    const struct chip_card card = chip_of();
    return change_pin_on(keyring, &card, key_id);
}

/* messages */

static struct message_mac_input mac_of(int64_t key_id, enum message_mac_method method)
{
    return (struct message_mac_input){ key_id, method, MAC_PADDING_1, 8, { PAN, 16 } };
}

static status make_mac_with(struct keyring *keyring, int64_t key_id, enum message_mac_method method)
{
    const struct message_mac_input input = mac_of(key_id, method);
    uint8_t mac[MESSAGE_MAC_LEN_MAX];
    return message_mac_generate(keyring, mac, &input);
}

static status verify_mac_with(struct keyring *keyring, int64_t key_id, enum message_mac_method method)
{
    const struct message_mac_input input = mac_of(key_id, method);
    bool right;
    return message_mac_verify(keyring, &right, &input, (struct bytes_view){ PAN, 8 });
}

static status make_retail(struct keyring *keyring, int64_t key_id)
{
    return make_mac_with(keyring, key_id, MESSAGE_MAC_RETAIL);
}

static status verify_retail(struct keyring *keyring, int64_t key_id)
{
    return verify_mac_with(keyring, key_id, MESSAGE_MAC_RETAIL);
}

static status make_cmac_tdes(struct keyring *keyring, int64_t key_id)
{
    return make_mac_with(keyring, key_id, MESSAGE_MAC_CMAC_TDES);
}

static status verify_cmac_tdes(struct keyring *keyring, int64_t key_id)
{
    return verify_mac_with(keyring, key_id, MESSAGE_MAC_CMAC_TDES);
}

static status make_cmac_aes(struct keyring *keyring, int64_t key_id)
{
    return make_mac_with(keyring, key_id, MESSAGE_MAC_CMAC_AES);
}

static status verify_cmac_aes(struct keyring *keyring, int64_t key_id)
{
    return verify_mac_with(keyring, key_id, MESSAGE_MAC_CMAC_AES);
}

/* The table: the one kind that may, and whether it makes something, which a waiting or retired key does not. */
static const struct {
    status (*run)(struct keyring *keyring, int64_t key_id);
    const char *kind;
    bool makes;
} operations[] = {
    { make_code, "C0T", true },
    { verify_code, "C0T", false },
    { make_amex, "C0T", true },
    { verify_amex, "C0T", false },
    { make_dynamic, "E6T", true },
    { verify_dynamic, "E6T", false },
    { verify_dcvv, "E6T", false },
    { verify_cvc3, "E4T", false },
    { read_pin_0, "P0T", false },
    { read_pin_4, "P0A", false },
    { read_pin_terminal_tdes, "B0T", false },
    { read_pin_terminal_aes, "B0A", false },
    { read_chosen_pin, "P0A", false },
    { verify_pvv, "V2T", false },
    { verify_offset, "V1T", false },
    { make_pvv, "V2T", true },
    { make_offset, "V1T", true },
    { change_by_pvv, "V2T", false },
    { issue_by_pvv, "V2T", true },
    { issue_natural, "V1T", true },
    { issue_under_0, "P0T", true },
    { issue_under_4, "P0A", true },
    { translate_from, "P0T", false },
    { translate_to, "P0T", true },
    { verify_cryptogram, "E0T", false },
    { answer_cryptogram, "E0T", true },
    { sign_script, "E2T", true },
    { encipher_script, "E1T", true },
    { make_visa_pin_block, "E0T", true },
    { read_pin_for_script, "P0T", false },
    { make_retail, "M3T", true },
    { verify_retail, "M3T", false },
    { make_cmac_tdes, "M6T", true },
    { verify_cmac_tdes, "M6T", false },
    { make_cmac_aes, "M6A", true },
    { verify_cmac_aes, "M6A", false },
};
enum { OPERATION_COUNT = sizeof operations / sizeof operations[0] };

static void test_only_its_own_usage(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    for (int i = 0; i < OPERATION_COUNT; i++) {
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            status expected = kind == kind_of(operations[i].kind) ? OK : KEY_WRONG_USE;
            assert_int_equal(operations[i].run(keyring, id_of(kind, ACTIVE)), expected);
            assert_int_equal(operations[i].run(keyring, id_of(kind, UNRESTRICTED)), expected);
        }
        assert_int_equal(operations[i].run(keyring, 100000), KEY_UNAVAILABLE);
    }
    keyring_free(keyring);
}

static void test_states(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    for (int i = 0; i < OPERATION_COUNT; i++) {
        int kind = kind_of(operations[i].kind);
        status expected = operations[i].makes ? KEY_RETIRED : OK;
        assert_int_equal(operations[i].run(keyring, id_of(kind, WAITING)), expected);
        assert_int_equal(operations[i].run(keyring, id_of(kind, RETIRED)), expected);
        assert_int_equal(operations[i].run(keyring, id_of(kind, DESTROYED)), KEY_UNAVAILABLE);
    }
    keyring_free(keyring);
}

// Half a mode is half of what a usage does.
static void test_modes(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        status (*run)(struct keyring *keyring, int64_t key_id);
        status expected;
    } cases[] = {
        { "C0TG", make_code, OK },
        { "C0TG", verify_code, KEY_WRONG_USE },
        { "C0TV", make_code, KEY_WRONG_USE },
        { "C0TV", verify_code, OK },
        { "V2TG", make_pvv, OK },
        { "V2TG", verify_pvv, KEY_WRONG_USE },
        { "V2TV", make_pvv, KEY_WRONG_USE },
        { "V2TV", verify_pvv, OK },
        { "V1TG", make_offset, OK },
        { "V1TG", verify_offset, KEY_WRONG_USE },
        { "V1TV", make_offset, KEY_WRONG_USE },
        { "V1TV", verify_offset, OK },
        { "P0TE", translate_to, OK },
        { "P0TE", translate_from, KEY_WRONG_USE },
        { "P0TD", translate_to, KEY_WRONG_USE },
        { "P0TD", translate_from, OK },
        { "M3TG", make_retail, OK },
        { "M3TG", verify_retail, KEY_WRONG_USE },
        { "M3TV", make_retail, KEY_WRONG_USE },
        { "M3TV", verify_retail, OK },
        { "E6TV", verify_dynamic, KEY_WRONG_USE }, // it would verify, but derives nothing
        { "E6TG", make_dynamic, KEY_WRONG_USE },
    };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int64_t id = 50000 + (int64_t)i;
        ring_add(keyring, id, cases[i].header, kinds[kind_of(cases[i].header)].hex);
        assert_int_equal(cases[i].run(keyring, id), cases[i].expected);
    }
    keyring_free(keyring);
}

// A key of the house is no payment key, whatever its header says.
static void test_house_keys(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    test_key_load(keyring, 60000, KEY_MESSAGE_SEAL, 1); // D0
    test_key_load(keyring, 60001, KEY_REQUEST, 1);      // M7
    for (int i = 0; i < OPERATION_COUNT; i++) {
        assert_int_equal(operations[i].run(keyring, 60000), KEY_UNAVAILABLE);
        assert_int_equal(operations[i].run(keyring, 60001), KEY_UNAVAILABLE);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_its_own_usage),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_house_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
