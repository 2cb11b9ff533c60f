/*
 * Keys of test vectors, for topics: a row may hold any length, while the functions under test take what their caller has
 * checked.
 */
#ifndef CRYPTO_SELFTEST_VECTOR_KEY_H
#define CRYPTO_SELFTEST_VECTOR_KEY_H

#include "crypto/aes.h"
#include "crypto/selftest/vectors.h"
#include "crypto/tdes.h"

/* The caller frees what it gets. False: malformed, or a key of another length. */
bool vector_tdes(const struct vector_row *row, const char *name, struct tdes **out);        // 16 bytes: a pair
bool vector_tdes_any(const struct vector_row *row, const char *name, struct tdes **out);    // 8, 16 or 24
bool vector_aes(const struct vector_row *row, const char *name, struct aes **out);          // 16, 24 or 32
bool vector_digits(const struct vector_row *row, const char *name, size_t min, size_t max); // decimal digits alone

/* Is the field the key's check value (triple DES, three bytes), or empty? */
bool vector_kcv(const struct vector_row *row, const char *name, const struct secret *key);

#endif
