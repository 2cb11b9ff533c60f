#include "api/series.h"

#include "base/limits.h"
#include "domain/series.h"

#define S(member) offsetof(struct series, member)

static const struct field series_fields[] = {
    { "id", FIELD_ID, S(id), FIELD_OUTPUT, .id_prefix = "series", .help = "The series' id." },
    { "code", FIELD_TEXT, S(code), FIELD_REQUIRED, .min = 1, .max = SERIES_CODE_LEN_MAX, .form = FORM_CODE,
      .help = "Short code, unique in the organisation; never changes." },
    { "name", FIELD_TEXT, S(name), FIELD_REQUIRED, .min = 1, .max = SERIES_NAME_LEN_MAX, .form = FORM_LINE,
      .help = "Name for people." },
    { "type", FIELD_ENUM, S(type), .names = series_type_names, .help = "Physical (default) or digital." },
    { "kind", FIELD_ENUM, S(kind), .names = series_kind_names,
      .help = "Loyalty (default) or a payment kind; never changes." },
    { "numbering.prefix", FIELD_TEXT, S(layout.prefix), .max = NUMBER_PREFIX_LEN_MAX, .form = FORM_ALPHANUMERIC,
      .help = "What each number begins with." },
    { "numbering.suffix", FIELD_TEXT, S(layout.suffix), .max = NUMBER_PREFIX_LEN_MAX, .form = FORM_ALPHANUMERIC,
      .help = "What each number ends with." },
    { "numbering.length", FIELD_INTEGER, S(layout.length), FIELD_REQUIRED, .min = NUMBER_LEN_MIN, .max = NUMBER_LEN_MAX,
      .help = "Length of the whole number: prefix, digits, check digit and suffix together." },
    { "numbering.method", FIELD_ENUM, S(layout.method), .names = number_method_names,
      .help = "Random (default) or sequential." },
    { "numbering.check_digit", FIELD_ENUM, S(layout.check_digit), .names = check_digit_names,
      .help = "The check digit before the suffix: none (default), luhn or mod7." },
    { "numbering.start", FIELD_INTEGER, S(layout.start), .min = 0, .max = INT64_MAX,
      .help = "Sequential: the digits of the first number, as a number. Default 0." },
    { "numbering.generation", FIELD_BOOLEAN, S(generation),
      .help = "Does it draw numbers (default), or only take registered ones?" },
    { "space.total", FIELD_COUNT, S(total), FIELD_OUTPUT, .help = "How many numbers the space holds." },
    { "space.drawn", FIELD_COUNT, S(drawn), FIELD_OUTPUT,
      .help = "How many of its places are used: drawn, reserved or passed over." },
    { "space.left", FIELD_COUNT, S(left), FIELD_OUTPUT, .help = "How many are left." },
    { "space.nearly_full", FIELD_BOOLEAN, S(nearly_full), FIELD_OUTPUT,
      .help = "True once nine tenths are used: time for another series." },
    { "max_cards_per_customer", FIELD_INTEGER, S(max_cards), FIELD_NULLABLE, .min = 1, .max = CARDS_PER_CUSTOMER_MAX,
      .help = "How many cards of the series a customer may have; null: no limit." },
    { "max_active_cards_per_customer", FIELD_INTEGER, S(max_active_cards), FIELD_NULLABLE, .min = 1,
      .max = CARDS_PER_CUSTOMER_MAX, .help = "How many of them may be active; null: no limit." },
    { "expiry.after", FIELD_INTEGER, S(expiry_after), FIELD_NULLABLE, .min = 1, .max = 36500,
      .help = "Cards expire so long after issue; null: never." },
    { "expiry.unit", FIELD_ENUM, S(expiry_unit), FIELD_NULLABLE, .names = expiry_unit_names,
      .help = "Days (default), or months, which end on the month's last day." },
    { "verified_customers_only", FIELD_BOOLEAN, S(verified_only), .help = "Issue to verified customers only." },
    { "active", FIELD_BOOLEAN, S(active), .help = "Only an active series draws and issues. Default true." },
    { "created_at", FIELD_TIME, S(created_ms), FIELD_OUTPUT, .help = "When it was made." },
    { "version", FIELD_INTEGER, S(version), .min = 0, .max = INT64_MAX,
      .help = "Rises with each change; sent with a change, it must be the current one." },
};

static const struct shape series_shape = SHAPE("Series", struct series, series_fields);

struct preview {
    struct series series;
    struct text_list examples;
};

#define P(member) offsetof(struct preview, series.member)

static const struct field preview_fields[] = {
    { "series_id", FIELD_ID, P(id), FIELD_INPUT, .id_prefix = "series",
      .help = "The series whose numbering this could become: its own numbers are no overlap." },
    { "kind", FIELD_ENUM, P(kind), FIELD_INPUT, .names = series_kind_names,
      .help = "Loyalty (default) or a payment kind." },
    { "numbering.prefix", FIELD_TEXT, P(layout.prefix), FIELD_INPUT, .max = NUMBER_PREFIX_LEN_MAX,
      .form = FORM_ALPHANUMERIC, .help = "As in a series." },
    { "numbering.suffix", FIELD_TEXT, P(layout.suffix), FIELD_INPUT, .max = NUMBER_PREFIX_LEN_MAX,
      .form = FORM_ALPHANUMERIC, .help = "As in a series." },
    { "numbering.length", FIELD_INTEGER, P(layout.length), FIELD_INPUT | FIELD_REQUIRED, .min = NUMBER_LEN_MIN,
      .max = NUMBER_LEN_MAX, .help = "Length of the whole number." },
    { "numbering.method", FIELD_ENUM, P(layout.method), FIELD_INPUT, .names = number_method_names,
      .help = "As in a series." },
    { "numbering.check_digit", FIELD_ENUM, P(layout.check_digit), FIELD_INPUT, .names = check_digit_names,
      .help = "As in a series." },
    { "numbering.start", FIELD_INTEGER, P(layout.start), FIELD_INPUT, .min = 0, .max = INT64_MAX,
      .help = "As in a series." },
    { "numbering.generation", FIELD_BOOLEAN, P(generation), FIELD_INPUT, .help = "As in a series." },
    { "examples", FIELD_TEXT_LIST, offsetof(struct preview, examples), FIELD_OUTPUT,
      .help = "The first five numbers as they could look, made with a key that is thrown away." },
    { "space.total", FIELD_COUNT, P(total), FIELD_OUTPUT, .help = "How many numbers the space holds." },
    { "space.drawn", FIELD_COUNT, P(drawn), FIELD_OUTPUT, .help = "0: nothing is saved." },
    { "space.left", FIELD_COUNT, P(left), FIELD_OUTPUT, .help = "How many could be drawn." },
};

static const struct shape preview_shape = SHAPE("SeriesPreview", struct preview, preview_fields);

struct series_query {
    struct page page;
    text code;
    int activity; // index of activity_names, as in series_filter
};

static const char *const activity_names[] = { "inactive", "active", NULL };

static const struct field query_fields[] = {
    PAGE_FIELDS(struct series_query),
    { "state", FIELD_ENUM, offsetof(struct series_query, activity), .names = activity_names,
      .help = "Only active or inactive series." },
    { "code", FIELD_TEXT, offsetof(struct series_query, code), .max = SERIES_CODE_LEN_MAX,
      .help = "The series of this code." },
};

static const struct shape query_shape = SHAPE("SeriesQuery", struct series_query, query_fields);

// What stands in a layout that was not given in full.
static void default_layout(struct number_layout *layout)
{
    layout->prefix = text_present(layout->prefix) ? layout->prefix : TEXT("");
    layout->suffix = text_present(layout->suffix) ? layout->suffix : TEXT("");
    layout->method = layout->method < 0 ? NUMBER_RANDOM : layout->method;
    layout->check_digit = layout->check_digit < 0 ? CHECK_DIGIT_NONE : layout->check_digit;
    layout->start = layout->start == INTEGER_NONE ? 0 : layout->start;
}

static status create(struct call *call)
{
    struct series *series = CALL_NEW(call, struct series);
    if (series == NULL) {
        return OUT_OF_MEMORY;
    }
    *series = *(struct series *)call->input;
    default_layout(&series->layout);
    series->type = series->type < 0 ? SERIES_PHYSICAL : series->type;
    series->kind = series->kind < 0 ? SERIES_LOYALTY : series->kind;
    series->generation = call_has(call, "numbering.generation") ? series->generation : true;
    series->active = call_has(call, "active") ? series->active : true;
    TRY(series_create(call->work, series));
    return reply_one(call, series);
}

static status read_one(struct call *call)
{
    struct series *series = CALL_NEW(call, struct series);
    if (series == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(series_get(call->work, series, call->path_ids[0]));
    return reply_one(call, series);
}

static status read_list(struct call *call)
{
    const struct series_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct series *found;
    const struct series_filter filter = { limit + 1, query->page.after, query->activity, query->code };
    TRY(series_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status change(struct call *call)
{
    struct series *series = CALL_NEW(call, struct series);
    if (series == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(series_get_locked(call->work, series, call->path_ids[0]));
    series->version = 0;
    shape_overlay(&series_shape, series, call->input, call->present);
    TRY(series_update(call->work, series));
    TRY(series_get(call->work, series, series->id));
    return reply_one(call, series);
}

enum { EXAMPLE_COUNT = 5 };

static status preview(struct call *call)
{
    struct preview *preview = CALL_NEW(call, struct preview);
    if (preview == NULL) {
        return OUT_OF_MEMORY;
    }
    *preview = *(struct preview *)call->input;
    struct series *series = &preview->series;
    default_layout(&series->layout);
    series->kind = series->kind < 0 ? SERIES_LOYALTY : series->kind;
    TRY(series_judge_layout(call->work, &series->layout, series->kind, series->id));
    series->total = series->left = number_layout_space(&series->layout);
    TRY(series_examples(call->work, &series->layout, &preview->examples, EXAMPLE_COUNT));
    return reply_one(call, preview);
}

static const struct operation rows[] = {
    { "GET", "/v1/series", READ, MAY_READ_SERIES, read_list, .query = &query_shape, .out = &series_shape, .list = true,
      .id = "series_list", .tag = "Series", .help = "List series, newest first." },
    { "POST", "/v1/series", WRITE, MAY_CHANGE_SERIES, create, .in = &series_shape, .out = &series_shape, .success = 201,
      .audit = "series.created", .event = "series.created",
      .outcomes = { SERIES_EXISTS, SERIES_OVERLAPS, NUMBER_SPACE_INVALID, OUT_OF_RANGE }, .id = "series_create",
      .tag = "Series", .help = "Make a series." },
    { "POST", "/v1/series/preview", READ, MAY_READ_SERIES, preview, .in = &preview_shape, .out = &preview_shape,
      .outcomes = { SERIES_OVERLAPS, NUMBER_SPACE_INVALID }, .id = "series_preview", .tag = "Series",
      .help = "Show the first numbers and the space of a series before it is saved." },
    { "GET", "/v1/series/{series_id}", READ, MAY_READ_SERIES, read_one, .out = &series_shape,
      .outcomes = { SERIES_NOT_FOUND }, .id = "series_get", .tag = "Series", .help = "Read a series." },
    { "PATCH", "/v1/series/{series_id}", WRITE, MAY_CHANGE_SERIES, change, .in = &series_shape, .patch = true,
      .out = &series_shape, .audit = "series.changed", .event = "series.changed",
      .outcomes = { SERIES_NOT_FOUND, IMMUTABLE_FIELD, VERSION_CONFLICT, SERIES_OVERLAPS, NUMBER_SPACE_INVALID },
      .id = "series_update", .tag = "Series", .help = "Change a series. Its numbering is fixed once a number exists." },
};

const struct operation_table series_operations = OPERATION_TABLE(rows);
