/*
 * The layout of a series' numbers: prefix + body + check digit + suffix. The body is decimal; its digits hold the place
 * k of a number in the series' sequence, permuted (method random) or as it is plus a start (sequential).
 *
 * Of a body of more than 18 digits only the last 18 hold the place; those before are computed from them with the key.
 * The check digit, where there is one, stands right before the suffix. Pure: no database, no key.
 */
#ifndef DOMAIN_NUMBER_LAYOUT_H
#define DOMAIN_NUMBER_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/check_digit.h"

enum number_method { NUMBER_RANDOM, NUMBER_SEQUENTIAL };
extern const char *const number_method_names[];
extern const char *const check_digit_names[];

struct number_layout {
    text prefix, suffix;
    int64_t length;  // of the whole number, in characters
    int method;      // enum number_method
    int check_digit; // enum check_digit
    int64_t start;   // sequential: the body of the first number
};

int number_layout_body_len(const struct number_layout *layout);  // digits of the body; below 1 when nothing fits
uint64_t number_layout_size(const struct number_layout *layout); // min(10^body, 10^18); the permutation's size
uint64_t number_layout_space(
    const struct number_layout *layout); // how many can be drawn: size, less start when sequential

/* A whole number from the digits of its body: `value` fills the last 18 digits at most, `extension` those before.
   `out` gets layout->length characters. */
void number_layout_write(const struct number_layout *layout, char *out, uint64_t value, const uint8_t *extension);
int number_layout_extension_len(const struct number_layout *layout); // digits before the last 18; 0 for most

/* Does the number have this layout's prefix, length, body of digits and suffix? The check digit is not looked at. */
bool number_layout_matches(const struct number_layout *layout, text number);
bool number_layout_check_valid(const struct number_layout *layout, text number); // the number must match
uint64_t number_layout_value(const struct number_layout *layout, text number); // the last 18 digits of the body at most
void number_layout_extension(const struct number_layout *layout, text number, uint8_t *digits);

/* Can a number of one be a number of the other? Judged by position; check digits are not taken into account. */
bool number_layouts_overlap(const struct number_layout *a, const struct number_layout *b);

/* prefix + four dots + the last digits before the suffix + suffix; fewer digits where the body is short. Written into
   `out` of NUMBER_MASKED_LEN_MAX bytes; returns the length. last4: the number's last four characters, or fewer. */
enum { NUMBER_MASKED_LEN_MAX = 2 * NUMBER_PREFIX_LEN_MAX + 12 + 8 };
int number_layout_mask(const struct number_layout *layout, char *out, text number);
int number_layout_last_count(const struct number_layout *layout);

#endif
