// cvc3.csv: CVC3 under the card's key, and that key from the issuer's where the row has one.
#include "crypto/cvc3.h"
#include "crypto/emv_key.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static bool key_right(const struct vector_row *row)
{
    text name = vector_text(row, "mk_option");
    if (text_empty(name) && text_empty(vector_text(row, "imk_hex"))) {
        return true;
    }
    enum emv_udk_option option = text_equal(name, TEXT("A"))   ? EMV_UDK_A
                                 : text_equal(name, TEXT("B")) ? EMV_UDK_B
                                                               : EMV_UDK_B_FORCED;
    if (option == EMV_UDK_B_FORCED && !text_equal(name, TEXT("B-forced"))) {
        return false;
    }
    struct secret imk, udk = { 0 };
    bool right = vector_secret(row, "imk_hex", &imk) &&
                 emv_udk(&udk, &imk, option, vector_text(row, "pan"), TEXT("00")) == OK &&
                 vector_is_hex(row, "udk_cvc3_hex", udk.at, udk.len);
    secret_release(&udk);
    secret_release(&imk);
    return right;
}

static bool value_right(struct tdes *kd, const struct vector_row *row)
{
    uint8_t track[VECTOR_FIELD_BYTES_MAX];
    size_t track_len, un_len, atc_len;
    struct cvc3_input input;
    char value[CVC3_LEN];
    bool right = false;
    return vector_bytes(row, "track_template_hex", track, sizeof track, &track_len) &&
           vector_bytes(row, "un_hex", input.un, CVC3_UN_LEN, &un_len) && un_len == CVC3_UN_LEN &&
           vector_bytes(row, "atc_hex", input.atc, CVC3_ATC_LEN, &atc_len) && atc_len == CVC3_ATC_LEN &&
           cvc3_iv(input.iv, kd, (struct bytes_view){ track, track_len }) == OK &&
           vector_is_hex(row, "iv_cvc3", input.iv, CVC3_IV_LEN) && cvc3_compute(value, kd, &input) == OK &&
           vector_is(row, "cvc3", value, CVC3_LEN) &&
           cvc3_verify(&right, kd, &input, vector_text(row, "cvc3"), CVC3_LEN) == OK && right;
}

static enum vector_result check(const struct vector_row *row)
{
    struct tdes *kd;
    if (!vector_tdes(row, "udk_cvc3_hex", &kd)) {
        return VECTOR_FAILED;
    }
    bool passed = key_right(row) && value_right(kd, row);
    tdes_free(kd);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "mk_option", "udk_cvc3_hex", "imk_hex", "pan",  "track_template_hex",
                                       "iv_cvc3",   "un_hex",       "atc_hex", "cvc3", NULL };
const struct vector_topic cvc3_topic = { "cvc3", columns, check };
