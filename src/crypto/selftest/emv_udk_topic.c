// emv_udk.csv: the keys of cards from their issuer's.
#include "crypto/emv_key.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static const struct {
    const char *name;
    enum emv_udk_option option;
} options[] = { { "A", EMV_UDK_A }, { "B", EMV_UDK_B }, { "B-forced", EMV_UDK_B_FORCED } };

static enum vector_result check(const struct vector_row *row)
{
    struct secret imk, udk = { 0 };
    bool passed = false;
    if (vector_secret(row, "imk_hex", &imk)) {
        for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
            if (text_equal(vector_text(row, "option"), text_of(options[i].name)) &&
                emv_udk(&udk, &imk, options[i].option, vector_text(row, "pan"), vector_text(row, "psn")) == OK) {
                passed = vector_is_hex(row, "udk_hex", udk.at, udk.len) && vector_kcv(row, "udk_kcv", &udk);
                break;
            }
        }
    }
    secret_release(&udk);
    secret_release(&imk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "option", "imk_hex", "pan", "psn", "udk_hex", "udk_kcv", NULL };
const struct vector_topic emv_udk_topic = { "emv_udk", columns, check };
