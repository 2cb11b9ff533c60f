#include "unit/api/call_fixture.h"

#include "api/settings.h"
#include "api/sources.h"
#include "api/status_labels.h"
#include "domain/source.h"
#include "domain/status_label.h"

static void test_settings_shape(void **state)
{
    struct fixture *fixture = fixture_of(state);
    text reply;
    assert_int_equal(call_run(fixture, &settings_operations, &(struct call_request){ "GET", "/v1/settings" }, &reply),
                     OK);
    assert_true(text_equal(reply, TEXT("{\"issuing_source_id\":null,\"otp\":{\"enabled\":false,\"channel\":\"sms\"},"
                                       "\"max_cards_per_customer\":null,\"max_active_cards_per_customer\":null,"
                                       "\"active_statuses\":[\"inactive\",\"active\",\"suspended\"],"
                                       "\"download_days\":30,\"resting_days\":90,\"version\":1}")));
}

static void test_settings_patch(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        const char *body;
        status result;
        const char *field;
        status fault;
        const char *part;
    } cases[] = {
        { "{\"otp\":{\"enabled\":true,\"channel\":\"both\"}}", OK, "", OK,
          "\"otp\":{\"enabled\":true,\"channel\":\"both\"}" },
        { "{\"otp\":{\"channel\":\"email\"}}", OK, "", OK, "\"otp\":{\"enabled\":true,\"channel\":\"email\"}" },
        { "{\"max_active_cards_per_customer\":10}", OK, "", OK,
          "\"max_cards_per_customer\":null,\"max_active_cards_per_customer\":10" },
        { "{\"max_active_cards_per_customer\":null}", OK, "", OK, "\"max_active_cards_per_customer\":null" },
        { "{\"max_active_cards_per_customer\":0}", INVALID_INPUT, "max_active_cards_per_customer", OUT_OF_RANGE, NULL },
        { "{\"active_statuses\":[\"expired\",\"active\"]}", OK, "", OK,
          "\"active_statuses\":[\"active\",\"expired\"]" },
        { "{\"active_statuses\":[]}", INVALID_INPUT, "active_statuses", TOO_SHORT, NULL },
        { "{\"active_statuses\":[\"not_issued\"]}", INVALID_INPUT, "active_statuses[0]", NOT_ALLOWED_VALUE, NULL },
        { "{\"active_statuses\":[\"active\",\"closed\"]}", INVALID_INPUT, "active_statuses[1]", NOT_ALLOWED_VALUE,
          NULL },
        { "{\"download_days\":3650,\"resting_days\":0}", OK, "", OK, "\"download_days\":3650,\"resting_days\":0" },
        { "{\"download_days\":0,\"resting_days\":3651}", INVALID_INPUT, "download_days", OUT_OF_RANGE, NULL },
        { "{\"issuing_source_id\":\"source_0000000000001\"}", SOURCE_NOT_FOUND, "issuing_source_id", SOURCE_NOT_FOUND,
          NULL },
        { "{\"issuing_source_id\":\"card_0000000000001\"}", INVALID_INPUT, "issuing_source_id", BAD_FORMAT, NULL },
        { "{\"version\":1}", VERSION_CONFLICT, "", OK, NULL },
        { "{\"version\":7}", OK, "", OK, "\"version\":8" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text reply;
        const struct call_request request = { "PATCH", "/v1/settings", .body = cases[i].body };
        assert_int_equal(call_run(fixture, &settings_operations, &request, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
        assert_true(cases[i].part == NULL || reply_has(reply, cases[i].part));
    }
}

static void test_issuing_source(void **state)
{
    struct fixture *fixture = fixture_of(state);
    text reply;
    struct call_request request = { "POST", "/v1/sources", .body = "{\"name\":\"Call centre\",\"account\":\"north\"}" };
    assert_int_equal(call_run(fixture, &source_operations, &request, &reply), OK);
    assert_true(
        reply_has(reply, "\"name\":\"Call centre\",\"account\":\"north\",\"created_at\":\"2027-01-15T08:00:00."));
    text id = text_slice(reply, strlen("{\"id\":\""), strlen("source_") + 13);
    char body[64];
    int body_len = snprintf(body, sizeof body, "{\"issuing_source_id\":\"" TEXT_FMT "\"}", TEXT_ARG(id));
    request = (struct call_request){ "PATCH", "/v1/settings", .body = body };
    assert_int_equal(call_run(fixture, &settings_operations, &request, &reply), OK);
    body[body_len - 1] = '\0'; // the reply goes on
    assert_true(reply_has(reply, body));
    request = (struct call_request){ "PATCH", "/v1/settings", .body = "{\"issuing_source_id\":null}" };
    assert_int_equal(call_run(fixture, &settings_operations, &request, &reply), OK);
    assert_true(reply_has(reply, "\"issuing_source_id\":null"));
}

static void test_sources(void **state)
{
    struct fixture *fixture = fixture_of(state);
    text reply;
    static const struct {
        const char *body;
        status result;
        const char *field;
        status fault;
    } cases[] = {
        { "{\"name\":\"Shop\"}", OK, "", OK },
        { "{\"name\":\"Shop\",\"account\":\"\"}", SOURCE_EXISTS, "name", SOURCE_EXISTS },
        { "{\"name\":\"Shop\",\"account\":\"a\"}", OK, "", OK },
        { "{\"account\":\"a\"}", INVALID_INPUT, "name", REQUIRED },
        { "{\"name\":\" Shop\"}", INVALID_INPUT, "name", BAD_FORMAT },
        { "{\"name\":\"Shop\",\"id\":\"source_0000000000001\"}", INVALID_INPUT, "id", UNKNOWN_FIELD },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct call_request request = { "POST", "/v1/sources", .body = cases[i].body };
        assert_int_equal(call_run(fixture, &source_operations, &request, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
    }
    const struct pair query[] = { { TEXT("limit"), TEXT("1") } };
    const struct call_request request = { "GET", "/v1/sources", .query = query, .query_count = 1 };
    assert_int_equal(call_run(fixture, &source_operations, &request, &reply), OK);
    assert_true(reply_has(reply, "\"name\":\"Shop\",\"account\":\"a\""));
    assert_true(reply_has(reply, "\"next\":\"cursor_"));
    assert_int_equal(call_run(fixture, &source_operations, &(struct call_request){ "GET", "/v1/sources" }, &reply), OK);
    assert_true(reply_has(reply, "\"next\":null"));
}

static void test_label_create(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        const char *body;
        status result;
        const char *field;
        status fault;
        const char *part;
    } cases[] = {
        { "{\"label\":\"Card printed\",\"status\":\"not_issued\"}", OK, "", OK,
          "\"label\":\"Card printed\",\"status\":\"not_issued\",\"default\":false,\"retired\":false" },
        { "{\"label\":\"New card\",\"status\":\"active\",\"default\":true}", OK, "", OK,
          "\"default\":true,\"retired\":false" },
        { "{\"label\":\"New card\",\"status\":\"inactive\"}", LABEL_EXISTS, "label", LABEL_EXISTS, NULL },
        { "{\"label\":\"Old\",\"status\":\"active\",\"retired\":true}", NOT_ALLOWED_VALUE, "retired", NOT_ALLOWED_VALUE,
          NULL },
        { "{\"label\":\"Odd\",\"status\":\"lost\"}", INVALID_INPUT, "status", NOT_ALLOWED_VALUE, NULL },
        { "{\"label\":\"\"}", INVALID_INPUT, "status", REQUIRED, NULL },
        { "{\"label\":\"012345678901234567890123456789012345678901234567890\",\"status\":\"active\"}", INVALID_INPUT,
          "label", TOO_LONG, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text reply;
        const struct call_request request = { "POST", "/v1/status-labels", .body = cases[i].body };
        assert_int_equal(call_run(fixture, &status_label_operations, &request, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
        assert_true(cases[i].part == NULL || reply_has(reply, cases[i].part));
    }
}

static void test_label_patch(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label label = { .label = TEXT("Printed"), .status = CARD_NOT_ISSUED };
    assert_int_equal(status_label_create(&fixture->work, &label), OK);
    static const struct {
        const char *body;
        status result;
        const char *field;
        status fault;
        const char *part;
    } cases[] = {
        { "{\"label\":\"Card printed\"}", OK, "", OK, "\"label\":\"Card printed\",\"status\":\"not_issued\"" },
        { "{\"status\":\"active\"}", IMMUTABLE_FIELD, "status", IMMUTABLE_FIELD, NULL },
        { "{\"status\":\"not_issued\",\"retired\":true}", OK, "", OK, "\"retired\":true" },
        { "{\"default\":true}", LABEL_RETIRED, "default", LABEL_RETIRED, NULL },
        { "{\"default\":true,\"retired\":false}", OK, "", OK, "\"default\":true,\"retired\":false" },
        { "{\"retired\":true}", LABEL_IS_DEFAULT, "retired", LABEL_IS_DEFAULT, NULL },
        { "{\"default\":false}", LABEL_IS_DEFAULT, "default", LABEL_IS_DEFAULT, NULL },
        { "{\"label\":\"Issued\"}", LABEL_EXISTS, "label", LABEL_EXISTS, NULL },
        { "{\"label\":\"X\",\"version\":9}", VERSION_CONFLICT, "", OK, NULL },
        { "{\"label\":\"X\",\"version\":4}", OK, "", OK, "\"version\":5" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text reply;
        const struct call_request request = { "PATCH", "/v1/status-labels/{label_id}", label.id, cases[i].body };
        assert_int_equal(call_run(fixture, &status_label_operations, &request, &reply), cases[i].result);
        assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].fault);
        assert_true(cases[i].part == NULL || reply_has(reply, cases[i].part));
    }
    text reply;
    const struct call_request missing = { "PATCH", "/v1/status-labels/{label_id}", label.id + 1, "{}" };
    assert_int_equal(call_run(fixture, &status_label_operations, &missing, &reply), NOT_FOUND);
    const struct pair query[] = { { TEXT("status"), TEXT("not_issued") }, { TEXT("state"), TEXT("in_use") } };
    const struct call_request list = { "GET", "/v1/status-labels", .query = query, .query_count = 2 };
    assert_int_equal(call_run(fixture, &status_label_operations, &list, &reply), OK);
    assert_true(reply_has(reply, "\"label\":\"X\",\"status\":\"not_issued\",\"default\":true"));
    assert_true(reply_has(reply, "\"label\":\"Not issued\",\"status\":\"not_issued\",\"default\":false"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_settings_shape), ON_BOTH_ENGINES(test_settings_patch),
        ON_BOTH_ENGINES(test_issuing_source), ON_BOTH_ENGINES(test_sources),
        ON_BOTH_ENGINES(test_label_create),   ON_BOTH_ENGINES(test_label_patch),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
