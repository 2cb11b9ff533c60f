// emv_scripts.csv: MACs and encipherment of issuer scripts, and Visa's PIN block.
#include "crypto/emv_script.h"
#include "crypto/selftest/topics.h"

static bool mac_is_right(const struct vector_row *row, const struct secret *key)
{
    uint8_t message[VECTOR_FIELD_BYTES_MAX], mac[EMV_SCRIPT_MAC_LEN];
    struct bytes_view piece = { .at = message };
    return text_starts_with(vector_text(row, "params"), TEXT("alg3 pad2")) &&
           vector_bytes(row, "input", message, sizeof message, &piece.len) &&
           emv_script_mac(mac, key, &piece, 1) == OK && vector_is_hex(row, "output_hex", mac, sizeof mac);
}

// By the schemes' names and by those of their specifications.
static const struct {
    const char *name;
    enum emv_encipherment encipherment;
} encipherments[] = {
    { "VISA", EMV_ENCIPHER_VISA },        { "VSDC", EMV_ENCIPHER_VISA }, { "MASTERCARD", EMV_ENCIPHER_MASTERCARD },
    { "MCHIP", EMV_ENCIPHER_MASTERCARD }, { "EMV", EMV_ENCIPHER_EMV },   { "CCD", EMV_ENCIPHER_EMV },
};

static bool encipherment_is_right(const struct vector_row *row, const struct secret *key)
{
    for (size_t i = 0; i < sizeof encipherments / sizeof encipherments[0]; i++) {
        struct emv_command_data out;
        struct secret data;
        if (!text_equal(vector_text(row, "params"), text_of(encipherments[i].name))) {
            continue;
        }
        bool passed = vector_secret(row, "input", &data) &&
                      emv_script_encipher(&out, key, &data, encipherments[i].encipherment) == OK &&
                      vector_is_hex(row, "output_hex", out.at, out.len);
        secret_release(&data);
        return passed;
    }
    return false;
}

// "9999" or "9999/cur=8888".
static bool pin_block_is_right(const struct vector_row *row, const struct secret *key)
{
    text current = vector_text(row, "input"), pin, prefix = TEXT("cur=");
    bool has_current = text_find(current, '/') >= 0;
    if (!text_split(&current, '/', &pin) || (has_current && !text_starts_with(current, prefix))) {
        return false;
    }
    current = has_current ? text_slice(current, prefix.len, current.len) : TEXT("");
    struct secret new_pin = { 0 }, current_pin = { 0 }, block = { 0 };
    bool passed = pin.len <= SECRET_LEN_MAX && current.len <= SECRET_LEN_MAX &&
                  secret_init_copy(&new_pin, pin.at, pin.len) == OK &&
                  secret_init_copy(&current_pin, current.at, current.len) == OK &&
                  emv_pin_block_visa(&block, key, &new_pin, has_current ? &current_pin : NULL) == OK &&
                  vector_is_hex(row, "output_hex", block.at, block.len);
    secret_release(&block);
    secret_release(&current_pin);
    secret_release(&new_pin);
    return passed;
}

static const struct {
    const char *kind;
    bool (*is_right)(const struct vector_row *row, const struct secret *key);
} kinds[] = {
    { "SCRIPT-MAC", mac_is_right },
    { "SCRIPT-ENC", encipherment_is_right },
    { "PIN-CHANGE-ENC", encipherment_is_right }, // followed by the PIN block's format
    { "VIS-PINBLOCK", pin_block_is_right },
};

static enum vector_result check(const struct vector_row *row)
{
    struct secret key;
    bool passed = false;
    if (vector_secret(row, "key_hex", &key)) {
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            if (text_starts_with(vector_text(row, "kind"), text_of(kinds[i].kind))) {
                passed = kinds[i].is_right(row, &key);
                break;
            }
        }
    }
    secret_release(&key);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "kind", "key_hex", "input", "params", "output_hex", NULL };
const struct vector_topic emv_scripts_topic = { "emv_scripts", columns, check };
