/*
 * The optional blocks of a key block header (X9.143-2021, 6.3.6): "KS" key serial number, "KC" check value, "TS" time,
 * "CT" certificate, "PB" padding, ... Two characters of id, then the length of the whole block in characters as two
 * hexadecimal digits; 00 announces a longer length: two hexadecimal digits for how many digits it has, then these.
 */
#ifndef CRYPTO_KEY_BLOCK_OPTION_H
#define CRYPTO_KEY_BLOCK_OPTION_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/runtime.h"
#include "base/status.h"
#include "base/text.h"

enum { KEY_BLOCK_OPTION_COUNT_MAX = 99 }; // two decimal digits in the header

struct key_block_option {
    char id[2];
    text data; // printable ASCII; of somebody else
};

/* Reads `count` of them, whose data points into `at`. `*len` gets how many characters they take. False unless each is
   sound in shape, every id stands once, the padding "PB" is last and they fill whole cipher blocks. */
bool key_block_options_read(struct key_block_option options[KEY_BLOCK_OPTION_COUNT_MAX], int count, size_t block_len,
                            text at, size_t *len);

/* Appends them, and a "PB" of random characters when that is needed to fill whole cipher blocks; `*count` gets how many
   were written. False, and nothing of use, when one is not of the form above or there are too many. */
bool key_block_options_write(struct buffer *out, int *written, const struct runtime *runtime,
                             const struct key_block_option *options, int count, size_t block_len);

#endif
