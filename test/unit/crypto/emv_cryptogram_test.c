#include "crypto/emv_cryptogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

#define SESSION_KEY "3E736BF8D37664348A04E3ABE00DEFC1"

// pyemv tests/test_ac_hsm.py.
static const struct {
    const char *message;
    enum mac_padding padding;
    const char *cryptogram;
} cryptograms[] = {
    { "0123456789ABCDEF0123456789ABCDEF", MAC_PADDING_2, "4B46013359B7A58B" },
    { "0123456789ABCDEF0123456789ABCDEF01", MAC_PADDING_1, "2E141C6BC4A20DA8" },
    { "0123456789ABCDEF0123456789ABCDEF", MAC_PADDING_1, "922F3E83125EB46B" },
};

static void test_cryptogram(void **state)
{
    (void)state;
    struct secret key;
    hex_secret(&key, SESSION_KEY);
    for (size_t i = 0; i < sizeof cryptograms / sizeof cryptograms[0]; i++) {
        uint8_t message[32], cryptogram[EMV_CRYPTOGRAM_LEN];
        size_t len = hex_take(message, sizeof message, cryptograms[i].message);
        for (size_t cut = 0; cut <= len; cut++) { // the pieces' bounds do not matter
            const struct bytes_view pieces[] = { { message, cut }, { NULL, 0 }, { message + cut, len - cut } };
            const struct emv_cryptogram_data data = { pieces, 3, cryptograms[i].padding };
            assert_int_equal(emv_cryptogram(cryptogram, &key, &data), OK);
            assert_hex_equal(cryptogram, sizeof cryptogram, cryptograms[i].cryptogram);
        }
    }
    secret_release(&key);
}

static void test_verify(void **state)
{
    (void)state;
    struct secret key;
    hex_secret(&key, SESSION_KEY);
    uint8_t message[32], cryptogram[EMV_CRYPTOGRAM_LEN];
    const struct bytes_view piece = { message, hex_take(message, sizeof message, cryptograms[0].message) };
    const struct emv_cryptogram_data data = { &piece, 1, cryptograms[0].padding };
    hex_take(cryptogram, sizeof cryptogram, cryptograms[0].cryptogram);
    bool valid = false;
    assert_int_equal(emv_cryptogram_verify(&valid, &key, &data, cryptogram), OK);
    assert_true(valid);
    for (size_t bit = 0; bit < 8 * sizeof cryptogram; bit++) {
        cryptogram[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(emv_cryptogram_verify(&valid, &key, &data, cryptogram), OK);
        assert_false(valid);
        cryptogram[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * piece.len; bit++) {
        message[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(emv_cryptogram_verify(&valid, &key, &data, cryptogram), OK);
        assert_false(valid);
        message[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    secret_release(&key);
}

static void test_arpc(void **state)
{
    (void)state;
    // pyemv tests/test_kd_hsm.py (test_derive_common_sk, test_derive_icc_mk_b_sha_pad) and test_ac_hsm.py; jPOS
    // JCESecurityModuleTest.
    static const struct {
        const char *key, *arqc, *arc, *csu, *proprietary, *arpc;
    } cases[] = {
        { "C7AEDF49AEF2F146D692400E0B851A8F", "19C1FBC83EBDC0D5", "0000", NULL, NULL, "C3620580668E5B65" },
        { "DCE992BCE398C264F7858AFD4C4A324A", "26C8A1042D1CAF3E", "3030", NULL, NULL, "98DE7C7B3D80A831" },
        { SESSION_KEY, "4B46013359B7A58B", NULL, "00000000", "", "7DFB1188" },
        { SESSION_KEY, "4B46013359B7A58B", NULL, "00000000", "1234567890ABCDEF", "4962B76C" },
        { "512CE0EC80A45DAB49D5B59492E59BD9", "8CAD6F2489C640B1", NULL, "00000000", "12345678", "E39F1876" },
        { "F2A75194C2B954A4163E9886BCA45473", "36DBEE15F36B1E7F", NULL, "00120000", "", "332CD266" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret key;
        hex_secret(&key, cases[i].key);
        uint8_t arqc[EMV_CRYPTOGRAM_LEN], answer[EMV_CSU_LEN], extra[EMV_PROPRIETARY_LEN_MAX], arpc[EMV_CRYPTOGRAM_LEN];
        hex_take(arqc, sizeof arqc, cases[i].arqc);
        if (cases[i].arc != NULL) {
            hex_take(answer, sizeof answer, cases[i].arc);
            assert_int_equal(emv_arpc_1(arpc, &key, arqc, answer), OK);
            assert_hex_equal(arpc, EMV_CRYPTOGRAM_LEN, cases[i].arpc);
        } else {
            hex_take(answer, sizeof answer, cases[i].csu);
            struct bytes_view proprietary = { extra, hex_take(extra, sizeof extra, cases[i].proprietary) };
            assert_int_equal(emv_arpc_2(arpc, &key, arqc, answer, proprietary), OK);
            assert_hex_equal(arpc, EMV_ARPC_SHORT_LEN, cases[i].arpc);
        }
        secret_release(&key);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const keys[] = { "0123456789ABCDEF", "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
                                        "0123456789ABCDEF0123456789ABCD" };
    const uint8_t bytes[EMV_PROPRIETARY_LEN_MAX + 1] = { 0 };
    uint8_t out[EMV_CRYPTOGRAM_LEN];
    const struct bytes_view piece = { bytes, sizeof bytes };
    const struct emv_cryptogram_data data = { &piece, 1, MAC_PADDING_2 };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct secret key;
        hex_secret(&key, keys[i]);
        bool valid = true;
        assert_int_equal(emv_cryptogram(out, &key, &data), INVALID_INPUT);
        assert_int_equal(emv_cryptogram_verify(&valid, &key, &data, bytes), INVALID_INPUT);
        assert_false(valid);
        assert_int_equal(emv_arpc_1(out, &key, bytes, bytes), INVALID_INPUT);
        assert_int_equal(emv_arpc_2(out, &key, bytes, bytes, (struct bytes_view){ 0 }), INVALID_INPUT);
        secret_release(&key);
    }
    struct secret key;
    hex_secret(&key, SESSION_KEY);
    assert_int_equal(emv_arpc_2(out, &key, bytes, bytes, piece), INVALID_INPUT);
    secret_release(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cryptogram),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_arpc),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
