#include "crypto/aead.h"

#include <assert.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "crypto/primitive.h"

// One context a direction: a key stays set in it, and only the nonce changes.
struct aead {
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open;
};

status aead_new(struct aead **out, const struct secret *key)
{
    assert(key->len == AEAD_KEY_LEN);
    *out = NULL;
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    struct aead *aead = calloc(1, sizeof *aead);
    if (aead == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = OUT_OF_MEMORY;
    aead->seal = EVP_CIPHER_CTX_new();
    aead->open = EVP_CIPHER_CTX_new();
    if (aead->seal == NULL || aead->open == NULL) {
        goto failed;
    }
    if (EVP_EncryptInit_ex2(aead->seal, primitives->aes_256_gcm, key->at, NULL, NULL) != 1 ||
        EVP_DecryptInit_ex2(aead->open, primitives->aes_256_gcm, key->at, NULL, NULL) != 1) {
        result = primitive_refused();
        goto failed;
    }
    *out = aead;
    return OK;

failed:
    aead_free(aead);
    return result;
}

void aead_free(struct aead *aead)
{
    if (aead != NULL) {
        EVP_CIPHER_CTX_free(aead->seal);
        EVP_CIPHER_CTX_free(aead->open);
        free(aead);
    }
}

// libcrypto counts in int. It takes a null output for associated data, so nothing may be passed on for an empty text.
static bool update(EVP_CIPHER_CTX *context, uint8_t *out, const void *in, size_t len)
{
    int out_len = 0;
    return len == 0 || EVP_CipherUpdate(context, out, &out_len, in, (int)len) == 1;
}

status aead_seal(struct aead *aead, uint8_t *out, const struct runtime *runtime, const void *plain, size_t len,
                 const void *associated, size_t associated_len)
{
    assert(len <= INT_MAX && associated_len <= INT_MAX);
    uint8_t *nonce = out;
    uint8_t *cipher = out + AEAD_NONCE_LEN;
    uint8_t *tag = cipher + len;
    int rest = 0;
    runtime_random(runtime, nonce, AEAD_NONCE_LEN);
    bool done = EVP_EncryptInit_ex2(aead->seal, NULL, NULL, nonce, NULL) == 1 &&
                update(aead->seal, NULL, associated, associated_len) && update(aead->seal, cipher, plain, len) &&
                EVP_EncryptFinal_ex(aead->seal, tag, &rest) == 1 && rest == 0 &&
                EVP_CIPHER_CTX_ctrl(aead->seal, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN, tag) == 1;
    if (!done) {
        secret_wipe(out, len + AEAD_OVERHEAD_LEN);
        return primitive_refused();
    }
    return OK;
}

status aead_open(struct aead *aead, uint8_t *out, const void *sealed, size_t len, const void *associated,
                 size_t associated_len)
{
    assert(associated_len <= INT_MAX);
    if (len < AEAD_OVERHEAD_LEN || len > INT_MAX) {
        return DATA_DAMAGED;
    }
    size_t plain_len = len - AEAD_OVERHEAD_LEN;
    const uint8_t *nonce = sealed;
    const uint8_t *cipher = nonce + AEAD_NONCE_LEN;
    uint8_t tag[AEAD_TAG_LEN]; // a copy, because libcrypto wants it writable
    for (int i = 0; i < AEAD_TAG_LEN; i++) {
        tag[i] = cipher[plain_len + (size_t)i];
    }
    bool done = EVP_DecryptInit_ex2(aead->open, NULL, NULL, nonce, NULL) == 1 &&
                EVP_CIPHER_CTX_ctrl(aead->open, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN, tag) == 1 &&
                update(aead->open, NULL, associated, associated_len) && update(aead->open, out, cipher, plain_len);
    if (!done) {
        secret_wipe(out, plain_len);
        return primitive_refused();
    }
    int rest = 0;
    uint8_t none[AEAD_TAG_LEN];
    if (EVP_DecryptFinal_ex(aead->open, none, &rest) != 1) {
        ERR_clear_error();
        secret_wipe(out, plain_len);
        return DATA_DAMAGED;
    }
    return OK;
}
