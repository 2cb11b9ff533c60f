/*
 * Moments and dates as text. A moment is Unix time in milliseconds, printed in UTC as RFC 3339 has it; a date is a
 * count of days since 1970-01-01 in the Gregorian calendar. Both know the years 1900 to 9999 only. No time zone data,
 * no locale, no state: any thread.
 */
#ifndef BASE_TIME_TEXT_H
#define BASE_TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { TIME_TEXT_LEN = 24, DATE_TEXT_LEN = 10 };

/* "2026-11-21T05:00:00.123Z" and a '\0'. False, and an empty string, outside the years. */
bool time_print(char out[25], int64_t ms);
/*
 * RFC 3339, 5.6: "T" and "Z" in either case, or an offset; a fraction of any length, cut to milliseconds. The leap
 * second :60 is refused, since Unix time has no number for it.
 */
bool time_parse(int64_t *ms, text t);

/* "2026-11-21" and a '\0'. False, and an empty string, outside the years. */
bool date_print(char out[11], int32_t days);
/* Exactly YYYY-MM-DD, and a day that is in the calendar. */
bool date_parse(int32_t *days, text t);

int32_t date_of_ms(int64_t ms); // the date in UTC; ms as time_print takes it
/* The last day of the month that lies `months` after the month of `days`; at most 9999 years in either direction. */
int32_t date_add_months_end(int32_t days, int months);

#endif
