#include "crypto/dukpt_tdes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

#define BDK     "0123456789ABCDEFFEDCBA9876543210"

// The initial key of FFFF9876543210E00000, as X9.24-1:2009 prints it.
#define INITIAL "6AC292FAA1315B4D858AB3A3D7D5933A"

static void test_initial_key(void **state)
{
    (void)state;
    static const char *const serials[] = { "FFFF9876543210E00000", "FFFF9876543210E00001", "FFFF9876543210FFFFFF" };
    struct secret bdk, key;
    hex_secret(&bdk, BDK);
    uint8_t ksn[DUKPT_TDES_KSN_LEN];
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        hex_take(ksn, sizeof ksn, serials[i]);
        assert_int_equal(dukpt_tdes_initial_key(&key, &bdk, ksn), OK);
        assert_hex_equal(key.at, key.len, INITIAL);
        secret_release(&key);
    }
    bdk.len = 8;
    assert_int_equal(dukpt_tdes_initial_key(&key, &bdk, ksn), INVALID_INPUT);
    assert_null(key.at);
    secret_release(&bdk);
}

static void test_working_keys(void **state)
{
    (void)state;
    // Values that several independent implementations publish for the keys of X9.24-1:2009, A.4; that of the response's
    // data comes from a calculation apart from this program.
    static const struct {
        const char *ksn, *transaction_key;
        enum dukpt_tdes_usage usage;
        const char *key;
    } cases[] = {
        { "FFFF9876543210E00001", "042666B49184CFA368DE9628D0397BC9", DUKPT_TDES_PIN,
          "042666B49184CF5C68DE9628D0397B36" },
        { "FFFF9876543210E00001", "042666B49184CFA368DE9628D0397BC9", DUKPT_TDES_MAC_REQUEST,
          "042666B4918430A368DE9628D03984C9" },
        { "FFFF9876543210E00001", "042666B49184CFA368DE9628D0397BC9", DUKPT_TDES_MAC_RESPONSE,
          "042666B46E84CFA368DE96282F397BC9" },
        { "FFFF9876543210E00001", "042666B49184CFA368DE9628D0397BC9", DUKPT_TDES_DATA_REQUEST,
          "448D3F076D8304036A55A3D7E0055A78" },
        { "FFFF9876543210E00001", "042666B49184CFA368DE9628D0397BC9", DUKPT_TDES_DATA_RESPONSE,
          "AD7BFC8B06AD3A08A560B4105CF8D9E5" },
        { "FFFF9876543210E00002", "C46551CEF9FD24B0AA9AD834130D3BC7", DUKPT_TDES_DATA_REQUEST,
          "F1BE73B36135C5C26CF937D50ABBE5AF" },
        { "FFFF9876543210E00003", "0DF3D9422ACA56E547676D07AD6BADFA", DUKPT_TDES_PIN,
          "0DF3D9422ACA561A47676D07AD6BAD05" },
        { "FFFF9876543210E00003", "0DF3D9422ACA56E547676D07AD6BADFA", DUKPT_TDES_DATA_REQUEST,
          "EEEEF522C67239E4A2A65FEBF4C511F4" },
    };
    struct secret initial;
    hex_secret(&initial, INITIAL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret transaction_key, key;
        uint8_t ksn[DUKPT_TDES_KSN_LEN];
        hex_take(ksn, sizeof ksn, cases[i].ksn);
        assert_int_equal(dukpt_tdes_transaction_key(&transaction_key, &initial, ksn), OK);
        assert_hex_equal(transaction_key.at, transaction_key.len, cases[i].transaction_key);
        assert_int_equal(dukpt_tdes_working_key(&key, &transaction_key, cases[i].usage), OK);
        assert_hex_equal(key.at, key.len, cases[i].key);
        secret_release(&key);
        transaction_key.len = 15;
        assert_int_equal(dukpt_tdes_working_key(&key, &transaction_key, cases[i].usage), INVALID_INPUT);
        assert_null(key.at);
        secret_release(&transaction_key);
    }
    secret_release(&initial);
}

static void test_counters(void **state)
{
    (void)state;
    static const struct {
        const char *ksn;
        bool valid;
    } cases[] = {
        { "FFFF9876543210E00000", false }, // the initial key's
        { "FFFF9876543210E00001", true },  { "FFFF9876543210E003FF", true },
        { "FFFF9876543210E007FF", false }, // eleven
        { "FFFF9876543210FFF800", true },  { "FFFF9876543210FFFC00", false },
        { "FFFF9876543210FF8000", true },  { "FFFF9876543210FFFFFF", false },
    };
    struct secret initial, key;
    hex_secret(&initial, INITIAL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t ksn[DUKPT_TDES_KSN_LEN];
        hex_take(ksn, sizeof ksn, cases[i].ksn);
        assert_int_equal(dukpt_tdes_ksn_valid(ksn), cases[i].valid);
        assert_int_equal(dukpt_tdes_transaction_key(&key, &initial, ksn), cases[i].valid ? OK : INVALID_INPUT);
        assert_int_equal(key.len, cases[i].valid ? DUKPT_TDES_KEY_LEN : 0);
        secret_release(&key);
    }
    uint8_t ksn[DUKPT_TDES_KSN_LEN] = { 0xFF, [9] = 1 };
    initial.len = 8;
    assert_int_equal(dukpt_tdes_transaction_key(&key, &initial, ksn), INVALID_INPUT);
    secret_release(&initial);
}

// A terminal's whole life: each counter of 21 bits with one to ten of them set, rising.
static void test_next(void **state)
{
    (void)state;
    enum { COUNTERS = 1048575 }; // the sum of 21 over k, for k = 1 to 10: half of 2^21, less zero
    uint8_t ksn[DUKPT_TDES_KSN_LEN], last[DUKPT_TDES_KSN_LEN];
    hex_take(ksn, sizeof ksn, "FFFF9876543210E00000");
    uint32_t before = 0;
    int count = 0;
    while (dukpt_tdes_ksn_next(ksn)) {
        uint32_t counter = dukpt_tdes_counter(ksn);
        if (counter <= before || !dukpt_tdes_ksn_valid(ksn)) {
            fail_msg("after %06x came %06x", before, counter);
        }
        before = counter;
        count++;
    }
    assert_int_equal(count, COUNTERS);
    assert_hex_equal(ksn, sizeof ksn, "FFFF9876543210FFF800");
    memcpy(last, ksn, sizeof last);
    assert_false(dukpt_tdes_ksn_next(ksn));
    assert_memory_equal(ksn, last, sizeof last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_initial_key),
        cmocka_unit_test(test_working_keys),
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
