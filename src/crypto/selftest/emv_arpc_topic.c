// emv_arpc.csv: the issuer's answer to a cryptogram, by both methods.
#include "base/bytes.h"
#include "crypto/emv_cryptogram.h"
#include "crypto/selftest/topics.h"

// "ARC=3030" or "CSU=00120000": so many bytes after this name.
static bool answer_of(const struct vector_row *row, const char *name, uint8_t *out, size_t len)
{
    text answer = vector_text(row, "arc_or_csu"), prefix = text_of(name);
    return text_starts_with(answer, prefix) && bytes_from_hex(out, len, text_slice(answer, prefix.len, answer.len));
}

static bool method_1(const struct vector_row *row, const struct secret *key, const uint8_t arqc[EMV_CRYPTOGRAM_LEN])
{
    uint8_t arc[EMV_ARC_LEN], arpc[EMV_CRYPTOGRAM_LEN];
    return answer_of(row, "ARC=", arc, sizeof arc) && emv_arpc_1(arpc, key, arqc, arc) == OK &&
           vector_is_hex(row, "arpc_hex", arpc, sizeof arpc);
}

static bool method_2(const struct vector_row *row, const struct secret *key, const uint8_t arqc[EMV_CRYPTOGRAM_LEN])
{
    uint8_t csu[EMV_CSU_LEN], arpc[EMV_ARPC_SHORT_LEN], proprietary[EMV_PROPRIETARY_LEN_MAX];
    size_t len;
    return answer_of(row, "CSU=", csu, sizeof csu) &&
           vector_bytes(row, "prop_auth_data_hex", proprietary, sizeof proprietary, &len) &&
           emv_arpc_2(arpc, key, arqc, csu, (struct bytes_view){ proprietary, len }) == OK &&
           vector_is_hex(row, "arpc_hex", arpc, sizeof arpc);
}

static enum vector_result check(const struct vector_row *row)
{
    struct secret key = { 0 };
    uint8_t arqc[EMV_CRYPTOGRAM_LEN];
    size_t len;
    bool passed = vector_bytes(row, "arqc_hex", arqc, sizeof arqc, &len) && len == sizeof arqc &&
                  vector_secret(row, "key_hex", &key);
    if (text_equal(vector_text(row, "method"), TEXT("1"))) {
        passed = passed && method_1(row, &key, arqc);
    } else {
        passed = passed && text_equal(vector_text(row, "method"), TEXT("2")) && method_2(row, &key, arqc);
    }
    secret_release(&key);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "method",   "key_hex", "arqc_hex", "arc_or_csu", "prop_auth_data_hex",
                                       "arpc_hex", NULL };
const struct vector_topic emv_arpc_topic = { "emv_arpc", columns, check };
