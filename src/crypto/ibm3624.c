#include "crypto/ibm3624.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/decimal.h"

enum { DIFFERENT_DIGITS_MIN = 8, SAME_DIGITS_MAX = 4 };
enum { PATTERN_LEN = 12, ACCOUNT_LEN = 12, ACCOUNT_TAIL_LEN = IBM3624_VALIDATION_LEN - PATTERN_LEN + 1 };

status ibm3624_table_init(struct ibm3624_table *table, text digits)
{
    int counts[10] = { 0 };
    int different = 0, most = 0;
    *table = (struct ibm3624_table){ 0 };
    if (!decimal_is(digits, IBM3624_TABLE_LEN, IBM3624_TABLE_LEN)) {
        return INVALID_INPUT;
    }
    for (size_t i = 0; i < IBM3624_TABLE_LEN; i++) {
        int count = ++counts[digits.at[i] - '0'];
        different += count == 1;
        most = count > most ? count : most;
    }
    if (different < DIFFERENT_DIGITS_MIN || most > SAME_DIGITS_MAX) {
        return DECIMALIZATION_TABLE_WEAK;
    }
    for (size_t i = 0; i < IBM3624_TABLE_LEN; i++) {
        table->digits[i] = (uint8_t)(digits.at[i] - '0');
    }
    return OK;
}

status ibm3624_validation(char out[IBM3624_VALIDATION_LEN], text pattern, text pan)
{
    uint8_t packed[TDES_BLOCK_LEN];
    int64_t at = text_find(pattern, 'N');
    if (pattern.len != PATTERN_LEN || at < 0 || !decimal_is(pan, ACCOUNT_LEN + 1, NUMBER_PAYMENT_LEN_MAX)) {
        return INVALID_INPUT;
    }
    size_t before = (size_t)at, after = PATTERN_LEN - before - 1;
    memcpy(out, pattern.at, before);
    memcpy(out + before, pan.at + pan.len - 1 - ACCOUNT_TAIL_LEN, ACCOUNT_TAIL_LEN);
    memcpy(out + before + ACCOUNT_TAIL_LEN, pattern.at + before + 1, after);
    return decimal_pack(packed, sizeof packed, text_bytes(out, IBM3624_VALIDATION_LEN), 0) ? OK : INVALID_INPUT;
}

// Values 0 to 9, of which the first `len` are the natural PIN.
static status natural(uint8_t out[PIN_LEN_MAX], const struct ibm3624_key *key)
{
    uint8_t block[TDES_BLOCK_LEN];
    if (key->validation.len != IBM3624_VALIDATION_LEN || !decimal_pack(block, sizeof block, key->validation, 0)) {
        return INVALID_INPUT;
    }
    status result = tdes_encrypt(key->pvk, block, block, sizeof block);
    for (size_t i = 0; result == OK && i < PIN_LEN_MAX; i++) {
        uint32_t nibble = i % 2 == 0 ? block[i / 2] >> 4 : block[i / 2] & 15;
        uint32_t digit = 0;
        for (uint32_t j = 0; j < IBM3624_TABLE_LEN; j++) { // all of the table, so that the cache tells nothing
            digit |= mask_equal(j, nibble) & key->table->digits[j];
        }
        out[i] = (uint8_t)digit;
    }
    secret_wipe(block, sizeof block);
    return result;
}

static bool digits_fit(text digits)
{
    return digits.len >= PIN_LEN_MIN && digits.len <= PIN_LEN_MAX &&
           mask_reveal(mask_digits(digits.at, digits.len)) != 0;
}

static char digit_modulo_10(uint32_t below_20)
{
    return (char)('0' + below_20 - (10 & ~mask_below(below_20, 10)));
}

status ibm3624_pin(struct secret *pin, const struct ibm3624_key *key, text offset)
{
    assert(pin->len == PIN_LEN_MAX);
    uint8_t digits[PIN_LEN_MAX];
    memset(pin->at, 0, pin->len);
    if (!digits_fit(offset)) {
        return INVALID_INPUT;
    }
    TRY(natural(digits, key));
    for (size_t i = 0; i < offset.len; i++) {
        pin->at[i] = (uint8_t)digit_modulo_10(digits[i] + (uint32_t)(offset.at[i] - '0'));
    }
    secret_wipe(digits, sizeof digits);
    return OK;
}

status ibm3624_natural_pin(struct secret *pin, const struct ibm3624_key *key, size_t len)
{
    static const char zeros[PIN_LEN_MAX + 1] = "000000000000";
    return ibm3624_pin(pin, key, text_bytes(zeros, len <= PIN_LEN_MAX ? len : 0));
}

status ibm3624_offset(char out[PIN_LEN_MAX], const struct ibm3624_key *key, text pin)
{
    uint8_t digits[PIN_LEN_MAX];
    if (!digits_fit(pin)) {
        return INVALID_INPUT;
    }
    TRY(natural(digits, key));
    for (size_t i = 0; i < pin.len; i++) {
        out[i] = digit_modulo_10(10 + (uint32_t)(pin.at[i] - '0') - digits[i]);
    }
    secret_wipe(digits, sizeof digits);
    return OK;
}

status ibm3624_verify(bool *right, const struct ibm3624_key *key, text pin, text offset)
{
    char expected[PIN_LEN_MAX] = { 0 };
    *right = false;
    if (!digits_fit(offset)) {
        return INVALID_INPUT;
    }
    TRY(ibm3624_offset(expected, key, pin));
    *right = secret_matches(offset, expected, pin.len);
    secret_wipe(expected, sizeof expected);
    return OK;
}
