#include "domain/series_day.h"

#include <assert.h>

#include "base/limits.h"
#include "base/time_text.h"
#include "store/lane.h"

// The row is of this writer's lane alone, so it is never waited for.
static const char COUNT[] =
    "INSERT INTO series_day (organization_id, series_id, day, lane, issued, inactive, active, suspended, blocked, expired, closed) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (organization_id, series_id, day, lane) DO UPDATE SET "
    "issued = series_day.issued + excluded.issued, inactive = series_day.inactive + excluded.inactive, "
    "active = series_day.active + excluded.active, suspended = series_day.suspended + excluded.suspended, "
    "blocked = series_day.blocked + excluded.blocked, expired = series_day.expired + excluded.expired, "
    "closed = series_day.closed + excluded.closed";

#define SUM(what) "CAST(sum(" what ") AS BIGINT)"

// The days are summed in the order of their key, so that nothing is sorted. In the order of struct series_report.
static const char SERIES_REPORTS[] =
    "SELECT s.id, s.code, s.name, s.active, s.space, s.drawn, coalesce(d.issued, 0), "
    "coalesce((SELECT " SUM("b.count - b.issued_count")
    " FROM number_batch b WHERE b.series_id = s.id AND b.voided_at IS NULL), 0), coalesce(d.inactive, 0), coalesce(d.active, 0), "
    "coalesce(d.suspended, 0), coalesce(d.blocked, 0), coalesce(d.expired, 0), coalesce(d.closed, 0) "
    "FROM series s LEFT JOIN (SELECT series_id, " SUM("issued") " AS issued, " SUM("inactive") " AS inactive, "
    SUM("active") " AS active, " SUM("suspended") " AS suspended, " SUM("blocked") " AS blocked, " SUM("expired") " AS expired, "
    SUM("closed") " AS closed FROM series_day WHERE organization_id = $1 AND ($2 = 0 OR series_id < $2) GROUP BY series_id) d "
    "ON d.series_id = s.id WHERE s.organization_id = $1 AND ($2 = 0 OR s.id < $2) ORDER BY s.id DESC LIMIT $3";

// Series by series, so that the days are entered by the key.
static const char DAY_REPORTS[] =
    "SELECT d.day, " SUM("d.issued") ", " SUM("d.closed") " FROM series s CROSS JOIN series_day d "
    "WHERE s.organization_id = $1 AND ($4 = 0 OR s.id = $4) AND d.organization_id = $1 AND d.series_id = s.id "
    "AND d.day >= $2 AND d.day <= $3 GROUP BY d.day HAVING sum(d.issued) + sum(d.closed) > 0 ORDER BY d.day LIMIT $5";

static_assert(CARD_NOT_ISSUED == 0 && CARD_INACTIVE == 1 && CARD_CLOSED == 6 && CARD_STATUS_COUNT == 7,
              "the figures stand in the order of the statuses");

status series_day_count(struct work *work, int64_t series_id, enum card_status from, enum card_status to)
{
    if (from == to) {
        return OK;
    }
    int64_t by[CARD_STATUS_COUNT] = { 0 };
    by[from]--;
    by[to]++;
    bool issued = from == CARD_NOT_ISSUED && card_status_is_counted(to);
    return work_run(work, COUNT,
                    ARGS(value_i64(work->organization_id), value_i64(series_id), value_i64(date_of_ms(work->now_ms)),
                         value_i64(work->lane->id), value_i64(issued), value_i64(by[CARD_INACTIVE]),
                         value_i64(by[CARD_ACTIVE]), value_i64(by[CARD_SUSPENDED]), value_i64(by[CARD_BLOCKED]),
                         value_i64(by[CARD_EXPIRED]), value_i64(by[CARD_CLOSED])));
}

static void read_series(struct rows *rows, struct series_report *out, struct arena *arena)
{
    enum { ISSUED = 6, FIRST_STATUS };
    *out = (struct series_report){
        .id = row_i64(rows, 0),
        .code = row_text_copy(rows, 1, arena),
        .name = row_text_copy(rows, 2, arena),
        .active = row_bool(rows, 3),
        .total = (uint64_t)row_i64(rows, 4),
        .drawn = (uint64_t)row_i64(rows, 5),
        .issued = row_i64(rows, ISSUED),
    };
    out->left = out->total - out->drawn;
    for (int i = 0; i < CARD_STATUS_COUNT; i++) {
        out->cards[i] = row_i64(rows, FIRST_STATUS + i);
    }
}

status series_report_list(struct work *work, struct series_report **out, int *count, int64_t limit, int64_t after)
{
    *out = ARENA_ARRAY(work->arena, struct series_report, (size_t)limit);
    *count = 0;
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, SERIES_REPORTS,
                   ARGS(value_i64(work->organization_id), value_i64(after), value_i64(limit))));
    while (*count < limit && rows_next(&rows)) {
        read_series(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}

status day_report_list(struct work *work, struct day_report **out, int *count, const struct day_report_filter *filter)
{
    assert(filter->to - filter->from < REPORT_DAY_COUNT_MAX);
    *out = ARENA_ARRAY(work->arena, struct day_report, REPORT_DAY_COUNT_MAX);
    *count = 0;
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, DAY_REPORTS,
                   ARGS(value_i64(work->organization_id), value_i64(filter->from), value_i64(filter->to),
                        value_i64(filter->series_id), value_i64(REPORT_DAY_COUNT_MAX))));
    while (*count < REPORT_DAY_COUNT_MAX && rows_next(&rows)) {
        (*out)[(*count)++] = (struct day_report){ row_i64(&rows, 0), row_i64(&rows, 1), row_i64(&rows, 2) };
    }
    return rows_close(&rows);
}
