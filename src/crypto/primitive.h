/*
 * The algorithms taken from libcrypto, each fetched once in the life of the process: a fetch walks the list of
 * providers, which costs more than a short message. They are never given back. Any thread may ask.
 */
#ifndef CRYPTO_PRIMITIVE_H
#define CRYPTO_PRIMITIVE_H

#include <openssl/evp.h>

#include "base/status.h"

struct primitives {
    EVP_MD *sha1; // only where a card scheme's standard says so
    EVP_MD *sha256;
    EVP_MAC *hmac;
    EVP_MAC *cmac;
    EVP_CIPHER *aes_128_ecb;
    EVP_CIPHER *aes_192_ecb;
    EVP_CIPHER *aes_256_ecb;
    EVP_CIPHER *aes_256_gcm;
    EVP_CIPHER *aes_128_cbc;
    EVP_CIPHER *aes_192_cbc;
    EVP_CIPHER *aes_256_cbc;
    EVP_CIPHER *tdes_ecb;
    EVP_CIPHER *tdes_cbc;
};

/* SYSTEM_FAULT when this libcrypto, as it is configured, lacks one of them. */
must_use status primitives_get(const struct primitives **out);

/* What a refused call of libcrypto means here: INTERNAL. It also clears the thread's queue of errors, which the TLS
   connections of the same thread would otherwise take for their own. */
status primitive_refused(void);

#endif
