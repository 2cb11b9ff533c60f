#include "keys/security_code.h"

#include <string.h>

#include "keys/key_demand.h"

enum { CVC3_COUNT_MIN = 3 };

static const struct key_demand TO_MAKE = { "C0", 'T', TDES_KEY_LEN, KEY_TO_GENERATE, false };
static const struct key_demand TO_VERIFY = { "C0", 'T', TDES_KEY_LEN, KEY_TO_VERIFY, false };
static const struct key_demand TO_MAKE_DYNAMIC = { "E6", 'T', EMV_KEY_LEN, KEY_TO_GENERATE, true };
static const struct key_demand TO_VERIFY_DYNAMIC = { "E6", 'T', EMV_KEY_LEN, KEY_TO_VERIFY, true };
static const struct key_demand TO_VERIFY_CVC3 = { "E4", 'T', EMV_KEY_LEN, KEY_TO_VERIFY, true };

/* CVV, CVC */

// What the kind feeds. A stripe with another kind's service code would make that kind's code.
static status fields_of(struct cvv_input *out, const struct security_code_input *input)
{
    *out = (struct cvv_input){ input->pan, input->expiry, CVV_SERVICE_CODE_CHIP, CVV_LEN };
    if (input->kind == SECURITY_CODE_CHIP) {
        return OK;
    }
    if (input->kind == SECURITY_CODE_PRINTED) {
        out->service_code = CVV_SERVICE_CODE_PRINTED;
        return OK;
    }
    out->service_code = input->service_code;
    bool other = text_equal(input->service_code, CVV_SERVICE_CODE_PRINTED) ||
                 text_equal(input->service_code, CVV_SERVICE_CODE_CHIP);
    return other ? INVALID_INPUT : OK;
}

status security_code_generate(struct keyring *keyring, char out[CVV_LEN], int64_t key_id,
                              const struct security_code_input *input)
{
    struct cvv_input fields;
    struct tdes *cvk;
    char value[CVV_LEN_MAX] = { 0 };
    TRY(fields_of(&fields, input));
    TRY(key_demand_tdes(keyring, &cvk, key_id, &TO_MAKE));
    status result = cvv_compute(value, cvk, &fields);
    if (result == OK) {
        memcpy(out, value, CVV_LEN);
    }
    secret_wipe(value, sizeof value);
    tdes_free(cvk);
    return result;
}

status security_code_verify(struct keyring *keyring, bool *right, int64_t key_id,
                            const struct security_code_input *input, text code)
{
    struct cvv_input fields;
    struct tdes *cvk;
    *right = false;
    TRY(fields_of(&fields, input));
    TRY(key_demand_tdes(keyring, &cvk, key_id, &TO_VERIFY));
    status result = cvv_verify(right, cvk, &fields, code);
    tdes_free(cvk);
    return result;
}

/* Codes that change */

status security_code_dynamic_generate(struct keyring *keyring, char out[CVV_LEN], int64_t key_id,
                                      const struct dynamic_cvv2_input *input)
{
    struct secret imk;
    if (input->period_ms <= 0) {
        return INVALID_INPUT;
    }
    TRY(key_demand_secret(keyring, &imk, key_id, &TO_MAKE_DYNAMIC));
    int64_t now_ms = runtime_now_ms(keyring_runtime(keyring));
    status result = dynamic_cvv2_compute(out, &imk, input, dynamic_cvv2_step(now_ms, input->period_ms));
    secret_release(&imk);
    return result;
}

status security_code_dynamic_verify(struct keyring *keyring, int64_t *step, int64_t key_id,
                                    const struct dynamic_cvv2_input *input, int64_t after, text code)
{
    struct secret imk;
    *step = 0;
    TRY(key_demand_secret(keyring, &imk, key_id, &TO_VERIFY_DYNAMIC));
    status result = dynamic_cvv2_match(step, &imk, input, runtime_now_ms(keyring_runtime(keyring)), after, code);
    secret_release(&imk);
    return result;
}

status security_code_dcvv_verify(struct keyring *keyring, bool *right, int64_t key_id, const struct dcvv_input *input,
                                 text dcvv)
{
    struct secret imk;
    *right = false;
    if (text_equal(input->service_code, CVV_SERVICE_CODE_PRINTED)) {
        return INVALID_INPUT;
    }
    TRY(key_demand_secret(keyring, &imk, key_id, &TO_VERIFY_DYNAMIC));
    status result = dcvv_verify(right, &imk, input, dcvv);
    secret_release(&imk);
    return result;
}

static status verify_cvc3_under(bool *right, const struct secret *udk, const struct security_code_cvc3 *input,
                                text cvc3)
{
    struct cvc3_input fields = { .iv = { 0 } };
    struct tdes *kd;
    memcpy(fields.un, input->un, sizeof fields.un);
    memcpy(fields.atc, input->atc, sizeof fields.atc);
    TRY(tdes_new(&kd, udk));
    status result = cvc3_iv(fields.iv, kd, input->track);
    if (result == OK) {
        result = cvc3_verify(right, kd, &fields, cvc3, input->count);
    }
    secret_wipe(&fields, sizeof fields);
    tdes_free(kd);
    return result;
}

status security_code_cvc3_verify(struct keyring *keyring, bool *right, int64_t key_id,
                                 const struct security_code_cvc3 *input, text cvc3)
{
    struct secret imk, udk;
    *right = false;
    if (input->count < CVC3_COUNT_MIN || input->count > CVC3_LEN) {
        return INVALID_INPUT;
    }
    TRY(key_demand_secret(keyring, &imk, key_id, &TO_VERIFY_CVC3));
    status result = emv_udk(&udk, &imk, input->option, input->pan, input->psn);
    if (result == OK) {
        result = verify_cvc3_under(right, &udk, input, cvc3);
    }
    secret_release(&udk);
    secret_release(&imk);
    return result;
}

/* American Express */

status security_code_amex_generate(struct keyring *keyring, struct amex_csc *out, int64_t key_id,
                                   const struct amex_csc_input *input)
{
    struct tdes *csck;
    TRY(key_demand_tdes(keyring, &csck, key_id, &TO_MAKE));
    status result = amex_csc_compute(out, csck, input);
    tdes_free(csck);
    return result;
}

status security_code_amex_verify(struct keyring *keyring, bool *right, int64_t key_id,
                                 const struct security_code_amex *input, text code)
{
    struct tdes *csck;
    *right = false;
    if (input->count < AMEX_CSC_LEN_MIN || input->count > AMEX_CSC_LEN_MAX) {
        return INVALID_INPUT;
    }
    TRY(key_demand_tdes(keyring, &csck, key_id, &TO_VERIFY));
    status result = amex_csc_verify(right, csck, &input->card, code, input->count);
    tdes_free(csck);
    return result;
}
