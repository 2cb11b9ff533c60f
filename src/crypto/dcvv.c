#include "crypto/dcvv.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/decimal.h"

enum { COUNTER_LEN = 4, COUNTER_SPACE = 10000, SKEW_STEPS = 1 };

// The value under a card's key.
static status compute_under(char out[CVV_LEN_MAX], struct tdes *udk, const struct cvv_input *input, uint32_t counter)
{
    char pan[NUMBER_PAYMENT_LEN_MAX];
    if (!decimal_is(input->pan, NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX) || counter >= COUNTER_SPACE) {
        return INVALID_INPUT;
    }
    memcpy(pan, input->pan.at, input->pan.len);
    for (size_t i = COUNTER_LEN; i-- > 0; counter /= 10) {
        pan[i] = (char)('0' + counter % 10);
    }
    struct cvv_input counted = *input;
    counted.pan.at = pan;
    status result = cvv_compute(out, udk, &counted);
    secret_wipe(pan, sizeof pan);
    return result;
}

static status card_key(struct tdes **out, const struct secret *imk, enum emv_udk_option option, text pan, text psn)
{
    struct secret udk;
    status result = decimal_is(psn, 2, 2) ? emv_udk(&udk, imk, option, pan, psn) : INVALID_INPUT;
    if (result == OK) {
        result = tdes_new(out, &udk);
        secret_release(&udk);
    }
    return result;
}

status dcvv_compute(char out[CVV_LEN], const struct secret *imk, const struct dcvv_input *input)
{
    const struct cvv_input fields = { input->pan, input->expiry, input->service_code, CVV_LEN };
    char value[CVV_LEN_MAX] = { 0 };
    struct tdes *udk;
    TRY(card_key(&udk, imk, input->option, input->pan, input->psn));
    status result = compute_under(value, udk, &fields, input->counter);
    if (result == OK) {
        memcpy(out, value, CVV_LEN);
    }
    secret_wipe(value, sizeof value);
    tdes_free(udk);
    return result;
}

status dcvv_verify(bool *right, const struct secret *imk, const struct dcvv_input *input, text dcvv)
{
    char expected[CVV_LEN] = { 0 };
    *right = false;
    TRY(dcvv_compute(expected, imk, input));
    *right = secret_matches(dcvv, expected, CVV_LEN);
    secret_wipe(expected, sizeof expected);
    return OK;
}

int64_t dynamic_cvv2_step(int64_t now_ms, int64_t period_ms)
{
    return now_ms / period_ms;
}

status dynamic_cvv2_compute(char out[CVV_LEN], const struct secret *imk, const struct dynamic_cvv2_input *input,
                            int64_t step)
{
    const struct dcvv_input fields = {
        .option = EMV_UDK_A,
        .pan = input->pan,
        .psn = input->psn,
        .expiry = input->expiry,
        .service_code = CVV_SERVICE_CODE_PRINTED,
        .counter = (uint32_t)(step % COUNTER_SPACE),
    };
    return step < 0 ? INVALID_INPUT : dcvv_compute(out, imk, &fields);
}

status dynamic_cvv2_match(int64_t *step, const struct secret *imk, const struct dynamic_cvv2_input *input,
                          int64_t now_ms, int64_t after, text code)
{
    *step = 0;
    if (input->period_ms <= 0 || now_ms < input->period_ms) { // before step 1, which no clock shows any more
        return INVALID_INPUT;
    }
    struct tdes *udk;
    TRY(card_key(&udk, imk, EMV_UDK_A, input->pan, input->psn));
    const struct cvv_input fields = { input->pan, input->expiry, CVV_SERVICE_CODE_PRINTED, CVV_LEN };
    char expected[CVV_LEN_MAX] = { 0 };
    int64_t now = dynamic_cvv2_step(now_ms, input->period_ms), matched = 0;
    status result = OK;
    for (int64_t tried = now - SKEW_STEPS; result == OK && tried <= now + SKEW_STEPS; tried++) {
        result = compute_under(expected, udk, &fields, (uint32_t)(tried % COUNTER_SPACE));
        bool same = code.len == CVV_LEN && secret_equal(expected, code.at, CVV_LEN);
        int64_t mask = -(int64_t)(same & (tried > after)); // all ones or zero
        matched = (tried & mask) | (matched & ~mask);
    }
    *step = result == OK ? matched : 0;
    secret_wipe(expected, sizeof expected);
    tdes_free(udk);
    return result;
}
