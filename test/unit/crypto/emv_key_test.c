#include "crypto/emv_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

#define IMK "0123456789ABCDEFFEDCBA9876543210"

static void test_udk(void **state)
{
    (void)state;
    // Published by pyemv (tests/test_cvn_hsm.py, test_kd_hsm.py) are those marked so; the others come from a
    // calculation apart from this program, with another library of ciphers.
    static const struct {
        enum emv_udk_option option;
        const char *pan, *psn, *udk;
    } cases[] = {
        { EMV_UDK_A, "1234567890123456", "00", "154F349D8585CB7F6B0798E9839B10C1" }, // pyemv
        { EMV_UDK_A, "1234567890123456", "", "154F349D8585CB7F6B0798E9839B10C1" },
        { EMV_UDK_A, "12345678", "01", "68A17C6D045B58CDDA077C6D15BA460D" }, // zeros before it
        { EMV_UDK_A, "1234567890123", "01", "8338791F9119E0AD200473F84A6B79C7" },
        { EMV_UDK_A, "1234567890123456789", "07", "FBD9254F54980D89FB70975E20548A19" },
        { EMV_UDK_B, "1234567890123456", "00", "154F349D8585CB7F6B0798E9839B10C1" },  // pyemv; as option A
        { EMV_UDK_B, "12345678901234567", "45", "F767ECC2263B2C543775CB62AB6B57D6" }, // pyemv; a zero before it
        { EMV_UDK_B, "1234567890123456789", "07", "A47F322ABA67BF5D4FD62026B304549D" },
        { EMV_UDK_B, "000000000000000005", "23",
          "2608BAA2378C92DAE0948A97E0CD230B" }, // pyemv; 15 decimal digits, then e
        { EMV_UDK_B_FORCED, "1234567890123456", "00", "0286A1B5AB9E31FB3DD38AE3BFD05858" },
        { EMV_UDK_B_FORCED, "123456789012345", "01", "797CF70154913B469E0BFE3245D3C761" },
        { EMV_UDK_B_FORCED, "4000000000000964", "00", "0DB5B65194E5683D2CBFB5FE628F4F0B" }, // 14, then two of a to f
        { EMV_UDK_B_FORCED, "12345678901234567", "45", "F767ECC2263B2C543775CB62AB6B57D6" },
    };
    struct secret imk;
    hex_secret(&imk, IMK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret udk;
        assert_int_equal(emv_udk(&udk, &imk, cases[i].option, text_of(cases[i].pan), text_of(cases[i].psn)), OK);
        assert_hex_equal(udk.at, udk.len, cases[i].udk);
        secret_release(&udk);
    }
    secret_release(&imk);
}

static void test_udk_aes(void **state)
{
    (void)state;
    // AES-ECB of Y and of its complement, with the openssl command.
    static const struct {
        const char *imk, *udk;
    } cases[] = {
        { "000102030405060708090A0B0C0D0E0F", "E91DF4116F1E9503F6544A4386D04CF3" },
        { "000102030405060708090A0B0C0D0E0F1011121314151617", "8A7449E4FB46158411BE4C9D0DE515B901A32A04C5D8FD14" },
        { "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
          "5AAEDC557316910AF7F57C8593DD2557FE0068ABD243A74D272A42B385EF49D0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret imk, udk;
        hex_secret(&imk, cases[i].imk);
        assert_int_equal(emv_udk_aes(&udk, &imk, TEXT("1234567890123456"), TEXT("01")), OK);
        assert_hex_equal(udk.at, udk.len, cases[i].udk);
        secret_release(&udk);
        assert_int_equal(emv_udk_aes(&udk, &imk, TEXT("1234567"), TEXT("01")), INVALID_INPUT);
        imk.len -= 1;
        assert_int_equal(emv_udk_aes(&udk, &imk, TEXT("1234567890123456"), TEXT("01")), INVALID_INPUT);
        assert_null(udk.at);
        secret_release(&imk);
    }
}

static void test_udk_refused(void **state)
{
    (void)state;
    static const struct {
        const char *imk, *pan, *psn;
    } cases[] = {
        { IMK, "1234567", "00" },
        { IMK, "12345678901234567890", "00" },
        { IMK, "", "00" },
        { IMK, "123456789012345A", "00" },
        { IMK, "1234567890123456", "0" },
        { IMK, "1234567890123456", "000" },
        { IMK, "1234567890123456", "0A" },
        { "0123456789ABCDEF", "1234567890123456", "00" },
        { IMK "01", "1234567890123456", "00" },
        { IMK "0123456789ABCDEF", "1234567890123456", "00" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int option = EMV_UDK_A; option <= EMV_UDK_B_FORCED; option++) {
            struct secret imk, udk;
            hex_secret(&imk, cases[i].imk);
            assert_int_equal(
                emv_udk(&udk, &imk, (enum emv_udk_option)option, text_of(cases[i].pan), text_of(cases[i].psn)),
                INVALID_INPUT);
            assert_null(udk.at);
            secret_release(&imk);
        }
    }
}

static void test_session(void **state)
{
    (void)state;
    // jPOS JCESecurityModuleTest (ATC 3456) and pyemv tests/test_cvn_hsm.py.
    static const struct {
        enum emv_session session;
        const char *udk;
        struct emv_session_input input;
        const char *key;
    } cases[] = {
        { EMV_SESSION_NONE, "DCE992BCE398C264F7858AFD4C4A324A", { .atc = { 1 } }, "DCE992BCE398C264F7858AFD4C4A324A" },
        { EMV_SESSION_COMMON_ATC,
          "DCE992BCE398C264F7858AFD4C4A324A",
          { { 0x34, 0x56 }, { 0x11, 0x11, 0x11, 0x11 }, { 1 } },
          "F2A75194C2B954A4163E9886BCA45473" },
        { EMV_SESSION_MCHIP,
          "DCE992BCE398C264F7858AFD4C4A324A",
          { { 0x34, 0x56 }, { 0x11, 0x11, 0x11, 0x11 }, { 1 } },
          "68E9A15BBCF283EF0164F7E6C44C4325" },
        { EMV_SESSION_COMMON_ARQC,
          "94F867167C64EF3EEAB0CB627A7A3480",
          { { 0x34, 0x56 }, { 0x11 }, { 0x7A, 0x78, 0x8E, 0xA6, 0xB8, 0xA3, 0xE7, 0x33 } },
          "B97A1C1FCE087C3B6820B52F62AB7667" },
        { EMV_SESSION_VISA,
          "19296D4CD626859E8AADDF0B2AAB8FEA",
          { .atc = { 0x00, 0x1C } },
          "19296D4CD62685838AADDF0B2AAB7008" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret udk, key;
        hex_secret(&udk, cases[i].udk);
        assert_int_equal(emv_session_key(&key, &udk, cases[i].session, &cases[i].input), OK);
        assert_hex_equal(key.at, key.len, cases[i].key);
        secret_release(&key);
        udk.len -= 1;
        assert_int_equal(emv_session_key(&key, &udk, cases[i].session, &cases[i].input), INVALID_INPUT);
        assert_null(key.at);
        secret_release(&udk);
    }
}

static void test_tree(void **state)
{
    (void)state;
    // pyemv tests/test_kd_hsm.py; no key comes of a tree that has fewer leaves than there are ATCs.
    static const struct {
        int height, branch;
        status expected;
        const char *key;
    } cases[] = {
        { 8, 4, OK, "D579C8A4927589017FA1739B2C853BAD" },
        { 16, 2, OK, "2086F81AAB731FF8CED9BF6DA7191CA2" },
        { 7, 4, INVALID_INPUT, NULL },
        { 15, 2, INVALID_INPUT, NULL },
        { 17, 2, INVALID_INPUT, NULL },
        { 1, 255, INVALID_INPUT, NULL },
        { 2, 255, INVALID_INPUT, NULL }, // 65025
        { 2, 256, INVALID_INPUT, NULL },
        { 16, 1, INVALID_INPUT, NULL },
        { 16, 0, INVALID_INPUT, NULL },
        { -8, 4, INVALID_INPUT, NULL },
        { 8, -4, INVALID_INPUT, NULL },
    };
    const uint8_t atc[EMV_ATC_LEN] = { 0x00, 0xFF };
    struct secret udk, key;
    hex_secret(&udk, "0123456789ABCDEF0123456789ABCDEF");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct emv_tree tree = { .height = cases[i].height, .branch = cases[i].branch };
        memset(tree.iv, 0xF0, sizeof tree.iv);
        assert_int_equal(emv_session_key_tree(&key, &udk, atc, &tree), cases[i].expected);
        if (cases[i].key != NULL) {
            assert_hex_equal(key.at, key.len, cases[i].key);
        } else {
            assert_null(key.at);
        }
        secret_release(&key);
    }
    secret_release(&udk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_udk),     cmocka_unit_test(test_udk_aes), cmocka_unit_test(test_udk_refused),
        cmocka_unit_test(test_session), cmocka_unit_test(test_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
