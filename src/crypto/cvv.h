/*
 * Card verification values of Visa and Mastercard: CVV and CVC (magnetic stripe), CVV2 and CVC2 (printed), iCVV and chip
 * CVC (chip), which are one computation fed with different service codes; and the core of a CAVV (3-D Secure), which is
 * the same with other fields.
 *
 * The expiry date is four digits in the order in which issuer and network have agreed to feed it: YYMM for the stripe and
 * the chip; for a printed value YYMM (usually Visa) or MMYY (usually Mastercard). It is never reordered here.
 *
 * INVALID_INPUT: a PAN that is not 8 to 19 digits, an expiry that is not 4, a service code that is not 3, a count that is
 * not 1 to 5. One thread at a time a key; the caller wipes what it gets.
 */
#ifndef CRYPTO_CVV_H
#define CRYPTO_CVV_H

#include "base/text.h"
#include "crypto/tdes.h"

enum { CVV_LEN = 3, CVV_LEN_MAX = 5 };

/* Fed in place of the service code, never encoded on a card. */
#define CVV_SERVICE_CODE_PRINTED TEXT("000") // CVV2, CVC2
#define CVV_SERVICE_CODE_CHIP    TEXT("999") // iCVV, chip CVC

struct cvv_input {
    text pan, expiry, service_code;
    size_t count; // digits of the value: CVV_LEN on cards
};

/* `cvk` is a pair, 16 bytes. Writes `count` digits. */
must_use status cvv_compute(char out[CVV_LEN_MAX], struct tdes *cvk, const struct cvv_input *input);

/* In constant time. A `cvv` that is not `count` digits is not right. */
must_use status cvv_verify(bool *right, struct tdes *cvk, const struct cvv_input *input, text cvv);

struct cavv_input {
    text pan;
    text unpredictable_number;  // 4 digits: the last of the authentication tracking number
    char authentication_result; // a digit
    text second_factor;         // 2 digits
};

must_use status cavv_compute(char out[CVV_LEN], struct tdes *cavv_key, const struct cavv_input *input);
must_use status cavv_verify(bool *right, struct tdes *cavv_key, const struct cavv_input *input, text cavv);

#endif
