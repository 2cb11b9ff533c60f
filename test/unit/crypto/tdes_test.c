#include "crypto/tdes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

static status judge(const char *hex, uint8_t flipped)
{
    struct secret key;
    hex_secret(&key, hex);
    for (size_t i = 0; i < key.len; i++) {
        key.at[i] ^= flipped;
    }
    status result = tdes_key_judge(&key);
    secret_release(&key);
    return result;
}

static void test_judge(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        status result;
    } cases[] = {
        { "0123456789ABCDEFFEDCBA9876543210", OK },
        { "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123", OK },
        { "0123456789ABCDEF0123456789ABCDEF", KEY_WEAK },
        { "0123456789ABCDEF0022446688AACCEE", KEY_WEAK }, // but for parity
        { "0123456789ABCDEF0123456789ABCDED", OK },
        { "0123456789ABCDEF8123456789ABCDEF", OK },
        { "0123456789ABCDEF0123456789ABCDEF456789ABCDEF0123", KEY_WEAK },
        { "0123456789ABCDEF456789ABCDEF0123456789ABCDEF0123", KEY_WEAK },
        { "0123456789ABCDEF456789ABCDEF01230123456789ABCDEF", KEY_WEAK },
        { "0123456789ABCDEF456789ABCDEF01230022446688AACCEE", KEY_WEAK },
        { "01011F1F0E0E01010123456789ABCDEF", OK }, // the left half of one weak key, the right of another
        { "0101010101010103FEDCBA9876543210", OK },
        { "0301010101010101FEDCBA9876543210", OK },
        { "0123456789ABCDEF", INVALID_INPUT },
        { "0123456789ABCDEFFEDCBA98765432100123456789ABCDEFFEDCBA9876543210", INVALID_INPUT },
        { "", INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(judge(cases[i].key, 0), cases[i].result);
        assert_int_equal(judge(cases[i].key, 1), cases[i].result);
    }
}

// The list of NIST SP 800-67, in each part of a key, with its parity and the other one.
static void test_weak_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {
        // weak
        "0101010101010101",
        "FEFEFEFEFEFEFEFE",
        "E0E0E0E0F1F1F1F1",
        "1F1F1F1F0E0E0E0E",
        // semi-weak
        "011F011F010E010E",
        "1F011F010E010E01",
        "01E001E001F101F1",
        "E001E001F101F101",
        "01FE01FE01FE01FE",
        "FE01FE01FE01FE01",
        "1FE01FE00EF10EF1",
        "E01FE01FF10EF10E",
        "1FFE1FFE0EFE0EFE",
        "FE1FFE1FFE0EFE0E",
        "E0FEE0FEF1FEF1FE",
        "FEE0FEE0FEF1FEF1",
        // possibly weak
        "01011F1F01010E0E",
        "0101E0E00101F1F1",
        "0101FEFE0101FEFE",
        "011F1F01010E0E01",
        "011FE0FE010EF1FE",
        "011FFEE0010EFEF1",
        "01E01FFE01F10EFE",
        "01E0E00101F1F101",
        "01E0FE1F01F1FE0E",
        "01FE1FE001FE0EF1",
        "01FEE01F01FEF10E",
        "01FEFE0101FEFE01",
        "1F01011F0E01010E",
        "1F01E0FE0E01F1FE",
        "1F01FEE00E01FEF1",
        "1F1F01010E0E0101",
        "1F1FE0E00E0EF1F1",
        "1F1FFEFE0E0EFEFE",
        "1FE001FE0EF101FE",
        "1FE0E01F0EF1F10E",
        "1FE0FE010EF1FE01",
        "1FFE01E00EFE01F1",
        "1FFEE0010EFEF101",
        "1FFEFE1F0EFEFE0E",
        "E00101E0F10101F1",
        "E0011FFEF1010EFE",
        "E001FE1FF101FE0E",
        "E01F01FEF10E01FE",
        "E01F1FE0F10E0EF1",
        "E01FFE01F10EFE01",
        "E0E00101F1F10101",
        "E0E01F1FF1F10E0E",
        "E0E0FEFEF1F1FEFE",
        "E0FE011FF1FE010E",
        "E0FE1F01F1FE0E01",
        "E0FEFEE0F1FEFEF1",
        "FE0101FEFE0101FE",
        "FE011FE0FE010EF1",
        "FE01E01FFE01F10E",
        "FE1F01E0FE0E01F1",
        "FE1F1FFEFE0E0EFE",
        "FE1FE001FE0EF101",
        "FEE0011FFEF1010E",
        "FEE01F01FEF10E01",
        "FEE0E0FEFEF1F1FE",
        "FEFE0101FEFE0101",
        "FEFE1F1FFEFE0E0E",
        "FEFEE0E0FEFEF1F1",
    };
    static const char *const places[] = {
        "%s0123456789ABCDEF",
        "0123456789ABCDEF%s",
        "%s0123456789ABCDEF23456789ABCDEF01",
        "0123456789ABCDEF%s23456789ABCDEF01",
        "0123456789ABCDEF23456789ABCDEF01%s",
    };
    assert_int_equal(sizeof keys / sizeof keys[0], 4 + 12 + 48);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        for (size_t j = 0; j < sizeof places / sizeof places[0]; j++) {
            char hex[2 * TDES_KEY_LEN_MAX + 1];
            size_t before = strcspn(places[j], "%");
            snprintf(hex, sizeof hex, "%.*s%s%s", (int)before, places[j], keys[i], places[j] + before + 2);
            assert_int_equal(judge(hex, 0), KEY_WEAK);
            assert_int_equal(judge(hex, 1), KEY_WEAK);
            assert_int_equal(judge(hex, 2), OK); // the neighbour in every byte
        }
    }
}

static void test_judge_random(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct secret key;
        assert_int_equal(secret_init_random(&key, i % 2 == 0 ? TDES_KEY_LEN : TDES_KEY_LEN_MAX), OK);
        assert_int_equal(tdes_key_judge(&key), OK);
        secret_release(&key);
    }
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
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_weak_keys),
        cmocka_unit_test(test_judge_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
