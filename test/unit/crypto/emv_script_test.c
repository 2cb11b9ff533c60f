#include "crypto/emv_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/tdes.h"
#include "support/hex.h"

#define KEY     "0123456789ABCDEFFEDCBA9876543210"
#define MAC_KEY "38758097AE8C9410581945610D85986B"

static struct secret pin_secret(const char *pin)
{
    struct secret secret;
    assert_int_equal(secret_init_copy(&secret, pin, strlen(pin)), OK);
    return secret;
}

static void test_pin_blocks(void **state)
{
    (void)state;
    // pyemv pyemv/sm.py and tests/test_sm_hsm.py; the others by hand.
    static const struct {
        const char *pin, *current, *iso_2, *visa; // Visa's under the key whose left half ends 89ABCDEF
    } cases[] = {
        { "1234", NULL, "241234FFFFFFFFFF", "041234FF76543210" },
        { "12345", NULL, "2512345FFFFFFFFF", "0512345F76543210" },
        { "123456789012", NULL, "2C123456789012FF", "0C123456F13BDF10" },
        { "9999", "8888", "249999FFFFFFFFFF", "8C1199FF76543210" },
        { "9999", "12345678", "249999FFFFFFFFFF", "16ADCF8776543210" },
        { "9999", "123456789012", "249999FFFFFFFFFF", "16ADCF87E6463210" },
    };
    struct secret udk;
    hex_secret(&udk, KEY);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret pin = pin_secret(cases[i].pin), current = { 0 }, block;
        if (cases[i].current != NULL) {
            current = pin_secret(cases[i].current);
        }
        assert_int_equal(emv_pin_block_iso_2(&block, &pin), OK);
        assert_hex_equal(block.at, block.len, cases[i].iso_2);
        secret_release(&block);
        assert_int_equal(emv_pin_block_visa(&block, &udk, &pin, cases[i].current != NULL ? &current : NULL), OK);
        assert_hex_equal(block.at, block.len, cases[i].visa);
        secret_release(&block);
        secret_release(&current);
        secret_release(&pin);
    }
    secret_release(&udk);
}

static void test_pins_refused(void **state)
{
    (void)state;
    static const char *const pins[] = { "", "123", "1234567890123", "123A", "/234", "1:34", "12 4", "123456789012345" };
    struct secret udk, good = pin_secret("1234"), block;
    hex_secret(&udk, KEY);
    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        struct secret pin = pin_secret(pins[i]);
        assert_int_equal(emv_pin_block_iso_2(&block, &pin), INVALID_INPUT);
        assert_null(block.at);
        assert_int_equal(emv_pin_block_visa(&block, &udk, &pin, NULL), INVALID_INPUT);
        assert_null(block.at);
        assert_int_equal(emv_pin_block_visa(&block, &udk, &good, &pin), INVALID_INPUT);
        assert_null(block.at);
        secret_release(&pin);
    }
    udk.len = 8;
    assert_int_equal(emv_pin_block_visa(&block, &udk, &good, NULL), INVALID_INPUT);
    secret_release(&good);
    secret_release(&udk);
}

static void test_encipher(void **state)
{
    (void)state;
    // What decipherment gives back, by the form of each kind; the last ones do not fit into a command.
    static const struct {
        enum emv_encipherment encipherment;
        size_t len, out_len;
    } cases[] = {
        { EMV_ENCIPHER_VISA, 1, 8 },         { EMV_ENCIPHER_VISA, 6, 8 },           { EMV_ENCIPHER_VISA, 7, 16 },
        { EMV_ENCIPHER_VISA, 8, 16 },        { EMV_ENCIPHER_VISA, 238, 240 },       { EMV_ENCIPHER_MASTERCARD, 1, 8 },
        { EMV_ENCIPHER_MASTERCARD, 7, 8 },   { EMV_ENCIPHER_MASTERCARD, 8, 8 },     { EMV_ENCIPHER_MASTERCARD, 9, 16 },
        { EMV_ENCIPHER_MASTERCARD, 16, 16 }, { EMV_ENCIPHER_MASTERCARD, 240, 240 }, { EMV_ENCIPHER_EMV, 1, 8 },
        { EMV_ENCIPHER_EMV, 7, 8 },          { EMV_ENCIPHER_EMV, 8, 16 },           { EMV_ENCIPHER_EMV, 239, 240 },
        { EMV_ENCIPHER_VISA, 239, 0 },       { EMV_ENCIPHER_MASTERCARD, 241, 0 },   { EMV_ENCIPHER_EMV, 240, 0 },
        { EMV_ENCIPHER_VISA, 0, 0 },         { EMV_ENCIPHER_MASTERCARD, 0, 0 },     { EMV_ENCIPHER_EMV, 0, 0 },
    };
    static const uint8_t iv[TDES_BLOCK_LEN];
    struct secret key;
    hex_secret(&key, KEY);
    struct tdes *tdes;
    assert_int_equal(tdes_new(&tdes, &key), OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret data;
        struct emv_command_data out;
        uint8_t plain[EMV_COMMAND_DATA_LEN_MAX], expected[EMV_COMMAND_DATA_LEN_MAX + 2] = { 0 };
        bool visa = cases[i].encipherment == EMV_ENCIPHER_VISA;
        assert_int_equal(secret_init(&data, cases[i].len), OK);
        for (size_t j = 0; j < cases[i].len; j++) {
            data.at[j] = (uint8_t)(j + 1);
        }
        status result = emv_script_encipher(&out, &key, &data, cases[i].encipherment);
        if (cases[i].out_len == 0) {
            assert_int_equal(result, INVALID_INPUT);
            secret_release(&data);
            continue;
        }
        assert_int_equal(result, OK);
        assert_int_equal(out.len, cases[i].out_len);
        expected[0] = (uint8_t)cases[i].len;
        memcpy(expected + visa, data.at, data.len);
        expected[visa + data.len] = visa + data.len < out.len ? 0x80 : 0;
        assert_int_equal(
            visa ? tdes_decrypt(tdes, plain, out.at, out.len) : tdes_cbc_decrypt(tdes, plain, iv, out.at, out.len), OK);
        assert_memory_equal(plain, expected, out.len);
        secret_release(&data);
    }
    tdes_free(tdes);
    secret_release(&key);
}

static void test_commands(void **state)
{
    (void)state;
    // pyemv tests/test_sm_hsm.py are those with all of the MAC and 84 24; the others come from a calculation apart from
    // this program, with another library of ciphers.
    static const struct {
        enum emv_command_kind kind;
        const char *bound, *data;
        size_t mac_len;
        const char *command;
    } cases[] = {
        { EMV_PIN_UNBLOCK, "", "", 8, "8424000008CF323F09A0F6AB9E" },
        { EMV_PIN_UNBLOCK, "", "", 4, "8424000004D8BB7B1D" },
        { EMV_PIN_UNBLOCK, "", "", 5, "84240000054F6DFD7E85" },
        { EMV_APPLICATION_BLOCK, "", "", 8, "841E000008B52F17DEA9C79D60" },
        { EMV_APPLICATION_BLOCK, "001C29CCA15AE665FA2E", "", 8, "841E00000867C9E21CED277524" },
        { EMV_APPLICATION_UNBLOCK, "", "", 8, "8418000008B790161E7DBC0B51" },
        { EMV_CARD_BLOCK, "", "", 8, "841600000856ACAB1D10C27175" },
        { EMV_PIN_CHANGE, "", "28367E05DE3381C2", 8, "842400021028367E05DE3381C28C4D10091A093B5B" },
        { EMV_PIN_CHANGE, "", "99AD3AF9EB3ECF0C", 8, "842400021099AD3AF9EB3ECF0C1471D88C6393BE21" },
        { EMV_PIN_UNBLOCK, "", "", 3, NULL },
        { EMV_PIN_UNBLOCK, "", "", 9, NULL },
        { EMV_PIN_UNBLOCK, "", "28367E05DE3381C2", 8, NULL }, // no data belongs there
        { EMV_CARD_BLOCK, "", "28367E05DE3381C2", 8, NULL },
        { EMV_PIN_CHANGE, "", "", 8, NULL },
        { EMV_PIN_CHANGE, "", "28367E05DE3381", 8, NULL },
        { EMV_PIN_CHANGE_CURRENT, "", "", 8, NULL },
    };
    struct secret key;
    hex_secret(&key, MAC_KEY);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bound[16], data[16];
        struct emv_command command;
        const struct emv_command_input input = {
            .kind = cases[i].kind,
            .bound = { bound, hex_take(bound, sizeof bound, cases[i].bound) },
            .data = { data, hex_take(data, sizeof data, cases[i].data) },
            .mac_len = cases[i].mac_len,
        };
        status result = emv_command(&command, &key, &input);
        assert_int_equal(result, cases[i].command != NULL ? OK : INVALID_INPUT);
        if (result == OK) {
            assert_hex_equal(command.at, command.len, cases[i].command);
        }
    }
    secret_release(&key);
}

// pyemv's scripts with the current PIN, of other keys: 84 24 00 01.
static void test_command_with_current(void **state)
{
    (void)state;
    struct secret key;
    hex_secret(&key, "A7CD8A644A2F57D6D0675210C4B001F1");
    uint8_t data[16];
    struct emv_command command;
    const struct emv_command_input input = {
        .kind = EMV_PIN_CHANGE_CURRENT,
        .data = { data, hex_take(data, sizeof data, "622066A74F1E974AEE671384F0D3A7B9") },
        .mac_len = EMV_SCRIPT_MAC_LEN,
    };
    assert_int_equal(emv_command(&command, &key, &input), OK);
    // The MAC was published for Lc = 10, without its own length; here Lc counts it.
    assert_hex_equal(command.at, EMV_COMMAND_HEADER_LEN + sizeof data, "8424000118622066A74F1E974AEE671384F0D3A7B9");
    assert_int_equal(command.len, EMV_COMMAND_HEADER_LEN + sizeof data + EMV_SCRIPT_MAC_LEN);
    const struct bytes_view published[] = { { "\x84\x24\x00\x01\x10", 5 }, { data, sizeof data } };
    uint8_t mac[EMV_SCRIPT_MAC_LEN];
    assert_int_equal(emv_script_mac(mac, &key, published, 2), OK);
    assert_hex_equal(mac, sizeof mac, "829AC5DE4B88074D");
    secret_release(&key);
}

static void test_keys_refused(void **state)
{
    (void)state;
    struct secret key, data;
    hex_secret(&key, "0123456789ABCDEF");
    hex_secret(&data, "1234");
    struct emv_command_data enciphered;
    struct emv_command command;
    uint8_t mac[EMV_SCRIPT_MAC_LEN];
    const struct emv_command_input input = { .kind = EMV_CARD_BLOCK, .mac_len = 8 };
    assert_int_equal(emv_script_encipher(&enciphered, &key, &data, EMV_ENCIPHER_EMV), INVALID_INPUT);
    assert_int_equal(emv_script_mac(mac, &key, NULL, 0), INVALID_INPUT);
    assert_int_equal(emv_command(&command, &key, &input), INVALID_INPUT);
    secret_release(&data);
    secret_release(&key);
}

static void test_template(void **state)
{
    (void)state;
    // The first is in pyemv tests/test_cvn_hsm.py (M/Chip, CVN 16); the others by hand.
    struct emv_command commands[EMV_SCRIPT_COMMAND_COUNT_MAX + 1] = { 0 };
    struct emv_script script;
    commands[0].len = hex_take(commands[0].at, sizeof commands[0].at, "8424000008ED0AB162BAB1DE61");
    commands[1].len = hex_take(commands[1].at, sizeof commands[1].at, "8416000004C5F3AFE8");
    struct emv_script_input input = { .commands = commands, .count = 1 };
    assert_int_equal(emv_script(&script, &input), OK);
    assert_hex_equal(script.at, script.len, "72169F180400000000860D8424000008ED0AB162BAB1DE61");
    input = (struct emv_script_input){ true, { 1, 2, 3, 4 }, commands, 2 };
    assert_int_equal(emv_script(&script, &input), OK);
    assert_hex_equal(script.at, script.len, "71219F180401020304860D8424000008ED0AB162BAB1DE6186098416000004C5F3AFE8");

    input.count = 1;
    commands[0].len = EMV_SCRIPT_LEN_MAX - 11; // 71 LL 9F 18 04 id 86 LL
    assert_int_equal(emv_script(&script, &input), OK);
    assert_int_equal(script.len, EMV_SCRIPT_LEN_MAX);
    assert_int_equal(script.at[1], EMV_SCRIPT_LEN_MAX - 2);
    for (size_t len = commands[0].len + 1; len <= EMV_COMMAND_LEN_MAX; len++) {
        commands[0].len = len;
        assert_int_equal(emv_script(&script, &input), INVALID_INPUT);
    }
    memset(commands, 0, sizeof commands);
    input.count = 0;
    assert_int_equal(emv_script(&script, &input), INVALID_INPUT);
    input.count = EMV_SCRIPT_COMMAND_COUNT_MAX;
    assert_int_equal(emv_script(&script, &input), OK);
    input.count = EMV_SCRIPT_COMMAND_COUNT_MAX + 1;
    assert_int_equal(emv_script(&script, &input), INVALID_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pin_blocks),
        cmocka_unit_test(test_pins_refused),
        cmocka_unit_test(test_encipher),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_command_with_current),
        cmocka_unit_test(test_keys_refused),
        cmocka_unit_test(test_template),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
