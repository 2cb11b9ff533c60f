#include "api/field_value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/field_form.h"
#include "api/shape_walk.h"
#include "base/time_text.h"

enum { WHOLE_FIELD = -1, MESSAGE_LEN_MAX = 240, PATH_LEN_MAX = 160 };

static const char *const wanted_types[] = {
    [FIELD_TEXT] = "a text",
    [FIELD_INTEGER] = "a whole number",
    [FIELD_COUNT] = "a text of digits",
    [FIELD_BOOLEAN] = "true or false",
    [FIELD_ID] = "a text",
    [FIELD_TIME] = "a text",
    [FIELD_DATE] = "a text",
    [FIELD_ENUM] = "a text",
    [FIELD_ENUM_SET] = "a list of texts",
    [FIELD_TEXT_LIST] = "a list of texts",
    [FIELD_JSON] = "",
};

/* `index`: of the entry in a list that is at fault, or WHOLE_FIELD. */
__attribute__((format(printf, 4, 5))) static void refuse(const struct field_place *place, int index, status code,
                                                         const char *format, ...)
{
    if (place->faults->count >= REQUEST_FAULT_COUNT_MAX) { // only counted: spare the arena the message
        faults_add(place->faults, TEXT_ABSENT, code);
        return;
    }
    char path[PATH_LEN_MAX], message[MESSAGE_LEN_MAX];
    if (index == WHOLE_FIELD) {
        snprintf(path, sizeof path, "%s", place->field->name);
    } else {
        snprintf(path, sizeof path, "%s[%d]", place->field->name, index);
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    faults_add_message(place->faults, text_of(path), code, "%s", message);
}

/* "random, sequential", cut with "..." where it is long. */
static const char *list_names(char *out, size_t size, const char *const *names)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; names[i] != NULL; i++) {
        const char *separator = i > 0 ? ", " : "";
        size_t need = strlen(separator) + strlen(names[i]);
        if (len + need + sizeof ", ..." > size) {
            snprintf(out + len, size - len, ", ...");
            break;
        }
        snprintf(out + len, size - len, "%s%s", separator, names[i]);
        len += need;
    }
    return out;
}

static int name_index(const struct field *field, text name)
{
    for (int i = 0; field->names[i] != NULL; i++) {
        if (strlen(field->names[i]) == name.len && memcmp(field->names[i], name.at, name.len) == 0) {
            return i;
        }
    }
    return -1;
}

static void refuse_name(const struct field_place *place, int index)
{
    char names[MESSAGE_LEN_MAX - 32];
    refuse(place, index, NOT_ALLOWED_VALUE, "Must be one of: %s.",
           list_names(names, sizeof names, place->field->names));
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* Whether a text, alone or in a list, may stand in the field. */
static bool is_sound_text(const struct field_place *place, int index, text value)
{
    const struct field *field = place->field;
    if (text_has_control(value)) {
        refuse(place, index, INVALID_TEXT, "Must be text without control characters.");
        return false;
    }
    int64_t len = (int64_t)text_count_characters(value);
    if (len < field->min) {
        refuse(place, index, TOO_SHORT, "Must have at least %lld character%s.", (long long)field->min,
               plural(field->min));
    } else if (field->max > 0 && len > field->max) {
        refuse(place, index, TOO_LONG, "Must have at most %lld character%s.", (long long)field->max,
               plural(field->max));
    } else if (!field_form_holds(field->form, value)) {
        refuse(place, index, BAD_FORMAT, "%s", field_form_expected(field->form));
    } else {
        return true;
    }
    return false;
}

static void refuse_range(const struct field_place *place)
{
    const struct field *field = place->field;
    if (field->min == 0 && field->max == 0) {
        refuse(place, WHOLE_FIELD, OUT_OF_RANGE, "Must fit in 64 bits.");
    } else if (field->max == INT64_MAX) {
        refuse(place, WHOLE_FIELD, OUT_OF_RANGE, "Must be at least %lld, and fit in 64 bits.", (long long)field->min);
    } else {
        refuse(place, WHOLE_FIELD, OUT_OF_RANGE, "Must be between %lld and %lld.", (long long)field->min,
               (long long)field->max);
    }
}

static bool is_bounded(const struct field *field)
{
    return field->min != 0 || field->max != 0;
}

/* An optional minus and digits, without leading zeros. */
static bool is_whole_number(text token)
{
    text digits = text_starts_with(token, TEXT("-")) ? text_slice(token, 1, token.len) : token;
    return text_is_digits(digits) && (digits.len == 1 || digits.at[0] != '0');
}

void field_take_number(const struct field_place *place, text token)
{
    const struct field *field = place->field;
    int64_t value = 0;
    if (!is_whole_number(token)) {
        field_refuse_type(place);
    } else if ((!text_equal(token, TEXT("-0")) && (!text_to_int64(token, &value) || value == INTEGER_NONE)) ||
               (is_bounded(field) && (value < field->min || value > field->max))) {
        refuse_range(place);
    } else {
        *(int64_t *)place->member = value;
    }
}

static void take_count(const struct field_place *place, text value)
{
    const struct field *field = place->field;
    uint64_t count;
    if (!is_whole_number(value) || value.at[0] == '-') {
        refuse(place, WHOLE_FIELD, BAD_FORMAT, "Must be made of digits, without leading zeros.");
    } else if (!text_to_uint64(value, &count) ||
               (is_bounded(field) && (count < (uint64_t)field->min || count > (uint64_t)field->max))) {
        refuse_range(place);
    } else {
        *(uint64_t *)place->member = count;
    }
}

static void take_id(const struct field_place *place, text value)
{
    int64_t id = id_parse(place->field->id_prefix, value);
    if (id == 0) {
        refuse(place, WHOLE_FIELD, BAD_FORMAT, "Must be an id that begins with %s_.", place->field->id_prefix);
    } else {
        *(int64_t *)place->member = id;
    }
}

static void take_time(const struct field_place *place, text value)
{
    int64_t time_ms;
    if (!time_parse(&time_ms, value)) {
        refuse(place, WHOLE_FIELD, BAD_FORMAT, "Must be a time of RFC 3339, such as 2026-01-31T12:00:00Z.");
    } else if (time_ms == 0) { // stands for "not given"
        refuse(place, WHOLE_FIELD, OUT_OF_RANGE, "Must be another time than the beginning of 1970.");
    } else {
        *(int64_t *)place->member = time_ms;
    }
}

static void take_date(const struct field_place *place, text value)
{
    int32_t day;
    if (!date_parse(&day, value)) {
        refuse(place, WHOLE_FIELD, BAD_FORMAT, "Must be a date, such as 2026-01-31.");
    } else {
        *(int64_t *)place->member = day;
    }
}

void field_take_text(const struct field_place *place, text value)
{
    const struct field *field = place->field;
    switch (field->type) {
    case FIELD_TEXT:
        if (is_sound_text(place, WHOLE_FIELD, value)) {
            *(text *)place->member = value;
        }
        break;
    case FIELD_ENUM: {
        int index = name_index(field, value);
        if (index < 0) {
            refuse_name(place, WHOLE_FIELD);
        } else {
            *(int *)place->member = index;
        }
        break;
    }
    case FIELD_COUNT:
        take_count(place, value);
        break;
    case FIELD_ID:
        take_id(place, value);
        break;
    case FIELD_TIME:
        take_time(place, value);
        break;
    case FIELD_DATE:
        take_date(place, value);
        break;
    case FIELD_INTEGER:
    case FIELD_BOOLEAN:
    case FIELD_ENUM_SET:
    case FIELD_TEXT_LIST:
    case FIELD_JSON:
        field_refuse_type(place);
        break;
    }
}

void field_take_boolean(const struct field_place *place, bool value)
{
    *(bool *)place->member = value;
}

bool field_list_fits(const struct field_place *place, size_t count)
{
    const struct field *field = place->field;
    int count_max = field->type == FIELD_ENUM_SET ? field_name_count(field) : field->count_max;
    if (count > (size_t)count_max) {
        refuse(place, WHOLE_FIELD, TOO_LONG, "Must have at most %d %s.", count_max,
               count_max == 1 ? "entry" : "entries");
        return false;
    }
    return true;
}

static void take_names(const struct field_place *place, const text *entries, int count)
{
    uint32_t set = 0;
    for (int i = 0; i < count; i++) {
        int index = name_index(place->field, entries[i]);
        if (index < 0) {
            refuse_name(place, i);
        } else if ((set >> index & 1) != 0) {
            refuse(place, i, DUPLICATE_FIELD, "Must not stand twice in the list.");
        } else {
            set |= UINT32_C(1) << index;
        }
    }
    *(uint32_t *)place->member = set;
}

void field_take_list(const struct field_place *place, const text *entries, int count)
{
    if (place->field->type == FIELD_ENUM_SET) {
        take_names(place, entries, count);
        return;
    }
    for (int i = 0; i < count; i++) {
        is_sound_text(place, i, entries[i]);
    }
    *(struct text_list *)place->member = (struct text_list){ entries, count };
}

void field_refuse_type(const struct field_place *place)
{
    bool nullable = (place->field->flags & FIELD_NULLABLE) != 0;
    refuse(place, WHOLE_FIELD, WRONG_TYPE, "Must be %s%s.", wanted_types[place->field->type],
           nullable ? " or null" : "");
}

void field_refuse_entry_type(const struct field_place *place, int index)
{
    refuse(place, index, WRONG_TYPE, "Must be a text.");
}
