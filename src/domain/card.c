#include "domain/card.h"

#include <assert.h>
#include <string.h>

#include "base/none.h"
#include "domain/number.h"
#include "domain/registered_number.h"

#define COLUMNS                                                                                                             \
    "c.id, c.series_id, c.batch_id, c.customer_id, c.source_id, c.status, c.label_id, l.label, c.issued_at, c.expires_on, " \
    "c.resting_until, c.external_id, c.nickname, c.created_at, c.version, c.current, c.series_index, c.registered_id, "     \
    "c.number_check"
#define FROM " FROM card c JOIN status_label l ON l.id = c.label_id "

static const char GET[] = "SELECT " COLUMNS FROM "WHERE c.id = $1 AND c.organization_id = $2";
static const struct sql_pair GET_LOCKED = { GET, "SELECT " COLUMNS FROM
                                                 "WHERE c.id = $1 AND c.organization_id = $2 FOR UPDATE OF c" };
static const char BY_PLACE[] =
    "SELECT " COLUMNS FROM
    "WHERE c.series_id = $1 AND c.series_index = $2 AND c.current = 1 AND c.organization_id = $3";
static const char BY_REGISTERED[] =
    "SELECT " COLUMNS FROM "WHERE c.registered_id = $1 AND c.current = 1 AND c.organization_id = $2";
// One text for each way in, so that each has its index.
static const char LIST_OF_CUSTOMER[] =
    "SELECT " COLUMNS FROM
    "WHERE c.customer_id = $3 AND c.organization_id = $1 AND ($2 = 0 OR c.id < $2) AND ($4 = 0 OR c.series_id = $4) "
    "AND ($5 = 0 OR c.batch_id = $5) AND ($6 < 0 OR c.status = $6) AND ($7 IS NULL OR c.external_id = $7) ORDER BY c.id DESC LIMIT $8";
static const char LIST_OF_EXTERNAL[] =
    "SELECT " COLUMNS FROM
    "WHERE c.external_id = $7 AND c.organization_id = $1 AND ($2 = 0 OR c.id < $2) AND ($3 = 0 OR c.customer_id = $3) "
    "AND ($4 = 0 OR c.series_id = $4) AND ($5 = 0 OR c.batch_id = $5) AND ($6 < 0 OR c.status = $6) ORDER BY c.id DESC LIMIT $8";
static const char LIST[] =
    "SELECT " COLUMNS FROM
    "WHERE c.organization_id = $1 AND c.id < $2 AND ($3 = 0 OR c.customer_id = $3) AND ($4 = 0 OR c.series_id = $4) "
    "AND ($5 = 0 OR c.batch_id = $5) AND ($6 < 0 OR c.status = $6) AND ($7 IS NULL OR c.external_id = $7) ORDER BY c.id DESC LIMIT $8";

static void read_row(struct rows *rows, struct card *out, struct arena *arena)
{
    *out = (struct card){
        .id = row_i64(rows, 0),
        .series_id = row_i64(rows, 1),
        .batch_id = row_i64(rows, 2),
        .customer_id = row_i64(rows, 3),
        .source_id = row_i64(rows, 4),
        .status = (int)row_i64(rows, 5),
        .label_id = row_i64(rows, 6),
        .label = row_text_copy(rows, 7, arena),
        .issued_ms = row_i64(rows, 8),
        .expires_on = row_i64_or(rows, 9, DATE_NONE),
        .resting_until_ms = row_i64(rows, 10),
        .external_id = row_text_copy(rows, 11, arena),
        .nickname = row_text_copy(rows, 12, arena),
        .created_ms = row_i64(rows, 13),
        .version = row_i64(rows, 14),
        .current = row_bool(rows, 15),
        .series_index = row_i64_or(rows, 16, -1),
        .registered_id = row_i64(rows, 17),
        .number_check = row_i64(rows, 18),
    };
}

status card_number(struct work *work, const struct card *card, const struct series *series, char *out)
{
    assert(card->series_id == series->id);
    size_t len = (size_t)series->layout.length;
    if (card->registered_id != 0) {
        TRY(registered_number_open(work, card->registered_id, out, len));
    } else {
        TRY(number_at(work->keyring, series, (uint64_t)card->series_index, out));
    }
    status result = number_check_verify(work->keyring, (text){ out, len }, card->number_check);
    if (result != OK) {
        secret_wipe(out, len);
    }
    return result;
}

status card_show_number(struct work *work, struct card *card, const struct series *series, text number)
{
    char masked[NUMBER_MASKED_LEN_MAX];
    int masked_len = number_layout_mask(&series->layout, masked, number);
    card->series_code = series->code;
    card->series_name = series->name;
    card->number_masked = arena_copy(work->arena, text_bytes(masked, (size_t)masked_len));
    // The suffix is public; of the digits before it no more is shown than the mask shows.
    size_t shown = (size_t)number_layout_last_count(&series->layout) + series->layout.suffix.len;
    shown = shown < 4 ? shown : 4;
    card->last4 = arena_copy(work->arena, text_bytes(number.at + number.len - shown, shown));
    return text_present(card->number_masked) && text_present(card->last4) ? OK : OUT_OF_MEMORY;
}

static status show_masked(struct work *work, struct card *card, const struct series *series)
{
    char number[NUMBER_LEN_MAX];
    TRY(card_number(work, card, series, number));
    status result = card_show_number(work, card, series, (text){ number, (size_t)series->layout.length });
    secret_wipe(number, sizeof number);
    return result;
}

static status get_by(struct work *work, struct card *out, const char *sql, const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    if (!found) {
        return CARD_NOT_FOUND;
    }
    struct series series;
    TRY(series_get(work, &series, out->series_id));
    return show_masked(work, out, &series);
}

status card_get(struct work *work, struct card *out, int64_t id)
{
    return get_by(work, out, GET, ARGS(value_i64(id), value_i64(work->organization_id)));
}

status card_get_locked(struct work *work, struct card *out, int64_t id)
{
    return get_by(work, out, work_sql(work, GET_LOCKED), ARGS(value_i64(id), value_i64(work->organization_id)));
}

status card_current_at(struct work *work, struct card *out, const struct series *series, uint64_t k)
{
    return get_by(work, out, BY_PLACE,
                  ARGS(value_i64(series->id), value_i64((int64_t)k), value_i64(work->organization_id)));
}

status card_current_registered(struct work *work, struct card *out, int64_t registered_id)
{
    return get_by(work, out, BY_REGISTERED, ARGS(value_i64(registered_id), value_i64(work->organization_id)));
}

status card_list(struct work *work, struct card **out, int *count, const struct card_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct card, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    const char *sql = filter->customer_id != 0            ? LIST_OF_CUSTOMER
                      : text_present(filter->external_id) ? LIST_OF_EXTERNAL
                                                          : LIST;
    int64_t before = filter->after == 0 && sql == LIST ? INT64_MAX : filter->after;
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql,
                   ARGS(value_i64(work->organization_id), value_i64(before), value_i64(filter->customer_id),
                        value_i64(filter->series_id), value_i64(filter->batch_id), value_i64(filter->status),
                        value_text(filter->external_id), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    TRY(rows_close(&rows));
    struct series series = { 0 };
    for (int i = 0; i < *count; i++) {
        if (series.id != (*out)[i].series_id) {
            TRY(series_get(work, &series, (*out)[i].series_id));
        }
        TRY(show_masked(work, &(*out)[i], &series));
    }
    return OK;
}
