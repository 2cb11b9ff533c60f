#include "crypto/tdes.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/primitive.h"

enum direction { ENCRYPT, DECRYPT, CBC_ENCRYPT, CBC_DECRYPT, ENCRYPT_LEFT, DIRECTION_COUNT };

struct tdes {
    struct secret key;                      // K1|K2|K3
    EVP_CIPHER_CTX *keyed[DIRECTION_COUNT]; // made when first asked for
};

static const struct {
    bool encrypt, cbc, left;
} directions[DIRECTION_COUNT] = {
    [ENCRYPT] = { true, false, false },     [DECRYPT] = { false, false, false },
    [CBC_ENCRYPT] = { true, true, false },  [CBC_DECRYPT] = { false, true, false },
    [ENCRYPT_LEFT] = { true, false, true },
};

status tdes_new(struct tdes **out, const struct secret *key)
{
    assert(key->len == TDES_BLOCK_LEN || key->len == TDES_KEY_LEN || key->len == TDES_KEY_LEN_MAX);
    *out = NULL;
    struct tdes *tdes = calloc(1, sizeof *tdes);
    if (tdes == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = secret_init(&tdes->key, TDES_KEY_LEN_MAX);
    if (result != OK) {
        free(tdes);
        return result;
    }
    for (size_t at = 0; at < TDES_KEY_LEN_MAX; at += TDES_BLOCK_LEN) {
        memcpy(tdes->key.at + at, key->at + at % key->len, TDES_BLOCK_LEN);
    }
    *out = tdes;
    return OK;
}

void tdes_free(struct tdes *tdes)
{
    if (tdes == NULL) {
        return;
    }
    for (int i = 0; i < DIRECTION_COUNT; i++) {
        EVP_CIPHER_CTX_free(tdes->keyed[i]);
    }
    secret_release(&tdes->key);
    free(tdes);
}

static status make_context(struct tdes *tdes, enum direction direction)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    struct secret left = { 0 };
    const uint8_t *key = tdes->key.at;
    status result = OK;
    if (directions[direction].left) {
        result = secret_init(&left, TDES_KEY_LEN_MAX);
        for (size_t at = 0; result == OK && at < TDES_KEY_LEN_MAX; at += TDES_BLOCK_LEN) {
            memcpy(left.at + at, key, TDES_BLOCK_LEN);
        }
        key = left.at;
    }
    const EVP_CIPHER *cipher = directions[direction].cbc ? primitives->tdes_cbc : primitives->tdes_ecb;
    if (result == OK && (EVP_CipherInit_ex2(context, cipher, key, NULL, directions[direction].encrypt, NULL) != 1 ||
                         EVP_CIPHER_CTX_set_padding(context, 0) != 1)) {
        result = primitive_refused();
    }
    secret_release(&left);
    if (result != OK) {
        EVP_CIPHER_CTX_free(context);
        return result;
    }
    tdes->keyed[direction] = context;
    return OK;
}

static status run(struct tdes *tdes, enum direction direction, uint8_t *out, const uint8_t *iv, const uint8_t *in,
                  size_t len)
{
    assert(len % TDES_BLOCK_LEN == 0 && len <= INT32_MAX);
    if (tdes->keyed[direction] == NULL) {
        TRY(make_context(tdes, direction));
    }
    EVP_CIPHER_CTX *context = tdes->keyed[direction];
    int written = 0;
    if (iv != NULL && EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) != 1) {
        return primitive_refused();
    }
    bool done = EVP_CipherUpdate(context, out, &written, in, (int)len) == 1 && written == (int)len;
    return done ? OK : primitive_refused();
}

status tdes_encrypt(struct tdes *tdes, uint8_t *out, const uint8_t *in, size_t len)
{
    return run(tdes, ENCRYPT, out, NULL, in, len);
}

status tdes_decrypt(struct tdes *tdes, uint8_t *out, const uint8_t *in, size_t len)
{
    return run(tdes, DECRYPT, out, NULL, in, len);
}

status tdes_cbc_encrypt(struct tdes *tdes, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                        size_t len)
{
    return run(tdes, CBC_ENCRYPT, out, iv, in, len);
}

status tdes_cbc_decrypt(struct tdes *tdes, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                        size_t len)
{
    return run(tdes, CBC_DECRYPT, out, iv, in, len);
}

status tdes_encrypt_left(struct tdes *tdes, uint8_t out[TDES_BLOCK_LEN], const uint8_t in[TDES_BLOCK_LEN])
{
    return run(tdes, ENCRYPT_LEFT, out, NULL, in, TDES_BLOCK_LEN);
}

/* A MAC in the making: a full block waits, because the last one is treated differently. */
struct retail {
    struct tdes *tdes;
    uint8_t chain[TDES_BLOCK_LEN];
    uint8_t block[TDES_BLOCK_LEN];
    size_t filled;
};

static status retail_push(struct retail *mac, uint8_t byte)
{
    if (mac->filled == TDES_BLOCK_LEN) {
        for (size_t i = 0; i < TDES_BLOCK_LEN; i++) {
            mac->chain[i] ^= mac->block[i];
        }
        TRY(tdes_encrypt_left(mac->tdes, mac->chain, mac->chain));
        mac->filled = 0;
    }
    mac->block[mac->filled++] = byte;
    return OK;
}

static status retail_pad(struct retail *mac, enum mac_padding padding, bool empty)
{
    if (padding == MAC_PADDING_2) {
        TRY(retail_push(mac, 0x80));
    } else if (empty) {
        TRY(retail_push(mac, 0)); // 6.3.2, note: an empty message becomes one block
    }
    assert(padding != MAC_PADDING_NONE || mac->filled == TDES_BLOCK_LEN);
    while (mac->filled < TDES_BLOCK_LEN) {
        TRY(retail_push(mac, 0));
    }
    return OK;
}

static status retail_run(struct retail *mac, uint8_t out[TDES_BLOCK_LEN], const struct bytes_view *pieces, size_t count,
                         enum mac_padding padding)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < pieces[i].len; j++, len++) {
            TRY(retail_push(mac, ((const uint8_t *)pieces[i].at)[j]));
        }
    }
    TRY(retail_pad(mac, padding, len == 0));
    for (size_t i = 0; i < TDES_BLOCK_LEN; i++) {
        mac->block[i] ^= mac->chain[i];
    }
    return tdes_encrypt(mac->tdes, out, mac->block, TDES_BLOCK_LEN);
}

status tdes_retail_mac(struct tdes *tdes, uint8_t out[TDES_BLOCK_LEN], const struct bytes_view *pieces, size_t count,
                       enum mac_padding padding)
{
    struct retail mac = { .tdes = tdes };
    status result = retail_run(&mac, out, pieces, count, padding);
    secret_wipe(&mac, sizeof mac);
    return result;
}

status tdes_cmac(uint8_t out[TDES_BLOCK_LEN], const struct secret *key, const struct bytes_view *pieces, size_t count)
{
    assert(key->len == TDES_KEY_LEN || key->len == TDES_KEY_LEN_MAX);
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(primitives->cmac);
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    static char two[] = "DES-EDE-CBC", three[] = "DES-EDE3-CBC"; // libcrypto takes no constant
    char *cipher = key->len == TDES_KEY_LEN ? two : three;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end(),
    };
    bool done = EVP_MAC_init(context, key->at, key->len, parameters) == 1;
    for (size_t i = 0; done && i < count; i++) {
        done = EVP_MAC_update(context, pieces[i].at, pieces[i].len) == 1;
    }
    size_t len = 0;
    done = done && EVP_MAC_final(context, out, &len, TDES_BLOCK_LEN) == 1 && len == TDES_BLOCK_LEN;
    EVP_MAC_CTX_free(context);
    return done ? OK : primitive_refused();
}

void tdes_set_odd_parity(uint8_t *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int ones = __builtin_popcount(key[i] >> 1);
        key[i] = (uint8_t)((key[i] & 0xFE) | (ones % 2 == 0));
    }
}

enum { KEY_BITS = 0xFE }; // of a byte; the other one is its parity

static bool same_part(const uint8_t *a, const uint8_t *b)
{
    uint8_t different = 0;
    for (size_t i = 0; i < TDES_BLOCK_LEN; i++) {
        different |= (a[i] ^ b[i]) & KEY_BITS;
    }
    return different == 0;
}

// The halves of the key schedule take the key's bits four by four: where bytes 5 to 8 follow from 1 to 4 like this,
// both halves repeat after four bits, and a rotation brings nothing new. The standard's weak keys are all among these.
static bool weak_part(const uint8_t *part)
{
    static const uint8_t pairs[][2] = { { 0x00, 0x00 }, { 0x1E, 0x0E }, { 0xE0, 0xF0 }, { 0xFE, 0xFE } };
    size_t found = 0;
    for (size_t i = 0; i < TDES_BLOCK_LEN / 2; i++) {
        for (size_t j = 0; j < sizeof pairs / sizeof pairs[0]; j++) {
            uint8_t left = (part[i] & KEY_BITS) ^ pairs[j][0];
            uint8_t right = (part[i + TDES_BLOCK_LEN / 2] & KEY_BITS) ^ pairs[j][1];
            found += (left | right) == 0;
        }
    }
    return found == TDES_BLOCK_LEN / 2;
}

status tdes_key_judge(const struct secret *key)
{
    if (key->len != TDES_KEY_LEN && key->len != TDES_KEY_LEN_MAX) {
        return INVALID_INPUT;
    }
    bool weak = false;
    for (size_t at = 0; at < key->len; at += TDES_BLOCK_LEN) {
        weak |= weak_part(key->at + at);
        for (size_t before = 0; before < at; before += TDES_BLOCK_LEN) {
            weak |= same_part(key->at + before, key->at + at);
        }
    }
    return weak ? KEY_WEAK : OK;
}
