#include <assert.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "keys/keyring_ring.h"

/* What house keys do: seal, open, authenticate, sign. A context is one thread's from take to give. */

static const struct {
    enum key_duty duty;
    char usage[2], algorithm, mode; // X9.143-2021, tables 2 to 4
} uses[KEY_USE_COUNT] = {
    [KEY_NUMBERING] = { DUTY_PERMUTE, { 'D', '0' }, 'A', 'B' },
    [KEY_NUMBER_SEAL] = { DUTY_SEAL, { 'D', '0' }, 'A', 'B' },
    [KEY_NUMBER_LOOKUP] = { DUTY_AUTHENTICATE, { 'M', '7' }, 'H', 'C' },
    [KEY_NUMBER_CHECK] = { DUTY_AUTHENTICATE, { 'M', '7' }, 'H', 'C' },
    [KEY_REQUEST] = { DUTY_AUTHENTICATE, { 'M', '7' }, 'H', 'C' },
    [KEY_MESSAGE_SEAL] = { DUTY_SEAL, { 'D', '0' }, 'A', 'B' },
    [KEY_SIGN] = { DUTY_SIGN, { 'S', '0' }, 'E', 'S' },
    [KEY_PAYMENT] = { .duty = DUTY_PAYMENT },
};

enum key_duty key_duty_of(enum key_use use)
{
    assert(use < KEY_USE_COUNT);
    return uses[use].duty;
}

void key_house_header(struct key_block_header *out, enum key_use use)
{
    assert(key_use_is_house(use));
    *out = (struct key_block_header){
        .usage = { uses[use].usage[0], uses[use].usage[1] },
        .algorithm = uses[use].algorithm,
        .mode = uses[use].mode,
        .exportability = 'N',
    };
}

/* Contexts: one type a duty, handled alike. */

static status seal_new(void **out, const struct secret *key)
{
    struct aead *aead;
    TRY(aead_new(&aead, key));
    *out = aead;
    return OK;
}

static void seal_free(void *context)
{
    aead_free(context);
}

static status authenticate_new(void **out, const struct secret *key)
{
    struct hmac *hmac;
    TRY(hmac_new(&hmac, key));
    *out = hmac;
    return OK;
}

static void authenticate_free(void *context)
{
    hmac_free(context);
}

static status sign_new(void **out, const struct secret *key)
{
    *out = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->at, key->len); // the seed, RFC 8032, 5.1.5
    if (*out == NULL) {
        ERR_clear_error();
        return OUT_OF_MEMORY;
    }
    return OK;
}

static void sign_free(void *context)
{
    EVP_PKEY_free(context);
}

static const struct {
    status (*make)(void **out, const struct secret *key);
    void (*free)(void *context);
} contexts[] = {
    [DUTY_SEAL] = { seal_new, seal_free },
    [DUTY_AUTHENTICATE] = { authenticate_new, authenticate_free },
    [DUTY_SIGN] = { sign_new, sign_free },
};

status key_context_new(void **out, enum key_duty duty, const struct secret *key)
{
    return contexts[duty].make(out, key);
}

void key_context_free(enum key_duty duty, void *context)
{
    contexts[duty].free(context);
}

status key_public_of(void *sign_context, uint8_t out[PUBLIC_KEY_LEN])
{
    size_t len = PUBLIC_KEY_LEN;
    if (EVP_PKEY_get_raw_public_key(sign_context, out, &len) != 1 || len != PUBLIC_KEY_LEN) {
        ERR_clear_error();
        return INTERNAL;
    }
    return OK;
}

static status context_take(struct keyring *keyring, struct key_entry **key, void **context, int64_t key_id,
                           enum key_duty duty, enum key_operation operation)
{
    TRY(keyring_find(keyring, key, key_id, duty, operation));
    status result = OK;
    keyring_mutex_lock(&(*key)->lock);
    if ((*key)->context_count > 0) {
        *context = (*key)->contexts[--(*key)->context_count];
    } else if ((*key)->secret.len > 0) {
        result = key_context_new(context, duty, &(*key)->secret);
    } else { // destroyed since it was found
        result = KEY_UNAVAILABLE;
    }
    keyring_mutex_unlock(&(*key)->lock);
    return result;
}

static void context_give(struct key_entry *key, void *context)
{
    keyring_mutex_lock(&key->lock);
    bool kept = key->secret.len > 0 && key->context_count < KEYRING_IDLE_PER_KEY_MAX;
    if (kept) {
        key->contexts[key->context_count++] = context;
    }
    keyring_mutex_unlock(&key->lock);
    if (!kept) {
        key_context_free(key_duty_of(key->use), context);
    }
}

status keyring_seal(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *plain, size_t len,
                    const void *associated, size_t associated_len)
{
    struct key_entry *key;
    void *aead;
    TRY(context_take(keyring, &key, &aead, key_id, DUTY_SEAL, KEY_TO_ENCRYPT));
    status result = aead_seal(aead, out, keyring->runtime, plain, len, associated, associated_len);
    context_give(key, aead);
    return result;
}

status keyring_open(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *sealed, size_t len,
                    const void *associated, size_t associated_len)
{
    struct key_entry *key;
    void *aead;
    TRY(context_take(keyring, &key, &aead, key_id, DUTY_SEAL, KEY_TO_DECRYPT));
    status result = aead_open(aead, out, sealed, len, associated, associated_len);
    context_give(key, aead);
    return result;
}

status keyring_authenticate(struct keyring *keyring, int64_t key_id, enum key_operation operation,
                            uint8_t out[SHA256_LEN], const struct bytes_view *pieces, size_t count)
{
    struct key_entry *key;
    void *hmac;
    assert(operation == KEY_TO_GENERATE || operation == KEY_TO_VERIFY);
    TRY(context_take(keyring, &key, &hmac, key_id, DUTY_AUTHENTICATE, operation));
    status result = hmac_compute(hmac, out, pieces, count);
    context_give(key, hmac);
    return result;
}

static status message_sign(EVP_PKEY *pkey, uint8_t signature[SIGNATURE_LEN], const void *message, size_t len)
{
    size_t signature_len = SIGNATURE_LEN;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool signed_ = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
                   EVP_DigestSign(context, signature, &signature_len, message, len) == 1;
    EVP_MD_CTX_free(context);
    if (!signed_) {
        ERR_clear_error();
        return OUT_OF_MEMORY;
    }
    assert(signature_len == SIGNATURE_LEN);
    return OK;
}

status keyring_sign(struct keyring *keyring, int64_t key_id, uint8_t signature[SIGNATURE_LEN], const void *message,
                    size_t len)
{
    struct key_entry *key;
    void *pkey;
    TRY(context_take(keyring, &key, &pkey, key_id, DUTY_SIGN, KEY_TO_SIGN));
    status result = message_sign(pkey, signature, message, len);
    context_give(key, pkey);
    return result;
}

status keyring_public_key(struct keyring *keyring, int64_t key_id, uint8_t out[PUBLIC_KEY_LEN])
{
    struct key_entry *key;
    void *pkey;
    TRY(context_take(keyring, &key, &pkey, key_id, DUTY_SIGN, KEY_TO_VERIFY));
    status result = key_public_of(pkey, out);
    context_give(key, pkey);
    return result;
}

status signature_verify(const uint8_t public_key[PUBLIC_KEY_LEN], const uint8_t signature[SIGNATURE_LEN],
                        const void *message, size_t len)
{
    status result = OUT_OF_MEMORY;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, PUBLIC_KEY_LEN);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (pkey != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1) {
        result = EVP_DigestVerify(context, signature, SIGNATURE_LEN, message, len) == 1 ? OK : DATA_DAMAGED;
    }
    ERR_clear_error();
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return result;
}
