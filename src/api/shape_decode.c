#include "api/shape.h"

#include <assert.h>
#include <string.h>
#include <yyjson.h>

#include "api/field_value.h"
#include "api/shape_walk.h"

enum { UNKNOWN_NAME_SHOWN_COUNT = 64, UNKNOWN_PATH_LEN_MAX = 512 };

struct decoding {
    const struct shape *shape;
    void *object;
    uint64_t present;
    uint64_t groups; // bits by the first field of each nested object that was met
    struct arena *arena;
    struct faults *faults;
};

static struct field_place place_of(const struct decoding *decoding, int index)
{
    const struct field *field = &decoding->shape->fields[index];
    return (struct field_place){ field, field_member(field, decoding->object), decoding->arena, decoding->faults };
}

/* The text up to its 65th character. */
static text cut(text name)
{
    size_t len = 0;
    for (int count = 0; len < name.len; len++) {
        bool starts_character = ((unsigned char)name.at[len] & 0xC0) != 0x80;
        count += starts_character;
        if (count > UNKNOWN_NAME_SHOWN_COUNT) {
            break;
        }
    }
    return text_slice(name, 0, len);
}

/* A name that is not printable is not repeated: the fault stands at the object that holds it. */
static void refuse_unknown(const struct decoding *decoding, text group, text name)
{
    char path[UNKNOWN_PATH_LEN_MAX];
    size_t len = 0;
    if (!text_is_utf8(name) || text_has_control(name)) {
        faults_add(decoding->faults, group.len > 0 ? group : TEXT(""), UNKNOWN_FIELD);
        return;
    }
    text shown = cut(name);
    if (group.len > 0 && group.len + 1 + shown.len <= sizeof path) {
        memcpy(path, group.at, group.len);
        len = group.len;
        path[len++] = '.';
    }
    memcpy(path + len, shown.at, shown.len);
    faults_add(decoding->faults, text_bytes(path, len + shown.len), UNKNOWN_FIELD);
}

/* Marks the field as met; false, with a fault, when it was met before. */
static bool meet(struct decoding *decoding, int index)
{
    uint64_t bit = UINT64_C(1) << index;
    if ((decoding->present & bit) != 0) {
        faults_add(decoding->faults, text_of(decoding->shape->fields[index].name), DUPLICATE_FIELD);
        return false;
    }
    decoding->present |= bit;
    return true;
}

static void refuse_missing(const struct decoding *decoding)
{
    for (int i = 0; i < decoding->shape->count; i++) {
        const struct field *field = &decoding->shape->fields[i];
        if ((field->flags & FIELD_REQUIRED) != 0 && field_takes_part(field, INPUT) &&
            (decoding->present >> i & 1) == 0) {
            faults_add(decoding->faults, text_of(field->name), REQUIRED);
        }
    }
}

static void begin(struct decoding *decoding)
{
    assert(decoding->shape->count <= SHAPE_FIELD_COUNT_MAX);
    shape_clear(decoding->shape, decoding->object);
}

static status finish(const struct decoding *decoding, uint64_t *present, int fault_count_before)
{
    *present = decoding->present;
    return decoding->faults->count > fault_count_before ? INVALID_INPUT : OK;
}

/*
 * Where a document is too deep or holds too many values, this is known before anything is built from it. The count is
 * of separators and so never below the number of values; in text that is no JSON it means nothing, and the reader stops
 * there.
 */
static const char *what_exceeds(text json)
{
    size_t depth = 0, value_count = 1;
    for (size_t i = 0; i < json.len; i++) {
        switch (json.at[i]) {
        case '"':
            for (i++; i < json.len && json.at[i] != '"'; i++) {
                i += json.at[i] == '\\';
            }
            break;
        case '{':
        case '[':
            value_count++;
            if (++depth > JSON_DEPTH_MAX) {
                return "Nests too deep.";
            }
            break;
        case '}':
        case ']':
            depth -= depth > 0;
            break;
        case ',':
        case ':':
            value_count++;
            break;
        default:
            break;
        }
    }
    return value_count > JSON_VALUE_COUNT_MAX ? "Holds too many values." : NULL;
}

static void *reader_malloc(void *arena, size_t size)
{
    return arena_take(arena, size);
}

static void *reader_realloc(void *arena, void *at, size_t old_size, size_t size)
{
    void *new_at = arena_take(arena, size);
    if (new_at != NULL) {
        memcpy(new_at, at, old_size < size ? old_size : size);
    }
    return new_at;
}

static void reader_free(void *arena, void *at) // the arena gives back all at once
{
    (void)arena;
    (void)at;
}

/* Reads the document into the arena. Numbers stay as they were written: 1.0 is no integer. */
static status read_object(const struct decoding *decoding, yyjson_val **root, text json)
{
    const char *excess = what_exceeds(json);
    if (excess != NULL) {
        return faults_add_message(decoding->faults, TEXT(""), MALFORMED_JSON, "%s", excess);
    }
    const yyjson_alc memory = { reader_malloc, reader_realloc, reader_free, decoding->arena };
    yyjson_read_err error = { 0 };
    // The reader takes a pointer to non-const for its in-place mode, which is not asked for.
    char *at = (char *)(uintptr_t)(text_empty(json) ? "" : json.at);
    yyjson_doc *document = yyjson_read_opts(at, json.len, YYJSON_READ_NUMBER_AS_RAW, &memory, &error);
    if (document == NULL && error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION) {
        return OUT_OF_MEMORY;
    }
    if (document == NULL && !text_is_utf8(json)) {
        faults_add_message(decoding->faults, TEXT(""), INVALID_TEXT, "Must be UTF-8.");
        return MALFORMED_JSON;
    }
    if (document == NULL) {
        return faults_add_message(decoding->faults, TEXT(""), MALFORMED_JSON, "At byte %zu: %s.", error.pos + 1,
                                  error.msg);
    }
    *root = yyjson_doc_get_root(document);
    if (!yyjson_is_obj(*root)) {
        return faults_add_message(decoding->faults, TEXT(""), MALFORMED_JSON, "Must be an object.");
    }
    return OK;
}

static text string_of(yyjson_val *value)
{
    return text_bytes(yyjson_get_str(value), yyjson_get_len(value));
}

static status decode_list(const struct field_place *place, yyjson_val *list)
{
    size_t count = yyjson_arr_size(list);
    if (!field_list_fits(place, count)) {
        return OK;
    }
    text *entries = ARENA_ARRAY(place->arena, text, count);
    if (entries == NULL) {
        return OUT_OF_MEMORY;
    }
    int text_count = 0;
    size_t index, index_max;
    yyjson_val *entry;
    yyjson_arr_foreach(list, index, index_max, entry)
    {
        if (yyjson_is_str(entry)) {
            entries[index] = string_of(entry);
            text_count++;
        } else {
            field_refuse_entry_type(place, (int)index);
        }
    }
    if ((size_t)text_count == count) {
        field_take_list(place, entries, text_count);
    }
    return OK;
}

/* Which JSON value a field is written as. */
static const yyjson_type json_types[] = {
    [FIELD_TEXT] = YYJSON_TYPE_STR,      [FIELD_INTEGER] = YYJSON_TYPE_RAW, [FIELD_COUNT] = YYJSON_TYPE_STR,
    [FIELD_BOOLEAN] = YYJSON_TYPE_BOOL,  [FIELD_ID] = YYJSON_TYPE_STR,      [FIELD_TIME] = YYJSON_TYPE_STR,
    [FIELD_DATE] = YYJSON_TYPE_STR,      [FIELD_ENUM] = YYJSON_TYPE_STR,    [FIELD_ENUM_SET] = YYJSON_TYPE_ARR,
    [FIELD_TEXT_LIST] = YYJSON_TYPE_ARR,
};

static status decode_field(struct decoding *decoding, int index, yyjson_val *value)
{
    struct field_place place = place_of(decoding, index);
    if (!meet(decoding, index) || (yyjson_is_null(value) && (place.field->flags & FIELD_NULLABLE) != 0)) {
        return OK; // the member stands for null already
    }
    if (yyjson_get_type(value) != json_types[place.field->type]) {
        field_refuse_type(&place);
        return OK;
    }
    switch (json_types[place.field->type]) {
    case YYJSON_TYPE_RAW:
        field_take_number(&place, text_bytes(yyjson_get_raw(value), yyjson_get_len(value)));
        break;
    case YYJSON_TYPE_BOOL:
        field_take_boolean(&place, yyjson_get_bool(value));
        break;
    case YYJSON_TYPE_STR:
        field_take_text(&place, string_of(value));
        break;
    default:
        return decode_list(&place, value);
    }
    return OK;
}

/* The fields of an object: those from `from` to before `to`, whose names continue behind the first `skip` bytes. */
struct scope {
    int from, to;
    size_t skip;
    text group;
};

/* The first field of the name, or the first field of the group of the name; -1 when there is neither. */
static int scope_find(const struct decoding *decoding, const struct scope *scope, text name, bool *is_group)
{
    if (memchr(name.at, '.', name.len) != NULL || memchr(name.at, '\0', name.len) != NULL) {
        return -1;
    }
    for (int i = scope->from; i < scope->to; i++) {
        const struct field *field = &decoding->shape->fields[i];
        const char *own_name = field->name + scope->skip;
        if (strncmp(own_name, name.at, name.len) == 0 && (own_name[name.len] == '\0' || own_name[name.len] == '.') &&
            name.len > 0 && field_takes_part(field, INPUT)) {
            *is_group = own_name[name.len] == '.';
            return i;
        }
    }
    return -1;
}

static status decode_object(struct decoding *decoding, const struct scope *scope, yyjson_val *object);

static status decode_group(struct decoding *decoding, int from, text name, yyjson_val *value)
{
    const struct shape *shape = decoding->shape;
    int to = shape_group_end(shape, from);
    uint64_t bit = UINT64_C(1) << from;
    if ((decoding->groups & bit) != 0) {
        faults_add(decoding->faults, name, DUPLICATE_FIELD);
        return OK;
    }
    decoding->groups |= bit;
    if (yyjson_is_obj(value)) {
        const struct scope scope = { from, to, name.len + 1, name };
        return decode_object(decoding, &scope, value);
    }
    bool nullable = shape_group_nullable(shape, from, to, INPUT);
    if (!yyjson_is_null(value) || !nullable) {
        faults_add_message(decoding->faults, name, WRONG_TYPE, "Must be an object%s.", nullable ? " or null" : "");
    }
    for (int i = from; i < to; i++) { // met, so that no fault follows from this one
        decoding->present |= field_takes_part(&shape->fields[i], INPUT) ? UINT64_C(1) << i : 0;
    }
    return OK;
}

static status decode_object(struct decoding *decoding, const struct scope *scope, yyjson_val *object)
{
    size_t index, index_max;
    yyjson_val *key, *value;
    yyjson_obj_foreach(object, index, index_max, key, value)
    {
        bool is_group = false;
        int found = scope_find(decoding, scope, string_of(key), &is_group);
        if (found < 0) {
            refuse_unknown(decoding, scope->group, string_of(key));
        } else if (is_group) {
            TRY(decode_group(decoding, found, string_of(key), value));
        } else {
            TRY(decode_field(decoding, found, value));
        }
    }
    return OK;
}

status shape_decode(const struct shape *shape, void *object, uint64_t *present, text json, bool patch,
                    struct arena *arena, struct faults *faults)
{
    struct decoding decoding = { shape, object, 0, 0, arena, faults };
    const struct scope whole = { 0, shape->count, 0, TEXT_ABSENT };
    int fault_count_before = faults->count;
    yyjson_val *root = NULL;
    *present = 0;
    begin(&decoding);
    TRY(read_object(&decoding, &root, json));
    TRY(decode_object(&decoding, &whole, root));
    if (!patch) {
        refuse_missing(&decoding);
    }
    return finish(&decoding, present, fault_count_before);
}

static status decode_separated_list(const struct field_place *place, text value)
{
    text rest = text_empty(value) ? TEXT_ABSENT : value, entry;
    size_t count = 0;
    for (text left = rest; text_split(&left, ',', &entry);) {
        count++;
    }
    if (!field_list_fits(place, count)) {
        return OK;
    }
    text *entries = ARENA_ARRAY(place->arena, text, count);
    if (entries == NULL) {
        return OUT_OF_MEMORY;
    }
    for (size_t i = 0; text_split(&rest, ',', &entry); i++) {
        entries[i] = entry;
    }
    field_take_list(place, entries, (int)count);
    return OK;
}

static status decode_pair(struct decoding *decoding, int index, text value)
{
    struct field_place place = place_of(decoding, index);
    if (!meet(decoding, index)) {
        return OK;
    }
    if (!text_is_utf8(value)) {
        faults_add(decoding->faults, text_of(place.field->name), INVALID_TEXT);
        return OK;
    }
    switch (place.field->type) {
    case FIELD_INTEGER:
        field_take_number(&place, value);
        break;
    case FIELD_BOOLEAN:
        if (text_equal(value, TEXT("true")) || text_equal(value, TEXT("false"))) {
            field_take_boolean(&place, value.at[0] == 't');
        } else {
            field_refuse_type(&place);
        }
        break;
    case FIELD_ENUM_SET:
    case FIELD_TEXT_LIST:
        return decode_separated_list(&place, value);
    case FIELD_TEXT:
    case FIELD_COUNT:
    case FIELD_ID:
    case FIELD_TIME:
    case FIELD_DATE:
    case FIELD_ENUM:
    case FIELD_JSON:
        field_take_text(&place, value);
        break;
    }
    return OK;
}

static int find_pair(const struct shape *shape, text name)
{
    for (int i = 0; i < shape->count; i++) {
        if (field_takes_part(&shape->fields[i], INPUT) && text_equal(text_of(shape->fields[i].name), name)) {
            return i;
        }
    }
    return -1;
}

status shape_decode_pairs(const struct shape *shape, void *object, uint64_t *present, const struct pair *pairs,
                          int count, struct arena *arena, struct faults *faults)
{
    struct decoding decoding = { shape, object, 0, 0, arena, faults };
    int fault_count_before = faults->count;
    *present = 0;
    begin(&decoding);
    for (int i = 0; i < count; i++) {
        int found = find_pair(shape, pairs[i].name);
        text value = text_present(pairs[i].value) ? pairs[i].value : TEXT("");
        if (found < 0) {
            refuse_unknown(&decoding, TEXT_ABSENT, pairs[i].name);
        } else {
            TRY(decode_pair(&decoding, found, value));
        }
    }
    refuse_missing(&decoding);
    return finish(&decoding, present, fault_count_before);
}
