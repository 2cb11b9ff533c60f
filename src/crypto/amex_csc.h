/*
 * Card security codes of American Express: of five digits, four (printed on the front, CID) and three. The standard is
 * not public; this follows one published implementation and is off unless an installation switches it on.
 *
 * INVALID_INPUT: a PAN that is not 15 digits from 34 or 37, an expiry that is not 4, a service code that is not 3 (version
 * 2 only). One thread at a time a key; the caller wipes what it gets.
 */
#ifndef CRYPTO_AMEX_CSC_H
#define CRYPTO_AMEX_CSC_H

#include "base/text.h"
#include "crypto/tdes.h"

enum { AMEX_CSC_LEN_MIN = 3, AMEX_CSC_LEN_MAX = 5 };
enum amex_csc_version { AMEX_CSC_1, AMEX_CSC_2 };

struct amex_csc_input {
    enum amex_csc_version version;
    text pan, expiry;  // the expiry is YYMM
    text service_code; // version 2 alone reads it
};

struct amex_csc {
    char five[5], four[4], three[3];
};

/* `csck` is 16 bytes. */
must_use status amex_csc_compute(struct amex_csc *out, struct tdes *csck, const struct amex_csc_input *input);

/* In constant time: the code of `count` digits (3 to 5). A `code` of another length is not right. */
must_use status amex_csc_verify(bool *right, struct tdes *csck, const struct amex_csc_input *input, text code,
                                size_t count);

#endif
