/*
 * Key blocks of ANSI X9.143-2021 (TR-31:2018) and ISO 20038: a key wrapped under another one (the key block protection
 * key, KBPK) with what it may be used for. The MAC covers both and is verified before the key is looked at.
 *
 * Working keys at rest are blocks of version D under the master key: key_block_wrap and key_block_unwrap. What comes from
 * others may be of version A, B, C, D or E; what goes out is B (under triple DES) or D (under AES). Whether the use
 * suits is for the caller to check: key_block_use.h.
 */
#ifndef CRYPTO_KEY_BLOCK_H
#define CRYPTO_KEY_BLOCK_H

#include <stddef.h>

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/key_block_option.h"

/* The longest block that key_block_wrap writes, the longest key that fits into one, and the longest block there can be:
   its length has four digits. (Header and plaintext together also keep to SECRET_LEN_MAX.) */
enum { KEY_BLOCK_LEN_MAX = 1024, KEY_BLOCK_KEY_LEN_MAX = 478, KEY_BLOCK_ANY_LEN_MAX = 9999 };

/* X9.143-2021, 6.2: the header fields a caller chooses. All are characters of the standard's tables: capitals and digits. */
struct key_block_header {
    char usage[2];      // table 2: "D0" data encryption, "M7" HMAC, "S0" signature, "K1" key block protection, ...
    char algorithm;     // table 3: 'A' AES, 'T' triple DES, 'H' HMAC, 'E' elliptic curve
    char mode;          // table 4: 'B' both ways, 'G' generate, 'V' verify, 'C' both MAC, 'E' 'D' 'S' 'X' 'N'
    char version[2];    // table 5: "00" unused, "c1" the first component, else the key's version
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
   `key` is a new secret; else it is empty and the header is zero. */
must_use status key_block_unwrap(struct key_block_header *header, struct secret *key, const struct secret *kbpk,
                                 text block);

struct key_block {
    char format; // 'A' to 'E', the standard's "key block version ID"
    struct key_block_header header;
    char context; // '0', or '1' or '2': for storage alone, for exchange alone; 0 counts as '0'
    struct key_block_option options[KEY_BLOCK_OPTION_COUNT_MAX];
    int option_count;
    struct secret key;
};

/* The same for a block of any version; the KBPK is of triple DES (16 or 24 bytes) for A, B and C, of AES for D and E,
   and one of another length is one more thing that is wrong. The options' data points into `text block`. On success the
   caller releases `out`; else it is zero. */
must_use status key_block_read(struct key_block *out, const struct secret *kbpk, text block);
void key_block_release(struct key_block *block); // its key; a zero block is fine

/* Writes a block of version B or D, padded to the longest key of the algorithm, its options in their order and followed
   by a "PB" when they need one. INVALID_INPUT: another version, a KBPK that does not fit it, an AES key under a weaker
   one, a character outside the tables, an option that could not be read again, or more than there is room for. */
must_use status key_block_write(char out[KEY_BLOCK_ANY_LEN_MAX], size_t *out_len, const struct runtime *runtime,
                                const struct secret *kbpk, const struct key_block *block);

/* For test vectors alone: any version, and the padding is given. Padding is random else, and that is what hides the
   key's length. INVALID_INPUT as above, or when key and padding do not fill whole cipher blocks. */
must_use status key_block_rewrap(char out[KEY_BLOCK_ANY_LEN_MAX], size_t *out_len, const struct secret *kbpk,
                                 const struct key_block *block, const struct secret *padding);

#endif
