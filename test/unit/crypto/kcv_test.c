#include "crypto/kcv.h"

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
        enum kcv_method method;
        const char *key, *value; // NULL: refused
    } cases[] = {
        // kcv.csv
        { KCV_TDES_ECB, "E6F1081FEA4C402CC192B65DE367EC3E", "212CF9158251CDD3" },
        { KCV_TDES_ECB, "0123456789ABCDEFFEDCBA9876543210", "08D7B4" },
        { KCV_TDES_ECB, "8765432187654321", "AAB151" },
        { KCV_AES_CMAC, "3F419E1CB7079442AA37474C2EFBF8B8", "08793E25AB" },
        // The zeros of GCM (McGrew and Viega, test cases 1, 7 and 13): H is AES of zeros.
        { KCV_AES_ECB, "00000000000000000000000000000000", "66E94BD4EF8A2C3B" },
        { KCV_AES_ECB, "000000000000000000000000000000000000000000000000", "AAE06992ACBF52A3" },
        { KCV_AES_ECB, "0000000000000000000000000000000000000000000000000000000000000000", "DC95C078A2408989" },
        // SP 800-38B, appendix D.1: AES(0) under its key.
        { KCV_AES_ECB, "2B7E151628AED2A6ABF7158809CF4F3C", "7DF76B0C1AB899B3" },
        { KCV_TDES_ECB, "", NULL },
        { KCV_TDES_ECB, "01234567", NULL },
        { KCV_TDES_ECB, "0123456789ABCDEFFEDCBA98", NULL },
        { KCV_TDES_ECB, "0123456789ABCDEFFEDCBA98765432100123456789ABCDEFFEDCBA9876543210", NULL },
        { KCV_AES_CMAC, "8765432187654321", NULL },
        { KCV_AES_ECB, "8765432187654321", NULL },
        { KCV_AES_ECB, "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret key;
        uint8_t value[KCV_LEN_MAX];
        hex_secret(&key, cases[i].key);
        status result = kcv_compute(value, cases[i].method, &key);
        assert_int_equal(result, cases[i].value != NULL ? OK : INVALID_INPUT);
        if (result == OK) {
            assert_hex_equal(value, strlen(cases[i].value) / 2, cases[i].value);
        }
        secret_release(&key);
    }
}

static void test_methods(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t len;
    } methods[] = { { "tdes_ecb", 3 }, { "aes_cmac", 5 }, { "aes_ecb", 3 } };
    enum kcv_method method;
    for (int i = 0; i < KCV_METHOD_COUNT; i++) {
        assert_string_equal(kcv_method_name((enum kcv_method)i), methods[i].name);
        assert_int_equal(kcv_len((enum kcv_method)i), methods[i].len);
        assert_true(kcv_method_parse(&method, text_of(methods[i].name)));
        assert_int_equal(method, i);
    }
    assert_false(kcv_method_parse(&method, TEXT("TDES_ECB")));
    assert_false(kcv_method_parse(&method, TEXT("")));
    assert_false(kcv_method_parse(&method, TEXT_ABSENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_known), cmocka_unit_test(test_methods) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
