// emv_arqc.csv: application cryptograms. What is one bit off must not verify either.
#include "crypto/emv_cryptogram.h"
#include "crypto/selftest/topics.h"

static bool padding_of(enum mac_padding *padding, text name)
{
    if (text_equal(name, TEXT("ISO9797-1 method 1"))) {
        *padding = MAC_PADDING_1;
        return true;
    }
    *padding = MAC_PADDING_2;
    return text_equal(name, TEXT("ISO9797-1 method 2"));
}

static bool cryptogram_is_right(const struct vector_row *row, const struct secret *key)
{
    uint8_t message[VECTOR_FIELD_BYTES_MAX], cryptogram[EMV_CRYPTOGRAM_LEN];
    struct bytes_view piece = { .at = message };
    struct emv_cryptogram_data data = { .pieces = &piece, .count = 1 };
    if (!vector_bytes(row, "data_hex", message, sizeof message, &piece.len) ||
        !padding_of(&data.padding, vector_text(row, "padding")) || emv_cryptogram(cryptogram, key, &data) != OK ||
        !vector_is_hex(row, "ac_hex", cryptogram, sizeof cryptogram)) {
        return false;
    }
    bool valid = false, other_valid = true;
    if (emv_cryptogram_verify(&valid, key, &data, cryptogram) != OK) {
        return false;
    }
    cryptogram[EMV_CRYPTOGRAM_LEN - 1] ^= 1;
    return emv_cryptogram_verify(&other_valid, key, &data, cryptogram) == OK && valid && !other_valid;
}

static enum vector_result check(const struct vector_row *row)
{
    struct secret key;
    bool passed = vector_secret(row, "session_key_hex", &key) && cryptogram_is_right(row, &key);
    secret_release(&key);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "session_key_hex", "data_hex", "padding", "ac_hex", NULL };
const struct vector_topic emv_arqc_topic = { "emv_arqc", columns, check };
