/*
 * A shape: one C struct and its JSON object, as a table of fields. From one table the program decodes and validates
 * input (reporting every fault at once), encodes output, and prints the OpenAPI schema.
 *
 * A field names a member of the struct by its offset. A dot in the name nests one object: "numbering.prefix" stands in
 * {"numbering": {"prefix": ...}} and its faults carry that path; such fields stand next to each other in the table.
 *
 * C type of the member, and what stands for JSON null or "not given":
 *   FIELD_TEXT           text            absent         min/max: length in characters
 *   FIELD_INTEGER        int64_t         INTEGER_NONE   min/max: value
 *   FIELD_COUNT          uint64_t        -              printed as a string of digits ("space.total"): it may pass 2^53
 *   FIELD_BOOLEAN        bool            -
 *   FIELD_ID             int64_t         0              prefix_ of the printed id in `id_prefix`: "card" -> "card_01h..."
 *   FIELD_TIME           int64_t         0              Unix ms <-> RFC 3339
 *   FIELD_DATE           int64_t         DATE_NONE      days since 1970-01-01 <-> YYYY-MM-DD
 *   FIELD_ENUM           int             -1             index into `names`
 *   FIELD_ENUM_SET       uint32_t        -              bits by index into `names`; an array in JSON
 *   FIELD_TEXT_LIST      struct text_list  count 0      an array of strings (min/max: of each string; count_max of the list)
 *   FIELD_JSON           text            absent         output only: JSON already made, written as it is
 */
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/faults.h"
#include "base/json_text.h"
#include "base/none.h"
#include "base/status.h"
#include "base/text.h"
#include "base/text_list.h"

enum field_type {
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_COUNT,
    FIELD_BOOLEAN,
    FIELD_ID,
    FIELD_TIME,
    FIELD_DATE,
    FIELD_ENUM,
    FIELD_ENUM_SET,
    FIELD_TEXT_LIST,
    FIELD_JSON,
};

enum field_flag {
    FIELD_REQUIRED = 1, // input: must be there
    FIELD_NULLABLE = 2, // null is a value
    FIELD_SECRET = 4,   // never kept, logged or replayed; written only when the caller asks for secrets
    FIELD_OUTPUT = 8,   // of a shape used both ways: output only (refused as unknown in input)
    FIELD_INPUT = 16,   // of a shape used both ways: input only
};

/* What a text must look like beyond its length. Checked on valid UTF-8 without control characters. */
enum field_form {
    FORM_ANY,
    FORM_LINE,         // ANY: any printable text; LINE: not blank, no blank at either end
    FORM_CODE,         // letters, digits, '-' and '_'
    FORM_ALPHANUMERIC, // ASCII letters and digits
    FORM_DIGITS,
    FORM_EMAIL,
    FORM_MOBILE,      // a plausible address; E.164: '+' and 7 to 15 digits
    FORM_COUNTRY,     // ISO 3166-1 alpha-2, capitals
    FORM_CARD_NUMBER, // ASCII letters and digits, 5 to 150
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    int flags;
    int64_t min, max; // both 0: the type's own bounds
    int count_max;    // FIELD_TEXT_LIST
    enum field_form form;
    const char *id_prefix;    // FIELD_ID
    const char *const *names; // FIELD_ENUM, FIELD_ENUM_SET; ends with NULL
    const char *help;         // one line
};

struct shape {
    const char *name;           // of the OpenAPI schema: "Series"
    const struct field *fields; // at most 64
    int count;
    size_t size; // of the struct
};

#define SHAPE(shape_name, type, table)                                                                                 \
    {                                                                                                                  \
        (shape_name), (table), (int)(sizeof(table) / sizeof((table)[0])), sizeof(type)                                 \
    }

/* Asserts that the table itself is sound: for the start of the program and for tests. */
void shape_check(const struct shape *shape);

/* Sets every member of the table to "not given". */
void shape_clear(const struct shape *shape, void *object);

/*
 * Decodes a JSON object; `object` is cleared first. `present` gets a bit for each field that stood in the input (null
 * included). Faults: text that holds control characters, unknown and duplicate keys, wrong types, values out of bounds,
 * missing required fields - all of them, with paths; no message repeats a value. INVALID_INPUT when faults were added.
 * MALFORMED_JSON, with one fault of the whole that says where, when it is no JSON object in UTF-8, nests deeper than
 * JSON_DEPTH_MAX or holds more than JSON_VALUE_COUNT_MAX values. Text points into the arena. `patch`: nothing is required.
 */
must_use status shape_decode(const struct shape *shape, void *object, uint64_t *present, text json, bool patch,
                             struct arena *arena, struct faults *faults);

/* The same from a query string's or form's pairs: `pairs` are decoded name/value texts; lists are comma-separated. */
struct pair {
    text name, value;
};
must_use status shape_decode_pairs(const struct shape *shape, void *object, uint64_t *present, const struct pair *pairs,
                                   int count, struct arena *arena, struct faults *faults);

/* Copies the members whose bit is set in `present` from one object to another of the same shape: a PATCH. */
void shape_overlay(const struct shape *shape, void *target, const void *source, uint64_t present);

/* Writes {"...": ...}. FIELD_INPUT fields are left out; FIELD_SECRET ones are written as null unless `secrets`. */
void shape_encode(const struct shape *shape, const void *object, bool secrets, struct buffer *out);

/* The JSON schema of the shape, as an object of OpenAPI 3.1, for input or output. */
void shape_print_schema(const struct shape *shape, bool input, bool patch, struct buffer *out);

/* Printed ids: "card_" + 13 characters (base/bytes.h). 0 when it is not an id of that prefix. */
int64_t id_parse(const char *prefix, text printed);
text id_print(struct arena *arena, const char *prefix, int64_t id);

#endif
