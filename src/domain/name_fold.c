#include "domain/name_fold.h"

#include <stdint.h>

// Capitals from `first` to `last`: each, or each second one of an alternating run, becomes itself + `add`.
static const struct {
    uint32_t first, last;
    int step, add;
} folds[] = {
    { 'A', 'Z', 1, 32 },
    { 0x00C0, 0x00D6, 1, 32 },
    { 0x00D8, 0x00DE, 1, 32 },
    { 0x0100, 0x012E, 2, 1 },
    { 0x0130, 0x0130, 1, 'i' - 0x0130 },
    { 0x0132, 0x0136, 2, 1 },
    { 0x0139, 0x0147, 2, 1 },
    { 0x014A, 0x0176, 2, 1 },
    { 0x0178, 0x0178, 1, 0x00FF - 0x0178 },
    { 0x0179, 0x017D, 2, 1 },
    { 0x0386, 0x0386, 1, 38 },
    { 0x0388, 0x038A, 1, 37 },
    { 0x038C, 0x038C, 1, 64 },
    { 0x038E, 0x038F, 1, 63 },
    { 0x0391, 0x03A1, 1, 32 },
    { 0x03A3, 0x03AB, 1, 32 },
    { 0x0400, 0x040F, 1, 80 },
    { 0x0410, 0x042F, 1, 32 },
    { 0x1E00, 0x1E94, 2, 1 },
    { 0x1EA0, 0x1EFE, 2, 1 },
};

enum { FOLD_COUNT = sizeof folds / sizeof folds[0] };

static uint32_t fold(uint32_t c)
{
    for (int i = 0; i < FOLD_COUNT && c >= folds[i].first; i++) {
        if (c <= folds[i].last) {
            return (c - folds[i].first) % (uint32_t)folds[i].step == 0 ? (uint32_t)((int64_t)c + folds[i].add) : c;
        }
    }
    return c;
}

static size_t sequence_len(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static uint32_t decode(const unsigned char *at, size_t len)
{
    uint32_t c = len == 1 ? at[0] : at[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        c = c << 6 | (at[i] & 0x3Fu);
    }
    return c;
}

static size_t encode(char *out, uint32_t c)
{
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; c >>= 6) {
        out[i] = (char)(0x80 | (c & 0x3F));
    }
    out[0] = (char)(len == 1 ? c : (0xF00u >> len & 0xFF) | c);
    return len;
}

status name_fold(struct arena *arena, text *out, text name)
{
    *out = TEXT_ABSENT;
    if (!text_present(name)) {
        return OK;
    }
    char *folded = arena_take(arena, name.len + 1);
    if (folded == NULL) {
        return OUT_OF_MEMORY;
    }
    size_t len = 0;
    for (size_t i = 0, part; i < name.len; i += part) {
        part = sequence_len((unsigned char)name.at[i]);
        if (i + part > name.len) {
            break; // not UTF-8 after all
        }
        len += encode(folded + len, fold(decode((const unsigned char *)name.at + i, part)));
    }
    *out = (text){ folded, len };
    return OK;
}
