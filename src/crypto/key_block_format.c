#include "crypto/key_block_format.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/mac.h"
#include "crypto/primitive.h"
#include "crypto/tdes.h"

static const struct key_block_format formats[] = {
    { .id = 'A', .block_len = 8, .mac_len = 4, .padded = true, .variant = true, .mac_over_cipher = true },
    { .id = 'B', .block_len = 8, .mac_len = 8, .padded = true },
    { .id = 'C', .block_len = 8, .mac_len = 4, .padded = true, .variant = true, .mac_over_cipher = true },
    { .id = 'D', .block_len = 16, .mac_len = 16, .aes = true, .padded = true },
    { .id = 'E', .block_len = 16, .mac_len = 16, .aes = true },
};

const struct key_block_format *key_block_format(char id)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (formats[i].id == id) {
            return &formats[i];
        }
    }
    return NULL;
}

bool key_block_format_takes(const struct key_block_format *format, const struct secret *kbpk)
{
    return kbpk->len == 16 || kbpk->len == 24 || (format->aes && kbpk->len == 32);
}

/* the two keys */

// X9.143-2021, 7.2.2, tables 23 and 25: what the derived key is for.
enum derived_use { DERIVED_CBC = 0, DERIVED_MAC = 1, DERIVED_CTR = 2 };

static status cmac(const struct key_block_format *format, uint8_t *out, const struct secret *key, const void *message,
                   size_t len)
{
    const struct bytes_view piece = { message, len };
    return format->aes ? cmac_aes(out, key, message, len) : tdes_cmac(out, key, &piece, 1);
}

// Counter, use, zero, algorithm and length in bits, under the CMAC of the KBPK, as often as it takes.
static status derive(struct secret *out, const struct key_block_format *format, const struct secret *kbpk,
                     enum derived_use use)
{
    // 0 and 1: triple DES of two and three keys; 2, 3 and 4: AES-128, -192 and -256
    const uint8_t algorithm = (uint8_t)(kbpk->len / 8 - (format->aes ? 0 : 2));
    const uint16_t bits = (uint16_t)(8 * kbpk->len);
    uint8_t derived[2 * CMAC_LEN];
    status result = OK;
    for (uint8_t counter = 1; result == OK && (counter - 1U) * format->block_len < kbpk->len; counter++) {
        const uint8_t input[8] = { counter, 0, (uint8_t)use, 0, 0, algorithm, (uint8_t)(bits >> 8), (uint8_t)bits };
        result = cmac(format, derived + (counter - 1U) * format->block_len, kbpk, input, sizeof input);
    }
    if (result == OK) {
        result = secret_init_copy(out, derived, kbpk->len);
    }
    secret_wipe(derived, sizeof derived);
    return result;
}

static status make_variant(struct secret *out, const struct secret *kbpk, uint8_t mask)
{
    TRY(secret_init_copy(out, kbpk->at, kbpk->len));
    for (size_t i = 0; i < out->len; i++) {
        out->at[i] ^= mask;
    }
    return OK;
}

status key_block_derive(struct secret *encryption, struct secret *mac, const struct key_block_format *format,
                        const struct secret *kbpk)
{
    assert(key_block_format_takes(format, kbpk));
    *encryption = *mac = (struct secret){ 0 };
    status result = format->variant ? make_variant(encryption, kbpk, 'E') // X9.143-2021, 7.2.1
                                    : derive(encryption, format, kbpk, format->padded ? DERIVED_CBC : DERIVED_CTR);
    if (result == OK) {
        result = format->variant ? make_variant(mac, kbpk, 'M') : derive(mac, format, kbpk, DERIVED_MAC);
    }
    if (result != OK) {
        secret_release(encryption);
        *encryption = (struct secret){ 0 };
    }
    return result;
}

/* encryption */

static status crypt_tdes(uint8_t *bytes, size_t len, const struct secret *key, const uint8_t *start, bool encrypt)
{
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = (encrypt ? tdes_cbc_encrypt : tdes_cbc_decrypt)(tdes, bytes, start, bytes, len);
    tdes_free(tdes);
    return result;
}

static status crypt_aes(uint8_t *bytes, size_t len, const struct secret *key, const uint8_t *start, bool encrypt)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    const EVP_CIPHER *ciphers[] = { primitives->aes_128_cbc, primitives->aes_192_cbc, primitives->aes_256_cbc };
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    int out_len = 0;
    bool done = EVP_CipherInit_ex2(context, ciphers[key->len / 8 - 2], key->at, start, encrypt, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, bytes, &out_len, bytes, (int)len) == 1 && (size_t)out_len == len;
    EVP_CIPHER_CTX_free(context);
    return done ? OK : primitive_refused();
}

// Counter mode is the same both ways. The counter has all 128 bits (NIST SP 800-38A, B.1).
static status crypt_counter(uint8_t *bytes, size_t len, const struct secret *key, const uint8_t *start)
{
    struct aes *aes;
    uint8_t counter[AES_BLOCK_LEN], stream[AES_BLOCK_LEN];
    TRY(aes_new(&aes, key));
    status result = OK;
    memcpy(counter, start, sizeof counter);
    for (size_t at = 0; result == OK && at < len; at += AES_BLOCK_LEN) {
        result = aes_encrypt(aes, stream, counter, AES_BLOCK_LEN);
        for (size_t i = 0; i < AES_BLOCK_LEN && at + i < len; i++) {
            bytes[at + i] ^= stream[i];
        }
        unsigned carry = 1;
        for (size_t i = AES_BLOCK_LEN; i-- > 0; carry >>= 8) {
            carry += counter[i];
            counter[i] = (uint8_t)carry;
        }
    }
    secret_wipe(stream, sizeof stream);
    aes_free(aes);
    return result;
}

status key_block_crypt(const struct key_block_format *format, uint8_t *bytes, size_t len, const struct secret *key,
                       const uint8_t *start, bool encrypt)
{
    assert(!format->padded || len % format->block_len == 0);
    if (!format->padded) {
        return crypt_counter(bytes, len, key, start);
    }
    return (format->aes ? crypt_aes : crypt_tdes)(bytes, len, key, start, encrypt);
}

/* authentication */

// CBC-MAC over whole blocks, which header and cipher text are together.
static status cbc_mac(uint8_t out[TDES_BLOCK_LEN], const struct secret *key, const uint8_t *message, size_t len)
{
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    static const uint8_t zero[TDES_BLOCK_LEN];
    uint8_t chain[TDES_BLOCK_LEN] = { 0 };
    status result = OK;
    for (size_t at = 0; result == OK && at < len; at += TDES_BLOCK_LEN) {
        result = tdes_cbc_encrypt(tdes, chain, at == 0 ? zero : chain, message + at, TDES_BLOCK_LEN);
    }
    memcpy(out, chain, TDES_BLOCK_LEN);
    tdes_free(tdes);
    return result;
}

status key_block_mac(const struct key_block_format *format, uint8_t out[KEY_BLOCK_MAC_LEN_MAX],
                     const struct secret *key, const void *message, size_t len)
{
    assert(!format->variant || len % format->block_len == 0);
    return format->variant ? cbc_mac(out, key, message, len) : cmac(format, out, key, message, len);
}
