#include "unit/domain/fixture.h"

#include "base/limits.h"
#include "domain/session.h"
#include "domain/user.h"

static char token[TOKEN_LEN + 1];

static struct session open_session(struct fixture *fixture)
{
    struct user user = { .name = TEXT("asha@example.com"), .role = ROLE_AGENT, .must_change = true };
    struct session session;
    assert_int_equal(user_insert(fixture_next(fixture), &user, TEXT("x")), OK);
    token_make(token, &fixture->runtime);
    assert_int_equal(strlen(token), 43);
    assert_int_equal(session_open(fixture_next(fixture), &session, user.id, text_of(token)), OK);
    return session;
}

static status identify_at(struct fixture *fixture, struct session *out, int64_t now_ms)
{
    fixture->now_ms = now_ms - 1;
    return session_identify(fixture_next(fixture), out, text_of(token));
}

static void test_identify(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct session opened = open_session(fixture), session;
    struct work *work = fixture_next(fixture);
    work->organization_id = 0; // not known yet
    assert_int_equal(session_identify(work, &session, text_of(token)), OK);
    assert_int_equal(session.id, opened.id);
    assert_int_equal(session.organization_id, fixture->organization.id);
    assert_true(text_equal(session.user_name, TEXT("asha@example.com")));
    assert_int_equal(session.role, ROLE_AGENT);
    assert_true(session.must_change);
    char other[TOKEN_LEN + 1];
    memcpy(other, token, sizeof other);
    other[7] = other[7] == 'a' ? 'b' : 'a';
    assert_int_equal(session_identify(work, &session, text_of(other)), UNAUTHENTICATED);
    assert_int_equal(session_identify(work, &session, TEXT_ABSENT), UNAUTHENTICATED);
    assert_int_equal(session_identify(work, &session, text_slice(text_of(token), 0, 42)), UNAUTHENTICATED);
}

static void test_token_is_not_stored(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct session session = open_session(fixture);
    struct rows rows = { 0 };
    uint8_t digest[SHA256_LEN];
    assert_int_equal(token_digest(digest, text_of(token)), OK);
    assert_int_equal(work_query(fixture_next(fixture), &rows, "SELECT token_hash, csrf_hash FROM session WHERE id = $1",
                                ARGS(value_i64(session.id))),
                     OK);
    assert_true(rows_next(&rows));
    assert_true(text_equal(row_blob(&rows, 0), text_bytes(digest, sizeof digest)));
    assert_false(text_equal(row_blob(&rows, 0), row_blob(&rows, 1)));
    assert_int_equal(rows_close(&rows), OK);
}

static void test_csrf(void **state)
{
    struct fixture *fixture = fixture_of(state);
    open_session(fixture);
    struct session session;
    char csrf[TOKEN_LEN + 1];
    assert_int_equal(session_identify(fixture_next(fixture), &session, text_of(token)), OK);
    assert_int_equal(session_csrf(csrf, text_of(token)), OK);
    assert_string_not_equal(csrf, token);
    assert_int_equal(session_check_csrf(&session, text_of(csrf)), OK);
    csrf[0] = csrf[0] == 'a' ? 'b' : 'a';
    assert_int_equal(session_check_csrf(&session, text_of(csrf)), CSRF_FAILED);
    assert_int_equal(session_check_csrf(&session, text_of(token)), CSRF_FAILED);
    assert_int_equal(session_check_csrf(&session, TEXT_ABSENT), CSRF_FAILED);
}

static void test_idle_and_absolute_end(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const int64_t minute = 60 * 1000, opened_ms = open_session(fixture).created_ms;
    struct session session;
    assert_int_equal(identify_at(fixture, &session, opened_ms + 15 * minute - 1), OK);
    assert_int_equal(identify_at(fixture, &session, opened_ms + 15 * minute), UNAUTHENTICATED);

    // Used every ten minutes it lasts twelve hours.
    int64_t now_ms = opened_ms;
    for (; now_ms < opened_ms + 12 * 60 * minute; now_ms += 10 * minute) {
        assert_int_equal(identify_at(fixture, &session, now_ms), OK);
        assert_int_equal(session_touch(&fixture->work, session.id), OK);
    }
    assert_int_equal(session_expires_ms(&session), opened_ms + 12 * 60 * minute);
    assert_int_equal(identify_at(fixture, &session, opened_ms + 12 * 60 * minute - 1), OK);
    assert_int_equal(session_touch(&fixture->work, session.id), OK);
    assert_int_equal(identify_at(fixture, &session, opened_ms + 12 * 60 * minute), UNAUTHENTICATED);
}

static void test_touch_due(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct session session = open_session(fixture);
    assert_false(session_touch_due(&session, session.seen_ms + 59999));
    assert_true(session_touch_due(&session, session.seen_ms + 60000));
    // A late writer does not take time back.
    assert_int_equal(identify_at(fixture, &session, session.seen_ms + 60000), OK);
    assert_int_equal(session_touch(&fixture->work, session.id), OK);
    fixture->work.now_ms -= 30000;
    assert_int_equal(session_touch(&fixture->work, session.id), OK);
    int64_t expected = session.seen_ms + 60000;
    assert_int_equal(session_identify(fixture_next(fixture), &session, text_of(token)), OK);
    assert_int_equal(session.seen_ms, expected);
}

static void test_end(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct session session = open_session(fixture);
    assert_int_equal(session_end(fixture_next(fixture), session.id), OK);
    assert_int_equal(session_identify(fixture_next(fixture), &session, text_of(token)), UNAUTHENTICATED);
}

static void test_old_rows_go(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct session session = open_session(fixture);
    fixture->now_ms = session.created_ms + SESSION_MS;
    char next[TOKEN_LEN + 1];
    token_make(next, &fixture->runtime);
    int64_t count = 0;
    assert_int_equal(session_open(fixture_next(fixture), &session, session.user_id, text_of(next)), OK);
    assert_int_equal(work_integer(fixture_next(fixture), &count,
                                  "SELECT CAST(count(*) AS BIGINT) FROM session WHERE user_id = $1",
                                  ARGS(value_i64(session.user_id)), INTERNAL),
                     OK);
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_identify),    ON_BOTH_ENGINES(test_token_is_not_stored),   ON_BOTH_ENGINES(test_csrf),
        ON_BOTH_ENGINES(test_end),         ON_BOTH_ENGINES(test_idle_and_absolute_end), ON_BOTH_ENGINES(test_touch_due),
        ON_BOTH_ENGINES(test_old_rows_go),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
