/*
 * For the files of keys/ that compute with payment keys, and for nobody else: a key for the length of one call.
 */
#ifndef KEYS_KEYRING_INSIDE_H
#define KEYS_KEYRING_INSIDE_H

#include "keys/keyring.h"

/* A copy that the caller releases. KEY_UNAVAILABLE: not loaded, destroyed, or no payment key; KEY_WRONG_USE: its usage, algorithm or
   mode is another; KEY_RETIRED: its state does not permit the operation. `algorithm` 0: any. */
must_use status keyring_lend(struct keyring *keyring, struct secret *out, int64_t key_id, const char *usage,
                             char algorithm, enum key_operation operation);

/* The same of a key whose header lets it derive: its state has to permit what the derived key does. A retired key of cards
   still verifies what they send. */
must_use status keyring_lend_to_derive(struct keyring *keyring, struct secret *out, int64_t key_id, const char *usage,
                                       char algorithm, enum key_operation operation);

const struct runtime *keyring_runtime(const struct keyring *keyring); // its clock and random numbers

#endif
