#include "main/custodian_dialog.h"

#include <string.h>

#include "keys/component.h"

status ask_custodian(struct custodian_answer *out, int index, int count)
{
    *out = (struct custodian_answer){ .name = "" };
    terminal_say("Custodian %d of %d\n", index, count);
    TRY(terminal_ask(out->name, sizeof out->name, "  name: "));
    if (out->name[0] == '\0') {
        return NOT_FOUND;
    }
    return terminal_ask_secret(&out->password, "  password: ");
}

void custodian_answer_release(struct custodian_answer *answer)
{
    secret_release(&answer->password);
    *answer = (struct custodian_answer){ .name = "" };
}

text secret_text(const struct secret *typed)
{
    return typed->len > 0 ? text_bytes(typed->at, typed->len) : TEXT("");
}

static status show_check_value(const struct secret *typed, size_t len, enum kcv_method method)
{
    char shown[CHECK_VALUE_PRINTED_LEN];
    struct secret component;
    TRY(component_parse(&component, secret_text(typed), len));
    status result = check_value_compute(shown, method, &component);
    secret_release(&component);
    if (result == OK) {
        terminal_say("  its check value: %s\n", shown);
    }
    return result;
}

status ask_component(struct secret *typed, const char *question, size_t len, enum kcv_method method)
{
    for (;;) {
        TRY(terminal_ask_secret(typed, question));
        if (typed->len == 0) {
            return NOT_FOUND;
        }
        status result = typed->len <= COMPONENT_TEXT_LEN_MAX ? show_check_value(typed, len, method) : COMPONENT_INVALID;
        if (result == OK) {
            return OK;
        }
        secret_release(typed);
        if (result != COMPONENT_INVALID) {
            return result;
        }
        terminal_say("  That is no component: %zu hex digits, and not one byte repeated.\n", 2 * len);
    }
}

enum { TRIES_MAX = 3, TYPED_LEN_MAX = 40 };

// As apps show them: "123 456".
static bool take_digits(char out[TOTP_DIGITS + 1], const char *typed)
{
    size_t len = 0;
    for (const char *c = typed; *c != '\0'; c++) {
        if (*c == ' ') {
            continue;
        }
        if (*c < '0' || *c > '9' || len == TOTP_DIGITS) {
            return false;
        }
        out[len++] = *c;
    }
    out[len] = '\0';
    return len == 0 || len == TOTP_DIGITS;
}

status ask_totp(char out[TOTP_DIGITS + 1], const char *question)
{
    char typed[TYPED_LEN_MAX + 2];
    for (int try = 0; try < TRIES_MAX; try++) {
        status asked = terminal_ask(typed, sizeof typed, question);
        bool taken = asked == OK && take_digits(out, typed);
        explicit_bzero(typed, sizeof typed);
        if (taken || (asked != OK && asked != TOO_LONG)) {
            return asked;
        }
        terminal_say("  A code has %d digits.\n", TOTP_DIGITS);
    }
    return TOTP_WRONG;
}
