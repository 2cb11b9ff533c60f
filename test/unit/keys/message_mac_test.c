#include "keys/message_mac.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "payment_ring.h"

enum { RETAIL = 1, EMV_RETAIL, TDES_TWO, TDES_THREE, AES };

static struct keyring *keys_new(void)
{
    struct keyring *keyring = ring_new();
    ring_add(keyring, RETAIL, "M3TC", "0123456789ABCDEFFEDCBA9876543210");
    ring_add(keyring, EMV_RETAIL, "M3TC", "38758097AE8C9410581945610D85986B");
    ring_add(keyring, TDES_TWO, "M6TC", "4CF15134A2850DD58A3D10BA80570D38");
    ring_add(keyring, TDES_THREE, "M6TC", "8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5");
    ring_add(keyring, AES, "M6AC", "2B7E151628AED2A6ABF7158809CF4F3C");
    return keyring;
}

static const struct {
    int64_t key_id;
    enum message_mac_method method;
    enum mac_padding padding;
    const char *message, *mac;
} rows[] = {
    // ISO/IEC 9797-1:1999, annex B, algorithm 3: "Now is the time for all ", "Now is the time for it"
    { RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_1, "4E6F77206973207468652074696D6520666F7220616C6C20",
      "A1C72E74EA3FA9B6" },
    { RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_NONE, "4E6F77206973207468652074696D6520666F7220616C6C20",
      "A1C72E74EA3FA9B6" },
    { RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_1, "4E6F77206973207468652074696D6520666F72206974", "2E2B1428CC78254F" },
    // emv_scripts.csv: pyemv, test_generate_command_mac
    { EMV_RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_2, "8424000008", "CF323F09A0F6AB9E" },
    // NIST SP 800-38B (2005), annex D
    { TDES_TWO, MESSAGE_MAC_CMAC_TDES, MAC_PADDING_NONE, "", "BD2EBF9A3BA00361" },
    { TDES_TWO, MESSAGE_MAC_CMAC_TDES, MAC_PADDING_NONE, "6BC1BEE22E409F96", "4FF2AB813C53CE83" },
    { TDES_THREE, MESSAGE_MAC_CMAC_TDES, MAC_PADDING_NONE, "6BC1BEE22E409F96", "8E8F293136283797" },
    { AES, MESSAGE_MAC_CMAC_AES, MAC_PADDING_NONE, "6BC1BEE22E409F96E93D7E117393172A",
      "070A16B46B4D4144F79BDD9DD04A287C" },
};

static void test_vectors(void **state)
{
    (void)state;
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t message[HEX_BYTES_MAX], expected[HEX_BYTES_MAX], mac[MESSAGE_MAC_LEN_MAX];
        size_t message_len = hex_bytes(message, rows[i].message), len = hex_bytes(expected, rows[i].mac);
        struct message_mac_input input = {
            rows[i].key_id, rows[i].method, rows[i].padding, 0, { message, message_len }
        };
        for (input.len = MESSAGE_MAC_LEN_MIN; input.len <= len; input.len++) {
            static const uint8_t zeros[MESSAGE_MAC_LEN_MAX];
            bool right = false;
            assert_int_equal(message_mac_generate(keyring, mac, &input), OK);
            assert_memory_equal(mac, expected, input.len);
            assert_memory_equal(mac + input.len, zeros, MESSAGE_MAC_LEN_MAX - input.len); // no more of it gets out
            assert_int_equal(message_mac_verify(keyring, &right, &input, (struct bytes_view){ mac, input.len }), OK);
            assert_true(right);
            assert_int_equal(message_mac_verify(keyring, &right, &input, (struct bytes_view){ mac, input.len - 1 }),
                             OK);
            assert_false(right);
            for (size_t bit = 0; bit < 8 * input.len; bit++) {
                mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
                right = true;
                assert_int_equal(message_mac_verify(keyring, &right, &input, (struct bytes_view){ mac, input.len }),
                                 OK);
                assert_false(right);
                mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
        assert_int_equal(message_mac_generate(keyring, mac, &input), INVALID_INPUT); // longer than there is
    }
    keyring_free(keyring);
}

static void test_refused(void **state)
{
    (void)state;
    static const uint8_t message[16] = { 1 };
    static const struct {
        struct message_mac_input input;
        status expected;
    } cases[] = {
        { { RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_1, 3, { message, 16 } }, INVALID_INPUT },
        { { RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_NONE, 8, { message, 15 } }, INVALID_INPUT },
        { { RETAIL, MESSAGE_MAC_RETAIL, MAC_PADDING_NONE, 8, { message, 0 } }, INVALID_INPUT },
        { { TDES_TWO, MESSAGE_MAC_RETAIL, MAC_PADDING_1, 8, { message, 16 } }, KEY_WRONG_USE },
        { { RETAIL, MESSAGE_MAC_CMAC_TDES, MAC_PADDING_1, 8, { message, 16 } }, KEY_WRONG_USE },
        { { TDES_TWO, MESSAGE_MAC_CMAC_AES, MAC_PADDING_1, 8, { message, 16 } }, KEY_WRONG_USE },
        { { AES, MESSAGE_MAC_CMAC_TDES, MAC_PADDING_1, 8, { message, 16 } }, KEY_WRONG_USE },
        { { 99, MESSAGE_MAC_RETAIL, MAC_PADDING_1, 8, { message, 16 } }, KEY_UNAVAILABLE },
    };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t mac[MESSAGE_MAC_LEN_MAX];
        bool right = true;
        assert_int_equal(message_mac_generate(keyring, mac, &cases[i].input), cases[i].expected);
        assert_int_equal(message_mac_verify(keyring, &right, &cases[i].input, (struct bytes_view){ message, 8 }),
                         cases[i].expected);
        assert_false(right);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
