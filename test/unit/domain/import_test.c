#include <string.h>

#include "base/limits.h"
#include "domain/card.h"
#include "domain/customer.h"
#include "domain/import.h"
#include "domain/role.h"
#include "domain/settings.h"
#include "unit/domain/fixture.h"

static struct fixture *ready(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture_make_keys(fixture);
    fixture->actor.kind = ACTOR_API_KEY; // who needs no source
    fixture_next(fixture);
    return fixture;
}

static status plan(struct fixture *fixture, struct import_plan *out, enum job_kind kind, text file)
{
    return import_plan(fixture_next(fixture), out, import_rule_of(kind), file);
}

static struct job start(struct fixture *fixture, enum job_kind kind, text file)
{
    struct import_plan planned;
    struct job job;
    assert_int_equal(plan(fixture, &planned, kind, file), OK);
    assert_int_equal(import_start(fixture_next(fixture), &job, &planned), OK);
    return job;
}

// Starts and does the whole file; the number of writes it took.
static int run_all(struct fixture *fixture, struct job *job, enum job_kind kind, text file)
{
    bool more = true;
    int count = 0;
    *job = start(fixture, kind, file);
    for (; more; count++) {
        assert_int_equal(import_next_chunk(fixture_next(fixture), job->id, &more), OK);
    }
    assert_int_equal(job_finish(fixture_next(fixture), job->id, JOB_DONE), OK);
    assert_int_equal(job_get(fixture_next(fixture), job, job->id), OK);
    return count;
}

static struct job_result *results_of(struct fixture *fixture, const struct job *job, int *count)
{
    struct job_result *found;
    assert_int_equal(job_results(fixture_next(fixture), &found, count,
                                 &(struct job_result_filter){ .job_id = job->id, .limit = 1000 }),
                     OK);
    return found;
}

static void assert_refused(const struct job_result *result, const char *code, const char *field)
{
    assert_int_equal(result->state, JOB_RESULT_REFUSED);
    if (!text_equal(result->code, text_of(code)) || !text_equal(result->field, text_of(field))) {
        fail_msg("row %d: " TEXT_FMT " of " TEXT_FMT ", not %s of %s", (int)result->row, TEXT_ARG(result->code),
                 TEXT_ARG(result->field), code, field != NULL ? field : "nothing");
    }
}

static void test_files_that_are_refused_whole(void **state)
{
    struct fixture *fixture = ready(state);
    static const struct {
        enum job_kind kind;
        text file;
        status expected;
    } cases[] = {
        { JOB_IMPORT_CUSTOMERS, TEXT("mobile,email\n+919812345678,\n"), OK },
        { JOB_IMPORT_CUSTOMERS, TEXT(" email ,mobile\r\n\"\",+919812345678"), OK },
        { JOB_IMPORT_CUSTOMERS, TEXT("email\nx\"y\n"), CSV_MALFORMED },
        { JOB_IMPORT_CUSTOMERS, TEXT(""), CSV_MALFORMED },
        { JOB_IMPORT_CUSTOMERS, TEXT("email\n"), CSV_MALFORMED },
        { JOB_IMPORT_CUSTOMERS, TEXT("email,phone\na@example.com,1\n"), CSV_MALFORMED },
        { JOB_IMPORT_CUSTOMERS, TEXT("email,email\na@example.com,b@example.com\n"), CSV_MALFORMED },
        { JOB_IMPORT_NUMBERS, TEXT("number\nA12345\n"), OK },
        { JOB_IMPORT_NUMBERS, TEXT("series_code\nGOLD\n"), CSV_MALFORMED }, // no number
        { JOB_IMPORT_NUMBERS, TEXT("A12345\nA12346\n"), CSV_MALFORMED },    // no header
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct import_plan planned;
        assert_int_equal(plan(fixture, &planned, cases[i].kind, cases[i].file), cases[i].expected);
        assert_true((fixture->faults.count > 0) == (cases[i].expected != OK));
    }
    struct import_plan planned;
    plan(fixture, &planned, JOB_IMPORT_NUMBERS, TEXT("4111111111111111\n"));
    assert_null(strstr(fixture->faults.list[0].message.at, "4111")); // what stood there may be a number
    fixture->actor.permissions = role_permissions(ROLE_OPERATIONS);  // may register and not issue
    assert_int_equal(plan(fixture, &planned, JOB_IMPORT_NUMBERS, TEXT("number\nA12345\n")), OK);
    assert_int_equal(plan(fixture, &planned, JOB_IMPORT_NUMBERS, TEXT("number,customer_email\nA12345,\n")), FORBIDDEN);
}

static void test_customers(void **state)
{
    struct fixture *fixture = ready(state);
    struct job job;
    int count;
    run_all(fixture, &job, JOB_IMPORT_CUSTOMERS,
            TEXT("first_name,last_name,mobile,email,date_of_birth,nationality,external_id\r\n"
                 "Asha,\"Rao, \"\"Jr.\"\"\",+919812345678,Asha@Example.com,1990-02-28,IN,C-1\r\n" // 1
                 "Ravi,,+919812345678,,,,\r\n"                                                    // 2: taken
                 "Nobody,,,,,,\r\n"                                                               // 3: no way to reach
                 "Ravi,,98123,,,,\r\n"                                                            // 4
                 "Ravi,,,not an address,,,\r\n"                                                   // 5
                 "Ravi,,,r@example.com,1990-02-30,,\r\n"                                          // 6
                 "Ravi,,,r@example.com,,India,\r\n"                                               // 7
                 "Ravi,,,r@example.com\r\n"              // 8: fields are missing
                 "\xFF,,,r@example.com,,,\r\n"           // 9
                 "\" \",,,r@example.com,,,\r\n"          // 10
                 "Ravi,,,r@example.com,2030-01-01,,\r\n" // 11: born in the future
                 "Ravi,,,r@example.com,,,\r\n"));        // 12
    assert_int_equal(job.state, JOB_DONE);
    assert_int_equal(job.total, 12);
    assert_int_equal(job.done, 12);
    assert_int_equal(job.failed, 10);
    struct job_result *results = results_of(fixture, &job, &count);
    assert_int_equal(count, 12);
    static const struct {
        const char *code, *field;
    } refused[] = {
        { "customer_exists", "mobile" },     { "required", "mobile" },          { "bad_format", "mobile" },
        { "bad_format", "email" },           { "bad_format", "date_of_birth" }, { "bad_format", "nationality" },
        { "csv_malformed", NULL },           { "invalid_text", "first_name" },  { "bad_format", "first_name" },
        { "out_of_range", "date_of_birth" },
    };
    for (int i = 0; i < 10; i++) {
        assert_refused(&results[i + 1], refused[i].code, refused[i].field);
        assert_true(text_present(results[i + 1].message));
    }
    struct customer customer;
    assert_int_equal(results[0].state, JOB_RESULT_OK);
    assert_int_equal(customer_get(fixture_next(fixture), &customer, results[0].customer_id), OK);
    assert_true(text_equal(customer.last_name, TEXT("Rao, \"Jr.\"")));
    assert_true(text_equal(customer.email, TEXT("asha@example.com")));
    assert_int_equal(customer.date_of_birth, 7363); // 20 years, 5 leap days, 31 and 27 days after 1970-01-01
    assert_int_equal(results[11].state, JOB_RESULT_OK);
    assert_int_equal(results[11].row, 12);
}

static void test_numbers(void **state)
{
    struct fixture *fixture = ready(state);
    struct job job;
    int count;
    int64_t series_id = fixture_make_series(fixture, "GOLD");
    struct customer customer = { .external_id = TEXT("C-1"), .date_of_birth = DATE_NONE, .verification = -1 };
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    run_all(fixture, &job, JOB_IMPORT_NUMBERS,
            TEXT("series_code,number,customer_external_id,customer_email,external_id\n"
                 "GOLD,GOLD0000001,,,X-1\n"          // 1: waits
                 ",GOLD0000002,C-1,,\n"              // 2: issued
                 ",GOLD0000001,,,\n"                 // 3: registered by row 1
                 "SILVER,GOLD0000003,,,\n"           // 4
                 ",SILVER00001,,,\n"                 // 5
                 ",GOLD0000004,C-9,,\n"              // 6
                 ",GOLD0000005,,,X-1\n"              // 7
                 ",GOLD0000006,C-1,c@example.com,\n" // 8
                 ",,,,\n"                            // 9
                 ",GOLD0000005,,,\n"));              // 10: row 7 left nothing behind
    struct job_result *results = results_of(fixture, &job, &count);
    assert_int_equal(count, 10);
    assert_int_equal(job.failed, 7);
    assert_refused(&results[2], "number_already_registered", "number");
    assert_refused(&results[3], "series_not_found", "series_code");
    assert_refused(&results[4], "no_series_for_number", "number");
    assert_refused(&results[5], "customer_not_found", "customer_external_id");
    assert_refused(&results[6], "external_id_taken", "external_id");
    assert_refused(&results[7], "exclusive_fields", "customer_email");
    assert_refused(&results[8], "required", "number");
    struct card card;
    assert_int_equal(card_get(fixture_next(fixture), &card, results[0].card_id), OK);
    assert_int_equal(card.status, CARD_NOT_ISSUED);
    assert_int_equal(card.series_id, series_id);
    assert_int_equal(card_get(fixture_next(fixture), &card, results[1].card_id), OK);
    assert_int_equal(card.status, CARD_ACTIVE);
    assert_int_equal(card.customer_id, customer.id);
    assert_int_equal(results[9].state, JOB_RESULT_OK);
}

static void test_no_issue_where_codes_are_asked(void **state)
{
    struct fixture *fixture = ready(state);
    struct job job;
    struct settings settings;
    int count;
    fixture_make_series(fixture, "GOLD");
    struct customer customer = { .external_id = TEXT("C-1"), .date_of_birth = DATE_NONE, .verification = -1 };
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    assert_int_equal(settings_get(fixture_next(fixture), &settings), OK);
    settings.otp_enabled = true;
    assert_int_equal(settings_update(fixture_next(fixture), &settings), OK);
    run_all(fixture, &job, JOB_IMPORT_NUMBERS, TEXT("number,customer_external_id\nGOLD0000001,C-1\nGOLD0000001,\n"));
    struct job_result *results = results_of(fixture, &job, &count);
    assert_refused(&results[0], "otp_required", "otp");
    assert_int_equal(results[1].state, JOB_RESULT_OK);
}

// Two rows more than a chunk, refused ones among them, with quotes over the seams.
static text many_customers(struct fixture *fixture, int count)
{
    struct buffer out;
    buffer_init(&out, 1024 * 1024);
    buffer_append_text(&out, TEXT("external_id,last_name\n"));
    for (int i = 1; i <= count; i++) {
        buffer_print(&out, "%s%d,\"two\"\" ,words\"\n%s", i % 10 == 0 ? "\t" : "C", i, i % 7 == 0 ? "\n" : "");
    }
    text file = arena_copy(fixture->arena, buffer_text(&out));
    buffer_release(&out);
    return file;
}

static void test_chunks_and_pages(void **state)
{
    struct fixture *fixture = ready(state);
    struct job job;
    bool sqlite = fixture->made.engine == ENGINE_SQLITE;
    int chunk = sqlite ? IMPORT_CHUNK_ROW_COUNT : IMPORT_CHUNK_ROW_COUNT_POSTGRES, total = 2 * chunk + 2, count;
    assert_int_equal(run_all(fixture, &job, JOB_IMPORT_CUSTOMERS, many_customers(fixture, total)), 3);
    assert_int_equal(job.done, total);
    assert_int_equal(job.failed, total / 10);
    int seen = 0;
    for (int64_t after = 0; seen < total; after += 7) {
        struct job_result *page;
        const struct job_result_filter filter = { .job_id = job.id, .limit = 7, .after = after };
        assert_int_equal(job_results(fixture_next(fixture), &page, &count, &filter), OK);
        for (int i = 0; i < count; i++) {
            assert_int_equal(page[i].row, ++seen);
            assert_int_equal(page[i].state, seen % 10 == 0 ? JOB_RESULT_REFUSED : JOB_RESULT_OK);
        }
        assert_true(count > 0);
    }
    struct job_result *failed;
    const struct job_result_filter filter = { .job_id = job.id, .limit = 1000, .after = 10, .failed_only = true };
    assert_int_equal(job_results(fixture_next(fixture), &failed, &count, &filter), OK);
    assert_int_equal(count, total / 10 - 1);
    for (int i = 0; i < count; i++) {
        assert_int_equal(failed[i].row, (i + 2) * 10);
    }
}

static int64_t count_of(struct fixture *fixture, const char *sql, int64_t id)
{
    int64_t count = -1;
    assert_int_equal(work_integer(fixture_next(fixture), &count, sql, ARGS(value_i64(id)), NOT_FOUND), OK);
    return count;
}

static void test_cancel_and_erase(void **state)
{
    static const char SEALED[] =
        "SELECT CAST(count(*) AS BIGINT) FROM job_chunk WHERE job_id = $1 AND sealed IS NOT NULL";
    static const char MAKE_OTHERS[] = "UPDATE job_chunk SET results = '[]' WHERE job_id = $1";
    struct fixture *fixture = ready(state);
    struct job job = start(fixture, JOB_IMPORT_CUSTOMERS, many_customers(fixture, IMPORT_CHUNK_ROW_COUNT + 1)), next;
    bool more = false;
    int64_t chunks = count_of(fixture, SEALED, job.id);
    assert_true(chunks >= 2);
    assert_int_equal(job.state, JOB_QUEUED);
    assert_int_equal(job.rate, INTEGER_NONE);
    assert_int_equal(job_next_open(fixture_next(fixture), &next), OK);
    assert_int_equal(next.id, job.id);
    assert_int_equal(next.actor.permissions, fixture->actor.permissions);
    assert_int_equal(next.actor.organization_id, fixture->organization.id);
    assert_int_equal(import_next_chunk(fixture_next(fixture), job.id, &more), OK);
    assert_true(more);
    assert_int_equal(count_of(fixture, SEALED, job.id), chunks - 1);
    fixture->now_ms += 2000;
    assert_int_equal(job_get(fixture_next(fixture), &next, job.id), OK);
    assert_int_equal(next.state, JOB_RUNNING);
    assert_int_equal(next.rate, next.done * 1000 / 2002); // two calls later
    assert_true(next.seconds_left > 0);
    assert_int_equal(job_cancel(fixture_next(fixture), &next, job.id), OK);
    assert_int_equal(next.state, JOB_CANCELLED);
    assert_int_equal(count_of(fixture, SEALED, job.id), 0);
    assert_int_equal(job_cancel(fixture_next(fixture), &next, job.id), JOB_FINISHED);
    assert_int_equal(job_cancel(fixture_next(fixture), &next, job.id + 1), JOB_NOT_FOUND);
    assert_int_equal(import_next_chunk(fixture_next(fixture), job.id, &more), JOB_FINISHED);
    assert_int_equal(job_next_open(fixture_next(fixture), &next), JOB_NOT_FOUND);
    // A chunk that another process settled meanwhile.
    job = start(fixture, JOB_IMPORT_CUSTOMERS, TEXT("external_id\nZ\n"));
    struct job_chunk chunk;
    assert_int_equal(job_chunk_next(fixture_next(fixture), &chunk, &job), OK);
    assert_true(text_equal(chunk.rows, TEXT("external_id\nZ\n")));
    assert_int_equal(work_run(fixture_next(fixture), MAKE_OTHERS, ARGS(value_i64(job.id))), OK);
    assert_int_equal(job_chunk_settle(fixture_next(fixture), &job, &chunk, TEXT("[]"), 0), STORAGE_CONFLICT);
}

static void test_chunks_do_not_change_places(void **state)
{
    static const char SWAP[] =
        "UPDATE job_chunk SET sealed = (SELECT sealed FROM job_chunk other WHERE other.job_id = job_chunk.job_id "
        "AND other.sequence > 1 ORDER BY sequence LIMIT 1) WHERE job_id = $1 AND sequence = 1";
    struct fixture *fixture = ready(state);
    struct job job = start(fixture, JOB_IMPORT_CUSTOMERS, many_customers(fixture, IMPORT_CHUNK_ROW_COUNT + 1));
    bool more;
    assert_int_equal(work_run(fixture_next(fixture), SWAP, ARGS(value_i64(job.id))), OK);
    assert_int_equal(import_next_chunk(fixture_next(fixture), job.id, &more), DATA_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_files_that_are_refused_whole),
        ON_BOTH_ENGINES(test_customers),
        ON_BOTH_ENGINES(test_numbers),
        ON_BOTH_ENGINES(test_no_issue_where_codes_are_asked),
        ON_BOTH_ENGINES(test_chunks_and_pages),
        ON_BOTH_ENGINES(test_cancel_and_erase),
        ON_BOTH_ENGINES(test_chunks_do_not_change_places),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
