/*
 * Keys that stand in public documents (test keys of standards, of test vectors and of well-known devices) and keys that
 * anybody would try first: what is under one of these is not secret. Asked once, before a key is taken.
 *
 * They are known by the SHA-256 of the key, so the keys are not in the program. The parity bits of keys of 16 and 24
 * bytes do not matter, nor whether the third part of a triple DES key, equal to its first, is written.
 */
#ifndef CRYPTO_PUBLISHED_KEY_H
#define CRYPTO_PUBLISHED_KEY_H

#include "base/secret.h"

/* Is it in the table, or does each of its bytes differ from the one before by the same step (all equal; counting up or
   down, as 000102.. and 00112233..)? A key has at least one byte. */
must_use bool key_is_published(const struct secret *key);

#endif
