/*
 * The characters of key blocks, and a cursor over them that, once it has failed, gives nothing more.
 */
#ifndef CRYPTO_KEY_BLOCK_TEXT_H
#define CRYPTO_KEY_BLOCK_TEXT_H

#include "base/text.h"

static inline bool is_upper_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static inline bool is_upper_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static inline bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

struct text_cursor {
    text rest;
    bool failed;
};

static inline text cursor_take(struct text_cursor *cursor, size_t len)
{
    if (cursor->failed || len > cursor->rest.len) {
        cursor->failed = true;
        return TEXT_ABSENT;
    }
    text taken = text_slice(cursor->rest, 0, len);
    cursor->rest = text_slice(cursor->rest, len, cursor->rest.len - len);
    return taken;
}

// Digits of base 10 or 16 (upper case), at most eight of them.
static inline size_t cursor_number(struct text_cursor *cursor, size_t digits, unsigned int base)
{
    text taken = cursor_take(cursor, digits);
    size_t value = 0;
    for (size_t i = 0; i < taken.len; i++) {
        char c = taken.at[i];
        unsigned int digit = c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(c - 'A' + 10);
        if (!is_upper_hex(c) || digit >= base) {
            cursor->failed = true;
            return 0;
        }
        value = value * base + digit;
    }
    return value;
}

#endif
