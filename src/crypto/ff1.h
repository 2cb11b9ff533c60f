/*
 * FF1 (NIST SP 800-38G, algorithms 7 and 8): encrypts a string of numerals to another of the same length and radix.
 *
 * A numeral is a byte from 0 to radix - 1, most significant first. All arithmetic is on integers. The tweak is public and
 * part of the input: strings under different tweaks are encrypted independently. A key serves one radix and purpose.
 *
 * A permutation of few values can be learned: for use, ask ff1_domain_wide first. One thread at a time.
 */
#ifndef CRYPTO_FF1_H
#define CRYPTO_FF1_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"

enum { FF1_RADIX_MAX = 256, FF1_LEN_MIN = 2, FF1_LEN_MAX = 2048, FF1_TWEAK_LEN_MAX = 256 };

struct ff1;

must_use status ff1_new(struct ff1 **out, const struct secret *key); // AES: 16, 24 or 32 bytes; it is copied
void ff1_free(struct ff1 *ff1);                                      // wipes; NULL is fine

/* Are there at least 1,000,000 such strings? SP 800-38G Rev. 1 (2nd public draft), 5.1, asks for it. */
bool ff1_domain_wide(unsigned int radix, size_t len);

struct ff1_form {
    unsigned int radix; // 2 to FF1_RADIX_MAX
    size_t len;         // numerals, FF1_LEN_MIN to FF1_LEN_MAX
    const void *tweak;
    size_t tweak_len; // bytes, 0 to FF1_TWEAK_LEN_MAX
};

/* In place. Every numeral is below the radix. */
must_use status ff1_encrypt(struct ff1 *ff1, uint8_t *numerals, const struct ff1_form *form);
must_use status ff1_decrypt(struct ff1 *ff1, uint8_t *numerals, const struct ff1_form *form);

#endif
