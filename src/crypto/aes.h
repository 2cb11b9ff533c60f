/*
 * AES (FIPS 197) in single blocks under a kept key: what key derivations and PIN blocks of format 4 are made of. Data
 * is protected with aead.h instead.
 *
 * Keys are of 16, 24 or 32 bytes, lengths multiples of 16; `out` may be `in`. One thread at a time; the caller wipes
 * what it gets.
 */
#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H

#include "base/secret.h"
#include "base/status.h"

enum { AES_BLOCK_LEN = 16 };

struct aes;

bool aes_key_fits(const struct secret *key); // is it of one of these lengths?

must_use status aes_new(struct aes **out, const struct secret *key); // the key fits; it is copied
void aes_free(struct aes *aes);                                      // wipes; NULL is fine
must_use status aes_encrypt(struct aes *aes, uint8_t *out, const uint8_t *in, size_t len);
must_use status aes_decrypt(struct aes *aes, uint8_t *out, const uint8_t *in, size_t len);

#endif
