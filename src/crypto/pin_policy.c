#include "crypto/pin_policy.h"

#include <string.h>

#include "crypto/decimal.h"
#include "crypto/pin_block.h"

enum { WINDOW = 4, BIRTH_DATE_LEN = 10 };

static bool all_equal(text pin)
{
    for (size_t i = 1; i < pin.len; i++) {
        if (pin.at[i] != pin.at[0]) {
            return false;
        }
    }
    return true;
}

static bool runs_by(text pin, int step) // modulo 10
{
    for (size_t i = 1; i < pin.len; i++) {
        if ((pin.at[i] - pin.at[i - 1] + 10) % 10 != step) {
            return false;
        }
    }
    return true;
}

static bool repeats_pair(text pin)
{
    for (size_t i = 2; i < pin.len; i++) {
        if (pin.at[i] != pin.at[i - 2]) {
            return false;
        }
    }
    return !all_equal(pin);
}

static bool holds(text pin, text four)
{
    for (size_t i = 0; i + WINDOW <= pin.len; i++) {
        if (text_equal(text_slice(pin, i, WINDOW), four)) {
            return true;
        }
    }
    return false;
}

static bool holds_of_card_number(text pin, text pan)
{
    for (size_t i = 0; i + WINDOW <= pan.len; i++) {
        if (holds(pin, text_slice(pan, i, WINDOW))) {
            return true;
        }
    }
    return false;
}

static bool birth_date_fits(text date)
{
    return !text_present(date) || (date.len == BIRTH_DATE_LEN && date.at[4] == '-' && date.at[7] == '-' &&
                                   text_is_digits(text_slice(date, 0, 4)) && text_is_digits(text_slice(date, 5, 2)) &&
                                   text_is_digits(text_slice(date, 8, 2)));
}

static bool holds_birth_date(text pin, text date)
{
    // Where year, its last two digits, month and day stand in YYYY-MM-DD; every longer form holds one of these.
    enum { YEAR = 0, OF_CENTURY = 2, MONTH = 5, DAY = 8 };
    static const uint8_t forms[][2] = {
        { DAY, MONTH }, { MONTH, DAY }, { YEAR, OF_CENTURY }, { MONTH, OF_CENTURY }, { OF_CENTURY, MONTH },
    };
    for (size_t i = 0; text_present(date) && i < sizeof forms / sizeof forms[0]; i++) {
        char four[WINDOW];
        memcpy(four, date.at + forms[i][0], 2);
        memcpy(four + 2, date.at + forms[i][1], 2);
        if (holds(pin, text_bytes(four, WINDOW))) {
            return true;
        }
    }
    return false;
}

static bool holds_of_phone(text pin, text phone)
{
    char last[WINDOW];
    size_t count = 0;
    for (size_t i = phone.len; i-- > 0 && count < WINDOW;) {
        if (phone.at[i] >= '0' && phone.at[i] <= '9') {
            last[WINDOW - ++count] = phone.at[i];
        }
    }
    return count == WINDOW && holds(pin, text_bytes(last, WINDOW));
}

static status was_used(bool *used, const struct pin_history *history, text pin)
{
    *used = false;
    for (int i = 0; i < history->count; i++) {
        bool matches = false;
        TRY(history->matches(history->context, &matches, i, pin));
        *used |= matches;
    }
    return OK;
}

status pin_policy_check(struct pin_findings *out, const struct pin_policy_input *input)
{
    text pin = input->pin;
    bool used;
    *out = (struct pin_findings){ 0 };
    if (!decimal_is(pin, input->len, input->len) || pin.len < PIN_LEN_MIN || pin.len > PIN_LEN_MAX) {
        return PIN_LENGTH_WRONG;
    }
    if (!birth_date_fits(input->birth_date)) {
        return INVALID_INPUT;
    }
    TRY(was_used(&used, &input->history, pin));
    const struct {
        status reason;
        bool holds;
    } rules[PIN_POLICY_REASON_COUNT_MAX] = {
        { PIN_ALL_EQUAL, all_equal(pin) },
        { PIN_RUNS, runs_by(pin, 1) || runs_by(pin, 9) },
        { PIN_REPEATS_PAIR, repeats_pair(pin) },
        { PIN_IN_CARD_NUMBER, holds_of_card_number(pin, input->pan) },
        { PIN_IS_BIRTH_DATE, holds_birth_date(pin, input->birth_date) },
        { PIN_IN_PHONE_NUMBER, holds_of_phone(pin, input->phone) },
        { PIN_USED_BEFORE, used },
    };
    for (size_t i = 0; i < PIN_POLICY_REASON_COUNT_MAX; i++) {
        if (rules[i].holds) {
            out->reasons[out->count++] = rules[i].reason;
        }
    }
    return out->count == 0 ? OK : PIN_TOO_WEAK;
}
