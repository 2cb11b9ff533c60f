/*
 * A number batch: an interval of a series' card numbers, drawn together.
 *
 * A batch is one row, whatever its count. The k-th number of a series is computed from k (crypto/permutation.h), so a
 * batch stores where its interval starts and how long it is; its numbers exist only while they are being read. A number
 * gets a row of its own when something happens to it alone: it is issued, registered.
 *
 * Always true: intervals of one series never overlap; first + span never exceeds the series' space; span is count and
 * the places in the interval that were registered before (an import into a series that draws), which the batch passes
 * over; the interval is durable before any of its numbers leaves the program.
 */
#ifndef DOMAIN_NUMBER_BATCH_H
#define DOMAIN_NUMBER_BATCH_H

#include "domain/series.h"

struct number_batch {
    int64_t id;
    int64_t series_id;
    text series_code, series_name;
    uint64_t first, span; // places in the series' sequence
    int64_t count;        // 1 to NUMBER_BATCH_COUNT_MAX
    int64_t issued_count;
    int64_t label_id;
    text label; // of the status not_issued
    text purpose;
    text created_by;
    int64_t created_ms, download_until_ms, voided_ms; // Unix ms; voided_ms 0 while in force
    int64_t downloads;
};

struct number_batch_order {
    int64_t series_id, count;
    text label, purpose;
};

/* SERIES_NOT_FOUND, SERIES_INACTIVE, SERIES_NO_GENERATION, NUMBER_SPACE_EXHAUSTED, the codes of status_label_require. */
must_use status number_batch_draw(struct work *work, struct number_batch *out, const struct number_batch_order *order);
must_use status number_batch_get(struct work *work, struct number_batch *out, int64_t id); // BATCH_NOT_FOUND

struct number_batch_filter {
    int64_t limit, after, series_id;
    int64_t closing_days; // only those in force whose download window ends within so many days; 0: any
};
must_use status number_batch_list(struct work *work, struct number_batch **out, int *count,
                                  const struct number_batch_filter *filter);

/* The batch that drew place k of the series; NUMBER_NOT_GENERATED. */
must_use status number_batch_of(struct work *work, struct number_batch *out, int64_t series_id, uint64_t k);
/* A number of the batch is being issued, for the first time or after it rested. BATCH_VOIDED. */
must_use status number_batch_count_issued(struct work *work, int64_t id, bool first_time);

must_use status number_batch_relabel(struct work *work, struct number_batch *out, int64_t id, text label);
/* Numbers not yet issued can then never be. BATCH_VOIDED when it already is. */
must_use status number_batch_void(struct work *work, struct number_batch *out, int64_t id, text reason);

/* May it be downloaded now? BATCH_VOIDED, BATCH_DOWNLOAD_OVER. */
must_use status number_batch_require_download(const struct number_batch *batch, int64_t now_ms);
must_use status number_batch_count_download(struct work *work, int64_t id);

/* The registered places inside the interval, in order: what a reader of the batch passes over. */
must_use status number_batch_skipped(struct work *work, const struct number_batch *batch, uint64_t **places,
                                     size_t *count);

#endif
