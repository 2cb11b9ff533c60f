#include "api/user_totp.h"

#include "api/own_password.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "domain/user_totp.h"

struct password_form {
    text password;
};

static const struct field password_fields[] = {
    { "password", FIELD_TEXT, offsetof(struct password_form, password), FIELD_INPUT | FIELD_REQUIRED | FIELD_SECRET,
      .max = PASSWORD_LEN_MAX, .help = "The current password." },
};

static const struct shape password_shape = SHAPE("TotpPassword", struct password_form, password_fields);

struct code_form {
    text code;
};

static const struct field code_fields[] = {
    { "code", FIELD_TEXT, offsetof(struct code_form, code), FIELD_INPUT | FIELD_REQUIRED | FIELD_SECRET,
      .min = TOTP_DIGITS, .max = TOTP_DIGITS, .form = FORM_DIGITS,
      .help = "The code that the authenticator app shows now." },
};

static const struct shape code_shape = SHAPE("TotpCode", struct code_form, code_fields);

struct enrolment {
    text secret, uri;
};

static const struct field enrolment_fields[] = {
    { "secret", FIELD_TEXT, offsetof(struct enrolment, secret), FIELD_OUTPUT | FIELD_SECRET,
      .help = "The secret in base32, to be typed into the app; shown this once." },
    { "uri", FIELD_TEXT, offsetof(struct enrolment, uri), FIELD_OUTPUT | FIELD_SECRET,
      .help = "The same as an otpauth URI, to be shown as a QR code." },
};

static const struct shape enrolment_shape = SHAPE("TotpEnrolment", struct enrolment, enrolment_fields);

enum { URI_LEN_MAX = 3 * EMAIL_LEN_MAX + 256 };

#define ISSUER "Cardwright"

// RFC 3986, 2.3: all but the unreserved characters.
static void append_encoded(struct buffer *out, text t)
{
    for (size_t i = 0; i < t.len; i++) {
        char c = t.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain) {
            buffer_append(out, &c, 1);
        } else {
            buffer_print(out, "%%%02X", (unsigned)(uint8_t)c);
        }
    }
}

static text print_uri(struct call *call, text name, text secret)
{
    struct buffer out;
    buffer_init(&out, URI_LEN_MAX);
    buffer_append_text(&out, TEXT("otpauth://totp/" ISSUER ":"));
    append_encoded(&out, name);
    buffer_append_text(&out, TEXT("?secret="));
    buffer_append_text(&out, secret);
    buffer_print(&out, "&issuer=" ISSUER "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_MS / 1000);
    text uri = out.failed ? TEXT_ABSENT : arena_copy(call->exchange->arena, buffer_text(&out));
    buffer_release(&out);
    return uri;
}

static text print_secret(struct call *call, const struct secret *secret)
{
    size_t len = BYTES_BASE32_LEN(secret->len);
    char *at = call_take(call, len);
    if (at == NULL) {
        return TEXT_ABSENT;
    }
    bytes_to_base32(at, secret->at, secret->len);
    return text_bytes(at, len);
}

// Who has to change the password does nothing else before.
static status prepare_password(struct call *call)
{
    const struct password_form *input = call->input;
    struct own_password *own = CALL_NEW(call, struct own_password);
    if (own == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = own;
    TRY(own_password_verify(call, own, input->password));
    return own->user.must_change ? FORBIDDEN : OK;
}

static status guard_password(struct call *call)
{
    return own_password_judge(call, call->prepared, "password");
}

static status begin(struct call *call)
{
    const struct own_password *own = call->prepared;
    struct enrolment *enrolment = CALL_NEW(call, struct enrolment);
    struct secret secret;
    if (enrolment == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(user_totp_begin(call->work, &secret, own->user.id));
    enrolment->secret = print_secret(call, &secret);
    secret_release(&secret);
    enrolment->uri = print_uri(call, own->user.name, enrolment->secret);
    return text_present(enrolment->secret) && text_present(enrolment->uri) ? reply_one(call, enrolment) : OUT_OF_MEMORY;
}

static status prepare_confirm(struct call *call)
{
    struct user user;
    if (call->actor.kind != ACTOR_USER) {
        return FORBIDDEN;
    }
    TRY(user_get(call->work, &user, call->actor.id));
    return user.must_change ? FORBIDDEN : OK;
}

static status guard_confirm(struct call *call)
{
    const struct code_form *input = call->input;
    status judged = user_totp_try(call->work, call->actor.id, input->code);
    if (judged != TOTP_WRONG) {
        return judged;
    }
    call_fault(call, "code", TOTP_WRONG);
    return INVALID_INPUT; // and not 401: the session stands
}

static status confirm(struct call *call)
{
    TRY(user_totp_confirm(call->work, call->actor.id));
    return reply_nothing(call);
}

static status remove_own(struct call *call)
{
    TRY(user_totp_remove(call->work, call->actor.id));
    return reply_nothing(call);
}

static status reset(struct call *call)
{
    if (call->actor.kind == ACTOR_USER && call->path_ids[0] == call->actor.id) {
        return faults_add_message(&call->faults, TEXT("user_id"), FORBIDDEN,
                                  "Remove your own with your password at /v1/users/me/totp/remove.");
    }
    TRY(user_totp_reset(call->work, call->path_ids[0]));
    return reply_nothing(call);
}

static const struct operation rows[] = {
    { "POST", "/v1/users/me/totp", WRITE, MAY_BE_SIGNED_IN, begin, .guard = guard_password, .prepare = prepare_password,
      .in = &password_shape, .out = &enrolment_shape, .success = 201, .not_idempotent = true,
      .audit = "user.totp_begun", .outcomes = { TOTP_ENABLED }, .id = "user_totp_begin", .tag = "People",
      .help = "Begin to set up an authenticator app of one's own; a code of it confirms." },
    { "POST", "/v1/users/me/totp/confirm", WRITE, MAY_BE_SIGNED_IN, confirm, .guard = guard_confirm,
      .prepare = prepare_confirm, .in = &code_shape, .success = 204, .not_idempotent = true,
      .audit = "user.totp_confirmed", .outcomes = { TOTP_NOT_BEGUN, TOTP_ENABLED }, .id = "user_totp_confirm",
      .tag = "People", .help = "Confirm one's authenticator app with its code: from now on, signing in takes one." },
    { "POST", "/v1/users/me/totp/remove", WRITE, MAY_BE_SIGNED_IN, remove_own, .guard = guard_password,
      .prepare = prepare_password, .in = &password_shape, .success = 204, .not_idempotent = true,
      .audit = "user.totp_removed", .outcomes = { TOTP_NOT_ENABLED }, .id = "user_totp_remove", .tag = "People",
      .help = "Sign in without one's authenticator app again." },
    { "DELETE", "/v1/users/{user_id}/totp", WRITE, MAY_MANAGE_PEOPLE, reset, .success = 204, .audit = "user.totp_reset",
      .outcomes = { USER_NOT_FOUND, ROLE_TOO_HIGH, TOTP_NOT_ENABLED }, .id = "user_totp_reset", .tag = "People",
      .help = "Remove the authenticator app of a user who lost it; this signs the user out." },
};

const struct operation_table user_totp_operations = OPERATION_TABLE(rows);
