#include "crypto/amex_csc.h"

#include <assert.h>
#include <string.h>

#include "crypto/constant_time.h"
#include "crypto/decimal.h"

enum { PAN_LEN = 15, PREFIX_LEN = 2, BODY_LEN = 12, EXPIRY_LEN = 4, SERVICE_CODE_LEN = 3 };
enum { BLOCK_DIGITS = BODY_LEN + EXPIRY_LEN, DIGIT_COUNT = 12, FOUR_AT = 5, THREE_AT = 9 };

static bool input_fits(const struct amex_csc_input *input)
{
    bool coded = input->version == AMEX_CSC_1 || decimal_is(input->service_code, SERVICE_CODE_LEN, SERVICE_CODE_LEN);
    return coded && decimal_is(input->pan, PAN_LEN, PAN_LEN) && decimal_is(input->expiry, EXPIRY_LEN, EXPIRY_LEN) &&
           (text_starts_with(input->pan, TEXT("34")) || text_starts_with(input->pan, TEXT("37")));
}

// The PAN without its prefix and check digit; the expiry stands before it for 37, after it for 34.
static bool compose(uint8_t out[2 * TDES_BLOCK_LEN], const struct amex_csc_input *input)
{
    char digits[BLOCK_DIGITS + SERVICE_CODE_LEN];
    bool expiry_first = input->pan.at[1] == '7';
    memcpy(digits + (expiry_first ? EXPIRY_LEN : 0), input->pan.at + PREFIX_LEN, BODY_LEN);
    memcpy(digits + (expiry_first ? 0 : BODY_LEN), input->expiry.at, EXPIRY_LEN);
    size_t len = BLOCK_DIGITS;
    if (input->version == AMEX_CSC_2) {
        memcpy(digits + len, input->service_code.at, SERVICE_CODE_LEN);
        len += SERVICE_CODE_LEN;
    }
    bool packed = decimal_pack(out, 2 * TDES_BLOCK_LEN, text_bytes(digits, len), 0);
    secret_wipe(digits, sizeof digits);
    return packed;
}

// A to F are 1 to 6 in the first five places, and five more, modulo 10, after them.
static uint8_t letter(uint8_t nibble, size_t index)
{
    int value = (uint8_t)(nibble - 9);
    return (uint8_t)(index < 5 ? value : (value + 5) % 10);
}

status amex_csc_compute(struct amex_csc *out, struct tdes *csck, const struct amex_csc_input *input)
{
    static const uint8_t zero_iv[TDES_BLOCK_LEN];
    uint8_t data[2 * TDES_BLOCK_LEN];
    char digits[DIGIT_COUNT] = { 0 };
    if (!input_fits(input) || !compose(data, input)) {
        return INVALID_INPUT;
    }
    bool first = input->version == AMEX_CSC_1;
    status result = first ? tdes_encrypt(csck, data, data, TDES_BLOCK_LEN)
                          : tdes_cbc_encrypt(csck, data, zero_iv, data, sizeof data);
    if (result == OK) {
        decimal_two_pass_with(digits, DIGIT_COUNT, data + (first ? 0 : TDES_BLOCK_LEN), TDES_BLOCK_LEN, letter);
        memcpy(out->five, digits, sizeof out->five);
        memcpy(out->four, digits + FOUR_AT, sizeof out->four);
        memcpy(out->three, digits + THREE_AT, sizeof out->three);
    }
    secret_wipe(data, sizeof data);
    secret_wipe(digits, sizeof digits);
    return result;
}

status amex_csc_verify(bool *right, struct tdes *csck, const struct amex_csc_input *input, text code, size_t count)
{
    assert(count >= AMEX_CSC_LEN_MIN && count <= AMEX_CSC_LEN_MAX);
    struct amex_csc expected = { 0 };
    *right = false;
    TRY(amex_csc_compute(&expected, csck, input));
    const char *values[] = { expected.three, expected.four, expected.five };
    *right = secret_matches(code, values[count - AMEX_CSC_LEN_MIN], count);
    secret_wipe(&expected, sizeof expected);
    return OK;
}
