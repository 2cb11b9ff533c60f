// kcv.csv: key check values of any length up to what a device prints.
#include "crypto/kcv.h"
#include "crypto/selftest/topics.h"

static const struct {
    text name;
    enum kcv_method method;
} methods[] = { { { "TDES-ECB0", 9 }, KCV_TDES_ECB },
                { { "AES-CMAC", 8 }, KCV_AES_CMAC },
                { { "AES-ECB0", 8 }, KCV_AES_ECB } };

static bool value_right(enum kcv_method method, const struct vector_row *row)
{
    struct secret key;
    int64_t len;
    uint8_t value[KCV_LEN_MAX];
    bool right =
        vector_number(row, "kcv_bytes", &len) && len >= 1 && len <= KCV_LEN_MAX && vector_secret(row, "key_hex", &key);
    if (right) {
        right = kcv_compute(value, method, &key) == OK && vector_is_hex(row, "kcv_hex", value, (size_t)len);
        secret_release(&key);
    }
    return right;
}

static enum vector_result check(const struct vector_row *row)
{
    bool passed = false;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (text_equal(vector_text(row, "algorithm"), methods[i].name)) {
            passed = value_right(methods[i].method, row);
        }
    }
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "algorithm", "key_hex", "kcv_bytes", "kcv_hex", NULL };
const struct vector_topic kcv_topic = { "kcv", columns, check };
