#include "api/document_page.h"

#include <inttypes.h>
#include <string.h>

#include "api/openapi.h"
#include "api/server.h"
#include "base/html_text.h"

enum { PAGE_LEN_MAX = 1024 * 1024 };

static const char head[] =
    "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
    "<title>Cardwright API</title><style>"
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "nav a{display:inline-block;margin-right:1rem}details{border:1px solid #8886;border-radius:6px;padding:.4rem .8rem;margin:.5rem 0}"
    "summary{cursor:pointer;overflow-wrap:anywhere}summary b{display:inline-block;min-width:4.2rem}code{font-family:ui-monospace,monospace}"
    "div.wide{overflow-x:auto}table{border-collapse:collapse;margin:.4rem 0}td,th{text-align:left;padding:.15rem .8rem .15rem 0;"
    "vertical-align:top}h3{font-size:1rem;margin:.6rem 0 0}</style></head><body><h1>Cardwright API</h1>"
    "<p>Send <code>Authorization: Bearer</code> with an API key (<code>cardwright api-key create</code>). Ids carry their kind "
    "(<code>card_...</code>), times are RFC 3339 in UTC. A POST, PATCH or DELETE may carry an <code>Idempotency-Key</code>: the same key and body "
    "replay the first success for 24 hours. Every refusal is <code>application/problem+json</code> with a stable <code>code</code> and all "
    "<code>errors</code> at once. Lists take <code>limit</code> and <code>after</code>, the <code>next</code> of the page before. "
    "For programs: <a href=\"/openapi.json\">openapi.json</a>.</p>\n";

static const char *type_word(const struct field *field)
{
    static const char *const words[] = {
        [FIELD_TEXT] = "text",
        [FIELD_INTEGER] = "integer",
        [FIELD_COUNT] = "digits in a string",
        [FIELD_BOOLEAN] = "boolean",
        [FIELD_ID] = "id",
        [FIELD_TIME] = "time",
        [FIELD_DATE] = "date",
        [FIELD_ENUM] = "one of",
        [FIELD_ENUM_SET] = "list of",
        [FIELD_TEXT_LIST] = "list of texts",
        [FIELD_JSON] = "JSON",
    };
    return words[field->type];
}

static void write_bounds(struct buffer *out, const struct field *field)
{
    if (field->names != NULL) {
        for (int i = 0; field->names[i] != NULL; i++) {
            buffer_print(out, "%s<code>%s</code>", i == 0 ? " " : ", ", field->names[i]);
        }
    } else if (field->type == FIELD_TEXT && field->max > 0) {
        buffer_print(out, ", %" PRId64 " to %" PRId64 " characters", field->min, field->max);
    } else if (field->type == FIELD_INTEGER && field->max > 0 && field->max < INT64_MAX) {
        buffer_print(out, ", %" PRId64 " to %" PRId64, field->min, field->max);
    }
}

static void write_fields(struct buffer *out, const char *title, const struct shape *shape, int left_out, bool input)
{
    if (shape == NULL) {
        return;
    }
    buffer_print(out, "<h3>%s</h3><div class=wide><table>", title);
    for (int i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if ((field->flags & left_out) != 0) {
            continue;
        }
        buffer_print(out, "<tr><td><code>%s</code>%s</td><td>%s", field->name,
                     input && (field->flags & FIELD_REQUIRED) != 0 ? " *" : "", type_word(field));
        write_bounds(out, field);
        buffer_append_text(out, (field->flags & FIELD_NULLABLE) != 0 ? TEXT(", or null</td><td>") : TEXT("</td><td>"));
        html_write_text(out, text_of(field->help));
        buffer_append_text(out, TEXT("</td></tr>"));
    }
    buffer_append_text(out, TEXT("</table></div>"));
}

static void write_operation(struct buffer *out, const struct operation *row)
{
    buffer_print(out, "<details id=%s><summary><b>%s</b> <code>%s</code><br>", row->id, row->method, row->path);
    html_write_text(out, text_of(row->help));
    buffer_print(out, "</summary><p>Permission: <code>%s</code>.", permission_names[row->permission]);
    for (int i = 0; i < OPERATION_OUTCOME_COUNT_MAX && row->outcomes[i] != OK; i++) {
        buffer_print(out, "%s<code>%s</code> %d", i == 0 ? " Refuses with: " : ", ", status_code(row->outcomes[i]),
                     status_http(row->outcomes[i]));
    }
    buffer_append_text(out, TEXT("</p>"));
    write_fields(out, "Query", row->query, 0, true);
    write_fields(out, "Body", row->in, FIELD_OUTPUT, !row->patch);
    write_fields(out, row->list ? "Reply: data[]" : "Reply", row->out, FIELD_INPUT, false);
    buffer_append_text(out, TEXT("</details>\n"));
}

// The tags in the order in which the tables name them first.
static bool first_of_tag(int table, int index)
{
    const char *tag = operation_tables[table]->rows[index].tag;
    for (int t = 0; t <= table; t++) {
        for (int i = 0; i < (t == table ? index : operation_tables[t]->count); i++) {
            if (strcmp(operation_tables[t]->rows[i].tag, tag) == 0) {
                return false;
            }
        }
    }
    return true;
}

static void write_tag(struct buffer *out, const char *tag)
{
    buffer_print(out, "<h2>%s</h2>", tag);
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            if (strcmp(operation_tables[t]->rows[i].tag, tag) == 0) {
                write_operation(out, &operation_tables[t]->rows[i]);
            }
        }
    }
}

static status show(struct call *call)
{
    struct buffer page;
    buffer_init(&page, PAGE_LEN_MAX);
    buffer_append_text(&page, text_of(head));
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            if (first_of_tag(t, i)) {
                write_tag(&page, operation_tables[t]->rows[i].tag);
            }
        }
    }
    buffer_append_text(&page, TEXT("</body></html>\n"));
    call->reply_text = page.failed ? TEXT_ABSENT : arena_copy(call->exchange->arena, buffer_text(&page));
    buffer_release(&page);
    exchange_header(call->exchange, "Content-Security-Policy", TEXT(PAGE_SECURITY_POLICY));
    call->reply_status = 200;
    return text_present(call->reply_text) ? OK : OUT_OF_MEMORY;
}

static const struct operation rows[] = {
    { "GET", "/docs", READ, MAY_REACH, show, .media_type = "text/html; charset=utf-8", .clear_ok = true,
      .no_database = true, .id = "document_page", .tag = "Documentation", .help = "This API as a page for people." },
};

const struct operation_table document_page_operations = OPERATION_TABLE(rows);
