/*
 * Application cryptograms of EMV cards (ARQC, TC and AAC, which differ only in what the card says of them) and the
 * issuer's answer (ARPC): EMV 4.3 Book 2, 8.1 and 8.2.
 *
 * Keys are of 16 bytes, a session key or the card's own as the profile says (emv_profile.h); INVALID_INPUT: another
 * length. A cryptogram that does not verify is an answer, not a failure. Any thread.
 */
#ifndef CRYPTO_EMV_CRYPTOGRAM_H
#define CRYPTO_EMV_CRYPTOGRAM_H

#include "crypto/emv_key.h"
#include "crypto/tdes.h"

enum { EMV_ARC_LEN = 2, EMV_CSU_LEN = 4, EMV_ARPC_SHORT_LEN = 4, EMV_PROPRIETARY_LEN_MAX = 8 };

/* What a cryptogram is made over, in pieces: MAC_PADDING_1 or, as EMV says, MAC_PADDING_2. */
struct emv_cryptogram_data {
    const struct bytes_view *pieces;
    size_t count;
    enum mac_padding padding;
};

/* 8.1.2: MAC algorithm 3 of ISO/IEC 9797-1, all eight bytes. */
must_use status emv_cryptogram(uint8_t out[EMV_CRYPTOGRAM_LEN], const struct secret *key,
                               const struct emv_cryptogram_data *data);

/* Compares in constant time. `*valid` is false unless OK. */
must_use status emv_cryptogram_verify(bool *valid, const struct secret *key, const struct emv_cryptogram_data *data,
                                      const uint8_t cryptogram[EMV_CRYPTOGRAM_LEN]);

/* 8.2.1, method 1: over the authorisation response code, two characters. */
must_use status emv_arpc_1(uint8_t out[EMV_CRYPTOGRAM_LEN], const struct secret *key,
                           const uint8_t arqc[EMV_CRYPTOGRAM_LEN], const uint8_t arc[EMV_ARC_LEN]);

/* 8.2.2, method 2: over the card status update and proprietary data of up to 8 bytes (more: INVALID_INPUT). */
must_use status emv_arpc_2(uint8_t out[EMV_ARPC_SHORT_LEN], const struct secret *key,
                           const uint8_t arqc[EMV_CRYPTOGRAM_LEN], const uint8_t csu[EMV_CSU_LEN],
                           struct bytes_view proprietary);

#endif
