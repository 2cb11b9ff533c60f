#include "unit/domain/fixture.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "domain/customer.h"
#include "domain/otp.h"
#include "domain/outbox.h"
#include "domain/settings.h"

enum { HOUR_MS = 3600 * 1000, SERIES_ID = 4711 };

static int64_t make_customer(struct fixture *fixture, const char *mobile, const char *email)
{
    struct customer customer = { .external_id = TEXT("C-1"),
                                 .mobile = text_of(mobile),
                                 .email = text_of(email),
                                 .date_of_birth = DATE_NONE,
                                 .verification = -1 };
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    return customer.id;
}

static void set_channel(struct fixture *fixture, int channel)
{
    struct settings settings;
    assert_int_equal(settings_get(fixture_next(fixture), &settings), OK);
    settings.otp_channel = channel;
    assert_int_equal(settings_update(&fixture->work, &settings), OK);
}

static struct otp_request issue(int64_t customer_id)
{
    return (struct otp_request){ .purpose = OTP_ISSUE_CARD, .customer_id = customer_id, .series_id = SERIES_ID };
}

static struct otp_challenge send_code(struct fixture *fixture, const struct otp_request *request)
{
    struct otp_challenge challenge;
    assert_int_equal(otp_send(fixture_next(fixture), &challenge, request), OK);
    return challenge;
}

// The code of the newest message.
static text read_code(struct fixture *fixture)
{
    struct message *messages;
    int count;
    assert_int_equal(outbox_recent(fixture_next(fixture), &messages, &count, 1), OK);
    assert_int_equal(count, 1);
    text code = text_slice(messages[0].body, 0, OTP_DIGITS);
    assert_true(text_is_digits(code));
    return code;
}

static text wrong(struct fixture *fixture, text code)
{
    text other = arena_copy(fixture->arena, code);
    char *at = (char *)other.at;
    at[0] = at[0] == '9' ? '0' : (char)(at[0] + 1);
    return other;
}

static status try_code(struct fixture *fixture, int64_t id, text code, const struct otp_request *request)
{
    status verdict = INTERNAL;
    assert_int_equal(otp_try(fixture_next(fixture), &verdict, id, code, request), OK);
    return verdict;
}

static void test_channels(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const char mobile[] = "+919800000001", email[] = "asha@example.com";
    static const char masked_mobile[] = "•••••••001", masked_email[] = "a•••@example.com";
    const struct {
        int setting;
        const char *mobile, *email;
        status result;
        int channel;
        const char *sent_to[2];
    } cases[] = {
        { OTP_SMS, mobile, email, OK, OTP_SMS, { masked_mobile } },
        { OTP_EMAIL, mobile, email, OK, OTP_EMAIL, { masked_email } },
        { OTP_BOTH, mobile, email, OK, OTP_BOTH, { masked_mobile, masked_email } },
        { OTP_BOTH, mobile, NULL, OK, OTP_SMS, { masked_mobile } },
        { OTP_BOTH, NULL, email, OK, OTP_EMAIL, { masked_email } },
        { OTP_BOTH, NULL, NULL, NO_CHANNEL, 0, { NULL } },
        { OTP_SMS, NULL, email, NO_CHANNEL, 0, { NULL } },
        { OTP_EMAIL, mobile, NULL, NO_CHANNEL, 0, { NULL } },
    };
    fixture_make_keys(fixture);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(database_savepoint(fixture->database, "one_case"), OK);
        struct otp_challenge challenge;
        struct otp_request request = issue(make_customer(fixture, cases[i].mobile, cases[i].email));
        set_channel(fixture, cases[i].setting);
        assert_int_equal(otp_send(fixture_next(fixture), &challenge, &request), cases[i].result);
        int expected = cases[i].result != OK ? 0 : cases[i].channel == OTP_BOTH ? 2 : 1, count;
        struct message *messages;
        if (expected > 0) {
            assert_int_equal(challenge.channel, cases[i].channel);
            assert_int_equal(challenge.channels.count, expected);
            assert_int_equal(challenge.sent_to.count, expected);
            for (int k = 0; k < expected; k++) {
                assert_true(text_equal(challenge.sent_to.at[k], text_of(cases[i].sent_to[k])));
            }
        }
        assert_int_equal(outbox_recent(fixture_next(fixture), &messages, &count, 10), OK);
        assert_int_equal(count, expected);
        assert_int_equal(database_rollback_to(fixture->database, "one_case"), OK);
    }
    struct otp_challenge challenge;
    const struct otp_request nobody = issue(12345);
    assert_int_equal(otp_send(fixture_next(fixture), &challenge, &nobody), CUSTOMER_NOT_FOUND);
}

static uint32_t drawn[2];
static int drawn_count;

static void scripted_random(void *context, void *out, size_t len)
{
    (void)context;
    if (len == 4 && drawn_count < 2) {
        bytes_put_be32(out, drawn[drawn_count++]);
    } else {
        runtime_random(&runtime_real, out, len);
    }
}

// 2^32 = 4294 * 10^6 + 967296: draws from 4294000000 on would make small codes likelier, and are drawn again.
static void test_code_and_text(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const struct {
        uint32_t drawn[2];
        int used;
        const char *code;
    } cases[] = {
        { { 4294000000U, 42 }, 2, "000042" },
        { { 4294967295U, 4294000000U - 1 }, 2, "999999" },
        { { 4293123456U, 0 }, 1, "123456" },
    };
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, NULL, "asha@example.com"));
    set_channel(fixture, OTP_EMAIL);
    void (*random)(void *context, void *out, size_t len) = fixture->runtime.random;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message *messages;
        int count;
        memcpy(drawn, cases[i].drawn, sizeof drawn);
        drawn_count = 0;
        fixture->runtime.random = scripted_random;
        struct otp_challenge challenge = send_code(fixture, &request);
        fixture->runtime.random = random;
        assert_int_equal(drawn_count, cases[i].used);
        assert_int_equal(outbox_recent(fixture_next(fixture), &messages, &count, 1), OK);
        char body[256];
        snprintf(body, sizeof body,
                 "%s is your code to receive a card from Test. It is valid for 10 minutes. "
                 "Tell it only to the person serving you.",
                 cases[i].code);
        assert_true(text_equal(messages[0].body, text_of(body)));
        assert_true(text_equal(messages[0].subject, TEXT("Your code")));
        assert_true(text_equal(messages[0].to, TEXT("asha@example.com")));
        assert_true(messages[0].expires_ms == challenge.expires_ms);
        assert_int_equal(try_code(fixture, challenge.id, text_of(cases[i].code), &request), OK);
        fixture->now_ms += OTP_RESEND_MS;
    }
}

static void test_rate(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct otp_challenge challenge;
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    int64_t first_ms = send_code(fixture, &request).created_ms, last_ms = first_ms;
    assert_int_equal(otp_send(fixture_next(fixture), &challenge, &request), RATE_LIMITED);
    assert_true(challenge.resend_ms == first_ms + OTP_RESEND_MS);
    for (int i = 1; i < OTP_PER_HOUR_MAX; i++) {
        fixture->now_ms = last_ms + OTP_RESEND_MS - 2;
        assert_int_equal(otp_send(fixture_next(fixture), &challenge, &request), RATE_LIMITED);
        last_ms = send_code(fixture, &request).created_ms;
    }
    fixture->now_ms = first_ms + HOUR_MS - 2;
    assert_int_equal(otp_send(fixture_next(fixture), &challenge, &request), RATE_LIMITED);
    assert_true(challenge.resend_ms == first_ms + HOUR_MS);
    send_code(fixture, &request);
}

static void test_tries(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct otp_challenge read;
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    struct otp_challenge challenge = send_code(fixture, &request);
    text code = read_code(fixture), other = wrong(fixture, code);
    for (int i = 0; i < OTP_TRIES_MAX - 1; i++) {
        assert_int_equal(try_code(fixture, challenge.id, other, &request), OTP_WRONG);
    }
    for (int i = 0; i < 3; i++) { // a right one costs nothing
        assert_int_equal(try_code(fixture, challenge.id, code, &request), OK);
    }
    assert_int_equal(otp_get(fixture_next(fixture), &read, challenge.id), OK);
    assert_int_equal(read.attempts_left, 1);
    assert_int_equal(try_code(fixture, challenge.id, other, &request), OTP_WRONG);
    assert_int_equal(try_code(fixture, challenge.id, code, &request), OTP_EXHAUSTED);
    assert_int_equal(otp_get(fixture_next(fixture), &read, challenge.id), OK);
    assert_int_equal(read.attempts_left, 0);
}

static void test_codes_that_are_no_codes(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    struct otp_challenge challenge = send_code(fixture, &request);
    text code = read_code(fixture);
    assert_int_equal(try_code(fixture, challenge.id, TEXT_ABSENT, &request), OTP_WRONG);
    assert_int_equal(try_code(fixture, challenge.id, TEXT(""), &request), OTP_WRONG);
    assert_int_equal(try_code(fixture, challenge.id, text_slice(code, 0, 5), &request), OTP_WRONG);
    assert_int_equal(try_code(fixture, challenge.id, code, &request), OK);
}

static void test_used(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct otp_challenge read;
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    struct otp_challenge challenge = send_code(fixture, &request);
    text code = read_code(fixture);
    assert_int_equal(try_code(fixture, challenge.id, code, &request), OK);
    assert_int_equal(otp_use(fixture_next(fixture), challenge.id), OK);
    assert_int_equal(otp_use(fixture_next(fixture), challenge.id), OTP_USED);
    assert_int_equal(try_code(fixture, challenge.id, code, &request), OTP_USED);
    assert_int_equal(otp_get(fixture_next(fixture), &read, challenge.id), OK);
    assert_true(read.used);
}

static void test_time(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    struct otp_challenge first = send_code(fixture, &request);
    text code = read_code(fixture);
    fixture->now_ms = first.created_ms + 10 * 60 * 1000 - 2;
    assert_int_equal(try_code(fixture, first.id, code, &request), OK);
    assert_int_equal(try_code(fixture, first.id, code, &request), OTP_EXPIRED);
    // A new one ends those before it.
    struct otp_challenge second = send_code(fixture, &request);
    code = read_code(fixture);
    fixture->now_ms += OTP_RESEND_MS;
    struct otp_challenge third = send_code(fixture, &request);
    assert_int_equal(try_code(fixture, second.id, code, &request), OTP_EXPIRED);
    assert_int_equal(try_code(fixture, third.id, read_code(fixture), &request), OK);
}

static void test_other_requests(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture_make_keys(fixture);
    int64_t customer_id = make_customer(fixture, "+919800000001", NULL);
    const struct otp_request by_series = issue(customer_id);
    const struct otp_request by_number = { .customer_id = customer_id, .number = TEXT("5099000012345674") };
    struct otp_request other_customer = by_series, other_series = by_series, other_number = by_number,
                       no_number = by_number;
    other_customer.customer_id++;
    other_series.series_id++;
    other_number.number = TEXT("5099000012345675");
    no_number.number = TEXT_ABSENT;
    const struct {
        struct otp_request sent, tried;
        status verdict;
    } cases[] = {
        { by_series, by_series, OK },
        { by_number, by_number, OK },
        { by_series, other_customer, OTP_OTHER_REQUEST },
        { by_series, other_series, OTP_OTHER_REQUEST },
        { by_series, by_number, OTP_OTHER_REQUEST },
        { by_number, by_series, OTP_OTHER_REQUEST },
        { by_number, other_number, OTP_OTHER_REQUEST },
        { by_number, no_number, OTP_OTHER_REQUEST },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct otp_challenge read, challenge = send_code(fixture, &cases[i].sent);
        assert_int_equal(try_code(fixture, challenge.id, read_code(fixture), &cases[i].tried), cases[i].verdict);
        assert_int_equal(otp_get(fixture_next(fixture), &read, challenge.id), OK);
        assert_int_equal(read.attempts_left, cases[i].verdict == OK ? 5 : 4);
        fixture->now_ms += OTP_RESEND_MS;
    }
}

// A new organisation has Issued for inactive and Active for active, which a card gets when no label is named.
static void test_labels(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const struct {
        const char *sent, *tried;
        status verdict;
    } cases[] = {
        { NULL, NULL, OK },
        { NULL, "Issued", OK },
        { "Active", "Active", OK },
        { "Active", NULL, OK },
        { "Issued", "Issued", OK },
        { "Issued", NULL, OTP_OTHER_REQUEST },
        { "Issued", "Active", OTP_OTHER_REQUEST },
        { "Issued", "no such label", OTP_OTHER_REQUEST },
    };
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL)), tried = request;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        request.label = text_of(cases[i].sent);
        tried.label = text_of(cases[i].tried);
        struct otp_challenge challenge = send_code(fixture, &request);
        assert_int_equal(try_code(fixture, challenge.id, read_code(fixture), &tried), cases[i].verdict);
        fixture->now_ms += OTP_RESEND_MS;
    }
    struct otp_challenge challenge;
    request.label = TEXT("no such label");
    assert_int_equal(otp_send(fixture_next(fixture), &challenge, &request), LABEL_NOT_FOUND);
}

static void test_other_organization(void **state)
{
    struct fixture *fixture = fixture_of(state);
    status verdict = OK;
    struct otp_challenge read;
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    struct otp_challenge challenge = send_code(fixture, &request);
    text code = read_code(fixture);
    assert_int_equal(try_code(fixture, challenge.id + 1, code, &request), OTP_NOT_FOUND);
    struct work *work = fixture_next(fixture);
    work->organization_id++;
    assert_int_equal(otp_try(work, &verdict, challenge.id, code, &request), OK);
    assert_int_equal(verdict, OTP_NOT_FOUND);
    assert_int_equal(otp_get(work, &read, challenge.id), NOT_FOUND);
    assert_int_equal(otp_use(work, challenge.id), OTP_USED);
    assert_int_equal(try_code(fixture, challenge.id, code, &request), OK);
}

// The audit record names the customer and the way, never an address or the code.
static void test_audit(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture_make_keys(fixture);
    struct otp_request request = issue(make_customer(fixture, "+919800000001", NULL));
    struct otp_challenge challenge = send_code(fixture, &request);
    text detail = fixture->work.detail;
    assert_true(fixture->work.subject_id == challenge.id);
    assert_non_null(memmem(detail.at, detail.len, "\"channel\":\"sms\"", 15));
    assert_null(memmem(detail.at, detail.len, "98000", 5));
    text code = read_code(fixture);
    assert_null(memmem(detail.at, detail.len, code.at, code.len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_channels),
        ON_BOTH_ENGINES(test_code_and_text),
        ON_BOTH_ENGINES(test_rate),
        ON_BOTH_ENGINES(test_tries),
        ON_BOTH_ENGINES(test_codes_that_are_no_codes),
        ON_BOTH_ENGINES(test_used),
        ON_BOTH_ENGINES(test_time),
        ON_BOTH_ENGINES(test_other_requests),
        ON_BOTH_ENGINES(test_labels),
        ON_BOTH_ENGINES(test_other_organization),
        ON_BOTH_ENGINES(test_audit),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
