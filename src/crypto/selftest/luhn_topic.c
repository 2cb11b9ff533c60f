// luhn.csv: card numbers, and the check digit that belongs to the rest of each.
#include <string.h>

#include "crypto/check_digit.h"
#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

enum { PAYLOAD_LEN_MAX = 64 };

static enum vector_result check(const struct vector_row *row)
{
    text number = vector_text(row, "number"), payload = vector_text(row, "payload");
    text verdict = vector_text(row, "status");
    if (!vector_digits(row, "payload", 1, PAYLOAD_LEN_MAX) ||
        (!text_equal(verdict, TEXT("valid")) && !text_equal(verdict, TEXT("invalid")))) {
        return VECTOR_FAILED;
    }
    char completed[PAYLOAD_LEN_MAX + 1];
    memcpy(completed, payload.at, payload.len);
    completed[payload.len] = '0';
    char digit = check_digit_compute(CHECK_DIGIT_LUHN, text_bytes(completed, payload.len + 1), payload.len);
    completed[payload.len] = digit;
    bool passed = luhn_valid(number) == text_equal(verdict, TEXT("valid")) &&
                  vector_is(row, "check_digit", &digit, 1) && luhn_valid(text_bytes(completed, payload.len + 1));
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "number", "status", "payload", "check_digit", NULL };
const struct vector_topic luhn_topic = { "luhn", columns, check };
