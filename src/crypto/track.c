#include "crypto/track.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/decimal.h"

enum { EXPIRY_LEN = 4, SERVICE_CODE_LEN = 3 };

static const struct {
    size_t len_max;
    char separator, base, start, end; // base: the character of value 0
    int bits;                         // of a character, without its parity
} tracks[] = {
    [TRACK_1] = { TRACK_1_LEN_MAX, '^', 0x20, '%', '?', 6 },
    [TRACK_2] = { TRACK_2_LEN_MAX, '=', 0x30, ';', '?', 4 },
};

static bool name_fits(text name)
{
    if (name.len < TRACK_NAME_LEN_MIN || name.len > TRACK_NAME_LEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] < 0x20 || name.at[i] > 0x5F || strchr("%^?", name.at[i]) != NULL) {
            return false;
        }
    }
    return true;
}

// What stands between braces, and the form it has; `optional`: when empty, a separator stands for it.
static const struct placeholder {
    text name;
    size_t field; // in struct track_fields
    size_t min, max;
    bool optional;
} placeholders[] = {
    { { "pan", 3 }, offsetof(struct track_fields, pan), NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX, false },
    { { "name", 4 }, offsetof(struct track_fields, name), TRACK_NAME_LEN_MIN, TRACK_NAME_LEN_MAX, false },
    { { "yymm", 4 }, offsetof(struct track_fields, expiry), EXPIRY_LEN, EXPIRY_LEN, true },
    { { "svc", 3 }, offsetof(struct track_fields, service_code), SERVICE_CODE_LEN, SERVICE_CODE_LEN, true },
    { { "pvki", 4 }, offsetof(struct track_fields, key_index), 1, 1, false },
    { { "pvv", 3 }, offsetof(struct track_fields, pvv), 4, 4, false },
    { { "cvv", 3 }, offsetof(struct track_fields, cvv), 1, 5, false },
};

// The text a placeholder stands for; absent when there is none or it is malformed.
static text placeholder_value(enum track track, text name, const struct track_fields *fields)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++) {
        const struct placeholder *placeholder = &placeholders[i];
        if (!text_equal(placeholder->name, name)) {
            continue;
        }
        text value;
        memcpy(&value, (const char *)fields + placeholder->field, sizeof value);
        if (placeholder->optional && text_present(value) && value.len == 0) {
            return text_bytes(&tracks[track].separator, 1);
        }
        bool is_name = placeholder->field == offsetof(struct track_fields, name);
        bool good = is_name ? name_fits(value) : decimal_is(value, placeholder->min, placeholder->max);
        return good ? value : TEXT_ABSENT;
    }
    return TEXT_ABSENT;
}

// Takes the next piece of a template: a character as it is, or the value of a placeholder. Absent: malformed.
static text next_piece(text *rest, enum track track, const struct track_fields *fields)
{
    text piece = text_slice(*rest, 0, 1);
    size_t taken = 1;
    if (rest->at[0] == '{') {
        int64_t end = text_find(*rest, '}');
        if (end < 0) {
            return TEXT_ABSENT;
        }
        piece = placeholder_value(track, text_slice(*rest, 1, (size_t)end - 1), fields);
        taken = (size_t)end + 1;
    }
    *rest = text_slice(*rest, taken, rest->len - taken);
    return piece;
}

status track_print(char out[TRACK_LEN_MAX], size_t *len, enum track track, text template,
                   const struct track_fields *fields)
{
    struct track_data parsed;
    *len = 0;
    size_t made = 0;
    for (text rest = template; rest.len > 0;) {
        text piece = next_piece(&rest, track, fields);
        if (piece.at == NULL || piece.len > tracks[track].len_max - made) {
            return INVALID_INPUT;
        }
        memcpy(out + made, piece.at, piece.len);
        made += piece.len;
    }
    if (!track_parse(&parsed, track, text_bytes(out, made))) {
        return INVALID_INPUT;
    }
    *len = made;
    return OK;
}

/* What of a line is still to be read. */
struct cursor {
    text rest;
    char separators[3];
    bool failed;
};

static bool is_separator(const struct cursor *cursor, size_t at)
{
    return at < cursor->rest.len && cursor->rest.at[at] != '\0' &&
           strchr(cursor->separators, cursor->rest.at[at]) != NULL;
}

static text take(struct cursor *cursor, size_t count)
{
    text part = text_slice(cursor->rest, 0, count);
    cursor->rest = text_slice(cursor->rest, count, cursor->rest.len - count);
    return part;
}

// Up to the next separator, which is passed over.
static text take_until_separator(struct cursor *cursor)
{
    size_t count = 0;
    while (count < cursor->rest.len && !is_separator(cursor, count)) {
        count++;
    }
    if (count == cursor->rest.len) {
        cursor->failed = true;
        return TEXT("");
    }
    text part = take(cursor, count);
    take(cursor, 1);
    return part;
}

// So many digits, or one separator for none.
static text take_digits(struct cursor *cursor, size_t count)
{
    if (is_separator(cursor, 0)) {
        take(cursor, 1);
        return TEXT("");
    }
    if (cursor->rest.len < count || !decimal_is(text_slice(cursor->rest, 0, count), count, count)) {
        cursor->failed = true;
        return TEXT("");
    }
    return take(cursor, count);
}

static bool discretionary_fits(enum track track, text data)
{
    for (size_t i = 0; i < data.len; i++) {
        char c = data.at[i];
        bool digit = c >= '0' && c <= '9';
        if (track == TRACK_2 ? !digit : c < 0x20 || c > 0x5F || strchr("%^?", c) != NULL) {
            return false;
        }
    }
    return true;
}

bool track_parse(struct track_data *out, enum track track, text line)
{
    *out = (struct track_data){ 0 };
    struct cursor cursor = { line, "=D", false };
    if (line.len == 0 || line.len > tracks[track].len_max) {
        return false;
    }
    if (track == TRACK_1) {
        memcpy(cursor.separators, "^", 2);
        cursor.failed = take(&cursor, 1).at[0] != 'B';
    }
    struct track_data data = { .pan = take_until_separator(&cursor) };
    if (track == TRACK_1) {
        data.name = take_until_separator(&cursor);
        cursor.failed |= !name_fits(data.name);
    }
    data.expiry = take_digits(&cursor, EXPIRY_LEN);
    data.service_code = take_digits(&cursor, SERVICE_CODE_LEN);
    data.discretionary = cursor.rest;
    if (cursor.failed || !decimal_is(data.pan, NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX) ||
        !discretionary_fits(track, data.discretionary)) {
        return false;
    }
    *out = data;
    return true;
}

static char as_encoded(enum track track, char c)
{
    return track == TRACK_2 && c == 'D' ? '=' : c;
}

char track_lrc(enum track track, text line)
{
    char base = tracks[track].base;
    int lrc = (tracks[track].start - base) ^ (tracks[track].end - base);
    for (size_t i = 0; i < line.len; i++) {
        lrc ^= as_encoded(track, line.at[i]) - base;
    }
    return (char)(lrc + base);
}

static void put_bit(uint8_t *out, size_t *count, unsigned bit)
{
    out[*count / 8] |= (uint8_t)(bit << (7 - *count % 8));
    ++*count;
}

static void put_character(uint8_t *out, size_t *count, enum track track, char c)
{
    unsigned value = (unsigned)(c - tracks[track].base), parity = 1;
    for (int bit = 0; bit < tracks[track].bits; bit++) {
        put_bit(out, count, value >> bit & 1);
        parity ^= value >> bit & 1;
    }
    put_bit(out, count, parity);
}

bool track_encode(uint8_t out[TRACK_ENCODED_LEN_MAX], size_t *count, enum track track, text line)
{
    struct track_data parsed;
    *count = 0;
    if (!track_parse(&parsed, track, line)) {
        return false;
    }
    memset(out, 0, TRACK_ENCODED_LEN_MAX);
    put_character(out, count, track, tracks[track].start);
    for (size_t i = 0; i < line.len; i++) {
        put_character(out, count, track, as_encoded(track, line.at[i]));
    }
    put_character(out, count, track, tracks[track].end);
    put_character(out, count, track, track_lrc(track, line));
    return true;
}

bool track_2_pack(uint8_t out[TRACK_EQUIVALENT_LEN_MAX], size_t *len, text line)
{
    struct track_data parsed;
    char digits[TRACK_2_LEN_MAX];
    *len = 0;
    if (!track_parse(&parsed, TRACK_2, line)) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        digits[i] = line.at[i];
        if (digits[i] == '=') {
            digits[i] = 'D';
        }
    }
    *len = (line.len + 1) / 2;
    bool packed = decimal_pack(out, *len, text_bytes(digits, line.len), 0xF);
    secret_wipe(digits, sizeof digits);
    return packed;
}

bool track_2_unpack(char out[TRACK_2_LEN_MAX], size_t *len, struct bytes_view packed)
{
    static const char characters[] = "0123456789xxx=xx"; // x does not parse
    const uint8_t *bytes = packed.at;
    struct track_data parsed;
    *len = 0;
    if (packed.len == 0 || packed.len > TRACK_EQUIVALENT_LEN_MAX) {
        return false;
    }
    size_t count = 2 * packed.len - ((bytes[packed.len - 1] & 15) == 15);
    if (count > TRACK_2_LEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = characters[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15];
    }
    if (!track_parse(&parsed, TRACK_2, text_bytes(out, count))) {
        return false;
    }
    *len = count;
    return true;
}
