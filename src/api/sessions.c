#include "api/sessions.h"

#include "api/authenticate.h"
#include "api/server.h"
#include "base/limits.h"
#include "crypto/totp.h"
#include "domain/audit_query.h"
#include "domain/organization.h"
#include "domain/session.h"
#include "domain/user.h"
#include "domain/user_totp.h"

struct sign_in {
    text name, password, totp;
};

static const struct field sign_in_fields[] = {
    { "name", FIELD_TEXT, offsetof(struct sign_in, name), FIELD_INPUT | FIELD_REQUIRED, .min = 1, .max = EMAIL_LEN_MAX,
      .help = "The user's name." },
    { "password", FIELD_TEXT, offsetof(struct sign_in, password), FIELD_INPUT | FIELD_REQUIRED, .max = PASSWORD_LEN_MAX,
      .help = "The password." },
    { "totp", FIELD_TEXT, offsetof(struct sign_in, totp), FIELD_INPUT | FIELD_SECRET, .min = TOTP_DIGITS,
      .max = TOTP_DIGITS, .form = FORM_DIGITS,
      .help = "The code that the user's authenticator app shows now, if the user has one set up." },
};

static const struct shape sign_in_shape = SHAPE("SignIn", struct sign_in, sign_in_fields);

/* Who is signed in, by whatever way. */
struct view {
    int kind; // enum actor_kind
    int64_t user_id, key_id;
    text name, organization_name;
    int role; // -1: not a user
    struct text_list permissions;
    bool must_change, totp_enabled;
    text csrf_token;
    int64_t expires_ms;
};

#define V(member) offsetof(struct view, member)

static const struct field view_fields[] = {
    { "kind", FIELD_ENUM, V(kind), FIELD_OUTPUT, .names = audit_actor_names, .help = "What kind of caller this is." },
    { "user_id", FIELD_ID, V(user_id), FIELD_OUTPUT | FIELD_NULLABLE, .id_prefix = "user", .help = "The user." },
    { "api_key_id", FIELD_ID, V(key_id), FIELD_OUTPUT | FIELD_NULLABLE, .id_prefix = "key", .help = "The API key." },
    { "name", FIELD_TEXT, V(name), FIELD_OUTPUT | FIELD_NULLABLE, .help = "The name of the user or key." },
    { "organization_name", FIELD_TEXT, V(organization_name), FIELD_OUTPUT, .help = "Whose cards these are." },
    { "role", FIELD_ENUM, V(role), FIELD_OUTPUT | FIELD_NULLABLE, .names = role_names, .help = "The user's role." },
    { "permissions", FIELD_TEXT_LIST, V(permissions), FIELD_OUTPUT, .help = "What the caller may do now." },
    { "must_change_password", FIELD_BOOLEAN, V(must_change), FIELD_OUTPUT, .help = "May do nothing else before." },
    { "totp_enabled", FIELD_BOOLEAN, V(totp_enabled), FIELD_OUTPUT,
      .help = "The user signs in with a code of an authenticator app too." },
    { "csrf_token", FIELD_TEXT, V(csrf_token), FIELD_OUTPUT | FIELD_SECRET,
      .help = "To be sent as X-CSRF-Token with everything but GET and HEAD, beside the cookie." },
    { "expires_at", FIELD_TIME, V(expires_ms), FIELD_OUTPUT | FIELD_NULLABLE,
      .help = "When the session ends at the latest; unused, it ends after 15 minutes." },
};

static const struct shape view_shape = SHAPE("Session", struct view, view_fields);

/* What the slow step before the queue found out. */
struct prepared {
    struct user user; // id 0: no such name
    bool verified;
    char token[TOKEN_LEN + 1];
    text cookie, organization_name;
};

static status list_permissions(struct call *call, struct text_list *out, uint64_t permissions)
{
    text *names = call_take(call, sizeof *names * PERMISSION_COUNT);
    if (names == NULL) {
        return OUT_OF_MEMORY;
    }
    int count = 0;
    for (int i = MAY_BE_SIGNED_IN; i < PERMISSION_COUNT; i++) {
        if (permission_held(permissions, (enum permission)i)) {
            names[count++] = text_of(permission_names[i]);
        }
    }
    *out = (struct text_list){ names, count };
    return OK;
}

static status view_csrf(struct call *call, struct view *view, text token)
{
    char csrf[TOKEN_LEN + 1];
    TRY(session_csrf(csrf, token));
    view->csrf_token = arena_copy(call->exchange->arena, text_of(csrf));
    return text_present(view->csrf_token) ? OK : OUT_OF_MEMORY;
}

// Nobody yet: the trail shows who was tried, in the organisation where somebody will look.
static status claim_actor(struct call *call, struct prepared *prepared)
{
    struct work *work = call->work;
    const struct user *user = &prepared->user;
    struct actor *actor = &call->actor;
    actor->channel = CHANNEL_CONSOLE;
    if (user->id == 0) {
        return organization_first(work, &actor->organization_id);
    }
    actor->kind = ACTOR_USER;
    actor->id = user->id;
    actor->organization_id = user->organization_id;
    actor->name = user->name;
    call->write.part = (uint64_t)user->id;
    work->organization_id = user->organization_id;
    struct organization organization;
    TRY(organization_get(work, &organization));
    prepared->organization_name = organization.name;
    return OK;
}

static status prepare_sign_in(struct call *call)
{
    const struct sign_in *input = call->input;
    struct prepared *prepared = CALL_NEW(call, struct prepared);
    if (prepared == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = prepared;
    status found = user_find(call->work, &prepared->user, input->name);
    if (found != OK && found != USER_NOT_FOUND) {
        return found;
    }
    if (found == USER_NOT_FOUND) {
        prepared->user = (struct user){ .id = 0 };
    }
    TRY(claim_actor(call, prepared));
    TRY(password_verify(&prepared->verified, prepared->user.password_hash, input->password));
    token_make(prepared->token, call->server->runtime);
    prepared->cookie = session_cookie_print(call->exchange, text_of(prepared->token));
    return OK;
}

static status guard_sign_in(struct call *call)
{
    const struct prepared *prepared = call->prepared;
    const struct sign_in *input = call->input;
    TRY(user_judge_sign_in(call->work, &prepared->user, prepared->verified));
    return user_totp_judge_sign_in(call->work, prepared->user.id, input->totp);
}

static status sign_in(struct call *call)
{
    const struct prepared *prepared = call->prepared;
    const struct user *user = &prepared->user;
    struct view *view = CALL_NEW(call, struct view);
    if (view == NULL) {
        return OUT_OF_MEMORY;
    }
    struct session session;
    TRY(user_signed_in(call->work, user->id));
    TRY(session_open(call->work, &session, user->id, text_of(prepared->token)));
    uint64_t permissions = role_permissions((enum role)user->role);
    *view = (struct view){
        .kind = ACTOR_USER,
        .user_id = user->id,
        .name = user->name,
        .organization_name = prepared->organization_name,
        .role = user->role,
        .must_change = user->must_change,
        .expires_ms = session_expires_ms(&session),
    };
    TRY(user_totp_is_enabled(call->work, &view->totp_enabled, user->id));
    TRY(list_permissions(call, &view->permissions,
                         user->must_change ? permissions & (1ULL << MAY_BE_SIGNED_IN) : permissions));
    TRY(view_csrf(call, view, text_of(prepared->token)));
    exchange_header(call->exchange, "Set-Cookie", prepared->cookie);
    return reply_one(call, view);
}

static status who_am_i(struct call *call)
{
    struct view *view = CALL_NEW(call, struct view);
    struct organization organization;
    if (view == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(organization_get(call->work, &organization));
    const struct actor *actor = &call->actor;
    *view = (struct view){
        .kind = (int)actor->kind,
        .user_id = actor->kind == ACTOR_USER ? actor->id : 0,
        .key_id = actor->kind == ACTOR_API_KEY ? actor->id : 0,
        .name = actor->name,
        .organization_name = organization.name,
        .role = -1,
    };
    TRY(list_permissions(call, &view->permissions, actor->permissions));
    if (call->session_id == 0) {
        return reply_one(call, view);
    }
    struct session session;
    text token = session_cookie(call->exchange);
    TRY(session_identify(call->work, &session, token));
    view->role = session.role;
    view->must_change = session.must_change;
    view->expires_ms = session_expires_ms(&session);
    TRY(user_totp_is_enabled(call->work, &view->totp_enabled, session.user_id));
    TRY(view_csrf(call, view, token));
    return reply_one(call, view);
}

static status end(struct call *call, bool everywhere)
{
    if (call->session_id == 0) {
        return FORBIDDEN; // a key is revoked, not signed out
    }
    text cookie = session_cookie_print(call->exchange, TEXT_ABSENT);
    if (!text_present(cookie)) {
        return OUT_OF_MEMORY;
    }
    TRY(everywhere ? session_end_all(call->work, call->actor.id, 0) : session_end(call->work, call->session_id));
    work_subject(call->work, "user", call->actor.id);
    exchange_header(call->exchange, "Set-Cookie", cookie);
    return reply_nothing(call);
}

static status sign_out(struct call *call)
{
    return end(call, false);
}

static status sign_out_everywhere(struct call *call)
{
    return end(call, true);
}

static const struct operation rows[] = {
    { "POST", "/v1/sessions", WRITE, MAY_SIGN_IN, sign_in, .guard = guard_sign_in, .prepare = prepare_sign_in,
      .in = &sign_in_shape, .out = &view_shape, .success = 201, .not_idempotent = true, .audit = "session.opened",
      .outcomes = { SIGN_IN_FAILED, TOTP_REQUIRED, TOTP_WRONG }, .id = "session_create", .tag = "Sessions",
      .help = "Sign in: sets the session's cookie." },
    { "GET", "/v1/session", READ, MAY_BE_SIGNED_IN, who_am_i, .out = &view_shape, .id = "session_get",
      .tag = "Sessions", .help = "Who is signed in, and what he may do." },
    { "DELETE", "/v1/session", WRITE, MAY_BE_SIGNED_IN, sign_out, .success = 204, .not_idempotent = true,
      .audit = "session.ended", .id = "session_end", .tag = "Sessions", .help = "Sign out." },
    { "DELETE", "/v1/sessions", WRITE, MAY_BE_SIGNED_IN, sign_out_everywhere, .success = 204, .not_idempotent = true,
      .audit = "session.ended_everywhere", .id = "session_end_all", .tag = "Sessions",
      .help = "Sign out on every device." },
};

const struct operation_table session_operations = OPERATION_TABLE(rows);
