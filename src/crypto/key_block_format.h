/*
 * The five ways to protect a key block (the "key block version ID" of ANSI X9.143-2021): how its two keys come from the
 * key block protection key (KBPK), how the key is encrypted and what the MAC is. For key_block.c and for test vectors.
 *
 *   A, C  triple DES; keys are variants of the KBPK; CBC from the header's first bytes; CBC-MAC of 4 bytes over the
 *         header and the cipher text (A is out of use, and both are weak: read only)
 *   B     triple DES; keys derived by CMAC; CBC from the MAC; CMAC over the header and the plaintext
 *   D     the same with AES
 *   E     ISO 20038: AES; keys derived by CMAC; counter mode from the MAC, so no padding; CMAC over both
 */
#ifndef CRYPTO_KEY_BLOCK_FORMAT_H
#define CRYPTO_KEY_BLOCK_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"

enum { KEY_BLOCK_MAC_LEN_MAX = 16 };

struct key_block_format {
    char id;
    size_t block_len; // of the cipher: the optional blocks fill whole ones, and the plaintext does if it is padded
    size_t mac_len;
    bool aes, padded;
    bool variant;         // keys are variants; else derived
    bool mac_over_cipher; // else over the plaintext
};

const struct key_block_format *key_block_format(char id);                                      // NULL: there is none
bool key_block_format_takes(const struct key_block_format *format, const struct secret *kbpk); // by its length

/* The encryption key (KBEK) and the MAC key (KBAK), as long as the KBPK: X9.143-2021, 7.2. The KBPK fits. Both are empty
   unless the status is OK. */
must_use status key_block_derive(struct secret *encryption, struct secret *mac, const struct key_block_format *format,
                                 const struct secret *kbpk);

/* In place. `start` has block_len bytes: the MAC, or for A and C the beginning of the header. Padded formats take whole
   blocks. */
must_use status key_block_crypt(const struct key_block_format *format, uint8_t *bytes, size_t len,
                                const struct secret *key, const uint8_t *start, bool encrypt);
/* mac_len bytes. */
must_use status key_block_mac(const struct key_block_format *format, uint8_t out[KEY_BLOCK_MAC_LEN_MAX],
                              const struct secret *key, const void *message, size_t len);

#endif
