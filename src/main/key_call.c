#include "main/key_call.h"

#include <stdio.h>
#include <string.h>

#include "api/keys.h"
#include "crypto/totp.h"
#include "domain/custodian.h"
#include "keys/key_record.h"
#include "main/custodian_dialog.h"

enum { PATH_LEN_MAX = 256, NAME_ROOM = KEY_NAME_LEN_MAX + 1 };

/* Calling. */

static void forget_reply(struct key_call *call)
{
    yyjson_doc_free(call->document);
    call->document = NULL;
    call->reply = NULL;
}

static status open_call(struct key_call *call, const struct config *config)
{
    *call = (struct key_call){ .config = config, .arena = arena_new(REQUEST_ARENA_LEN_MAX) };
    buffer_init(&call->body, REQUEST_BODY_LEN_MAX);
    return call->arena == NULL ? OUT_OF_MEMORY : local_door_open(&call->door, config, stderr);
}

int key_call_run(const struct config *config, const struct arguments *arguments,
                 status (*act)(struct key_call *call, const struct arguments *arguments))
{
    struct key_call call;
    status result = open_call(&call, config);
    if (result == OK) {
        result = act(&call, arguments);
    }
    forget_reply(&call);
    local_door_close(call.door);
    buffer_release(&call.body);
    arena_free(call.arena);
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}

static status send(struct key_call *call, const char *method, const char *path, text body)
{
    text reply;
    forget_reply(call);
    arena_reset(call->arena);
    TRY(local_call(call->door, method, path, body, call->arena, &reply, stderr));
    call->document = yyjson_read(reply.at, reply.len, 0);
    call->reply = yyjson_doc_get_root(call->document);
    if (call->reply == NULL) {
        fprintf(stderr, "cardwright: the server's answer is not understood\n");
        return SYSTEM_FAULT;
    }
    return OK;
}

status key_call_get(struct key_call *call, const char *path)
{
    return send(call, "GET", path, TEXT_ABSENT);
}

/* The body. */

void key_call_begin(struct key_call *call)
{
    buffer_clear(&call->body);
    buffer_append_text(&call->body, TEXT("{"));
}

static void append_name(struct key_call *call, const char *name)
{
    buffer_append_text(&call->body, call->body.len > 1 ? TEXT(",") : TEXT(""));
    json_write_text(&call->body, text_of(name));
    buffer_append_text(&call->body, TEXT(":"));
}

void key_call_text(struct key_call *call, const char *name, text value)
{
    if (text_present(value)) {
        append_name(call, name);
        json_write_text(&call->body, value);
    }
}

void key_call_integer(struct key_call *call, const char *name, int64_t value)
{
    append_name(call, name);
    buffer_print(&call->body, "%lld", (long long)value);
}

void key_call_true(struct key_call *call, const char *name)
{
    append_name(call, name);
    buffer_append_text(&call->body, TEXT("true"));
}

status key_call_post(struct key_call *call, const char *path)
{
    buffer_append_text(&call->body, TEXT("}"));
    status result = TOO_LONG;
    if (call->body.failed) {
        fprintf(stderr, "cardwright: what was entered is too long\n");
    } else {
        result = send(call, "POST", path, buffer_text(&call->body));
    }
    buffer_release(&call->body);
    return result;
}

/* The custodians. */

static status append_secret(struct key_call *call, const char *member, int number, const struct secret *typed)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%d", member, number);
    if (!text_is_utf8(secret_text(typed))) {
        terminal_say("cardwright: that is no UTF-8; nothing was done\n");
        return BAD_FORMAT;
    }
    key_call_text(call, name, secret_text(typed));
    return OK;
}

static status ask_part(struct key_call *call, int number, const struct custody_demand *demand)
{
    struct secret typed = { 0 };
    if (demand->parts == 0) {
        return OK;
    }
    status result = ask_component(&typed, COMPONENT_QUESTION, demand->len, demand->method);
    if (result == OK) {
        result = append_secret(call, "component", number, &typed);
    }
    secret_release(&typed);
    return result;
}

static status ask_one(struct key_call *call, int number, int count, const struct custody_demand *demand,
                      struct custodian_answer *answer)
{
    char name[32];
    TRY(ask_custodian(answer, number, count));
    if (!text_is_utf8(text_of(answer->name))) {
        return BAD_FORMAT;
    }
    snprintf(name, sizeof name, "custodian_%d", number);
    key_call_text(call, name, text_of(answer->name));
    TRY(append_secret(call, "password", number, &answer->password));
    return ask_part(call, number, demand);
}

// At the end: a code is good for a minute, and the typing of components takes longer.
static status ask_code(struct key_call *call, int number, const char *who)
{
    char question[EMAIL_LEN_MAX + 80], code[TOTP_DIGITS + 1], name[32];
    snprintf(question, sizeof question, "%.*s: code of the authenticator app (Enter: none): ", EMAIL_LEN_MAX, who);
    snprintf(name, sizeof name, "totp_%d", number);
    TRY(ask_totp(code, question));
    key_call_text(call, name, code[0] != '\0' ? text_of(code) : TEXT_ABSENT);
    return OK;
}

static status ask_all(struct key_call *call, int count, const struct custody_demand *demand,
                      struct custodian_answer answers[CUSTODIAN_COUNT_MAX])
{
    for (int i = 0; i < count; i++) {
        TRY(ask_one(call, i + 1, count, demand, &answers[i]));
    }
    for (int i = 0; i < count; i++) {
        TRY(ask_code(call, i + 1, answers[i].name));
    }
    return OK;
}

status key_call_ask(struct key_call *call, const struct custody_demand *demand)
{
    struct custodian_answer answers[CUSTODIAN_COUNT_MAX] = { { .name = "" } };
    TRY(key_call_get(call, "/v1/keys?limit=1")); // does it answer at all, before anybody types?
    int demanded = key_custodians_demanded(demand->operation_id, call->config->dual_control != 0);
    status result = ask_all(call, demand->parts > 0 ? demand->parts : demanded, demand, answers);
    for (int i = 0; i < CUSTODIAN_COUNT_MAX; i++) {
        custodian_answer_release(&answers[i]);
    }
    if (result != OK) {
        terminal_say("cardwright: %s; nothing was done\n",
                     result == NOT_FOUND ? "nothing was entered" : status_title(result));
    }
    return result;
}

/* Finding. */

static bool may_be_a_name(const char *name)
{
    enum key_use use;
    return key_name_is_valid(text_of(name)) || key_use_parse(&use, text_of(name));
}

static bool suits(yyjson_val *key, int64_t version, const char *state)
{
    return (version == 0 || yyjson_get_sint(yyjson_obj_get(key, "version")) == version) &&
           (state == NULL || strcmp(key_string(key, "state"), state) == 0);
}

// The list is newest first, and a name has at most 99 versions.
static yyjson_val *pick(yyjson_val *list, int64_t version, const char *state)
{
    yyjson_val *key;
    size_t i, count;
    yyjson_arr_foreach(list, i, count, key)
    {
        if (suits(key, version, state)) {
            return key;
        }
    }
    return NULL;
}

static status find(struct key_call *call, struct found_key *out, const char *name, int64_t version, const char *state)
{
    char path[PATH_LEN_MAX];
    if (!may_be_a_name(name)) {
        fprintf(stderr, "cardwright: %s is no key's name: small letters, digits, '-', '_' and '.'\n", name);
        return BAD_FORMAT;
    }
    snprintf(path, sizeof path, "/v1/keys?limit=200&name=%s", name);
    TRY(key_call_get(call, path));
    yyjson_val *list = yyjson_obj_get(call->reply, "data"), *key = pick(list, version, state);
    if (key == NULL && state != NULL) {
        key = pick(list, version, NULL);
    }
    if (key == NULL && yyjson_arr_size(list) > 0) {
        fprintf(stderr, "cardwright: the key %s has no version %lld\n", name, (long long)version);
        return KEY_NOT_FOUND;
    }
    if (key == NULL) {
        fprintf(stderr, "cardwright: there is no key %s; `cardwright keys list` shows which there are\n", name);
        return KEY_NOT_FOUND;
    }
    snprintf(out->id, sizeof out->id, "%s", key_string(key, "id"));
    out->version = yyjson_get_sint(yyjson_obj_get(key, "version"));
    return OK;
}

static status read_version(int64_t *out, const char *version)
{
    if (!text_to_int64(text_of(version), out) || *out < 1 || *out > KEY_VERSION_MAX) {
        fprintf(stderr, "cardwright: a version is a number from 1 to %d\n", KEY_VERSION_MAX);
        return OUT_OF_RANGE;
    }
    return OK;
}

status key_call_find(struct key_call *call, struct found_key *out, const char *name, const char *state)
{
    char bare[NAME_ROOM];
    const char *colon = strchr(name, ':');
    int64_t version = 0;
    if (colon == NULL || (size_t)(colon - name) >= sizeof bare) {
        return find(call, out, name, 0, state);
    }
    TRY(read_version(&version, colon + 1));
    snprintf(bare, sizeof bare, "%.*s", (int)(colon - name), name);
    return find(call, out, bare, version, NULL);
}

status key_call_find_version(struct key_call *call, struct found_key *out, const char *name, const char *version)
{
    int64_t number = 0;
    if (version == NULL) {
        return key_call_find(call, out, name, NULL);
    }
    TRY(read_version(&number, version));
    return find(call, out, name, number, NULL);
}

/* Saying. */

const char *key_string(yyjson_val *object, const char *name)
{
    const char *string = yyjson_get_str(yyjson_obj_get(object, name));
    return string != NULL ? string : "";
}

const char *digits_grouped(char out[DIGITS_GROUPED_LEN], int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)number), at = 0;
    for (int i = 0; i < len; i++) {
        out[at++] = digits[i];
        bool group = digits[i] != '-' && i + 1 < len && (len - 1 - i) % 3 == 0;
        if (group) {
            out[at++] = ',';
        }
    }
    out[at] = '\0';
    return out;
}

void key_print_line(FILE *out, yyjson_val *key)
{
    const char *state = key_string(key, "state");
    fprintf(out, "%s, version %lld: %s %s, %s; check value %s%s\n", key_string(key, "name"),
            (long long)yyjson_get_sint(yyjson_obj_get(key, "version")), key_string(key, "usage"),
            key_string(key, "usage_name"), key_string(key, "algorithm_name"), key_string(key, "check_value"),
            yyjson_get_bool(yyjson_obj_get(key, "test")) ? "; a test key" : "");
    if (strcmp(state, "waiting") == 0) {
        fprintf(out, "It is used from %s on.\n", key_string(key, "activated_at"));
    }
}
