#include "base/bytes.h"

void bytes_put_be64(uint8_t out[8], uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

void bytes_put_be32(uint8_t out[4], uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

uint64_t bytes_get_be64(const uint8_t in[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

uint32_t bytes_get_be32(const uint8_t in[4])
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

// Hexadecimal carries keys, so it is computed rather than looked up: neither branch nor address depends on a digit.

// All ones when low <= value <= high, else zero. Only then are both differences below zero, with their top bit set.
static uint32_t mask_between(uint32_t value, uint32_t low, uint32_t high)
{
    return 0U - (((low - 1 - value) & (value - high - 1)) >> 31);
}

static char hex_digit(uint32_t nibble)
{
    return (char)('0' + nibble + (mask_between(nibble, 10, 15) & ('a' - '0' - 10)));
}

void bytes_to_hex(char *out, const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digit(in[i] >> 4);
        out[2 * i + 1] = hex_digit(in[i] & 15U);
    }
}

// 0 to 15; sets bits in *wrong for anything else.
static uint32_t hex_value(char c, uint32_t *wrong)
{
    uint32_t byte = (uint8_t)c;
    uint32_t digit = mask_between(byte, '0', '9');
    uint32_t letter = mask_between(byte | 0x20, 'a', 'f');
    *wrong |= ~(digit | letter);
    return (digit & (byte - '0')) | (letter & ((byte | 0x20) - 'a' + 10));
}

bool bytes_from_hex(void *out, size_t len, text hex)
{
    if (hex.len / 2 != len || hex.len % 2 != 0) {
        return false;
    }
    uint8_t *bytes = out;
    uint32_t wrong = 0;
    for (size_t i = 0; i < len; i++) {
        uint32_t high = hex_value(hex.at[2 * i], &wrong);
        bytes[i] = (uint8_t)(high << 4 | hex_value(hex.at[2 * i + 1], &wrong));
    }
    return wrong == 0;
}

// As above, for the secrets that people type: A to Z, then 2 to 7.
static char base32_digit(uint32_t value)
{
    return (char)('A' + value - (mask_between(value, 26, 31) & ('A' + 26 - '2')));
}

void bytes_to_base32(char *out, const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    uint32_t held = 0, bits = 0;
    for (size_t i = 0; i < len; i++) {
        held = held << 8 | in[i];
        for (bits += 8; bits >= 5; bits -= 5) {
            *out++ = base32_digit(held >> (bits - 5) & 31U);
        }
        held &= (1U << bits) - 1;
    }
    if (bits > 0) {
        *out = base32_digit(held << (5 - bits));
    }
}

enum { ID_LEN = 13 };

static const char id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void bytes_id_print(char out[13], uint64_t value)
{
    for (int i = ID_LEN - 1; i >= 0; i--) {
        out[i] = id_digits[value & 31];
        value >>= 5;
    }
}

// The value of each digit plus one; zero for what is no digit.
static const uint8_t id_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,  ['8'] = 9,
    ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['g'] = 17, ['h'] = 18,
    ['j'] = 19, ['k'] = 20, ['m'] = 21, ['n'] = 22, ['p'] = 23, ['q'] = 24, ['r'] = 25, ['s'] = 26, ['t'] = 27,
    ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14,
    ['E'] = 15, ['F'] = 16, ['G'] = 17, ['H'] = 18, ['J'] = 19, ['K'] = 20, ['M'] = 21, ['N'] = 22, ['P'] = 23,
    ['Q'] = 24, ['R'] = 25, ['S'] = 26, ['T'] = 27, ['V'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31, ['Z'] = 32,
};

bool bytes_id_parse(uint64_t *out, text printed)
{
    // 13 digits hold 65 bits: the first may only be 0 to f.
    if (printed.len != ID_LEN || id_values[(uint8_t)printed.at[0]] > 16) {
        return false;
    }
    uint64_t value = 0;
    for (int i = 0; i < ID_LEN; i++) {
        uint8_t digit = id_values[(uint8_t)printed.at[i]];
        if (digit == 0) {
            return false;
        }
        value = value << 5 | (uint8_t)(digit - 1);
    }
    *out = value;
    return true;
}
