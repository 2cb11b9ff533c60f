#include "crypto/aead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

enum { BYTES_MAX = 128 };

static size_t from_hex(uint8_t out[BYTES_MAX], const char *hex)
{
    size_t len = strlen(hex) / 2;
    assert_true(len <= BYTES_MAX && bytes_from_hex(out, len, text_of(hex)));
    return len;
}

// "Random" bytes that a test chooses: the nonce.
static void given_bytes(void *context, void *out, size_t len)
{
    assert_int_equal(len, AEAD_NONCE_LEN);
    memcpy(out, context, len);
}

static struct aead *new_aead(const char *key_hex)
{
    uint8_t bytes[BYTES_MAX];
    struct secret key;
    struct aead *aead;
    assert_int_equal(secret_init_copy(&key, bytes, from_hex(bytes, key_hex)), OK);
    assert_int_equal(aead_new(&aead, &key), OK);
    secret_release(&key);
    return aead;
}

// The vectors of the GCM submission to NIST (McGrew and Viega), test cases 13 to 16: AES-256, 96-bit nonce.
#define KEY_16 "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define PLAIN_16                                                                                                       \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657" \
    "ba637b39"
#define CIPHER_16                                                                                                      \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a" \
    "bcc9f662"

static const struct {
    const char *key, *nonce, *plain, *associated, *cipher, *tag;
} cases[] = {
    { "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "",
      "530f8afbc74536b9a963b4f1c4cb738b" },
    { "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
      "00000000000000000000000000000000", "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
    { KEY_16, "cafebabefacedbaddecaf888", PLAIN_16 "1aafd255", "", CIPHER_16 "898015ad",
      "b094dac5d93471bdec1a502270e3cc6c" },
    { KEY_16, "cafebabefacedbaddecaf888", PLAIN_16, "feedfacedeadbeeffeedfacedeadbeefabaddad2", CIPHER_16,
      "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void test_published_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t nonce[BYTES_MAX], plain[BYTES_MAX], associated[BYTES_MAX], cipher[BYTES_MAX], tag[BYTES_MAX];
        uint8_t sealed[BYTES_MAX], opened[BYTES_MAX];
        from_hex(nonce, cases[i].nonce);
        size_t len = from_hex(plain, cases[i].plain);
        size_t associated_len = from_hex(associated, cases[i].associated);
        assert_int_equal(from_hex(cipher, cases[i].cipher), len);
        from_hex(tag, cases[i].tag);
        const struct runtime runtime = { .random = given_bytes, .context = nonce };

        struct aead *aead = new_aead(cases[i].key);
        for (int again = 0; again < 2; again++) { // the contexts are kept: the second time is like the first
            assert_int_equal(aead_seal(aead, sealed, &runtime, plain, len, associated, associated_len), OK);
            assert_memory_equal(sealed, nonce, AEAD_NONCE_LEN);
            assert_memory_equal(sealed + AEAD_NONCE_LEN, cipher, len);
            assert_memory_equal(sealed + AEAD_NONCE_LEN + len, tag, AEAD_TAG_LEN);
            assert_int_equal(aead_open(aead, opened, sealed, len + AEAD_OVERHEAD_LEN, associated, associated_len), OK);
            assert_memory_equal(opened, plain, len);
        }
        aead_free(aead);
    }
}

static void test_damage_is_refused(void **state)
{
    (void)state;
    static const char plain[] = "a number in clear", associated[] = "its place";
    const size_t len = sizeof plain, sealed_len = len + AEAD_OVERHEAD_LEN;
    uint8_t sealed[BYTES_MAX], opened[BYTES_MAX];
    const uint8_t wiped[BYTES_MAX] = { 0 };
    struct aead *aead = new_aead(KEY_16);
    struct aead *other = new_aead(cases[0].key);
    assert_int_equal(aead_seal(aead, sealed, &runtime_real, plain, len, associated, sizeof associated), OK);

    for (size_t bit = 0; bit < 8 * sealed_len; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        memset(opened, 0x55, sizeof opened);
        assert_int_equal(aead_open(aead, opened, sealed, sealed_len, associated, sizeof associated), DATA_DAMAGED);
        assert_memory_equal(opened, wiped, len);
        sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (size_t shorter = 0; shorter < sealed_len; shorter++) {
        assert_int_equal(aead_open(aead, opened, sealed, shorter, associated, sizeof associated), DATA_DAMAGED);
    }
    assert_int_equal(aead_open(aead, opened, sealed, sealed_len, associated, sizeof associated - 1), DATA_DAMAGED);
    assert_int_equal(aead_open(aead, opened, sealed, sealed_len, NULL, 0), DATA_DAMAGED);
    assert_int_equal(aead_open(aead, opened, sealed, sealed_len, "its plac!", sizeof associated), DATA_DAMAGED);
    assert_int_equal(aead_open(other, opened, sealed, sealed_len, associated, sizeof associated), DATA_DAMAGED);
    // A refusal leaves the context as good as it was.
    assert_int_equal(aead_open(aead, opened, sealed, sealed_len, associated, sizeof associated), OK);
    assert_memory_equal(opened, plain, len);
    aead_free(other);
    aead_free(aead);
    aead_free(NULL);
}

static void test_nonces_differ(void **state)
{
    (void)state;
    uint8_t first[AEAD_OVERHEAD_LEN + 1], second[AEAD_OVERHEAD_LEN + 1];
    struct aead *aead = new_aead(KEY_16);
    assert_int_equal(aead_seal(aead, first, &runtime_real, "x", 1, NULL, 0), OK);
    assert_int_equal(aead_seal(aead, second, &runtime_real, "x", 1, NULL, 0), OK);
    assert_memory_not_equal(first, second, AEAD_NONCE_LEN);
    aead_free(aead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_damage_is_refused),
        cmocka_unit_test(test_nonces_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
