#include "api/openapi.h"

#include <string.h>

#include "api/server.h"

static void print_member(struct buffer *out, const char *name, text value)
{
    json_write_text(out, text_of(name));
    buffer_append_text(out, TEXT(":"));
    json_write_text(out, value);
}

/* Schemas: each shape once, by its name, for each way it is used. */

struct seen {
    const struct shape *shapes[256];
    int uses[256]; // bits: 1 input, 2 patch, 4 output
    int count;
};

static void note_shape(struct seen *seen, const struct shape *shape, int use)
{
    for (int i = 0; i < seen->count; i++) {
        if (seen->shapes[i] == shape) {
            seen->uses[i] |= use;
            return;
        }
    }
    if (seen->count < (int)(sizeof seen->shapes / sizeof seen->shapes[0])) {
        seen->shapes[seen->count] = shape;
        seen->uses[seen->count++] = use;
    }
}

static const struct {
    int use;
    const char *suffix;
    bool input, patch;
} uses[] = {
    { 1, "Input", true, false },
    { 2, "Patch", true, true },
    { 4, "", false, false },
};

static const char *const problem_schema =
    "\"Problem\":{\"type\":\"object\",\"description\":\"A refusal (RFC 9457).\",\"required\":[\"type\",\"title\",\"status\",\"code\",\"detail\","
    "\"request_id\"],\"additionalProperties\":false,\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\",\"description\":\"Stable; see the errors reference.\"},\"detail\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"field\",\"code\",\"message\"],\"additionalProperties\":false,"
    "\"properties\":{\"field\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}},"
    "\"request_id\":{\"type\":\"string\"}}}";

static void print_schemas(struct buffer *out)
{
    static struct seen seen;
    seen.count = 0;
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            const struct operation *row = &operation_tables[t]->rows[i];
            if (row->in != NULL) {
                note_shape(&seen, row->in, row->patch ? 2 : 1);
            }
            if (row->out != NULL) {
                note_shape(&seen, row->out, 4);
            }
        }
    }
    buffer_append_text(out, text_of(problem_schema));
    for (int i = 0; i < seen.count; i++) {
        for (size_t u = 0; u < sizeof uses / sizeof uses[0]; u++) {
            if ((seen.uses[i] & uses[u].use) != 0) {
                buffer_print(out, ",\"%s%s\":", seen.shapes[i]->name, uses[u].suffix);
                shape_print_schema(seen.shapes[i], uses[u].input, uses[u].patch, out);
            }
        }
    }
}

/* Operations. */

static void print_path_parameters(struct buffer *out, const char *path, bool *first)
{
    text rest = text_of(path), part;
    while (text_split(&rest, '/', &part)) {
        if (part.len > 2 && part.at[0] == '{') {
            buffer_append_text(out, *first ? TEXT("{") : TEXT(",{"));
            print_member(out, "name", text_slice(part, 1, part.len - 2));
            buffer_append_text(out, TEXT(",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}"));
            *first = false;
        }
    }
}

// A query's fields one by one, each with the schema it has in the shape.
static void print_query_parameters(struct buffer *out, const struct shape *query, bool *first)
{
    for (int i = 0; query != NULL && i < query->count; i++) {
        const struct field *field = &query->fields[i];
        buffer_append_text(out, *first ? TEXT("{") : TEXT(",{"));
        print_member(out, "name", text_of(field->name));
        buffer_append_text(out, TEXT(",\"in\":\"query\","));
        print_member(out, "description", text_of(field->help));
        bool integer = field->type == FIELD_INTEGER;
        buffer_append_text(out, TEXT(",\"schema\":{\"type\":"));
        buffer_append_text(out, integer                        ? TEXT("\"integer\"")
                                : field->type == FIELD_BOOLEAN ? TEXT("\"boolean\"")
                                                               : TEXT("\"string\""));
        if (integer && (field->min != 0 || field->max != 0)) {
            buffer_print(out, ",\"minimum\":%lld,\"maximum\":%lld", (long long)field->min, (long long)field->max);
        }
        for (int n = 0; field->type == FIELD_ENUM && field->names[n] != NULL; n++) {
            buffer_append_text(out, n == 0 ? TEXT(",\"enum\":[") : TEXT(","));
            json_write_text(out, text_of(field->names[n]));
        }
        buffer_append_text(out, field->type == FIELD_ENUM ? TEXT("]}}") : TEXT("}}"));
        *first = false;
    }
}

static bool takes_idempotency_key(const struct operation *row)
{
    return row->access == WRITE && !row->not_idempotent;
}

static void print_parameters(struct buffer *out, const struct operation *row)
{
    bool first = true;
    buffer_append_text(out, TEXT("\"parameters\":["));
    print_path_parameters(out, row->path, &first);
    print_query_parameters(out, row->query, &first);
    if (takes_idempotency_key(row)) {
        buffer_append_text(out, first ? TEXT("{") : TEXT(",{"));
        buffer_append_text(
            out,
            TEXT(
                "\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":\"The same key and body replay the first success for 24 hours.\","
                "\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}}"));
    }
    buffer_append_text(out, TEXT("]"));
}

static void print_request_body(struct buffer *out, const struct operation *row)
{
    if (row->in != NULL) {
        buffer_print(
            out,
            ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/%s%s\"}}}}",
            row->in->name, row->patch ? "Patch" : "Input");
    } else if (row->raw_body) {
        buffer_append_text(
            out,
            TEXT(",\"requestBody\":{\"required\":true,\"content\":{\"text/csv\":{\"schema\":{\"type\":\"string\"}}}}"));
    }
}

static bool refuses_with(const struct operation *row, status code)
{
    for (int i = 0; i < OPERATION_OUTCOME_COUNT_MAX && row->outcomes[i] != OK; i++) {
        if (row->outcomes[i] == code) {
            return true;
        }
    }
    return false;
}

// A body that is not made from a shape.
static void print_content(struct buffer *out, const struct operation *row, const char *media_type)
{
    bool json = strcmp(media_type, "application/json") == 0;
    buffer_print(out, ",\"content\":{\"%s\":{\"schema\":{\"type\":\"%s\"}}%s}", media_type, json ? "object" : "string",
                 row->csv ? ",\"text/csv\":{\"schema\":{\"type\":\"string\"}}" : "");
}

static void print_success(struct buffer *out, const struct operation *row)
{
    int success = row->success != 0 ? row->success : row->out == NULL && row->media_type == NULL ? 204 : 200;
    buffer_print(out, ",\"responses\":{\"%d\":{\"description\":\"Done.\"", success);
    const char *media_type = row->media_type != NULL ? row->media_type : "application/json";
    bool head = strcmp(row->method, "HEAD") == 0;
    if (row->out != NULL && row->list) {
        buffer_print(
            out,
            ",\"content\":{\"%s\":{\"schema\":{\"type\":\"object\",\"required\":[\"data\",\"next\"],\"additionalProperties\":false,"
            "\"properties\":{\"data\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/%s\"}},"
            "\"next\":{\"type\":[\"string\",\"null\"]}}}}}",
            media_type, row->out->name);
    } else if (row->out != NULL) {
        buffer_print(out, ",\"content\":{\"%s\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}}", media_type,
                     row->out->name);
    } else if (row->media_type != NULL && !head) {
        print_content(out, row, media_type);
    }
    buffer_append_text(out, TEXT("}"));
    if (refuses_with(row, RANGE_NOT_SATISFIABLE) && !head) {
        buffer_append_text(out, TEXT(",\"206\":{\"description\":\"The part that was asked for.\""));
        print_content(out, row, media_type);
        buffer_append_text(out, TEXT("}"));
    } else if (refuses_with(row, RANGE_NOT_SATISFIABLE)) {
        buffer_append_text(out, TEXT(",\"206\":{\"description\":\"The size of the part that was asked for.\"}"));
    }
}

// Refusals by their HTTP status, with the codes the operation names; the default below stands for all others.
static void print_refusals(struct buffer *out, const struct operation *row)
{
    for (int http = 400; http < 600; http++) {
        bool any = false;
        for (int i = 0; i < OPERATION_OUTCOME_COUNT_MAX && row->outcomes[i] != OK; i++) {
            if (status_http(row->outcomes[i]) != http) {
                continue;
            }
            if (any) {
                buffer_append_text(out, TEXT(", "));
            } else {
                buffer_print(out, ",\"%d\":{\"description\":\"", http);
            }
            buffer_append_text(out, text_of(status_code(row->outcomes[i])));
            any = true;
        }
        if (any) {
            buffer_append_text(
                out,
                TEXT(
                    "\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}"));
        }
    }
}

static void print_operation(struct buffer *out, const struct operation *row)
{
    char method[16] = { 0 };
    for (size_t i = 0; row->method[i] != '\0' && i < sizeof method - 1; i++) {
        method[i] = (char)(row->method[i] - 'A' + 'a');
    }
    buffer_print(out, "\"%s\":{", method);
    print_member(out, "operationId", text_of(row->id));
    buffer_append_text(out, TEXT(","));
    print_member(out, "summary", text_of(row->help));
    if (row->local_only) {
        buffer_append_text(out, TEXT(","));
        print_member(out, "description",
                     TEXT("Answered only at the machine, through the data directory's socket (DIR/cardwright.sock, the "
                          "command line's); forbidden to everyone else."));
    }
    buffer_print(out, ",\"tags\":[\"%s\"],\"x-permission\":\"%s\",", row->tag, permission_names[row->permission]);
    bool open = row->permission == MAY_REACH || row->permission == MAY_SIGN_IN;
    buffer_append_text(out, open ? TEXT("\"security\":[],") : TEXT(""));
    print_parameters(out, row);
    print_request_body(out, row);
    print_success(out, row);
    print_refusals(out, row);
    buffer_append_text(
        out, TEXT(",\"default\":{\"description\":\"Refused.\",\"content\":{\"application/problem+json\":{\"schema\":"
                  "{\"$ref\":\"#/components/schemas/Problem\"}}}}}}"));
}

// Rows of one path stand together in the document, wherever they stand in the tables.
static bool first_of_path(const struct operation *wanted)
{
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            const struct operation *row = &operation_tables[t]->rows[i];
            if (strcmp(row->path, wanted->path) == 0) {
                return row == wanted;
            }
        }
    }
    return false;
}

static void print_path(struct buffer *out, const char *path)
{
    bool first = true;
    json_write_text(out, text_of(path));
    buffer_append_text(out, TEXT(":{"));
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            const struct operation *row = &operation_tables[t]->rows[i];
            if (strcmp(row->path, path) == 0) {
                buffer_append_text(out, first ? TEXT("") : TEXT(","));
                print_operation(out, row);
                first = false;
            }
        }
    }
    buffer_append_text(out, TEXT("}"));
}

void openapi_print(struct buffer *out)
{
    bool first = true;
    buffer_append_text(
        out,
        TEXT(
            "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Cardwright\",\"version\":\"" CARDWRIGHT_VERSION
            "\",\"description\":\"Card series, card numbers and cards. Every refusal is a problem (RFC 9457) with a stable code.\","
            "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},\"servers\":[{\"url\":\"/\"}],"
            "\"security\":[{\"bearer\":[]},{\"session\":[]}],\"paths\":{"));
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            if (first_of_path(&operation_tables[t]->rows[i])) {
                buffer_append_text(out, first ? TEXT("") : TEXT(","));
                print_path(out, operation_tables[t]->rows[i].path);
                first = false;
            }
        }
    }
    buffer_append_text(
        out,
        TEXT("},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
             "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"cardwright_session\"}},\"schemas\":{"));
    print_schemas(out);
    buffer_append_text(out, TEXT("}}}\n"));
}

static status document(struct call *call)
{
    struct buffer out;
    buffer_init(&out, OPENAPI_LEN_MAX);
    openapi_print(&out);
    call->reply_text = arena_copy(call->exchange->arena, buffer_text(&out));
    bool failed = out.failed || !text_present(call->reply_text);
    buffer_release(&out);
    call->reply_status = 200;
    return failed ? OUT_OF_MEMORY : OK;
}

static const struct operation rows[] = {
    { "GET", "/openapi.json", READ, MAY_REACH, document, .media_type = "application/json", .clear_ok = true,
      .no_database = true, .id = "openapi", .tag = "Documentation", .help = "This document." },
};

const struct operation_table document_operations = OPERATION_TABLE(rows);
