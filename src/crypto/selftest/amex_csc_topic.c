// amex_csc.csv: the three codes of a card.
#include "crypto/amex_csc.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static bool codes_right(struct tdes *csck, const struct amex_csc_input *input, const struct vector_row *row)
{
    struct amex_csc codes;
    bool right = false;
    return amex_csc_compute(&codes, csck, input) == OK && vector_is(row, "csc5", codes.five, sizeof codes.five) &&
           vector_is(row, "csc4", codes.four, sizeof codes.four) &&
           vector_is(row, "csc3", codes.three, sizeof codes.three) &&
           amex_csc_verify(&right, csck, input, vector_text(row, "csc4"), sizeof codes.four) == OK && right;
}

static enum vector_result check(const struct vector_row *row)
{
    struct tdes *csck;
    text version = vector_text(row, "version");
    bool second = text_equal(version, TEXT("v2"));
    if ((!second && !text_equal(version, TEXT("v1"))) || !vector_tdes(row, "csck_hex", &csck)) {
        return VECTOR_FAILED;
    }
    const struct amex_csc_input input = {
        .version = second ? AMEX_CSC_2 : AMEX_CSC_1,
        .pan = vector_text(row, "pan"),
        .expiry = vector_text(row, "expiry_yymm"),
        .service_code = vector_text(row, "service_code"),
    };
    bool passed = codes_right(csck, &input, row);
    tdes_free(csck);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "version", "csck_hex", "pan",  "expiry_yymm", "service_code",
                                       "csc5",    "csc4",     "csc3", NULL };
const struct vector_topic amex_csc_topic = { "amex_csc", columns, check };
