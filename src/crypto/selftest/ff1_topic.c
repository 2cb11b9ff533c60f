#include <string.h>

#include "crypto/ff1.h"
#include "crypto/selftest/topics.h"

// Both ways. A symbol's place in the alphabet is its numeral.

struct line {
    uint8_t numerals[FF1_LEN_MAX];
    size_t len;
};

static bool line_read(struct line *line, const struct vector_row *row, const char *name, text alphabet)
{
    text symbols = vector_text(row, name);
    if (symbols.len < FF1_LEN_MIN || symbols.len > FF1_LEN_MAX) {
        return false;
    }
    line->len = symbols.len;
    for (size_t i = 0; i < symbols.len; i++) {
        int64_t place = text_find(alphabet, symbols.at[i]);
        if (place < 0) {
            return false;
        }
        line->numerals[i] = (uint8_t)place;
    }
    return true;
}

static bool line_becomes(struct ff1 *ff1, const struct line *from, const struct line *to, const struct ff1_form *form,
                         bool encrypt)
{
    struct line line = *from;
    status result = (encrypt ? ff1_encrypt : ff1_decrypt)(ff1, line.numerals, form);
    return result == OK && to->len == line.len && memcmp(line.numerals, to->numerals, line.len) == 0;
}

static bool key_read(struct secret *key, const struct vector_row *row)
{
    int64_t bits;
    if (!vector_secret(row, "key_hex", key)) {
        return false;
    }
    bool sound = vector_number(row, "key_bits", &bits) && bits == 8 * (int64_t)key->len &&
                 (key->len == 16 || key->len == 24 || key->len == 32);
    if (!sound) {
        secret_release(key);
    }
    return sound;
}

static enum vector_result check(const struct vector_row *row)
{
    uint8_t tweak[FF1_TWEAK_LEN_MAX];
    size_t tweak_len;
    int64_t radix;
    struct line plain, cipher;
    text alphabet = vector_text(row, "alphabet");
    if (!vector_bytes(row, "tweak_hex", tweak, sizeof tweak, &tweak_len) || !vector_number(row, "radix", &radix) ||
        radix < 2 || radix > FF1_RADIX_MAX || alphabet.len != (size_t)radix ||
        !line_read(&plain, row, "plaintext", alphabet) || !line_read(&cipher, row, "ciphertext", alphabet)) {
        return VECTOR_FAILED;
    }
    struct secret key;
    struct ff1 *ff1;
    if (!key_read(&key, row)) {
        return VECTOR_FAILED;
    }
    const struct ff1_form form = { (unsigned int)radix, plain.len, tweak, tweak_len };
    bool passed = false;
    if (ff1_new(&ff1, &key) == OK) {
        passed = cipher.len == plain.len && line_becomes(ff1, &plain, &cipher, &form, true) &&
                 line_becomes(ff1, &cipher, &plain, &form, false);
        ff1_free(ff1);
    }
    secret_release(&key);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "radix",     "alphabet",  "key_bits",   "key_hex",
                                       "tweak_hex", "plaintext", "ciphertext", NULL };

const struct vector_topic ff1_topic = { "ff1", columns, check };
