#include "crypto/pvv.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/decimal.h"
#include "crypto/pin_block.h"

enum { PAN_DIGITS = 11, PIN_DIGITS = 4, TSP_DIGITS = PAN_DIGITS + 1 + PIN_DIGITS };

// The transformed security parameter: eleven digits before the check digit, the key index, four digits of the PIN.
static status compose(uint8_t out[TDES_BLOCK_LEN], const struct pvv_input *input)
{
    bool good = decimal_is(input->pan, PAN_DIGITS + 1, NUMBER_PAYMENT_LEN_MAX) && input->key_index >= '0' &&
                input->key_index <= '6' && input->pin.len >= PIN_LEN_MIN && input->pin.len <= PIN_LEN_MAX &&
                mask_reveal(mask_digits(input->pin.at, input->pin.len)) != 0;
    if (!good) {
        return INVALID_INPUT;
    }
    char digits[TSP_DIGITS];
    memcpy(digits, input->pan.at + input->pan.len - 1 - PAN_DIGITS, PAN_DIGITS);
    digits[PAN_DIGITS] = input->key_index;
    memcpy(digits + PAN_DIGITS + 1, input->pin.at, PIN_DIGITS);
    for (size_t i = 0; i < TDES_BLOCK_LEN; i++) { // digits are known to be such: no look at each of them
        out[i] = (uint8_t)((digits[2 * i] & 15) << 4 | (digits[2 * i + 1] & 15));
    }
    secret_wipe(digits, sizeof digits);
    return OK;
}

status pvv_compute(char out[PVV_LEN], struct tdes *pvk, const struct pvv_input *input)
{
    uint8_t block[TDES_BLOCK_LEN];
    TRY(compose(block, input));
    status result = tdes_encrypt(pvk, block, block, sizeof block);
    if (result == OK) {
        decimal_two_pass(out, PVV_LEN, block, sizeof block);
    }
    secret_wipe(block, sizeof block);
    return result;
}

status pvv_verify(bool *right, struct tdes *pvk, const struct pvv_input *input, text pvv)
{
    *right = false;
    if (input->key_index == '0') {
        return PIN_NOT_VERIFIABLE;
    }
    char expected[PVV_LEN] = { 0 };
    TRY(pvv_compute(expected, pvk, input));
    *right = secret_matches(pvv, expected, PVV_LEN);
    secret_wipe(expected, sizeof expected);
    return OK;
}
