/*
 * Masks in place of branches, for code whose path must not tell a secret: 0 for no, all ones for yes. The compiler is
 * kept from making branches of them again. Values are below 2^31.
 */
#ifndef CRYPTO_CONSTANT_TIME_H
#define CRYPTO_CONSTANT_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/text.h"

#ifdef CONSTANT_TIME_CHECK // a run under valgrind, where secrets are marked as undefined
#include <valgrind/memcheck.h>
#endif

static inline uint32_t mask_hide(uint32_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

static inline uint32_t mask_below(uint32_t a, uint32_t b)
{
    return mask_hide(0 - ((a - b) >> 31));
}

static inline uint32_t mask_equal(uint32_t a, uint32_t b)
{
    return mask_below(a ^ b, 1);
}

static inline uint32_t mask_pick(uint32_t mask, uint32_t yes, uint32_t no)
{
    return (yes & mask) | (no & ~mask);
}

/* From here on the value is public: the verdict, never the secret. */
static inline uint32_t mask_reveal(uint32_t value)
{
#ifdef CONSTANT_TIME_CHECK
    VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
#endif
    return value;
}

/* Are these all characters '0' to '9'? */
static inline uint32_t mask_digits(const char *at, size_t len)
{
    uint32_t mask = UINT32_MAX;
    for (size_t i = 0; i < len; i++) {
        uint32_t c = (uint8_t)at[i];
        mask &= mask_below('0' - 1, c) & mask_below(c, '9' + 1);
    }
    return mask;
}

/* Is what was given what it should be? The verdict is public, and so is the length: another one is wrong. */
static inline bool secret_matches(text given, const void *expected, size_t len)
{
    return given.len == len && mask_reveal(secret_equal(given.at, expected, len)) != 0;
}

#endif
