#include "crypto/ibm3624.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hex.h"

static const text USUAL = { "0123456789012345", 16 };

static struct ibm3624_key take_key(struct ibm3624_table *table, const char *pvk, text digits, text validation)
{
    assert_int_equal(ibm3624_table_init(table, digits), OK);
    return (struct ibm3624_key){ hex_tdes(pvk), table, validation };
}

static void assert_pin(const struct secret *pin, const char *digits)
{
    static const uint8_t zeros[PIN_LEN_MAX];
    size_t len = strlen(digits);
    assert_memory_equal(pin->at, digits, len);
    assert_memory_equal(pin->at + len, zeros, PIN_LEN_MAX - len);
}

static void test_known(void **state)
{
    (void)state;
    static const struct {
        const char *pvk, *table, *validation, *natural, *pin, *offset;
    } cases[] = {
        // ibm3624.csv
        { "0123456789ABCDEFFEDCBA9876543210", "1234567890123456", "1122334455667788", "4524", "0000", "6586" },
        { "0123456789ABCDEFFEDCBA9876543210", "1234567890123456", "11223344556677FF", "5518", "5518", "0000" },
        { "1C1C1C1C1C1C1C1C", "0123456789012345", "0004012345678909", "2082", "1234", "9252" },
        { "0123456789ABCDEFFEDCBA9876543210", "0123456789012345", "660001234567ffff", "370454", "123456", "853002" },
        // By hand: zeros under this key are 08D7B4FB629D0885, its check value, which the table makes 083714516293.
        { "0123456789ABCDEFFEDCBA9876543210", "0123456789012345", "0000000000000000", "083714516293", "083714516293",
          "000000000000" },
        { "0123456789ABCDEFFEDCBA9876543210", "0123456789012345", "0000000000000000", "083714516293", "999999999999",
          "916285483706" },
    };
    struct secret pin;
    assert_int_equal(secret_init(&pin, PIN_LEN_MAX), OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ibm3624_table table;
        struct ibm3624_key key = take_key(&table, cases[i].pvk, text_of(cases[i].table), text_of(cases[i].validation));
        size_t len = strlen(cases[i].pin);
        char offset[PIN_LEN_MAX];
        bool right = false;
        assert_int_equal(ibm3624_natural_pin(&pin, &key, len), OK);
        assert_pin(&pin, cases[i].natural);
        assert_int_equal(ibm3624_offset(offset, &key, text_of(cases[i].pin)), OK);
        assert_memory_equal(offset, cases[i].offset, len);
        assert_int_equal(ibm3624_pin(&pin, &key, text_of(cases[i].offset)), OK);
        assert_pin(&pin, cases[i].pin);
        assert_int_equal(ibm3624_verify(&right, &key, text_of(cases[i].pin), text_of(cases[i].offset)), OK);
        assert_true(right);
        tdes_free(key.pvk);
    }
    secret_release(&pin);
}

static void test_verify(void **state)
{
    (void)state;
    static const struct {
        text pin, offset;
        bool right;
        status result;
    } cases[] = {
        { TEXT("1234"), TEXT("9252"), true, OK },
        { TEXT("1235"), TEXT("9252"), false, OK },
        { TEXT("0234"), TEXT("9252"), false, OK },
        { TEXT("1234"), TEXT("9253"), false, OK },
        { TEXT("1234"), TEXT("92520"), false, OK }, // of another length
        { TEXT("12340"), TEXT("9252"), false, OK },
        { TEXT("123"), TEXT("925"), false, INVALID_INPUT },
        { TEXT("1234567890123"), TEXT("1234567890123"), false, INVALID_INPUT },
        { TEXT("12a4"), TEXT("9252"), false, INVALID_INPUT },
        { TEXT("1234"), TEXT("925F"), false, INVALID_INPUT },
        { TEXT_ABSENT, TEXT("9252"), false, INVALID_INPUT },
        { TEXT("1234"), TEXT_ABSENT, false, INVALID_INPUT },
    };
    struct ibm3624_table table;
    struct ibm3624_key key = take_key(&table, "1C1C1C1C1C1C1C1C", USUAL, TEXT("0004012345678909"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool right = true;
        assert_int_equal(ibm3624_verify(&right, &key, cases[i].pin, cases[i].offset), cases[i].result);
        assert_int_equal(right, cases[i].right);
    }
    tdes_free(key.pvk);
}

static void test_table(void **state)
{
    (void)state;
    static const struct {
        text digits;
        status result;
    } cases[] = {
        { TEXT("0123456789012345"), OK },
        { TEXT("9876543210987654"), OK },
        { TEXT("0000111122345678"), OK },                        // nine different, four times at most
        { TEXT("0000111122223456"), DECIMALIZATION_TABLE_WEAK }, // seven different
        { TEXT("0000111122334567"), OK },                        // eight
        { TEXT("0000012345678901"), DECIMALIZATION_TABLE_WEAK }, // a digit six times
        { TEXT("0000012345678912"), DECIMALIZATION_TABLE_WEAK }, // five times
        { TEXT("0000000000000000"), DECIMALIZATION_TABLE_WEAK },
        { TEXT("1000000000000000"), DECIMALIZATION_TABLE_WEAK },
        { TEXT("012345678901234"), INVALID_INPUT },
        { TEXT("01234567890123456"), INVALID_INPUT },
        { TEXT("012345678901234A"), INVALID_INPUT },
        { TEXT_ABSENT, INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ibm3624_table table;
        assert_int_equal(ibm3624_table_init(&table, cases[i].digits), cases[i].result);
    }
}

static void test_validation(void **state)
{
    (void)state;
    static const struct {
        text pattern, pan;
        const char *data; // NULL: refused
    } cases[] = {
        // ibm3624.csv: account 401234567890, to which a PAN adds a check digit.
        { TEXT("0004012345N9"), TEXT("4012345678901"), "0004012345678909" },
        { TEXT("N12345678901"), TEXT("4012345678901"), "6789012345678901" },
        { TEXT("12345678901N"), TEXT("4012345678901"), "1234567890167890" },
        { TEXT("66000123456N"), TEXT("5555555551234567"), "6600012345623456" },
        { TEXT("abcdefABCDEN"), TEXT("1234567890123456789"), "abcdefABCDE45678" },
        { TEXT("66000123456N7"), TEXT("5555555551234567"), NULL },
        { TEXT("6600012345N"), TEXT("5555555551234567"), NULL },
        { TEXT("660001234567"), TEXT("5555555551234567"), NULL },
        { TEXT("6600012345NN"), TEXT("5555555551234567"), NULL },
        { TEXT("66000123456n"), TEXT("5555555551234567"), NULL },
        { TEXT("6600012345GN"), TEXT("5555555551234567"), NULL },
        { TEXT("66000123456N"), TEXT("555555555123"), NULL },
        { TEXT("66000123456N"), TEXT("55555555512345678901"), NULL },
        { TEXT_ABSENT, TEXT("5555555551234567"), NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char data[IBM3624_VALIDATION_LEN];
        status result = ibm3624_validation(data, cases[i].pattern, cases[i].pan);
        assert_int_equal(result, cases[i].data != NULL ? OK : INVALID_INPUT);
        if (cases[i].data != NULL) {
            assert_memory_equal(data, cases[i].data, sizeof data);
        }
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const text validations[] = { TEXT("112233445566778"), TEXT("11223344556677889"), TEXT("112233445566778G"),
                                        TEXT(""), TEXT_ABSENT };
    struct ibm3624_table table;
    struct secret pin;
    struct ibm3624_key key = take_key(&table, "0123456789ABCDEFFEDCBA9876543210", USUAL, TEXT("1122334455667788"));
    assert_int_equal(secret_init(&pin, PIN_LEN_MAX), OK);
    assert_int_equal(ibm3624_natural_pin(&pin, &key, PIN_LEN_MIN - 1), INVALID_INPUT);
    assert_int_equal(ibm3624_natural_pin(&pin, &key, PIN_LEN_MAX + 1), INVALID_INPUT);
    assert_int_equal(ibm3624_natural_pin(&pin, &key, PIN_LEN_MAX), OK);
    for (size_t i = 0; i < sizeof validations / sizeof validations[0]; i++) {
        char offset[PIN_LEN_MAX];
        bool right = true;
        key.validation = validations[i];
        assert_int_equal(ibm3624_natural_pin(&pin, &key, PIN_LEN_MIN), INVALID_INPUT);
        assert_int_equal(ibm3624_offset(offset, &key, TEXT("1234")), INVALID_INPUT);
        assert_int_equal(ibm3624_verify(&right, &key, TEXT("1234"), TEXT("0000")), INVALID_INPUT);
        assert_false(right);
    }
    secret_release(&pin);
    tdes_free(key.pvk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),      cmocka_unit_test(test_verify),  cmocka_unit_test(test_table),
        cmocka_unit_test(test_validation), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
