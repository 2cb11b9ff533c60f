#include "keys/message_mac.h"

#include <assert.h>

#include "crypto/constant_time.h"
#include "keys/key_demand.h"

static const struct {
    const char *usage;
    char algorithm;
    size_t key_len; // 0: any
    size_t len_max;
} methods[MESSAGE_MAC_METHOD_COUNT] = {
    [MESSAGE_MAC_RETAIL] = { "M3", 'T', TDES_KEY_LEN, TDES_BLOCK_LEN },
    [MESSAGE_MAC_CMAC_TDES] = { "M6", 'T', 0, TDES_BLOCK_LEN },
    [MESSAGE_MAC_CMAC_AES] = { "M6", 'A', 0, CMAC_LEN },
};

_Static_assert((int)MESSAGE_MAC_LEN_MAX == (int)CMAC_LEN, "there is room for each method's");

static bool input_fits(const struct message_mac_input *input)
{
    bool unpadded = input->method == MESSAGE_MAC_RETAIL && input->padding == MAC_PADDING_NONE;
    bool whole = input->message.len > 0 && input->message.len % TDES_BLOCK_LEN == 0;
    return input->len >= MESSAGE_MAC_LEN_MIN && input->len <= methods[input->method].len_max && (!unpadded || whole);
}

static status retail(uint8_t out[MESSAGE_MAC_LEN_MAX], const struct secret *key, const struct message_mac_input *input)
{
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = tdes_retail_mac(tdes, out, &input->message, 1, input->padding);
    tdes_free(tdes);
    return result;
}

static status compute_under(uint8_t out[MESSAGE_MAC_LEN_MAX], const struct secret *key,
                            const struct message_mac_input *input)
{
    switch (input->method) {
    case MESSAGE_MAC_RETAIL:
        return retail(out, key, input);
    case MESSAGE_MAC_CMAC_TDES:
        return tdes_cmac(out, key, &input->message, 1);
    default:
        return cmac_aes(out, key, input->message.at, input->message.len);
    }
}

// All bytes that the method gives.
static status compute(struct keyring *keyring, uint8_t out[MESSAGE_MAC_LEN_MAX], const struct message_mac_input *input,
                      enum key_operation operation)
{
    assert(input->method < MESSAGE_MAC_METHOD_COUNT);
    struct secret key;
    const struct key_demand demand = { methods[input->method].usage, methods[input->method].algorithm,
                                       methods[input->method].key_len, operation, false };
    if (!input_fits(input)) {
        return INVALID_INPUT;
    }
    TRY(key_demand_secret(keyring, &key, input->key_id, &demand));
    status result = compute_under(out, &key, input);
    secret_release(&key);
    return result;
}

status message_mac_generate(struct keyring *keyring, uint8_t out[MESSAGE_MAC_LEN_MAX],
                            const struct message_mac_input *input)
{
    uint8_t whole[MESSAGE_MAC_LEN_MAX] = { 0 };
    status result = compute(keyring, whole, input, KEY_TO_GENERATE);
    for (size_t i = 0; i < MESSAGE_MAC_LEN_MAX; i++) {
        out[i] = result == OK && i < input->len ? whole[i] : 0;
    }
    secret_wipe(whole, sizeof whole);
    return result;
}

status message_mac_verify(struct keyring *keyring, bool *right, const struct message_mac_input *input,
                          struct bytes_view mac)
{
    uint8_t expected[MESSAGE_MAC_LEN_MAX] = { 0 };
    *right = false;
    status result = compute(keyring, expected, input, KEY_TO_VERIFY);
    if (result == OK) {
        *right = secret_matches(text_bytes(mac.at, mac.len), expected, input->len);
    }
    secret_wipe(expected, sizeof expected);
    return result;
}
