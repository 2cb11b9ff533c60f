#include "crypto/decimal.h"

#include <assert.h>
#include <string.h>

#include "crypto/constant_time.h"

static uint8_t nibble(const uint8_t *bytes, size_t i)
{
    return i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15;
}

/* Decimal nibbles keep their order and come first, letters keep theirs and follow: each goes to the place that results,
   without a branch or an address that depends on it. */
void decimal_two_pass_with(char *out, size_t count, const uint8_t *bytes, size_t len,
                           uint8_t (*letter)(uint8_t nibble, size_t index))
{
    assert(count <= 2 * len);
    uint32_t letters = 0, decimals = 0, total = 0;
    for (size_t i = 0; i < 2 * len; i++) {
        total += mask_below(nibble(bytes, i), 10) & 1;
    }
    memset(out, '0', count);
    for (size_t i = 0; i < 2 * len; i++) {
        uint32_t decimal = mask_below(nibble(bytes, i), 10);
        uint32_t value = mask_pick(decimal, nibble(bytes, i), letter(nibble(bytes, i), i));
        uint32_t place = mask_pick(decimal, decimals, total + letters);
        for (size_t j = 0; j < count; j++) {
            out[j] = (char)(out[j] + (char)(value & mask_equal(place, (uint32_t)j)));
        }
        decimals += decimal & 1;
        letters += ~decimal & 1;
    }
}

static uint8_t usual_letter(uint8_t nibble, size_t index)
{
    (void)index;
    return (uint8_t)(nibble - 10);
}

void decimal_two_pass(char *out, size_t count, const uint8_t *bytes, size_t len)
{
    decimal_two_pass_with(out, count, bytes, len, usual_letter);
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

bool decimal_pack(uint8_t *out, size_t len, text digits, uint8_t pad)
{
    assert(pad < 16);
    if (digits.len > 2 * len) {
        return false;
    }
    for (size_t i = 0; i < 2 * len; i++) {
        int value = i < digits.len ? hex_value(digits.at[i]) : pad;
        if (value < 0) {
            return false;
        }
        out[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : out[i / 2] | value);
    }
    return true;
}

bool decimal_is(text t, size_t min, size_t max)
{
    if (t.len < min || t.len > max) {
        return false;
    }
    for (size_t i = 0; i < t.len; i++) {
        if (t.at[i] < '0' || t.at[i] > '9') {
            return false;
        }
    }
    return true;
}
