#include "crypto/cvv.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/decimal.h"

enum { EXPIRY_LEN = 4, SERVICE_CODE_LEN = 3, DATA_LEN = 2 * TDES_BLOCK_LEN };

static status compose(uint8_t out[DATA_LEN], const struct cvv_input *input)
{
    bool good = decimal_is(input->pan, NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX) &&
                decimal_is(input->expiry, EXPIRY_LEN, EXPIRY_LEN) &&
                decimal_is(input->service_code, SERVICE_CODE_LEN, SERVICE_CODE_LEN) && input->count >= 1 &&
                input->count <= CVV_LEN_MAX;
    if (!good) {
        return INVALID_INPUT;
    }
    char digits[2 * DATA_LEN];
    size_t len = input->pan.len;
    memcpy(digits, input->pan.at, len);
    memcpy(digits + len, input->expiry.at, EXPIRY_LEN);
    memcpy(digits + len + EXPIRY_LEN, input->service_code.at, SERVICE_CODE_LEN);
    bool packed = decimal_pack(out, DATA_LEN, text_bytes(digits, len + EXPIRY_LEN + SERVICE_CODE_LEN), 0);
    secret_wipe(digits, sizeof digits);
    return packed ? OK : INVALID_INPUT;
}

status cvv_compute(char out[CVV_LEN_MAX], struct tdes *cvk, const struct cvv_input *input)
{
    uint8_t data[DATA_LEN];
    TRY(compose(data, input));
    status result = tdes_encrypt_left(cvk, data, data);
    if (result == OK) {
        for (size_t i = 0; i < TDES_BLOCK_LEN; i++) {
            data[i] ^= data[TDES_BLOCK_LEN + i];
        }
        result = tdes_encrypt(cvk, data, data, TDES_BLOCK_LEN);
    }
    if (result == OK) {
        decimal_two_pass(out, input->count, data, TDES_BLOCK_LEN);
    }
    secret_wipe(data, sizeof data);
    return result;
}

status cvv_verify(bool *right, struct tdes *cvk, const struct cvv_input *input, text cvv)
{
    char expected[CVV_LEN_MAX] = { 0 };
    *right = false;
    TRY(cvv_compute(expected, cvk, input));
    *right = secret_matches(cvv, expected, input->count);
    secret_wipe(expected, sizeof expected);
    return OK;
}

// Visa's core: the unpredictable number where the expiry stands, result and second factor where the service code does.
static status cavv_fields(struct cvv_input *out, char code[SERVICE_CODE_LEN], const struct cavv_input *input)
{
    if (input->second_factor.len != SERVICE_CODE_LEN - 1) {
        return INVALID_INPUT;
    }
    code[0] = input->authentication_result;
    memcpy(code + 1, input->second_factor.at, SERVICE_CODE_LEN - 1);
    *out = (struct cvv_input){ input->pan, input->unpredictable_number, text_bytes(code, SERVICE_CODE_LEN), CVV_LEN };
    return OK;
}

status cavv_compute(char out[CVV_LEN], struct tdes *cavv_key, const struct cavv_input *input)
{
    struct cvv_input fields;
    char code[SERVICE_CODE_LEN], value[CVV_LEN_MAX] = { 0 };
    TRY(cavv_fields(&fields, code, input));
    TRY(cvv_compute(value, cavv_key, &fields));
    memcpy(out, value, CVV_LEN);
    secret_wipe(value, sizeof value);
    return OK;
}

status cavv_verify(bool *right, struct tdes *cavv_key, const struct cavv_input *input, text cavv)
{
    struct cvv_input fields;
    char code[SERVICE_CODE_LEN];
    *right = false;
    TRY(cavv_fields(&fields, code, input));
    return cvv_verify(right, cavv_key, &fields, cavv);
}
