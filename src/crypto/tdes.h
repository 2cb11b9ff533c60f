/*
 * Triple DES (NIST SP 800-67r2) with a kept key: what the card schemes' verification values, PIN blocks and cryptograms
 * are made of. It protects no data at rest here.
 *
 * A key of 16 bytes is K1|K2 (and K3 = K1), one of 24 bytes K1|K2|K3, one of 8 bytes single DES, done as K1|K1|K1, since
 * OpenSSL 3 keeps single DES in another provider. Parity bits are ignored. Lengths are multiples of 8. One thread at a
 * time; the caller wipes what it gets.
 */
#ifndef CRYPTO_TDES_H
#define CRYPTO_TDES_H

#include "crypto/mac.h"

enum { TDES_BLOCK_LEN = 8, TDES_KEY_LEN = 16, TDES_KEY_LEN_MAX = 24 };

struct tdes;

must_use status tdes_new(struct tdes **out, const struct secret *key); // the key is copied
void tdes_free(struct tdes *tdes);                                     // wipes; NULL is fine

/* ECB. `out` may be `in`. */
must_use status tdes_encrypt(struct tdes *tdes, uint8_t *out, const uint8_t *in, size_t len);
must_use status tdes_decrypt(struct tdes *tdes, uint8_t *out, const uint8_t *in, size_t len);
must_use status tdes_cbc_encrypt(struct tdes *tdes, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                                 size_t len);
must_use status tdes_cbc_decrypt(struct tdes *tdes, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                                 size_t len);

/* One block under K1 alone: the first step of a CVV. */
must_use status tdes_encrypt_left(struct tdes *tdes, uint8_t out[TDES_BLOCK_LEN], const uint8_t in[TDES_BLOCK_LEN]);

enum mac_padding {
    MAC_PADDING_NONE, // the message is whole blocks already
    MAC_PADDING_1,    // ISO/IEC 9797-1:2011, 6.3.2: zero bytes, none to whole blocks
    MAC_PADDING_2,    // 6.3.3: 80, then zero bytes, always
};

/* ISO/IEC 9797-1:2011, MAC algorithm 3 ("retail MAC", ANSI X9.19): single DES under K1, the last block under K1 and K2. */
must_use status tdes_retail_mac(struct tdes *tdes, uint8_t out[TDES_BLOCK_LEN], const struct bytes_view *pieces,
                                size_t count, enum mac_padding padding);

/* CMAC over triple DES (NIST SP 800-38B). */
must_use status tdes_cmac(uint8_t out[TDES_BLOCK_LEN], const struct secret *key, const struct bytes_view *pieces,
                          size_t count);

/* Sets the lowest bit of each byte so that each has an odd number of ones. */
void tdes_set_odd_parity(uint8_t *key, size_t len);

/*
 * May this be a key of triple DES? For keys that come from outside, once. KEY_WEAK: two of its parts are equal, so it
 * is single DES or no more than 16 bytes; or a part is one of the weak keys of NIST SP 800-67r2 (weak, semi-weak, possibly
 * weak) or another of which DES makes four different round keys at most instead of sixteen. INVALID_INPUT: not 16 or 24
 * bytes.
 *
 * Parity is no matter here: its bits are passed over, since not everybody sets them. Who keeps the key sets them.
 */
must_use status tdes_key_judge(const struct secret *key);

#endif
