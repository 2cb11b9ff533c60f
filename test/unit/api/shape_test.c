#include "api/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/field_form.h"
#include "base/limits.h"

// A shape of every type, with one nested object whose fields must be there, one that may be null, and one-way fields.

struct thing {
    int64_t id;
    text code, note, email, pin, made_of;
    int64_t size, weight;
    uint64_t total;
    bool active;
    int64_t owner_id, starts_ms, born;
    int colour;
    uint32_t states;
    struct text_list tags;
    text prefix;
    int64_t length, after;
    int unit;
};

static const char *const colours[] = { "red", "green", "blue", NULL };
static const char *const states[] = { "active", "inactive", "suspended", NULL };
static const char *const units[] = { "days", "months", NULL };

enum {
    ID,
    CODE,
    NOTE,
    EMAIL,
    PIN,
    SIZE,
    WEIGHT,
    TOTAL,
    ACTIVE,
    OWNER,
    STARTS,
    BORN,
    COLOUR,
    STATES,
    TAGS,
    PREFIX,
    LENGTH,
    AFTER,
    UNIT,
    MADE_OF
};

#define T(member) offsetof(struct thing, member)

static const struct field thing_fields[] = {
    [ID] = { "id", FIELD_ID, T(id), FIELD_OUTPUT, .id_prefix = "thing" },
    [CODE] = { "code", FIELD_TEXT, T(code), FIELD_REQUIRED, .min = 2, .max = 5, .form = FORM_CODE },
    [NOTE] = { "note", FIELD_TEXT, T(note), FIELD_NULLABLE, .max = 10 },
    [EMAIL] = { "email", FIELD_TEXT, T(email), .form = FORM_EMAIL },
    [PIN] = { "pin", FIELD_TEXT, T(pin), FIELD_SECRET, .min = 4, .max = 12, .form = FORM_DIGITS },
    [SIZE] = { "size", FIELD_INTEGER, T(size), .min = -5, .max = 100000000 },
    [WEIGHT] = { "weight", FIELD_INTEGER, T(weight), FIELD_NULLABLE },
    [TOTAL] = { "total", FIELD_COUNT, T(total) },
    [ACTIVE] = { "active", FIELD_BOOLEAN, T(active) },
    [OWNER] = { "owner_id", FIELD_ID, T(owner_id), FIELD_NULLABLE, .id_prefix = "cus" },
    [STARTS] = { "starts_at", FIELD_TIME, T(starts_ms) },
    [BORN] = { "born", FIELD_DATE, T(born), FIELD_NULLABLE },
    [COLOUR] = { "colour", FIELD_ENUM, T(colour), FIELD_NULLABLE, .names = colours },
    [STATES] = { "states", FIELD_ENUM_SET, T(states), .names = states },
    [TAGS] = { "tags", FIELD_TEXT_LIST, T(tags), .min = 1, .max = 3, .count_max = 4, .form = FORM_ALPHANUMERIC },
    [PREFIX] = { "numbering.prefix", FIELD_TEXT, T(prefix), .max = 4 },
    [LENGTH] = { "numbering.length", FIELD_INTEGER, T(length), FIELD_REQUIRED, .min = 5, .max = 150 },
    [AFTER] = { "expiry.after", FIELD_INTEGER, T(after), FIELD_NULLABLE, .min = 1, .max = 999 },
    [UNIT] = { "expiry.unit", FIELD_ENUM, T(unit), FIELD_NULLABLE, .names = units },
    [MADE_OF] = { "made_of", FIELD_JSON, T(made_of) },
};

static const struct shape thing_shape = SHAPE("Thing", struct thing, thing_fields);

#define BIT(index) (UINT64_C(1) << (index))

struct fixture {
    struct arena *arena;
    struct faults faults;
    struct thing thing;
    uint64_t present;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->arena = arena_new(REQUEST_ARENA_LEN_MAX);
    assert_non_null(fixture->arena);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static void start_again(struct fixture *fixture)
{
    arena_reset(fixture->arena);
    faults_init(&fixture->faults, fixture->arena);
    memset(&fixture->thing, 0x5A, sizeof fixture->thing); // nothing may be left of what was there
}

static status decode(struct fixture *fixture, text json, bool patch)
{
    start_again(fixture);
    return shape_decode(&thing_shape, &fixture->thing, &fixture->present, json, patch, fixture->arena,
                        &fixture->faults);
}

/* "code required; size out_of_range": the faults, in order, as one text. */
static const char *faults_text(const struct faults *faults)
{
    static char out[8192];
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < faults_kept(faults); i++) {
        len += (size_t)snprintf(out + len, sizeof out - len, "%s" TEXT_FMT " %s", i > 0 ? "; " : "",
                                TEXT_ARG(faults->list[i].field), status_code(faults->list[i].code));
        assert_true(len < sizeof out);
    }
    return out;
}

#define ASSERT_TEXT(actual, expected) assert_true(text_equal((actual), TEXT(expected)))

static void test_every_type_is_decoded(void **state)
{
    struct fixture *fixture = *state;
    const struct thing *thing = &fixture->thing;
    static const char json[] =
        " { \"code\" : \"AB-1\", \"note\": \"\\u00e9\\ud83d\\ude00 \\\"x\\\"\", \"email\": \"a.b+c@mail.example.com\", "
        "\"pin\": \"0123\", \"size\": -5, \"weight\": 9223372036854775807, \"total\": \"18446744073709551615\", "
        "\"active\": true, \"owner_id\": \"cus_0000000000010\", \"starts_at\": \"2001-09-09T01:46:40Z\", "
        "\"born\": \"1970-01-02\", \"colour\": \"blue\", \"states\": [\"suspended\", \"active\"], "
        "\"tags\": [\"a\", \"b1\"], \"numbering\": { \"length\": 150, \"prefix\": \"\" }, "
        "\"expiry\": { \"after\": 1, \"unit\": \"months\" } } ";
    assert_int_equal(decode(fixture, text_of(json), false), OK);
    assert_int_equal(fixture->faults.count, 0);
    ASSERT_TEXT(thing->code, "AB-1");
    ASSERT_TEXT(thing->note, "\xC3\xA9\xF0\x9F\x98\x80 \"x\"");
    ASSERT_TEXT(thing->email, "a.b+c@mail.example.com");
    ASSERT_TEXT(thing->pin, "0123");
    assert_true(thing->size == -5 && thing->weight == INT64_MAX && thing->total == UINT64_MAX && thing->active);
    assert_true(thing->owner_id == 32); // base 32: "10"
    assert_true(thing->starts_ms == INT64_C(1000000000000));
    assert_true(thing->born == 1 && thing->colour == 2 && thing->states == 5);
    assert_int_equal(thing->tags.count, 2);
    ASSERT_TEXT(thing->tags.at[0], "a");
    ASSERT_TEXT(thing->tags.at[1], "b1");
    ASSERT_TEXT(thing->prefix, "");
    assert_true(thing->length == 150 && thing->after == 1 && thing->unit == 1);
    assert_true(thing->id == 0 && !text_present(thing->made_of));
    assert_true(fixture->present == ((BIT(MADE_OF) - 1) & ~BIT(ID)));
}

static void test_what_is_not_given_is_none(void **state)
{
    struct fixture *fixture = *state;
    const struct thing *thing = &fixture->thing;
    assert_int_equal(decode(fixture, TEXT("{}"), true), OK);
    assert_true(fixture->present == 0);
    assert_true(!text_present(thing->code) && thing->size == INTEGER_NONE && thing->total == 0 && !thing->active);
    assert_true(thing->owner_id == 0 && thing->starts_ms == 0 && thing->born == DATE_NONE && thing->colour == -1);
    assert_true(thing->states == 0 && thing->tags.count == 0 && thing->unit == -1);

    static const char nulls[] =
        "{\"note\":null,\"weight\":null,\"owner_id\":null,\"born\":null,\"colour\":null,"
        "\"expiry\":null}";
    assert_int_equal(decode(fixture, text_of(nulls), true), OK);
    assert_true(fixture->present ==
                (BIT(NOTE) | BIT(WEIGHT) | BIT(OWNER) | BIT(BORN) | BIT(COLOUR) | BIT(AFTER) | BIT(UNIT)));
    assert_true(!text_present(thing->note) && thing->weight == INTEGER_NONE && thing->owner_id == 0);
    assert_true(thing->born == DATE_NONE && thing->colour == -1 && thing->after == INTEGER_NONE && thing->unit == -1);
}

#define REST       "\"code\":\"ABC\",\"numbering\":{\"length\":9}"
#define WITH(more) "{" REST "," more "}"
#define E10        "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9" // ten characters
#define X10        "xxxxxxxxxx"
#define X60        X10 X10 X10 X10 X10 X10

static const struct {
    const char *json, *faults;
} fault_cases[] = {
    { WITH("\"total\":\"0\""), "" },
    { WITH("\"size\":-0"), "" },
    { WITH("\"states\":[],\"tags\":[]"), "" },
    { WITH("\"note\":\"" E10 "\""), "" },

    { "{}", "code required; numbering.length required" },
    { "{\"numbering\":{}}", "code required; numbering.length required" },
    { "{\"numbering\":7}", "numbering wrong_type; code required" },
    { "{\"numbering\":null}", "numbering wrong_type; code required" },
    { "{\"code\":null,\"numbering\":{\"length\":null,\"prefix\":null}}",
      "code wrong_type; numbering.length wrong_type; numbering.prefix wrong_type" },

    { WITH("\"size\":1.0"), "size wrong_type" },
    { WITH("\"size\":1e3"), "size wrong_type" },
    { WITH("\"size\":1e999"), "size wrong_type" },
    { WITH("\"size\":\"5\""), "size wrong_type" },
    { WITH("\"size\":true"), "size wrong_type" },
    { WITH("\"size\":[5]"), "size wrong_type" },
    { WITH("\"size\":-6"), "size out_of_range" },
    { WITH("\"size\":100000001"), "size out_of_range" },
    { WITH("\"weight\":9223372036854775808"), "weight out_of_range" },
    { WITH("\"weight\":-9223372036854775807"), "" },
    { WITH("\"weight\":-9223372036854775808"), "weight out_of_range" }, // stands for none
    { WITH("\"weight\":123456789012345678901234567890"), "weight out_of_range" },
    { WITH("\"total\":7"), "total wrong_type" },
    { WITH("\"total\":\"07\""), "total bad_format" },
    { WITH("\"total\":\"-7\""), "total bad_format" },
    { WITH("\"total\":\"18446744073709551616\""), "total out_of_range" },
    { WITH("\"active\":1"), "active wrong_type" },
    { WITH("\"active\":\"true\""), "active wrong_type" },
    { WITH("\"active\":null"), "active wrong_type" },

    { WITH("\"note\":12"), "note wrong_type" },
    { WITH("\"note\":\"01234567890\""), "note too_long" },
    { WITH("\"note\":\"a\\u0000b\""), "note invalid_text" },
    { WITH("\"note\":\"a\\nb\""), "note invalid_text" },
    { WITH("\"note\":\"\\u0085\""), "note invalid_text" },
    { WITH("\"note\":\"\\u2028\""), "note invalid_text" },
    { WITH("\"pin\":\"12a4\""), "pin bad_format" },
    { WITH("\"pin\":\"123\""), "pin too_short" },
    { WITH("\"email\":\"nobody\""), "email bad_format" },
    { WITH("\"owner_id\":\"card_0000000000010\""), "owner_id bad_format" },
    { WITH("\"owner_id\":\"cus_000000000001\""), "owner_id bad_format" },
    { WITH("\"owner_id\":\"cus_0000000000000\""), "owner_id bad_format" },
    { WITH("\"owner_id\":\"cus_fzzzzzzzzzzzz\""), "owner_id bad_format" }, // 2^64 - 1
    { WITH("\"owner_id\":\"cus_000000000001u\""), "owner_id bad_format" }, // no 'u' in base 32
    { WITH("\"owner_id\":\"\""), "owner_id bad_format" },
    { WITH("\"owner_id\":16"), "owner_id wrong_type" },
    { WITH("\"starts_at\":\"2001-09-09\""), "starts_at bad_format" },
    { WITH("\"starts_at\":\"1970-01-01T00:00:00Z\""), "starts_at out_of_range" },
    { WITH("\"starts_at\":1000000000000"), "starts_at wrong_type" },
    { WITH("\"born\":\"2001-02-29\""), "born bad_format" },
    { WITH("\"born\":\"2001-9-9\""), "born bad_format" },
    { WITH("\"colour\":\"BLUE\""), "colour not_allowed_value" },
    { WITH("\"colour\":\"\""), "colour not_allowed_value" },
    { WITH("\"colour\":\"blue\\u0000\""), "colour not_allowed_value" },
    { WITH("\"colour\":2"), "colour wrong_type" },
    { WITH("\"states\":\"active\""), "states wrong_type" },
    { WITH("\"states\":[\"active\",\"gone\",\"active\"]"), "states[1] not_allowed_value; states[2] duplicate_field" },
    { WITH("\"states\":[\"active\",null]"), "states[1] wrong_type" },
    { WITH("\"states\":[\"active\",\"active\",\"active\",\"active\"]"), "states too_long" },
    { WITH("\"tags\":[\"\",\"long1\",\"a-b\",\"ok\"]"), "tags[0] too_short; tags[1] too_long; tags[2] bad_format" },
    { WITH("\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"), "tags too_long" },
    { WITH("\"tags\":[1,\"b\",{}]"), "tags[0] wrong_type; tags[2] wrong_type" },
    { WITH("\"expiry\":[]"), "expiry wrong_type" },
    { WITH("\"expiry\":{\"after\":0,\"unit\":\"years\",\"for\":1}"),
      "expiry.after out_of_range; expiry.unit not_allowed_value; expiry.for unknown_field" },

    { WITH("\"colour\":\"red\",\"colour\":\"red\""), "colour duplicate_field" },
    { WITH("\"c\\u006flour\":\"red\",\"colour\":7"), "colour duplicate_field" },
    { WITH("\"numbering\":{}"), "numbering duplicate_field" },
    { WITH("\"expiry\":{\"after\":1,\"\\u0061fter\":1}"), "expiry.after duplicate_field" },
    { WITH("\"expiry\":null,\"expiry\":null"), "expiry duplicate_field" },

    { WITH("\"id\":\"thing_0000000000010\""), "id unknown_field" },
    { WITH("\"made_of\":{}"), "made_of unknown_field" },
    { WITH("\"other\":{\"deep\":[1]}"), "other unknown_field" },
    { WITH("\"numbering.prefix\":\"A\""), "numbering.prefix unknown_field" },
    { WITH("\"expiry.\":1"), "expiry. unknown_field" },
    { WITH("\"\":1"), " unknown_field" },
    { WITH("\"siz\":1,\"sizes\":1"), "siz unknown_field; sizes unknown_field" },
    { WITH("\"size\\u0000\":1"), " unknown_field" }, // not printable: not repeated
    { WITH("\"expiry\":{\"\\u001b[2J\":1}"), "expiry unknown_field" },
    { WITH("\"" X60 "\\u20ac\\u20ac\\u20ac\\u20acyyy\":1"),
      X60 "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC unknown_field" },
};

static void test_all_faults_are_found(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++) {
        status got = decode(fixture, text_of(fault_cases[i].json), false);
        assert_string_equal(faults_text(&fixture->faults), fault_cases[i].faults);
        assert_int_equal(got, fault_cases[i].faults[0] != '\0' ? INVALID_INPUT : OK);
    }
}

static void test_a_patch_requires_nothing_but_checks_all(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(decode(fixture, TEXT("{\"numbering\":{\"length\":4},\"x\":1}"), true), INVALID_INPUT);
    assert_string_equal(faults_text(&fixture->faults), "numbering.length out_of_range; x unknown_field");
}

static void test_messages_say_what_is_wanted_and_never_the_value(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *json, *says;
    } cases[] = {
        { "{\"size\":987654321}", "between -5 and 100000000" },
        { "{\"weight\":98765432109876543210}", "64 bits" },
        { "{\"note\":\"9876543210987\"}", "at most 10 characters" },
        { "{\"pin\":\"9\"}", "at least 4 characters" },
        { "{\"pin\":\"98765x\"}", "made of digits" },
        { "{\"email\":\"9876\"}", "email address" },
        { "{\"colour\":\"9876\"}", "one of: red, green, blue" },
        { "{\"states\":[\"9876\"]}", "one of: active, inactive, suspended" },
        { "{\"owner_id\":\"9876\"}", "begins with cus_" },
        { "{\"starts_at\":\"9876\"}", "RFC 3339" },
        { "{\"born\":\"9876\"}", "2026-01-31" },
        { "{\"total\":\"x9876\"}", "digits" },
        { "{\"weight\":\"9876\"}", "a whole number or null" },
        { "{\"tags\":\"9876\"}", "a list of texts" },
        { "{\"tags\":[\"9876\",\"a\",\"b\",\"c\",\"d\"]}", "at most 4 entries" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(decode(fixture, text_of(cases[i].json), true), INVALID_INPUT);
        assert_int_equal(fixture->faults.count, 1);
        char message[256];
        snprintf(message, sizeof message, TEXT_FMT, TEXT_ARG(fixture->faults.list[0].message));
        assert_non_null(strstr(message, cases[i].says));
        assert_null(strstr(message, "987"));
    }
}

static void test_what_is_no_json_object_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    static const text cases[] = {
        TEXT(""),
        TEXT(" "),
        TEXT("null"),
        TEXT("[]"),
        TEXT("\"{}\""),
        TEXT("7"),
        TEXT("{"),
        TEXT("{}}"),
        TEXT("{} {}"),
        TEXT("{\"size\":1,}"),
        TEXT("{size:1}"),
        TEXT("{'size':1}"),
        TEXT("{\"size\":01}"),
        TEXT("{\"size\":+1}"),
        TEXT("{\"size\":NaN}"),
        TEXT("{\"size\":Infinity}"),
        TEXT("{\"size\":1} // x"),
        TEXT("{/**/}"),
        TEXT("{\"size\" 1}"),
        TEXT("{\"note\":\"a\nb\"}"),
        TEXT("{\"note\":\"\\x41\"}"),
        TEXT("{}\0"),
        TEXT("\xEF\xBB\xBF{}"),
        TEXT("{\"note\":\"\\ud800\"}"),
        TEXT("{\"note\":\"\\udc00\"}"),
        TEXT("{\"note\":\"\\ud800\\u0041\"}"),
        TEXT("{\"\\ud83d\":1}"),
        { NULL, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(decode(fixture, cases[i], true), MALFORMED_JSON);
        assert_int_equal(fixture->faults.count, 1);
        assert_int_equal(fixture->faults.list[0].code, MALFORMED_JSON);
        assert_true(text_empty(fixture->faults.list[0].field) && fixture->present == 0);
    }
}

static void test_what_is_no_utf8_is_told_as_such(void **state)
{
    struct fixture *fixture = *state;
    static const text cases[] = {
        TEXT("{\"note\":\"\xC0\xAF\"}"),         // '/' in two bytes
        TEXT("{\"note\":\"\xE0\x80\xAF\"}"),     // and in three
        TEXT("{\"note\":\"\xED\xA0\x80\"}"),     // a surrogate
        TEXT("{\"note\":\"\xF4\x90\x80\x80\"}"), // past U+10FFFF
        TEXT("{\"note\":\"\xE2\x82\"}"),         // cut short
        TEXT("{\"no\xFFte\":1}"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(decode(fixture, cases[i], true), MALFORMED_JSON);
        assert_string_equal(faults_text(&fixture->faults), " invalid_text");
    }
}

/* `prefix`, then `part` again and again up to `len` bytes, then `suffix`; in memory of exactly that size. */
static text repeat(const char *prefix, const char *part, size_t len, const char *suffix)
{
    size_t prefix_len = strlen(prefix), part_len = strlen(part), suffix_len = strlen(suffix);
    size_t part_count = len / part_len;
    char *at = malloc(prefix_len + part_count * part_len + suffix_len);
    assert_non_null(at);
    memcpy(at, prefix, prefix_len);
    for (size_t i = 0; i < part_count; i++) {
        memcpy(at + prefix_len + i * part_len, part, part_len);
    }
    memcpy(at + prefix_len + part_count * part_len, suffix, suffix_len);
    return text_bytes(at, prefix_len + part_count * part_len + suffix_len);
}

static void test_large_and_deep_documents_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *prefix, *part, *suffix;
        size_t len;
        status expected;
        int fault_count;
    } cases[] = {
        { "", "[", "", 100000, MALFORMED_JSON, 1 },
        { "", "{\"a\":", "", REQUEST_BODY_LEN_MAX, MALFORMED_JSON, 1 },
        { "{\"x\":", "[", "]]]]]]]}", JSON_DEPTH_MAX - 1, INVALID_INPUT, 1 }, // as deep as it may be
        { "{\"x\":", "[", "]]]]]]]]}", JSON_DEPTH_MAX, MALFORMED_JSON, 1 },
        { "{\"note\":\"", "[{\\\"", "\"}", 3000, INVALID_INPUT, 1 }, // brackets in a text nest nothing
        { "{\"x\":[1", ",1", "]}", 2 * 16000, INVALID_INPUT, 1 },
        { "{\"x\":[1", ",1", "]}", 2 * JSON_VALUE_COUNT_MAX, MALFORMED_JSON, 1 },
        { "{\"x\":[1", ",1", "]}", REQUEST_BODY_LEN_MAX, MALFORMED_JSON, 1 },
        { "{\"note\":\"", "x", "\"}", REQUEST_BODY_LEN_MAX, INVALID_INPUT, 1 },
        { "{\"x\":0", ",\"x\":0", "}", 6 * 8000, INVALID_INPUT, 8001 }, // counted, 64 kept
        { "{\"tags\":[1", ",1", "]}", 2 * 16000, INVALID_INPUT, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text json = repeat(cases[i].prefix, cases[i].part, cases[i].len, cases[i].suffix);
        assert_int_equal(decode(fixture, json, true), cases[i].expected);
        assert_int_equal(fixture->faults.count, cases[i].fault_count);
        free((char *)(uintptr_t)json.at);
    }
}

static void test_a_short_arena_is_out_of_memory(void **state)
{
    struct fixture *fixture = *state;
    struct arena *small = arena_new(512);
    start_again(fixture);
    text json = repeat("{\"note\":\"", "x", 1000, "\"}");
    assert_int_equal(
        shape_decode(&thing_shape, &fixture->thing, &fixture->present, json, true, small, &fixture->faults),
        OUT_OF_MEMORY);
    free((char *)(uintptr_t)json.at);
    arena_free(small);
}

static void test_pairs(void **state)
{
    struct fixture *fixture = *state;
    const struct thing *thing = &fixture->thing;
    static const struct pair pairs[] = {
        { TEXT("code"), TEXT("AB") },
        { TEXT("numbering.length"), TEXT("9") },
        { TEXT("size"), TEXT("-5") },
        { TEXT("total"), TEXT("12") },
        { TEXT("active"), TEXT("true") },
        { TEXT("owner_id"), TEXT("cus_0000000000010") },
        { TEXT("starts_at"), TEXT("2001-09-09T03:46:40+02:00") },
        { TEXT("born"), TEXT("1969-12-31") },
        { TEXT("colour"), TEXT("green") },
        { TEXT("states"), TEXT("inactive,active") },
        { TEXT("tags"), TEXT("a,b") },
        { TEXT("note"), TEXT("") },
    };
    int count = sizeof pairs / sizeof pairs[0];
    start_again(fixture);
    assert_int_equal(shape_decode_pairs(&thing_shape, &fixture->thing, &fixture->present, pairs, count, fixture->arena,
                                        &fixture->faults),
                     OK);
    assert_true(thing->size == -5 && thing->total == 12 && thing->active && thing->length == 9);
    assert_true(thing->owner_id == 32);
    assert_true(thing->starts_ms == INT64_C(1000000000000) && thing->born == -1 && thing->colour == 1);
    assert_true(thing->states == 3 && thing->tags.count == 2 && text_present(thing->note) && text_empty(thing->note));
    ASSERT_TEXT(thing->tags.at[1], "b");
    assert_true(fixture->present == (BIT(CODE) | BIT(LENGTH) | BIT(SIZE) | BIT(TOTAL) | BIT(ACTIVE) | BIT(OWNER) |
                                     BIT(STARTS) | BIT(BORN) | BIT(COLOUR) | BIT(STATES) | BIT(TAGS) | BIT(NOTE)));
}

static void test_faults_of_pairs(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        struct pair pair;
        const char *faults;
    } cases[] = {
        { { TEXT("states"), TEXT("") }, "" },
        { { TEXT("code"), TEXT("XY") }, "code duplicate_field" },
        { { TEXT("size"), TEXT("") }, "size wrong_type" },
        { { TEXT("size"), TEXT("+1") }, "size wrong_type" },
        { { TEXT("size"), TEXT("01") }, "size wrong_type" },
        { { TEXT("size"), TEXT("1 ") }, "size wrong_type" },
        { { TEXT("size"), TEXT("1e2") }, "size wrong_type" },
        { { TEXT("size"), TEXT("100000001") }, "size out_of_range" },
        { { TEXT("weight"), TEXT("99999999999999999999") }, "weight out_of_range" },
        { { TEXT("active"), TEXT("1") }, "active wrong_type" },
        { { TEXT("active"), TEXT("TRUE") }, "active wrong_type" },
        { { TEXT("colour"), TEXT("1") }, "colour not_allowed_value" },
        { { TEXT("owner_id"), TEXT("card_0000000000010") }, "owner_id bad_format" },
        { { TEXT("note"), TEXT("\xFF") }, "note invalid_text" },
        { { TEXT("note"), TEXT("a\0") }, "note invalid_text" },
        { { TEXT("note"), TEXT("01234567890") }, "note too_long" },
        { { TEXT("states"), TEXT("active,") }, "states[1] not_allowed_value" },
        { { TEXT("tags"), TEXT("a,b,c,d,e") }, "tags too_long" },
        { { TEXT("numbering"), TEXT("1") }, "numbering unknown_field" },
        { { TEXT("id"), TEXT("thing_0000000000010") }, "id unknown_field" },
        { { TEXT("made_of"), TEXT("{}") }, "made_of unknown_field" },
        { { TEXT("x\xFF"), TEXT("1") }, " unknown_field" },
        { { TEXT("colour\0"), TEXT("red") }, " unknown_field" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pair pairs[] = {
            { TEXT("code"), TEXT("AB") },
            { TEXT("numbering.length"), TEXT("9") },
            cases[i].pair,
        };
        start_again(fixture);
        status got = shape_decode_pairs(&thing_shape, &fixture->thing, &fixture->present, pairs, 3, fixture->arena,
                                        &fixture->faults);
        assert_string_equal(faults_text(&fixture->faults), cases[i].faults);
        assert_int_equal(got, cases[i].faults[0] != '\0' ? INVALID_INPUT : OK);
    }
    start_again(fixture);
    assert_int_equal(
        shape_decode_pairs(&thing_shape, &fixture->thing, &fixture->present, NULL, 0, fixture->arena, &fixture->faults),
        INVALID_INPUT);
    assert_string_equal(faults_text(&fixture->faults), "code required; numbering.length required");
}

static void test_overlay_copies_what_was_given(void **state)
{
    struct fixture *fixture = *state;
    struct thing stored;
    shape_clear(&thing_shape, &stored);
    stored.code = TEXT("OLD");
    stored.note = TEXT("old");
    stored.weight = 7;
    stored.colour = 1;
    stored.after = 30;
    stored.unit = 0;
    static const char patch[] = "{\"note\":null,\"weight\":8,\"active\":true,\"expiry\":{\"after\":31}}";
    assert_int_equal(decode(fixture, text_of(patch), true), OK);
    shape_overlay(&thing_shape, &stored, &fixture->thing, fixture->present);
    ASSERT_TEXT(stored.code, "OLD");
    assert_true(!text_present(stored.note) && stored.weight == 8 && stored.active && stored.colour == 1);
    assert_true(stored.after == 31 && stored.unit == 0);
}

static void encode(const struct shape *shape, const void *object, bool secrets, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 64 * 1024);
    shape_encode(shape, object, secrets, &out);
    assert_false(out.failed);
    buffer_append(&out, "", 1);
    assert_string_equal((const char *)out.at, expected);
    buffer_release(&out);
}

static void test_every_type_is_encoded(void **state)
{
    (void)state;
    static const text tags[] = { TEXT("a"), TEXT("\"\\\x01\n") };
    struct thing thing = {
        .id = 32,
        .code = TEXT("A\xC3\xA9"),
        .note = TEXT(""),
        .email = TEXT_ABSENT,
        .pin = TEXT("1234"),
        .made_of = TEXT("[{\"x\":1}]"),
        .size = INT64_MIN + 1,
        .weight = 0,
        .total = UINT64_MAX,
        .active = true,
        .owner_id = INT64_MAX,
        .starts_ms = INT64_C(1000000000123),
        .born = -1,
        .colour = 0,
        .states = 6,
        .tags = { tags, 2 },
        .prefix = TEXT("P"),
        .length = 16,
        .after = 2,
        .unit = 1,
    };
    encode(&thing_shape, &thing, false,
           "{\"id\":\"thing_0000000000010\",\"code\":\"A\xC3\xA9\",\"note\":\"\",\"email\":null,\"pin\":null,"
           "\"size\":-9223372036854775807,\"weight\":0,\"total\":\"18446744073709551615\",\"active\":true,"
           "\"owner_id\":\"cus_7zzzzzzzzzzzz\",\"starts_at\":\"2001-09-09T01:46:40.123Z\",\"born\":\"1969-12-31\","
           "\"colour\":\"red\",\"states\":[\"inactive\",\"suspended\"],\"tags\":[\"a\",\"\\\"\\\\\\u0001\\n\"],"
           "\"numbering\":{\"prefix\":\"P\",\"length\":16},\"expiry\":{\"after\":2,\"unit\":\"months\"},"
           "\"made_of\":[{\"x\":1}]}");
    shape_clear(&thing_shape, &thing);
    thing.pin = TEXT("1234");
    thing.after = 5; // one given: the nested object is there
    encode(&thing_shape, &thing, true,
           "{\"id\":null,\"code\":null,\"note\":null,\"email\":null,\"pin\":\"1234\",\"size\":null,\"weight\":null,"
           "\"total\":\"0\",\"active\":false,\"owner_id\":null,\"starts_at\":null,\"born\":null,\"colour\":null,"
           "\"states\":[],\"tags\":[],\"numbering\":{\"prefix\":null,\"length\":null},"
           "\"expiry\":{\"after\":5,\"unit\":null},\"made_of\":null}");
}

struct two_way {
    text in, out, secret, inner_in;
    int64_t after;
};

static const struct field two_way_fields[] = {
    { "in", FIELD_TEXT, offsetof(struct two_way, in), FIELD_INPUT | FIELD_REQUIRED, .form = FORM_LINE,
      .help = "In \"1\"." },
    { "inner.in", FIELD_TEXT, offsetof(struct two_way, inner_in), FIELD_INPUT, .max = 3 },
    { "out", FIELD_TEXT, offsetof(struct two_way, out), FIELD_OUTPUT },
    { "secret", FIELD_TEXT, offsetof(struct two_way, secret), FIELD_SECRET | FIELD_OUTPUT },
    { "expiry.after", FIELD_INTEGER, offsetof(struct two_way, after), FIELD_OUTPUT | FIELD_NULLABLE },
};

static const struct shape two_way_shape = SHAPE("TwoWay", struct two_way, two_way_fields);

static void test_one_way_fields_and_empty_objects_are_left_out(void **state)
{
    (void)state;
    struct two_way object;
    shape_clear(&two_way_shape, &object);
    object.in = TEXT("i");
    object.secret = TEXT("s");
    encode(&two_way_shape, &object, false, "{\"out\":null,\"secret\":null,\"expiry\":null}");
    object.after = 1;
    encode(&two_way_shape, &object, true, "{\"out\":null,\"secret\":\"s\",\"expiry\":{\"after\":1}}");
    static const struct shape nothing = { "Nothing", NULL, 0, 0 };
    encode(&nothing, &object, true, "{}");
}

static void test_what_was_encoded_is_decoded_to_the_same(void **state)
{
    struct fixture *fixture = *state;
    static const char json[] =
        "{\"code\":\"AB\",\"note\":\"\\u20ac / \\\\\",\"email\":\"a@b.cd\",\"pin\":\"1234\",\"size\":7,\"weight\":null,"
        "\"total\":\"5\",\"active\":true,\"owner_id\":\"cus_0123456789abc\",\"starts_at\":\"2026-11-21T05:00:00.001Z\","
        "\"born\":\"2024-02-29\",\"colour\":null,\"states\":[\"inactive\"],\"tags\":[\"x\"],"
        "\"numbering\":{\"prefix\":\"P\",\"length\":16},\"expiry\":null}";
    static const char printed[] =
        "{\"id\":null,\"code\":\"AB\",\"note\":\"\xE2\x82\xAC / \\\\\",\"email\":\"a@b.cd\",\"pin\":\"1234\","
        "\"size\":7,\"weight\":null,\"total\":\"5\",\"active\":true,\"owner_id\":\"cus_0123456789abc\","
        "\"starts_at\":\"2026-11-21T05:00:00.001Z\",\"born\":\"2024-02-29\",\"colour\":null,\"states\":[\"inactive\"],"
        "\"tags\":[\"x\"],\"numbering\":{\"prefix\":\"P\",\"length\":16},\"expiry\":null,\"made_of\":null}";
    assert_int_equal(decode(fixture, text_of(json), false), OK);
    encode(&thing_shape, &fixture->thing, true, printed);
}

static void test_a_full_buffer_fails_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(decode(fixture, text_of("{" REST "}"), false), OK);
    struct buffer out;
    buffer_init(&out, 64 * 1024);
    shape_encode(&thing_shape, &fixture->thing, false, &out);
    size_t whole_len = out.len;
    buffer_release(&out);
    for (size_t max = 0; max <= whole_len; max++) {
        buffer_init(&out, max);
        shape_encode(&thing_shape, &fixture->thing, false, &out);
        assert_int_equal(out.failed, max < whole_len);
        assert_true(out.len <= max);
        buffer_release(&out);
    }
}

static void expect_schema(const struct shape *shape, bool input, bool patch, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 64 * 1024);
    shape_print_schema(shape, input, patch, &out);
    assert_false(out.failed);
    buffer_append(&out, "", 1);
    assert_string_equal((const char *)out.at, expected);
    buffer_release(&out);
}

#define THING_STATES                                                                                                   \
    "\"states\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\",\"suspended\"]}," \
    "\"uniqueItems\":true},"
#define THING_TAGS                                                                                                     \
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":3,"                     \
    "\"pattern\":\"^[0-9A-Za-z]*$\"},\"maxItems\":4},"
#define THING_INPUT                                                                                                    \
    "{\"type\":\"object\",\"properties\":{"                                                                            \
    "\"code\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":5,\"pattern\":\"^[0-9A-Za-z_-]*$\"},"                 \
    "\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":10},"                                                      \
    "\"email\":{\"type\":\"string\",\"maxLength\":254,\"format\":\"email\"},"                                          \
    "\"pin\":{\"type\":\"string\",\"minLength\":4,\"maxLength\":12,\"pattern\":\"^[0-9]*$\"},"                         \
    "\"size\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":-5,\"maximum\":100000000},"                       \
    "\"weight\":{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"},"                                               \
    "\"total\":{\"type\":\"string\",\"pattern\":\"^(0|[1-9][0-9]*)$\"},"                                               \
    "\"active\":{\"type\":\"boolean\"},"                                                                               \
    "\"owner_id\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^cus_[0-9A-Za-z]{13}$\"},"                             \
    "\"starts_at\":{\"type\":\"string\",\"format\":\"date-time\"},"                                                    \
    "\"born\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},"                                                   \
    "\"colour\":{\"type\":[\"string\",\"null\"],\"enum\":[\"red\",\"green\",\"blue\",null]}," THING_STATES THING_TAGS  \
    "\"numbering\":{\"type\":\"object\",\"properties\":{\"prefix\":{\"type\":\"string\",\"maxLength\":4},"             \
    "\"length\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":5,\"maximum\":150}}"
#define THING_EXPIRY                                                                                                   \
    "\"expiry\":{\"type\":[\"object\",\"null\"],\"properties\":{\"after\":{\"type\":[\"integer\",\"null\"],"           \
    "\"format\":\"int64\",\"minimum\":1,\"maximum\":999},"                                                             \
    "\"unit\":{\"type\":[\"string\",\"null\"],\"enum\":[\"days\",\"months\",null]}},"                                  \
    "\"additionalProperties\":false}}"

static void test_schema(void **state)
{
    (void)state;
    expect_schema(&thing_shape, true, false,
                  THING_INPUT ",\"required\":[\"length\"],\"additionalProperties\":false}," THING_EXPIRY
                              ",\"required\":[\"code\",\"numbering\"],\"additionalProperties\":false}");
    expect_schema(&thing_shape, true, true,
                  THING_INPUT ",\"additionalProperties\":false}," THING_EXPIRY ",\"additionalProperties\":false}");
    expect_schema(&two_way_shape, true, false,
                  "{\"type\":\"object\",\"properties\":{"
                  "\"in\":{\"type\":\"string\",\"pattern\":\"^\\\\S(.*\\\\S)?$\",\"description\":\"In \\\"1\\\".\"},"
                  "\"inner\":{\"type\":\"object\",\"properties\":{\"in\":{\"type\":\"string\",\"maxLength\":3}},"
                  "\"additionalProperties\":false}},\"required\":[\"in\"],\"additionalProperties\":false}");
    expect_schema(&two_way_shape, false, true,
                  "{\"type\":\"object\",\"properties\":{\"out\":{\"type\":\"string\"},"
                  "\"secret\":{\"type\":[\"string\",\"null\"]},\"expiry\":{\"type\":[\"object\",\"null\"],"
                  "\"properties\":{\"after\":{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}},"
                  "\"required\":[\"after\"],\"additionalProperties\":false}},"
                  "\"required\":[\"out\",\"secret\",\"expiry\"],\"additionalProperties\":false}");
    static const struct field json_field[] = { { "any", FIELD_JSON, 0, .help = "Made before." } };
    static const struct shape json_shape = SHAPE("Any", text, json_field);
    expect_schema(&json_shape, false, false,
                  "{\"type\":\"object\",\"properties\":{\"any\":{\"description\":\"Made before.\"}},"
                  "\"required\":[\"any\"],\"additionalProperties\":false}");
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        enum field_form form;
        text value;
        bool holds;
    } cases[] = {
        { FORM_ANY, TEXT(" "), true },
        { FORM_LINE, TEXT("Asha Rao"), true },
        { FORM_LINE, TEXT("\xE6\x9D\x8E"), true },
        { FORM_LINE, TEXT("a\xC2\xA0z"), true },
        { FORM_LINE, TEXT(""), false },
        { FORM_LINE, TEXT(" "), false },
        { FORM_LINE, TEXT("a "), false },
        { FORM_LINE, TEXT("\xC2\xA0z"), false },     // no-break space
        { FORM_LINE, TEXT("z\xE3\x80\x80"), false }, // ideographic space
        { FORM_LINE, TEXT("\xEF\xBB\xBFz"), false }, // byte order mark
        { FORM_CODE, TEXT("az-AZ_09"), true },
        { FORM_CODE, TEXT(""), true }, // length is the field's own matter
        { FORM_CODE, TEXT("a.b"), false },
        { FORM_CODE, TEXT("\xC3\xA9"), false },
        { FORM_ALPHANUMERIC, TEXT("azAZ09"), true },
        { FORM_ALPHANUMERIC, TEXT("a-b"), false },
        { FORM_DIGITS, TEXT("0123456789"), true },
        { FORM_DIGITS, TEXT("\xD9\xA1"), false }, // an Arabic digit
        { FORM_DIGITS, TEXT("1/"), false },
        { FORM_DIGITS, TEXT("1:"), false },
        { FORM_EMAIL, TEXT("asha@example.com"), true },
        { FORM_EMAIL, TEXT("a.b+c'd@x-y.example.co.in"), true },
        { FORM_EMAIL, TEXT("a@xn--bcher-kva.example"), true },
        { FORM_EMAIL, TEXT("a@host"), false },
        { FORM_EMAIL, TEXT("@example.com"), false },
        { FORM_EMAIL, TEXT("a@"), false },
        { FORM_EMAIL, TEXT("a@b@example.com"), false },
        { FORM_EMAIL, TEXT(".a@example.com"), false },
        { FORM_EMAIL, TEXT("a..b@example.com"), false },
        { FORM_EMAIL, TEXT("a.@example.com"), false },
        { FORM_EMAIL, TEXT("a b@example.com"), false },
        { FORM_EMAIL, TEXT("<a@example.com>"), false },
        { FORM_EMAIL, TEXT("a,b@example.com"), false },
        { FORM_EMAIL, TEXT("a@example..com"), false },
        { FORM_EMAIL, TEXT("a@example.com."), false },
        { FORM_EMAIL, TEXT("a@-x.com"), false },
        { FORM_EMAIL, TEXT("a@x-.com"), false },
        { FORM_EMAIL, TEXT("a@10.0.0.1"), false },
        { FORM_EMAIL, TEXT("a@[10.0.0.1]"), false },
        { FORM_EMAIL, TEXT(X60 "xxxx@example.com"), true },
        { FORM_EMAIL, TEXT(X60 "xxxxx@example.com"), false },
        { FORM_EMAIL, TEXT("ab@" X60 "." X60 "." X60 "." X60 ".example"), true }, // 3 + 4 * 61 + 7 = 254
        { FORM_EMAIL, TEXT("abc@" X60 "." X60 "." X60 "." X60 ".example"), false },
        { FORM_MOBILE, TEXT("+919800000001"), true },
        { FORM_MOBILE, TEXT("+1234567"), true },
        { FORM_MOBILE, TEXT("+123456789012345"), true },
        { FORM_MOBILE, TEXT("+123456"), false },
        { FORM_MOBILE, TEXT("+1234567890123456"), false },
        { FORM_MOBILE, TEXT("919800000001"), false },
        { FORM_MOBILE, TEXT("+019800000001"), false },
        { FORM_MOBILE, TEXT("+91 9800000001"), false },
        { FORM_MOBILE, TEXT("+"), false },
        { FORM_MOBILE, TEXT(""), false },
        { FORM_COUNTRY, TEXT("AD"), true },
        { FORM_COUNTRY, TEXT("IN"), true },
        { FORM_COUNTRY, TEXT("ZW"), true },
        { FORM_COUNTRY, TEXT("in"), false },
        { FORM_COUNTRY, TEXT("IND"), false },
        { FORM_COUNTRY, TEXT("ZZ"), false },
        { FORM_COUNTRY, TEXT("UK"), false }, // reserved, not assigned: it is GB
        { FORM_COUNTRY, TEXT("DA"), false }, // stands across two codes of the list
        { FORM_COUNTRY, TEXT(""), false },
        { FORM_CARD_NUMBER, TEXT("GOLD1"), true },
        { FORM_CARD_NUMBER, TEXT("4111111111111111"), true },
        { FORM_CARD_NUMBER, TEXT("4111"), false },
        { FORM_CARD_NUMBER, TEXT("4111 1111"), false },
        { FORM_CARD_NUMBER, TEXT(X60 X60 X10 X10 X10), true },
        { FORM_CARD_NUMBER, TEXT(X60 X60 X10 X10 X10 "x"), false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (field_form_holds(cases[i].form, cases[i].value) != cases[i].holds) {
            fail_msg("form %d of case %zu: " TEXT_FMT, (int)cases[i].form, i, TEXT_ARG(cases[i].value));
        }
    }
}

static void test_the_countries_are_the_249_of_the_standard(void **state)
{
    (void)state;
    int count = 0;
    for (int i = 0; i < 26 * 26; i++) {
        const char code[] = { (char)('A' + i / 26), (char)('A' + i % 26) };
        count += field_form_holds(FORM_COUNTRY, text_bytes(code, sizeof code));
    }
    assert_int_equal(count, 249);
}

static void test_ids(void **state)
{
    struct fixture *fixture = *state;
    ASSERT_TEXT(id_print(fixture->arena, "card", 1), "card_0000000000001");
    ASSERT_TEXT(id_print(fixture->arena, "otp", INT64_MAX), "otp_7zzzzzzzzzzzz");
    assert_true(id_parse("otp", TEXT("otp_7ZZZZZZZZZZZZ")) == INT64_MAX);
    assert_true(id_parse("card", TEXT("card_0000000000001")) == 1);
    static const text wrong[] = {
        TEXT("card_8000000000000"),
        TEXT("card_0000000000000"),
        TEXT("card-0000000000001"),
        TEXT("cards_000000000001"),
        TEXT("CARD_0000000000001"),
        TEXT("card_00000000000011"),
        TEXT("card_"),
        TEXT("card"),
        TEXT(""),
        { NULL, 0 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_true(id_parse("card", wrong[i]) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_type_is_decoded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_not_given_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_faults_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_patch_requires_nothing_but_checks_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_messages_say_what_is_wanted_and_never_the_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_json_object_is_malformed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_utf8_is_told_as_such, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_and_deep_documents_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_short_arena_is_out_of_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pairs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_faults_of_pairs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_overlay_copies_what_was_given, set_up, tear_down),
        cmocka_unit_test(test_every_type_is_encoded),
        cmocka_unit_test(test_one_way_fields_and_empty_objects_are_left_out),
        cmocka_unit_test_setup_teardown(test_what_was_encoded_is_decoded_to_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_buffer_fails_and_nothing_else, set_up, tear_down),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_the_countries_are_the_249_of_the_standard),
        cmocka_unit_test_setup_teardown(test_ids, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
