// emv_session_keys.csv: the keys of one transaction from the card's.
#include "crypto/emv_key.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static bool derive_common(struct secret *out, const struct secret *udk, const struct vector_row *row)
{
    uint8_t r[EMV_CRYPTOGRAM_LEN];
    size_t len;
    return vector_bytes(row, "diversification_hex", r, sizeof r, &len) && len == sizeof r &&
           emv_session_key_common(out, udk, r) == OK;
}

// ATC | 0000 | UN, taken apart.
static bool derive_mchip(struct secret *out, const struct secret *udk, const struct vector_row *row)
{
    uint8_t r[EMV_CRYPTOGRAM_LEN];
    size_t len;
    if (!vector_bytes(row, "diversification_hex", r, sizeof r, &len) || len != sizeof r || r[2] != 0 || r[3] != 0) {
        return false;
    }
    const struct emv_session_input input = { .atc = { r[0], r[1] }, .un = { r[4], r[5], r[6], r[7] } };
    return emv_session_key(out, udk, EMV_SESSION_MCHIP, &input) == OK;
}

static bool derive_visa(struct secret *out, const struct secret *udk, const struct vector_row *row)
{
    uint8_t atc[EMV_ATC_LEN];
    size_t len;
    return vector_bytes(row, "diversification_hex", atc, sizeof atc, &len) && len == sizeof atc &&
           emv_session_key_visa(out, udk, atc) == OK;
}

static bool derive_tree(struct secret *out, const struct secret *udk, const struct vector_row *row)
{
    struct emv_tree tree;
    uint8_t atc[EMV_ATC_LEN];
    size_t atc_len, iv_len;
    int64_t height, branch;
    if (!vector_bytes(row, "diversification_hex", atc, sizeof atc, &atc_len) || atc_len != sizeof atc ||
        !vector_bytes(row, "tree_iv", tree.iv, sizeof tree.iv, &iv_len) || iv_len != sizeof tree.iv ||
        !vector_number(row, "tree_height", &height) || height > UINT8_MAX ||
        !vector_number(row, "tree_branch", &branch) || branch > UINT8_MAX) {
        return false;
    }
    tree.height = (int)height;
    tree.branch = (int)branch;
    return emv_session_key_tree(out, udk, atc, &tree) == OK;
}

static const struct {
    const char *name;
    bool (*derive)(struct secret *out, const struct secret *udk, const struct vector_row *row);
} methods[] = {
    { "EMV-CSK", derive_common },
    { "MCHIP (R=ATC|0000|UN)", derive_mchip },
    { "VISA-SM", derive_visa },
    { "EMV2000-TREE(obsolete)", derive_tree },
};

static enum vector_result check(const struct vector_row *row)
{
    struct secret udk, key = { 0 };
    bool passed = false;
    if (vector_secret(row, "master_key_hex", &udk)) {
        for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
            if (text_equal(vector_text(row, "method"), text_of(methods[i].name)) &&
                methods[i].derive(&key, &udk, row)) {
                passed = vector_is_hex(row, "session_key_hex", key.at, key.len) && vector_kcv(row, "kcv", &key);
                break;
            }
        }
    }
    secret_release(&key);
    secret_release(&udk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "method",      "master_key_hex", "diversification_hex", "tree_height",
                                       "tree_branch", "tree_iv",        "session_key_hex",     "kcv",
                                       NULL };
const struct vector_topic emv_session_keys_topic = { "emv_session_keys", columns, check };
