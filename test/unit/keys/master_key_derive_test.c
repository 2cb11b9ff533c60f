#include "keys/master_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static const uint8_t key_bytes[MASTER_KEY_LEN] = { 0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae,
                                                   0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61,
                                                   0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4 };

static struct master_key *master_of(const uint8_t bytes[MASTER_KEY_LEN])
{
    struct secret key;
    struct master_key *master;
    assert_int_equal(secret_init_copy(&key, bytes, MASTER_KEY_LEN), OK);
    assert_int_equal(master_key_in_memory(&master, &key), OK);
    assert_null(key.at);
    return master;
}

// OpenSSL's own SP 800-108 over CMAC, in its default layout: 32-bit counter, label, 00, context, 32-bit length.
static void derive_by_openssl(uint8_t out[MASTER_KEY_LEN], text label, const uint8_t *context, size_t context_len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "KBKDF", NULL);
    EVP_KDF_CTX *kept = EVP_KDF_CTX_new(kdf);
    assert_non_null(kept);
    char mode[] = "COUNTER", mac[] = "CMAC", cipher[] = "AES-256-CBC";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key_bytes, sizeof key_bytes),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)label.at, label.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)context, context_len),
        OSSL_PARAM_construct_end(),
    };
    assert_int_equal(EVP_KDF_derive(kept, out, MASTER_KEY_LEN, parameters), 1);
    EVP_KDF_CTX_free(kept);
    EVP_KDF_free(kdf);
}

static void test_derive_equals_openssl(void **state)
{
    (void)state;
    enum { LONGEST = MASTER_KEY_CONTEXT_LEN_MAX - 9 };
    static const struct {
        text label;
        size_t context_len;
    } cases[] = {
        { TEXT("key block"), 1 },        { TEXT("key block"), 8 },       { TEXT("key block"), 16 },
        { TEXT("key block"), 17 },       { TEXT("key block"), LONGEST }, { TEXT("k"), 32 },
        { TEXT("another purpose"), 16 },
    };
    struct master_key *master = master_of(key_bytes);
    uint8_t context[LONGEST];
    for (size_t i = 0; i < sizeof context; i++) {
        context[i] = (uint8_t)(i * 7); // a zero among them
    }
    uint8_t all[sizeof cases / sizeof cases[0]][MASTER_KEY_LEN];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t expected[MASTER_KEY_LEN];
        struct secret derived;
        derive_by_openssl(expected, cases[i].label, context, cases[i].context_len);
        assert_int_equal(master_key_derive(master, &derived, cases[i].label, context, cases[i].context_len), OK);
        assert_int_equal(derived.len, MASTER_KEY_LEN);
        assert_memory_equal(derived.at, expected, MASTER_KEY_LEN);
        memcpy(all[i], derived.at, MASTER_KEY_LEN);
        secret_release(&derived);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(all[i], all[j], MASTER_KEY_LEN);
        }
    }
    assert_string_equal(master_key_provider_name(master), "software");
    master_key_free(master);
}

static void test_check_value(void **state)
{
    (void)state;
    // printf of 16 zero bytes | openssl mac -cipher AES-256-CBC -macopt hexkey:603d...dff4 CMAC
    static const uint8_t expected[MASTER_KEY_CHECK_LEN] = { 0x1a, 0x0b, 0x2d, 0xf2, 0x67 };
    uint8_t check_value[MASTER_KEY_CHECK_LEN];
    struct master_key *master = master_of(key_bytes);
    assert_int_equal(master_key_check_value(master, check_value), OK);
    assert_memory_equal(check_value, expected, sizeof expected);
    master_key_free(master);
}

// A provider that answers a few times and then is gone.

struct failing {
    int good_count;
    bool is_closed;
};

static status failing_mac(void *context, uint8_t out[CMAC_LEN], const void *message, size_t len)
{
    (void)message;
    (void)len;
    struct failing *failing = context;
    memset(out, 0xA5, CMAC_LEN);
    return failing->good_count-- > 0 ? OK : KEY_UNAVAILABLE;
}

static void failing_close(void *context)
{
    ((struct failing *)context)->is_closed = true;
}

static void test_provider_fails(void **state)
{
    (void)state;
    static const struct master_key_provider provider = { "failing", failing_mac, failing_close };
    for (int good_count = 0; good_count < 2; good_count++) {
        struct failing failing = { .good_count = good_count };
        struct master_key *master;
        struct secret derived;
        assert_int_equal(master_key_new(&master, &provider, &failing), OK);
        assert_int_equal(master_key_derive(master, &derived, TEXT("key block"), "1", 1), KEY_UNAVAILABLE);
        assert_null(derived.at);
        uint8_t check_value[MASTER_KEY_CHECK_LEN];
        assert_int_equal(master_key_check_value(master, check_value), KEY_UNAVAILABLE);
        assert_false(failing.is_closed);
        master_key_free(master);
        assert_true(failing.is_closed);
    }
    master_key_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derive_equals_openssl),
        cmocka_unit_test(test_check_value),
        cmocka_unit_test(test_provider_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
