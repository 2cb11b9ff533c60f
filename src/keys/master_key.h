/*
 * The master key: the AES-256 key from which the key of every key block at rest is derived. It is reached through a
 * provider, and the one thing a provider does with it is an AES-CMAC, so that it can as well lie in a token that never
 * gives it out (keys/token.h) as in locked memory of this process.
 *
 * A block's key is derived for its row alone (NIST SP 800-108r1, 4.1, counter mode, CMAC): what leaves a token for the
 * length of one call opens one key block and no other, and a block that was moved to another row does not open.
 */
#ifndef KEYS_MASTER_KEY_H
#define KEYS_MASTER_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/mac.h"

enum { MASTER_KEY_LEN = 32, MASTER_KEY_CHECK_LEN = 5, MASTER_KEY_CONTEXT_LEN_MAX = 256 };

struct master_key;

/* How a master key is reached; a constant. Calls are made one at a time. */
struct master_key_provider {
    const char *name; // "software", "pkcs11"
    /* AES-CMAC (NIST SP 800-38B) of `len` bytes under the master key. KEY_UNAVAILABLE: it cannot be reached any more. */
    status (*mac)(void *context, uint8_t out[CMAC_LEN], const void *message, size_t len);
    void (*close)(void *context);
};

/* Takes over the context, which it closes also when it fails. */
must_use status master_key_new(struct master_key **out, const struct master_key_provider *provider, void *context);
/* One in this process's locked memory; takes over the key (32 bytes): *key is empty afterwards, whatever the status. */
must_use status master_key_in_memory(struct master_key **out, struct secret *key);
void master_key_free(struct master_key *master); // NULL is fine

const char *master_key_provider_name(const struct master_key *master);

/* The key itself where it lies in this process, NULL where it does not: for blocks of before keys were derived by row. */
const struct secret *master_key_held(const struct master_key *master);

/* 32 bytes for one purpose: SP 800-108r1 with label, context and a counter and length of 32 bits each. On success `out`
   is a new secret. Safe from any thread. */
must_use status master_key_derive(struct master_key *master, struct secret *out, text label, const void *context,
                                  size_t context_len);
/* Its check value: the first bytes of the CMAC of a zero block (X9.24-1:2017, annex A). */
must_use status master_key_check_value(struct master_key *master, uint8_t out[MASTER_KEY_CHECK_LEN]);

#endif
