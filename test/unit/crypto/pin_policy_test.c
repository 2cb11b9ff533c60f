#include "crypto/pin_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const text PAN = { "4123956789012345", 16 };
static const text BIRTH = { "1985-03-27", 10 };
static const text PHONE = { "+91 98100-64728", 15 };

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *pin;
        status reasons[3]; // ends with OK
    } cases[] = {
        { "7391", { OK } },
        { "0000", { PIN_ALL_EQUAL } },
        { "9999", { PIN_ALL_EQUAL } },
        { "999999", { PIN_ALL_EQUAL } },
        { "9998", { OK } },
        { "1233", { OK } },
        { "3456", { PIN_RUNS } },
        { "0123", { PIN_RUNS, PIN_IN_CARD_NUMBER } },
        { "4321", { PIN_RUNS } },
        { "7890", { PIN_RUNS, PIN_IN_CARD_NUMBER } },
        { "0987", { PIN_RUNS } },
        { "9012", { PIN_RUNS, PIN_IN_CARD_NUMBER } },
        { "2468", { OK } },
        { "123456789012", { PIN_RUNS, PIN_IN_CARD_NUMBER } },
        { "1213", { OK } },
        { "1212", { PIN_REPEATS_PAIR } },
        { "9090", { PIN_REPEATS_PAIR } },
        { "12121", { PIN_REPEATS_PAIR } },
        { "575757", { PIN_REPEATS_PAIR } },
        { "575758", { OK } },
        { "1221", { OK } },
        { "4123", { PIN_IN_CARD_NUMBER } },
        { "1239", { PIN_IN_CARD_NUMBER } },
        { "2345", { PIN_RUNS, PIN_IN_CARD_NUMBER } },
        { "5678", { PIN_RUNS, PIN_IN_CARD_NUMBER } },
        { "239560", { PIN_IN_CARD_NUMBER } },
        { "023956", { PIN_IN_CARD_NUMBER } },
        { "3955", { OK } },
        { "2703", { PIN_IS_BIRTH_DATE } },
        { "0327", { PIN_IS_BIRTH_DATE } },
        { "1985", { PIN_IS_BIRTH_DATE } },
        { "0385", { PIN_IS_BIRTH_DATE } },
        { "8503", { PIN_IS_BIRTH_DATE } },
        { "270385", { PIN_IS_BIRTH_DATE } },
        { "850327", { PIN_IS_BIRTH_DATE } },
        { "27031985", { PIN_IS_BIRTH_DATE } },
        { "19850327", { PIN_IS_BIRTH_DATE } },
        { "71985", { PIN_IS_BIRTH_DATE } },
        { "1986", { OK } },
        { "2785", { OK } },
        { "4728", { PIN_IN_PHONE_NUMBER } },
        { "064728", { PIN_IN_PHONE_NUMBER } },
        { "472811", { PIN_IN_PHONE_NUMBER } },
        { "6472", { OK } },
        { "00006472", { OK } },
        { "47281985", { PIN_IS_BIRTH_DATE, PIN_IN_PHONE_NUMBER } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_policy_input input = {
            .pin = text_of(cases[i].pin),
            .len = strlen(cases[i].pin),
            .pan = PAN,
            .birth_date = BIRTH,
            .phone = PHONE,
        };
        struct pin_findings findings;
        int count = 0;
        while (count < 3 && cases[i].reasons[count] != OK) {
            count++;
        }
        assert_int_equal(pin_policy_check(&findings, &input), count == 0 ? OK : PIN_TOO_WEAK);
        assert_int_equal(findings.count, count);
        for (int j = 0; j < count; j++) {
            assert_int_equal(findings.reasons[j], cases[i].reasons[j]);
        }
    }
}

static void test_form(void **state)
{
    (void)state;
    static const struct {
        text pin;
        size_t len;
        text birth_date;
        status result;
    } cases[] = {
        { TEXT("7391"), 4, TEXT_ABSENT, OK },
        { TEXT("7391"), 5, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT("73915"), 4, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT("739"), 3, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT("739195739193"), 12, TEXT_ABSENT, OK },
        { TEXT("7391957391931"), 13, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT("73a1"), 4, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT(""), 4, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT_ABSENT, 4, TEXT_ABSENT, PIN_LENGTH_WRONG },
        { TEXT("7391"), 4, TEXT("1985-3-27"), INVALID_INPUT },
        { TEXT("7391"), 4, TEXT("19850327"), INVALID_INPUT },
        { TEXT("7391"), 4, TEXT("27.03.1985"), INVALID_INPUT },
        { TEXT("7391"), 4, TEXT("1985-03-2x"), INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_policy_input input = {
            .pin = cases[i].pin, .len = cases[i].len, .pan = PAN, .birth_date = cases[i].birth_date
        };
        struct pin_findings findings;
        assert_int_equal(pin_policy_check(&findings, &input), cases[i].result);
        assert_int_equal(findings.count, 0);
    }
}

// Nothing is known of the holder: what is not there forbids nothing.
static void test_nothing_known(void **state)
{
    (void)state;
    static const char *const phones[] = { NULL, "", "none", "472", "+4-7-2" };
    for (size_t i = 0; i < sizeof phones / sizeof phones[0]; i++) {
        const struct pin_policy_input input = { .pin = TEXT("1985"), .len = 4, .phone = text_of(phones[i]) };
        struct pin_findings findings;
        assert_int_equal(pin_policy_check(&findings, &input), OK);
    }
}

struct past {
    const char *pins[3];
    int fault_at, asked;
};

static status matches(void *context, bool *out, int index, text pin)
{
    struct past *past = context;
    past->asked++;
    *out = text_equal(pin, text_of(past->pins[index]));
    return index == past->fault_at ? STORAGE_FAULT : OK;
}

static void test_history(void **state)
{
    (void)state;
    static const struct {
        const char *pin;
        int count, fault_at, asked;
        status result;
    } cases[] = {
        { "7391", 3, -1, 3, PIN_TOO_WEAK }, // all are asked, whichever it was
        { "7392", 3, -1, 3, PIN_TOO_WEAK }, { "7393", 3, -1, 3, PIN_TOO_WEAK }, { "7394", 3, -1, 3, OK },
        { "7393", 2, -1, 2, OK },           { "7391", 0, -1, 0, OK },           { "7394", 3, 1, 2, STORAGE_FAULT },
        { "7391", 3, 2, 3, STORAGE_FAULT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct past past = { { "7391", "7392", "7393" }, cases[i].fault_at, 0 };
        const struct pin_policy_input input = {
            .pin = text_of(cases[i].pin), .len = 4, .pan = PAN, .history = { cases[i].count, matches, &past }
        };
        struct pin_findings findings;
        assert_int_equal(pin_policy_check(&findings, &input), cases[i].result);
        assert_int_equal(past.asked, cases[i].asked);
        assert_int_equal(findings.count, cases[i].result == PIN_TOO_WEAK);
        if (findings.count == 1) {
            assert_int_equal(findings.reasons[0], PIN_USED_BEFORE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
