#include "api/shape.h"

#include <assert.h>
#include <string.h>

#include "api/shape_walk.h"
#include "base/bytes.h"
#include "base/time_text.h"

// Every reply passes here, so it is written piece by piece into the buffer: no document is built, nothing goes through
// printf.

enum { UINT64_DIGIT_COUNT_MAX = 20, ID_DIGIT_COUNT = 13 };

static void write_null(struct buffer *out)
{
    buffer_append(out, "null", 4);
}

/* The comma, unless it is the first of its object, and the name: one of the table, which needs no escapes. */
static void write_name(struct buffer *out, bool *first, const char *name, size_t len)
{
    char *at = buffer_extend(out, len + 3 + !*first);
    if (at != NULL) {
        if (!*first) {
            *at++ = ',';
        }
        *at++ = '"';
        memcpy(at, name, len);
        memcpy(at + len, "\":", 2);
    }
    *first = false;
}

/* Prints from the end of the room backwards; returns where the digits begin. */
static char *print_uint64(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

static void write_integer(struct buffer *out, int64_t value)
{
    char room[UINT64_DIGIT_COUNT_MAX + 1], *end = room + sizeof room;
    char *at = print_uint64(end, value < 0 ? -(uint64_t)value : (uint64_t)value);
    if (value < 0) {
        *--at = '-';
    }
    buffer_append(out, at, (size_t)(end - at));
}

static void write_count(struct buffer *out, uint64_t value)
{
    char room[UINT64_DIGIT_COUNT_MAX + 2], *end = room + sizeof room;
    end[-1] = '"';
    char *at = print_uint64(end - 1, value);
    *--at = '"';
    buffer_append(out, at, (size_t)(end - at));
}

static void write_id(struct buffer *out, const char *prefix, int64_t id)
{
    size_t prefix_len = strlen(prefix);
    assert(id > 0);
    char *at = buffer_extend(out, 1 + prefix_len + 1 + ID_DIGIT_COUNT + 1);
    if (at != NULL) {
        at[0] = '"';
        memcpy(at + 1, prefix, prefix_len);
        at[1 + prefix_len] = '_';
        bytes_id_print(at + 2 + prefix_len, (uint64_t)id);
        at[2 + prefix_len + ID_DIGIT_COUNT] = '"';
    }
}

/* A text that holds nothing to escape. */
static void write_plain(struct buffer *out, const char *plain, size_t len)
{
    char *at = buffer_extend(out, len + 2);
    if (at != NULL) {
        at[0] = '"';
        memcpy(at + 1, plain, len);
        at[len + 1] = '"';
    }
}

static void write_time(struct buffer *out, int64_t ms)
{
    char printed[TIME_TEXT_LEN + 1];
    if (time_print(printed, ms)) {
        write_plain(out, printed, TIME_TEXT_LEN);
    } else { // no year that can be printed
        write_null(out);
    }
}

static void write_date(struct buffer *out, int64_t days)
{
    char printed[DATE_TEXT_LEN + 1];
    if (days >= INT32_MIN && days <= INT32_MAX && date_print(printed, (int32_t)days)) {
        write_plain(out, printed, DATE_TEXT_LEN);
    } else {
        write_null(out);
    }
}

static void write_enum(struct buffer *out, const struct field *field, int index)
{
    for (int i = 0; i < index; i++) {
        assert(field->names[i] != NULL);
    }
    assert(field->names[index] != NULL);
    json_write_text(out, text_of(field->names[index]));
}

static void write_enum_set(struct buffer *out, const struct field *field, uint32_t set)
{
    bool first = true;
    buffer_append(out, "[", 1);
    for (int i = 0; field->names[i] != NULL; i++) {
        if ((set >> i & 1) != 0) {
            buffer_append(out, ",", first ? 0 : 1);
            json_write_text(out, text_of(field->names[i]));
            first = false;
        }
    }
    buffer_append(out, "]", 1);
}

static void write_text_list(struct buffer *out, const struct text_list *list)
{
    buffer_append(out, "[", 1);
    for (int i = 0; i < list->count; i++) {
        buffer_append(out, ",", i == 0 ? 0 : 1);
        json_write_text(out, list->at[i]);
    }
    buffer_append(out, "]", 1);
}

static void write_value(struct buffer *out, const struct field *field, const void *member, bool secrets)
{
    bool hidden = (field->flags & FIELD_SECRET) != 0 && !secrets;
    bool empty_list = field->type == FIELD_TEXT_LIST && (field->flags & FIELD_NULLABLE) == 0;
    if (hidden || (field_is_none(field, member) && !empty_list)) {
        write_null(out);
        return;
    }
    switch (field->type) {
    case FIELD_TEXT:
        json_write_text(out, *(const text *)member);
        break;
    case FIELD_INTEGER:
        write_integer(out, *(const int64_t *)member);
        break;
    case FIELD_COUNT:
        write_count(out, *(const uint64_t *)member);
        break;
    case FIELD_BOOLEAN:
        if (*(const bool *)member) {
            buffer_append(out, "true", 4);
        } else {
            buffer_append(out, "false", 5);
        }
        break;
    case FIELD_ID:
        write_id(out, field->id_prefix, *(const int64_t *)member);
        break;
    case FIELD_TIME:
        write_time(out, *(const int64_t *)member);
        break;
    case FIELD_DATE:
        write_date(out, *(const int64_t *)member);
        break;
    case FIELD_ENUM:
        write_enum(out, field, *(const int *)member);
        break;
    case FIELD_ENUM_SET:
        write_enum_set(out, field, *(const uint32_t *)member);
        break;
    case FIELD_TEXT_LIST:
        write_text_list(out, member);
        break;
    case FIELD_JSON:
        buffer_append_text(out, *(const text *)member);
        break;
    }
}

static void write_fields(struct buffer *out, const struct shape *shape, const void *object, int from, int to,
                         size_t skip, bool secrets)
{
    bool first = true;
    buffer_append(out, "{", 1);
    for (int i = from; i < to; i++) {
        const struct field *field = &shape->fields[i];
        if (field_takes_part(field, OUTPUT)) {
            const char *name = field->name + skip;
            write_name(out, &first, name, strlen(name));
            write_value(out, field, field_member_const(field, object), secrets);
        }
    }
    buffer_append(out, "}", 1);
}

static bool group_is_none(const struct shape *shape, const void *object, int from, int to)
{
    bool none = shape_group_nullable(shape, from, to, OUTPUT);
    for (int i = from; i < to && none; i++) {
        const struct field *field = &shape->fields[i];
        none = !field_takes_part(field, OUTPUT) || field_is_none(field, field_member_const(field, object));
    }
    return none;
}

static void write_group(struct buffer *out, bool *first, const struct shape *shape, const void *object, int from,
                        int to, bool secrets)
{
    size_t name_len = field_group_len(&shape->fields[from]);
    if (!shape_group_takes_part(shape, from, to, OUTPUT)) {
        return;
    }
    write_name(out, first, shape->fields[from].name, name_len);
    if (group_is_none(shape, object, from, to)) {
        write_null(out);
    } else {
        write_fields(out, shape, object, from, to, name_len + 1, secrets);
    }
}

void shape_encode(const struct shape *shape, const void *object, bool secrets, struct buffer *out)
{
    bool first = true;
    buffer_append(out, "{", 1);
    for (int i = 0; i < shape->count;) {
        const struct field *field = &shape->fields[i];
        if (field_group_len(field) > 0) {
            int to = shape_group_end(shape, i);
            write_group(out, &first, shape, object, i, to, secrets);
            i = to;
            continue;
        }
        if (field_takes_part(field, OUTPUT)) {
            write_name(out, &first, field->name, strlen(field->name));
            write_value(out, field, field_member_const(field, object), secrets);
        }
        i++;
    }
    buffer_append(out, "}", 1);
}
