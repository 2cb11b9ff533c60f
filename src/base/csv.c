#include "base/csv.h"

#include <string.h>

#include "base/buffer.h"

static const char FIELD_TOO_LONG[] = "A field is too long.";

void csv_init(struct csv *csv, text input, struct arena *arena)
{
    *csv = (struct csv){
        .input = input,
        .arena = arena,
        .row_len_max = CSV_ROW_LEN_MAX,
        .field_len_max = CSV_FIELD_LEN_MAX,
    };
    if (text_starts_with(input, TEXT("\xEF\xBB\xBF"))) {
        csv->at = 3;
    }
}

static bool fail(struct csv *csv, const char *fault)
{
    csv->fault = fault;
    return false;
}

// The length of the line end at `at`: 0 when there is none.
static size_t line_end(const struct csv *csv, size_t at)
{
    const char *input = csv->input.at;
    size_t left = csv->input.len - at;
    if (left >= 1 && input[at] == '\n') {
        return 1;
    }
    return left >= 2 && input[at] == '\r' && input[at + 1] == '\n' ? 2 : 0;
}

static bool take_plain(struct csv *csv, text *field)
{
    size_t from = csv->at;
    while (csv->at < csv->input.len) {
        char c = csv->input.at[csv->at];
        if (c == ',' || c == '\n' || (c == '\r' && line_end(csv, csv->at) > 0)) {
            break;
        }
        if (c == '"') {
            return fail(csv, "A quote stands in a field that does not begin with one.");
        }
        if (c == '\r') {
            return fail(csv, "A carriage return stands alone.");
        }
        csv->at++;
    }
    *field = text_slice(csv->input, from, csv->at - from);
    return field->len <= csv->field_len_max || fail(csv, FIELD_TOO_LONG);
}

static bool undouble(struct csv *csv, text *field)
{
    char *out = arena_take(csv->arena, field->len);
    if (out == NULL) {
        csv->out_of_memory = true;
        return fail(csv, "Memory is short.");
    }
    size_t len = 0;
    for (size_t i = 0; i < field->len; i++) {
        out[len++] = field->at[i];
        i += field->at[i] == '"'; // its double
    }
    *field = (text){ out, len };
    return true;
}

static bool take_quoted(struct csv *csv, text *field)
{
    size_t from = ++csv->at;
    bool doubled = false;
    for (;;) {
        const char *quote =
            csv->at < csv->input.len ? memchr(csv->input.at + csv->at, '"', csv->input.len - csv->at) : NULL;
        if (quote == NULL) {
            return fail(csv, "A quote is not closed.");
        }
        csv->at = (size_t)(quote - csv->input.at) + 1;
        if (csv->at >= csv->input.len || csv->input.at[csv->at] != '"') {
            break;
        }
        doubled = true;
        csv->at++;
    }
    *field = text_slice(csv->input, from, csv->at - 1 - from);
    bool ended = csv->at == csv->input.len || csv->input.at[csv->at] == ',' || line_end(csv, csv->at) > 0;
    if (!ended) {
        return fail(csv, "Something stands between a closing quote and the next comma.");
    }
    if (field->len > csv->field_len_max) {
        return fail(csv, FIELD_TOO_LONG);
    }
    return !doubled || csv->arena == NULL || undouble(csv, field);
}

static bool take_field(struct csv *csv, struct csv_row *row)
{
    if (row->count == CSV_FIELD_COUNT_MAX) {
        return fail(csv, "A row has too many fields.");
    }
    text *field = &row->fields[row->count++];
    bool quoted = csv->at < csv->input.len && csv->input.at[csv->at] == '"';
    return quoted ? take_quoted(csv, field) : take_plain(csv, field);
}

static bool take_row(struct csv *csv, struct csv_row *row)
{
    row->count = 0;
    row->from = csv->at;
    if (!take_field(csv, row)) {
        return false;
    }
    while (csv->at < csv->input.len && csv->input.at[csv->at] == ',') {
        csv->at++;
        if (!take_field(csv, row)) {
            return false;
        }
    }
    csv->at += line_end(csv, csv->at);
    row->len = csv->at - row->from;
    return row->len <= csv->row_len_max || fail(csv, "A row is too long.");
}

bool csv_next(struct csv *csv, struct csv_row *row)
{
    if (csv->fault != NULL) {
        return false;
    }
    size_t empty;
    while (csv->at < csv->input.len && (empty = line_end(csv, csv->at)) > 0) {
        csv->at += empty;
    }
    if (csv->at >= csv->input.len || !take_row(csv, row)) {
        return false;
    }
    row->number = ++csv->row_count;
    return true;
}

static bool needs_quotes(text field)
{
    for (size_t i = 0; i < field.len; i++) {
        if (strchr(",\"\r\n", field.at[i]) != NULL && field.at[i] != '\0') {
            return true;
        }
    }
    return false;
}

// `front` stands before the field, inside its quotes.
static void write_field(struct buffer *out, text front, text field)
{
    if (!needs_quotes(field)) {
        buffer_append_text(out, front);
        buffer_append_text(out, field);
        return;
    }
    buffer_append_text(out, TEXT("\""));
    buffer_append_text(out, front);
    for (size_t i = 0; i < field.len; i++) {
        buffer_append(out, &field.at[i], 1);
        if (field.at[i] == '"') {
            buffer_append_text(out, TEXT("\""));
        }
    }
    buffer_append_text(out, TEXT("\""));
}

void csv_write_field(struct buffer *out, text field)
{
    write_field(out, TEXT(""), field);
}

void csv_write_safe_field(struct buffer *out, text field)
{
    bool formula = field.len > 0 && memchr("=+-@\t\r", field.at[0], 6) != NULL;
    write_field(out, formula ? TEXT("'") : TEXT(""), field);
}
