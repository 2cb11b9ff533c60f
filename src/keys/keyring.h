/*
 * The keyring: the only room in which working keys are in clear. It is filled at start with key blocks (the database
 * keeps them; this folder knows no database) that are unwrapped under the master key, and after that answers questions
 * about them: permute, seal, open, authenticate, sign. No function gives a key out.
 *
 * A key has an id (of its row), a use and a version. Usage, algorithm and mode stand in its block (X9.143) and are
 * checked when it is loaded: a block of another usage is refused. Uses that share one (numbering and the two seals; the
 * M7 uses) are told apart by their row alone. Any thread may call; contexts are kept and lent.
 */
#ifndef KEYS_KEYRING_H
#define KEYS_KEYRING_H

#include <stdint.h>

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/key_block.h"
#include "crypto/mac.h"
#include "crypto/permutation.h"

enum key_use {
    KEY_NUMBERING,     // D0 A: a series' permutation; as precious as its numbers
    KEY_NUMBER_SEAL,   // D0 A: registered numbers at rest
    KEY_NUMBER_LOOKUP, // M7 H: finds a registered number
    KEY_NUMBER_CHECK,  // M7 H: the 32-bit check of a drawn number
    KEY_REQUEST,       // M7 H: fingerprints of requests, OTP codes, cursors
    KEY_MESSAGE_SEAL,  // D0 A: messages and files that wait, secrets of authenticator apps
    KEY_SIGN,          // S0 E: Ed25519, heads of chains
    KEY_USE_COUNT
};

enum { KEY_CHECK_VALUE_LEN = 3, SIGNATURE_LEN = 64, PUBLIC_KEY_LEN = 32, KEY_VERSION_MAX = 99 };

const char *key_use_name(enum key_use use); // "numbering", "number_seal" ...; the word stored in the database
bool key_use_parse(enum key_use *use, text name);

struct keyring;

/* Takes over the master key (32 bytes): *master is empty afterwards. */
must_use status keyring_new(struct keyring **out, struct secret *master, const struct runtime *runtime);
void keyring_free(struct keyring *keyring); // wipes all; NULL is fine

/* Makes a key from random bytes and wraps it; `block` gets at most KEY_BLOCK_LEN_MAX characters. It is not loaded. The check
   value is the first bytes of the AES-CMAC of a zero block (AES), of HMAC-SHA-256 over nothing (HMAC) or of the public key. */
must_use status keyring_generate(struct keyring *keyring, enum key_use use, int version, char *block, size_t *block_len,
                                 uint8_t check_value[KEY_CHECK_VALUE_LEN]);
/* Unwraps and keeps. DATA_DAMAGED: the block does not open, is of another use or version, or its check value differs.
   Loading an id twice with the same block is harmless. OVERLOADED: KEYRING_KEY_COUNT_MAX are loaded. */
must_use status keyring_load(struct keyring *keyring, int64_t key_id, enum key_use use, int version, text block,
                             const uint8_t check_value[KEY_CHECK_VALUE_LEN]);
bool keyring_has(struct keyring *keyring, int64_t key_id);
/* The newest loaded key of a use (not for KEY_NUMBERING): what new data is protected with. 0 when there is none. `version` may be NULL. */
int64_t keyring_current(struct keyring *keyring, enum key_use use, int *version);

/* KEY_UNAVAILABLE when the id is not loaded or is of another use. */

/* A permutation lent to the caller until it is given back; see crypto/permutation.h. OVERLOADED: KEYRING_LENT_COUNT_MAX
   are lent. */
must_use status keyring_permutation_take(struct keyring *keyring, struct permutation **out, int64_t key_id,
                                         uint64_t size, uint64_t tweak);
void keyring_permutation_give(struct keyring *keyring, struct permutation *permutation);

must_use status keyring_seal(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *plain, size_t len,
                             const void *associated, size_t associated_len); // out: len + AEAD_OVERHEAD_LEN
must_use status keyring_open(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *sealed, size_t len,
                             const void *associated, size_t associated_len); // out: len - AEAD_OVERHEAD_LEN
must_use status keyring_authenticate(struct keyring *keyring, int64_t key_id, uint8_t out[SHA256_LEN],
                                     const struct bytes_view *pieces, size_t count);
must_use status keyring_sign(struct keyring *keyring, int64_t key_id, uint8_t signature[SIGNATURE_LEN],
                             const void *message, size_t len);
must_use status keyring_public_key(struct keyring *keyring, int64_t key_id, uint8_t out[PUBLIC_KEY_LEN]);
must_use status signature_verify(const uint8_t public_key[PUBLIC_KEY_LEN], const uint8_t signature[SIGNATURE_LEN],
                                 const void *message, size_t len); // DATA_DAMAGED when it does not verify

#endif
