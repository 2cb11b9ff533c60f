// pinblock.csv: clear fields, enciphered blocks, and blocks that must be refused (the PIN "REJECT").
#include <string.h>

#include "base/bytes.h"
#include "crypto/pin_block.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

// One row: what it gives, and what is computed from it.
struct block_case {
    const struct vector_row *row;
    struct pin_block_key key;
    text pan, pin;
    struct secret read; // the PIN that a block holds
    uint8_t filler[PIN_BLOCK_FILLER_LEN];
};

static bool has(const struct block_case *block_case, const char *name)
{
    return !text_empty(vector_text(block_case->row, name));
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// "rnd=" and 8 bytes in format 4; else the digits after the PIN, as many as the note begins with.
static bool filler_read(struct block_case *block_case)
{
    text note = vector_text(block_case->row, "filler_or_note");
    if (block_case->key.format == PIN_BLOCK_ISO_4) {
        return text_starts_with(note, TEXT("rnd=")) &&
               bytes_from_hex(block_case->filler, PIN_BLOCK_LEN, text_slice(note, 4, note.len - 4));
    }
    size_t needed = 2 * PIN_BLOCK_LEN - 2 - block_case->pin.len;
    bool random = block_case->key.format == PIN_BLOCK_ISO_1 || block_case->key.format == PIN_BLOCK_ISO_3;
    for (size_t i = 0; random && i < needed; i++) {
        int digit = i < note.len ? hex_digit(note.at[i]) : -1;
        if (digit < 0 || (block_case->key.format == PIN_BLOCK_ISO_3 && digit < 10)) {
            return false;
        }
        block_case->filler[i] = (uint8_t)digit;
    }
    return true;
}

static bool reads_as(struct block_case *block_case, status result, size_t len)
{
    bool rejected = text_equal(block_case->pin, TEXT("REJECT"));
    return rejected ? result == PIN_BLOCK_INVALID && len == 0
                    : result == OK && len == block_case->pin.len &&
                          memcmp(block_case->read.at, block_case->pin.at, len) == 0;
}

// The clear block of formats 0 to 3, read, and made where it is not to be refused.
static bool clear_right(struct block_case *block_case)
{
    uint8_t block[PIN_BLOCK_LEN], pan_field[PIN_BLOCK_LEN_MAX], pin_field[PIN_BLOCK_LEN_MAX] = { 0 };
    size_t len;
    enum pin_block_format format = block_case->key.format;
    if (!vector_bytes(block_case->row, "clear_block_hex", block, sizeof block, &len) || len != sizeof block ||
        pin_block_pan_field(pan_field, format, block_case->pan) != OK) {
        return false;
    }
    for (size_t i = 0; i < sizeof block; i++) {
        pin_field[i] = block[i] ^ pan_field[i];
    }
    status result = pin_block_read(&block_case->read, &len, format, pin_field);
    bool as_said = reads_as(block_case, result, len);
    if (!as_said || result != OK) {
        return as_said;
    }
    uint8_t made[PIN_BLOCK_LEN_MAX];
    return filler_read(block_case) && pin_block_pin_field(made, format, block_case->pin, block_case->filler) == OK &&
           memcmp(made, pin_field, PIN_BLOCK_LEN) == 0;
}

// "PINfield=... PANfield=...", where the row gives them.
static bool fields_right(const struct block_case *block_case)
{
    char right[128] = "PINfield=";
    uint8_t field[PIN_BLOCK_LEN_MAX];
    size_t at = strlen(right);
    if (pin_block_pin_field(field, PIN_BLOCK_ISO_4, block_case->pin, block_case->filler) != OK) {
        return false;
    }
    bytes_to_hex(right + at, field, sizeof field);
    at += 2 * sizeof field;
    memcpy(right + at, " PANfield=", 10);
    at += 10;
    if (pin_block_pan_field(field, PIN_BLOCK_ISO_4, block_case->pan) != OK) {
        return false;
    }
    bytes_to_hex(right + at, field, sizeof field);
    at += 2 * sizeof field;
    text clear = vector_text(block_case->row, "clear_block_hex");
    return text_empty(clear) || text_equal_ignoring_case(clear, text_bytes(right, at));
}

static void give_filler(void *context, void *out, size_t len)
{
    const struct block_case *block_case = context;
    memcpy(out, block_case->filler, len < PIN_BLOCK_FILLER_LEN ? len : PIN_BLOCK_FILLER_LEN);
}

static bool encrypted_right(struct block_case *block_case)
{
    uint8_t block[PIN_BLOCK_LEN_MAX];
    size_t len;
    if (!vector_bytes(block_case->row, "encrypted_hex", block, sizeof block, &len)) {
        return false;
    }
    struct bytes_view view = { block, len };
    status result = pin_block_decrypt(&block_case->read, &len, &block_case->key, block_case->pan, view);
    bool as_said = reads_as(block_case, result, len);
    if (!as_said || result != OK) {
        return as_said;
    }
    bool random = block_case->key.format == PIN_BLOCK_ISO_1 || block_case->key.format == PIN_BLOCK_ISO_3;
    if (random) {
        return true; // its filler is drawn in another way than a row says it
    }
    const struct runtime runtime = { .random = give_filler, .context = block_case };
    const struct pin_block_input input = { block_case->pan, block_case->pin };
    return filler_read(block_case) && (block_case->key.format != PIN_BLOCK_ISO_4 || fields_right(block_case)) &&
           pin_block_encrypt(&runtime, block, &block_case->key, &input) == OK &&
           vector_is_hex(block_case->row, "encrypted_hex", block, view.len);
}

static bool key_read(struct block_case *block_case)
{
    return block_case->key.format == PIN_BLOCK_ISO_4
               ? vector_aes(block_case->row, "key_hex", &block_case->key.aes)
               : vector_tdes_any(block_case->row, "key_hex", &block_case->key.tdes);
}

static enum vector_result check(const struct vector_row *row)
{
    struct block_case block_case = { .row = row, .pan = vector_text(row, "pan"), .pin = vector_text(row, "pin") };
    int64_t format;
    if (!vector_number(row, "iso_format", &format) || format < 0 || format >= PIN_BLOCK_FORMAT_COUNT ||
        secret_init(&block_case.read, PIN_LEN_MAX) != OK) {
        return VECTOR_FAILED;
    }
    block_case.key.format = (enum pin_block_format)format;
    bool keyed = has(&block_case, "encrypted_hex");
    bool clear = format != PIN_BLOCK_ISO_4 && has(&block_case, "clear_block_hex");
    bool passed = (keyed || clear) && (!clear || clear_right(&block_case)) &&
                  (!keyed || (key_read(&block_case) && encrypted_right(&block_case)));
    tdes_free(block_case.key.tdes);
    aes_free(block_case.key.aes);
    secret_release(&block_case.read);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = {
    "iso_format", "pin", "pan", "filler_or_note", "clear_block_hex", "key_hex", "alg", "encrypted_hex", NULL
};
const struct vector_topic pinblock_topic = { "pinblock", columns, check };
