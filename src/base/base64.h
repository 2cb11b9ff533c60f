/*
 * base64url without padding (RFC 4648, 5), for tokens and cursors. Takes the same time whatever the characters are.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define BASE64URL_LEN(len)       (((len)*4 + 2) / 3) // characters for `len` bytes
#define BASE64URL_BYTES_LEN(len) ((len)*3 / 4)       // bytes in `len` characters

/* Writes BASE64URL_LEN(len) characters and a '\0'; returns the count of characters. */
size_t base64url_encode(char *out, const void *bytes, size_t len);

/*
 * False unless t is what encoding would have made: no padding, no space, no bits left over (RFC 4648, 3.5), and at most
 * out_max bytes. On false `out` holds nothing of use.
 */
bool base64url_decode(void *out, size_t *out_len, size_t out_max, text t);

#endif
