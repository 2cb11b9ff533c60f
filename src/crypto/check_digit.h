/*
 * Check digits of card numbers: none, Luhn (ISO/IEC 7812-1:2017, annex B) and modulo 7.
 *
 * A number is prefix + body + check digit + suffix and may hold letters; only its decimal digits count. Luhn runs over
 * the decimal digits of the whole number, suffix included, so a suffix of digits moves the weight of the check digit.
 * Modulo 7 is the remainder by 7 of all decimal digits before the check digit, read as one number.
 */
#ifndef CRYPTO_CHECK_DIGIT_H
#define CRYPTO_CHECK_DIGIT_H

#include <stdbool.h>

#include "base/text.h"

enum check_digit { CHECK_DIGIT_NONE, CHECK_DIGIT_LUHN, CHECK_DIGIT_MOD7 };

/* The digit ('0' to '9') that belongs at `position` of `number`; what stands there is ignored. `method` is not NONE. */
char check_digit_compute(enum check_digit method, text number, size_t position);
bool check_digit_valid(enum check_digit method, text number, size_t position); // true for NONE
bool luhn_valid(text digits); // the usual test of a PAN: digits alone, two or more, and the last one is the check

#endif
