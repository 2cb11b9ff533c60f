#include "crypto/check_digit.h"

#include <assert.h>
#include <stdint.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// ISO/IEC 7812-1:2017, annex B: twice the digit, and the digits of that added up.
static unsigned int doubled(unsigned int digit)
{
    return digit < 5 ? 2 * digit : 2 * digit - 9;
}

static char luhn_compute(text number, size_t position)
{
    unsigned int sum = 0;
    bool doubling = false; // the weight at i: 1 for the last digit of the number, then 2 and 1 in turn
    bool check_doubled = false;
    for (size_t i = number.len; i-- > 0;) {
        if (i == position) {
            check_doubled = doubling;
            doubling = !doubling;
        } else if (is_digit(number.at[i])) {
            unsigned int digit = (unsigned int)(number.at[i] - '0');
            sum += doubling ? doubled(digit) : digit;
            doubling = !doubling;
        }
    }
    unsigned int missing = (10 - sum % 10) % 10;
    if (!check_doubled) {
        return (char)('0' + missing);
    }
    // Doubling maps the ten digits one to one; this is the way back.
    return (char)('0' + (missing % 2 == 0 ? missing / 2 : (missing + 9) / 2));
}

static char mod7_compute(text number, size_t position)
{
    unsigned int remainder = 0;
    for (size_t i = 0; i < position; i++) {
        if (is_digit(number.at[i])) {
            remainder = (remainder * 10 + (unsigned int)(number.at[i] - '0')) % 7;
        }
    }
    return (char)('0' + remainder);
}

char check_digit_compute(enum check_digit method, text number, size_t position)
{
    assert(method != CHECK_DIGIT_NONE);
    assert(position < number.len);
    return method == CHECK_DIGIT_LUHN ? luhn_compute(number, position) : mod7_compute(number, position);
}

bool check_digit_valid(enum check_digit method, text number, size_t position)
{
    if (method == CHECK_DIGIT_NONE) {
        return true;
    }
    return position < number.len && number.at[position] == check_digit_compute(method, number, position);
}

bool luhn_valid(text digits)
{
    return text_is_digits(digits) && digits.len > 1 && check_digit_valid(CHECK_DIGIT_LUHN, digits, digits.len - 1);
}
