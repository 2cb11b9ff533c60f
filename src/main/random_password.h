/*
 * A first password for somebody, to be shown once and changed by them: far more than anybody could try, and with a
 * letter and a digit for sure.
 */
#ifndef MAIN_RANDOM_PASSWORD_H
#define MAIN_RANDOM_PASSWORD_H

#include "base/base64.h"

enum { PASSWORD_RANDOM_LEN = 15, RANDOM_PASSWORD_LEN = BASE64URL_LEN(PASSWORD_RANDOM_LEN) + 2 };

void random_password(char out[RANDOM_PASSWORD_LEN + 1]); // the caller wipes it

#endif
