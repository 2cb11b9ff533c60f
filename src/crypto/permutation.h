/*
 * A keyed permutation of 0..N-1 for N = 10^1 to 10^18: the k-th number of a series is permutation(k).
 *
 * Version 1. From 10^6 up: a Feistel network of PERMUTATION_ROUNDS rounds on two halves of decimal digits, balanced
 * (they differ by one digit when n is odd), added modulo a power of ten, with AES-256 as round function: the
 * generalized Feistel of Black and Rogaway, "Ciphers with Arbitrary Finite Domains" (CT-RSA 2002), in the shape of FF1
 * (NIST SP 800-38G). It lands in 0..N-1 exactly, so there is no cycle-walking. Below 10^6: a table shuffled by
 * Fisher-Yates from an AES-CTR stream. The tweak separates series that share a key; version, N and tweak are bound into
 * the key of the rounds and of the stream. permutation.c tells it to the last bit, docs/decisions/0002-permutation.md
 * tells why.
 * The construction is frozen by vectors (test/vectors/permutation_v1.csv): a change is a new version.
 */
#ifndef CRYPTO_PERMUTATION_H
#define CRYPTO_PERMUTATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"

enum { PERMUTATION_VERSION = 1, PERMUTATION_ROUNDS = 10, PERMUTATION_KEY_LEN = 32, PERMUTATION_BLOCK_COUNT = 256 };
#define PERMUTATION_SIZE_MAX 1000000000000000000ULL

struct permutation;

/*
 * `size` is a power of ten from 10 to PERMUTATION_SIZE_MAX. An instance is used by one thread at a time (it keeps its
 * cipher contexts); the key is not kept except as an expanded schedule inside them. Below 10^6 the tables are made
 * here: at most 800 KB and about a millisecond.
 */
must_use status permutation_new(struct permutation **out, const struct secret *key, uint64_t size, uint64_t tweak);
void permutation_free(struct permutation *permutation);

/* out[i] = P(first + i) for i in 0..count-1, any count; first + count <= size. Fast for blocks of 32 and more. */
must_use status permutation_map(struct permutation *permutation, uint64_t *out, uint64_t first, size_t count);
/* The k with P(k) == value; value < size. */
must_use status permutation_inverse(struct permutation *permutation, uint64_t *out, uint64_t value);
/* `count` digits 0-9 (not characters) that depend on value, key, size and tweak alone, value < size: the digits of a
   long body before its last 18. A longer extension begins with the shorter one. */
must_use status permutation_extend(struct permutation *permutation, uint8_t *digits, size_t count, uint64_t value);

#endif
