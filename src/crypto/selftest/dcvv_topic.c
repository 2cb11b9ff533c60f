// dcvv.csv: dynamic verification values, from the issuer's key.
#include "crypto/dcvv.h"
#include "crypto/selftest/topics.h"

static const struct {
    text name;
    enum emv_udk_option option;
} options[] = { { { "A", 1 }, EMV_UDK_A }, { { "B", 1 }, EMV_UDK_B }, { { "B-forced", 8 }, EMV_UDK_B_FORCED } };

static bool option_read(enum emv_udk_option *out, const struct vector_row *row)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (text_equal(vector_text(row, "mk_option"), options[i].name)) {
            *out = options[i].option;
            return true;
        }
    }
    return false;
}

static enum vector_result check(const struct vector_row *row)
{
    enum emv_udk_option option;
    int64_t counter;
    struct secret imk;
    if (!option_read(&option, row) || !vector_number(row, "atc_4digits", &counter) || counter < 0 ||
        counter > UINT16_MAX || !vector_secret(row, "imk_hex", &imk)) {
        return VECTOR_FAILED;
    }
    const struct dcvv_input input = {
        .option = option,
        .pan = vector_text(row, "pan"),
        .psn = vector_text(row, "psn"),
        .expiry = vector_text(row, "expiry_yymm"),
        .service_code = vector_text(row, "service_code"),
        .counter = (uint32_t)counter,
    };
    char value[CVV_LEN];
    bool right = false;
    bool passed = dcvv_compute(value, &imk, &input) == OK && vector_is(row, "dcvv", value, sizeof value) &&
                  dcvv_verify(&right, &imk, &input, vector_text(row, "dcvv")) == OK && right;
    secret_release(&imk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "kind",        "imk_hex",      "mk_option",   "pan",  "psn",
                                       "expiry_yymm", "service_code", "atc_4digits", "dcvv", NULL };
const struct vector_topic dcvv_topic = { "dcvv", columns, check };
