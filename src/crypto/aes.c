#include "crypto/aes.h"

#include <assert.h>
#include <stdlib.h>

#include "crypto/primitive.h"

struct aes {
    EVP_CIPHER_CTX *encrypt, *decrypt;
};

bool aes_key_fits(const struct secret *key)
{
    return key->len == 16 || key->len == 24 || key->len == 32;
}

static status make_context(EVP_CIPHER_CTX **out, const struct secret *key, bool encrypt)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    const EVP_CIPHER *ciphers[] = { primitives->aes_128_ecb, primitives->aes_192_ecb, primitives->aes_256_ecb };
    *out = EVP_CIPHER_CTX_new();
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    bool done = EVP_CipherInit_ex2(*out, ciphers[key->len / 8 - 2], key->at, NULL, encrypt, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(*out, 0) == 1;
    return done ? OK : primitive_refused();
}

status aes_new(struct aes **out, const struct secret *key)
{
    assert(aes_key_fits(key));
    struct aes *aes = calloc(1, sizeof *aes);
    if (aes == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = make_context(&aes->encrypt, key, true);
    if (result == OK) {
        result = make_context(&aes->decrypt, key, false);
    }
    if (result != OK) {
        aes_free(aes);
        return result;
    }
    *out = aes;
    return OK;
}

void aes_free(struct aes *aes)
{
    if (aes != NULL) {
        EVP_CIPHER_CTX_free(aes->encrypt);
        EVP_CIPHER_CTX_free(aes->decrypt);
        free(aes);
    }
}

static status run(EVP_CIPHER_CTX *context, uint8_t *out, const uint8_t *in, size_t len)
{
    assert(len % AES_BLOCK_LEN == 0 && len <= INT32_MAX);
    int written = 0;
    bool done = EVP_CipherUpdate(context, out, &written, in, (int)len) == 1 && written == (int)len;
    return done ? OK : primitive_refused();
}

status aes_encrypt(struct aes *aes, uint8_t *out, const uint8_t *in, size_t len)
{
    return run(aes->encrypt, out, in, len);
}

status aes_decrypt(struct aes *aes, uint8_t *out, const uint8_t *in, size_t len)
{
    return run(aes->decrypt, out, in, len);
}
