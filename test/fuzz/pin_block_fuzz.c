/*
 * Any bytes as PIN blocks: a format ('0' to '4'), what the rest is, and the rest. 'c': a clear PIN field of 16 bytes, read
 * as it is and out of a block that is made of it, which must agree with a simple reader here. 'b': a PAN, an end of line
 * and a block. 'e': a PAN, an end of line and a PIN. What opens or is made is translated to each format.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "crypto/pin_block.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct tdes *tdes;
static struct aes *aes;
static struct secret pin, other_pin;

static void make_keys(void)
{
    struct secret key;
    assert(secret_init_copy(&key, "\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10", 16) == OK);
    assert(tdes_new(&tdes, &key) == OK && aes_new(&aes, &key) == OK);
    assert(secret_init(&pin, PIN_LEN_MAX) == OK && secret_init(&other_pin, PIN_LEN_MAX) == OK);
    secret_release(&key);
}

static struct pin_block_key key_of(int format)
{
    return (struct pin_block_key){ (enum pin_block_format)format, tdes, aes };
}

// The PIN's length, or 0 where the field is malformed.
static size_t simple_length(int format, const uint8_t *field)
{
    static const char *const fillers[] = { "F", "0123456789ABCDEF", "F", "ABCDEF", "A" };
    char nibbles[17];
    for (size_t i = 0; i < 16; i++) {
        nibbles[i] = "0123456789ABCDEF"[i % 2 == 0 ? field[i / 2] >> 4 : field[i / 2] & 15];
    }
    nibbles[16] = '\0';
    size_t len = field[0] & 15;
    if (nibbles[0] != '0' + format || len < 4 || len > 12 || strspn(nibbles + 2, "0123456789") < len ||
        2 + len + strspn(nibbles + 2 + len, fillers[format]) != 16) {
        return 0;
    }
    return len;
}

static void translate_to_all(const struct pin_block_key *from, text pan, struct bytes_view block, text right)
{
    for (int to = 0; to < PIN_BLOCK_FORMAT_COUNT; to++) {
        const struct pin_block_key key = key_of(to);
        const struct pin_block_translation translation = { from, &key, pan, to % 2 == 0 };
        uint8_t out[PIN_BLOCK_LEN_MAX];
        size_t len = 0;
        status result = pin_block_translate(&runtime_real, out, &translation, block);
        if (!pin_block_may_translate(from->format, key.format, translation.to_chip)) {
            assert(result == PIN_TRANSLATION_REFUSED);
            continue;
        }
        assert(result == OK || result == INVALID_INPUT); // a PAN that one format takes and another does not
        if (result == OK) {
            const struct bytes_view view = { out, pin_block_len(key.format) };
            assert(pin_block_decrypt(&other_pin, &len, &key, pan, view) == OK);
            assert(text_equal(text_bytes(other_pin.at, len), right));
        }
    }
}

static void decrypt_any(const struct pin_block_key *key, text pan, struct bytes_view block)
{
    static const uint8_t zeros[PIN_LEN_MAX];
    size_t len = 99;
    status result = pin_block_decrypt(&pin, &len, key, pan, block);
    if (result != OK) {
        assert((result == PIN_BLOCK_INVALID || result == INVALID_INPUT) && len == 0);
        assert(memcmp(pin.at, zeros, sizeof zeros) == 0);
        return;
    }
    assert(len >= PIN_LEN_MIN && len <= PIN_LEN_MAX && memcmp(pin.at + len, zeros, PIN_LEN_MAX - len) == 0);
    translate_to_all(key, pan, block, text_bytes(pin.at, len));
}

static void read_clear(const struct pin_block_key *key, const uint8_t field[PIN_BLOCK_LEN_MAX])
{
    static const text pan = { "5413339000006165", 16 };
    uint8_t block[PIN_BLOCK_LEN_MAX], pan_field[PIN_BLOCK_LEN_MAX];
    size_t len = 99, expected = simple_length((int)key->format, field), block_len = pin_block_len(key->format);
    status result = pin_block_read(&pin, &len, key->format, field);
    assert(len == expected && result == (expected > 0 ? OK : PIN_BLOCK_INVALID));
    for (size_t i = 0; i < PIN_LEN_MAX; i++) {
        uint8_t byte = field[1 + i / 2], digit = (uint8_t)('0' + (i % 2 == 0 ? byte >> 4 : byte & 15));
        assert(pin.at[i] == (i < expected ? digit : 0));
    }
    assert(pin_block_pan_field(pan_field, key->format, pan) == OK);
    memcpy(block, field, sizeof block);
    if (key->format == PIN_BLOCK_ISO_4) {
        assert(aes_encrypt(aes, block, block, block_len) == OK);
    }
    for (size_t i = 0; i < block_len; i++) {
        block[i] ^= pan_field[i];
    }
    assert((key->format == PIN_BLOCK_ISO_4 ? aes_encrypt(aes, block, block, block_len)
                                           : tdes_encrypt(tdes, block, block, block_len)) == OK);
    assert(pin_block_decrypt(&other_pin, &len, key, pan, (struct bytes_view){ block, block_len }) == result);
    assert(len == expected && memcmp(other_pin.at, pin.at, PIN_LEN_MAX) == 0);
}

static void encrypt_any(const struct pin_block_key *key, text pan, text given)
{
    uint8_t block[PIN_BLOCK_LEN_MAX];
    size_t len = 0;
    const struct pin_block_input input = { pan, given };
    const struct bytes_view view = { block, pin_block_len(key->format) };
    if (pin_block_encrypt(&runtime_real, block, key, &input) != OK) {
        return;
    }
    assert(pin_block_decrypt(&pin, &len, key, pan, view) == OK);
    assert(text_equal(text_bytes(pin.at, len), given));
    translate_to_all(key, pan, view, given);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (tdes == NULL) {
        make_keys();
    }
    if (len < 2 || bytes[0] < '0' || bytes[0] > '4') {
        return 0;
    }
    const struct pin_block_key key = key_of(bytes[0] - '0');
    text rest = text_bytes(bytes + 2, len - 2), pan = TEXT_ABSENT;
    if (bytes[1] == 'c') {
        uint8_t field[PIN_BLOCK_LEN_MAX] = { 0 };
        memcpy(field, rest.at, rest.len < sizeof field ? rest.len : sizeof field);
        read_clear(&key, field);
        return 0;
    }
    text_split(&rest, '\n', &pan);
    if (bytes[1] == 'b') {
        decrypt_any(&key, pan, (struct bytes_view){ rest.at, rest.len });
    } else if (bytes[1] == 'e') {
        encrypt_any(&key, pan, rest);
    }
    return 0;
}
