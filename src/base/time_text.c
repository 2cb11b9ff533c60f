#include "base/time_text.h"

#include <assert.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 9999 };
enum { DAYS_IN_400_YEARS = 146097, DAYS_IN_100_YEARS = 36524, DAYS_IN_4_YEARS = 1461 };

#define MS_IN_DAY INT64_C(86400000)

struct date {
    int64_t year;
    int month, day; // from 1
};

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/*
 * Years are counted here from 1 March, so that the leap day comes last and the months before it have a pattern: the
 * days before the m-th month after March are (153 m + 2) / 5, as 153 is the length of each five months from March on.
 */
enum { DAYS_TO_1970 = 719468 }; // from 0000-03-01

static int64_t days_before_year(int64_t year)
{
    return year * 365 + floor_divide(year, 4) - floor_divide(year, 100) + floor_divide(year, 400);
}

static int64_t days_of_date(struct date date)
{
    int64_t year = date.month > 2 ? date.year : date.year - 1;
    int month = (date.month + 9) % 12;
    return days_before_year(year) + (153 * month + 2) / 5 + date.day - 1 - DAYS_TO_1970;
}

static struct date date_of_days(int64_t days)
{
    int64_t since = days + DAYS_TO_1970;
    int64_t cycle = floor_divide(since, DAYS_IN_400_YEARS);
    int64_t left = since - cycle * DAYS_IN_400_YEARS;
    // A leap day ends its 4 years and its 400 years: taking it out first leaves years of 365 days.
    left -= left / (DAYS_IN_4_YEARS - 1) - left / DAYS_IN_100_YEARS + left / (DAYS_IN_400_YEARS - 1);
    int64_t year = left / 365;
    int64_t day = since - days_before_year(cycle * 400 + year);
    int month = (int)((5 * day + 2) / 153);
    return (struct date){
        .year = cycle * 400 + year + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = (int)(day - (153 * month + 2) / 5 + 1),
    };
}

static bool is_printable_year(int64_t year)
{
    return year >= YEAR_MIN && year <= YEAR_MAX;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static char *put_digits(char *out, int count, int64_t value)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

static char *put(char *out, char c)
{
    *out = c;
    return out + 1;
}

static char *put_date(char *out, struct date date)
{
    out = put(put_digits(out, 4, date.year), '-');
    out = put(put_digits(out, 2, date.month), '-');
    return put_digits(out, 2, date.day);
}

bool time_print(char out[25], int64_t ms)
{
    int64_t days = floor_divide(ms, MS_IN_DAY);
    int64_t in_day = (ms % MS_IN_DAY + MS_IN_DAY) % MS_IN_DAY; // days * MS_IN_DAY may lie below INT64_MIN
    struct date date = date_of_days(days);
    if (!is_printable_year(date.year)) {
        *out = '\0';
        return false;
    }
    out = put(put_date(out, date), 'T');
    out = put(put_digits(out, 2, in_day / 3600000), ':');
    out = put(put_digits(out, 2, in_day / 60000 % 60), ':');
    out = put(put_digits(out, 2, in_day / 1000 % 60), '.');
    out = put(put_digits(out, 3, in_day % 1000), 'Z');
    *out = '\0';
    return true;
}

bool date_print(char out[11], int32_t days)
{
    struct date date = date_of_days(days);
    bool printable = is_printable_year(date.year);
    out = printable ? put_date(out, date) : out;
    *out = '\0';
    return printable;
}

// Reads from the front of a text; once something did not fit, `failed` stays.
struct reader {
    text rest;
    bool failed;
};

static char read_character(struct reader *reader)
{
    if (reader->rest.len == 0) {
        reader->failed = true;
        return '\0';
    }
    char c = reader->rest.at[0];
    reader->rest = text_slice(reader->rest, 1, reader->rest.len);
    return c;
}

static void expect(struct reader *reader, char upper, char lower)
{
    char c = read_character(reader);
    reader->failed |= c != upper && c != lower;
}

static int read_number(struct reader *reader, int count, int min, int max)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = read_character(reader);
        reader->failed |= c < '0' || c > '9';
        value = reader->failed ? 0 : value * 10 + (c - '0');
    }
    reader->failed |= value < min || value > max;
    return value;
}

static struct date read_date(struct reader *reader)
{
    struct date date;
    date.year = read_number(reader, 4, YEAR_MIN, YEAR_MAX);
    expect(reader, '-', '-');
    date.month = read_number(reader, 2, 1, 12);
    expect(reader, '-', '-');
    date.day = reader->failed ? 0 : read_number(reader, 2, 1, days_in_month(date.year, date.month));
    return date;
}

static int64_t read_fraction_ms(struct reader *reader)
{
    if (!text_starts_with(reader->rest, TEXT("."))) {
        return 0;
    }
    read_character(reader);
    int64_t ms = 100 * read_number(reader, 1, 0, 9);
    for (int64_t unit = 10; text_is_digits(text_slice(reader->rest, 0, 1)); unit /= 10) {
        ms += unit * read_number(reader, 1, 0, 9);
    }
    return ms;
}

static int64_t read_offset_ms(struct reader *reader)
{
    char sign = read_character(reader);
    if (sign == 'Z' || sign == 'z') {
        return 0;
    }
    reader->failed |= sign != '+' && sign != '-';
    int hours = read_number(reader, 2, 0, 23);
    expect(reader, ':', ':');
    int64_t offset = (hours * 60 + read_number(reader, 2, 0, 59)) * INT64_C(60000);
    return sign == '-' ? -offset : offset;
}

bool time_parse(int64_t *ms, text t)
{
    struct reader reader = { t, false };
    struct date date = read_date(&reader);
    expect(&reader, 'T', 't');
    int64_t in_day = read_number(&reader, 2, 0, 23) * INT64_C(3600000);
    expect(&reader, ':', ':');
    in_day += read_number(&reader, 2, 0, 59) * INT64_C(60000);
    expect(&reader, ':', ':');
    in_day += read_number(&reader, 2, 0, 59) * INT64_C(1000);
    in_day += read_fraction_ms(&reader);
    in_day -= read_offset_ms(&reader);
    if (reader.failed || reader.rest.len > 0) {
        return false;
    }
    int64_t found = days_of_date(date) * MS_IN_DAY + in_day;
    // An offset can lead out of the first or the last year.
    if (!is_printable_year(date_of_days(floor_divide(found, MS_IN_DAY)).year)) {
        return false;
    }
    *ms = found;
    return true;
}

bool date_parse(int32_t *days, text t)
{
    struct reader reader = { t, false };
    struct date date = read_date(&reader);
    if (reader.failed || reader.rest.len > 0) {
        return false;
    }
    *days = (int32_t)days_of_date(date);
    return true;
}

int32_t date_of_ms(int64_t ms)
{
    int64_t days = floor_divide(ms, MS_IN_DAY);
    assert(days >= INT32_MIN && days <= INT32_MAX);
    return (int32_t)days;
}

int32_t date_add_months_end(int32_t days, int months)
{
    assert(months >= -12 * YEAR_MAX && months <= 12 * YEAR_MAX);
    struct date date = date_of_days(days);
    int64_t month_index = date.year * 12 + (date.month - 1) + months;
    date.year = floor_divide(month_index, 12);
    date.month = (int)(month_index - date.year * 12) + 1;
    date.day = days_in_month(date.year, date.month);
    int64_t end = days_of_date(date);
    assert(end >= INT32_MIN && end <= INT32_MAX);
    return (int32_t)end;
}
