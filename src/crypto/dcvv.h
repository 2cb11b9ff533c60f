/*
 * Card verification values that change: dCVV (Visa contactless magnetic stripe), where a counter stands in place of the
 * first four digits of the PAN and the key is the card's own; and the dynamic CVV2 of Cardwright, which is the same with
 * the time as the counter. Visa's own dynamic CVV2 is not public, and is not this.
 *
 * INVALID_INPUT as in cvv.h; also a counter above 9999, a PSN that is not two digits, a period that is not positive, an
 * issuer key that is not 16 bytes. The caller wipes what it gets.
 */
#ifndef CRYPTO_DCVV_H
#define CRYPTO_DCVV_H

#include "crypto/cvv.h"
#include "crypto/emv_key.h"

struct dcvv_input {
    enum emv_udk_option option;
    text pan, psn;             // the PSN is "00" for a dCVV
    text expiry, service_code; // YYMM, and the card's real code
    uint32_t counter;          // the ATC's last four decimal digits
};

must_use status dcvv_compute(char out[CVV_LEN], const struct secret *imk, const struct dcvv_input *input);
must_use status dcvv_verify(bool *right, const struct secret *imk, const struct dcvv_input *input, text dcvv);

/*
 * Dynamic CVV2: key UDK option A of the issuer's key, PAN and PSN; counter T modulo 10000, where T is the time divided by
 * the period; service code 000; expiry YYMM.
 */
struct dynamic_cvv2_input {
    text pan, psn, expiry;
    int64_t period_ms;
};

int64_t dynamic_cvv2_step(int64_t now_ms, int64_t period_ms); // T
must_use status dynamic_cvv2_compute(char out[CVV_LEN], const struct secret *imk,
                                     const struct dynamic_cvv2_input *input, int64_t step);

/*
 * *step gets the T of which `code` is the code: that of now_ms or one to either side, and later than `after`, the last one
 * that was good for this card; 0 when there is none. The caller keeps it, durably, before the code counts as right. The
 * newest that fits is reported, so that a code that two steps share is not good twice. Constant time, whichever fits.
 */
must_use status dynamic_cvv2_match(int64_t *step, const struct secret *imk, const struct dynamic_cvv2_input *input,
                                   int64_t now_ms, int64_t after, text code);

#endif
