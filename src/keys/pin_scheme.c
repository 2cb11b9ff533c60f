#include <assert.h>
#include <string.h>

#include "keys/key_demand.h"
#include "keys/pin_inside.h"

/* Schemes, and the values of PINs by them. */

static const struct key_demand TO_MAKE_PVV = { "V2", 'T', TDES_KEY_LEN, KEY_TO_GENERATE, false };
static const struct key_demand TO_VERIFY_PVV = { "V2", 'T', TDES_KEY_LEN, KEY_TO_VERIFY, false };
static const struct key_demand TO_MAKE_OFFSET = { "V1", 'T', 0, KEY_TO_GENERATE, false };
static const struct key_demand TO_VERIFY_OFFSET = { "V1", 'T', 0, KEY_TO_VERIFY, false };

status pin_scheme_pvv(struct pin_scheme *out, int64_t key_id, char key_index)
{
    *out = (struct pin_scheme){ 0 };
    if (key_index < '0' || key_index > '6') {
        return INVALID_INPUT;
    }
    *out = (struct pin_scheme){ .method = PIN_METHOD_PVV, .key_id = key_id, .len = PVV_LEN, .key_index = key_index };
    return OK;
}

status pin_scheme_ibm3624(struct pin_scheme *out, const struct pin_scheme_ibm3624_input *input)
{
    char validation[IBM3624_VALIDATION_LEN];
    struct pin_scheme scheme = { .method = PIN_METHOD_IBM3624, .key_id = input->key_id, .len = input->len };
    *out = (struct pin_scheme){ 0 };
    if (input->len < PIN_LEN_MIN || input->len > PIN_LEN_MAX) {
        return INVALID_INPUT;
    }
    TRY(ibm3624_table_init(&scheme.table, input->table));
    TRY(ibm3624_validation(validation, input->pattern, TEXT("0000000000000"))); // of any card: it is about the pattern
    memcpy(scheme.pattern, input->pattern.at, PIN_PATTERN_LEN);
    *out = scheme;
    return OK;
}

static const struct key_demand *demand_of(const struct pin_scheme *scheme, enum key_operation operation)
{
    bool makes = operation == KEY_TO_GENERATE;
    if (scheme->method == PIN_METHOD_PVV) {
        return makes ? &TO_MAKE_PVV : &TO_VERIFY_PVV;
    }
    return makes ? &TO_MAKE_OFFSET : &TO_VERIFY_OFFSET;
}

status pin_reckoning_init(struct keyring *keyring, struct pin_reckoning *reckoning, const struct pin_scheme *scheme,
                          text pan, enum key_operation operation)
{
    assert(scheme->method == PIN_METHOD_PVV || scheme->method == PIN_METHOD_IBM3624);
    *reckoning = (struct pin_reckoning){ .scheme = scheme, .pan = pan };
    if (scheme->method == PIN_METHOD_IBM3624) {
        TRY(ibm3624_validation(reckoning->validation, text_bytes(scheme->pattern, PIN_PATTERN_LEN), pan));
    } else if (scheme->key_index == '0') {
        return PIN_NOT_VERIFIABLE;
    }
    return key_demand_tdes(keyring, &reckoning->pvk, scheme->key_id, demand_of(scheme, operation));
}

void pin_reckoning_release(struct pin_reckoning *reckoning)
{
    tdes_free(reckoning->pvk);
    secret_wipe(reckoning, sizeof *reckoning);
}

static struct ibm3624_key ibm3624_key_of(const struct pin_reckoning *reckoning)
{
    return (struct ibm3624_key){ reckoning->pvk, &reckoning->scheme->table,
                                 text_bytes(reckoning->validation, IBM3624_VALIDATION_LEN) };
}

static struct pvv_input pvv_input_of(const struct pin_reckoning *reckoning, text pin)
{
    return (struct pvv_input){ reckoning->pan, reckoning->scheme->key_index, pin };
}

status pin_value_make(struct pin_value *out, const struct pin_reckoning *reckoning, text pin)
{
    *out = (struct pin_value){ .len = 0 };
    assert(pin.len == reckoning->scheme->len); // the policy saw to it
    status result;
    if (reckoning->scheme->method == PIN_METHOD_PVV) {
        const struct pvv_input input = pvv_input_of(reckoning, pin);
        result = pvv_compute(out->digits, reckoning->pvk, &input);
    } else {
        const struct ibm3624_key key = ibm3624_key_of(reckoning);
        result = ibm3624_offset(out->digits, &key, pin);
    }
    out->len = result == OK ? pin.len : 0;
    return result;
}

status pin_value_verify(bool *right, const struct pin_reckoning *reckoning, text pin, text value)
{
    status result;
    if (reckoning->scheme->method == PIN_METHOD_PVV) {
        const struct pvv_input input = pvv_input_of(reckoning, pin);
        result = pvv_verify(right, reckoning->pvk, &input, value);
    } else {
        const struct ibm3624_key key = ibm3624_key_of(reckoning);
        result = ibm3624_verify(right, &key, pin, value);
    }
    *right &= pin.len == reckoning->scheme->len; // a PVV would look at the first four digits alone
    return result;
}

status pin_natural(struct secret *pin, struct pin_value *offset, const struct pin_reckoning *reckoning)
{
    *pin = (struct secret){ 0 };
    *offset = (struct pin_value){ .len = 0 };
    if (reckoning->scheme->method != PIN_METHOD_IBM3624) {
        return INVALID_INPUT;
    }
    const struct ibm3624_key key = ibm3624_key_of(reckoning);
    TRY(secret_init(pin, PIN_LEN_MAX));
    TRY(ibm3624_natural_pin(pin, &key, reckoning->scheme->len));
    pin->len = reckoning->scheme->len;
    offset->len = reckoning->scheme->len;
    memset(offset->digits, '0', offset->len);
    return OK;
}
