#include "crypto/published_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/limits.h"
#include "crypto/selftest/vectors.h"
#include "support/hex.h"

static bool published(const uint8_t *bytes, size_t len)
{
    struct secret key;
    assert_int_equal(secret_init_copy(&key, bytes, len), OK);
    bool answer = key_is_published(&key);
    secret_release(&key);
    return answer;
}

// It is published; with other parity bits too, where there are any; and the one beside it is not.
static void check_published(text hex)
{
    uint8_t key[32];
    size_t len = hex.len / 2;
    assert_true(len <= sizeof key && bytes_from_hex(key, len, hex));
    if (!published(key, len)) {
        fail_msg("not known: %.*s", (int)hex.len, hex.at);
    }
    for (size_t i = 0; len < 32 && i < len; i++) {
        key[i] ^= 1;
    }
    assert_true(published(key, len));
    key[len / 2] ^= 0x10;
    assert_false(published(key, len));
}

static void test_well_known(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "0123456789ABCDEFFEDCBA9876543210",
        "FEDCBA98765432100123456789ABCDEF",
        "0123456789ABCDEF0123456789ABCDEF",
        "FEDCBA9876543210FEDCBA9876543210",
        "89ABCDEF0123456776543210FEDCBA98",
        "76543210FEDCBA9889ABCDEF01234567",
        "0123456789ABCDEF1032547698BADCFE",
        "0123456789ABCDEFFEDCBA98765432100123456789ABCDEF",
        "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "FEDCBA98765432100123456789ABCDEF89ABCDEF01234567",
        "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123",
        "0123456789ABCDEFFEDCBA98765432100123456789ABCDEFFEDCBA9876543210",
        "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "FEDCBA98765432100123456789ABCDEFFEDCBA98765432100123456789ABCDEF",
        // NIST: FIPS 197, A.1 to A.3; the FF1 samples; SP 800-38B, D.4 and D.5.
        "2B7E151628AED2A6ABF7158809CF4F3C",
        "8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B",
        "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4",
        "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F",
        "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94",
        "8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5",
        "4CF15134A2850DD58A3D10BA80570D38",
        // X9.24: the initial keys of the examples.
        "6AC292FAA1315B4D858AB3A3D7D5933A",
        "1273671EA26AC29AFA4D1084127652A1",
        // The public test master key of a well-known device: pairs (18-19 and 38-39 are all equal), key blocks.
        "01010101010101017902CD1FD36EF8BA",
        "20202020202020203131313131313131",
        "40404040404040405151515151515151",
        "61616161616161617070707070707070",
        "80808080808080809191919191919191",
        "A1A1A1A1A1A1A1A1B0B0B0B0B0B0B0B0",
        "C1C1010101010101D0D0010101010101",
        "E0E0010101010101F1F1010101010101",
        "1C587F1C13924FEF0101010101010101",
        "01010101010101010101010101010101",
        "02020202020202020404040404040404",
        "07070707070707071010101010101010",
        "13131313131313131515151515151515",
        "16161616161616161919191919191919",
        "1A1A1A1A1A1A1A1A1C1C1C1C1C1C1C1C",
        "23232323232323232525252525252525",
        "26262626262626262929292929292929",
        "2A2A2A2A2A2A2A2A2C2C2C2C2C2C2C2C",
        "2F2F2F2F2F2F2F2F3131313131313131",
        "0123456789ABCDEF8080808080808080FEDCBA9876543210",
        "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        check_published(text_of(keys[i]));
    }
}

/* The keys of the built-in vectors: those of issuers and devices, of 16, 24 and 32 bytes. */

static const struct {
    const char *file, *columns[3];
} vector_keys[] = {
    { "amex_csc.csv", { "csck_hex" } },   { "cvc3.csv", { "udk_cvc3_hex", "imk_hex" } },
    { "cvv.csv", { "cvk_hex" } },         { "dcvv.csv", { "imk_hex" } },
    { "dukpt.csv", { "bdk_hex" } },       { "emv_cvn_profiles.csv", { "imk_ac", "imk_smi", "imk_smc" } },
    { "emv_scripts.csv", { "key_hex" } }, { "emv_session_keys.csv", { "master_key_hex" } },
    { "emv_udk.csv", { "imk_hex" } },     { "ibm3624.csv", { "pvk_hex" } },
    { "kcv.csv", { "key_hex" } },         { "pinblock.csv", { "key_hex" } },
    { "pvv.csv", { "pvk_hex" } },         { "tr31.csv", { "kbpk_hex", "key_hex" } },
    { "tr31_kdf.csv", { "kbpk_hex" } },
};

static text built_in(const char *name)
{
    for (int i = 0; i < vector_file_count; i++) {
        if (strcmp(vector_files[i].name, name) == 0) {
            return text_bytes(vector_files[i].content, vector_files[i].len);
        }
    }
    return TEXT_ABSENT;
}

static int check_column(text content, const char *column)
{
    struct csv csv;
    struct csv_row row;
    int at = 0, checked = 0;
    csv_init(&csv, content, NULL);
    csv.row_len_max = SELFTEST_ROW_LEN_MAX;
    csv.field_len_max = SELFTEST_FIELD_LEN_MAX;
    assert_true(csv_next(&csv, &row));
    while (at < row.count && !text_equal(row.fields[at], text_of(column))) {
        at++;
    }
    assert_true(at < row.count);
    while (csv_next(&csv, &row)) {
        text key = row.fields[at];
        if (key.len == 32 || key.len == 48 || key.len == 64) {
            check_published(key);
            checked++;
        }
    }
    assert_null(csv.fault);
    return checked;
}

static void test_vector_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vector_keys / sizeof vector_keys[0]; i++) {
        text content = built_in(vector_keys[i].file);
        assert_true(text_present(content));
        for (size_t j = 0; j < 3 && vector_keys[i].columns[j] != NULL; j++) {
            assert_true(check_column(content, vector_keys[i].columns[j]) > 0);
        }
    }
}

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        bool published;
    } cases[] = {
        { "00000000000000000000000000000000", true },
        { "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", true },
        { "4141414141414141414141414141414141414141414141414141414141414141", true },
        { "000102030405060708090A0B0C0D0E0F", true },
        { "010102020404070708080B0B0D0D0E0E", true }, // with odd parity
        { "000102030405060708090A0B0C0D0E0F1011121314151617", true },
        { "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", true },
        { "F8F9FAFBFCFDFEFF0001020304050607", true },
        { "0F0E0D0C0B0A09080706050403020100", true },
        { "00112233445566778899AABBCCDDEEFF", true },
        { "FFEEDDCCBBAA99887766554433221100", true },
        { "0102030405060708", true },
        { "2222222222222222222222222222222222222222", true }, // 20 bytes, for HMAC
        { "000102030405060708090A0B0C0D0E0D", false },
        { "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1E", false },
        { "00000000000000000000000000000002", false },
        { "0F571C9E7A2B4D6183C5A7E90B1D2F43", false },
        // A third part that is the first again; and one that is not.
        { "01010101010101017902CD1FD36EF8BA0101010101010101", true },
        { "01010101010101017902CD1FD36EF8BA0000000000000000", true },
        { "01010101010101017902CD1FD36EF8BA7902CD1FD36EF8BA", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t key[HEX_BYTES_MAX];
        size_t len = hex_bytes(key, cases[i].key);
        assert_int_equal(published(key, len), cases[i].published);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct secret key;
        assert_int_equal(secret_init_random(&key, (size_t[]){ 16, 24, 32 }[i % 3]), OK);
        assert_false(key_is_published(&key));
        secret_release(&key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_known),
        cmocka_unit_test(test_vector_keys),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
