/*
 * Key blocks of ANSI X9.143-2021 (TR-31:2018), version D: AES key derivation binding. A working key at rest is wrapped
 * under the master key (the key block protection key, KBPK) with what it may be used for; the MAC covers both and is
 * verified before the key is looked at. (The later module for import adds versions A to C and E.)
 */
#ifndef CRYPTO_KEY_BLOCK_H
#define CRYPTO_KEY_BLOCK_H

#include <stddef.h>

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"

/* The longest block written, and the longest key that fits into one. Blocks of others are read up to the limit of the
   standard, 9999 characters. */
enum { KEY_BLOCK_LEN_MAX = 1024, KEY_BLOCK_KEY_LEN_MAX = 478 };

/* X9.143-2021, 6.2: the header fields a caller chooses. All are printable characters of the standard's tables. */
struct key_block_header {
    char usage[2];      // table 2: "D0" data encryption, "M7" HMAC, "S0" signature, "K1" key block protection, ...
    char algorithm;     // table 3: 'A' AES, 'H' HMAC, 'E' elliptic curve
    char mode;          // table 4: 'B' both ways, 'G' generate, 'V' verify, 'C' both MAC, 'E' 'D' 'S' 'X' 'N'
    char version[2];    // table 5: "00" unused, else the key's version
    char exportability; // table 6: 'N', 'E', 'S'
};

/* Wraps `key` under `kbpk` (AES-128, -192 or -256). The length is obfuscated by padding to `padded_len` bytes; 0 means
   the longest key of the algorithm (32 for 'A', 24 for 'D' and 'T', 64 for 'H'; the others have none and are padded to
   the cipher's block alone). `*out_len` characters of printable ASCII are written to out. */
must_use status key_block_wrap(char out[KEY_BLOCK_LEN_MAX], size_t *out_len, const struct runtime *runtime,
                               const struct secret *kbpk, const struct key_block_header *header,
                               const struct secret *key, size_t padded_len);

/* Opens a version D block, with optional blocks or without (they are verified, then passed over). DATA_DAMAGED, one
   indistinct error, when anything about it is wrong: length, characters, optional blocks, padding, MAC. On success
   `key` is a new secret; else it is empty and the header is zero. Whether the use suits is for the caller to check. */
must_use status key_block_unwrap(struct key_block_header *header, struct secret *key, const struct secret *kbpk,
                                 text block);

#endif
