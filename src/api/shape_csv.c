#include "api/shape_csv.h"

#include <assert.h>

#include "api/shape_walk.h"
#include "base/csv.h"
#include "base/time_text.h"

static void write_value(struct buffer *out, const struct field *field, const void *member)
{
    char printed[TIME_TEXT_LEN + 1];
    if (field_is_none(field, member)) {
        return;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_JSON:
        csv_write_safe_field(out, *(const text *)member);
        break;
    case FIELD_INTEGER:
        buffer_print(out, "%lld", (long long)*(const int64_t *)member);
        break;
    case FIELD_TIME:
        time_print(printed, *(const int64_t *)member);
        buffer_append_text(out, text_of(printed));
        break;
    case FIELD_ENUM:
        csv_write_field(out, text_of(field->names[*(const int *)member]));
        break;
    case FIELD_COUNT:
    case FIELD_BOOLEAN:
    case FIELD_ID:
    case FIELD_DATE:
    case FIELD_ENUM_SET:
    case FIELD_TEXT_LIST:
        assert(!"a type that no CSV of a shape has");
    }
}

void shape_csv_header(const struct shape *shape, struct buffer *out)
{
    for (int i = 0; i < shape->count; i++) {
        assert(field_group_len(&shape->fields[i]) == 0 && (shape->fields[i].flags & FIELD_SECRET) == 0);
        buffer_append_text(out, i > 0 ? TEXT(",") : TEXT(""));
        csv_write_field(out, text_of(shape->fields[i].name));
    }
    buffer_append_text(out, TEXT("\r\n"));
}

void shape_csv_row(const struct shape *shape, const void *object, struct buffer *out)
{
    for (int i = 0; i < shape->count; i++) {
        buffer_append_text(out, i > 0 ? TEXT(",") : TEXT(""));
        write_value(out, &shape->fields[i], field_member_const(&shape->fields[i], object));
    }
    buffer_append_text(out, TEXT("\r\n"));
}
