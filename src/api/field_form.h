/*
 * The forms a text field can ask for (enum field_form): the check, the sentence that tells a caller what was expected,
 * and the same rule as a JSON schema can say it. Pure functions over a text that is already known to be valid UTF-8
 * without control characters. A form judges what a text is made of; how long it may be is the field's own min and max,
 * so an empty text passes CODE, ALPHANUMERIC and DIGITS, and passes no form that is a whole thing (LINE, EMAIL, ...).
 */
#ifndef API_FIELD_FORM_H
#define API_FIELD_FORM_H

#include <stdbool.h>

#include "api/shape.h"

bool field_form_holds(enum field_form form, text t);
const char *field_form_expected(enum field_form form); // "Must be an email address, ..."; NULL for FORM_ANY
const char *field_form_pattern(enum field_form form);  // an ECMA-262 expression for a JSON schema, or NULL
const char *field_form_format(enum field_form form);   // a JSON schema `format`, or NULL
int field_form_len_max(enum field_form form);          // in characters, for forms whose pattern cannot say it; or 0

#endif
