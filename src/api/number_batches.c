#include "api/number_batches.h"

#include <stdlib.h>

#include "api/byte_range.h"
#include "base/limits.h"
#include "domain/number_batch.h"
#include "domain/number_file.h"

#define B(member) offsetof(struct number_batch, member)

static const struct field batch_fields[] = {
    { "id", FIELD_ID, B(id), .id_prefix = "batch", .help = "The batch's id." },
    { "series_id", FIELD_ID, B(series_id), .id_prefix = "series", .help = "The series it was drawn from." },
    { "series_code", FIELD_TEXT, B(series_code), .help = "The series' code." },
    { "series_name", FIELD_TEXT, B(series_name), .help = "The series' name." },
    { "count", FIELD_INTEGER, B(count), .help = "How many numbers it holds." },
    { "issued_count", FIELD_INTEGER, B(issued_count), .help = "How many of them were issued so far." },
    { "status_label", FIELD_TEXT, B(label), .help = "The label of its numbers that are not issued." },
    { "purpose", FIELD_TEXT, B(purpose), FIELD_NULLABLE, .help = "What the numbers are for." },
    { "created_at", FIELD_TIME, B(created_ms), .help = "When it was generated." },
    { "created_by", FIELD_TEXT, B(created_by), .help = "Who generated it." },
    { "download_until", FIELD_TIME, B(download_until_ms), .help = "Its numbers can be downloaded until then." },
    { "downloads", FIELD_INTEGER, B(downloads), .help = "How often they were." },
    { "voided_at", FIELD_TIME, B(voided_ms), FIELD_NULLABLE, .help = "When it was voided; null while in force." },
};

static const struct shape batch_shape = SHAPE("NumberBatch", struct number_batch, batch_fields);

struct draw_input {
    int64_t count;
    text label, purpose;
};

static const struct field draw_fields[] = {
    { "count", FIELD_INTEGER, offsetof(struct draw_input, count), FIELD_REQUIRED, .min = 1,
      .max = NUMBER_BATCH_COUNT_MAX, .help = "How many numbers to draw." },
    { "status_label", FIELD_TEXT, offsetof(struct draw_input, label), .min = 1, .max = LABEL_LEN_MAX, .form = FORM_LINE,
      .help = "A label of the status not_issued; its default when left out." },
    { "purpose", FIELD_TEXT, offsetof(struct draw_input, purpose), FIELD_NULLABLE, .max = PURPOSE_LEN_MAX,
      .help = "What the numbers are for." },
};

static const struct shape draw_shape = SHAPE("NumberBatchOrder", struct draw_input, draw_fields);

struct relabel_input {
    text label;
};

static const struct field relabel_fields[] = {
    { "status_label", FIELD_TEXT, offsetof(struct relabel_input, label), FIELD_REQUIRED, .min = 1, .max = LABEL_LEN_MAX,
      .form = FORM_LINE, .help = "A label of the status not_issued, for example once the cards are printed." },
};

static const struct shape relabel_shape = SHAPE("NumberBatchChange", struct relabel_input, relabel_fields);

struct void_input {
    text reason;
};

static const struct field void_fields[] = {
    { "reason", FIELD_TEXT, offsetof(struct void_input, reason), FIELD_REQUIRED, .min = 1, .max = REASON_LEN_MAX,
      .form = FORM_LINE, .help = "Why; kept in the audit trail." },
};

static const struct shape void_shape = SHAPE("NumberBatchVoid", struct void_input, void_fields);

struct batch_query {
    struct page page;
    int64_t series_id, closing_days;
};

static const struct field query_fields[] = {
    PAGE_FIELDS(struct batch_query),
    { "series_id", FIELD_ID, offsetof(struct batch_query, series_id), .id_prefix = "series",
      .help = "Only batches of this series." },
    { "closing_within_days", FIELD_INTEGER, offsetof(struct batch_query, closing_days), .min = 1,
      .max = SETTINGS_DAYS_MAX,
      .help = "Only batches in force that can be downloaded now and no longer after so many days." },
};

static const struct shape query_shape = SHAPE("NumberBatchQuery", struct batch_query, query_fields);

static const char *const format_names[] = { "txt", "csv", NULL };

struct download_query {
    int format;
};

static const struct field download_query_fields[] = {
    { "format", FIELD_ENUM, offsetof(struct download_query, format), .names = format_names,
      .help =
          "txt: one number a line (default); csv: number, series code and batch id. The Accept header may choose too." },
};

static const struct shape download_query_shape = SHAPE("DownloadQuery", struct download_query, download_query_fields);

static status draw(struct call *call)
{
    const struct draw_input *input = call->input;
    const struct number_batch_order order = { call->path_ids[0], input->count, input->label, input->purpose };
    struct number_batch *batch = CALL_NEW(call, struct number_batch);
    if (batch == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(number_batch_draw(call->work, batch, &order));
    return reply_one(call, batch);
}

static status read_one(struct call *call)
{
    struct number_batch *batch = CALL_NEW(call, struct number_batch);
    if (batch == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(number_batch_get(call->work, batch, call->path_ids[0]));
    return reply_one(call, batch);
}

static status read_list(struct call *call)
{
    const struct batch_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct number_batch *found;
    const struct number_batch_filter filter = {
        .limit = limit + 1,
        .after = query->page.after,
        .series_id = query->series_id,
        .closing_days = query->closing_days == INTEGER_NONE ? 0 : query->closing_days,
    };
    TRY(number_batch_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status relabel(struct call *call)
{
    const struct relabel_input *input = call->input;
    struct number_batch *batch = CALL_NEW(call, struct number_batch);
    if (batch == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(number_batch_relabel(call->work, batch, call->path_ids[0], input->label));
    return reply_one(call, batch);
}

static status void_batch(struct call *call)
{
    const struct void_input *input = call->input;
    struct number_batch *batch = CALL_NEW(call, struct number_batch);
    if (batch == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(number_batch_void(call->work, batch, call->path_ids[0], input->reason));
    return reply_one(call, batch);
}

static int64_t read_file(void *context, uint64_t offset, void *out, size_t max)
{
    size_t len = 0;
    return number_file_read(context, offset, out, max, &len) == OK && len > 0 ? (int64_t)len : -1;
}

static void release_file(void *context)
{
    number_file_close(context);
}

// Who may download these numbers, and is it still time?
static status judge_download(struct call *call, struct number_batch *batch)
{
    struct series series;
    TRY(number_batch_get(call->work, batch, call->path_ids[0]));
    TRY(series_get(call->work, &series, batch->series_id));
    if (series.kind != SERIES_LOYALTY && !call_may(call, MAY_DOWNLOAD_PAYMENT_NUMBERS)) {
        return FORBIDDEN;
    }
    return number_batch_require_download(batch, call->work->now_ms);
}

static status open_stream(struct call *call, const struct number_batch *batch, struct stream *stream)
{
    const struct download_query *query = call->query;
    bool csv = query->format == NUMBER_FILE_CSV ||
               (query->format < 0 && text_starts_with(call->exchange->accept, TEXT("text/csv")));
    struct number_file *file;
    TRY(number_file_open(&file, call->work, batch, csv ? NUMBER_FILE_CSV : NUMBER_FILE_TEXT,
                         id_print(call->exchange->arena, "batch", batch->id)));
    *stream =
        (struct stream){ .len = number_file_len(file), .read = read_file, .release = release_file, .context = file };
    call->reply_stream = stream; // released by the caller of this handler from here on
    struct byte_range range;
    TRY(byte_range_parse(&range, call->exchange->range, stream->len));
    stream->from = range.from;
    stream->send_len = range.len;
    call->reply_status = range.partial ? 206 : 200;
    call->reply_content_type = csv ? "text/csv; charset=utf-8" : "text/plain; charset=utf-8";
    struct exchange *exchange = call->exchange;
    exchange->reply_header_count = 0; // this handler may run again
    exchange_header(exchange, "Accept-Ranges", TEXT("bytes"));
    exchange_header(exchange, "Content-Disposition",
                    arena_print(exchange->arena, "attachment; filename=\"" TEXT_FMT "-%lld.%s\"",
                                TEXT_ARG(batch->series_code), (long long)batch->count, csv ? "csv" : "txt"));
    if (range.partial) {
        exchange_header(exchange, "Content-Range",
                        arena_print(exchange->arena, "bytes %llu-%llu/%llu", (unsigned long long)range.from,
                                    (unsigned long long)(range.from + range.len - 1), (unsigned long long)stream->len));
    }
    return OK;
}

static status download(struct call *call)
{
    struct number_batch batch;
    struct stream *stream = CALL_NEW(call, struct stream);
    if (stream == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(judge_download(call, &batch));
    TRY(number_batch_count_download(call->work, batch.id));
    work_detail_text(call->work, "range", call->exchange->range);
    return open_stream(call, &batch, stream);
}

// What a download would answer, without the numbers: for those who want to know the size first.
static status describe_download(struct call *call)
{
    struct number_batch batch;
    struct stream *stream = CALL_NEW(call, struct stream);
    if (stream == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(judge_download(call, &batch));
    return open_stream(call, &batch, stream);
}

#define DOWNLOAD_OUTCOMES                                                                                              \
    {                                                                                                                  \
        BATCH_NOT_FOUND, BATCH_VOIDED, BATCH_DOWNLOAD_OVER, RANGE_NOT_SATISFIABLE                                      \
    }

static const struct operation rows[] = {
    { "POST", "/v1/series/{series_id}/batches", WRITE, MAY_DRAW_NUMBERS, draw, .in = &draw_shape, .out = &batch_shape,
      .success = 201, .audit = "number_batch.drawn", .event = "number_batch.created",
      .outcomes = { SERIES_NOT_FOUND, SERIES_INACTIVE, SERIES_NO_GENERATION, NUMBER_SPACE_EXHAUSTED, LABEL_NOT_FOUND,
                    LABEL_RETIRED, LABEL_NOT_FOR_STATUS },
      .id = "number_batch_draw", .tag = "Number batches",
      .help = "Draw a batch of card numbers from a series: all of them or none." },
    { "GET", "/v1/batches", READ, MAY_READ_BATCHES, read_list, .query = &query_shape, .out = &batch_shape, .list = true,
      .id = "number_batch_list", .tag = "Number batches", .help = "List batches, newest first." },
    { "GET", "/v1/batches/{batch_id}", READ, MAY_READ_BATCHES, read_one, .out = &batch_shape,
      .outcomes = { BATCH_NOT_FOUND }, .id = "number_batch_get", .tag = "Number batches", .help = "Read a batch." },
    { "PATCH", "/v1/batches/{batch_id}", WRITE, MAY_DRAW_NUMBERS, relabel, .in = &relabel_shape, .patch = true,
      .out = &batch_shape, .audit = "number_batch.relabelled", .event = "number_batch.changed",
      .outcomes = { BATCH_NOT_FOUND, BATCH_VOIDED, LABEL_NOT_FOUND, LABEL_RETIRED, LABEL_NOT_FOR_STATUS },
      .id = "number_batch_update", .tag = "Number batches",
      .help = "Give the batch's numbers that are not issued another label." },
    { "GET", "/v1/batches/{batch_id}/numbers", WRITE, MAY_DOWNLOAD_NUMBERS, download, .query = &download_query_shape,
      .not_idempotent = true, .media_type = "text/plain", .csv = true, .audit = "number_batch.downloaded",
      .outcomes = DOWNLOAD_OUTCOMES, .id = "number_batch_download", .tag = "Number batches",
      .help = "Download the numbers; byte ranges are served, every download is audited." },
    { "HEAD", "/v1/batches/{batch_id}/numbers", READ, MAY_DOWNLOAD_NUMBERS, describe_download,
      .query = &download_query_shape, .media_type = "text/plain", .csv = true, .outcomes = DOWNLOAD_OUTCOMES,
      .id = "number_batch_download_head", .tag = "Number batches",
      .help = "The size and type of a download, without the numbers." },
    { "POST", "/v1/batches/{batch_id}/void", WRITE, MAY_VOID_BATCHES, void_batch, .in = &void_shape,
      .out = &batch_shape, .audit = "number_batch.voided", .event = "number_batch.voided",
      .outcomes = { BATCH_NOT_FOUND, BATCH_VOIDED, REASON_REQUIRED }, .id = "number_batch_void",
      .tag = "Number batches", .help = "Void a batch: its numbers that are not issued can then never be." },
};

const struct operation_table number_batch_operations = OPERATION_TABLE(rows);
