/*
 * What the header of a key block allows (X9.143-2021, tables 2, 3, 4 and 6; TR-31:2018, A.5): names of the codes, which
 * of them go together, and whether a key may do what is asked of it. That is the security property of key blocks: a
 * card verification key is no PIN key, whatever its bytes are.
 */
#ifndef CRYPTO_KEY_BLOCK_USE_H
#define CRYPTO_KEY_BLOCK_USE_H

#include "crypto/key_block.h"

/* For people: "card verification", "triple DES", "generate and verify", "under a key block". NULL: not in the table. */
const char *key_block_usage_name(const char usage[2]);
const char *key_block_algorithm_name(char algorithm);
const char *key_block_mode_name(char mode);
const char *key_block_exportability_name(char exportability);

/* Are all four in the tables, and do usage, algorithm and mode go together? A proprietary code (digits first) never is. */
bool key_block_header_regular(const struct key_block_header *header);

enum key_operation {
    KEY_TO_ENCRYPT, // or wrap
    KEY_TO_DECRYPT, // or unwrap
    KEY_TO_GENERATE,
    KEY_TO_VERIFY,
    KEY_TO_DERIVE,
    KEY_TO_SIGN,
};

/* May a key with this header do that, as a key of this usage ("C0")? Mode 'N' allows whatever the usage does. */
bool key_block_permits(const struct key_block_header *header, const char *usage, enum key_operation operation);

/* May the key leave in a key block under another key? */
bool key_block_exportable(const struct key_block_header *header);

#endif
