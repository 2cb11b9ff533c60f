#include "api/sources.h"

#include "base/limits.h"
#include "domain/source.h"

#define S(member) offsetof(struct source, member)

static const struct field fields[] = {
    { "id", FIELD_ID, S(id), FIELD_OUTPUT, .id_prefix = "source", .help = "The source's id." },
    { "name", FIELD_TEXT, S(name), FIELD_REQUIRED, .min = 1, .max = NAME_LEN_MAX, .form = FORM_LINE,
      .help = "The channel: a shop, the call centre." },
    { "account", FIELD_TEXT, S(account), .max = NAME_LEN_MAX,
      .help = "The account in that channel; may be empty. The pair is unique." },
    { "created_at", FIELD_TIME, S(created_ms), FIELD_OUTPUT, .help = "When it was made." },
};

static const struct shape shape = SHAPE("Source", struct source, fields);

struct source_query {
    struct page page;
};

static const struct field query_fields[] = { PAGE_FIELDS(struct source_query) };

static const struct shape query_shape = SHAPE("SourceQuery", struct source_query, query_fields);

static status read_list(struct call *call)
{
    const struct source_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct source *found;
    const struct source_filter filter = { limit + 1, query->page.after };
    TRY(source_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status create(struct call *call)
{
    struct source *source = CALL_NEW(call, struct source);
    if (source == NULL) {
        return OUT_OF_MEMORY;
    }
    *source = *(struct source *)call->input;
    TRY(source_create(call->work, source));
    return reply_one(call, source);
}

static const struct operation rows[] = {
    { "GET", "/v1/sources", READ, MAY_READ_SETTINGS, read_list, .query = &query_shape, .out = &shape, .list = true,
      .id = "source_list", .tag = "Settings", .help = "List sources, newest first." },
    { "POST", "/v1/sources", WRITE, MAY_CHANGE_SETTINGS, create, .in = &shape, .out = &shape, .success = 201,
      .audit = "source.created", .event = "source.created", .outcomes = { SOURCE_EXISTS }, .id = "source_create",
      .tag = "Settings", .help = "Make a source that cards can be attributed to." },
};

const struct operation_table source_operations = OPERATION_TABLE(rows);
