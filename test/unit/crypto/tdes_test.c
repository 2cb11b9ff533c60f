#include "crypto/tdes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static void test_known_values(void **state)
{
    (void)state;
    static const struct {
        const char *key, *plain, *cipher;
    } cases[] = {
        // FIPS 46 worked examples, single DES.
        { "133457799BBCDFF1", "0123456789ABCDEF", "85E813540F0AB405" },
        { "0E329232EA6D0D73", "8787878787878787", "0000000000000000" },
        // The same through the degenerate keys of two and three parts.
        { "133457799BBCDFF1133457799BBCDFF1", "0123456789ABCDEF", "85E813540F0AB405" },
        { "133457799BBCDFF1133457799BBCDFF1133457799BBCDFF1", "0123456789ABCDEF", "85E813540F0AB405" },
        // Its parity bits flipped.
        { "123556789ABDDEF0", "0123456789ABCDEF", "85E813540F0AB405" },
        // NIST SP 800-67r1, appendix B.1.
        { "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123", "5468652071756663", "A826FD8CE53B855F" },
        { "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123", "6B2062726F776E20", "CCE21C8112256FE6" },
        { "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123", "666F78206A756D70", "68D5C05DD9B6B900" },
        // Check values of the public test key: kcv.csv.
        { "0123456789ABCDEFFEDCBA9876543210", "0000000000000000", "08D7B4FB629D0885" },
        { "E6F1081FEA4C402CC192B65DE367EC3E", "0000000000000000", "212CF9158251CDD3" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tdes *tdes = hex_tdes(cases[i].key);
        uint8_t block[HEX_BYTES_MAX];
        size_t len = hex_bytes(block, cases[i].plain);
        assert_int_equal(tdes_encrypt(tdes, block, block, len), OK);
        assert_hex_equal(block, len, cases[i].cipher);
        assert_int_equal(tdes_decrypt(tdes, block, block, len), OK);
        assert_hex_equal(block, len, cases[i].plain);
        tdes_free(tdes);
    }
    tdes_free(NULL);
}

static void test_left(void **state)
{
    (void)state;
    // Key A of cvv.csv alone, with the intermediates its source prints; then both halves.
    struct tdes *tdes = hex_tdes("D676DCF3AFB7350532EAF00EA253D875");
    uint8_t block[HEX_BYTES_MAX];
    hex_bytes(block, "4123450990122129");
    assert_int_equal(tdes_encrypt_left(tdes, block, block), OK);
    assert_hex_equal(block, TDES_BLOCK_LEN, "4DC867AA9BCE665B");
    hex_bytes(block, "4AE9478A9BCE665B");
    assert_int_equal(tdes_encrypt(tdes, block, block, TDES_BLOCK_LEN), OK);
    assert_hex_equal(block, TDES_BLOCK_LEN, "24E1A05574051BBF");
    tdes_free(tdes);
}

// CBC is ECB with each block added to the one before (NIST SP 800-38A, 6.2).
static void test_cbc(void **state)
{
    (void)state;
    struct tdes *tdes = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    uint8_t plain[HEX_BYTES_MAX], iv[HEX_BYTES_MAX], chained[HEX_BYTES_MAX], out[HEX_BYTES_MAX];
    size_t len = hex_bytes(plain, "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C");
    hex_bytes(iv, "F0F1F2F3F4F5F6F7");
    const uint8_t *before = iv;
    for (size_t at = 0; at < len; at += TDES_BLOCK_LEN) {
        for (size_t i = 0; i < TDES_BLOCK_LEN; i++) {
            chained[at + i] = plain[at + i] ^ before[i];
        }
        assert_int_equal(tdes_encrypt(tdes, chained + at, chained + at, TDES_BLOCK_LEN), OK);
        before = chained + at;
    }
    for (int again = 0; again < 2; again++) { // a second run starts from its own IV
        assert_int_equal(tdes_cbc_encrypt(tdes, out, iv, plain, len), OK);
        assert_memory_equal(out, chained, len);
        assert_int_equal(tdes_cbc_decrypt(tdes, out, iv, out, len), OK);
        assert_memory_equal(out, plain, len);
    }
    tdes_free(tdes);
}

static void test_retail_mac(void **state)
{
    (void)state;
    static const struct {
        enum mac_padding padding;
        size_t len, cut; // the message in two pieces
        const char *mac;
    } cases[] = {
        // ISO/IEC 9797-1:1999, B.4: "Now is the time for all ".
        { MAC_PADDING_1, 24, 0, "A1C72E74EA3FA9B6" },
        { MAC_PADDING_2, 24, 0, "E9086230CA3BE796" },
        { MAC_PADDING_NONE, 24, 11, "A1C72E74EA3FA9B6" },
        { MAC_PADDING_2, 24, 8, "E9086230CA3BE796" },
        { MAC_PADDING_2, 24, 24, "E9086230CA3BE796" },
        // The second data string there: "Now is the time for it", which is not whole blocks.
        { MAC_PADDING_1, 22, 5, "2E2B1428CC78254F" },
        { MAC_PADDING_2, 22, 5, "5A692CE64F404145" },
    };
    struct tdes *tdes = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *message = cases[i].len == 24 ? "Now is the time for all " : "Now is the time for it";
        const struct bytes_view pieces[] = { { message, cases[i].cut },
                                             { message + cases[i].cut, cases[i].len - cases[i].cut } };
        uint8_t mac[TDES_BLOCK_LEN];
        assert_int_equal(tdes_retail_mac(tdes, mac, pieces, 2, cases[i].padding), OK);
        assert_hex_equal(mac, sizeof mac, cases[i].mac);
    }
    tdes_free(tdes);
}

// One block: the MAC is triple DES of it. Nothing becomes one block of padding.
static void test_retail_mac_short(void **state)
{
    (void)state;
    static const struct {
        enum mac_padding padding;
        const char *message, *block;
    } cases[] = {
        { MAC_PADDING_1, "", "0000000000000000" },
        { MAC_PADDING_2, "", "8000000000000000" },
        { MAC_PADDING_1, "414243", "4142430000000000" },
        { MAC_PADDING_2, "414243", "4142438000000000" },
        { MAC_PADDING_2, "41424344454647", "4142434445464780" },
        { MAC_PADDING_1, "4142434445464748", "4142434445464748" },
        { MAC_PADDING_NONE, "4142434445464748", "4142434445464748" },
    };
    struct tdes *tdes = hex_tdes("0123456789ABCDEFFEDCBA9876543210");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t message[HEX_BYTES_MAX], right[HEX_BYTES_MAX], mac[TDES_BLOCK_LEN];
        struct bytes_view piece = { message, hex_bytes(message, cases[i].message) };
        hex_bytes(right, cases[i].block);
        assert_int_equal(tdes_encrypt(tdes, right, right, TDES_BLOCK_LEN), OK);
        assert_int_equal(tdes_retail_mac(tdes, mac, &piece, 1, cases[i].padding), OK);
        assert_memory_equal(mac, right, sizeof mac);
    }
    tdes_free(tdes);
}

static void test_cmac(void **state)
{
    (void)state;
    // NIST SP 800-38B, appendix D.4 and D.5.
    static const char THREE[] = "8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5";
    static const char TWO[] = "4CF15134A2850DD58A3D10BA80570D38";
    static const struct {
        const char *key;
        size_t len;
        const char *mac;
    } cases[] = {
        { THREE, 0, "B7A688E122FFAF95" },  { THREE, 8, "8E8F293136283797" }, { THREE, 20, "743DDBE0CE2DC2ED" },
        { THREE, 32, "33E6B1092400EAE5" }, { TWO, 0, "BD2EBF9A3BA00361" },   { TWO, 8, "4FF2AB813C53CE83" },
        { TWO, 20, "62DD1B471902BD4E" },   { TWO, 32, "31B1E431DABC4EB8" },
    };
    uint8_t message[HEX_BYTES_MAX];
    hex_bytes(message, "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret key;
        uint8_t mac[TDES_BLOCK_LEN];
        hex_secret(&key, cases[i].key);
        const struct bytes_view pieces[] = { { message, cases[i].len / 2 },
                                             { message + cases[i].len / 2, cases[i].len - cases[i].len / 2 } };
        assert_int_equal(tdes_cmac(mac, &key, pieces, 2), OK);
        assert_hex_equal(mac, sizeof mac, cases[i].mac);
        secret_release(&key);
    }
}

static void test_odd_parity(void **state)
{
    (void)state;
    uint8_t key[HEX_BYTES_MAX];
    size_t len = hex_bytes(key, "0001020304FEFF807F1011");
    tdes_set_odd_parity(key, len);
    assert_hex_equal(key, len, "0101020204FEFE807F1010");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_cbc),
        cmocka_unit_test(test_retail_mac),
        cmocka_unit_test(test_retail_mac_short),
        cmocka_unit_test(test_cmac),
        cmocka_unit_test(test_odd_parity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
