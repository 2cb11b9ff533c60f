#include "crypto/cvc3.h"

#include <assert.h>
#include <string.h>

#include "crypto/constant_time.h"

status cvc3_iv(uint8_t out[CVC3_IV_LEN], struct tdes *kd, struct bytes_view track)
{
    uint8_t mac[TDES_BLOCK_LEN] = { 0 };
    TRY(tdes_retail_mac(kd, mac, &track, 1, MAC_PADDING_2));
    memcpy(out, mac + TDES_BLOCK_LEN - CVC3_IV_LEN, CVC3_IV_LEN);
    secret_wipe(mac, sizeof mac);
    return OK;
}

status cvc3_compute(char out[CVC3_LEN], struct tdes *kd, const struct cvc3_input *input)
{
    uint8_t block[TDES_BLOCK_LEN];
    _Static_assert(CVC3_IV_LEN + CVC3_UN_LEN + CVC3_ATC_LEN == sizeof block, "the fields are one block");
    memcpy(block, input->iv, CVC3_IV_LEN);
    memcpy(block + CVC3_IV_LEN, input->un, CVC3_UN_LEN);
    memcpy(block + CVC3_IV_LEN + CVC3_UN_LEN, input->atc, CVC3_ATC_LEN);
    status result = tdes_encrypt(kd, block, block, sizeof block);
    uint32_t number = (uint32_t)block[6] << 8 | block[7];
    for (size_t i = CVC3_LEN; result == OK && i-- > 0; number /= 10) {
        out[i] = (char)('0' + number % 10);
    }
    secret_wipe(block, sizeof block);
    return result;
}

status cvc3_verify(bool *right, struct tdes *kd, const struct cvc3_input *input, text cvc3, size_t count)
{
    assert(count >= 1 && count <= CVC3_LEN);
    char expected[CVC3_LEN] = { 0 };
    *right = false;
    TRY(cvc3_compute(expected, kd, input));
    *right = secret_matches(cvc3, expected + CVC3_LEN - count, count);
    secret_wipe(expected, sizeof expected);
    return OK;
}
