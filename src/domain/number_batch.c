#include "domain/number_batch.h"

#include <stdlib.h>

#include "domain/settings.h"
#include "domain/status_label.h"
#include "store/lane.h"

#define COLUMNS                                                                                                        \
    "b.id, b.series_id, s.code, s.name, b.first, b.span, b.count, b.issued_count, b.label_id, l.label, b.purpose, "    \
    "b.created_by, b.created_at, b.download_until, b.voided_at, b.downloads"
#define FROM " FROM number_batch b JOIN series s ON s.id = b.series_id JOIN status_label l ON l.id = b.label_id "

static const char GET[] = "SELECT " COLUMNS FROM "WHERE b.id = $1 AND b.organization_id = $2";
static const char LIST[] = "SELECT " COLUMNS FROM
                           "WHERE b.organization_id = $1 AND ($2 = 0 OR b.id < $2) "
                           "AND ($3 = 0 OR b.series_id = $3) AND ($4 = 0 OR (b.voided_at IS NULL "
                           "AND b.download_until > $5 AND b.download_until <= $4)) ORDER BY b.id DESC LIMIT $6";
static const char OF_PLACE[] = "SELECT " COLUMNS FROM
                               "WHERE b.series_id = $1 AND b.first <= $2 AND b.organization_id = $3 "
                               "ORDER BY b.first DESC LIMIT 1";
static const char ADVANCE[] =
    "UPDATE series SET drawn = drawn + $2 WHERE id = $1 AND drawn = $3 AND drawn + $2 <= space";
static const char SKIPPED_COUNT[] =
    "SELECT CAST(count(*) AS BIGINT) FROM registered_number WHERE series_id = $1 AND series_index >= $2 AND series_index < $3";
static const char SKIPPED[] =
    "SELECT series_index FROM registered_number WHERE series_id = $1 AND series_index >= $2 "
    "AND series_index < $3 ORDER BY series_index";
static const char INSERT[] =
    "INSERT INTO number_batch (id, organization_id, series_id, first, span, count, label_id, purpose, created_at, created_by, "
    "download_until, downloads, issued_count, voided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, NULL)";
static const char RELABEL[] =
    "UPDATE number_batch SET label_id = $3 WHERE id = $1 AND organization_id = $2 AND voided_at IS NULL";
static const char VOID[] =
    "UPDATE number_batch SET voided_at = $3 WHERE id = $1 AND organization_id = $2 AND voided_at IS NULL";
static const char COUNT_DOWNLOAD[] =
    "UPDATE number_batch SET downloads = downloads + 1 WHERE id = $1 AND organization_id = $2";
static const char COUNT_ISSUED[] =
    "UPDATE number_batch SET issued_count = issued_count + $3 "
    "WHERE id = $1 AND organization_id = $2 AND voided_at IS NULL";

#define DAY_MS (24LL * 3600 * 1000)

static void read_row(struct rows *rows, struct number_batch *out, struct arena *arena)
{
    *out = (struct number_batch){
        .id = row_i64(rows, 0),
        .series_id = row_i64(rows, 1),
        .series_code = row_text_copy(rows, 2, arena),
        .series_name = row_text_copy(rows, 3, arena),
        .first = (uint64_t)row_i64(rows, 4),
        .span = (uint64_t)row_i64(rows, 5),
        .count = row_i64(rows, 6),
        .issued_count = row_i64(rows, 7),
        .label_id = row_i64(rows, 8),
        .label = row_text_copy(rows, 9, arena),
        .purpose = row_text_copy(rows, 10, arena),
        .created_by = row_text_copy(rows, 11, arena),
        .created_ms = row_i64(rows, 12),
        .download_until_ms = row_i64(rows, 13),
        .voided_ms = row_i64(rows, 14),
        .downloads = row_i64(rows, 15),
    };
}

static status get_by(struct work *work, struct number_batch *out, status none, const char *sql,
                     const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? OK : none;
}

status number_batch_get(struct work *work, struct number_batch *out, int64_t id)
{
    return get_by(work, out, BATCH_NOT_FOUND, GET, ARGS(value_i64(id), value_i64(work->organization_id)));
}

status number_batch_of(struct work *work, struct number_batch *out, int64_t series_id, uint64_t k)
{
    TRY(get_by(work, out, NUMBER_NOT_GENERATED, OF_PLACE,
               ARGS(value_i64(series_id), value_i64((int64_t)k), value_i64(work->organization_id))));
    return k < out->first + out->span ? OK : NUMBER_NOT_GENERATED;
}

status number_batch_list(struct work *work, struct number_batch **out, int *count,
                         const struct number_batch_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct number_batch, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    int64_t closing_by_ms = filter->closing_days != 0 ? work->now_ms + filter->closing_days * DAY_MS : 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after), value_i64(filter->series_id),
                        value_i64(closing_by_ms), value_i64(work->now_ms), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}

// How many places hold `count` numbers from `first` on: as many more as were registered among them.
static status find_span(struct work *work, const struct series *series, int64_t count, uint64_t *span)
{
    int64_t first = (int64_t)series->drawn, wanted = count;
    for (;;) {
        if (wanted > (int64_t)series->left) {
            return faults_add_message(work->faults, TEXT("count"), NUMBER_SPACE_EXHAUSTED,
                                      "The series has %llu places left.", (unsigned long long)series->left);
        }
        int64_t skipped = 0;
        TRY(work_integer(work, &skipped, SKIPPED_COUNT,
                         ARGS(value_i64(series->id), value_i64(first), value_i64(first + wanted)), INTERNAL));
        if (count + skipped == wanted) {
            *span = (uint64_t)wanted;
            return OK;
        }
        wanted = count + skipped;
    }
}

static status judge(struct work *work, const struct series *series)
{
    if (!series->active) {
        return faults_add(work->faults, TEXT("series_id"), SERIES_INACTIVE);
    }
    return series->generation ? OK : faults_add(work->faults, TEXT("series_id"), SERIES_NO_GENERATION);
}

status number_batch_draw(struct work *work, struct number_batch *out, const struct number_batch_order *order)
{
    struct series series;
    struct settings settings;
    int64_t label_id = 0;
    uint64_t span = 0;
    TRY(series_get_locked(work, &series, order->series_id));
    TRY(settings_get(work, &settings));
    status judged = judge(work, &series);
    status labelled = status_label_require(work, order->label, CARD_NOT_ISSUED, &label_id);
    TRY(judged);
    TRY(labelled);
    TRY(find_span(work, &series, order->count, &span));
    TRY(work_change(work, ADVANCE,
                    ARGS(value_i64(series.id), value_i64((int64_t)span), value_i64((int64_t)series.drawn)),
                    NUMBER_SPACE_EXHAUSTED));
    TRY(lane_mark(work->lane, series.id, series.drawn + span));
    series_warn_space(series.id, series.total, series.drawn, series.drawn + span);
    int64_t id = work_id(work);
    TRY(work_run(work, INSERT,
                 ARGS(value_i64(id), value_i64(work->organization_id), value_i64(series.id),
                      value_i64((int64_t)series.drawn), value_i64((int64_t)span), value_i64(order->count),
                      value_i64(label_id), value_text(order->purpose), value_i64(work->now_ms),
                      value_text(work->actor->name), value_i64(work->now_ms + settings.download_days * DAY_MS))));
    work_subject(work, "batch", id);
    work_detail_integer(work, "count", order->count);
    return number_batch_get(work, out, id);
}

status number_batch_count_issued(struct work *work, int64_t id, bool first_time)
{
    return work_change(work, COUNT_ISSUED,
                       ARGS(value_i64(id), value_i64(work->organization_id), value_i64(first_time ? 1 : 0)),
                       BATCH_VOIDED);
}

status number_batch_relabel(struct work *work, struct number_batch *out, int64_t id, text label)
{
    int64_t label_id = 0;
    TRY(number_batch_get(work, out, id));
    TRY(status_label_require(work, label, CARD_NOT_ISSUED, &label_id));
    TRY(work_change(work, RELABEL, ARGS(value_i64(id), value_i64(work->organization_id), value_i64(label_id)),
                    BATCH_VOIDED));
    work_subject(work, "batch", id);
    return number_batch_get(work, out, id);
}

status number_batch_void(struct work *work, struct number_batch *out, int64_t id, text reason)
{
    TRY(number_batch_get(work, out, id));
    if (text_empty(reason)) {
        return faults_add(work->faults, TEXT("reason"), REASON_REQUIRED);
    }
    TRY(work_change(work, VOID, ARGS(value_i64(id), value_i64(work->organization_id), value_i64(work->now_ms)),
                    BATCH_VOIDED));
    work_subject(work, "batch", id);
    work_detail_typed(work, "reason", reason);
    return number_batch_get(work, out, id);
}

status number_batch_require_download(const struct number_batch *batch, int64_t now_ms)
{
    if (batch->voided_ms != 0) {
        return BATCH_VOIDED;
    }
    return now_ms < batch->download_until_ms ? OK : BATCH_DOWNLOAD_OVER;
}

status number_batch_count_download(struct work *work, int64_t id)
{
    TRY(work_change(work, COUNT_DOWNLOAD, ARGS(value_i64(id), value_i64(work->organization_id)), BATCH_NOT_FOUND));
    work_subject(work, "batch", id);
    return OK;
}

status number_batch_skipped(struct work *work, const struct number_batch *batch, uint64_t **places, size_t *count)
{
    size_t expected = (size_t)(batch->span - (uint64_t)batch->count);
    *count = 0;
    *places = NULL;
    if (expected == 0) {
        return OK;
    }
    *places = calloc(expected, sizeof **places);
    if (*places == NULL) {
        return OUT_OF_MEMORY;
    }
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, SKIPPED,
                   ARGS(value_i64(batch->series_id), value_i64((int64_t)batch->first),
                        value_i64((int64_t)(batch->first + batch->span)))));
    while (*count < expected && rows_next(&rows)) {
        (*places)[(*count)++] = (uint64_t)row_i64(&rows, 0);
    }
    return rows_close(&rows);
}
