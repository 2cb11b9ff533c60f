#include "crypto/pan_token.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "crypto/check_digit.h"

enum { LAST_LEN = 4 };

// FF1 over the first form->len characters, each a numeral of the alphabet, once.
static status step(struct ff1 *ff1, char *characters, const struct ff1_form *form, bool encrypt)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint8_t numerals[PAN_TOKEN_LEN_MAX];
    for (size_t i = 0; i < form->len; i++) {
        char c = characters[i];
        numerals[i] = (uint8_t)(c <= '9' ? c - '0' : c - 'A' + 10);
    }
    status result = (encrypt ? ff1_encrypt : ff1_decrypt)(ff1, numerals, form);
    for (size_t i = 0; i < form->len; i++) {
        characters[i] = alphabet[numerals[i]];
    }
    secret_wipe(numerals, sizeof numerals);
    return result;
}

// Steps until the whole, of which the first form->len characters change, is outside the set that no token is in.
static status walk(struct ff1 *ff1, text whole, char *characters, const struct ff1_form *form, bool encrypt,
                   bool (*inside)(text))
{
    for (int i = 0; i < PAN_TOKEN_WALK_COUNT_MAX; i++) {
        TRY(step(ff1, characters, form, encrypt));
        if (!inside(whole)) {
            return OK;
        }
    }
    return INTERNAL;
}

static bool pan_sized(text pan)
{
    return text_is_digits(pan) && pan.len >= NUMBER_PAYMENT_LEN_MIN && pan.len <= NUMBER_PAYMENT_LEN_MAX;
}

/* digits alone */

static struct ff1_form digits_form(enum pan_token_shape shape, const char *digits, size_t len)
{
    size_t kept = shape == PAN_TOKEN_KEEP_LAST_4 ? LAST_LEN : 0;
    return (struct ff1_form){ 10, len - kept, digits + len - kept, kept };
}

static bool digits_shaped(enum pan_token_shape shape, text token)
{
    return pan_sized(token) && !luhn_valid(token) && ff1_domain_wide(10, digits_form(shape, token.at, token.len).len);
}

// Turns the first digit on: whatever its weight, that changes the Luhn sum.
static void turn_first(char *digits, int by)
{
    digits[0] = (char)('0' + (digits[0] - '0' + by) % 10);
}

static status digits_make(char out[PAN_TOKEN_LEN_MAX], struct ff1 *ff1, enum pan_token_shape shape, text pan)
{
    const struct ff1_form form = digits_form(shape, out, pan.len);
    if (!ff1_domain_wide(form.radix, form.len) || !luhn_valid(pan)) {
        return INVALID_INPUT;
    }
    memcpy(out, pan.at, pan.len);
    turn_first(out, 1);
    return walk(ff1, text_bytes(out, pan.len), out, &form, true, luhn_valid);
}

static status digits_open(char pan[PAN_TOKEN_LEN_MAX], struct ff1 *ff1, enum pan_token_shape shape, text token)
{
    const struct ff1_form form = digits_form(shape, pan, token.len);
    memcpy(pan, token.at, token.len);
    TRY(walk(ff1, text_bytes(pan, token.len), pan, &form, false, luhn_valid));
    turn_first(pan, 9);
    return luhn_valid(text_bytes(pan, token.len)) ? OK : INVALID_INPUT;
}

/* FirstVision */

enum {
    LEAD_LEN = 3,
    FIRST_LEN = 6,
    MIDDLE_LEN = 6, // characters of the token between first and last
    PAN_LEN_MIN = 12,
    VALUE_TAIL = 36 * 36 * 36 * 36 * 36, // what five characters hold
};

_Static_assert(LEAD_LEN + FIRST_LEN + MIDDLE_LEN + LAST_LEN == PAN_TOKEN_LEN_MAX, "19 characters");

static const char LEAD[] = "000";

static bool has_no_letter(text middle)
{
    return text_is_digits(middle);
}

static bool firstvision_shaped(text token)
{
    if (token.len != PAN_TOKEN_LEN_MAX || !text_starts_with(token, TEXT("000"))) {
        return false;
    }
    text middle = text_slice(token, LEAD_LEN + FIRST_LEN, MIDDLE_LEN);
    bool sound = !has_no_letter(middle);
    for (size_t i = 0; i < MIDDLE_LEN; i++) {
        char c = middle.at[i];
        sound = sound && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
    }
    return sound && text_is_digits(text_slice(token, LEAD_LEN, FIRST_LEN)) &&
           text_is_digits(text_slice(token, PAN_TOKEN_LEN_MAX - LAST_LEN, LAST_LEN));
}

// The middles of all lengths, one range after another: 2 digits from 0, 3 from 100, 4 from 1100, ...
static uint32_t range_from(size_t digits)
{
    uint32_t from = 0;
    for (uint32_t i = 2, size = 100; i < digits; i++, size *= 10) {
        from += size;
    }
    return from;
}

// Six characters of which the first is a letter, so that there is a letter: the walk begins and ends outside the rest.
static void value_print(char out[MIDDLE_LEN], uint32_t value)
{
    out[0] = (char)('A' + value / VALUE_TAIL);
    value %= VALUE_TAIL;
    for (size_t i = MIDDLE_LEN - 1; i > 0; i--, value /= 36) {
        out[i] = (char)(value % 36 < 10 ? '0' + value % 36 : 'A' + value % 36 - 10);
    }
}

// False when it is no value of any middle.
static bool value_parse(const char in[MIDDLE_LEN], uint32_t *value, size_t *digits)
{
    uint32_t parsed = 0;
    for (size_t i = 1; i < MIDDLE_LEN; i++) {
        parsed = parsed * 36 + (uint32_t)(in[i] <= '9' ? in[i] - '0' : in[i] - 'A' + 10);
    }
    parsed += (uint32_t)(in[0] - 'A') * VALUE_TAIL;
    size_t count = PAN_LEN_MIN - FIRST_LEN - LAST_LEN;
    while (count < PAN_TOKEN_LEN_MAX - FIRST_LEN - LAST_LEN && parsed >= range_from(count + 1)) {
        count++;
    }
    *digits = count;
    *value = parsed - range_from(count);
    return in[0] >= 'A' && parsed < range_from(PAN_TOKEN_LEN_MAX - FIRST_LEN - LAST_LEN + 1);
}

static status firstvision_walk(struct ff1 *ff1, char *middle, const char *first, const char *last, bool encrypt)
{
    char tweak[FIRST_LEN + LAST_LEN];
    memcpy(tweak, first, FIRST_LEN);
    memcpy(tweak + FIRST_LEN, last, LAST_LEN);
    const struct ff1_form form = { 36, MIDDLE_LEN, tweak, sizeof tweak };
    return walk(ff1, text_bytes(middle, MIDDLE_LEN), middle, &form, encrypt, has_no_letter);
}

static status firstvision_make(char out[PAN_TOKEN_LEN_MAX], struct ff1 *ff1, text pan)
{
    if (pan.len < PAN_LEN_MIN) {
        return INVALID_INPUT;
    }
    uint32_t value = 0;
    for (size_t i = FIRST_LEN; i < pan.len - LAST_LEN; i++) {
        value = value * 10 + (uint32_t)(pan.at[i] - '0');
    }
    char *first = out + LEAD_LEN, *middle = first + FIRST_LEN, *last = middle + MIDDLE_LEN;
    memcpy(out, LEAD, LEAD_LEN);
    memcpy(first, pan.at, FIRST_LEN);
    value_print(middle, value + range_from(pan.len - FIRST_LEN - LAST_LEN));
    memcpy(last, pan.at + pan.len - LAST_LEN, LAST_LEN);
    return firstvision_walk(ff1, middle, first, last, true);
}

static status firstvision_open(char pan[PAN_TOKEN_LEN_MAX], size_t *len, struct ff1 *ff1, text token)
{
    const char *first = token.at + LEAD_LEN, *last = token.at + PAN_TOKEN_LEN_MAX - LAST_LEN;
    char middle[MIDDLE_LEN];
    uint32_t value;
    size_t digits;
    memcpy(middle, first + FIRST_LEN, MIDDLE_LEN);
    status result = firstvision_walk(ff1, middle, first, last, false);
    if (result == OK && !value_parse(middle, &value, &digits)) {
        result = INVALID_INPUT;
    }
    secret_wipe(middle, sizeof middle);
    TRY(result);
    *len = FIRST_LEN + digits + LAST_LEN;
    memcpy(pan, first, FIRST_LEN);
    for (size_t i = FIRST_LEN + digits; i > FIRST_LEN; i--, value /= 10) {
        pan[i - 1] = (char)('0' + value % 10);
    }
    memcpy(pan + FIRST_LEN + digits, last, LAST_LEN);
    return OK;
}

/* any shape */

bool pan_token_shaped(enum pan_token_shape shape, text token)
{
    return shape == PAN_TOKEN_FIRSTVISION ? firstvision_shaped(token) : digits_shaped(shape, token);
}

status pan_token_make(char out[PAN_TOKEN_LEN_MAX], size_t *len, struct ff1 *ff1, enum pan_token_shape shape, text pan)
{
    bool firstvision = shape == PAN_TOKEN_FIRSTVISION;
    status result = INVALID_INPUT;
    if (pan_sized(pan)) {
        result = firstvision ? firstvision_make(out, ff1, pan) : digits_make(out, ff1, shape, pan);
    }
    if (result != OK) {
        secret_wipe(out, PAN_TOKEN_LEN_MAX);
        return result;
    }
    *len = firstvision ? PAN_TOKEN_LEN_MAX : pan.len;
    return OK;
}

status pan_token_open(char pan[PAN_TOKEN_LEN_MAX], size_t *len, struct ff1 *ff1, enum pan_token_shape shape, text token)
{
    status result = INVALID_INPUT;
    *len = token.len;
    if (pan_token_shaped(shape, token)) {
        result = shape == PAN_TOKEN_FIRSTVISION ? firstvision_open(pan, len, ff1, token)
                                                : digits_open(pan, ff1, shape, token);
    }
    if (result != OK) {
        secret_wipe(pan, PAN_TOKEN_LEN_MAX);
    }
    return result;
}

/* random */

status pan_token_random(char *out, size_t len, text last, const struct runtime *runtime)
{
    assert(len >= NUMBER_PAYMENT_LEN_MIN && len <= PAN_TOKEN_LEN_MAX && last.len < len);
    size_t drawn_len = len - last.len;
    assert(ff1_domain_wide(10, drawn_len) && (last.len == 0 || text_is_digits(last)));
    if (last.len > 0) {
        memcpy(out + drawn_len, last.at, last.len);
    }
    for (int i = 0; i < PAN_TOKEN_WALK_COUNT_MAX; i++) {
        uint8_t drawn[4 * PAN_TOKEN_LEN_MAX]; // 32 bits a digit: as good as even
        runtime_random(runtime, drawn, 4 * drawn_len);
        for (size_t at = 0; at < drawn_len; at++) {
            out[at] = (char)('0' + bytes_get_be32(drawn + 4 * at) % 10);
        }
        if (!luhn_valid(text_bytes(out, len))) {
            return OK;
        }
    }
    return INTERNAL;
}
