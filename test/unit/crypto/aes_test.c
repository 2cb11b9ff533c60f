#include "crypto/aes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

// FIPS 197, appendix C.
static const struct {
    const char *key, *plain, *cipher;
} vectors[] = {
    { "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "69C4E0D86A7B0430D8CDB78070B4C55A" },
    { "000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
      "DDA97CA4864CDFE06EAF70A0EC0D7191" },
    { "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF",
      "8EA2B7CA516745BFEAFC49904B496089" },
};

// Each block twice, and in place, so that neither chaining nor a block held back goes unseen.
static void test_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct secret key;
        hex_secret(&key, vectors[i].key);
        struct aes *aes;
        uint8_t data[2 * AES_BLOCK_LEN];
        assert_true(aes_key_fits(&key));
        assert_int_equal(aes_new(&aes, &key), OK);
        secret_release(&key);
        for (int run = 0; run < 2; run++) {
            hex_take(data, AES_BLOCK_LEN, vectors[i].plain);
            hex_take(data + AES_BLOCK_LEN, AES_BLOCK_LEN, vectors[i].plain);
            assert_int_equal(aes_encrypt(aes, data, data, sizeof data), OK);
            assert_hex_equal(data, AES_BLOCK_LEN, vectors[i].cipher);
            assert_hex_equal(data + AES_BLOCK_LEN, AES_BLOCK_LEN, vectors[i].cipher);
            assert_int_equal(aes_decrypt(aes, data, data, sizeof data), OK);
            assert_hex_equal(data, AES_BLOCK_LEN, vectors[i].plain);
            assert_hex_equal(data + AES_BLOCK_LEN, AES_BLOCK_LEN, vectors[i].plain);
        }
        aes_free(aes);
    }
}

static void test_key_lengths(void **state)
{
    (void)state;
    aes_free(NULL);
    for (size_t len = 0; len <= 40; len++) {
        bool fits = len == 16 || len == 24 || len == 32;
        assert_int_equal(aes_key_fits(&(struct secret){ NULL, len }), fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_key_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
