#include "crypto/kcv.h"

#include <assert.h>
#include <string.h>

#include "crypto/aes.h"
#include "crypto/tdes.h"

static const uint8_t zeros[AES_BLOCK_LEN];

static status tdes_ecb(uint8_t block[AES_BLOCK_LEN], const struct secret *key)
{
    struct tdes *tdes;
    if (key->len != TDES_BLOCK_LEN && key->len != TDES_KEY_LEN && key->len != TDES_KEY_LEN_MAX) {
        return INVALID_INPUT;
    }
    TRY(tdes_new(&tdes, key));
    status result = tdes_encrypt(tdes, block, zeros, TDES_BLOCK_LEN);
    tdes_free(tdes);
    return result;
}

static status aes_cmac(uint8_t block[AES_BLOCK_LEN], const struct secret *key)
{
    return aes_key_fits(key) ? cmac_aes(block, key, zeros, sizeof zeros) : INVALID_INPUT;
}

static status aes_ecb(uint8_t block[AES_BLOCK_LEN], const struct secret *key)
{
    struct aes *aes;
    if (!aes_key_fits(key)) {
        return INVALID_INPUT;
    }
    TRY(aes_new(&aes, key));
    status result = aes_encrypt(aes, block, zeros, sizeof zeros);
    aes_free(aes);
    return result;
}

static const struct {
    const char *name;
    size_t len;
    status (*compute)(uint8_t block[AES_BLOCK_LEN], const struct secret *key);
} methods[KCV_METHOD_COUNT] = {
    [KCV_TDES_ECB] = { "tdes_ecb", 3, tdes_ecb },
    [KCV_AES_CMAC] = { "aes_cmac", 5, aes_cmac },
    [KCV_AES_ECB] = { "aes_ecb", 3, aes_ecb },
};

size_t kcv_len(enum kcv_method method)
{
    assert(method < KCV_METHOD_COUNT);
    return methods[method].len;
}

const char *kcv_method_name(enum kcv_method method)
{
    assert(method < KCV_METHOD_COUNT);
    return methods[method].name;
}

bool kcv_method_parse(enum kcv_method *out, text printed)
{
    for (int i = 0; i < KCV_METHOD_COUNT; i++) {
        if (text_equal(printed, text_of(methods[i].name))) {
            *out = (enum kcv_method)i;
            return true;
        }
    }
    return false;
}

status kcv_compute(uint8_t out[KCV_LEN_MAX], enum kcv_method method, const struct secret *key)
{
    assert(method < KCV_METHOD_COUNT);
    uint8_t block[AES_BLOCK_LEN] = { 0 };
    TRY(methods[method].compute(block, key));
    memcpy(out, block, KCV_LEN_MAX);
    secret_wipe(block, sizeof block);
    return OK;
}
