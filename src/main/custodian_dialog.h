/*
 * What a key custodian is asked at the terminal (main/terminal.h): who it is, and a component of a key. An empty name or
 * component ends the dialog, as the end of the input does.
 */
#ifndef MAIN_CUSTODIAN_DIALOG_H
#define MAIN_CUSTODIAN_DIALOG_H

#include "base/limits.h"
#include "base/text.h"
#include "crypto/kcv.h"
#include "crypto/totp.h"
#include "main/terminal.h"

struct custodian_answer {
    char name[EMAIL_LEN_MAX + 2];
    struct secret password; // as typed
};

/* NOT_FOUND: the name was left empty. The caller releases the answer, whatever the status. */
must_use status ask_custodian(struct custodian_answer *out, int index, int count); // "Custodian 1 of 2"
void custodian_answer_release(struct custodian_answer *answer);
text secret_text(const struct secret *typed); // an empty secret is an empty text, and not an absent one

/*
 * A component of `len` bytes as it was typed, which component_parse takes; what it does not take is asked for again. Its
 * check value is shown. On success `typed` is a new secret. NOT_FOUND: it was left empty.
 */
must_use status ask_component(struct secret *typed, const char *question, size_t len, enum kcv_method method);
#define COMPONENT_QUESTION "  component (not shown while it is typed): "

/* The code of an authenticator app, with spaces as one likes; empty when there is none. TOTP_WRONG: no six digits, three
   times. */
must_use status ask_totp(char out[TOTP_DIGITS + 1], const char *question);

#endif
