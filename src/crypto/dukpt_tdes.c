#include "crypto/dukpt_tdes.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/tdes.h"

enum { HALF_LEN = TDES_BLOCK_LEN, COUNTER_MAX = (1 << DUKPT_TDES_COUNTER_BITS) - 1 };

// Where the counter and what stands before it part, in the last eight bytes of the KSN.
static const uint64_t COUNTER_MASK = COUNTER_MAX;

static uint64_t ksn_register(const uint8_t ksn[DUKPT_TDES_KSN_LEN])
{
    return bytes_get_be64(ksn + DUKPT_TDES_KSN_LEN - sizeof(uint64_t));
}

static bool counter_valid(uint32_t counter)
{
    return counter != 0 && __builtin_popcount(counter) <= DUKPT_TDES_COUNTER_ONES_MAX;
}

uint32_t dukpt_tdes_counter(const uint8_t ksn[DUKPT_TDES_KSN_LEN])
{
    return (uint32_t)(ksn_register(ksn) & COUNTER_MASK);
}

bool dukpt_tdes_ksn_valid(const uint8_t ksn[DUKPT_TDES_KSN_LEN])
{
    return counter_valid(dukpt_tdes_counter(ksn));
}

bool dukpt_tdes_ksn_next(uint8_t ksn[DUKPT_TDES_KSN_LEN])
{
    uint32_t counter = dukpt_tdes_counter(ksn) + 1;
    while (!counter_valid(counter)) {
        counter += counter & -counter; // all between have the same bits set, and more
    }
    if (counter > COUNTER_MAX) {
        return false;
    }
    bytes_put_be64(ksn + DUKPT_TDES_KSN_LEN - sizeof(uint64_t), (ksn_register(ksn) & ~COUNTER_MASK) | counter);
    return true;
}

// A.2: C0C0C0C000000000, for both halves.
static void mask_key(struct secret *key)
{
    for (size_t i = 0; i < key->len; i++) {
        key->at[i] ^= i % HALF_LEN < HALF_LEN / 2 ? 0xC0 : 0;
    }
}

status dukpt_tdes_initial_key(struct secret *out, const struct secret *bdk, const uint8_t ksn[DUKPT_TDES_KSN_LEN])
{
    *out = (struct secret){ 0 };
    if (bdk->len != DUKPT_TDES_KEY_LEN) {
        return INVALID_INPUT;
    }
    uint8_t serial[HALF_LEN];
    memcpy(serial, ksn, sizeof serial);
    serial[HALF_LEN - 1] &= 0xE0; // the counter's first five bits
    struct secret key;
    TRY(secret_init_copy(&key, bdk->at, bdk->len));
    status result = secret_init(out, DUKPT_TDES_KEY_LEN);
    for (size_t half = 0; result == OK && half < DUKPT_TDES_KEY_LEN; half += HALF_LEN) {
        struct tdes *tdes = NULL;
        result = tdes_new(&tdes, &key);
        if (result == OK) {
            result = tdes_encrypt(tdes, out->at + half, serial, sizeof serial);
        }
        tdes_free(tdes);
        mask_key(&key);
    }
    secret_release(&key);
    return result;
}

// A.2, the "special encryption": single DES under the key's left half, with its right half before and after.
static status special_encrypt(uint8_t out[HALF_LEN], const struct secret *key, uint64_t serial)
{
    const uint8_t *right = key->at + HALF_LEN;
    bytes_put_be64(out, serial);
    for (size_t i = 0; i < HALF_LEN; i++) {
        out[i] ^= right[i];
    }
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = tdes_encrypt_left(tdes, out, out);
    tdes_free(tdes);
    for (size_t i = 0; result == OK && i < HALF_LEN; i++) {
        out[i] ^= right[i];
    }
    return result;
}

// A.2, "non-reversible key generation": one step down, in place. `next` is room for a key.
static status step(struct secret *key, struct secret *next, uint64_t serial)
{
    TRY(special_encrypt(next->at + HALF_LEN, key, serial));
    mask_key(key);
    TRY(special_encrypt(next->at, key, serial));
    memcpy(key->at, next->at, DUKPT_TDES_KEY_LEN);
    return OK;
}

status dukpt_tdes_transaction_key(struct secret *out, const struct secret *initial_key,
                                  const uint8_t ksn[DUKPT_TDES_KSN_LEN])
{
    *out = (struct secret){ 0 };
    if (initial_key->len != DUKPT_TDES_KEY_LEN || !dukpt_tdes_ksn_valid(ksn)) {
        return INVALID_INPUT;
    }
    struct secret next;
    TRY(secret_init(&next, DUKPT_TDES_KEY_LEN));
    status result = secret_init_copy(out, initial_key->at, DUKPT_TDES_KEY_LEN);
    uint64_t serial = ksn_register(ksn) & ~COUNTER_MASK;
    uint32_t counter = dukpt_tdes_counter(ksn);
    for (int bit = DUKPT_TDES_COUNTER_BITS - 1; result == OK && bit >= 0; bit--) {
        if ((counter >> bit & 1) != 0) {
            serial |= (uint64_t)1 << bit;
            result = step(out, &next, serial);
        }
    }
    secret_release(&next);
    if (result != OK) {
        secret_release(out);
    }
    return result;
}

// The byte of each half that a variant complements, and whether the result encrypts itself (A.4.1, table A-1).
static const struct {
    size_t byte;
    bool one_way;
} variants[] = {
    [DUKPT_TDES_PIN] = { 7, false },          [DUKPT_TDES_MAC_REQUEST] = { 6, false },
    [DUKPT_TDES_MAC_RESPONSE] = { 4, false }, [DUKPT_TDES_DATA_REQUEST] = { 5, true },
    [DUKPT_TDES_DATA_RESPONSE] = { 3, true },
};

status dukpt_tdes_working_key(struct secret *out, const struct secret *transaction_key, enum dukpt_tdes_usage usage)
{
    *out = (struct secret){ 0 };
    if (transaction_key->len != DUKPT_TDES_KEY_LEN) {
        return INVALID_INPUT;
    }
    TRY(secret_init_copy(out, transaction_key->at, DUKPT_TDES_KEY_LEN));
    for (size_t half = 0; half < DUKPT_TDES_KEY_LEN; half += HALF_LEN) {
        out->at[half + variants[usage].byte] ^= 0xFF;
    }
    if (!variants[usage].one_way) {
        return OK;
    }
    struct tdes *tdes = NULL;
    status result = tdes_new(&tdes, out);
    if (result == OK) {
        result = tdes_encrypt(tdes, out->at, out->at, DUKPT_TDES_KEY_LEN);
    }
    tdes_free(tdes);
    if (result != OK) {
        secret_release(out);
    }
    return result;
}
