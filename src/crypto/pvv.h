/*
 * Visa PIN verification value (PVV): four digits from the PAN, an index of the key and the first four digits of the PIN.
 * Several PINs of a card have the same PVV, about one in ten thousand each.
 *
 * INVALID_INPUT: a PAN that is not 12 to 19 digits, a key index that is not '0' to '6', a PIN that is not 4 to 12 digits.
 * The same path is taken whatever the PIN is. One thread at a time a key; the caller wipes what it gets.
 */
#ifndef CRYPTO_PVV_H
#define CRYPTO_PVV_H

#include "base/text.h"
#include "crypto/tdes.h"

enum { PVV_LEN = 4 };

struct pvv_input {
    text pan;
    char key_index; // PVKI: which PVK pair it is; '0' on a card says that its PIN cannot be verified
    text pin;       // in secret memory
};

/* `pvk` is a pair, 16 bytes. */
must_use status pvv_compute(char out[PVV_LEN], struct tdes *pvk, const struct pvv_input *input);

/* In constant time. A `pvv` that is not four digits is not right. PIN_NOT_VERIFIABLE: the key index is '0'. */
must_use status pvv_verify(bool *right, struct tdes *pvk, const struct pvv_input *input, text pvv);

#endif
