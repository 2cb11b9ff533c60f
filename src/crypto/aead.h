/*
 * AES-256-GCM (NIST SP 800-38D) with associated data: nonce (12 bytes, random) + ciphertext + tag (16 bytes).
 * The caller's associated data binds a ciphertext to its place: organisation, table, row, key version.
 * With random nonces a key seals at most 2^32 times (SP 800-38D, 8.3): whoever owns keys renews them well before.
 */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"

enum { AEAD_KEY_LEN = 32, AEAD_NONCE_LEN = 12, AEAD_TAG_LEN = 16, AEAD_OVERHEAD_LEN = AEAD_NONCE_LEN + AEAD_TAG_LEN };

struct aead; // keyed once, used many times; one thread at a time
must_use status aead_new(struct aead **out, const struct secret *key);
void aead_free(struct aead *aead);

/* `out` has room for len + AEAD_OVERHEAD_LEN bytes. */
must_use status aead_seal(struct aead *aead, uint8_t *out, const struct runtime *runtime, const void *plain, size_t len,
                          const void *associated, size_t associated_len);
/* `out` has room for len - AEAD_OVERHEAD_LEN bytes. DATA_DAMAGED when the tag does not verify; out is then wiped. */
must_use status aead_open(struct aead *aead, uint8_t *out, const void *sealed, size_t len, const void *associated,
                          size_t associated_len);

#endif
