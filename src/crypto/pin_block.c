#include "crypto/pin_block.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/decimal.h"

enum { CLEAR_NIBBLES = 2 * PIN_BLOCK_LEN, FIRST_DIGIT = 2, BOUND_DIGITS = 12, RANDOM_TAIL_LEN = 8 };

// What stands after the PIN up to the eighth byte: digits of a range, both ends included.
static const struct {
    size_t len;
    bool with_pan;
    uint8_t filler_min, filler_max;
} formats[PIN_BLOCK_FORMAT_COUNT] = {
    [PIN_BLOCK_ISO_0] = { PIN_BLOCK_LEN, true, 15, 15 },     [PIN_BLOCK_ISO_1] = { PIN_BLOCK_LEN, false, 0, 15 },
    [PIN_BLOCK_ISO_2] = { PIN_BLOCK_LEN, false, 15, 15 },    [PIN_BLOCK_ISO_3] = { PIN_BLOCK_LEN, true, 10, 15 },
    [PIN_BLOCK_ISO_4] = { PIN_BLOCK_LEN_MAX, true, 10, 10 },
};

size_t pin_block_len(enum pin_block_format format)
{
    assert(format < PIN_BLOCK_FORMAT_COUNT);
    return formats[format].len;
}

static bool pin_fits(text pin)
{
    return pin.len >= PIN_LEN_MIN && pin.len <= PIN_LEN_MAX && mask_reveal(mask_digits(pin.at, pin.len)) != 0;
}

static void put_nibble(uint8_t *bytes, size_t index, uint8_t value)
{
    bytes[index / 2] = (uint8_t)(index % 2 == 0 ? value << 4 : bytes[index / 2] | value);
}

status pin_block_pin_field(uint8_t out[PIN_BLOCK_LEN_MAX], enum pin_block_format format, text pin,
                           const uint8_t filler[PIN_BLOCK_FILLER_LEN])
{
    if (!pin_fits(pin)) {
        return INVALID_INPUT;
    }
    bool own = formats[format].filler_min == formats[format].filler_max;
    put_nibble(out, 0, (uint8_t)format);
    put_nibble(out, 1, (uint8_t)pin.len);
    for (size_t i = 0; i < CLEAR_NIBBLES - FIRST_DIGIT; i++) {
        uint8_t value = i < pin.len ? (uint8_t)(pin.at[i] - '0')
                        : own       ? formats[format].filler_min
                                    : filler[i - pin.len];
        assert(i < pin.len || (value >= formats[format].filler_min && value <= formats[format].filler_max));
        put_nibble(out, FIRST_DIGIT + i, value);
    }
    if (format == PIN_BLOCK_ISO_4) {
        memcpy(out + PIN_BLOCK_LEN, filler, RANDOM_TAIL_LEN);
    }
    return OK;
}

// 9.4.2.4: M, the number of digits beyond twelve, then the whole PAN.
static status pan_field_4(uint8_t out[PIN_BLOCK_LEN_MAX], text pan)
{
    char digits[1 + NUMBER_PAYMENT_LEN_MAX];
    if (!decimal_is(pan, 1, NUMBER_PAYMENT_LEN_MAX)) {
        return INVALID_INPUT;
    }
    size_t missing = pan.len < BOUND_DIGITS ? BOUND_DIGITS - pan.len : 0;
    digits[0] = (char)('0' + (pan.len > BOUND_DIGITS ? pan.len - BOUND_DIGITS : 0));
    memset(digits + 1, '0', missing);
    memcpy(digits + 1 + missing, pan.at, pan.len);
    bool packed = decimal_pack(out, PIN_BLOCK_LEN_MAX, text_bytes(digits, 1 + missing + pan.len), 0);
    secret_wipe(digits, sizeof digits);
    return packed ? OK : INVALID_INPUT;
}

// 9.3.2.3: four zeros, then the twelve digits before the check digit.
static status pan_field_0(uint8_t out[PIN_BLOCK_LEN_MAX], text pan)
{
    char digits[CLEAR_NIBBLES];
    if (!decimal_is(pan, NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX)) {
        return INVALID_INPUT;
    }
    size_t count = pan.len - 1 < BOUND_DIGITS ? pan.len - 1 : BOUND_DIGITS;
    memset(digits, '0', sizeof digits);
    memcpy(digits + CLEAR_NIBBLES - count, pan.at + pan.len - 1 - count, count);
    bool packed = decimal_pack(out, PIN_BLOCK_LEN, text_bytes(digits, sizeof digits), 0);
    secret_wipe(digits, sizeof digits);
    return packed ? OK : INVALID_INPUT;
}

status pin_block_pan_field(uint8_t out[PIN_BLOCK_LEN_MAX], enum pin_block_format format, text pan)
{
    memset(out, 0, PIN_BLOCK_LEN_MAX);
    if (format == PIN_BLOCK_ISO_4) {
        return pan_field_4(out, pan);
    }
    return formats[format].with_pan ? pan_field_0(out, pan) : OK;
}

/* The digits, their number and whether all is well formed, with no branch that depends on the field. */
struct reading {
    uint8_t digits[PIN_LEN_MAX];
    uint32_t len, good;
};

static void read_field(struct reading *out, enum pin_block_format format, const uint8_t *field)
{
    out->len = field[0] & 15;
    out->good = mask_equal(field[0] >> 4, format);
    out->good &= mask_below(PIN_LEN_MIN - 1, out->len) & mask_below(out->len, PIN_LEN_MAX + 1);
    for (uint32_t i = 0; i < CLEAR_NIBBLES - FIRST_DIGIT; i++) {
        uint8_t byte = field[(FIRST_DIGIT + i) / 2];
        uint32_t nibble = i % 2 == 0 ? byte >> 4 : byte & 15;
        uint32_t in_pin = mask_below(i, out->len);
        uint32_t digit_good = mask_below(nibble, 10);
        uint32_t filler_good = mask_below(formats[format].filler_min, nibble + 1) &
                               mask_below(nibble, (uint32_t)formats[format].filler_max + 1);
        out->good &= mask_pick(in_pin, digit_good, filler_good);
        if (i < PIN_LEN_MAX) {
            out->digits[i] = (uint8_t)(in_pin & ('0' + nibble));
        }
    }
    for (size_t i = 0; i < PIN_LEN_MAX; i++) {
        out->digits[i] &= (uint8_t)out->good;
    }
}

// From here on the verdict and the length are public.
static status verdict(struct reading *reading)
{
    reading->len = mask_reveal(reading->len & reading->good);
    return mask_reveal(reading->good) != 0 ? OK : PIN_BLOCK_INVALID;
}

status pin_block_read(struct secret *pin, size_t *pin_len, enum pin_block_format format, const uint8_t *pin_field)
{
    assert(pin->len == PIN_LEN_MAX && format < PIN_BLOCK_FORMAT_COUNT);
    struct reading reading;
    read_field(&reading, format, pin_field);
    status result = verdict(&reading);
    memcpy(pin->at, reading.digits, PIN_LEN_MAX);
    *pin_len = reading.len;
    secret_wipe(&reading, sizeof reading);
    return result;
}

static void add(uint8_t *out, const uint8_t *other, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] ^= other[i];
    }
}

static void draw_filler(const struct runtime *runtime, uint8_t filler[PIN_BLOCK_FILLER_LEN],
                        enum pin_block_format format)
{
    uint64_t random = 0;
    memset(filler, 0, PIN_BLOCK_FILLER_LEN);
    if (format == PIN_BLOCK_ISO_4) {
        runtime_random(runtime, filler, RANDOM_TAIL_LEN);
    } else if (format == PIN_BLOCK_ISO_1 || format == PIN_BLOCK_ISO_3) {
        runtime_random(runtime, &random, sizeof random);
    }
    // 6^10 is below 2^26, so that the remainders of 64 bits are even enough.
    uint64_t span = (uint64_t)formats[format].filler_max - formats[format].filler_min + 1;
    for (size_t i = 0; format != PIN_BLOCK_ISO_4 && i < PIN_BLOCK_FILLER_LEN; i++, random /= span) {
        filler[i] = (uint8_t)(formats[format].filler_min + random % span);
    }
}

// 9.4.2.5: the PIN field enciphered, the PAN field added, enciphered again.
static status encrypt_fields(uint8_t out[PIN_BLOCK_LEN_MAX], const struct pin_block_key *key, uint8_t *pin_field,
                             const uint8_t *pan_field)
{
    size_t len = formats[key->format].len;
    if (key->format == PIN_BLOCK_ISO_4) {
        TRY(aes_encrypt(key->aes, pin_field, pin_field, len));
        add(pin_field, pan_field, len);
        return aes_encrypt(key->aes, out, pin_field, len);
    }
    add(pin_field, pan_field, len);
    return tdes_encrypt(key->tdes, out, pin_field, len);
}

static status decrypt_field(uint8_t *pin_field, const struct pin_block_key *key, const uint8_t *pan_field,
                            const uint8_t *block)
{
    size_t len = formats[key->format].len;
    if (key->format == PIN_BLOCK_ISO_4) {
        TRY(aes_decrypt(key->aes, pin_field, block, len));
        add(pin_field, pan_field, len);
        return aes_decrypt(key->aes, pin_field, pin_field, len);
    }
    TRY(tdes_decrypt(key->tdes, pin_field, block, len));
    add(pin_field, pan_field, len);
    return OK;
}

status pin_block_encrypt(const struct runtime *runtime, uint8_t out[PIN_BLOCK_LEN_MAX], const struct pin_block_key *key,
                         const struct pin_block_input *input)
{
    assert(key->format < PIN_BLOCK_FORMAT_COUNT);
    uint8_t pin_field[PIN_BLOCK_LEN_MAX] = { 0 }, pan_field[PIN_BLOCK_LEN_MAX], filler[PIN_BLOCK_FILLER_LEN];
    draw_filler(runtime, filler, key->format);
    status result = pin_block_pan_field(pan_field, key->format, input->pan);
    if (result == OK) {
        result = pin_block_pin_field(pin_field, key->format, input->pin, filler);
    }
    if (result == OK) {
        result = encrypt_fields(out, key, pin_field, pan_field);
    }
    secret_wipe(pin_field, sizeof pin_field);
    secret_wipe(pan_field, sizeof pan_field);
    secret_wipe(filler, sizeof filler);
    return result;
}

static status open_block(struct reading *out, const struct pin_block_key *key, text pan, struct bytes_view block)
{
    *out = (struct reading){ 0 };
    if (block.len != formats[key->format].len) {
        return PIN_BLOCK_INVALID;
    }
    uint8_t pin_field[PIN_BLOCK_LEN_MAX] = { 0 }, pan_field[PIN_BLOCK_LEN_MAX];
    status result = pin_block_pan_field(pan_field, key->format, pan);
    if (result == OK) {
        result = decrypt_field(pin_field, key, pan_field, block.at);
    }
    if (result == OK) {
        read_field(out, key->format, pin_field);
        result = verdict(out);
    }
    secret_wipe(pin_field, sizeof pin_field);
    secret_wipe(pan_field, sizeof pan_field);
    return result;
}

status pin_block_decrypt(struct secret *pin, size_t *pin_len, const struct pin_block_key *key, text pan,
                         struct bytes_view block)
{
    assert(pin->len == PIN_LEN_MAX && key->format < PIN_BLOCK_FORMAT_COUNT);
    struct reading reading;
    status result = open_block(&reading, key, pan, block);
    memcpy(pin->at, reading.digits, PIN_LEN_MAX);
    *pin_len = reading.len;
    secret_wipe(&reading, sizeof reading);
    return result;
}

bool pin_block_may_translate(enum pin_block_format from, enum pin_block_format to, bool to_chip)
{
    static const enum {
        NEVER,
        ALWAYS,
        TO_CHIP
    } rules[PIN_BLOCK_FORMAT_COUNT][PIN_BLOCK_FORMAT_COUNT] = {
        // to 0    1       2        3       4
        { ALWAYS, NEVER, TO_CHIP, ALWAYS, ALWAYS },  // from 0
        { ALWAYS, ALWAYS, TO_CHIP, ALWAYS, ALWAYS }, // 1
        { NEVER, NEVER, TO_CHIP, NEVER, NEVER },     // 2
        { ALWAYS, NEVER, TO_CHIP, ALWAYS, ALWAYS },  // 3
        { ALWAYS, NEVER, TO_CHIP, ALWAYS, ALWAYS },  // 4
    };
    assert(from < PIN_BLOCK_FORMAT_COUNT && to < PIN_BLOCK_FORMAT_COUNT);
    return rules[from][to] == ALWAYS || (rules[from][to] == TO_CHIP && to_chip);
}

status pin_block_translate(const struct runtime *runtime, uint8_t out[PIN_BLOCK_LEN_MAX],
                           const struct pin_block_translation *translation, struct bytes_view block)
{
    if (!pin_block_may_translate(translation->from->format, translation->to->format, translation->to_chip)) {
        return PIN_TRANSLATION_REFUSED;
    }
    struct reading reading;
    status result = open_block(&reading, translation->from, translation->pan, block);
    if (result == OK) {
        const struct pin_block_input input = { translation->pan, text_bytes(reading.digits, reading.len) };
        result = pin_block_encrypt(runtime, out, translation->to, &input);
    }
    secret_wipe(&reading, sizeof reading);
    return result;
}
