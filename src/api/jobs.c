#include "api/jobs.h"

#include "base/csv.h"
#include "domain/job.h"

enum { CSV_LEN_MAX = 3 * 1024 * 1024, EVENT_LEN_MAX = 4096 };

#define J(member) offsetof(struct job, member)

static const struct field job_fields[] = {
    { "id", FIELD_ID, J(id), .id_prefix = "job", .help = "The job's id." },
    { "kind", FIELD_ENUM, J(kind), .names = job_kind_names, .help = "What it does." },
    { "state", FIELD_ENUM, J(state), .names = job_state_names,
      .help = "How far it is; done, cancelled and failed are final." },
    { "total", FIELD_INTEGER, J(total),
      .help = "Rows of the file, without its header; of a rotation, rows to rewrite." },
    { "done", FIELD_INTEGER, J(done), .help = "Rows that are done, refused ones too." },
    { "failed", FIELD_INTEGER, J(failed),
      .help = "Rows that were refused; of a rotation, that did not open and were left." },
    { "rate", FIELD_INTEGER, J(rate), FIELD_NULLABLE, .help = "Rows a second since it was started." },
    { "seconds_left", FIELD_INTEGER, J(seconds_left), FIELD_NULLABLE,
      .help = "How long it will take at that rate; null while nobody can say, and at the end." },
    { "created_at", FIELD_TIME, J(created_ms), .help = "When it was asked for." },
    { "created_by", FIELD_TEXT, J(actor.name), FIELD_NULLABLE, .help = "Who asked for it; it is done in their name." },
    { "started_at", FIELD_TIME, J(started_ms), FIELD_NULLABLE, .help = "When its first rows were done." },
    { "finished_at", FIELD_TIME, J(finished_ms), FIELD_NULLABLE, .help = "When it ended." },
};

const struct shape job_shape = SHAPE("Job", struct job, job_fields);

#define R(member) offsetof(struct job_result, member)

static const struct field result_fields[] = {
    { "row", FIELD_INTEGER, R(row), .help = "The row, counted from 1 behind the header; empty lines do not count." },
    { "status", FIELD_ENUM, R(state), .names = job_result_state_names, .help = "Whether it was done or refused." },
    { "card_id", FIELD_ID, R(card_id), FIELD_NULLABLE, .id_prefix = "card", .help = "The card it made." },
    { "customer_id", FIELD_ID, R(customer_id), FIELD_NULLABLE, .id_prefix = "cus",
      .help = "The customer it made, or whose card it is." },
    { "code", FIELD_TEXT, R(code), FIELD_NULLABLE, .help = "Why it was refused." },
    { "field", FIELD_TEXT, R(field), FIELD_NULLABLE, .help = "The column, or what else was at fault." },
    { "message", FIELD_TEXT, R(message), FIELD_NULLABLE, .help = "The same as a sentence." },
};

static const struct shape result_shape = SHAPE("JobResult", struct job_result, result_fields);

struct job_query {
    struct page page;
    int state;
};

static const struct field query_fields[] = {
    PAGE_FIELDS(struct job_query),
    { "state", FIELD_ENUM, offsetof(struct job_query, state), .names = job_state_names,
      .help = "Only jobs in this state." },
};

static const struct shape query_shape = SHAPE("JobQuery", struct job_query, query_fields);

struct result_query {
    struct page page;
    bool failed_only;
};

static const struct field result_query_fields[] = {
    PAGE_FIELDS(struct result_query),
    { "failed_only", FIELD_BOOLEAN, offsetof(struct result_query, failed_only),
      .help = "Only rows that were refused." },
};

static const struct shape result_query_shape = SHAPE("JobResultQuery", struct result_query, result_query_fields);

struct csv_query {
    int64_t after_row;
};

static const struct field csv_query_fields[] = {
    { "after_row", FIELD_INTEGER, offsetof(struct csv_query, after_row), .min = 0, .max = IMPORT_ROW_COUNT_MAX,
      .help = "Only rows after this one: the last row of the download before." },
};

static const struct shape csv_query_shape = SHAPE("JobResultFileQuery", struct csv_query, csv_query_fields);

static status read_one(struct call *call)
{
    struct job *job = CALL_NEW(call, struct job);
    if (job == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(job_get(call->work, job, call->path_ids[0]));
    return reply_one(call, job);
}

static status read_list(struct call *call)
{
    const struct job_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct job *found;
    const struct job_filter filter = { limit + 1, query->page.after, query->state };
    TRY(job_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status cancel(struct call *call)
{
    struct job *job = CALL_NEW(call, struct job);
    if (job == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(job_cancel(call->work, job, call->path_ids[0]));
    return reply_one(call, job);
}

// The cursor of a page is its last row.
static status read_results(struct call *call)
{
    const struct result_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct job_result *found;
    const struct job_result_filter filter = { call->path_ids[0], limit + 1, query->page.after, query->failed_only };
    TRY(job_results(call->work, &found, &count, &filter));
    bool more = count > limit;
    return reply_list(call, found, sizeof *found, more ? limit : count, more ? found[limit - 1].row : 0);
}

static status reply_text_of(struct call *call, struct buffer *out)
{
    call->reply_text = out->failed ? TEXT_ABSENT : arena_copy(call->exchange->arena, buffer_text(out));
    buffer_release(out);
    call->reply_status = 200;
    return text_present(call->reply_text) ? OK : OUT_OF_MEMORY;
}

static status read_results_file(struct call *call)
{
    const struct csv_query *query = call->query;
    int count = 0;
    struct job_result *found;
    struct buffer out;
    const struct job_result_filter filter = {
        .job_id = call->path_ids[0],
        .limit = JOB_RESULT_COUNT_MAX,
        .after = query->after_row == INTEGER_NONE ? 0 : query->after_row,
        .failed_only = true,
    };
    TRY(job_results(call->work, &found, &count, &filter));
    buffer_init(&out, CSV_LEN_MAX);
    buffer_append_text(&out, TEXT("row,code,field,message\r\n"));
    for (int i = 0; i < count; i++) {
        buffer_print(&out, "%lld,", (long long)found[i].row);
        csv_write_field(&out, found[i].code);
        buffer_append_text(&out, TEXT(","));
        csv_write_field(&out, found[i].field);
        buffer_append_text(&out, TEXT(","));
        csv_write_field(&out, found[i].message);
        buffer_append_text(&out, TEXT("\r\n"));
    }
    exchange_header(call->exchange, "Content-Disposition",
                    arena_print(call->exchange->arena, "attachment; filename=\"" TEXT_FMT "-refused.csv\"",
                                TEXT_ARG(call->path_texts[0])));
    return reply_text_of(call, &out);
}

static status read_event(struct call *call)
{
    struct job job;
    struct buffer out;
    TRY(job_get(call->work, &job, call->path_ids[0]));
    buffer_init(&out, EVENT_LEN_MAX);
    buffer_print(&out, "retry: 1000\nevent: %s\ndata: ", job.finished_ms != 0 ? "finished" : "progress");
    shape_encode(&job_shape, &job, false, &out);
    buffer_append_text(&out, TEXT("\n\n"));
    exchange_header(call->exchange, "Cache-Control", TEXT("no-store"));
    return reply_text_of(call, &out);
}

static const struct operation rows[] = {
    { "GET", "/v1/jobs", READ, MAY_READ_JOBS, read_list, .query = &query_shape, .out = &job_shape, .list = true,
      .id = "job_list", .tag = "Jobs", .help = "List jobs, newest first." },
    { "GET", "/v1/jobs/{job_id}", READ, MAY_READ_JOBS, read_one, .out = &job_shape, .outcomes = { JOB_NOT_FOUND },
      .id = "job_get", .tag = "Jobs", .help = "Read a job: how far it is, how fast, and how long it will take." },
    { "GET", "/v1/jobs/{job_id}/results", READ, MAY_READ_JOBS, read_results, .query = &result_query_shape,
      .out = &result_shape, .list = true, .outcomes = { JOB_NOT_FOUND }, .id = "job_results", .tag = "Jobs",
      .help = "What became of the rows that are done, in their order." },
    { "GET", "/v1/jobs/{job_id}/results.csv", READ, MAY_READ_JOBS, read_results_file, .query = &csv_query_shape,
      .media_type = "text/csv; charset=utf-8", .outcomes = { JOB_NOT_FOUND }, .id = "job_results_file", .tag = "Jobs",
      .help = "The refused rows as CSV: row, code, field, message; 10,000 at most, the rest with after_row." },
    { "GET", "/v1/jobs/{job_id}/events", READ, MAY_READ_JOBS, read_event, .media_type = "text/event-stream",
      .outcomes = { JOB_NOT_FOUND }, .id = "job_events", .tag = "Jobs",
      .help =
          "The job as one server-sent event, progress or finished; the reply then ends, and an EventSource asks again after a second "
          "until the client closes it." },
    { "POST", "/v1/jobs/{job_id}/cancel", WRITE, MAY_CANCEL_JOBS, cancel, .out = &job_shape, .audit = "job.cancelled",
      .event = "job.cancelled", .outcomes = { JOB_NOT_FOUND, JOB_FINISHED, JOB_MUST_FINISH }, .id = "job_cancel",
      .tag = "Jobs", .help = "Cancel a job: what is done stays done, the rest is erased." },
};

const struct operation_table job_operations = OPERATION_TABLE(rows);
