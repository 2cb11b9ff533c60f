#include "crypto/key_block.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/mac.h"
#include "crypto/primitive.h"

enum {
    AES_BLOCK_LEN = 16,
    HEADER_LEN = 16, // X9.143-2021, 6.2, table 1
    MAC_HEX_LEN = 2 * CMAC_LEN,
    LENGTH_FIELD_LEN = 2,    // the key's length in bits, before the key
    OPTIONAL_HEADER_LEN = 4, // id and length
    OPTIONAL_COUNT_MAX = 99, // two decimal digits
    BLOCK_LEN_MAX = 9999,    // four decimal digits
};

/* characters */

static bool is_upper_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_upper_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static bool all(text t, bool (*is)(char))
{
    for (size_t i = 0; i < t.len; i++) {
        if (!is(t.at[i])) {
            return false;
        }
    }
    return true;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static void upper_hex(char *out, const void *bytes, size_t len)
{
    bytes_to_hex(out, bytes, len);
    for (size_t i = 0; i < 2 * len; i++) {
        out[i] = (char)(out[i] >= 'a' ? out[i] - 'a' + 'A' : out[i]);
    }
}

/* keys and ciphers */

static const EVP_CIPHER *cbc_of(const struct primitives *primitives, size_t key_len)
{
    assert(key_len == 16 || key_len == 24 || key_len == 32);
    return key_len == 16 ? primitives->aes_128_cbc : key_len == 24 ? primitives->aes_192_cbc : primitives->aes_256_cbc;
}

enum derived_use { DERIVED_ENCRYPTION = 0, DERIVED_MAC = 1 };

// X9.143-2021, 7.2.2.1, table 25: counter, use, zero, algorithm and length in bits, under AES-CMAC; as long as the KBPK
// itself.
static status key_derive(struct secret *out, const struct secret *kbpk, enum derived_use use)
{
    const uint8_t algorithm = (uint8_t)(kbpk->len / 8); // 2, 3, 4: AES-128, -192, -256
    uint8_t derived[2 * CMAC_LEN];
    status result = OK;
    for (uint8_t counter = 1; result == OK && (counter - 1U) * CMAC_LEN < kbpk->len; counter++) {
        const uint16_t bits = (uint16_t)(8 * kbpk->len);
        const uint8_t input[8] = { counter, 0, (uint8_t)use, 0, 0, algorithm, (uint8_t)(bits >> 8), (uint8_t)bits };
        result = cmac_aes(derived + (counter - 1U) * CMAC_LEN, kbpk, input, sizeof input);
    }
    if (result == OK) {
        result = secret_init_copy(out, derived, kbpk->len);
    }
    secret_wipe(derived, sizeof derived);
    return result;
}

// AES-CBC in place, without padding.
static status cbc_run(uint8_t *bytes, size_t len, const struct secret *key, const uint8_t iv[AES_BLOCK_LEN],
                      bool encrypt)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    int out_len = 0;
    bool done = EVP_CipherInit_ex2(context, cbc_of(primitives, key->len), key->at, iv, encrypt, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, bytes, &out_len, bytes, (int)len) == 1 && (size_t)out_len == len;
    EVP_CIPHER_CTX_free(context);
    return done ? OK : primitive_refused();
}

/* wrapping */

static const struct {
    char algorithm;
    size_t len;
} longest_keys[] = {
    { 'A', 32 },
    { 'D', 24 },
    { 'T', 24 },
    { 'H', 64 },
};

static size_t length_to_show(char algorithm, size_t key_len, size_t padded_len)
{
    for (size_t i = 0; padded_len == 0 && i < sizeof longest_keys / sizeof longest_keys[0]; i++) {
        if (longest_keys[i].algorithm == algorithm) {
            padded_len = longest_keys[i].len;
        }
    }
    return padded_len > key_len ? padded_len : key_len;
}

static void header_write(char out[HEADER_LEN], const struct key_block_header *header, size_t block_len)
{
    out[0] = 'D';
    for (size_t i = 4, rest = block_len; i >= 1; i--, rest /= 10) {
        out[i] = (char)('0' + rest % 10);
    }
    memcpy(out + 5, header->usage, 2);
    out[7] = header->algorithm;
    out[8] = header->mode;
    memcpy(out + 9, header->version, 2);
    out[11] = header->exportability;
    memcpy(out + 12, "0000", 4); // no optional blocks; reserved
    assert(all(text_bytes(out, HEADER_LEN), is_upper_or_digit));
}

status key_block_wrap(char out[KEY_BLOCK_LEN_MAX], size_t *out_len, const struct runtime *runtime,
                      const struct secret *kbpk, const struct key_block_header *header, const struct secret *key,
                      size_t padded_len)
{
    assert(key->len > 0 && key->len <= KEY_BLOCK_KEY_LEN_MAX);
    assert(padded_len == 0 || (padded_len >= key->len && padded_len <= KEY_BLOCK_KEY_LEN_MAX));
    size_t shown_len = length_to_show(header->algorithm, key->len, padded_len);
    size_t plain_len = (LENGTH_FIELD_LEN + shown_len + AES_BLOCK_LEN - 1) / AES_BLOCK_LEN * AES_BLOCK_LEN;
    size_t block_len = HEADER_LEN + 2 * plain_len + MAC_HEX_LEN;
    assert(block_len <= KEY_BLOCK_LEN_MAX);

    struct secret encryption_key = { 0 }, mac_key = { 0 };
    struct secret message = { 0 }; // header and plaintext: what the MAC runs over
    uint8_t mac[CMAC_LEN];
    status result = key_derive(&encryption_key, kbpk, DERIVED_ENCRYPTION);
    if (result == OK) {
        result = key_derive(&mac_key, kbpk, DERIVED_MAC);
    }
    if (result == OK) {
        result = secret_init(&message, HEADER_LEN + plain_len);
    }
    if (result != OK) {
        goto done;
    }
    uint8_t *plain = message.at + HEADER_LEN;
    size_t padding_at = LENGTH_FIELD_LEN + key->len;
    header_write((char *)message.at, header, block_len);
    plain[0] = (uint8_t)(8 * key->len >> 8);
    plain[1] = (uint8_t)(8 * key->len);
    memcpy(plain + LENGTH_FIELD_LEN, key->at, key->len);
    runtime_random(runtime, plain + padding_at, plain_len - padding_at);

    result = cmac_aes(mac, &mac_key, message.at, message.len);
    if (result == OK) {
        result = cbc_run(plain, plain_len, &encryption_key, mac, true);
    }
    if (result != OK) {
        goto done;
    }
    memcpy(out, message.at, HEADER_LEN);
    upper_hex(out + HEADER_LEN, plain, plain_len);
    upper_hex(out + HEADER_LEN + 2 * plain_len, mac, CMAC_LEN);
    *out_len = block_len;
done:
    secret_release(&message);
    secret_release(&mac_key);
    secret_release(&encryption_key);
    return result;
}

/* reading: a cursor that, once it has failed, gives nothing more */

struct cursor {
    text rest;
    bool failed;
};

static text cursor_take(struct cursor *cursor, size_t len)
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
static size_t cursor_number(struct cursor *cursor, size_t digits, unsigned int base)
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

// The data of one optional block after its id. X9.143-2021, 6.2, table 1: a length of 00 announces a longer one, first
// how many characters it has. A length counts the whole block.
static text optional_data(struct cursor *cursor)
{
    size_t len = cursor_number(cursor, 2, 16);
    size_t head = OPTIONAL_HEADER_LEN;
    if (len == 0) {
        size_t digits = cursor_number(cursor, 2, 16);
        if (digits > 4) { // four reach past the longest block; none give a length of 0, refused below
            cursor->failed = true;
            return TEXT_ABSENT;
        }
        len = cursor_number(cursor, digits, 16);
        head += 2 + digits;
    }
    if (len < head) {
        cursor->failed = true;
        return TEXT_ABSENT;
    }
    return cursor_take(cursor, len - head);
}

// Passes over `count` optional blocks: sound in shape, every id once, the padding "PB" last, whole cipher blocks.
static void optional_blocks_pass(struct cursor *cursor, size_t count)
{
    text ids[OPTIONAL_COUNT_MAX];
    size_t before = cursor->rest.len;
    bool padded = false;
    for (size_t i = 0; !cursor->failed && i < count; i++) {
        ids[i] = cursor_take(cursor, 2);
        text data = optional_data(cursor);
        bool wrong = padded || !all(ids[i], is_upper_or_digit) || !all(data, is_printable);
        for (size_t j = 0; j < i; j++) {
            wrong = wrong || text_equal(ids[i], ids[j]);
        }
        padded = text_equal(ids[i], TEXT("PB"));
        cursor->failed = cursor->failed || wrong;
    }
    cursor->failed = cursor->failed || (before - cursor->rest.len) % AES_BLOCK_LEN != 0;
}

// What stands in a block before anything is decrypted.
struct parts {
    struct key_block_header header;
    text head;   // with the optional blocks: all that the MAC covers beside the plaintext
    text cipher; // upper-case hex
    text mac;    // upper-case hex
};

static bool parts_read(struct parts *parts, text block)
{
    *parts = (struct parts){ 0 };
    if (block.len < HEADER_LEN + 2 * AES_BLOCK_LEN + MAC_HEX_LEN || block.len > BLOCK_LEN_MAX) {
        return false;
    }
    struct cursor cursor = { block, false };
    text id = cursor_take(&cursor, 1);
    size_t len = cursor_number(&cursor, 4, 10);
    text use = cursor_take(&cursor, 7);
    size_t optional_count = cursor_number(&cursor, 2, 10);
    text reserved = cursor_take(&cursor, 2);
    // The first reserved character is the key context of X9.143-2021: 0, 1 or 2.
    if (cursor.failed || !text_equal(id, TEXT("D")) || len != block.len || !all(use, is_upper_or_digit) ||
        reserved.at[0] < '0' || reserved.at[0] > '2' || reserved.at[1] != '0') {
        return false;
    }
    optional_blocks_pass(&cursor, optional_count);
    parts->head = text_slice(block, 0, block.len - cursor.rest.len);
    if (cursor.failed || use.at == NULL || cursor.rest.len < MAC_HEX_LEN) {
        return false;
    }
    parts->cipher = cursor_take(&cursor, cursor.rest.len - MAC_HEX_LEN);
    parts->mac = cursor_take(&cursor, MAC_HEX_LEN);
    memcpy(parts->header.usage, use.at, 2);
    parts->header.algorithm = use.at[2];
    parts->header.mode = use.at[3];
    memcpy(parts->header.version, use.at + 4, 2);
    parts->header.exportability = use.at[6];
    return !cursor.failed && parts->cipher.len > 0 && parts->cipher.len % (2 * AES_BLOCK_LEN) == 0 &&
           all(parts->cipher, is_upper_hex) && all(parts->mac, is_upper_hex) &&
           parts->head.len + parts->cipher.len / 2 <= SECRET_LEN_MAX;
}

// The key from a plaintext whose MAC has been verified.
static status plain_open(struct secret *key, const uint8_t *plain, size_t plain_len)
{
    size_t bits = (size_t)plain[0] << 8 | plain[1];
    if (bits == 0 || bits % 8 != 0 || bits / 8 > plain_len - LENGTH_FIELD_LEN) {
        return DATA_DAMAGED;
    }
    return secret_init_copy(key, plain + LENGTH_FIELD_LEN, bits / 8);
}

status key_block_unwrap(struct key_block_header *header, struct secret *key, const struct secret *kbpk, text block)
{
    *header = (struct key_block_header){ 0 };
    *key = (struct secret){ 0 };
    struct parts parts;
    if (!parts_read(&parts, block)) {
        return DATA_DAMAGED;
    }
    struct secret encryption_key = { 0 }, mac_key = { 0 };
    struct secret message = { 0 };
    uint8_t mac[CMAC_LEN], expected[CMAC_LEN];
    size_t plain_len = parts.cipher.len / 2;
    status result = key_derive(&encryption_key, kbpk, DERIVED_ENCRYPTION);
    if (result == OK) {
        result = key_derive(&mac_key, kbpk, DERIVED_MAC);
    }
    if (result == OK) {
        result = secret_init(&message, parts.head.len + plain_len);
    }
    if (result != OK) {
        goto done;
    }
    uint8_t *plain = message.at + parts.head.len;
    memcpy(message.at, parts.head.at, parts.head.len);
    if (!bytes_from_hex(plain, plain_len, parts.cipher) || !bytes_from_hex(mac, CMAC_LEN, parts.mac)) {
        result = DATA_DAMAGED;
        goto done;
    }
    result = cbc_run(plain, plain_len, &encryption_key, mac, false);
    if (result == OK) {
        result = cmac_aes(expected, &mac_key, message.at, message.len);
    }
    if (result == OK && !secret_equal(mac, expected, CMAC_LEN)) {
        result = DATA_DAMAGED;
    }
    if (result == OK) {
        result = plain_open(key, plain, plain_len);
    }
    if (result == OK) {
        *header = parts.header;
    }
done:
    secret_wipe(expected, sizeof expected);
    secret_release(&message);
    secret_release(&mac_key);
    secret_release(&encryption_key);
    return result;
}
