/*
 * Decimal digits out of cipher text, and digits packed into bytes, as the card schemes do both.
 */
#ifndef CRYPTO_DECIMAL_H
#define CRYPTO_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * Two passes over the hexadecimal digits of `bytes`: first those that are decimal, in their order; if these are fewer
 * than `count`, then A to F as 0 to 5, in their order (CVV, PVV, EMV key derivation option B). Writes `count` characters
 * '0' to '9', count <= 2 * len; ends with no '\0'. The same path is taken whatever
 * the bytes are.
 */
void decimal_two_pass(char *out, size_t count, const uint8_t *bytes, size_t len);

/* With another rule for the second pass: `letter` gives the digit (0 to 9) of a nibble at an index of the hexadecimal
   digits. It is asked about every nibble, decimal ones too, and must not branch on it. */
void decimal_two_pass_with(char *out, size_t count, const uint8_t *bytes, size_t len,
                           uint8_t (*letter)(uint8_t nibble, size_t index));

/* Packs hexadecimal digits, two a byte, into `len` bytes; a place past the digits takes `pad` (0 to 15). False when a
   character is no hexadecimal digit or there are more than 2 * len of them. */
bool decimal_pack(uint8_t *out, size_t len, text digits, uint8_t pad);

bool decimal_is(text t, size_t min, size_t max); // '0' to '9' alone, min to max of them

#endif
