/*
 * What a text can be made of: a line, a code, an email address. Each asks for valid UTF-8 without control characters. A
 * check judges what a text is made of; how long it may be is the asker's own rule, so an empty text passes CODE and
 * ALPHANUMERIC, and none that is a whole thing (a line, an address). Pure functions: any thread.
 */
#ifndef BASE_TEXT_FORM_H
#define BASE_TEXT_FORM_H

#include <stdbool.h>

#include "base/text.h"

bool text_is_line(text t);         // not blank, no blank at either end
bool text_is_code(text t);         // ASCII letters, digits, '-' and '_'
bool text_is_alphanumeric(text t); // ASCII letters and digits
bool text_is_email(text t);        // RFC 5321 as far as an address can be delivered to by anyone
bool text_is_mobile(text t);       // E.164: '+' and 7 to 15 digits
bool text_is_country(text t);      // ISO 3166-1 alpha-2, capitals
bool text_is_card_number(text t);  // ASCII letters and digits, NUMBER_LEN_MIN to NUMBER_LEN_MAX

#endif
