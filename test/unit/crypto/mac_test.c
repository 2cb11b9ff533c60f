#include "crypto/mac.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

enum { BYTES_MAX = 256 };

// A piece of a vector: hexadecimal, or one byte repeated.
struct piece {
    const char *hex;
    uint8_t byte;
    size_t repeat;
};

static size_t piece_bytes(uint8_t out[BYTES_MAX], struct piece piece)
{
    if (piece.hex == NULL) {
        memset(out, piece.byte, piece.repeat);
        return piece.repeat;
    }
    size_t len = strlen(piece.hex) / 2;
    assert_true(len <= BYTES_MAX && bytes_from_hex(out, len, text_of(piece.hex)));
    return len;
}

static void assert_hex(const uint8_t *bytes, size_t len, const char *expected)
{
    char hex[2 * BYTES_MAX + 1] = "";
    bytes_to_hex(hex, bytes, len);
    assert_string_equal(hex, expected);
}

static void test_sha256(void **state)
{
    (void)state;
    uint8_t out[SHA256_LEN];
    // FIPS 180-2, appendix B.1 and B.2, and the digest of nothing.
    assert_int_equal(sha256(out, (struct bytes_view[]){ { "abc", 3 } }, 1), OK);
    assert_hex(out, SHA256_LEN, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const struct bytes_view pieces[] = {
        { "abcdbcdecdefdefgefghfghighij", 28 },
        { NULL, 0 },
        { "hijkijkljklmklmnlmnomnopnopq", 28 },
    };
    assert_int_equal(sha256(out, pieces, 3), OK);
    assert_hex(out, SHA256_LEN, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_int_equal(sha256(out, NULL, 0), OK);
    assert_hex(out, SHA256_LEN, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_hmac(void **state)
{
    (void)state;
    // RFC 4231, test cases 1 to 4, 6 and 7.
    static const struct {
        struct piece key, data;
        const char *mac;
    } cases[] = {
        { { NULL, 0x0b, 20 },
          { "4869205468657265", 0, 0 },
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { { "4a656665", 0, 0 },
          { "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 0, 0 },
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { { NULL, 0xaa, 20 }, { NULL, 0xdd, 50 }, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
        { { "0102030405060708090a0b0c0d0e0f10111213141516171819", 0, 0 },
          { NULL, 0xcd, 50 },
          "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
        { { NULL, 0xaa, 131 },
          { "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
            "65204b6579202d2048617368204b6579204669727374",
            0, 0 },
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        { { NULL, 0xaa, 131 },
          { "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e"
            "642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f206265"
            "20686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
            0, 0 },
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t key_bytes[BYTES_MAX], data[BYTES_MAX], out[SHA256_LEN];
        struct secret key;
        struct hmac *hmac;
        assert_int_equal(secret_init_copy(&key, key_bytes, piece_bytes(key_bytes, cases[i].key)), OK);
        size_t len = piece_bytes(data, cases[i].data);
        assert_int_equal(hmac_new(&hmac, &key), OK);
        secret_release(&key); // the context does not need it any more
        // Whole, in two pieces, and again after another message.
        assert_int_equal(hmac_compute(hmac, out, (struct bytes_view[]){ { data, len } }, 1), OK);
        assert_hex(out, SHA256_LEN, cases[i].mac);
        assert_int_equal(hmac_compute(hmac, out, (struct bytes_view[]){ { "another", 7 } }, 1), OK);
        assert_int_equal(hmac_compute(hmac, out, (struct bytes_view[]){ { data, 3 }, { data + 3, len - 3 } }, 2), OK);
        assert_hex(out, SHA256_LEN, cases[i].mac);
        hmac_free(hmac);
    }
    hmac_free(NULL);
}

static void test_cmac(void **state)
{
    (void)state;
    // NIST SP 800-38B, examples D.1 to D.3 (the first is RFC 4493, section 4): 0, 16, 40 and 64 bytes of one message.
    static const char message_hex[] =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    static const size_t lens[4] = { 0, 16, 40, 64 };
    static const struct {
        const char *key;
        const char *macs[4];
    } cases[] = {
        { "2b7e151628aed2a6abf7158809cf4f3c",
          { "bb1d6929e95937287fa37d129b756746", "070a16b46b4d4144f79bdd9dd04a287c", "dfa66747de9ae63030ca32611497c827",
            "51f0bebf7e3b9d92fc49741779363cfe" } },
        { "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
          { "d17ddf46adaacde531cac483de7a9367", "9e99a7bf31e710900662f65e617c5184", "8a1de5be2eb31aad089a82e6ee908b0e",
            "a1d5df0eed790f794d77589659f39a11" } },
        { "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
          { "028962f61b7bf89efc6b551f4667d983", "28a7023f452e8f82bd4bf28d8c37c35c", "aaf3d8f1de5640c232f5b169b9c911e6",
            "e1992190549f6ed5696a2c056c315410" } },
    };
    uint8_t message[64];
    assert_true(bytes_from_hex(message, sizeof message, text_of(message_hex)));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t key_bytes[32], out[CMAC_LEN];
        size_t key_len = strlen(cases[i].key) / 2;
        struct secret key;
        assert_true(bytes_from_hex(key_bytes, key_len, text_of(cases[i].key)));
        assert_int_equal(secret_init_copy(&key, key_bytes, key_len), OK);
        for (int j = 0; j < 4; j++) {
            assert_int_equal(cmac_aes(out, &key, message, lens[j]), OK);
            assert_hex(out, CMAC_LEN, cases[i].macs[j]);
        }
        secret_release(&key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_cmac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
