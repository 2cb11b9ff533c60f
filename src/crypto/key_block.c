#include "crypto/key_block.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "crypto/constant_time.h"
#include "crypto/key_block_format.h"
#include "crypto/key_block_text.h"

enum {
    HEADER_LEN = 16,      // X9.143-2021, 6.2, table 1
    LENGTH_FIELD_LEN = 2, // the key's length in bits, before the key
};

static void upper_hex(char *out, const void *bytes, size_t len)
{
    bytes_to_hex(out, bytes, len);
    for (size_t i = 0; i < 2 * len; i++) {
        out[i] = (char)(out[i] >= 'a' ? out[i] - 'a' + 'A' : out[i]);
    }
}

// The two keys of a block.
struct working_keys {
    struct secret encryption, mac;
};

static void working_keys_release(struct working_keys *keys)
{
    secret_release(&keys->mac);
    secret_release(&keys->encryption);
}

// Where the cipher starts from: X9.143-2021, 7.2.
static const uint8_t *cipher_start(const struct key_block_format *format, const void *header, const uint8_t *mac)
{
    return format->variant ? header : mac;
}

/* the header */

static bool header_sound(const struct key_block_header *header)
{
    bool version_sound =
        header->version[0] == 'c' || is_upper_or_digit(header->version[0]); // a component, or a version
    return version_sound && is_upper_or_digit(header->version[1]) &&
           text_all(text_bytes(header->usage, sizeof header->usage), is_upper_or_digit) &&
           is_upper_or_digit(header->algorithm) && is_upper_or_digit(header->mode) &&
           is_upper_or_digit(header->exportability);
}

static void header_write(char out[HEADER_LEN], const struct key_block *block, int option_count, size_t block_len)
{
    const struct key_block_header *header = &block->header;
    out[0] = block->format;
    for (size_t i = 4, rest = block_len; i >= 1; i--, rest /= 10) {
        out[i] = (char)('0' + rest % 10);
    }
    memcpy(out + 5, header->usage, 2);
    out[7] = header->algorithm;
    out[8] = header->mode;
    memcpy(out + 9, header->version, 2);
    out[11] = header->exportability;
    out[12] = (char)('0' + option_count / 10);
    out[13] = (char)('0' + option_count % 10);
    out[14] = (char)(block->context == 0 ? '0' : block->context);
    out[15] = '0';
}

// Takes it from in front; false unless every character is of its field. `*len` gets the block's length as it says itself.
static bool header_read(struct key_block *block, struct text_cursor *cursor, size_t *len)
{
    text id = cursor_take(cursor, 1);
    *len = cursor_number(cursor, 4, 10);
    text use = cursor_take(cursor, 7);
    block->option_count = (int)cursor_number(cursor, 2, 10);
    text reserved = cursor_take(cursor, 2);
    if (cursor->failed || id.at == NULL || use.at == NULL || reserved.at == NULL) {
        return false;
    }
    block->format = id.at[0];
    memcpy(block->header.usage, use.at, 2);
    block->header.algorithm = use.at[2];
    block->header.mode = use.at[3];
    memcpy(block->header.version, use.at + 4, 2);
    block->header.exportability = use.at[6];
    block->context = reserved.at[0]; // X9.143-2021 has it where TR-31 had the first reserved character
    return header_sound(&block->header) && block->context >= '0' && block->context <= '2' && reserved.at[1] == '0';
}

/* writing */

static size_t longest_key(char algorithm)
{
    static const struct {
        char algorithm;
        size_t len;
    } longest_keys[] = {
        { 'A', 32 },
        { 'D', 24 },
        { 'T', 24 },
        { 'H', 64 },
    };
    for (size_t i = 0; i < sizeof longest_keys / sizeof longest_keys[0]; i++) {
        if (longest_keys[i].algorithm == algorithm) {
            return longest_keys[i].len;
        }
    }
    return 0;
}

// What stands behind the key in the plaintext: random bytes, or those of a test vector.
struct padding {
    const struct runtime *runtime;
    const struct secret *given;
    size_t len;
};

static struct padding random_padding(const struct runtime *runtime, const struct key_block_format *format,
                                     size_t key_len, size_t shown_len)
{
    size_t unit = format->padded ? format->block_len : 1;
    size_t len = LENGTH_FIELD_LEN + (shown_len > key_len ? shown_len : key_len);
    return (struct padding){ runtime, NULL, (len + unit - 1) / unit * unit - LENGTH_FIELD_LEN - key_len };
}

// The block behind `head`, which is the header with its optional blocks.
static status seal(char *out, const struct key_block_format *format, const struct secret *kbpk, text head,
                   const struct secret *key, const struct padding *padding)
{
    size_t plain_len = LENGTH_FIELD_LEN + key->len + padding->len;
    struct working_keys keys = { 0 };
    struct secret message = { 0 }; // head and plaintext, which becomes the cipher text
    uint8_t mac[KEY_BLOCK_MAC_LEN_MAX];
    status result = secret_init(&message, head.len + plain_len);
    if (result == OK) {
        result = key_block_derive(&keys.encryption, &keys.mac, format, kbpk);
    }
    if (result != OK) {
        goto done;
    }
    uint8_t *plain = message.at + head.len;
    memcpy(message.at, head.at, head.len);
    plain[0] = (uint8_t)(8 * key->len >> 8);
    plain[1] = (uint8_t)(8 * key->len);
    memcpy(plain + LENGTH_FIELD_LEN, key->at, key->len);
    if (padding->given == NULL) {
        runtime_random(padding->runtime, plain + LENGTH_FIELD_LEN + key->len, padding->len);
    } else if (padding->len > 0) {
        memcpy(plain + LENGTH_FIELD_LEN + key->len, padding->given->at, padding->len);
    }
    if (!format->mac_over_cipher) {
        result = key_block_mac(format, mac, &keys.mac, message.at, message.len);
    }
    if (result == OK) {
        result = key_block_crypt(format, plain, plain_len, &keys.encryption, cipher_start(format, head.at, mac), true);
    }
    if (result == OK && format->mac_over_cipher) {
        result = key_block_mac(format, mac, &keys.mac, message.at, message.len);
    }
    if (result == OK) {
        memcpy(out, head.at, head.len);
        upper_hex(out + head.len, plain, plain_len);
        upper_hex(out + head.len + 2 * plain_len, mac, format->mac_len);
    }
done:
    secret_release(&message);
    working_keys_release(&keys);
    return result;
}

status key_block_wrap(char out[KEY_BLOCK_LEN_MAX], size_t *out_len, const struct runtime *runtime,
                      const struct secret *kbpk, const struct key_block_header *header, const struct secret *key,
                      size_t padded_len)
{
    assert(key->len > 0 && key->len <= KEY_BLOCK_KEY_LEN_MAX);
    assert(padded_len == 0 || (padded_len >= key->len && padded_len <= KEY_BLOCK_KEY_LEN_MAX));
    assert(header_sound(header));
    const struct key_block_format *format = key_block_format('D');
    const struct key_block block = { .format = 'D', .header = *header };
    struct padding padding =
        random_padding(runtime, format, key->len, padded_len == 0 ? longest_key(header->algorithm) : padded_len);
    size_t block_len = HEADER_LEN + 2 * (LENGTH_FIELD_LEN + key->len + padding.len + format->mac_len);
    assert(block_len <= KEY_BLOCK_LEN_MAX);
    char head[HEADER_LEN];
    header_write(head, &block, 0, block_len);
    TRY(seal(out, format, kbpk, text_bytes(head, sizeof head), key, &padding));
    *out_len = block_len;
    return OK;
}

static status write_block(char *out, size_t *out_len, const struct key_block_format *format, const struct secret *kbpk,
                          const struct key_block *block, const struct padding *padding)
{
    bool context_sound = block->context == 0 || (block->context >= '0' && block->context <= '2');
    if (!key_block_format_takes(format, kbpk) || !header_sound(&block->header) || !context_sound ||
        block->key.len == 0) {
        return INVALID_INPUT;
    }
    struct buffer head;
    int option_count = 0;
    buffer_init(&head, KEY_BLOCK_ANY_LEN_MAX);
    bool taken = buffer_extend(&head, HEADER_LEN) != NULL &&
                 key_block_options_write(&head, &option_count, padding->runtime, block->options, block->option_count,
                                         format->block_len);
    size_t plain_len = LENGTH_FIELD_LEN + block->key.len + padding->len;
    size_t block_len = head.len + 2 * (plain_len + format->mac_len);
    taken = taken && block_len <= KEY_BLOCK_ANY_LEN_MAX && head.len + plain_len <= SECRET_LEN_MAX;
    status result = INVALID_INPUT;
    if (taken) {
        header_write((char *)head.at, block, option_count, block_len);
        result = seal(out, format, kbpk, buffer_text(&head), &block->key, padding);
    }
    if (result == OK) {
        *out_len = block_len;
    }
    buffer_release(&head);
    return result;
}

status key_block_write(char out[KEY_BLOCK_ANY_LEN_MAX], size_t *out_len, const struct runtime *runtime,
                       const struct secret *kbpk, const struct key_block *block)
{
    const struct key_block_format *format = key_block_format(block->format);
    // X9.143-2021, 7.1: a key is not wrapped under a weaker one.
    bool weaker = format != NULL && block->header.algorithm == 'A' && (!format->aes || kbpk->len < block->key.len);
    if (format == NULL || !format->padded || format->variant || weaker) {
        return INVALID_INPUT;
    }
    struct padding padding = random_padding(runtime, format, block->key.len, longest_key(block->header.algorithm));
    return write_block(out, out_len, format, kbpk, block, &padding);
}

status key_block_rewrap(char out[KEY_BLOCK_ANY_LEN_MAX], size_t *out_len, const struct secret *kbpk,
                        const struct key_block *block, const struct secret *padding)
{
    const struct key_block_format *format = key_block_format(block->format);
    const struct padding given = { &runtime_real, padding, padding->len };
    size_t plain_len = LENGTH_FIELD_LEN + block->key.len + padding->len;
    if (format == NULL || (format->padded && plain_len % format->block_len != 0)) {
        return INVALID_INPUT;
    }
    return write_block(out, out_len, format, kbpk, block, &given);
}

/* reading */

// What stands in a block before anything is decrypted, beside what the caller gets.
struct parts {
    const struct key_block_format *format;
    text head;   // header and optional blocks
    text cipher; // upper-case hex
    text mac;    // upper-case hex
};

static bool parts_read(struct key_block *block, struct parts *parts, text input)
{
    struct text_cursor cursor = { input, false };
    size_t len, options_len;
    *parts = (struct parts){ 0 };
    if (input.len > KEY_BLOCK_ANY_LEN_MAX || !header_read(block, &cursor, &len) || len != input.len) {
        return false;
    }
    const struct key_block_format *format = parts->format = key_block_format(block->format);
    if (format == NULL ||
        !key_block_options_read(block->options, block->option_count, format->block_len, cursor.rest, &options_len)) {
        return false;
    }
    cursor_take(&cursor, options_len);
    size_t mac_hex_len = 2 * format->mac_len;
    if (cursor.rest.len < mac_hex_len) {
        return false;
    }
    parts->head = text_slice(input, 0, HEADER_LEN + options_len);
    parts->cipher = cursor_take(&cursor, cursor.rest.len - mac_hex_len);
    parts->mac = cursor_take(&cursor, mac_hex_len);
    size_t unit = 2 * (format->padded ? format->block_len : 1);
    return parts->cipher.len > 2 * (size_t)LENGTH_FIELD_LEN && parts->cipher.len % unit == 0 &&
           text_all(parts->cipher, is_upper_hex) && text_all(parts->mac, is_upper_hex) &&
           parts->head.len + parts->cipher.len / 2 <= SECRET_LEN_MAX;
}

// The key from a plaintext whose MAC has been verified.
static status plain_open(struct secret *key, const uint8_t *plain, size_t plain_len)
{
    size_t bits = mask_reveal((uint32_t)plain[0] << 8 | plain[1]); // whoever uses the key knows its length
    if (bits == 0 || bits % 8 != 0 || bits / 8 > plain_len - LENGTH_FIELD_LEN) {
        return DATA_DAMAGED;
    }
    return secret_init_copy(key, plain + LENGTH_FIELD_LEN, bits / 8);
}

// DATA_DAMAGED unless the MAC of the message is the one that stands in the block.
static status verify(const struct key_block_format *format, const struct secret *key, const struct secret *message,
                     const uint8_t *mac)
{
    uint8_t expected[KEY_BLOCK_MAC_LEN_MAX];
    status result = key_block_mac(format, expected, key, message->at, message->len);
    if (result == OK && mask_reveal(secret_equal(mac, expected, format->mac_len)) == 0) {
        result = DATA_DAMAGED;
    }
    secret_wipe(expected, sizeof expected);
    return result;
}

static status open_parts(struct secret *key, const struct parts *parts, const struct secret *kbpk)
{
    const struct key_block_format *format = parts->format;
    assert(format != NULL && parts->head.at != NULL);
    size_t plain_len = parts->cipher.len / 2;
    struct working_keys keys = { 0 };
    struct secret message = { 0 };
    uint8_t mac[KEY_BLOCK_MAC_LEN_MAX];
    status result = key_block_derive(&keys.encryption, &keys.mac, format, kbpk);
    if (result == OK) {
        result = secret_init(&message, parts->head.len + plain_len);
    }
    if (result != OK) {
        goto done;
    }
    uint8_t *plain = message.at + parts->head.len;
    memcpy(message.at, parts->head.at, parts->head.len);
    if (!bytes_from_hex(plain, plain_len, parts->cipher) || !bytes_from_hex(mac, format->mac_len, parts->mac)) {
        result = DATA_DAMAGED;
        goto done;
    }
    if (format->mac_over_cipher) {
        result = verify(format, &keys.mac, &message, mac);
    }
    if (result == OK) {
        result = key_block_crypt(format, plain, plain_len, &keys.encryption, cipher_start(format, parts->head.at, mac),
                                 false);
    }
    if (result == OK && !format->mac_over_cipher) {
        result = verify(format, &keys.mac, &message, mac);
    }
    if (result == OK) {
        result = plain_open(key, plain, plain_len);
    }
done:
    secret_release(&message);
    working_keys_release(&keys);
    return result;
}

status key_block_read(struct key_block *out, const struct secret *kbpk, text block)
{
    struct parts parts;
    *out = (struct key_block){ 0 };
    status result = DATA_DAMAGED;
    if (parts_read(out, &parts, block) && key_block_format_takes(parts.format, kbpk)) {
        result = open_parts(&out->key, &parts, kbpk);
    }
    if (result != OK) {
        *out = (struct key_block){ 0 };
    }
    return result;
}

void key_block_release(struct key_block *block)
{
    secret_release(&block->key);
    *block = (struct key_block){ 0 };
}

status key_block_unwrap(struct key_block_header *header, struct secret *key, const struct secret *kbpk, text block)
{
    struct key_block read;
    *header = (struct key_block_header){ 0 };
    *key = (struct secret){ 0 };
    if (!text_starts_with(block, TEXT("D"))) {
        return DATA_DAMAGED;
    }
    TRY(key_block_read(&read, kbpk, block));
    *header = read.header;
    *key = read.key;
    return OK;
}
