// pvv.csv: PIN verification values. An index of 0 is computed, but never verified.
#include "crypto/pvv.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static bool value_right(struct tdes *pvk, const struct vector_row *row)
{
    const struct pvv_input input = { vector_text(row, "pan"), vector_text(row, "pvki").at[0], vector_text(row, "pin") };
    char value[PVV_LEN];
    bool right = false;
    if (pvv_compute(value, pvk, &input) != OK || !vector_is(row, "pvv", value, sizeof value)) {
        return false;
    }
    status verified = pvv_verify(&right, pvk, &input, vector_text(row, "pvv"));
    return input.key_index == '0' ? verified == PIN_NOT_VERIFIABLE && !right : verified == OK && right;
}

static enum vector_result check(const struct vector_row *row)
{
    struct tdes *pvk;
    if (!vector_digits(row, "pvki", 1, 1) || !vector_tdes(row, "pvk_hex", &pvk)) {
        return VECTOR_FAILED;
    }
    bool passed = value_right(pvk, row);
    tdes_free(pvk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "pvk_hex", "pan", "pvki", "pin", "pvv", NULL };
const struct vector_topic pvv_topic = { "pvv", columns, check };
