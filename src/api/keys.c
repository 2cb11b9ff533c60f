#include "api/keys.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "api/server.h"
#include "base/limits.h"
#include "crypto/totp.h"
#include "domain/custodian.h"
#include "domain/key.h"
#include "keys/component.h"

_Static_assert(COMPONENT_COUNT_MAX <= (int)CUSTODIAN_COUNT_MAX, "a custodian for each component");

/* What a key is. */

// The fields of a struct key at `base`, of names that begin with `prefix`.
#define KEY_FIELDS(prefix, base)                                                                                       \
    { prefix "id", FIELD_ID, (base) + offsetof(struct key, id), .id_prefix = "ckey", .help = "The key's id." },        \
        { prefix "use", FIELD_ENUM, (base) + offsetof(struct key, use), .names = key_use_names,                        \
          .help = "payment: made or brought by people; all others guard Cardwright's own data." },                     \
        { prefix "name", FIELD_TEXT, (base) + offsetof(struct key, name),                                              \
          .help = "Its name; of one of Cardwright's own its use." },                                                   \
        { prefix "version", FIELD_INTEGER, (base) + offsetof(struct key, version),                                     \
          .help = "Versions of a name follow each other; the newest that is active is used." },                        \
        { prefix "usage", FIELD_TEXT, (base) + offsetof(struct key, usage), FIELD_NULLABLE,                            \
          .help = "What it may be used for: the code of X9.143, table 2." },                                           \
        { prefix "usage_name", FIELD_TEXT, (base) + offsetof(struct key, usage_name), FIELD_NULLABLE,                  \
          .help = "The same in words." },                                                                              \
        { prefix "algorithm", FIELD_TEXT, (base) + offsetof(struct key, algorithm), FIELD_NULLABLE,                    \
          .help = "The code of X9.143, table 3: T or A." },                                                            \
        { prefix "algorithm_name", FIELD_TEXT, (base) + offsetof(struct key, algorithm_name), FIELD_NULLABLE,          \
          .help = "The same in words." },                                                                              \
        { prefix "mode", FIELD_TEXT, (base) + offsetof(struct key, mode), FIELD_NULLABLE,                              \
          .help = "What it may do within its usage: the code of X9.143, table 4." },                                   \
        { prefix "mode_name", FIELD_TEXT, (base) + offsetof(struct key, mode_name), FIELD_NULLABLE,                    \
          .help = "The same in words." },                                                                              \
        { prefix "exportability", FIELD_TEXT, (base) + offsetof(struct key, exportability), FIELD_NULLABLE,            \
          .help = "Whether it may leave in a key block: the code of X9.143, table 6; N: it may not." },                \
        { prefix "check_method", FIELD_TEXT, (base) + offsetof(struct key, check_method), FIELD_NULLABLE,              \
          .help = "How the check value is computed: tdes_ecb or aes_cmac; null for Cardwright's own." },               \
        { prefix "check_value", FIELD_TEXT, (base) + offsetof(struct key, check_value),                                \
          .help = "By which two people, or two systems, see that they hold the same key." },                           \
        { prefix "test", FIELD_BOOLEAN, (base) + offsetof(struct key, test),                                           \
          .help = "It must not guard anything real." },                                                                \
        { prefix "imported", FIELD_BOOLEAN, (base) + offsetof(struct key, brought),                                    \
          .help = "It was made elsewhere and brought here." },                                                         \
        { prefix "state", FIELD_ENUM, (base) + offsetof(struct key, state), .names = key_state_names,                  \
          .help = "waiting: active in some seconds; retired: it only decrypts and verifies." },                        \
        { prefix "created_at", FIELD_TIME, (base) + offsetof(struct key, created_ms),                                  \
          .help = "When it was made, or brought here." },                                                              \
        { prefix "created_by", FIELD_TEXT, (base) + offsetof(struct key, created_by), FIELD_NULLABLE,                  \
          .help = "The custodians, or who made the series." },                                                         \
        { prefix "activated_at", FIELD_TIME, (base) + offsetof(struct key, activated_ms), FIELD_NULLABLE,              \
          .help = "From when on it is used." },                                                                        \
        { prefix "retired_at", FIELD_TIME, (base) + offsetof(struct key, retired_ms), FIELD_NULLABLE,                  \
          .help = "From when on it only decrypts and verifies: when its successor becomes active." },                  \
        { prefix "destroyed_at", FIELD_TIME, (base) + offsetof(struct key, destroyed_ms), FIELD_NULLABLE,              \
          .help = "When it was destroyed; what is said of it here is all that is left." },                             \
        { prefix "job_id", FIELD_ID,           (base) + offsetof(struct key, job_id),                                  \
          FIELD_NULLABLE,  .id_prefix = "job", .help = "The job that brings to it what older versions protect." },     \
    {                                                                                                                  \
        prefix "series_id", FIELD_ID, (base) + offsetof(struct key, series_id), FIELD_NULLABLE,                        \
            .id_prefix = "series", .help = "Whose numbers it makes."                                                   \
    }

static const struct field key_fields[] = { KEY_FIELDS("", 0) };

static const struct shape key_shape = SHAPE("Key", struct key, key_fields);

/* The key is first: what replies with the key alone replies with this too. */
struct key_reply {
    struct key key;
    text block, format;
};

static const struct field exported_fields[] = {
    KEY_FIELDS("key.", offsetof(struct key_reply, key)),
    { "block", FIELD_TEXT, offsetof(struct key_reply, block),
      .help = "The key block (X9.143): the key, wrapped under the transport key." },
    { "format", FIELD_TEXT, offsetof(struct key_reply, format),
      .help = "Its version: B under a triple DES key, D under an AES key." },
};

static const struct shape exported_shape = SHAPE("KeyExported", struct key_reply, exported_fields);

struct key_query {
    struct page page;
    text name;
    int use, state;
};

static const struct field query_fields[] = {
    PAGE_FIELDS(struct key_query),
    { "name", FIELD_TEXT, offsetof(struct key_query, name), .max = KEY_NAME_LEN_MAX,
      .help = "Only keys of this name." },
    { "use", FIELD_ENUM, offsetof(struct key_query, use), .names = key_use_names, .help = "Only keys of this use." },
    { "state", FIELD_ENUM, offsetof(struct key_query, state), .names = key_state_names,
      .help = "Only keys that are in this state now." },
};

static const struct shape query_shape = SHAPE("KeyQuery", struct key_query, query_fields);

/* What is asked of custodians. */

struct custodian_form {
    text name, password, totp;
};

/* One struct for all that custodians do; each shape has the fields that it takes. */
struct custody_input {
    struct custodian_form custodians[CUSTODIAN_COUNT_MAX];
    text components[COMPONENT_COUNT_MAX];
    struct key_wish wish;
    int64_t transport_key_id;
    text block;
};

#define C(member) offsetof(struct custody_input, member)

#define CUSTODIAN_FIELDS(number, index, needed)                                                                        \
    { "custodian_" number,                                                                                             \
      FIELD_TEXT,                                                                                                      \
      C(custodians[index].name),                                                                                       \
      FIELD_INPUT | (needed),                                                                                          \
      .min = 1,                                                                                                        \
      .max = EMAIL_LEN_MAX,                                                                                            \
      .help = "The name of a custodian: a user who may hold keys." },                                                  \
        { "password_" number,                                                                                          \
          FIELD_TEXT,                                                                                                  \
          C(custodians[index].password),                                                                               \
          FIELD_INPUT | FIELD_SECRET | (needed),                                                                       \
          .min = 1,                                                                                                    \
          .max = PASSWORD_LEN_MAX,                                                                                     \
          .help = "His or her password, which has been changed since it was given." },                                 \
    {                                                                                                                  \
        "totp_" number, FIELD_TEXT, C(custodians[index].totp), FIELD_INPUT | FIELD_SECRET,                             \
            .min = TOTP_DIGITS, .max = TOTP_DIGITS, .form = FORM_DIGITS,                                               \
            .help = "The code that his or her authenticator app shows now, if there is one."                           \
    }

// The second one's fields are always taken: how many are demanded is for the guard to say.
#define TWO_CUSTODIANS CUSTODIAN_FIELDS("1", 0, FIELD_REQUIRED), CUSTODIAN_FIELDS("2", 1, 0)

#define COMPONENT_FIELD(number, index, needed)                                                                         \
    {                                                                                                                  \
        "component_" number, FIELD_TEXT, C(components[index]), FIELD_INPUT | FIELD_SECRET | (needed),                  \
            .min = 1, .max = COMPONENT_TEXT_LEN_MAX,                                                                   \
            .help = "The component of this custodian: hex digits, with spaces and '-' between them as one likes."      \
    }

#define NAME_FIELD                                                                                                     \
    {                                                                                                                  \
        "name", FIELD_TEXT, C(wish.name), FIELD_INPUT | FIELD_REQUIRED,                                                \
            .min = 1, .max = KEY_NAME_LEN_MAX,                                                                         \
            .help =                                                                                                    \
                "Small letters, digits, '-', '_' and '.'. A name that is there with the same kind of key gets its "    \
                "next version."                                                                                        \
    }

#define TEST_FIELD                                                                                                     \
    {                                                                                                                  \
        "test", FIELD_BOOLEAN, C(wish.test), FIELD_INPUT,                                                              \
            .help = "Mark it as a test key: it is refused wherever an installation is not for testing."                \
    }

#define KIND_FIELDS                                                                                                    \
    { "usage",                                                                                                         \
      FIELD_TEXT,                                                                                                      \
      C(wish.usage),                                                                                                   \
      FIELD_INPUT | FIELD_REQUIRED,                                                                                    \
      .min = 2,                                                                                                        \
      .max = 2,                                                                                                        \
      .help = "The code of X9.143, table 2: C0 card verification, K1 key block protection, ..." },                     \
        { "algorithm",                                                                                                 \
          FIELD_TEXT,                                                                                                  \
          C(wish.algorithm),                                                                                           \
          FIELD_INPUT | FIELD_REQUIRED,                                                                                \
          .min = 1,                                                                                                    \
          .max = 1,                                                                                                    \
          .help = "T: triple DES; A: AES." },                                                                          \
        { "mode",                                                                                                      \
          FIELD_TEXT,                                                                                                  \
          C(wish.mode),                                                                                                \
          FIELD_INPUT,                                                                                                 \
          .min = 1,                                                                                                    \
          .max = 1,                                                                                                    \
          .help = "The code of X9.143, table 4; N, all that the usage allows, when it is left out." },                 \
        { "exportability",                                                                                             \
          FIELD_TEXT,                                                                                                  \
          C(wish.exportability),                                                                                       \
          FIELD_INPUT,                                                                                                 \
          .min = 1,                                                                                                    \
          .max = 1,                                                                                                    \
          .help = "E or S: it may leave in a key block; N: it may not, also when this is left out." },                 \
    {                                                                                                                  \
        "length", FIELD_INTEGER, C(wish.length), FIELD_INPUT | FIELD_REQUIRED,                                         \
            .min = 16, .max = COMPONENT_LEN_MAX, .help = "Bytes: 16 or 24 of triple DES; 16, 24 or 32 of AES."         \
    }

#define TRANSPORT_FIELD                                                                                                \
    {                                                                                                                  \
        "transport_key_id", FIELD_ID, C(transport_key_id), FIELD_INPUT | FIELD_REQUIRED,                               \
            .id_prefix = "ckey", .help = "The key that the block is wrapped under: a payment key of usage K1."         \
    }

#define CUSTODY_SHAPE(shape_name, table) SHAPE(shape_name, struct custody_input, table)

static const struct field plain_fields[] = { TWO_CUSTODIANS };
static const struct shape plain_shape = CUSTODY_SHAPE("KeyCustodians", plain_fields);

static const struct field wish_fields[] = { NAME_FIELD, KIND_FIELDS, TEST_FIELD, TWO_CUSTODIANS };
static const struct shape wish_shape = CUSTODY_SHAPE("KeyWish", wish_fields);

static const struct field block_fields[] = {
    NAME_FIELD,
    TRANSPORT_FIELD,
    { "block", FIELD_TEXT, C(block), FIELD_INPUT | FIELD_REQUIRED, .min = 16, .max = KEY_BLOCK_ANY_LEN_MAX,
      .help = "A key block of X9.143 (TR-31), of version A, B, C, D or E." },
    TEST_FIELD,
    TWO_CUSTODIANS,
};
static const struct shape block_shape = CUSTODY_SHAPE("KeyBlock", block_fields);

static const struct field component_fields[] = {
    NAME_FIELD,
    KIND_FIELDS,
    TEST_FIELD,
    CUSTODIAN_FIELDS("1", 0, FIELD_REQUIRED),
    COMPONENT_FIELD("1", 0, FIELD_REQUIRED),
    CUSTODIAN_FIELDS("2", 1, FIELD_REQUIRED),
    COMPONENT_FIELD("2", 1, FIELD_REQUIRED),
    CUSTODIAN_FIELDS("3", 2, 0),
    COMPONENT_FIELD("3", 2, 0),
    CUSTODIAN_FIELDS("4", 3, 0),
    COMPONENT_FIELD("4", 3, 0),
};
static const struct shape component_shape = CUSTODY_SHAPE("KeyComponents", component_fields);

static const struct field transport_fields[] = { TRANSPORT_FIELD, TWO_CUSTODIANS };
static const struct shape transport_shape = CUSTODY_SHAPE("KeyTransport", transport_fields);

/* Reading. */

static status read_one(struct call *call)
{
    struct key *key = CALL_NEW(call, struct key);
    if (key == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(key_get(call->work, key, call->path_ids[0]));
    return reply_one(call, key);
}

static status read_list(struct call *call)
{
    const struct key_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct key *found;
    const struct key_filter filter = { limit + 1, query->page.after, query->name, query->use, query->state };
    TRY(key_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

/* What custodians do: each as a rule of its own, which run() finds by the operation's id. */

static status generate(struct call *call, struct key_reply *reply)
{
    const struct custody_input *input = call->input;
    return key_generate(call->work, &reply->key, &input->wish);
}

static status import_block(struct call *call, struct key_reply *reply)
{
    const struct custody_input *input = call->input;
    return key_import_block(call->work, &reply->key, &input->wish, input->transport_key_id, input->block);
}

static status refuse_component(struct call *call, int index)
{
    char field[16] = "component_1";
    field[sizeof "component_" - 1] = (char)('1' + index);
    return call_fault(call, field, COMPONENT_INVALID);
}

static status join(struct call *call, struct secret *out, const struct custody_input *input)
{
    struct secret parts[COMPONENT_COUNT_MAX] = { { 0 } };
    int count = 0;
    status result = OK;
    *out = (struct secret){ 0 };
    for (int i = 0; i < COMPONENT_COUNT_MAX && text_present(input->components[i]); i++, count++) {
        status parsed = component_parse(&parts[i], input->components[i], (size_t)input->wish.length);
        if (parsed == COMPONENT_INVALID) {
            refuse_component(call, i);
        }
        result = result == OK ? parsed : result;
    }
    if (result == OK) {
        result = components_join(out, parts, count);
    }
    for (int i = 0; i < count; i++) {
        secret_release(&parts[i]);
    }
    return result;
}

static status import_components(struct call *call, struct key_reply *reply)
{
    const struct custody_input *input = call->input;
    struct secret joined;
    TRY(join(call, &joined, input));
    status result = key_import(call->work, &reply->key, &input->wish, &joined);
    secret_release(&joined);
    return result;
}

static status export_block(struct call *call, struct key_reply *reply)
{
    const struct custody_input *input = call->input;
    TRY(key_export(call->work, &reply->key, call->path_ids[0], input->transport_key_id, &reply->block));
    reply->format = text_slice(reply->block, 0, 1);
    return OK;
}

static status rotate(struct call *call, struct key_reply *reply)
{
    return key_rotate(call->work, &reply->key, call->path_ids[0]);
}

static status retire(struct call *call, struct key_reply *reply)
{
    return key_retire(call->work, &reply->key, call->path_ids[0]);
}

static status destroy(struct call *call, struct key_reply *reply)
{
    return key_destroy(call->work, &reply->key, call->path_ids[0]);
}

static const struct custody_rule {
    const char *operation_id;
    status (*run)(struct call *call, struct key_reply *reply);
    int people;      // how many are demanded while dual control is on; else one
    bool components; // each brings one, so that dual control is never off
} custody_rules[] = {
    { "key_generate", generate, 2, false },
    { "key_import", import_block, 2, false },
    { "key_import_components", import_components, COMPONENT_COUNT_MIN, true },
    { "key_export", export_block, 2, false },
    { "key_rotate", rotate, 1, false },
    { "key_retire", retire, 1, false },
    { "key_destroy", destroy, 2, false },
};

static const struct custody_rule *rule_of(const char *operation_id)
{
    for (size_t i = 0; i < sizeof custody_rules / sizeof custody_rules[0]; i++) {
        if (strcmp(custody_rules[i].operation_id, operation_id) == 0) {
            return &custody_rules[i];
        }
    }
    assert(!"every operation of custodians has a rule");
    return NULL;
}

int key_custodians_demanded(const char *operation_id, bool dual_control)
{
    const struct custody_rule *rule = rule_of(operation_id);
    return dual_control || rule->components ? rule->people : 1;
}

/* What the slow step before the queue found out. */
struct custody {
    const struct custody_rule *rule;
    struct custodian list[CUSTODIAN_COUNT_MAX];
    int count;
    text names;
};

// A custodian is given whole and none is left out between two, and so it is with their components.
static status judge_form(struct call *call, const struct custody_rule *rule, int *count)
{
    static const char *const members[] = { "custodian", "password", "component" };
    const struct custody_input *input = call->input;
    int last = 0;
    for (int i = 0; i < CUSTODIAN_COUNT_MAX; i++) {
        const struct custodian_form *form = &input->custodians[i];
        bool any = text_present(form->name) || text_present(form->password) || text_present(form->totp) ||
                   text_present(input->components[i]);
        last = any ? i + 1 : last;
    }
    for (int i = 0; i < last; i++) {
        const text values[] = { input->custodians[i].name, input->custodians[i].password, input->components[i] };
        for (int m = 0; m < (rule->components ? 3 : 2); m++) {
            char field[32];
            snprintf(field, sizeof field, "%s_%d", members[m], i + 1);
            if (!text_present(values[m])) {
                call_fault(call, field, REQUIRED);
            }
        }
    }
    *count = last;
    return call->faults.count == 0 ? OK : INVALID_INPUT;
}

static status prepare(struct call *call)
{
    const struct custody_input *input = call->input;
    struct custody *custody = CALL_NEW(call, struct custody);
    if (custody == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = custody;
    custody->rule = rule_of(call->operation->id);
    TRY(judge_form(call, custody->rule, &custody->count));
    for (int i = 0; i < custody->count; i++) {
        const struct custodian_form *form = &input->custodians[i];
        struct custodian *custodian = &custody->list[i];
        TRY(custodian_find(call->work, custodian, form->name, form->password));
        custodian->totp = form->totp;
        text name = custodian->user.name;
        custody->names = i == 0 ? name
                                : arena_print(call->exchange->arena, TEXT_FMT ", " TEXT_FMT, TEXT_ARG(custody->names),
                                              TEXT_ARG(name));
    }
    return OK;
}

static status guard(struct call *call)
{
    const struct custody *custody = call->prepared;
    int demanded = key_custodians_demanded(custody->rule->operation_id, call->server->dual_control);
    return custodians_judge(call->work, custody->list, custody->count, demanded);
}

static void fill_gaps(struct key_wish *wish)
{
    if (!text_present(wish->mode)) {
        wish->mode = TEXT("N");
    }
    if (!text_present(wish->exportability)) {
        wish->exportability = TEXT("N");
    }
}

// Whatever was done was done by the custodians: the key's row names them, and the record of the machine's call does too.
static status run(struct call *call)
{
    const struct custody *custody = call->prepared;
    struct work *work = call->work;
    const struct actor *machine = work->actor;
    struct actor people = *machine;
    struct key_reply *reply = CALL_NEW(call, struct key_reply);
    if (reply == NULL) {
        return OUT_OF_MEMORY;
    }
    fill_gaps(&((struct custody_input *)call->input)->wish);
    people.name = custody->names;
    work->actor = &people;
    work->subject_id = 0;
    work->subject_type = work->detail = TEXT_ABSENT; // of the guard
    status result = custody->rule->run(call, reply);
    work->actor = machine;
    work_detail_text(work, "custodians", custody->names);
    return result == OK ? reply_one(call, reply) : result;
}

#define CUSTODIANS_OUTCOMES SIGN_IN_FAILED, TOTP_REQUIRED, TOTP_WRONG, CUSTODIAN_REFUSED, SECOND_CUSTODIAN_NEEDED

// clang-format off
#define CUSTODY                                                                                                        \
    WRITE, MAY_HOLD_KEYS, run, .guard = guard, .prepare = prepare, .not_idempotent = true, .local_only = true,         \
    .tag = "Keys"
// clang-format on

static const struct operation rows[] = {
    { "GET", "/v1/keys", READ, MAY_READ_KEYS, read_list, .query = &query_shape, .out = &key_shape, .list = true,
      .id = "key_list", .tag = "Keys", .help = "List keys, newest first: what may be known of them, never the keys." },
    { "GET", "/v1/keys/{ckey_id}", READ, MAY_READ_KEYS, read_one, .out = &key_shape, .outcomes = { KEY_NOT_FOUND },
      .id = "key_get", .tag = "Keys", .help = "Read what may be known of a key." },
    { "POST", "/v1/keys", CUSTODY, .in = &wish_shape, .out = &key_shape, .success = 201, .audit = "key.generated",
      .event = "key.generated", .outcomes = { CUSTODIANS_OUTCOMES, KEY_EXISTS, KEY_VERSIONS_USED_UP, KEY_IS_TEST },
      .id = "key_generate", .help = "Make a payment key, or the next version of one. Two custodians." },
    { "POST", "/v1/keys/import", CUSTODY, .in = &block_shape, .out = &key_shape, .success = 201,
      .audit = "key.imported", .event = "key.imported",
      .outcomes = { CUSTODIANS_OUTCOMES, KEY_BLOCK_INVALID, KEY_WEAK, KEY_EXISTS, KEY_VERSIONS_USED_UP, KEY_IS_TEST,
                    KEY_NOT_FOUND, KEY_WRONG_USE, KEY_DESTROYED },
      .id = "key_import",
      .help =
          "Bring a key in a key block. A retired transport key still opens what was sent under it. Two custodians." },
    { "POST", "/v1/keys/import-components", CUSTODY, .in = &component_shape, .out = &key_shape, .success = 201,
      .audit = "key.imported", .event = "key.imported",
      .outcomes = { CUSTODIANS_OUTCOMES, COMPONENT_INVALID, KEY_WEAK, KEY_EXISTS, KEY_VERSIONS_USED_UP, KEY_IS_TEST },
      .id = "key_import_components",
      .help =
          "Bring a key in two to four components, each by a custodian of its own; the key is the exclusive or of them." },
    { "POST", "/v1/keys/{ckey_id}/export", CUSTODY, .in = &transport_shape, .out = &exported_shape,
      .audit = "key.exported",
      .outcomes = { CUSTODIANS_OUTCOMES, KEY_NOT_FOUND, KEY_NOT_EXPORTABLE, KEY_CARRIER_WEAK, KEY_WRONG_USE,
                    KEY_RETIRED, KEY_DESTROYED, KEY_IS_TEST },
      .id = "key_export", .help = "Give out a key in a key block, under a transport key. Two custodians." },
    { "POST", "/v1/keys/{ckey_id}/rotate", CUSTODY, .in = &plain_shape, .out = &key_shape, .success = 201,
      .audit = "key.rotated", .event = "key.rotated",
      .outcomes = { CUSTODIANS_OUTCOMES, KEY_NOT_FOUND, KEY_NOT_ROTATABLE, KEY_ROTATING, KEY_RETIRED,
                    KEY_VERSIONS_USED_UP },
      .id = "key_rotate",
      .help =
          "Make the next version of a key, active in some seconds; what is stored under older ones is rewritten by a job. "
          "One custodian." },
    { "POST", "/v1/keys/{ckey_id}/retire", CUSTODY, .in = &plain_shape, .out = &key_shape, .audit = "key.retired",
      .event = "key.retired",
      .outcomes = { CUSTODIANS_OUTCOMES, KEY_NOT_FOUND, KEY_OF_THE_HOUSE, KEY_RETIRED, KEY_DESTROYED },
      .id = "key_retire", .help = "Retire a payment key: it only decrypts and verifies. One custodian." },
    { "POST", "/v1/keys/{ckey_id}/destroy", CUSTODY, .in = &plain_shape, .out = &key_shape, .audit = "key.destroyed",
      .event = "key.destroyed",
      .outcomes = { CUSTODIANS_OUTCOMES, KEY_NOT_FOUND, KEY_STILL_ACTIVE, KEY_IN_USE, KEY_DESTROYED },
      .id = "key_destroy", .help = "Destroy a retired key for good. Two custodians." },
};

const struct operation_table key_operations = OPERATION_TABLE(rows);
