#include "keys/component.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/hex.h"

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        size_t len;
        status expected;
    } cases[] = {
        { "000102030405060708090a0b0c0d0e0f", 16, OK },
        { "0001 0203 0405 0607 0809 0A0B 0C0D 0E0F", 16, OK },
        { "0001-0203-0405-0607  0809-0a0B-0C0d-0E0f ", 16, OK },
        { "0 0 0 1 0 2 0 3 0 4 0 5 0 6 0 7 0 8 0 9 0 A 0 B 0 C 0 D 0 E 0 F", 16, OK },
        { "000102030405060708090a0b0c0d0e0f", 24, COMPONENT_INVALID }, // too short for it
        { "000102030405060708090a0b0c0d0e0f", 32, COMPONENT_INVALID }, // half of a key
        { "000102030405060708090a0b0c0d0e0f00", 16, COMPONENT_INVALID },
        { "000102030405060708090a0b0c0d0e0", 16, COMPONENT_INVALID },
        { "000102030405060708090a0b0c0d0e0g", 16, COMPONENT_INVALID },
        { "0001:0203:0405:0607:0809:0A0B:0C0D:0E0F", 16, COMPONENT_INVALID },
        { "", 16, COMPONENT_INVALID },
        { "00000000000000000000000000000000", 16, COMPONENT_INVALID },
        { "ffffffffffffffffffffffffffffffff", 16, COMPONENT_INVALID },
        { "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5", 16, COMPONENT_INVALID },
        { "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a4", 16, OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret component = { 0 };
        assert_int_equal(component_parse(&component, text_of(cases[i].typed), cases[i].len), cases[i].expected);
        assert_int_equal(component.len, cases[i].expected == OK ? cases[i].len : 0);
        if (i < 4) {
            for (size_t j = 0; j < 16; j++) {
                assert_int_equal(component.at[j], j);
            }
        }
        secret_release(&component);
    }
}

#define A "0123456789abcdeffedcba9876543210"
#define B "ff00ff00ff00ff000f0f0f0f0f0f0f0f"
#define C "00000000000000000000000000000001"
#define D "80000000000000000000000000000000"

static void test_join(void **state)
{
    (void)state;
    static const struct {
        const char *parts[5], *key; // NULL: refused
    } cases[] = {
        { { A, B }, "fe23ba6776ab32eff1d3b597795b3d1f" }, // by hand: 01^ff, 23^00, 45^ff, ...
        { { B, A }, "fe23ba6776ab32eff1d3b597795b3d1f" },
        { { A, B, C }, "fe23ba6776ab32eff1d3b597795b3d1e" },
        { { A, B, C, D }, "7e23ba6776ab32eff1d3b597795b3d1e" },
        { { A }, NULL },
        { { A, B, C, D, "00000000000000000000000000000002" }, NULL },
        { { A, A }, NULL },
        { { A, B, A }, NULL },                                  // the key would be B alone
        { { A, B, "fe23ba6776ab32eff1d3b597795b3d1f" }, NULL }, // together nothing
        { { A, "ff00ff00ff00ff000f0f0f0f0f0f0f0fff00ff00ff00ff00" }, NULL },
        { { A, "00000000000000000000000000000000" }, NULL }, // the key would be A
        { { A, "ffffffffffffffffffffffffffffffff" }, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret parts[5] = { 0 }, key = { 0 };
        int count = 0;
        while (count < 5 && cases[i].parts[count] != NULL) {
            hex_secret(&parts[count], cases[i].parts[count]);
            count++;
        }
        assert_int_equal(components_join(&key, parts, count), cases[i].key != NULL ? OK : COMPONENT_INVALID);
        assert_int_equal(key.len, cases[i].key != NULL ? 16 : 0);
        if (cases[i].key != NULL) {
            assert_hex_equal(key.at, key.len, cases[i].key);
        }
        secret_release(&key);
        while (count > 0) {
            secret_release(&parts[--count]);
        }
    }
}

static void test_make_and_print(void **state)
{
    (void)state;
    char printed[COMPONENT_PRINTED_LEN];
    struct secret component, again;
    assert_int_equal(component_parse(&component, TEXT(A B), 32), OK);
    component_print(printed, &component);
    assert_string_equal(printed, "0123 4567 89AB CDEF FEDC BA98 7654 3210 FF00 FF00 FF00 FF00 0F0F 0F0F 0F0F 0F0F");
    secret_release(&component);
    for (size_t len = 16; len <= 32; len += 8) {
        assert_int_equal(component_make(&component, len), OK);
        component_print(printed, &component);
        assert_int_equal(strlen(printed), len / 2 * 5 - 1);
        assert_int_equal(component_parse(&again, text_of(printed), len), OK);
        assert_memory_equal(again.at, component.at, len);
        secret_release(&component);
        secret_release(&again);
    }
}

static void test_check_values(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        enum kcv_method method;
        const char *expected; // NULL: INVALID_INPUT
    } cases[] = {
        // python-cryptography
        { "000102030405060708090a0b0c0d0e0f", KCV_AES_CMAC, "BE7ED6AE78" },
        { "000102030405060708090a0b0c0d0e0f1011121314151617", KCV_AES_CMAC, "D4FFB80EBF" },
        { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", KCV_AES_CMAC, "377822C093" },
        { "0123456789abcdeffedcba9876543210", KCV_TDES_ECB, "08D7B4" },
        { "0123456789abcdeffedcba987654321089abcdef01234567", KCV_TDES_ECB, "3FD539" },
        { "0123456789abcdeffedcba9876543210"
          "ff",
          KCV_AES_CMAC, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char printed[CHECK_VALUE_PRINTED_LEN];
        struct secret key;
        hex_secret(&key, cases[i].key);
        status result = check_value_compute(printed, cases[i].method, &key);
        assert_int_equal(result, cases[i].expected != NULL ? OK : INVALID_INPUT);
        if (cases[i].expected != NULL) {
            assert_string_equal(printed, cases[i].expected);
        }
        secret_release(&key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_make_and_print),
        cmocka_unit_test(test_check_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
