/*
 * IBM 3624: a PIN that follows from the card number (the natural PIN), and the offset between it and the one the holder
 * chose. Digits of cipher text become decimal through a table of sixteen digits.
 *
 * The table is a secret like a key, and is bound to what this header makes of it: one that maps many digits to one, or
 * that a caller may change, lets him find a PIN in a few tries. INVALID_INPUT: a PIN or offset that is not 4 to 12
 * digits, or not of the same length. The same path is taken whatever PIN, offset and table are. One thread at a time a
 * key.
 */
#ifndef CRYPTO_IBM3624_H
#define CRYPTO_IBM3624_H

#include "base/text.h"
#include "crypto/pin_block.h"

enum { IBM3624_TABLE_LEN = 16, IBM3624_VALIDATION_LEN = 16 };

/* A decimalisation table that was found good. */
struct ibm3624_table {
    uint8_t digits[IBM3624_TABLE_LEN]; // 0 to 9
};

/* From sixteen decimal digits, those of 0 to F. DECIMALIZATION_TABLE_WEAK: fewer than 8 different ones, or one more than
   four times; INVALID_INPUT: not sixteen digits. */
must_use status ibm3624_table_init(struct ibm3624_table *table, text digits);

/* What a PIN follows from. */
struct ibm3624_key {
    struct tdes *pvk; // 8, 16 or 24 bytes
    const struct ibm3624_table *table;
    text validation; // sixteen hexadecimal digits
};

/* Validation data from the issuer's pattern, twelve hexadecimal digits of which one is 'N' instead: there go the last
   five of the twelve digits before the check digit of the PAN. */
must_use status ibm3624_validation(char out[IBM3624_VALIDATION_LEN], text pattern, text pan);

/* `pin` is a secret of PIN_LEN_MAX bytes that the caller made; it gets `len` digits, and zero bytes after them. */
must_use status ibm3624_natural_pin(struct secret *pin, const struct ibm3624_key *key, size_t len);
must_use status ibm3624_pin(struct secret *pin, const struct ibm3624_key *key, text offset); // as long as the offset

/* Writes as many digits as the PIN has. */
must_use status ibm3624_offset(char out[PIN_LEN_MAX], const struct ibm3624_key *key, text pin);

/* In constant time. A PIN of another length than the offset is not right. */
must_use status ibm3624_verify(bool *right, const struct ibm3624_key *key, text pin, text offset);

#endif
