#include "keys/component.h"

#include <assert.h>
#include <string.h>

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

// Without a branch on the bytes' values.
static bool all_equal(const struct secret *bytes)
{
    uint8_t differing = 0;
    for (size_t i = 1; i < bytes->len; i++) {
        differing |= bytes->at[i] ^ bytes->at[0];
    }
    return differing == 0;
}

static bool is_zero(const struct secret *bytes)
{
    return all_equal(bytes) && bytes->at[0] == 0;
}

// False: another character, too many digits, or too few.
static bool read_digits(struct secret *out, text hex)
{
    size_t count = 0;
    for (size_t i = 0; i < hex.len; i++) {
        int digit = digit_of(hex.at[i]);
        bool between = hex.at[i] == ' ' || hex.at[i] == '-';
        if (between) {
            continue;
        }
        if (digit < 0 || count == 2 * out->len) {
            return false;
        }
        out->at[count / 2] = (uint8_t)(out->at[count / 2] << 4 | digit);
        count++;
    }
    return count == 2 * out->len;
}

status component_parse(struct secret *out, text hex, size_t len)
{
    assert(len > 1 && len <= COMPONENT_LEN_MAX);
    TRY(secret_init(out, len));
    if (!read_digits(out, hex) || all_equal(out)) {
        secret_release(out);
        return COMPONENT_INVALID;
    }
    return OK;
}

void component_print(char out[COMPONENT_PRINTED_LEN], const struct secret *component)
{
    static const char digits[] = "0123456789ABCDEF";
    assert(component->len > 1 && component->len <= COMPONENT_LEN_MAX && component->len % 2 == 0);
    char *at = out;
    for (size_t i = 0; i < component->len; i++) {
        *at++ = digits[component->at[i] >> 4];
        *at++ = digits[component->at[i] & 15];
        if (i % 2 == 1) {
            *at++ = ' ';
        }
    }
    at[-1] = '\0';
}

status component_make(struct secret *out, size_t len)
{
    do {
        TRY(secret_init_random(out, len));
        if (!all_equal(out)) {
            return OK;
        }
        secret_release(out);
    } while (true);
}

static status judge_parts(const struct secret *parts, int count)
{
    if (count < COMPONENT_COUNT_MIN || count > COMPONENT_COUNT_MAX) {
        return COMPONENT_INVALID;
    }
    for (int i = 0; i < count; i++) {
        if (parts[i].len != parts[0].len || parts[i].len == 0 || all_equal(&parts[i])) {
            return COMPONENT_INVALID;
        }
        for (int j = 0; j < i; j++) {
            if (secret_equal(parts[i].at, parts[j].at, parts[i].len)) {
                return COMPONENT_INVALID;
            }
        }
    }
    return OK;
}

status components_join(struct secret *out, const struct secret *parts, int count)
{
    TRY(judge_parts(parts, count));
    TRY(secret_init(out, parts[0].len));
    for (int i = 0; i < count; i++) {
        for (size_t j = 0; j < out->len; j++) {
            out->at[j] ^= parts[i].at[j];
        }
    }
    if (is_zero(out)) {
        secret_release(out);
        return COMPONENT_INVALID;
    }
    return OK;
}

status check_value_compute(char out[CHECK_VALUE_PRINTED_LEN], enum kcv_method method, const struct secret *key)
{
    uint8_t value[KCV_LEN_MAX];
    TRY(kcv_compute(value, method, key));
    check_value_print(out, value, kcv_len(method));
    secret_wipe(value, sizeof value); // the rest of it is not for showing
    return OK;
}

void check_value_print(char out[CHECK_VALUE_PRINTED_LEN], const uint8_t *value, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    assert(len <= KCV_LEN_MAX);
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[value[i] >> 4];
        out[2 * i + 1] = digits[value[i] & 15];
    }
    out[2 * len] = '\0';
}
