#include "base/text.h"

#include <assert.h>
#include <string.h>

text text_of(const char *string)
{
    return string != NULL ? (text){ string, strlen(string) } : TEXT_ABSENT;
}

text text_bytes(const void *bytes, size_t len)
{
    assert(bytes != NULL || len == 0);
    return (text){ bytes, len };
}

bool text_present(text t)
{
    return t.at != NULL;
}

bool text_empty(text t)
{
    return t.len == 0;
}

// memcmp may not be given NULL, not even for no bytes.
static bool same_bytes(const char *a, const char *b, size_t len)
{
    return len == 0 || memcmp(a, b, len) == 0;
}

bool text_equal(text a, text b)
{
    return a.len == b.len && text_present(a) == text_present(b) && same_bytes(a.at, b.at, a.len);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal_ignoring_case(text a, text b)
{
    if (a.len != b.len || text_present(a) != text_present(b)) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.at[i]) != lower(b.at[i])) {
            return false;
        }
    }
    return true;
}

bool text_starts_with(text t, text prefix)
{
    return prefix.len <= t.len && same_bytes(t.at, prefix.at, prefix.len);
}

bool text_ends_with(text t, text suffix)
{
    return suffix.len <= t.len && (suffix.len == 0 || same_bytes(t.at + (t.len - suffix.len), suffix.at, suffix.len));
}

text text_slice(text t, size_t from, size_t len)
{
    if (!text_present(t)) {
        return t;
    }
    from = from < t.len ? from : t.len;
    len = len < t.len - from ? len : t.len - from;
    return (text){ t.at + from, len };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

text text_trim(text t)
{
    while (t.len > 0 && is_blank(t.at[0])) {
        t.at++;
        t.len--;
    }
    while (t.len > 0 && is_blank(t.at[t.len - 1])) {
        t.len--;
    }
    return t;
}

bool text_split(text *rest, char separator, text *part)
{
    if (!text_present(*rest)) {
        return false;
    }
    int64_t index = text_find(*rest, separator);
    if (index < 0) {
        *part = *rest;
        *rest = TEXT_ABSENT;
    } else {
        *part = text_slice(*rest, 0, (size_t)index);
        *rest = text_slice(*rest, (size_t)index + 1, rest->len);
    }
    return true;
}

int64_t text_find(text t, char c)
{
    const char *found = t.len > 0 ? memchr(t.at, c, t.len) : NULL;
    return found != NULL ? found - t.at : -1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_all(text t, bool (*is)(char c))
{
    for (size_t i = 0; i < t.len; i++) {
        if (!is(t.at[i])) {
            return false;
        }
    }
    return true;
}

bool text_is_digits(text t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (!is_digit(t.at[i])) {
            return false;
        }
    }
    return t.len > 0;
}

// The well-formed sequences of more than one byte, by their first byte: RFC 3629, 4. The bounds of the second byte keep
// out overlong forms, surrogates and what lies past U+10FFFF.
static const struct sequence {
    uint8_t first_min, first_max, second_min, second_max, len;
} sequences[] = {
    { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
    { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 },
    { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

static bool is_sequence(const struct sequence *sequence, const uint8_t *at, size_t left)
{
    if (left < sequence->len || at[1] < sequence->second_min || at[1] > sequence->second_max) {
        return false;
    }
    for (size_t i = 2; i < sequence->len; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    return true;
}

// The length of the character that starts at `at`; 0 when there is none.
static size_t character_len(const uint8_t *at, size_t left)
{
    if (at[0] < 0x80) {
        return 1;
    }
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        if (at[0] >= sequences[i].first_min && at[0] <= sequences[i].first_max) {
            return is_sequence(&sequences[i], at, left) ? sequences[i].len : 0;
        }
    }
    return 0;
}

bool text_is_utf8(text t)
{
    const uint8_t *at = (const uint8_t *)t.at;
    for (size_t i = 0; i < t.len;) {
        // Most text is ASCII, and eight of those bytes are told by one mask.
        uint64_t eight;
        if (t.len - i >= sizeof eight) {
            memcpy(&eight, at + i, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        size_t len = character_len(at + i, t.len - i);
        if (len == 0) {
            return false;
        }
        i += len;
    }
    return true;
}

bool text_has_control(text t)
{
    const uint8_t *at = (const uint8_t *)t.at;
    for (size_t i = 0; i < t.len; i++) {
        size_t left = t.len - i;
        bool c0 = at[i] < 0x20 || at[i] == 0x7F;
        bool c1 = at[i] == 0xC2 && left >= 2 && at[i + 1] >= 0x80 && at[i + 1] <= 0x9F;
        bool line = at[i] == 0xE2 && left >= 3 && at[i + 1] == 0x80 && (at[i + 2] == 0xA8 || at[i + 2] == 0xA9);
        if (c0 || c1 || line) {
            return true;
        }
    }
    return false;
}

size_t text_count_characters(text t)
{
    size_t count = 0;
    for (size_t i = 0; i < t.len; i++) {
        count += ((uint8_t)t.at[i] & 0xC0) != 0x80;
    }
    return count;
}

bool text_to_uint64(text t, uint64_t *out)
{
    if (!text_is_digits(t) || (t.len > 1 && t.at[0] == '0')) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < t.len; i++) {
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(t.at[i] - '0'), &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

bool text_to_int64(text t, int64_t *out)
{
    bool negative = text_starts_with(t, TEXT("-"));
    uint64_t magnitude;
    if (!text_to_uint64(negative ? text_slice(t, 1, t.len) : t, &magnitude)) {
        return false;
    }
    if (negative) {
        // "-0" is a second spelling of 0, like a leading zero.
        if (magnitude == 0 || magnitude > (uint64_t)INT64_MAX + 1) {
            return false;
        }
        *out = -(int64_t)(magnitude - 1) - 1;
        return true;
    }
    if (magnitude > INT64_MAX) {
        return false;
    }
    *out = (int64_t)magnitude;
    return true;
}
