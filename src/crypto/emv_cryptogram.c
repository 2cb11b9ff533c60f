#include "crypto/emv_cryptogram.h"

#include <string.h>

static status retail_mac(uint8_t out[TDES_BLOCK_LEN], const struct secret *key, const struct emv_cryptogram_data *data)
{
    if (key->len != EMV_KEY_LEN) {
        return INVALID_INPUT;
    }
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = tdes_retail_mac(tdes, out, data->pieces, data->count, data->padding);
    tdes_free(tdes);
    return result;
}

status emv_cryptogram(uint8_t out[EMV_CRYPTOGRAM_LEN], const struct secret *key, const struct emv_cryptogram_data *data)
{
    return retail_mac(out, key, data);
}

status emv_cryptogram_verify(bool *valid, const struct secret *key, const struct emv_cryptogram_data *data,
                             const uint8_t cryptogram[EMV_CRYPTOGRAM_LEN])
{
    *valid = false;
    uint8_t expected[EMV_CRYPTOGRAM_LEN];
    status result = emv_cryptogram(expected, key, data);
    if (result == OK) {
        *valid = secret_equal(expected, cryptogram, sizeof expected);
    }
    secret_wipe(expected, sizeof expected);
    return result;
}

status emv_arpc_1(uint8_t out[EMV_CRYPTOGRAM_LEN], const struct secret *key, const uint8_t arqc[EMV_CRYPTOGRAM_LEN],
                  const uint8_t arc[EMV_ARC_LEN])
{
    if (key->len != EMV_KEY_LEN) {
        return INVALID_INPUT;
    }
    uint8_t block[TDES_BLOCK_LEN];
    memcpy(block, arqc, sizeof block);
    for (size_t i = 0; i < EMV_ARC_LEN; i++) {
        block[i] ^= arc[i];
    }
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = tdes_encrypt(tdes, out, block, sizeof block);
    tdes_free(tdes);
    return result;
}

status emv_arpc_2(uint8_t out[EMV_ARPC_SHORT_LEN], const struct secret *key, const uint8_t arqc[EMV_CRYPTOGRAM_LEN],
                  const uint8_t csu[EMV_CSU_LEN], struct bytes_view proprietary)
{
    if (proprietary.len > EMV_PROPRIETARY_LEN_MAX) {
        return INVALID_INPUT;
    }
    const struct bytes_view pieces[] = { { arqc, EMV_CRYPTOGRAM_LEN }, { csu, EMV_CSU_LEN }, proprietary };
    uint8_t mac[TDES_BLOCK_LEN];
    status result = retail_mac(mac, key, &(struct emv_cryptogram_data){ pieces, 3, MAC_PADDING_2 });
    if (result == OK) {
        memcpy(out, mac, EMV_ARPC_SHORT_LEN);
    }
    secret_wipe(mac, sizeof mac);
    return result;
}
