#include "crypto/cvc3.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static void test_known(void **state)
{
    (void)state;
    static const struct {
        const char *kd, *track, *iv, *un, *atc, *cvc3;
    } cases[] = {
        // cvc3.csv
        { "6D6425FB9401C21AA1F80451AB85DA3B", "5123456789012345D35121010000000000000F", "11BA", "00000899", "005E",
          "29488" },
        { "319D94E6C173B338FDEACD0115F46D02", "1234567890123456D12012061000110000000F", "E5C1", "00002710", "2710",
          "03518" },
        { "B07F40F7868A32DAE0E3B31A13F815EF", "123456789012345D12012061000110000000", "E340", "00002710", "2710",
          "12612" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tdes *kd = hex_tdes(cases[i].kd);
        struct cvc3_input input;
        uint8_t bytes[HEX_BYTES_MAX];
        char cvc3[CVC3_LEN];
        size_t len = hex_bytes(bytes, cases[i].track);
        assert_int_equal(cvc3_iv(input.iv, kd, (struct bytes_view){ bytes, len }), OK);
        assert_hex_equal(input.iv, CVC3_IV_LEN, cases[i].iv);
        hex_bytes(bytes, cases[i].un);
        memcpy(input.un, bytes, CVC3_UN_LEN);
        hex_bytes(bytes, cases[i].atc);
        memcpy(input.atc, bytes, CVC3_ATC_LEN);
        assert_int_equal(cvc3_compute(cvc3, kd, &input), OK);
        assert_memory_equal(cvc3, cases[i].cvc3, CVC3_LEN);
        for (size_t count = 1; count <= CVC3_LEN; count++) {
            bool right = false;
            assert_int_equal(cvc3_verify(&right, kd, &input, text_of(cases[i].cvc3 + CVC3_LEN - count), count), OK);
            assert_true(right);
        }
        tdes_free(kd);
    }
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        text cvc3;
        size_t count;
        bool right;
    } cases[] = {
        { TEXT("488"), 3, true },  { TEXT("489"), 3, false },   { TEXT("588"), 3, false },  { TEXT("88"), 3, false },
        { TEXT("8"), 3, false },   { TEXT("9488"), 3, false },  { TEXT("294"), 3, false },  { TEXT(""), 3, false },
        { TEXT_ABSENT, 3, false }, { TEXT("8"), 1, true },      { TEXT("29488"), 5, true }, { TEXT("19488"), 5, false },
        { TEXT("488"), 5, false }, { TEXT("00488"), 5, false },
    };
    struct tdes *kd = hex_tdes("6D6425FB9401C21AA1F80451AB85DA3B");
    const struct cvc3_input input = { { 0x11, 0xBA }, { 0x00, 0x00, 0x08, 0x99 }, { 0x00, 0x5E } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool right = !cases[i].right;
        assert_int_equal(cvc3_verify(&right, kd, &input, cases[i].cvc3, cases[i].count), OK);
        assert_int_equal(right, cases[i].right);
    }
    tdes_free(kd);
}

// Track 1 is ASCII: a MAC over its characters, of any length, none too.
static void test_track_1(void **state)
{
    (void)state;
    static const char LINE[] = "B5123456789012345^SUPPLIED/NOT^35121010000000000000";
    struct tdes *kd = hex_tdes("6D6425FB9401C21AA1F80451AB85DA3B");
    for (size_t len = 0; len < sizeof LINE; len++) {
        uint8_t iv[CVC3_IV_LEN], mac[TDES_BLOCK_LEN];
        struct bytes_view track = { LINE, len };
        assert_int_equal(cvc3_iv(iv, kd, track), OK);
        assert_int_equal(tdes_retail_mac(kd, mac, &track, 1, MAC_PADDING_2), OK);
        assert_memory_equal(iv, mac + 6, CVC3_IV_LEN);
    }
    tdes_free(kd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_track_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
