#include "api/field_form.h"

#include <assert.h>

#include "base/limits.h"
#include "base/text_form.h"

static bool is_any(text t)
{
    (void)t;
    return true;
}

static bool is_all_digits(text t)
{
    return text_empty(t) || text_is_digits(t);
}

static_assert(NUMBER_LEN_MIN == 5 && NUMBER_LEN_MAX == 150, "the pattern of FORM_CARD_NUMBER says these numbers");

static const struct {
    bool (*holds)(text t);
    const char *expected, *pattern, *format;
    int len_max;
} forms[] = {
    [FORM_ANY] = { is_any },
    [FORM_LINE] = { text_is_line, "Must not be blank or have a blank at either end.", .pattern = "^\\S(.*\\S)?$" },
    [FORM_CODE] = { text_is_code, "Must be made of the letters A to Z, digits, '-' and '_'.",
                    .pattern = "^[0-9A-Za-z_-]*$" },
    [FORM_ALPHANUMERIC] = { text_is_alphanumeric, "Must be made of the letters A to Z and digits.",
                            .pattern = "^[0-9A-Za-z]*$" },
    [FORM_DIGITS] = { is_all_digits, "Must be made of digits.", .pattern = "^[0-9]*$" },
    [FORM_EMAIL] = { text_is_email, "Must be an email address, such as name@example.com.", .format = "email",
                     .len_max = EMAIL_LEN_MAX },
    [FORM_MOBILE] = { text_is_mobile, "Must be '+' and 7 to 15 digits, beginning with the country code.",
                      .pattern = "^\\+[1-9][0-9]{6,14}$" },
    [FORM_COUNTRY] = { text_is_country, "Must be a country code of ISO 3166-1 in two capitals, such as IN.",
                       .pattern = "^[A-Z]{2}$" },
    [FORM_CARD_NUMBER] = { text_is_card_number, "Must be 5 to 150 letters A to Z and digits.",
                           .pattern = "^[0-9A-Za-z]{5,150}$" },
};

enum { FORM_COUNT = sizeof forms / sizeof forms[0] };

bool field_form_holds(enum field_form form, text t)
{
    assert((size_t)form < FORM_COUNT);
    return forms[form].holds(t);
}

const char *field_form_expected(enum field_form form)
{
    assert((size_t)form < FORM_COUNT);
    return forms[form].expected;
}

const char *field_form_pattern(enum field_form form)
{
    assert((size_t)form < FORM_COUNT);
    return forms[form].pattern;
}

const char *field_form_format(enum field_form form)
{
    assert((size_t)form < FORM_COUNT);
    return forms[form].format;
}

int field_form_len_max(enum field_form form)
{
    assert((size_t)form < FORM_COUNT);
    return forms[form].len_max;
}
