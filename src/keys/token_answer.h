/*
 * What a token answered, in words for the operator. For keys/token.c and keys/token_session.c.
 */
#ifndef KEYS_TOKEN_ANSWER_H
#define KEYS_TOKEN_ANSWER_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#include "base/status.h"
#include "keys/token.h"

/* The PIN is wrong or not usable: another try with it is one too many. */
bool token_answer_is_pin_refused(CK_RV answer);
/* The session, the sign-in or the key's handle is no more, or the session hangs: a new session may help. */
bool token_answer_is_session_lost(CK_RV answer);

/* Writes the sentence, cut off where it must be, and returns `result`. */
status token_refuse(char why[TOKEN_WHY_LEN], status result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, "WHAT: CKR_NAME."; OUT_OF_MEMORY in place of `result` where that is the answer. */
status token_refuse_answer(char why[TOKEN_WHY_LEN], status result, const char *what, CK_RV answer);

#endif
