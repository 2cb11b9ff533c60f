#include "api/api_keys.h"

#include "base/limits.h"
#include "domain/api_key.h"

#define K(member) offsetof(struct api_key, member)

static const struct field fields[] = {
    { "id", FIELD_ID, K(id), FIELD_OUTPUT, .id_prefix = "key", .help = "The key's id." },
    { "name", FIELD_TEXT, K(name), FIELD_REQUIRED, .min = 1, .max = NAME_LEN_MAX, .form = FORM_LINE,
      .help = "Who or what uses it." },
    { "role", FIELD_ENUM, K(role), FIELD_REQUIRED, .names = role_names,
      .help = "What it may do; no more than who makes it." },
    { "expires_at", FIELD_TIME, K(expires_ms), FIELD_NULLABLE, .help = "From then on it lets nobody in; null: never." },
    { "prefix", FIELD_TEXT, K(prefix), FIELD_OUTPUT, .help = "How the key begins, to tell keys apart." },
    { "key", FIELD_TEXT, K(token), FIELD_OUTPUT | FIELD_SECRET,
      .help = "The key itself, in the answer that makes it and never again." },
    { "created_at", FIELD_TIME, K(created_ms), FIELD_OUTPUT, .help = "When it was made." },
    { "revoked_at", FIELD_TIME, K(revoked_ms), FIELD_OUTPUT | FIELD_NULLABLE,
      .help = "When it was revoked; null: it was not." },
};

static const struct shape shape = SHAPE("ApiKey", struct api_key, fields);

struct query {
    struct page page;
};

static const struct field query_fields[] = { PAGE_FIELDS(struct query) };
static const struct shape query_shape = SHAPE("ApiKeyQuery", struct query, query_fields);

static status create(struct call *call)
{
    struct api_key *key = CALL_NEW(call, struct api_key);
    if (key == NULL) {
        return OUT_OF_MEMORY;
    }
    *key = *(const struct api_key *)call->input;
    TRY(api_key_create(call->work, key));
    return reply_one(call, key);
}

static status read_list(struct call *call)
{
    const struct query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct api_key *found;
    const struct api_key_filter filter = { limit + 1, query->page.after };
    TRY(api_key_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status revoke(struct call *call)
{
    TRY(api_key_revoke(call->work, call->path_ids[0]));
    return reply_nothing(call);
}

static const struct operation rows[] = {
    { "GET", "/v1/api-keys", READ, MAY_READ_PEOPLE, read_list, .query = &query_shape, .out = &shape, .list = true,
      .id = "api_key_list", .tag = "People", .help = "List API keys, newest first." },
    { "POST", "/v1/api-keys", WRITE, MAY_MANAGE_PEOPLE, create, .in = &shape, .out = &shape, .success = 201,
      .audit = "api_key.created", .outcomes = { ROLE_TOO_HIGH, OUT_OF_RANGE }, .id = "api_key_create", .tag = "People",
      .help = "Make an API key. It is shown once." },
    { "DELETE", "/v1/api-keys/{key_id}", WRITE, MAY_MANAGE_PEOPLE, revoke, .success = 204, .audit = "api_key.revoked",
      .outcomes = { API_KEY_NOT_FOUND }, .id = "api_key_revoke", .tag = "People",
      .help = "Revoke an API key, for good and at once." },
};

const struct operation_table api_key_operations = OPERATION_TABLE(rows);
