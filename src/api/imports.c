#include "api/imports.h"

#include "api/jobs.h"
#include "domain/import.h"

static bool is_csv(text content_type)
{
    text rest = content_type, type;
    return text_split(&rest, ';', &type) && text_equal_ignoring_case(text_trim(type), TEXT("text/csv"));
}

static status prepare(struct call *call, enum job_kind kind)
{
    if (!is_csv(call->exchange->content_type)) {
        return UNSUPPORTED_MEDIA_TYPE;
    }
    struct import_plan *plan = CALL_NEW(call, struct import_plan);
    if (plan == NULL) {
        return OUT_OF_MEMORY;
    }
    call->prepared = plan;
    return import_plan(call->work, plan, import_rule_of(kind), call->exchange->body);
}

static status prepare_numbers(struct call *call)
{
    return prepare(call, JOB_IMPORT_NUMBERS);
}

static status prepare_customers(struct call *call)
{
    return prepare(call, JOB_IMPORT_CUSTOMERS);
}

static status start(struct call *call)
{
    struct job *job = CALL_NEW(call, struct job);
    if (job == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(import_start(call->work, job, call->prepared));
    return reply_one(call, job);
}

static const struct operation rows[] = {
    { "POST", "/v1/card-numbers/import", WRITE, MAY_REGISTER_NUMBERS, start, .prepare = prepare_numbers,
      .raw_body = true, .out = &job_shape, .success = 202, .audit = "job.created", .event = "job.created",
      .outcomes = { UNSUPPORTED_MEDIA_TYPE, CSV_MALFORMED, FORBIDDEN }, .id = "card_number_import", .tag = "Jobs",
      .help =
          "Register card numbers from a CSV file: number, and any of series_code, status_label, external_id, and one of customer_external_id, "
          "customer_mobile and customer_email, which issues the card to that customer (and asks for the permission to issue cards)." },
    { "POST", "/v1/customers/import", WRITE, MAY_CHANGE_CUSTOMERS, start, .prepare = prepare_customers,
      .raw_body = true, .out = &job_shape, .success = 202, .audit = "job.created", .event = "job.created",
      .outcomes = { UNSUPPORTED_MEDIA_TYPE, CSV_MALFORMED }, .id = "customer_import", .tag = "Jobs",
      .help =
          "Make customers from a CSV file: any of external_id, first_name, last_name, mobile, email, date_of_birth and nationality." },
};

const struct operation_table import_operations = OPERATION_TABLE(rows);
