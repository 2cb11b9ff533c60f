#include "api/users.h"

#include "api/own_password.h"
#include "base/limits.h"
#include "domain/user.h"

/* A user as the API has it: with a password that only goes in. */
struct user_form {
    struct user user;
    text password;
};

#define U(member) offsetof(struct user_form, user.member)

static const struct field fields[] = {
    { "id", FIELD_ID, U(id), FIELD_OUTPUT, .id_prefix = "user", .help = "The user's id." },
    { "name", FIELD_TEXT, U(name), FIELD_REQUIRED, .min = 3, .max = EMAIL_LEN_MAX, .form = FORM_EMAIL,
      .help = "An address, by which the user signs in; kept in lower case; never changes." },
    { "role", FIELD_ENUM, U(role), FIELD_REQUIRED, .names = role_names,
      .help = "What the user may do; no more than who gives it." },
    { "password", FIELD_TEXT, offsetof(struct user_form, password), FIELD_INPUT | FIELD_REQUIRED,
      .max = PASSWORD_LEN_MAX,
      .help =
          "A first or new password, which the user has to change: at least 12 characters with letters and digits." },
    { "disabled", FIELD_BOOLEAN, U(disabled), .help = "A disabled user is signed out and cannot sign in." },
    { "must_change_password", FIELD_BOOLEAN, U(must_change), FIELD_OUTPUT, .help = "May do nothing else before." },
    { "totp_enabled", FIELD_BOOLEAN, U(totp_enabled), FIELD_OUTPUT,
      .help = "Signing in takes a code of an authenticator app too." },
    { "locked_until", FIELD_TIME, U(locked_until_ms), FIELD_OUTPUT | FIELD_NULLABLE,
      .help = "After too many wrong passwords; null: not locked." },
    { "password_changed_at", FIELD_TIME, U(password_changed_ms), FIELD_OUTPUT, .help = "When the password was set." },
    { "last_signed_in_at", FIELD_TIME, U(last_seen_ms), FIELD_OUTPUT,
      .help = "When the user last signed in, was made or got a password; after 90 days signing in is refused." },
    { "created_at", FIELD_TIME, U(created_ms), FIELD_OUTPUT, .help = "When the user was made." },
    { "version", FIELD_INTEGER, U(version), .min = 0, .max = INT64_MAX,
      .help = "Rises with each change; sent with a change, it must be the current one." },
};

static const struct shape shape = SHAPE("User", struct user_form, fields);

struct query {
    struct page page;
    text name;
};

static const struct field query_fields[] = {
    PAGE_FIELDS(struct query),
    { "name", FIELD_TEXT, offsetof(struct query, name), .max = EMAIL_LEN_MAX, .help = "The user of this name." },
};

static const struct shape query_shape = SHAPE("UserQuery", struct query, query_fields);

struct password_form {
    text current_password, new_password;
};

static const struct field password_fields[] = {
    { "current_password", FIELD_TEXT, offsetof(struct password_form, current_password), FIELD_INPUT | FIELD_REQUIRED,
      .max = PASSWORD_LEN_MAX, .help = "The password so far." },
    { "new_password", FIELD_TEXT, offsetof(struct password_form, new_password), FIELD_INPUT | FIELD_REQUIRED,
      .max = PASSWORD_LEN_MAX, .help = "At least 12 characters with letters and digits, and none of the last four." },
};

static const struct shape password_shape = SHAPE("PasswordChange", struct password_form, password_fields);

/* What the slow step before the queue found out. */
struct prepared {
    char hash[PASSWORD_HASH_LEN]; // of the new password
    bool has_hash;
    struct own_password own;
};

static text prepared_hash(const struct prepared *prepared)
{
    return prepared->has_hash ? text_of(prepared->hash) : TEXT_ABSENT;
}

static status prepare_hash(struct prepared *prepared, text password)
{
    TRY(password_hash(prepared->hash, password));
    prepared->has_hash = true;
    return OK;
}

static void show(struct user_form *form, int64_t now_ms)
{
    form->user.locked_until_ms = form->user.locked_until_ms > now_ms ? form->user.locked_until_ms : 0;
}

static status prepare_create(struct call *call)
{
    const struct user_form *input = call->input;
    struct prepared *prepared = CALL_NEW(call, struct prepared);
    if (prepared == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = prepared;
    TRY(password_judge(&call->faults, "password", input->password));
    return prepare_hash(prepared, input->password);
}

static status create(struct call *call)
{
    struct user_form *form = CALL_NEW(call, struct user_form);
    if (form == NULL) {
        return OUT_OF_MEMORY;
    }
    form->user = ((const struct user_form *)call->input)->user;
    form->user.must_change = true;
    TRY(user_insert(call->work, &form->user, prepared_hash(call->prepared)));
    return reply_one(call, form);
}

static status read_one(struct call *call)
{
    struct user_form *form = CALL_NEW(call, struct user_form);
    if (form == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(user_get(call->work, &form->user, call->path_ids[0]));
    show(form, call->work->now_ms);
    return reply_one(call, form);
}

static status read_list(struct call *call)
{
    const struct query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct user *found;
    const struct user_filter filter = { limit + 1, query->page.after, query->name };
    TRY(user_list(call->work, &found, &count, &filter));
    struct user_form *forms = call_take(call, sizeof *forms * (size_t)(count + 1));
    if (forms == NULL) {
        return OUT_OF_MEMORY;
    }
    for (int i = 0; i < count; i++) {
        forms[i].user = found[i];
        show(&forms[i], call->work->now_ms);
    }
    bool more = count > limit;
    return reply_list(call, forms, sizeof *forms, more ? limit : count, more ? found[limit - 1].id : 0);
}

static status prepare_change(struct call *call)
{
    const struct user_form *input = call->input;
    struct prepared *prepared = CALL_NEW(call, struct prepared);
    if (prepared == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = prepared;
    if (!call_has(call, "password")) {
        return OK;
    }
    // One's own goes by the current one; a session that was left open must not be enough.
    if (call->actor.kind == ACTOR_USER && call->path_ids[0] == call->actor.id) {
        return faults_add_message(&call->faults, TEXT("password"), FORBIDDEN,
                                  "Change your own password at /v1/users/me/password.");
    }
    struct user user;
    TRY(user_get(call->work, &user, call->path_ids[0]));
    TRY(password_judge(&call->faults, "password", input->password));
    TRY(password_judge_history(call->work, "password", call->path_ids[0], input->password));
    return prepare_hash(prepared, input->password);
}

static status change(struct call *call)
{
    struct user_form *form = CALL_NEW(call, struct user_form);
    if (form == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(user_get_locked(call->work, &form->user, call->path_ids[0]));
    form->user.version = 0;
    shape_overlay(&shape, form, call->input, call->present);
    TRY(user_update(call->work, &form->user, prepared_hash(call->prepared)));
    show(form, call->work->now_ms);
    return reply_one(call, form);
}

static status prepare_password(struct call *call)
{
    const struct password_form *input = call->input;
    struct prepared *prepared = CALL_NEW(call, struct prepared);
    if (prepared == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = prepared;
    TRY(own_password_verify(call, &prepared->own, input->current_password));
    TRY(password_judge(&call->faults, "new_password", input->new_password));
    if (!prepared->own.verified) {
        return OK; // the guard counts it
    }
    TRY(password_judge_history(call->work, "new_password", call->actor.id, input->new_password));
    return prepare_hash(prepared, input->new_password);
}

static status guard_password(struct call *call)
{
    const struct prepared *prepared = call->prepared;
    return own_password_judge(call, &prepared->own, "current_password");
}

static status change_password(struct call *call)
{
    const struct prepared *prepared = call->prepared;
    TRY(user_change_password(call->work, call->actor.id, prepared->own.user.version, prepared_hash(prepared),
                             call->session_id));
    return reply_nothing(call);
}

static const struct operation rows[] = {
    { "GET", "/v1/users", READ, MAY_READ_PEOPLE, read_list, .query = &query_shape, .out = &shape, .list = true,
      .id = "user_list", .tag = "People", .help = "List users, newest first." },
    { "POST", "/v1/users", WRITE, MAY_MANAGE_PEOPLE, create, .prepare = prepare_create, .in = &shape, .out = &shape,
      .success = 201, .audit = "user.created", .outcomes = { USER_EXISTS, ROLE_TOO_HIGH, PASSWORD_TOO_WEAK },
      .id = "user_create", .tag = "People", .help = "Make a user, who has to change the password first." },
    { "GET", "/v1/users/{user_id}", READ, MAY_READ_PEOPLE, read_one, .out = &shape, .outcomes = { USER_NOT_FOUND },
      .id = "user_get", .tag = "People", .help = "Read a user." },
    { "PATCH", "/v1/users/{user_id}", WRITE, MAY_MANAGE_PEOPLE, change, .prepare = prepare_change, .in = &shape,
      .patch = true, .out = &shape, .audit = "user.changed",
      .outcomes = { USER_NOT_FOUND, IMMUTABLE_FIELD, VERSION_CONFLICT, ROLE_TOO_HIGH, LAST_OWNER, PASSWORD_TOO_WEAK,
                    PASSWORD_REUSED },
      .id = "user_update", .tag = "People",
      .help = "Give another role or password, disable or enable; this signs the user out." },
    { "POST", "/v1/users/me/password", WRITE, MAY_BE_SIGNED_IN, change_password, .guard = guard_password,
      .prepare = prepare_password, .in = &password_shape, .success = 204, .not_idempotent = true,
      .audit = "user.password_changed", .outcomes = { PASSWORD_TOO_WEAK, PASSWORD_REUSED, VERSION_CONFLICT },
      .id = "user_change_password", .tag = "People", .help = "Change one's own password; one's other sessions end." },
};

const struct operation_table user_operations = OPERATION_TABLE(rows);
