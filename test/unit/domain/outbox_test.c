#include "unit/domain/fixture.h"

#include "base/limits.h"
#include "base/log.h"
#include "domain/outbox.h"

enum { HOUR_MS = 3600 * 1000 };

static void put(struct fixture *fixture, int channel, const char *to)
{
    const struct message message = {
        .channel = channel,
        .to = text_of(to),
        .subject = channel == OUTBOX_EMAIL ? TEXT("Your code") : TEXT_ABSENT,
        .body = TEXT("123456 is your code"),
        .subject_type = TEXT("otp"),
        .subject_id = 77,
        .expires_ms = fixture->now_ms + HOUR_MS,
    };
    assert_int_equal(outbox_put(fixture_next(fixture), &message), OK);
}

static int due(struct fixture *fixture, struct message **out, enum outbox_channel channel)
{
    int count = -1;
    assert_int_equal(outbox_due(fixture_next(fixture), out, &count, channel), OK);
    return count;
}

static struct message newest(struct fixture *fixture)
{
    struct message *found;
    int count;
    assert_int_equal(outbox_recent(fixture_next(fixture), &found, &count, 1), OK);
    assert_int_equal(count, 1);
    return found[0];
}

static int64_t integer(struct fixture *fixture, const char *sql)
{
    int64_t result = -1;
    assert_int_equal(work_integer(fixture_next(fixture), &result, sql, NO_ARGS, NOT_FOUND), OK);
    return result;
}

static const char SEALED_COUNT[] = "SELECT CAST(count(*) AS BIGINT) FROM outbox WHERE sealed IS NOT NULL";

static void test_put_and_due(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct message *messages;
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_EMAIL, "asha@example.com");
    put(fixture, OUTBOX_SMS, "+919800000001");
    assert_int_equal(due(fixture, &messages, OUTBOX_EMAIL), 1);
    assert_true(text_equal(messages[0].to, TEXT("asha@example.com")));
    assert_true(text_equal(messages[0].subject, TEXT("Your code")));
    assert_true(text_equal(messages[0].body, TEXT("123456 is your code")));
    assert_true(text_equal(messages[0].subject_type, TEXT("otp")));
    assert_int_equal(messages[0].subject_id, 77);
    assert_int_equal(messages[0].tries, 0);
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
    assert_true(text_equal(messages[0].to, TEXT("+919800000001")));
    assert_true(text_empty(messages[0].subject));
}

static void test_nothing_in_clear(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct rows rows = { 0 };
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_EMAIL, "asha@example.com");
    assert_int_equal(work_query(&fixture->work, &rows, "SELECT sealed FROM outbox", NO_ARGS), OK);
    assert_true(rows_next(&rows));
    text sealed = row_blob(&rows, 0);
    assert_null(memmem(sealed.at, sealed.len, "123456", 6));
    assert_null(memmem(sealed.at, sealed.len, "asha", 4));
    assert_int_equal(rows_close(&rows), OK);
}

static void test_lease(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct message *messages;
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_SMS, "+919800000001");
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 0);
    fixture->now_ms += OUTBOX_LEASE_MS;
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
    fixture->now_ms += HOUR_MS; // too late
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 0);
}

static void test_batch_is_bounded(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct message *messages;
    fixture_make_keys(fixture);
    for (int i = 0; i < OUTBOX_BATCH_COUNT + 1; i++) {
        put(fixture, OUTBOX_SMS, "+919800000001");
    }
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), OUTBOX_BATCH_COUNT);
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
}

static void test_settle_ends(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const struct {
        enum outbox_outcome outcome;
        int state;
    } cases[] = { { OUTBOX_HANDED_OVER, OUTBOX_SENT }, { OUTBOX_REFUSED, OUTBOX_FAILED } };
    fixture_make_keys(fixture);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message *messages;
        put(fixture, OUTBOX_SMS, "+919800000001");
        assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
        assert_int_equal(integer(fixture, SEALED_COUNT), 1);
        assert_int_equal(outbox_settle(fixture_next(fixture), messages[0].id, cases[i].outcome, TEXT("http_400")), OK);
        struct message message = newest(fixture);
        assert_int_equal(message.state, cases[i].state);
        assert_int_equal(message.tries, 1);
        assert_false(text_present(message.body));
        assert_int_equal(integer(fixture, SEALED_COUNT), 0);
        fixture->now_ms += OUTBOX_LEASE_MS;
        assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 0);
    }
}

// 5 s, four times as long after each try, ten minutes at most; given up after the eighth.
static void test_settle_again(void **state)
{
    static const int64_t pauses_ms[OUTBOX_TRIES_MAX - 1] = { 5000, 20000, 80000, 320000, 600000, 600000, 600000 };
    struct fixture *fixture = fixture_of(state);
    struct message *messages;
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_SMS, "+919800000001");
    for (int i = 0; i < OUTBOX_TRIES_MAX; i++) {
        assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
        assert_int_equal(messages[0].tries, i);
        assert_int_equal(outbox_settle(fixture_next(fixture), messages[0].id, OUTBOX_NOT_NOW, TEXT("connect")), OK);
        if (i < OUTBOX_TRIES_MAX - 1) {
            fixture->now_ms += pauses_ms[i] - 2; // each look is a millisecond later
            assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 0);
        }
    }
    assert_int_equal(newest(fixture).state, OUTBOX_FAILED);
    assert_int_equal(integer(fixture, SEALED_COUNT), 0);
}

static void test_expire(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct message *messages;
    int64_t count = -1;
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_SMS, "+919800000001");
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
    assert_int_equal(outbox_expire(fixture_next(fixture), &count), OK);
    assert_int_equal(count, 0);
    fixture->now_ms += HOUR_MS;
    assert_int_equal(outbox_expire(fixture_next(fixture), &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(newest(fixture).state, OUTBOX_EXPIRED);
    assert_int_equal(integer(fixture, SEALED_COUNT), 0);
    // Its sender comes back too late: nothing changes.
    assert_int_equal(outbox_settle(fixture_next(fixture), messages[0].id, OUTBOX_NOT_NOW, TEXT("connect")), OK);
    assert_int_equal(outbox_settle(fixture_next(fixture), messages[0].id, OUTBOX_HANDED_OVER, TEXT_ABSENT), OK);
    assert_int_equal(newest(fixture).state, OUTBOX_EXPIRED);
}

// A ciphertext opens in its own row only, and one that does not open does not hold up the next.
static void test_damaged(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct message *messages;
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_SMS, "+919800000001");
    put(fixture, OUTBOX_SMS, "+919800000002");
    assert_int_equal(work_run(fixture_next(fixture),
                              "UPDATE outbox SET sealed = (SELECT sealed FROM outbox ORDER BY id DESC LIMIT 1)",
                              NO_ARGS),
                     OK);
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(due(fixture, &messages, OUTBOX_SMS), 1);
    log_set_level(LOG_INFO);
    assert_true(text_equal(messages[0].to, TEXT("+919800000002")));
    assert_int_equal(integer(fixture, "SELECT CAST(count(*) AS BIGINT) FROM outbox WHERE state = 3 AND sealed IS NULL"),
                     1);
}

static void test_recent_is_of_one_organization(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct message *found;
    int count;
    fixture_make_keys(fixture);
    put(fixture, OUTBOX_SMS, "+919800000001");
    struct work *work = fixture_next(fixture);
    work->organization_id = fixture->organization.id + 1;
    assert_int_equal(outbox_recent(work, &found, &count, 50), OK);
    assert_int_equal(count, 0);
    work->organization_id = 0;
    assert_int_equal(outbox_recent(work, &found, &count, 50), OK);
    assert_int_equal(count, 1);
    assert_true(text_equal(found[0].body, TEXT("123456 is your code")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_put_and_due),
        ON_BOTH_ENGINES(test_nothing_in_clear),
        ON_BOTH_ENGINES(test_lease),
        ON_BOTH_ENGINES(test_batch_is_bounded),
        ON_BOTH_ENGINES(test_settle_ends),
        ON_BOTH_ENGINES(test_settle_again),
        ON_BOTH_ENGINES(test_expire),
        ON_BOTH_ENGINES(test_damaged),
        ON_BOTH_ENGINES(test_recent_is_of_one_organization),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
