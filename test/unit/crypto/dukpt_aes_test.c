#include "crypto/dukpt_aes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

// X9.24-3:2017, supplement; AES-192, which it leaves out, from a calculation apart from this program.
static const struct {
    const char *bdk, *initial, *ksn, *transaction_key;
} chains[] = {
    { "FEDCBA9876543210F1F1F1F1F1F1F1F1", "1273671EA26AC29AFA4D1084127652A1", "123456789012345600000001",
      "4F21B565BAD9835E112B6465635EAE44" },
    { "FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210", "5B6DEE2B5B7FABFFA32591F35BF8F23DD9329AE85131E584",
      "123456789012345600000003", "3ED3BB63EC1A12708B97F007FFB39CD9DBB9013BDCD95B68" },
    { "FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210F1F1F1F1F1F1F1F1", NULL, "123456789012345600000001",
      "54AC2B32B145EA4A554CB8BC44B17467063A799856B1CCC2A138D36E8DBF78B3" },
};

static void test_chains(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        struct secret bdk, initial, key;
        hex_secret(&bdk, chains[i].bdk);
        uint8_t ksn[DUKPT_AES_KSN_LEN];
        hex_take(ksn, sizeof ksn, chains[i].ksn);
        assert_int_equal(dukpt_aes_initial_key(&initial, &bdk, ksn), OK);
        if (chains[i].initial != NULL) {
            assert_hex_equal(initial.at, initial.len, chains[i].initial);
        }
        assert_int_equal(dukpt_aes_transaction_key(&key, &initial, ksn), OK);
        assert_hex_equal(key.at, key.len, chains[i].transaction_key);
        secret_release(&key);
        secret_release(&initial);
        bdk.len -= 1;
        assert_int_equal(dukpt_aes_initial_key(&initial, &bdk, ksn), INVALID_INPUT);
        assert_null(initial.at);
        assert_int_equal(dukpt_aes_transaction_key(&key, &bdk, ksn), INVALID_INPUT);
        assert_null(key.at);
        secret_release(&bdk);
    }
}

// The derivation data written out by hand, enciphered with another library; some are in the supplement too.
static const struct {
    enum dukpt_aes_usage usage;
    const char *key; // AES-128, of the first chain's transaction key
} usages[] = {
    { DUKPT_AES_KEY_ENCRYPTION, "36A724B7BEFA5A25F5E7B5782A4554A2" },
    { DUKPT_AES_PIN, "AF8CB133A78F8DC2D1359F18527593FB" },
    { DUKPT_AES_MAC_GENERATION, "A2DC23DE6FDE0824A2BC321E08E4B8B7" },
    { DUKPT_AES_MAC_VERIFICATION, "DBB463945B286C07CD3AD82EE96FD9C9" },
    { DUKPT_AES_MAC_BOTH, "85675439D18D7F1158BD8E3EAA3D502B" },
    { DUKPT_AES_DATA_ENCRYPTION, "A35C412EFD41FDB98B69797C02DCD08F" },
    { DUKPT_AES_DATA_DECRYPTION, "16292C6EA8F64C5420A0584BFBC577BE" },
    { DUKPT_AES_DATA_BOTH, "A308E080DD15A1B741F1721BF67DE11C" },
};

static void test_usages(void **state)
{
    (void)state;
    struct secret transaction_key, key;
    hex_secret(&transaction_key, chains[0].transaction_key);
    uint8_t ksn[DUKPT_AES_KSN_LEN];
    hex_take(ksn, sizeof ksn, chains[0].ksn);
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++) {
        const struct dukpt_aes_working working = { usages[i].usage, DUKPT_AES_KIND_AES_128 };
        assert_int_equal(dukpt_aes_working_key(&key, &transaction_key, ksn, &working), OK);
        assert_hex_equal(key.at, key.len, usages[i].key);
        secret_release(&key);
    }
    secret_release(&transaction_key);
}

static const struct {
    enum dukpt_aes_kind kind;
    const char *key;  // to generate MACs, of the last chain's transaction key
    size_t least_len; // of the key it may come from
} kinds[] = {
    { DUKPT_AES_KIND_TDES_2, "37AC80A9B9AC7FF925CBE359CD697F03", 16 },
    { DUKPT_AES_KIND_TDES_3, "7C00B41F13CB3658D0459E6E40BCC1647EBCEB2038096205", 16 },
    { DUKPT_AES_KIND_AES_128, "F04A1FABD4176E15490CEC82E217A96D", 16 },
    { DUKPT_AES_KIND_AES_192, "BA8A2A77116E1AD9539DA65DFEDD9119FFA433E80853BEAE", 24 },
    { DUKPT_AES_KIND_AES_256, "61DABDF4B340CF461EE860B1D1AB55357142BD2D6977306859CF49AEFE8F1549", 32 },
    { DUKPT_AES_KIND_HMAC_128, "3FFDA0CDC1E6961582D7F6F510FFA80E", 16 },
    { DUKPT_AES_KIND_HMAC_192, "A211A277D6114ABBDCE4533B2E965A33B677B570D9639290", 24 },
    { DUKPT_AES_KIND_HMAC_256, "052E89971FA0A5D2099603D7C67267B6D038D0AE1F4192BF8B189162EEA5F113", 32 },
};

static void test_kinds(void **state)
{
    (void)state;
    struct secret transaction_key, key;
    hex_secret(&transaction_key, chains[2].transaction_key);
    uint8_t ksn[DUKPT_AES_KSN_LEN];
    hex_take(ksn, sizeof ksn, chains[2].ksn);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct dukpt_aes_working working = { DUKPT_AES_MAC_GENERATION, kinds[i].kind };
        assert_int_equal(dukpt_aes_working_key(&key, &transaction_key, ksn, &working), OK);
        assert_hex_equal(key.at, key.len, kinds[i].key);
        secret_release(&key);
        for (size_t len = 0; len < 32; len++) {
            struct secret shorter = { transaction_key.at, len };
            bool fits = (len == 16 || len == 24) && len >= kinds[i].least_len;
            assert_int_equal(dukpt_aes_working_key(&key, &shorter, ksn, &working), fits ? OK : INVALID_INPUT);
            secret_release(&key);
        }
    }
    secret_release(&transaction_key);
}

static void test_counters(void **state)
{
    (void)state;
    static const struct {
        const char *ksn;
        bool valid;
    } cases[] = {
        { "123456789012345600000000", false }, // the initial key's
        { "123456789012345600000001", true },  { "12345678901234560000FFFF", true },
        { "12345678901234560001FFFF", false }, // seventeen
        { "1234567890123456FFFF0000", true },  { "1234567890123456FFFF0001", false },
        { "1234567890123456FFFFFFFF", false }, { "123456789012345680000000", true },
    };
    const struct dukpt_aes_working working = { DUKPT_AES_PIN, DUKPT_AES_KIND_AES_128 };
    struct secret initial, key;
    hex_secret(&initial, chains[0].initial);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        status expected = cases[i].valid ? OK : INVALID_INPUT;
        uint8_t ksn[DUKPT_AES_KSN_LEN];
        hex_take(ksn, sizeof ksn, cases[i].ksn);
        assert_int_equal(dukpt_aes_ksn_valid(ksn), cases[i].valid);
        assert_int_equal(dukpt_aes_transaction_key(&key, &initial, ksn), expected);
        assert_int_equal(key.len, cases[i].valid ? initial.len : 0);
        secret_release(&key);
        assert_int_equal(dukpt_aes_working_key(&key, &initial, ksn, &working), expected);
        secret_release(&key);
    }
    secret_release(&initial);
}

static void test_next(void **state)
{
    (void)state;
    static const struct {
        const char *ksn, *next; // NULL: it was the last
    } cases[] = {
        { "123456789012345600000000", "123456789012345600000001" },
        { "123456789012345600000001", "123456789012345600000002" },
        { "12345678901234560000FFFE", "12345678901234560000FFFF" },
        { "12345678901234560000FFFF", "123456789012345600010000" },
        { "12345678901234560001FFFE", "123456789012345600020000" },
        { "123456789012345601FFFE00", "123456789012345602000000" }, // fifteen set, then a carry
        { "1234567890123456FFFE8000", "1234567890123456FFFF0000" }, // sixteen
        { "1234567890123456FFFF0000", NULL },
        { "1234567890123456FFFFFFFF", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t ksn[DUKPT_AES_KSN_LEN];
        hex_take(ksn, sizeof ksn, cases[i].ksn);
        assert_int_equal(dukpt_aes_ksn_next(ksn), cases[i].next != NULL);
        assert_hex_equal(ksn, sizeof ksn, cases[i].next != NULL ? cases[i].next : cases[i].ksn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains),   cmocka_unit_test(test_usages), cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_counters), cmocka_unit_test(test_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
