#include "api/shape.h"

#include <assert.h>
#include <string.h>

#include "api/shape_walk.h"
#include "base/bytes.h"

enum { ID_DIGIT_COUNT = 13, ID_PREFIX_LEN_MAX = 24 };

/* Each type: its member, whether one value of the member stands for null, and which bounds it takes. */
static const struct {
    size_t size;
    bool has_none, takes_bounds;
} types[] = {
    [FIELD_TEXT] = { sizeof(text), true, true },           [FIELD_INTEGER] = { sizeof(int64_t), true, true },
    [FIELD_COUNT] = { sizeof(uint64_t), false, true },     [FIELD_BOOLEAN] = { sizeof(bool), false, false },
    [FIELD_ID] = { sizeof(int64_t), true, false },         [FIELD_TIME] = { sizeof(int64_t), true, false },
    [FIELD_DATE] = { sizeof(int64_t), true, false },       [FIELD_ENUM] = { sizeof(int), true, false },
    [FIELD_ENUM_SET] = { sizeof(uint32_t), false, false }, [FIELD_TEXT_LIST] = { sizeof(struct text_list), true, true },
    [FIELD_JSON] = { sizeof(text), true, false },
};

bool field_takes_part(const struct field *field, enum direction direction)
{
    int absent = direction == INPUT ? FIELD_OUTPUT : FIELD_INPUT;
    return (field->flags & absent) == 0 && !(direction == INPUT && field->type == FIELD_JSON);
}

void *field_member(const struct field *field, void *object)
{
    return (char *)object + field->offset;
}

const void *field_member_const(const struct field *field, const void *object)
{
    return (const char *)object + field->offset;
}

int field_name_count(const struct field *field)
{
    int count = 0;
    while (field->names[count] != NULL) {
        count++;
    }
    return count;
}

size_t field_group_len(const struct field *field)
{
    const char *dot = strchr(field->name, '.');
    return dot != NULL ? (size_t)(dot - field->name) : 0;
}

int shape_group_end(const struct shape *shape, int from)
{
    const char *name = shape->fields[from].name;
    size_t with_dot_len = field_group_len(&shape->fields[from]) + 1;
    int to = from + 1;
    while (to < shape->count && strncmp(shape->fields[to].name, name, with_dot_len) == 0) {
        to++;
    }
    return to;
}

bool shape_group_takes_part(const struct shape *shape, int from, int to, enum direction direction)
{
    bool any = false;
    for (int i = from; i < to && !any; i++) {
        any = field_takes_part(&shape->fields[i], direction);
    }
    return any;
}

bool shape_group_nullable(const struct shape *shape, int from, int to, enum direction direction)
{
    bool nullable = true;
    for (int i = from; i < to && nullable; i++) {
        nullable = !field_takes_part(&shape->fields[i], direction) || (shape->fields[i].flags & FIELD_NULLABLE) != 0;
    }
    return nullable;
}

void field_clear(const struct field *field, void *member)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_JSON:
        *(text *)member = TEXT_ABSENT;
        break;
    case FIELD_INTEGER:
        *(int64_t *)member = INTEGER_NONE;
        break;
    case FIELD_COUNT:
        *(uint64_t *)member = 0;
        break;
    case FIELD_BOOLEAN:
        *(bool *)member = false;
        break;
    case FIELD_ID:
    case FIELD_TIME:
        *(int64_t *)member = 0;
        break;
    case FIELD_DATE:
        *(int64_t *)member = DATE_NONE;
        break;
    case FIELD_ENUM:
        *(int *)member = -1;
        break;
    case FIELD_ENUM_SET:
        *(uint32_t *)member = 0;
        break;
    case FIELD_TEXT_LIST:
        *(struct text_list *)member = (struct text_list){ NULL, 0 };
        break;
    }
}

bool field_is_none(const struct field *field, const void *member)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_JSON:
        return !text_present(*(const text *)member);
    case FIELD_INTEGER:
        return *(const int64_t *)member == INTEGER_NONE;
    case FIELD_ID:
    case FIELD_TIME:
        return *(const int64_t *)member == 0;
    case FIELD_DATE:
        return *(const int64_t *)member == DATE_NONE;
    case FIELD_ENUM:
        return *(const int *)member < 0;
    case FIELD_TEXT_LIST:
        return ((const struct text_list *)member)->count == 0;
    case FIELD_COUNT:
    case FIELD_BOOLEAN:
    case FIELD_ENUM_SET:
        break;
    }
    return false;
}

static bool names_are_sound(const struct field *field)
{
    if (field->type != FIELD_ENUM && field->type != FIELD_ENUM_SET) {
        return field->names == NULL;
    }
    int count = field->names != NULL ? field_name_count(field) : 0;
    return count > 0 && (field->type == FIELD_ENUM || count <= FIELD_NAME_COUNT_MAX);
}

static bool bounds_are_sound(const struct field *field)
{
    if (field->min == 0 && field->max == 0) {
        return true;
    }
    bool is_text = field->type == FIELD_TEXT || field->type == FIELD_TEXT_LIST;
    return types[field->type].takes_bounds && (field->min <= field->max || (is_text && field->max == 0)) &&
           (field->type == FIELD_INTEGER || field->min >= 0);
}

static bool field_is_sound(const struct shape *shape, const struct field *field)
{
    size_t group_len = field_group_len(field);
    const char *own_name = field->name + (strchr(field->name, '.') != NULL ? group_len + 1 : 0);
    bool is_text = field->type == FIELD_TEXT || field->type == FIELD_TEXT_LIST;
    return own_name[0] != '\0' && field->name[0] != '.' && strchr(own_name, '.') == NULL &&
           field->offset + types[field->type].size <= shape->size &&
           (types[field->type].has_none || (field->flags & FIELD_NULLABLE) == 0) && names_are_sound(field) &&
           bounds_are_sound(field) && (is_text || field->form == FORM_ANY) &&
           (field->type == FIELD_TEXT_LIST ? field->count_max > 0 || !field_takes_part(field, INPUT)
                                           : field->count_max == 0) &&
           (field->type == FIELD_ID) == (field->id_prefix != NULL);
}

/* Two fields of one name, or a field and a group of one name, may stand in a shape only when no direction has both. */
static bool fields_go_together(const struct field *a, const struct field *b)
{
    size_t a_len = strlen(a->name), b_len = strlen(b->name);
    size_t len = a_len < b_len ? a_len : b_len;
    char a_end = a->name[len], b_end = b->name[len];
    bool clash = strncmp(a->name, b->name, len) == 0 && (a_end == b_end || a_end == '.' || b_end == '.');
    int one_way = FIELD_INPUT | FIELD_OUTPUT;
    return !clash || ((a->flags | b->flags) & one_way) == one_way;
}

void shape_check(const struct shape *shape)
{
    assert(shape->count <= SHAPE_FIELD_COUNT_MAX);
    for (int i = 0; i < shape->count; i++) {
        assert(field_is_sound(shape, &shape->fields[i]));
        size_t group_len = field_group_len(&shape->fields[i]);
        int group_end = group_len > 0 ? shape_group_end(shape, i) : i + 1;
        for (int j = i + 1; j < shape->count; j++) {
            assert(fields_go_together(&shape->fields[i], &shape->fields[j]));
            assert(group_len == 0 || j < group_end || // else the group is torn apart
                   strncmp(shape->fields[i].name, shape->fields[j].name, group_len + 1) != 0);
        }
    }
}

void shape_clear(const struct shape *shape, void *object)
{
    for (int i = 0; i < shape->count; i++) {
        field_clear(&shape->fields[i], field_member(&shape->fields[i], object));
    }
}

void shape_overlay(const struct shape *shape, void *target, const void *source, uint64_t present)
{
    for (int i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if ((present >> i & 1) != 0) {
            memcpy(field_member(field, target), field_member_const(field, source), types[field->type].size);
        }
    }
}

int64_t id_parse(const char *prefix, text printed)
{
    size_t prefix_len = strlen(prefix);
    uint64_t id;
    bool sound = printed.len == prefix_len + 1 + ID_DIGIT_COUNT && memcmp(printed.at, prefix, prefix_len) == 0 &&
                 printed.at[prefix_len] == '_' &&
                 bytes_id_parse(&id, text_slice(printed, prefix_len + 1, printed.len)) && id <= INT64_MAX;
    return sound ? (int64_t)id : 0;
}

text id_print(struct arena *arena, const char *prefix, int64_t id)
{
    size_t prefix_len = strlen(prefix);
    char printed[ID_PREFIX_LEN_MAX + 1 + ID_DIGIT_COUNT];
    assert(prefix_len <= ID_PREFIX_LEN_MAX && id > 0);
    memcpy(printed, prefix, prefix_len);
    printed[prefix_len] = '_';
    bytes_id_print(printed + prefix_len + 1, (uint64_t)id);
    return arena_copy(arena, text_bytes(printed, prefix_len + 1 + ID_DIGIT_COUNT));
}
