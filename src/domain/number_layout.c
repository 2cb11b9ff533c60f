#include "domain/number_layout.h"

#include <assert.h>
#include <string.h>

const char *const number_method_names[] = { "random", "sequential", NULL };
const char *const check_digit_names[] = { "none", "luhn", "mod7", NULL };

static int check_len(const struct number_layout *layout)
{
    return layout->check_digit == CHECK_DIGIT_NONE ? 0 : 1;
}

int number_layout_body_len(const struct number_layout *layout)
{
    return (int)layout->length - (int)layout->prefix.len - (int)layout->suffix.len - check_len(layout);
}

static int value_len(const struct number_layout *layout)
{
    int body = number_layout_body_len(layout);
    return body < NUMBER_BODY_DRAWN_DIGITS_MAX ? body : NUMBER_BODY_DRAWN_DIGITS_MAX;
}

int number_layout_extension_len(const struct number_layout *layout)
{
    return number_layout_body_len(layout) - value_len(layout);
}

uint64_t number_layout_size(const struct number_layout *layout)
{
    assert(number_layout_body_len(layout) >= 1);
    uint64_t size = 1;
    for (int i = 0; i < value_len(layout); i++) {
        size *= 10;
    }
    return size;
}

uint64_t number_layout_space(const struct number_layout *layout)
{
    uint64_t size = number_layout_size(layout);
    if (layout->method != NUMBER_SEQUENTIAL) {
        return size;
    }
    assert(layout->start >= 0);
    return (uint64_t)layout->start < size ? size - (uint64_t)layout->start : 0;
}

void number_layout_write(const struct number_layout *layout, char *out, uint64_t value, const uint8_t *extension)
{
    char *at = out;
    memcpy(at, layout->prefix.at, layout->prefix.len);
    at += layout->prefix.len;
    int extension_len = number_layout_extension_len(layout);
    for (int i = 0; i < extension_len; i++) {
        *at++ = (char)('0' + extension[i]);
    }
    int digits = value_len(layout);
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    assert(value == 0);
    at += digits;
    char *check = at;
    at += check_len(layout);
    memcpy(at, layout->suffix.at, layout->suffix.len);
    if (layout->check_digit != CHECK_DIGIT_NONE) {
        *check = '0';
        *check = check_digit_compute((enum check_digit)layout->check_digit, (text){ out, (size_t)layout->length },
                                     (size_t)(check - out));
    }
}

bool number_layout_matches(const struct number_layout *layout, text number)
{
    if (number.len != (size_t)layout->length || !text_starts_with(number, layout->prefix) ||
        !text_ends_with(number, layout->suffix)) {
        return false;
    }
    size_t middle = number.len - layout->prefix.len - layout->suffix.len;
    return text_is_digits(text_slice(number, layout->prefix.len, middle));
}

bool number_layout_check_valid(const struct number_layout *layout, text number)
{
    size_t position = number.len - layout->suffix.len - 1;
    return check_digit_valid((enum check_digit)layout->check_digit, number, position);
}

uint64_t number_layout_value(const struct number_layout *layout, text number)
{
    size_t from = layout->prefix.len + (size_t)number_layout_extension_len(layout);
    uint64_t value = 0;
    for (int i = 0; i < value_len(layout); i++) {
        value = value * 10 + (uint64_t)(number.at[from + (size_t)i] - '0');
    }
    return value;
}

void number_layout_extension(const struct number_layout *layout, text number, uint8_t *digits)
{
    for (int i = 0; i < number_layout_extension_len(layout); i++) {
        digits[i] = (uint8_t)(number.at[layout->prefix.len + (size_t)i] - '0');
    }
}

// What may stand at a position: one character, or any digit (0).
static char fixed_at(const struct number_layout *layout, size_t position)
{
    if (position < layout->prefix.len) {
        return layout->prefix.at[position];
    }
    size_t suffix_from = (size_t)layout->length - layout->suffix.len;
    return position >= suffix_from ? layout->suffix.at[position - suffix_from] : 0;
}

bool number_layouts_overlap(const struct number_layout *a, const struct number_layout *b)
{
    if (a->length != b->length) {
        return false;
    }
    for (size_t i = 0; i < (size_t)a->length; i++) {
        char in_a = fixed_at(a, i), in_b = fixed_at(b, i);
        bool digit_a = in_a == 0 || (in_a >= '0' && in_a <= '9');
        bool digit_b = in_b == 0 || (in_b >= '0' && in_b <= '9');
        bool possible = in_a != 0 && in_b != 0 ? in_a == in_b : digit_a && digit_b;
        if (!possible) {
            return false;
        }
    }
    return true;
}

int number_layout_last_count(const struct number_layout *layout)
{
    // A short body would be given away by four of its digits.
    int half = number_layout_body_len(layout) / 2;
    return half < 4 ? half : 4;
}

int number_layout_mask(const struct number_layout *layout, char *out, text number)
{
    static const char dots[] = "\u2022\u2022\u2022\u2022";
    char *at = out;
    memcpy(at, layout->prefix.at, layout->prefix.len);
    at += layout->prefix.len;
    memcpy(at, dots, sizeof dots - 1);
    at += sizeof dots - 1;
    size_t last = (size_t)number_layout_last_count(layout);
    memcpy(at, number.at + number.len - layout->suffix.len - last, last + layout->suffix.len);
    at += last + layout->suffix.len;
    assert(at - out <= NUMBER_MASKED_LEN_MAX);
    return (int)(at - out);
}
