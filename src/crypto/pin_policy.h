/*
 * Which PINs are too easy to guess to be chosen. Every reason that holds is reported, so that the holder hears of all at
 * once; the PIN itself is in none of them.
 *
 * Counted as too weak: one digit over and over; digits that count up or down (0 and 9 are neighbours, as on a keypad); a
 * pair over and over; and a PIN that holds, anywhere in it, four digits in a row of the card number, the day or the year of
 * birth in a usual form (DDMM, MMDD, YYYY, MMYY, YYMM), or the last four digits of the phone number; and one of the last
 * PINs.
 */
#ifndef CRYPTO_PIN_POLICY_H
#define CRYPTO_PIN_POLICY_H

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"

enum { PIN_POLICY_REASON_COUNT_MAX = 7 };

/* Verification values of the last PINs, newest first, as whoever keeps them can compare: a PVV, an offset. */
struct pin_history {
    int count;
    status (*matches)(void *context, bool *matches, int index, text pin); // OK or a fault, which ends the check
    void *context;
};

struct pin_policy_input {
    text pin;        // in secret memory
    size_t len;      // what the series demands, 4 to 12
    text pan;        // digits
    text birth_date; // YYYY-MM-DD, or absent
    text phone;      // its digits count, or absent
    struct pin_history history;
};

/* PIN_ALL_EQUAL, PIN_RUNS, PIN_REPEATS_PAIR, PIN_IN_CARD_NUMBER, PIN_IS_BIRTH_DATE, PIN_IN_PHONE_NUMBER, PIN_USED_BEFORE. */
struct pin_findings {
    int count;
    status reasons[PIN_POLICY_REASON_COUNT_MAX];
};

/* OK: the PIN may be taken. PIN_TOO_WEAK: the findings say why. PIN_LENGTH_WRONG: it is not `len` digits, and nothing else
   was looked at. INVALID_INPUT: a birth date of another form. Else the fault of `matches`. */
must_use status pin_policy_check(struct pin_findings *out, const struct pin_policy_input *input);

#endif
