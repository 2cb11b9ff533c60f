#include "unit/api/call_fixture.h"

#include "api/otp_challenges.h"
#include "domain/customer.h"

static text body_for(struct fixture *fixture, const char *format)
{
    struct customer customer = { .mobile = TEXT("+919800000001"), .date_of_birth = DATE_NONE, .verification = -1 };
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    text id = id_print(fixture->arena, "cus", customer.id);
    return arena_print(fixture->arena, "{\"customer_id\":\"%s\",%s}", id.at, format);
}

static void test_shapes(void **state)
{
    (void)state;
    for (int i = 0; i < otp_operations.count; i++) {
        const struct operation *row = &otp_operations.rows[i];
        if (row->in != NULL) {
            shape_check(row->in);
        }
        shape_check(row->out);
    }
}

static void test_send_and_read(void **state)
{
    struct fixture *fixture = fixture_of(state);
    text reply;
    fixture_make_keys(fixture);
    text body = body_for(fixture, "\"series_id\":\"series_0000000000001\",\"status_label\":\"Active\"");
    const struct call_request send = { "POST", "/v1/otp-challenges", .body = body.at };
    assert_int_equal(call_run(fixture, &otp_operations, &send, &reply), OK);
    assert_true(reply_has(reply, "\"id\":\"otp_"));
    assert_true(reply_has(reply, "\"purpose\":\"issue_card\",\"channels\":[\"sms\"]"));
    assert_true(reply_has(reply, "\"attempts_left\":5,\"used\":false"));
    assert_true(reply_has(reply, "\"sent_to\":[\"•••••••001\"]"));
    int64_t id = fixture->work.subject_id;
    assert_int_equal(call_run(fixture, &otp_operations, &send, &reply), RATE_LIMITED);
    const struct call_request read = { "GET", "/v1/otp-challenges/{otp_id}", id };
    assert_int_equal(call_run(fixture, &otp_operations, &read, &reply), OK);
    assert_true(reply_has(reply, "\"channels\":[\"sms\"]"));
    assert_null(memmem(reply.at, reply.len, "sent_to", 7));
    const struct call_request other = { "GET", "/v1/otp-challenges/{otp_id}", id + 1 };
    assert_int_equal(call_run(fixture, &otp_operations, &other, &reply), NOT_FOUND);
}

static void test_refusals(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        const char *fields;
        status result;
        const char *field;
        status fault;
    } cases[] = {
        { "\"purpose\":\"issue_card\"", INVALID_INPUT, "series_id", REQUIRED },
        { "\"series_id\":\"series_0000000000001\",\"number\":\"5099000012345674\"", INVALID_INPUT, "number",
          EXCLUSIVE_FIELDS },
        { "\"series_id\":\"series_0000000000001\",\"purpose\":\"anything\"", INVALID_INPUT, "purpose",
          NOT_ALLOWED_VALUE },
        { "\"number\":\"50-99\"", INVALID_INPUT, "number", BAD_FORMAT },
        { "\"number\":\"5099000012345674\",\"status_label\":\"None such\"", LABEL_NOT_FOUND, "status_label",
          LABEL_NOT_FOUND },
    };
    fixture_make_keys(fixture);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text reply;
        assert_int_equal(database_savepoint(fixture->database, "one_case"), OK);
        const struct call_request send = { "POST", "/v1/otp-challenges",
                                           .body = body_for(fixture, cases[i].fields).at };
        assert_int_equal(call_run(fixture, &otp_operations, &send, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
        assert_int_equal(database_rollback_to(fixture->database, "one_case"), OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        ON_BOTH_ENGINES(test_send_and_read),
        ON_BOTH_ENGINES(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
