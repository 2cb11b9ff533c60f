/*
 * Bytes and keys written in hexadecimal. A literal that is malformed fails the test. Include after cmocka.h.
 */
#ifndef SUPPORT_HEX_H
#define SUPPORT_HEX_H

#include <string.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/tdes.h"

enum { HEX_BYTES_MAX = 256 };

static inline size_t hex_take(uint8_t *out, size_t room, const char *hex)
{
    size_t len = strlen(hex) / 2;
    assert_true(len <= room && bytes_from_hex(out, len, text_of(hex)));
    return len;
}

static inline size_t hex_bytes(uint8_t out[HEX_BYTES_MAX], const char *hex)
{
    return hex_take(out, HEX_BYTES_MAX, hex);
}

static inline void hex_secret(struct secret *out, const char *hex)
{
    uint8_t bytes[HEX_BYTES_MAX];
    size_t len = hex_bytes(bytes, hex);
    assert_int_equal(secret_init_copy(out, bytes, len), OK);
}

static inline struct tdes *hex_tdes(const char *hex)
{
    struct tdes *tdes;
    struct secret key;
    hex_secret(&key, hex);
    assert_int_equal(tdes_new(&tdes, &key), OK);
    secret_release(&key);
    return tdes;
}

static inline void assert_hex_equal(const void *bytes, size_t len, const char *expected)
{
    uint8_t right[HEX_BYTES_MAX];
    assert_int_equal(hex_bytes(right, expected), len);
    assert_memory_equal(bytes, right, len);
}

#endif
