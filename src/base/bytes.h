/*
 * Numbers and hexadecimal in bytes: big-endian stores and loads, hex and base32 in and out.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

void bytes_put_be64(uint8_t out[8], uint64_t value);
void bytes_put_be32(uint8_t out[4], uint32_t value);
uint64_t bytes_get_be64(const uint8_t in[8]);
uint32_t bytes_get_be32(const uint8_t in[4]);

void bytes_to_hex(char *out, const void *bytes, size_t len); // 2 * len lower-case characters, no terminator
bool bytes_from_hex(void *out, size_t len, text hex);        // exactly 2 * len hex digits, either case;
                                                             // on false `out` holds nothing of use

#define BYTES_BASE32_LEN(len) (((len)*8 + 4) / 5)               // characters for `len` bytes
void bytes_to_base32(char *out, const void *bytes, size_t len); // RFC 4648, 6, without padding or terminator

/* Crockford's base32 of 64 bits, 13 characters, as in printed ids; lower case out, either case in. */
void bytes_id_print(char out[13], uint64_t value);
bool bytes_id_parse(uint64_t *out, text printed);

#endif
