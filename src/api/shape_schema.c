#include "api/shape.h"

#include <string.h>

#include "api/field_form.h"
#include "api/shape_walk.h"

// JSON Schema 2020-12, the dialect of OpenAPI 3.1.

/* Which way, and what of it: fixed while one schema is printed. */
struct printing {
    struct buffer *out;
    const struct shape *shape;
    enum direction direction;
    bool patch;
};

static const struct {
    const char *json_type, *pattern, *format;
} types[] = {
    [FIELD_TEXT] = { "string", NULL, NULL },
    [FIELD_INTEGER] = { "integer", NULL, "int64" },
    [FIELD_COUNT] = { "string", "^(0|[1-9][0-9]*)$", NULL },
    [FIELD_BOOLEAN] = { "boolean", NULL, NULL },
    [FIELD_ID] = { "string", NULL, NULL },
    [FIELD_TIME] = { "string", NULL, "date-time" },
    [FIELD_DATE] = { "string", NULL, "date" },
    [FIELD_ENUM] = { "string", NULL, NULL },
    [FIELD_ENUM_SET] = { "array", NULL, NULL },
    [FIELD_TEXT_LIST] = { "array", NULL, NULL },
    [FIELD_JSON] = { NULL, NULL, NULL },
};

/* "key": with a comma before it unless it is the first of its object. */
static void write_key(struct buffer *out, bool *first, text key)
{
    buffer_append(out, ",", *first ? 0 : 1);
    json_write_text(out, key);
    buffer_append(out, ":", 1);
    *first = false;
}

static void write_string(struct buffer *out, bool *first, const char *key, const char *value)
{
    if (value != NULL) {
        write_key(out, first, text_of(key));
        json_write_text(out, text_of(value));
    }
}

static void write_number(struct buffer *out, bool *first, const char *key, int64_t value)
{
    write_key(out, first, text_of(key));
    buffer_print(out, "%lld", (long long)value);
}

static void write_type(struct buffer *out, bool *first, const char *json_type, bool nullable)
{
    if (nullable) {
        write_key(out, first, TEXT("type"));
        buffer_print(out, "[\"%s\",\"null\"]", json_type);
    } else {
        write_string(out, first, "type", json_type);
    }
}

/* An upper bound that the form implies holds where the field has none of its own. */
static void write_text_bounds(struct buffer *out, bool *first, const struct field *field)
{
    int64_t len_max = field->max > 0 ? field->max : field_form_len_max(field->form);
    if (field->min > 0) {
        write_number(out, first, "minLength", field->min);
    }
    if (len_max > 0) {
        write_number(out, first, "maxLength", len_max);
    }
    write_string(out, first, "pattern", field_form_pattern(field->form));
    write_string(out, first, "format", field_form_format(field->form));
}

static void write_names(struct buffer *out, bool *first, const struct field *field, bool nullable)
{
    write_key(out, first, TEXT("enum"));
    buffer_append(out, "[", 1);
    for (int i = 0; field->names[i] != NULL; i++) {
        buffer_append(out, ",", i == 0 ? 0 : 1);
        json_write_text(out, text_of(field->names[i]));
    }
    buffer_append_text(out, nullable ? TEXT(",null]") : TEXT("]"));
}

static void write_entries(struct buffer *out, bool *first, const struct field *field)
{
    bool first_of_items = true;
    write_key(out, first, TEXT("items"));
    buffer_append(out, "{", 1);
    write_type(out, &first_of_items, "string", false);
    if (field->type == FIELD_ENUM_SET) {
        write_names(out, &first_of_items, field, false);
    } else {
        write_text_bounds(out, &first_of_items, field);
    }
    buffer_append(out, "}", 1);
    if (field->type == FIELD_ENUM_SET) {
        write_key(out, first, TEXT("uniqueItems"));
        buffer_append_text(out, TEXT("true"));
    } else if (field->count_max > 0) {
        write_number(out, first, "maxItems", field->count_max);
    }
}

static void write_bounds(struct buffer *out, bool *first, const struct field *field, bool nullable)
{
    bool is_bounded = field->min != 0 || field->max != 0;
    switch (field->type) {
    case FIELD_TEXT:
        write_text_bounds(out, first, field);
        break;
    case FIELD_INTEGER:
        if (is_bounded) {
            write_number(out, first, "minimum", field->min);
        }
        if (is_bounded && field->max != INT64_MAX) {
            write_number(out, first, "maximum", field->max);
        }
        break;
    case FIELD_ID:
        write_key(out, first, TEXT("pattern"));
        buffer_print(out, "\"^%s_[0-9A-Za-z]{13}$\"", field->id_prefix);
        break;
    case FIELD_ENUM:
        write_names(out, first, field, nullable);
        break;
    case FIELD_ENUM_SET:
    case FIELD_TEXT_LIST:
        write_entries(out, first, field);
        break;
    case FIELD_COUNT:
    case FIELD_BOOLEAN:
    case FIELD_TIME:
    case FIELD_DATE:
    case FIELD_JSON:
        break;
    }
}

static void write_field(const struct printing *printing, const struct field *field)
{
    struct buffer *out = printing->out;
    bool first = true;
    // A secret is written as null to whoever may not see it.
    bool hidden = printing->direction == OUTPUT && (field->flags & FIELD_SECRET) != 0;
    bool nullable = hidden || (field->flags & FIELD_NULLABLE) != 0;
    buffer_append(out, "{", 1);
    if (types[field->type].json_type != NULL) {
        write_type(out, &first, types[field->type].json_type, nullable);
    }
    write_string(out, &first, "pattern", types[field->type].pattern);
    write_string(out, &first, "format", types[field->type].format);
    write_bounds(out, &first, field, nullable);
    write_string(out, &first, "description", field->help);
    buffer_append(out, "}", 1);
}

static bool is_required(const struct printing *printing, const struct field *field)
{
    return field_takes_part(field, printing->direction) && !printing->patch &&
           (printing->direction == OUTPUT || (field->flags & FIELD_REQUIRED) != 0);
}

/* A field or a group: where it ends, what it is called at this level, whether something in it is required. */
struct property {
    int to;
    bool is_group, takes_part, required;
    text name;
};

static struct property property_at(const struct printing *printing, int from, size_t skip)
{
    const struct shape *shape = printing->shape;
    const struct field *field = &shape->fields[from];
    size_t group_len = skip == 0 ? field_group_len(field) : 0;
    struct property property = { from + 1, group_len > 0, field_takes_part(field, printing->direction), false,
                                 text_of(field->name + skip) };
    if (property.is_group) {
        property.to = shape_group_end(shape, from);
        property.name = text_bytes(field->name, group_len);
        property.takes_part = shape_group_takes_part(shape, from, property.to, printing->direction);
    }
    for (int i = from; i < property.to; i++) {
        property.required |= is_required(printing, &shape->fields[i]);
    }
    return property;
}

static void write_required(const struct printing *printing, bool *first, int from, int to, size_t skip)
{
    bool first_name = true;
    struct property property;
    for (int i = from; i < to; i = property.to) {
        property = property_at(printing, i, skip);
        if (!property.required) {
            continue;
        }
        if (first_name) {
            write_key(printing->out, first, TEXT("required"));
        }
        buffer_append(printing->out, first_name ? "[" : ",", 1);
        json_write_text(printing->out, property.name);
        first_name = false;
    }
    buffer_append(printing->out, "]", first_name ? 0 : 1);
}

/* The object of the fields from `from` to before `to`, whose names continue behind the first `skip` bytes. */
static void write_object(const struct printing *printing, int from, int to, size_t skip, bool nullable)
{
    struct buffer *out = printing->out;
    bool first = true, first_property = true;
    struct property property;
    buffer_append(out, "{", 1);
    write_type(out, &first, "object", nullable);
    write_key(out, &first, TEXT("properties"));
    buffer_append(out, "{", 1);
    for (int i = from; i < to; i = property.to) {
        property = property_at(printing, i, skip);
        if (!property.takes_part) {
            continue;
        }
        write_key(out, &first_property, property.name);
        if (property.is_group) {
            write_object(printing, i, property.to, property.name.len + 1,
                         shape_group_nullable(printing->shape, i, property.to, printing->direction));
        } else {
            write_field(printing, &printing->shape->fields[i]);
        }
    }
    buffer_append(out, "}", 1);
    write_required(printing, &first, from, to, skip);
    write_key(out, &first, TEXT("additionalProperties"));
    buffer_append_text(out, TEXT("false}"));
}

void shape_print_schema(const struct shape *shape, bool input, bool patch, struct buffer *out)
{
    const struct printing printing = { out, shape, input ? INPUT : OUTPUT, input && patch };
    shape_check(shape);
    write_object(&printing, 0, shape->count, 0, false);
}
