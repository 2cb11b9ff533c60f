#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_time(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *printed;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { INT64_C(1000000000000), "2001-09-09T01:46:40.000Z" }, // the billionth second
        { INT64_C(2147483647999), "2038-01-19T03:14:07.999Z" }, // the last second of 32 bits
        { INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
        { INT64_C(-2208988800000), "1900-01-01T00:00:00.000Z" }, // RFC 868: 2,208,988,800 seconds before 1970
        { INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char printed[25];
        int64_t ms;
        assert_true(time_print(printed, cases[i].ms));
        assert_string_equal(printed, cases[i].printed);
        assert_true(time_parse(&ms, text_of(printed)) && ms == cases[i].ms);
    }
    // The day in which INT64_MIN falls begins before it: in 64 bits that day has no beginning.
    static const int64_t beyond[] = { INT64_C(-2208988800001), INT64_C(253402300800000), INT64_MIN, INT64_MIN + 1,
                                      INT64_MAX };
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        char printed[25] = "x";
        assert_false(time_print(printed, beyond[i]));
        assert_string_equal(printed, "");
    }
}

static void test_time_parse(void **state)
{
    (void)state;
    static const struct {
        text written;
        const char *printed; // NULL: refused
    } cases[] = {
        { TEXT("1985-04-12T23:20:50.52Z"), "1985-04-12T23:20:50.520Z" },      // RFC 3339, 5.8
        { TEXT("1996-12-19T16:39:57-08:00"), "1996-12-20T00:39:57.000Z" },    // RFC 3339, 5.8
        { TEXT("1937-01-01T12:00:27.87+00:20"), "1937-01-01T11:40:27.870Z" }, // RFC 3339, 5.8
        { TEXT("1990-12-31T23:59:60Z"), NULL },                               // RFC 3339, 5.8: a leap second
        { TEXT("2026-11-21t05:00:00z"), "2026-11-21T05:00:00.000Z" },
        { TEXT("2026-11-21T05:00:00-00:00"), "2026-11-21T05:00:00.000Z" },
        { TEXT("2026-11-21T05:00:00.1239999999999999999999Z"), "2026-11-21T05:00:00.123Z" },
        { TEXT("2024-02-29T23:59:59+23:59"), "2024-02-29T00:00:59.000Z" },
        { TEXT("2023-02-29T00:00:00Z"), NULL },
        { TEXT("2026-11-21 05:00:00Z"), NULL },
        { TEXT("2026-11-21T05:00:00"), NULL },
        { TEXT("2026-11-21T05:00Z"), NULL },
        { TEXT("2026-11-21T05:00:00.Z"), NULL },
        { TEXT("2026-11-21T05:00:00,1Z"), NULL },
        { TEXT("2026-11-21T24:00:00Z"), NULL },
        { TEXT("2026-11-21T05:60:00Z"), NULL },
        { TEXT("2026-11-21T05:00:00+24:00"), NULL },
        { TEXT("2026-11-21T05:00:00+01:60"), NULL },
        { TEXT("2026-11-21T05:00:00+0100"), NULL },
        { TEXT("2026-11-21T05:00:00+01"), NULL },
        { TEXT("2026-11-21T05:00:00Zx"), NULL },
        { TEXT("2026-11-21T05:00:00Z\0"), NULL },
        { TEXT("2026-11-21T 5:00:00Z"), NULL },
        { TEXT("2026-11-21T-5:00:00Z"), NULL },
        { TEXT("1900-01-01T00:00:00+00:01"), NULL },
        { TEXT("9999-12-31T23:59:59-00:01"), NULL },
        { TEXT("2026-11-21"), NULL },
        { TEXT(""), NULL },
        { TEXT_ABSENT, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char printed[25];
        int64_t ms = 77;
        assert_int_equal(time_parse(&ms, cases[i].written), cases[i].printed != NULL);
        if (cases[i].printed != NULL) {
            assert_true(time_print(printed, ms));
            assert_string_equal(printed, cases[i].printed);
        } else {
            assert_true(ms == 77);
        }
    }
    // Broken off anywhere, a time is no time.
    text whole = TEXT("2026-11-21T05:00:00.123+01:00");
    for (size_t len = 0; len < whole.len; len++) {
        int64_t ms;
        assert_false(time_parse(&ms, text_slice(whole, 0, len)));
    }
}

// A calendar kept by hand, day after day, from a known one: 1900-01-01 is 25567 days before 1970.
static void test_every_date_of_500_years(void **state)
{
    (void)state;
    int lens[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int32_t days = -25567;
    for (int year = 1900; year < 2401; year++) {
        lens[1] = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= lens[month - 1]; day++, days++) {
                char expected[48], printed[11];
                int32_t parsed;
                snprintf(expected, sizeof expected, "%04d-%02d-%02d", year, month, day);
                assert_true(date_print(printed, days) && strcmp(printed, expected) == 0);
                assert_true(date_parse(&parsed, text_of(expected)) && parsed == days);
            }
        }
    }
}

static void test_date(void **state)
{
    (void)state;
    static const text refused[] = {
        TEXT("2023-02-29"),  TEXT("1900-02-29"),  TEXT("2100-02-29"),  TEXT("2026-04-31"), TEXT("2026-00-10"),
        TEXT("2026-13-10"),  TEXT("2026-01-00"),  TEXT("2026-01-32"),  TEXT("1899-12-31"), TEXT("0000-01-01"),
        TEXT("2026-1-01"),   TEXT("2026-01-1"),   TEXT("26-01-01"),    TEXT("20260101"),   TEXT("2026/01/01"),
        TEXT("2026-01-01 "), TEXT(" 2026-01-01"), TEXT("12026-01-01"), TEXT("2026-01-0x"), TEXT(""),
        TEXT_ABSENT,
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int32_t days = 77;
        assert_false(date_parse(&days, refused[i]));
        assert_int_equal(days, 77);
    }
    char printed[11];
    int32_t days;
    assert_true(date_parse(&days, TEXT("9999-12-31")) && days == 2932896);
    assert_true(date_print(printed, days));
    assert_string_equal(printed, "9999-12-31");
    assert_false(date_print(printed, days + 1));
    assert_string_equal(printed, "");
    assert_false(date_print(printed, -25568));
    assert_false(date_print(printed, INT32_MIN));
    assert_false(date_print(printed, INT32_MAX));

    assert_int_equal(date_of_ms(0), 0);
    assert_int_equal(date_of_ms(86399999), 0);
    assert_int_equal(date_of_ms(86400000), 1);
    assert_int_equal(date_of_ms(-1), -1);
    assert_int_equal(date_of_ms(-86400000), -1);
    assert_int_equal(date_of_ms(-86400001), -2);
}

static void test_months(void **state)
{
    (void)state;
    static const struct {
        text from;
        int months;
        const char *expected;
    } cases[] = {
        { TEXT("2026-11-21"), 0, "2026-11-30" },    { TEXT("2026-11-21"), 36, "2029-11-30" },
        { TEXT("2026-12-31"), 1, "2027-01-31" },    { TEXT("2027-01-31"), 1, "2027-02-28" },
        { TEXT("2028-01-01"), 1, "2028-02-29" },    { TEXT("2026-03-15"), -1, "2026-02-28" },
        { TEXT("2026-01-15"), -1, "2025-12-31" },   { TEXT("2000-02-29"), -1200, "1900-02-28" },
        { TEXT("2000-02-29"), 4800, "2400-02-29" }, { TEXT("2026-06-30"), 13, "2027-07-31" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t from;
        char printed[11];
        assert_true(date_parse(&from, cases[i].from));
        assert_true(date_print(printed, date_add_months_end(from, cases[i].months)));
        assert_string_equal(printed, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time), cmocka_unit_test(test_time_parse), cmocka_unit_test(test_every_date_of_500_years),
        cmocka_unit_test(test_date), cmocka_unit_test(test_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
