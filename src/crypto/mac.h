/*
 * SHA-256 (FIPS 180-4), HMAC-SHA-256 (FIPS 198-1) with a kept context, and AES-CMAC (NIST SP 800-38B).
 */
#ifndef CRYPTO_MAC_H
#define CRYPTO_MAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"

enum { SHA256_LEN = 32, CMAC_LEN = 16 };

struct bytes_view {
    const void *at;
    size_t len;
};

/* The digest of the pieces, one after another. */
must_use status sha256(uint8_t out[SHA256_LEN], const struct bytes_view *pieces, size_t count);

struct hmac; // keyed once, used many times; one thread at a time
must_use status hmac_new(struct hmac **out, const struct secret *key);
void hmac_free(struct hmac *hmac);
must_use status hmac_compute(struct hmac *hmac, uint8_t out[SHA256_LEN], const struct bytes_view *pieces, size_t count);

must_use status cmac_aes(uint8_t out[CMAC_LEN], const struct secret *key, const void *message, size_t len);

#endif
