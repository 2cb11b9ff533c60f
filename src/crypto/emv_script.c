#include "crypto/emv_script.h"

#include <string.h>

#include "crypto/constant_time.h"
#include "crypto/pin_block.h"
#include "crypto/tdes.h"

enum { TEMPLATE_BEFORE_FINAL = 0x71, TEMPLATE_AFTER_FINAL = 0x72 };

static bool pin_fits(const struct secret *pin)
{
    return pin->len >= PIN_LEN_MIN && pin->len <= PIN_LEN_MAX &&
           mask_reveal(mask_digits((const char *)pin->at, pin->len)) != 0;
}

// XORs the digits of a PIN over a block, from its left.
static void add_digits(uint8_t block[EMV_PIN_BLOCK_LEN], const struct secret *pin)
{
    for (size_t i = 0; i < pin->len; i++) {
        block[i / 2] ^= (uint8_t)((pin->at[i] & 15) << (i % 2 == 0 ? 4 : 0));
    }
}

// Control digit (the format), length, digits, then F.
static status pin_block(struct secret *out, enum pin_block_format format, const struct secret *pin)
{
    TRY(secret_init(out, PIN_BLOCK_LEN_MAX));
    out->len = EMV_PIN_BLOCK_LEN;
    status result = pin_block_pin_field(out->at, format, text_bytes(pin->at, pin->len), NULL);
    if (result != OK) {
        secret_release(out);
    }
    return result;
}

status emv_pin_block_iso_2(struct secret *out, const struct secret *pin)
{
    return pin_block(out, PIN_BLOCK_ISO_2, pin);
}

status emv_pin_block_visa(struct secret *out, const struct secret *udk_ac, const struct secret *pin,
                          const struct secret *current)
{
    *out = (struct secret){ 0 };
    if (udk_ac->len != EMV_KEY_LEN || (current != NULL && !pin_fits(current))) {
        return INVALID_INPUT;
    }
    TRY(pin_block(out, PIN_BLOCK_ISO_0, pin)); // as format 0, before the PAN would be added
    for (size_t i = EMV_PIN_BLOCK_LEN / 2; i < EMV_PIN_BLOCK_LEN; i++) {
        out->at[i] ^= udk_ac->at[i];
    }
    if (current != NULL) {
        add_digits(out->at, current);
    }
    return OK;
}

// What is enciphered: the data with its length and padding, as the kind of encipherment wants them.
static status plain_make(struct secret *out, const struct secret *data, enum emv_encipherment encipherment)
{
    bool counted = encipherment == EMV_ENCIPHER_VISA;
    bool padded = encipherment != EMV_ENCIPHER_MASTERCARD || data->len % TDES_BLOCK_LEN != 0;
    *out = (struct secret){ 0 };
    if (data->len == 0 || data->len > EMV_COMMAND_DATA_LEN_MAX) {
        return INVALID_INPUT;
    }
    size_t len = counted + data->len + padded, whole = (len + TDES_BLOCK_LEN - 1) / TDES_BLOCK_LEN * TDES_BLOCK_LEN;
    if (whole > EMV_COMMAND_DATA_LEN_MAX) {
        return INVALID_INPUT;
    }
    TRY(secret_init(out, whole));
    if (counted) {
        out->at[0] = (uint8_t)data->len;
    }
    memcpy(out->at + counted, data->at, data->len);
    if (padded) {
        out->at[counted + data->len] = 0x80;
    }
    return OK;
}

status emv_script_encipher(struct emv_command_data *out, const struct secret *key, const struct secret *data,
                           enum emv_encipherment encipherment)
{
    if (key->len != EMV_KEY_LEN) {
        return INVALID_INPUT;
    }
    static const uint8_t iv[TDES_BLOCK_LEN];
    struct secret plain;
    TRY(plain_make(&plain, data, encipherment));
    struct tdes *tdes = NULL;
    status result = tdes_new(&tdes, key);
    if (result == OK) {
        out->len = plain.len;
        result = encipherment == EMV_ENCIPHER_VISA ? tdes_encrypt(tdes, out->at, plain.at, plain.len)
                                                   : tdes_cbc_encrypt(tdes, out->at, iv, plain.at, plain.len);
    }
    tdes_free(tdes);
    secret_release(&plain);
    return result;
}

status emv_script_mac(uint8_t out[EMV_SCRIPT_MAC_LEN], const struct secret *key, const struct bytes_view *pieces,
                      size_t count)
{
    if (key->len != EMV_KEY_LEN) {
        return INVALID_INPUT;
    }
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = tdes_retail_mac(tdes, out, pieces, count, MAC_PADDING_2);
    tdes_free(tdes);
    return result;
}

static const struct {
    uint8_t header[EMV_COMMAND_HEADER_LEN - 1];
    bool has_data;
} commands[] = {
    [EMV_APPLICATION_BLOCK] = { { 0x84, 0x1E, 0x00, 0x00 }, false },
    [EMV_APPLICATION_UNBLOCK] = { { 0x84, 0x18, 0x00, 0x00 }, false },
    [EMV_CARD_BLOCK] = { { 0x84, 0x16, 0x00, 0x00 }, false },
    [EMV_PIN_UNBLOCK] = { { 0x84, 0x24, 0x00, 0x00 }, false },
    [EMV_PIN_CHANGE] = { { 0x84, 0x24, 0x00, 0x02 }, true },
    [EMV_PIN_CHANGE_CURRENT] = { { 0x84, 0x24, 0x00, 0x01 }, true },
};

status emv_command(struct emv_command *out, const struct secret *mac_key, const struct emv_command_input *input)
{
    size_t data_len = input->data.len;
    if (data_len > EMV_COMMAND_DATA_LEN_MAX || data_len % TDES_BLOCK_LEN != 0 ||
        (data_len > 0) != commands[input->kind].has_data || input->mac_len < EMV_SCRIPT_MAC_LEN_MIN ||
        input->mac_len > EMV_SCRIPT_MAC_LEN) {
        return INVALID_INPUT;
    }
    memcpy(out->at, commands[input->kind].header, EMV_COMMAND_HEADER_LEN - 1);
    out->at[EMV_COMMAND_HEADER_LEN - 1] = (uint8_t)(data_len + input->mac_len);
    const struct bytes_view pieces[] = { { out->at, EMV_COMMAND_HEADER_LEN }, input->bound, input->data };
    uint8_t mac[EMV_SCRIPT_MAC_LEN];
    TRY(emv_script_mac(mac, mac_key, pieces, sizeof pieces / sizeof pieces[0]));
    out->len = EMV_COMMAND_HEADER_LEN;
    if (data_len > 0) {
        memcpy(out->at + out->len, input->data.at, data_len);
    }
    memcpy(out->at + out->len + data_len, mac, input->mac_len);
    out->len += data_len + input->mac_len;
    return OK;
}

status emv_script(struct emv_script *out, const struct emv_script_input *input)
{
    const uint8_t opening[] = { input->before_final ? TEMPLATE_BEFORE_FINAL : TEMPLATE_AFTER_FINAL, 0, 0x9F, 0x18,
                                EMV_SCRIPT_ID_LEN };
    if (input->count == 0 || input->count > EMV_SCRIPT_COMMAND_COUNT_MAX) {
        return INVALID_INPUT;
    }
    memcpy(out->at, opening, sizeof opening);
    memcpy(out->at + sizeof opening, input->id, EMV_SCRIPT_ID_LEN);
    out->len = sizeof opening + EMV_SCRIPT_ID_LEN;
    for (size_t i = 0; i < input->count; i++) {
        const struct emv_command *command = &input->commands[i];
        if (command->len > EMV_SCRIPT_LEN_MAX || 2 + command->len > EMV_SCRIPT_LEN_MAX - out->len) {
            return INVALID_INPUT;
        }
        out->at[out->len] = 0x86;
        out->at[out->len + 1] = (uint8_t)command->len; // below 128, so that one byte tells it
        memcpy(out->at + out->len + 2, command->at, command->len);
        out->len += 2 + command->len;
    }
    out->at[1] = (uint8_t)(out->len - 2);
    return OK;
}
