#include "crypto/dukpt_aes.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/aes.h"

enum { USAGE_DERIVATION = 0x8000, USAGE_DERIVATION_INITIAL = 0x8001, KEY_LEN_MAX = 32, COUNTER_BITS = 32 };

// What goes into the derivation of each kind, and the least length of the key it may be derived from (6.2.2, 6.3.2).
static const struct {
    uint16_t algorithm;
    size_t len, least_len;
} kinds[] = {
    [DUKPT_AES_KIND_TDES_2] = { 0, 16, 16 },   [DUKPT_AES_KIND_TDES_3] = { 1, 24, 16 },
    [DUKPT_AES_KIND_AES_128] = { 2, 16, 16 },  [DUKPT_AES_KIND_AES_192] = { 3, 24, 24 },
    [DUKPT_AES_KIND_AES_256] = { 4, 32, 32 },  [DUKPT_AES_KIND_HMAC_128] = { 5, 16, 16 },
    [DUKPT_AES_KIND_HMAC_192] = { 5, 24, 24 }, [DUKPT_AES_KIND_HMAC_256] = { 5, 32, 32 },
};

static bool counter_valid(uint32_t counter)
{
    return counter != 0 && __builtin_popcount(counter) <= DUKPT_AES_COUNTER_ONES_MAX;
}

uint32_t dukpt_aes_counter(const uint8_t ksn[DUKPT_AES_KSN_LEN])
{
    return bytes_get_be32(ksn + DUKPT_AES_ID_LEN);
}

bool dukpt_aes_ksn_valid(const uint8_t ksn[DUKPT_AES_KSN_LEN])
{
    return counter_valid(dukpt_aes_counter(ksn));
}

bool dukpt_aes_ksn_next(uint8_t ksn[DUKPT_AES_KSN_LEN])
{
    uint64_t counter = (uint64_t)dukpt_aes_counter(ksn) + 1;
    while (counter <= UINT32_MAX && !counter_valid((uint32_t)counter)) {
        counter += counter & -counter; // all between have the same bits set, and more
    }
    if (counter > UINT32_MAX) {
        return false;
    }
    bytes_put_be32(ksn + DUKPT_AES_ID_LEN, (uint32_t)counter);
    return true;
}

// 6.3.3, what tells one derived key from all others.
struct derivation {
    unsigned usage;
    enum dukpt_aes_kind kind;
    uint8_t context[8];
};

// 6.3.1: blocks that say what the key is for, under the key it comes from.
static status derive(struct secret *out, const struct secret *key, const struct derivation *derivation)
{
    *out = (struct secret){ 0 };
    size_t len = kinds[derivation->kind].len;
    uint8_t blocks[KEY_LEN_MAX];
    for (size_t i = 0; i < KEY_LEN_MAX / AES_BLOCK_LEN; i++) {
        uint8_t *block = blocks + i * AES_BLOCK_LEN;
        block[0] = 1; // of the derivation data
        block[1] = (uint8_t)(i + 1);
        bytes_put_be32(block + 2, derivation->usage << 16 | kinds[derivation->kind].algorithm);
        block[6] = (uint8_t)(8 * len >> 8);
        block[7] = (uint8_t)(8 * len);
        memcpy(block + 8, derivation->context, sizeof derivation->context);
    }
    struct secret made;
    TRY(secret_init(&made, KEY_LEN_MAX));
    struct aes *aes = NULL;
    status result = aes_new(&aes, key);
    if (result == OK) {
        result = aes_encrypt(aes, made.at, blocks, sizeof blocks);
    }
    if (result == OK) {
        result = secret_init_copy(out, made.at, len);
    }
    aes_free(aes);
    secret_release(&made);
    return result;
}

static enum dukpt_aes_kind kind_of(const struct secret *key)
{
    return key->len == 16 ? DUKPT_AES_KIND_AES_128 : key->len == 24 ? DUKPT_AES_KIND_AES_192 : DUKPT_AES_KIND_AES_256;
}

// The second half of the identifier, and the counter.
static void context_of(uint8_t context[8], const uint8_t ksn[DUKPT_AES_KSN_LEN], uint32_t counter)
{
    memcpy(context, ksn + DUKPT_AES_ID_LEN / 2, DUKPT_AES_ID_LEN / 2);
    bytes_put_be32(context + DUKPT_AES_ID_LEN / 2, counter);
}

status dukpt_aes_initial_key(struct secret *out, const struct secret *bdk, const uint8_t id[DUKPT_AES_ID_LEN])
{
    *out = (struct secret){ 0 };
    if (!aes_key_fits(bdk)) {
        return INVALID_INPUT;
    }
    struct derivation derivation = { .usage = USAGE_DERIVATION_INITIAL, .kind = kind_of(bdk) };
    memcpy(derivation.context, id, sizeof derivation.context);
    return derive(out, bdk, &derivation);
}

status dukpt_aes_transaction_key(struct secret *out, const struct secret *initial_key,
                                 const uint8_t ksn[DUKPT_AES_KSN_LEN])
{
    *out = (struct secret){ 0 };
    if (!aes_key_fits(initial_key) || !dukpt_aes_ksn_valid(ksn)) {
        return INVALID_INPUT;
    }
    struct derivation derivation = { .usage = USAGE_DERIVATION, .kind = kind_of(initial_key) };
    struct secret key;
    TRY(secret_init_copy(&key, initial_key->at, initial_key->len));
    uint32_t counter = dukpt_aes_counter(ksn), path = 0;
    status result = OK;
    for (int bit = COUNTER_BITS - 1; result == OK && bit >= 0; bit--) {
        if ((counter >> bit & 1) != 0) {
            path |= (uint32_t)1 << bit;
            context_of(derivation.context, ksn, path);
            struct secret next;
            result = derive(&next, &key, &derivation);
            secret_release(&key);
            key = next;
        }
    }
    *out = key; // empty when a step failed
    return result;
}

status dukpt_aes_working_key(struct secret *out, const struct secret *transaction_key,
                             const uint8_t ksn[DUKPT_AES_KSN_LEN], const struct dukpt_aes_working *working)
{
    *out = (struct secret){ 0 };
    if (!aes_key_fits(transaction_key) || transaction_key->len < kinds[working->kind].least_len ||
        !dukpt_aes_ksn_valid(ksn)) {
        return INVALID_INPUT;
    }
    struct derivation derivation = { .usage = working->usage, .kind = working->kind };
    context_of(derivation.context, ksn, dukpt_aes_counter(ksn));
    return derive(out, transaction_key, &derivation);
}
