/*
 * CVC3, Mastercard's verification value of contactless magnetic stripe cards (Contactless Magstripe, M/Chip): from the
 * card's key KD (UDK of the CVC3 issuer key, emv_key.h), a value that stands for the static track data (IVCVC3), the
 * terminal's unpredictable number and the card's counter. Tracks 1 and 2 have an IVCVC3 each.
 *
 * `kd` is 16 bytes. One thread at a time a key; the caller wipes what it gets.
 */
#ifndef CRYPTO_CVC3_H
#define CRYPTO_CVC3_H

#include "base/text.h"
#include "crypto/tdes.h"

enum { CVC3_IV_LEN = 2, CVC3_UN_LEN = 4, CVC3_ATC_LEN = 2, CVC3_LEN = 5 };

/* The last two bytes of the MAC (ISO 9797-1 algorithm 3, padding 2) of the track's data as the card holds it: track 2 as
   packed digits with D and F, track 1 as ASCII. */
must_use status cvc3_iv(uint8_t out[CVC3_IV_LEN], struct tdes *kd, struct bytes_view track);

struct cvc3_input {
    uint8_t iv[CVC3_IV_LEN];
    uint8_t un[CVC3_UN_LEN];
    uint8_t atc[CVC3_ATC_LEN];
};

/* Five digits, 00000 to 65535; a track carries the last ones of them, usually three. */
must_use status cvc3_compute(char out[CVC3_LEN], struct tdes *kd, const struct cvc3_input *input);

/* In constant time: are the last `count` digits (1 to 5) these? A `cvc3` of another length is not right. */
must_use status cvc3_verify(bool *right, struct tdes *kd, const struct cvc3_input *input, text cvc3, size_t count);

#endif
