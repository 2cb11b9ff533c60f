#include "crypto/mac.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "crypto/primitive.h"

struct hmac {
    EVP_MAC_CTX *keyed;
};

status sha256(uint8_t out[SHA256_LEN], const struct bytes_view *pieces, size_t count)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    bool done = EVP_DigestInit_ex2(context, primitives->sha256, NULL) == 1;
    for (size_t i = 0; done && i < count; i++) {
        done = EVP_DigestUpdate(context, pieces[i].at, pieces[i].len) == 1;
    }
    done = done && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return done ? OK : primitive_refused();
}

status hmac_new(struct hmac **out, const struct secret *key)
{
    assert(key->len > 0); // without a key, libcrypto would go on with none
    *out = NULL;
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    struct hmac *hmac = calloc(1, sizeof *hmac);
    if (hmac == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = OUT_OF_MEMORY;
    hmac->keyed = EVP_MAC_CTX_new(primitives->hmac);
    if (hmac->keyed == NULL) {
        goto failed;
    }
    char digest[] = "SHA2-256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (EVP_MAC_init(hmac->keyed, key->at, key->len, parameters) != 1) {
        result = primitive_refused();
        goto failed;
    }
    *out = hmac;
    return OK;

failed:
    hmac_free(hmac);
    return result;
}

void hmac_free(struct hmac *hmac)
{
    if (hmac != NULL) {
        EVP_MAC_CTX_free(hmac->keyed);
        free(hmac);
    }
}

status hmac_compute(struct hmac *hmac, uint8_t out[SHA256_LEN], const struct bytes_view *pieces, size_t count)
{
    size_t len = 0;
    bool done = EVP_MAC_init(hmac->keyed, NULL, 0, NULL) == 1; // no key: begin again under the one it has
    for (size_t i = 0; done && i < count; i++) {
        done = EVP_MAC_update(hmac->keyed, pieces[i].at, pieces[i].len) == 1;
    }
    done = done && EVP_MAC_final(hmac->keyed, out, &len, SHA256_LEN) == 1 && len == SHA256_LEN;
    return done ? OK : primitive_refused();
}

static char *cmac_cipher_name(size_t key_len)
{
    assert(key_len == 16 || key_len == 24 || key_len == 32);
    static char names[][sizeof "AES-128-CBC"] = { "AES-128-CBC", "AES-192-CBC", "AES-256-CBC" };
    return names[key_len / 8 - 2];
}

status cmac_aes(uint8_t out[CMAC_LEN], const struct secret *key, const void *message, size_t len)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(primitives->cmac);
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cmac_cipher_name(key->len), 0),
        OSSL_PARAM_construct_end(),
    };
    size_t out_len = 0;
    bool done = EVP_MAC_init(context, key->at, key->len, parameters) == 1 &&
                EVP_MAC_update(context, message, len) == 1 && EVP_MAC_final(context, out, &out_len, CMAC_LEN) == 1 &&
                out_len == CMAC_LEN;
    EVP_MAC_CTX_free(context);
    return done ? OK : primitive_refused();
}
