#include "unit/api/call_fixture.h"

#include "api/customers.h"
#include "base/none.h"
#include "domain/customer.h"

static int64_t make(struct fixture *fixture)
{
    struct customer customer = { .external_id = TEXT("C-1"),
                                 .first_name = TEXT("Asha"),
                                 .last_name = TEXT("Rao"),
                                 .mobile = TEXT("+919800000001"),
                                 .email = TEXT("asha@example.com"),
                                 .date_of_birth = DATE_NONE,
                                 .verification = -1 };
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    return customer.id;
}

static void test_create(void **state)
{
    struct fixture *fixture = fixture_of(state);
    text reply;
    // The example of api.md, and what a new customer has besides.
    const struct call_request request = {
        "POST", "/v1/customers",
        .body =
            "{\"external_id\":\"C-1\",\"first_name\":\"Asha\",\"last_name\":\"Rao\",\"mobile\":\"+919800000001\","
            "\"email\":\"Asha@example.com\",\"date_of_birth\":\"1990-04-12\",\"nationality\":\"IN\"}"
    };
    assert_int_equal(call_run(fixture, &customer_operations, &request, &reply), OK);
    assert_true(reply_has(reply, "{\"id\":\"cus_"));
    assert_true(
        reply_has(reply,
                  "\"external_id\":\"C-1\",\"first_name\":\"Asha\",\"last_name\":\"Rao\",\"mobile\":\"+919800000001\","
                  "\"email\":\"asha@example.com\",\"date_of_birth\":\"1990-04-12\",\"nationality\":\"IN\","
                  "\"verification\":\"verified\",\"next_verifications\":[\"update_requested\",\"on_hold\"],"
                  "\"card_counts\":{\"all\":0,\"active\":0},\"created_at\":\"2027-01-15T08:00:00."));
    assert_true(reply_has(reply, "\"version\":1}"));
}

static void test_create_refusals(void **state)
{
    struct fixture *fixture = fixture_of(state);
    make(fixture);
    static const struct {
        const char *body;
        status result;
        const char *field;
        status fault;
    } cases[] = {
        { "{}", INVALID_INPUT, "mobile", REQUIRED },
        { "{\"mobile\":\"9800000001\"}", INVALID_INPUT, "mobile", BAD_FORMAT },
        { "{\"email\":\"asha\"}", INVALID_INPUT, "email", BAD_FORMAT },
        { "{\"external_id\":\"C-2\",\"nationality\":\"XX\"}", INVALID_INPUT, "nationality", BAD_FORMAT },
        { "{\"external_id\":\"C-2\",\"date_of_birth\":\"2027-01-16\"}", INVALID_INPUT, "date_of_birth", OUT_OF_RANGE },
        { "{\"external_id\":\"C-2\",\"verification\":\"rejected\"}", INVALID_INPUT, "verification", NOT_ALLOWED_VALUE },
        { "{\"external_id\":\"C-2\",\"card_counts\":{\"all\":1}}", INVALID_INPUT, "card_counts", UNKNOWN_FIELD },
        { "{\"external_id\":\"C-2\",\"email\":\"ASHA@EXAMPLE.COM\"}", CUSTOMER_EXISTS, "email", CUSTOMER_EXISTS },
        { "{\"external_id\":\"C-2\",\"first_name\":\"A\\u0007\"}", INVALID_INPUT, "first_name", INVALID_TEXT },
        { "{\"external_id\":\"C-2\",\"verification\":\"pending\"}", OK, "", OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text reply;
        const struct call_request request = { "POST", "/v1/customers", .body = cases[i].body };
        assert_int_equal(call_run(fixture, &customer_operations, &request, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
    }
}

static void test_patch(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t id = make(fixture);
    static const struct {
        const char *body;
        status result;
        const char *part;
    } cases[] = {
        { "{\"mobile\":null}", OK, "\"mobile\":null,\"email\":\"asha@example.com\"" },
        { "{\"email\":null,\"first_name\":\"Aisha\"}", OK,
          "\"external_id\":\"C-1\",\"first_name\":\"Aisha\",\"last_name\":\"Rao\",\"mobile\":null,\"email\":null" },
        { "{\"external_id\":null}", INVALID_INPUT, NULL },
        { "{\"external_id\":null,\"mobile\":\"+4915112345678\"}", OK, "\"external_id\":null" },
        { "{\"verification\":\"on_hold\"}", OK, "\"verification\":\"on_hold\"" },
        { "{\"verification\":\"rejected\"}", TRANSITION_NOT_ALLOWED, NULL },
        { "{\"last_name\":\"X\",\"version\":1}", VERSION_CONFLICT, NULL },
        { "{\"last_name\":\"Roy\",\"version\":5}", OK, "\"last_name\":\"Roy\"" },
        { "{}", OK, "\"last_name\":\"Roy\"" },
    };
    text reply;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct call_request request = { "PATCH", "/v1/customers/{cus_id}", id, cases[i].body };
        assert_int_equal(call_run(fixture, &customer_operations, &request, &reply), cases[i].result);
        assert_true(cases[i].part == NULL || reply_has(reply, cases[i].part));
    }
    assert_int_equal(
        call_run(fixture, &customer_operations, &(struct call_request){ "GET", "/v1/customers/{cus_id}", id }, &reply),
        OK);
    assert_true(reply_has(reply, "\"version\":7}"));
    assert_int_equal(call_run(fixture, &customer_operations,
                              &(struct call_request){ "GET", "/v1/customers/{cus_id}", id + 1 }, &reply),
                     CUSTOMER_NOT_FOUND);
}

static void test_search(void **state)
{
    struct fixture *fixture = fixture_of(state);
    make(fixture);
    fixture_make_keys(fixture);
    static const char found[] = "{\"data\":[{\"id\":\"cus_", nothing[] = "{\"data\":[],\"next\":null}";
    static const struct {
        const char *body;
        status result;
        const char *field;
        status fault;
        const char *part;
    } cases[] = {
        { "{\"mobile\":\"+919800000001\"}", OK, "", OK, found },
        { "{\"email\":\"Asha@Example.com\"}", OK, "", OK, found },
        { "{\"external_id\":\"C-1\",\"limit\":1}", OK, "", OK, found },
        { "{\"name\":\"asha ra\"}", OK, "", OK, found },
        { "{\"name\":\"ashar\"}", OK, "", OK, nothing },
        { "{\"number\":\"GOLD1234567\"}", OK, "", OK, nothing },
        { "{\"name\":\"asha\",\"limit\":51}", INVALID_INPUT, "limit", OUT_OF_RANGE, NULL },
        { "{}", INVALID_INPUT, "", REQUIRED, NULL },
        { "{\"limit\":5}", INVALID_INPUT, "", REQUIRED, NULL },
        { "{\"name\":\"asha\",\"number\":\"GOLD1234567\"}", INVALID_INPUT, "number", EXCLUSIVE_FIELDS, NULL },
        { "{\"mobile\":\"+919800000001\",\"email\":\"a@example.com\",\"name\":\"a\"}", INVALID_INPUT, "name",
          EXCLUSIVE_FIELDS, NULL },
        { "{\"number\":\"12 34\"}", INVALID_INPUT, "number", BAD_FORMAT, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text reply;
        const struct call_request request = { "POST", "/v1/customers/search", .body = cases[i].body };
        assert_int_equal(call_run(fixture, &customer_operations, &request, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
        assert_true(cases[i].part == NULL || reply_has(reply, cases[i].part));
    }
}

static void test_list(void **state)
{
    struct fixture *fixture = fixture_of(state);
    text reply;
    make(fixture);
    struct customer second = { .external_id = TEXT("C-2"), .date_of_birth = DATE_NONE, .verification = -1 };
    assert_int_equal(customer_create(fixture_next(fixture), &second), OK);
    const struct pair query[] = { { TEXT("limit"), TEXT("1") }, { TEXT("after"), TEXT_ABSENT } };
    struct call_request request = { "GET", "/v1/customers", .query = query, .query_count = 1 };
    assert_int_equal(call_run(fixture, &customer_operations, &request, &reply), OK);
    assert_true(reply_has(reply, "\"external_id\":\"C-2\""));
    const char cursor[] = "\"next\":\"";
    size_t at = reply.len - strlen("cursor_") - 13 - strlen("\"}");
    assert_true(reply_has(text_slice(reply, 0, at), cursor));
    const struct pair next[] = { { TEXT("after"), text_slice(reply, at, strlen("cursor_") + 13) } };
    request.query = next;
    assert_int_equal(call_run(fixture, &customer_operations, &request, &reply), OK);
    assert_true(reply_has(reply, "\"external_id\":\"C-1\""));
    assert_true(reply_has(reply, "\"next\":null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_create), ON_BOTH_ENGINES(test_create_refusals),
        ON_BOTH_ENGINES(test_patch),  ON_BOTH_ENGINES(test_search),
        ON_BOTH_ENGINES(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
