#include "domain/series.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/none.h"
#include "base/time_text.h"
#include "domain/key.h"
#include "domain/number.h"

const char *const series_type_names[] = { "physical", "digital", NULL };
const char *const series_kind_names[] = { "loyalty", "prepaid", "debit", "credit", NULL };
const char *const expiry_unit_names[] = { "days", "months", NULL };

#define COLUMNS                                                                                                          \
    "id, code, name, type, kind, prefix, suffix, length, method, check_digit, start, generation, key_id, space, drawn, " \
    "max_cards, max_active_cards, expiry_after, expiry_unit, active, verified_only, created_at, version"

static const char GET[] = "SELECT " COLUMNS " FROM series WHERE id = $1 AND organization_id = $2";
static const struct sql_pair GET_LOCKED =
    SQL_LOCKED("SELECT " COLUMNS " FROM series WHERE id = $1 AND organization_id = $2");
static const char FIND[] = "SELECT " COLUMNS " FROM series WHERE organization_id = $1 AND code = $2";
static const char LIST[] = "SELECT " COLUMNS
                           " FROM series WHERE organization_id = $1 AND ($2 = 0 OR id < $2) "
                           "AND ($3 < 0 OR active = $3) AND ($4 IS NULL OR code = $4) ORDER BY id DESC LIMIT $5";
static const char OF_LENGTH[] = "SELECT " COLUMNS " FROM series WHERE organization_id = $1 AND length = $2 ORDER BY id";
static const char PAYMENT_OF_LENGTH[] =
    "SELECT " COLUMNS " FROM series WHERE organization_id <> $1 AND length = $2 AND kind <> 0 ORDER BY id";
// One row for all: series are made seldom, and two made at once must see each other's numbers.
static const struct sql_pair LOCK_NUMBERS = SQL_LOCKED("SELECT id FROM organization ORDER BY id LIMIT 1");
static const char COUNT[] = "SELECT CAST(count(*) AS BIGINT) FROM series WHERE organization_id = $1";
static const char INSERT[] =
    "INSERT INTO series (organization_id, " COLUMNS
    ", permutation_version) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $17, $18, $19, $20, $21, $22, 1, $23)";
static const char UPDATE[] =
    "UPDATE series SET name = $3, max_cards = $4, max_active_cards = $5, expiry_after = $6, expiry_unit = $7, active = $8, "
    "verified_only = $9, generation = $10, type = $11, version = version + 1 "
    "WHERE id = $1 AND organization_id = $2 AND ($12 = 0 OR version = $12)";
static const char UPDATE_LAYOUT[] =
    "UPDATE series SET prefix = $3, suffix = $4, length = $5, method = $6, check_digit = $7, start = $8, space = $9 "
    "WHERE id = $1 AND organization_id = $2 AND drawn = 0";
static const char HAS_REGISTERED[] = "SELECT 1 FROM registered_number WHERE series_id = $1 LIMIT 1";

static bool nearly_full(uint64_t total, uint64_t drawn)
{
    return drawn >= total - total / 10;
}

void series_warn_space(int64_t series_id, uint64_t total, uint64_t drawn_before, uint64_t drawn)
{
    if (!nearly_full(total, drawn_before) && nearly_full(total, drawn)) {
        LOG(LOG_WARN, "series.nearly_full",
            "A series has drawn nine tenths of its numbers; make another before it is exhausted.",
            LOG_I("series", series_id), LOG_I("left", total - drawn));
    }
}

static void read_row(struct rows *rows, struct series *out, struct arena *arena)
{
    *out = (struct series){
        .id = row_i64(rows, 0),
        .code = row_text_copy(rows, 1, arena),
        .name = row_text_copy(rows, 2, arena),
        .type = (int)row_i64(rows, 3),
        .kind = (int)row_i64(rows, 4),
        .layout = {
            .prefix = row_text_copy(rows, 5, arena),
            .suffix = row_text_copy(rows, 6, arena),
            .length = row_i64(rows, 7),
            .method = (int)row_i64(rows, 8),
            .check_digit = (int)row_i64(rows, 9),
            .start = row_i64(rows, 10),
        },
        .generation = row_bool(rows, 11),
        .key_id = row_i64(rows, 12),
        .total = (uint64_t)row_i64(rows, 13),
        .drawn = (uint64_t)row_i64(rows, 14),
        .max_cards = row_i64_or(rows, 15, INTEGER_NONE),
        .max_active_cards = row_i64_or(rows, 16, INTEGER_NONE),
        .expiry_after = row_i64_or(rows, 17, INTEGER_NONE),
        .expiry_unit = (int)row_i64(rows, 18),
        .active = row_bool(rows, 19),
        .verified_only = row_bool(rows, 20),
        .created_ms = row_i64(rows, 21),
        .version = row_i64(rows, 22),
    };
    out->left = out->total - out->drawn;
    out->nearly_full = nearly_full(out->total, out->drawn);
}

static status get_by(struct work *work, struct series *out, const char *sql, const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? key_require(work, out->key_id) : SERIES_NOT_FOUND;
}

status series_get(struct work *work, struct series *out, int64_t id)
{
    return get_by(work, out, GET, ARGS(value_i64(id), value_i64(work->organization_id)));
}

status series_get_locked(struct work *work, struct series *out, int64_t id)
{
    return get_by(work, out, work_sql(work, GET_LOCKED), ARGS(value_i64(id), value_i64(work->organization_id)));
}

status series_find(struct work *work, struct series *out, text code)
{
    return get_by(work, out, FIND, ARGS(value_i64(work->organization_id), value_text(code)));
}

status series_list(struct work *work, struct series **out, int *count, const struct series_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct series, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after), value_i64(filter->active),
                        value_text(filter->code), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}

status series_for_number(struct work *work, struct series *out, text number)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, OF_LENGTH, ARGS(value_i64(work->organization_id), value_i64((int64_t)number.len))));
    bool found = false;
    while (!found && rows_next(&rows)) {
        struct arena_mark mark = arena_mark(work->arena);
        read_row(&rows, out, work->arena);
        found = number_layout_matches(&out->layout, number);
        if (!found) {
            arena_rewind(work->arena, mark);
        }
    }
    TRY(rows_close(&rows));
    return found ? key_require(work, out->key_id) : NO_SERIES_FOR_NUMBER;
}

// Adds a fault for the first series (other than `except_id`) whose numbers could equal those of the layout.
static status judge_overlap(struct work *work, const struct number_layout *layout, int64_t except_id, bool elsewhere)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, elsewhere ? PAYMENT_OF_LENGTH : OF_LENGTH,
                   ARGS(value_i64(work->organization_id), value_i64(layout->length))));
    bool overlaps = false;
    while (!overlaps && rows_next(&rows)) {
        struct series other;
        read_row(&rows, &other, work->arena);
        overlaps = other.id != except_id && number_layouts_overlap(layout, &other.layout);
        if (overlaps && elsewhere) {
            faults_add_message(work->faults, TEXT("numbering"), SERIES_OVERLAPS,
                               "The numbers could equal those of a payment series of this installation.");
        } else if (overlaps) {
            faults_add_message(work->faults, TEXT("numbering"), SERIES_OVERLAPS,
                               "The numbers could equal those of series " TEXT_FMT " (" TEXT_FMT ").",
                               TEXT_ARG(other.code), TEXT_ARG(other.name));
        }
    }
    TRY(rows_close(&rows));
    return overlaps ? SERIES_OVERLAPS : OK;
}

static void judge_payment(struct work *work, const struct number_layout *layout)
{
    bool digits = (text_empty(layout->prefix) || text_is_digits(layout->prefix)) && text_empty(layout->suffix);
    if (!digits) {
        faults_add_message(work->faults, TEXT("numbering.prefix"), NUMBER_SPACE_INVALID,
                           "A payment series has a prefix of digits and no suffix.");
    }
    if (layout->length < NUMBER_PAYMENT_LEN_MIN || layout->length > NUMBER_PAYMENT_LEN_MAX) {
        faults_add_message(work->faults, TEXT("numbering.length"), OUT_OF_RANGE,
                           "A payment number has %d to %d digits.", NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX);
    }
    if (layout->method != NUMBER_RANDOM) {
        faults_add_message(work->faults, TEXT("numbering.method"), NOT_ALLOWED_VALUE, "Payment numbers are random.");
    }
    if (layout->check_digit != CHECK_DIGIT_LUHN) {
        faults_add_message(work->faults, TEXT("numbering.check_digit"), NOT_ALLOWED_VALUE,
                           "Payment numbers end with a Luhn digit.");
    }
}

status series_judge_layout(struct work *work, const struct number_layout *layout, int kind, int64_t except_id)
{
    int before = work->faults->count;
    if (number_layout_body_len(layout) < 1) {
        faults_add_message(
            work->faults, TEXT("numbering.length"), NUMBER_SPACE_INVALID,
            "Prefix, suffix and check digit take %d of %d characters; at least one must be left for digits.",
            (int)layout->length - number_layout_body_len(layout), (int)layout->length);
    } else if (number_layout_space(layout) == 0) {
        faults_add_message(work->faults, TEXT("numbering.start"), OUT_OF_RANGE,
                           "The start lies behind the last number of the space.");
    }
    if (layout->method == NUMBER_RANDOM && layout->start != 0) {
        faults_add_message(work->faults, TEXT("numbering.start"), OUT_OF_RANGE,
                           "Only sequential numbers have a start.");
    }
    if (kind != SERIES_LOYALTY) {
        judge_payment(work, layout);
    }
    if (work->faults->count > before) {
        return INVALID_INPUT;
    }
    TRY(judge_overlap(work, layout, except_id, false));
    return kind == SERIES_LOYALTY ? OK : judge_overlap(work, layout, except_id, true);
}

// Without an expiry there is no unit; with one, days are meant unless months are named.
static void settle_expiry_unit(struct series *series)
{
    bool expires = series->expiry_after != INTEGER_NONE;
    series->expiry_unit = !expires ? -1 : series->expiry_unit < 0 ? EXPIRY_DAYS : series->expiry_unit;
}

status series_create(struct work *work, struct series *series)
{
    int64_t first_organization, count = 0;
    TRY(work_integer(work, &first_organization, work_sql(work, LOCK_NUMBERS), NO_ARGS, INTERNAL));
    TRY(work_integer(work, &count, COUNT, ARGS(value_i64(work->organization_id)), INTERNAL));
    if (count >= SERIES_COUNT_MAX) {
        return faults_add_message(work->faults, TEXT(""), OUT_OF_RANGE, "An organisation has at most %d series.",
                                  SERIES_COUNT_MAX);
    }
    const struct number_layout *layout = &series->layout;
    status judged = series_judge_layout(work, layout, series->kind, 0);
    struct series same_code;
    status found = series_find(work, &same_code, series->code);
    if (found == OK) {
        faults_add(work->faults, TEXT("code"), SERIES_EXISTS);
        return judged == OK ? SERIES_EXISTS : judged;
    }
    TRY(found == SERIES_NOT_FOUND ? OK : found);
    TRY(judged);
    TRY(key_create_numbering(work, &series->key_id));
    settle_expiry_unit(series);
    series->id = work_id(work);
    series->total = number_layout_space(layout);
    series->drawn = 0;
    series->left = series->total;
    series->created_ms = work->now_ms;
    series->version = 1;
    TRY(work_insert(work, INSERT,
                    ARGS(value_i64(work->organization_id), value_i64(series->id), value_text(series->code),
                         value_text(series->name), value_i64(series->type), value_i64(series->kind),
                         value_text(layout->prefix), value_text(layout->suffix), value_i64(layout->length),
                         value_i64(layout->method), value_i64(layout->check_digit), value_i64(layout->start),
                         value_bool(series->generation), value_i64(series->key_id), value_i64((int64_t)series->total),
                         value_i64_or_null(series->max_cards, INTEGER_NONE),
                         value_i64_or_null(series->max_active_cards, INTEGER_NONE),
                         value_i64_or_null(series->expiry_after, INTEGER_NONE), value_i64(series->expiry_unit),
                         value_bool(series->active), value_bool(series->verified_only), value_i64(work->now_ms),
                         value_i64(PERMUTATION_VERSION)),
                    SERIES_EXISTS));
    work_subject(work, "series", series->id);
    return OK;
}

static bool layouts_equal(const struct number_layout *a, const struct number_layout *b)
{
    return text_equal(a->prefix, b->prefix) && text_equal(a->suffix, b->suffix) && a->length == b->length &&
           a->method == b->method && a->check_digit == b->check_digit && a->start == b->start;
}

// What may not change once a number exists; the fields that did change are named.
static status update_layout(struct work *work, struct series *series, const struct series *stored)
{
    int64_t registered = 0;
    status found = work_integer(work, &registered, HAS_REGISTERED, ARGS(value_i64(series->id)), NOT_FOUND);
    TRY(found == NOT_FOUND ? OK : found);
    if (stored->drawn > 0 || registered != 0) {
        return faults_add_message(work->faults, TEXT("numbering"), IMMUTABLE_FIELD,
                                  "The numbering is fixed once a number has been drawn or registered.");
    }
    TRY(series_judge_layout(work, &series->layout, series->kind, series->id));
    series->total = number_layout_space(&series->layout);
    series->left = series->total;
    const struct number_layout *layout = &series->layout;
    return work_change(work, UPDATE_LAYOUT,
                       ARGS(value_i64(series->id), value_i64(work->organization_id), value_text(layout->prefix),
                            value_text(layout->suffix), value_i64(layout->length), value_i64(layout->method),
                            value_i64(layout->check_digit), value_i64(layout->start),
                            value_i64((int64_t)series->total)),
                       IMMUTABLE_FIELD);
}

status series_update(struct work *work, struct series *series)
{
    struct series stored;
    TRY(series_get_locked(work, &stored, series->id));
    if (!text_equal(stored.code, series->code)) {
        faults_add(work->faults, TEXT("code"), IMMUTABLE_FIELD);
    }
    if (stored.kind != series->kind) {
        faults_add(work->faults, TEXT("kind"), IMMUTABLE_FIELD);
    }
    if (work->faults->count > 0) {
        return IMMUTABLE_FIELD;
    }
    if (!layouts_equal(&stored.layout, &series->layout)) {
        TRY(update_layout(work, series, &stored));
    }
    settle_expiry_unit(series);
    TRY(work_change(work, UPDATE,
                    ARGS(value_i64(series->id), value_i64(work->organization_id), value_text(series->name),
                         value_i64_or_null(series->max_cards, INTEGER_NONE),
                         value_i64_or_null(series->max_active_cards, INTEGER_NONE),
                         value_i64_or_null(series->expiry_after, INTEGER_NONE), value_i64(series->expiry_unit),
                         value_bool(series->active), value_bool(series->verified_only), value_bool(series->generation),
                         value_i64(series->type), value_i64(series->version)),
                    VERSION_CONFLICT));
    series->version = stored.version + 1;
    work_subject(work, "series", series->id);
    return OK;
}

status series_examples(struct work *work, const struct number_layout *layout, struct text_list *out, int count)
{
    struct permutation *permutation = NULL;
    struct secret key = { 0 };
    uint64_t space = number_layout_space(layout);
    size_t shown = space < (uint64_t)count ? (size_t)space : (size_t)count;
    text *texts = ARENA_ARRAY(work->arena, text, shown);
    char *numbers = arena_take_array(work->arena, shown, (size_t)layout->length);
    if (texts == NULL || numbers == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = secret_init_random(&key, PERMUTATION_KEY_LEN);
    if (result == OK) {
        result = permutation_new(&permutation, &key, number_layout_size(layout), 0);
    }
    if (result == OK) {
        result = number_block(permutation, layout, 0, shown, numbers, (size_t)layout->length);
    }
    for (size_t i = 0; i < shown; i++) {
        texts[i] = (text){ numbers + i * (size_t)layout->length, (size_t)layout->length };
    }
    *out = (struct text_list){ texts, (int)shown };
    permutation_free(permutation);
    secret_release(&key);
    return result;
}

int64_t series_expires_on(const struct series *series, int64_t issued_ms)
{
    if (series->expiry_after == INTEGER_NONE) {
        return DATE_NONE;
    }
    int32_t issued = date_of_ms(issued_ms);
    return series->expiry_unit == EXPIRY_DAYS ? issued + series->expiry_after
                                              : date_add_months_end(issued, (int)series->expiry_after);
}
