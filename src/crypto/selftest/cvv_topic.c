// cvv.csv: CVV, CVC, CVV2, CVC2, iCVV, and CAVV, whose fields stand in the columns of the others.
#include "crypto/cvv.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static bool value_right(struct tdes *cvk, const struct cvv_input *input, const struct vector_row *row)
{
    char value[CVV_LEN_MAX];
    bool right = false;
    return cvv_compute(value, cvk, input) == OK && vector_is(row, "expected", value, input->count) &&
           cvv_verify(&right, cvk, input, vector_text(row, "expected")) == OK && right;
}

static bool cavv_right(struct tdes *key, const struct cvv_input *input, const struct vector_row *row)
{
    char value[CVV_LEN];
    bool right = false;
    const struct cavv_input cavv = {
        .pan = input->pan,
        .unpredictable_number = input->expiry,
        .authentication_result = input->service_code.at[0],
        .second_factor = text_slice(input->service_code, 1, 2),
    };
    return input->count == CVV_LEN && cavv_compute(value, key, &cavv) == OK &&
           vector_is(row, "expected", value, CVV_LEN) &&
           cavv_verify(&right, key, &cavv, vector_text(row, "expected")) == OK && right;
}

static enum vector_result check(const struct vector_row *row)
{
    int64_t count;
    struct tdes *cvk;
    if (!vector_number(row, "digits", &count) || count < 1 || count > CVV_LEN_MAX ||
        !vector_digits(row, "service_code", 3, 3) || !vector_tdes(row, "cvk_hex", &cvk)) {
        return VECTOR_FAILED;
    }
    const struct cvv_input input = { vector_text(row, "pan"), vector_text(row, "expiry_as_fed"),
                                     vector_text(row, "service_code"), (size_t)count };
    bool is_cavv = text_equal(vector_text(row, "kind"), TEXT("CAVV"));
    bool passed = (is_cavv ? cavv_right : value_right)(cvk, &input, row);
    tdes_free(cvk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "kind",         "cvk_hex", "pan",      "expiry_as_fed",
                                       "service_code", "digits",  "expected", NULL };
const struct vector_topic cvv_topic = { "cvv", columns, check };
