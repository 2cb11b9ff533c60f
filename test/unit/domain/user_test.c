#include "unit/domain/fixture.h"

#include <sodium.h>

#include "base/limits.h"
#include "domain/session.h"
#include "domain/user.h"

#define PASSWORD TEXT("correct horse 42")

// As stored, but cheap: the parameters stand in the hash.
static text quick_hash(struct fixture *fixture, const char *password)
{
    char hash[crypto_pwhash_STRBYTES];
    assert_true(sodium_init() >= 0);
    assert_int_equal(
        crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN), 0);
    return arena_copy(fixture->arena, text_of(hash));
}

static struct user make_user(struct fixture *fixture, const char *name, enum role role)
{
    struct user user = { .name = text_of(name), .role = (int)role };
    assert_int_equal(user_insert(fixture_next(fixture), &user, quick_hash(fixture, "first password 1")), OK);
    user.password_hash = TEXT_ABSENT;
    assert_int_equal(user_get(fixture_next(fixture), &user, user.id), OK);
    return user;
}

static int64_t open_session(struct fixture *fixture, int64_t user_id, char token[TOKEN_LEN + 1])
{
    struct session session;
    token_make(token, &fixture->runtime);
    assert_int_equal(session_open(fixture_next(fixture), &session, user_id, text_of(token)), OK);
    return session.id;
}

static status identify(struct fixture *fixture, const char *token)
{
    struct session session;
    return session_identify(fixture_next(fixture), &session, text_of(token));
}

static void test_password_rule(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        const char *password;
        status result;
    } cases[] = {
        { "", PASSWORD_TOO_WEAK },
        { "abcdefghij1", PASSWORD_TOO_WEAK },        // 11
        { "abcdefghijk1", OK },                      // 12
        { "abcdefghijkl", PASSWORD_TOO_WEAK },       // no digit
        { "123456789012", PASSWORD_TOO_WEAK },       // no letter
        { "12345678901\xC3\xA4", OK },               // 12 characters, the letter is not ASCII
        { "1234567890\xC3\xA4", PASSWORD_TOO_WEAK }, // 11 characters, 12 bytes
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct work *work = fixture_next(fixture);
        assert_int_equal(password_judge(work->faults, "password", text_of(cases[i].password)), cases[i].result);
        assert_int_equal(fixture_fault(fixture, "password"), cases[i].result);
    }
}

static void test_password_hash(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = { .name = TEXT("Asha@Example.COM"), .role = ROLE_AGENT, .must_change = true };
    assert_int_equal(user_create(fixture_next(fixture), &user, PASSWORD), OK);
    assert_int_equal(user_find(fixture_next(fixture), &user, TEXT("ASHA@example.com")), OK);
    assert_true(text_equal(user.name, TEXT("asha@example.com")));
    assert_true(user.must_change);
    // RFC 9106: argon2id; 2 passes over 64 MiB.
    assert_true(text_starts_with(user.password_hash, TEXT("$argon2id$v=19$m=65536,t=2,p=1$")));
    bool fits;
    assert_int_equal(password_verify(&fits, user.password_hash, PASSWORD), OK);
    assert_true(fits);
    assert_int_equal(password_verify(&fits, user.password_hash, TEXT("correct horse 43")), OK);
    assert_false(fits);
    assert_int_equal(password_verify(&fits, TEXT_ABSENT, PASSWORD), OK);
    assert_false(fits);
}

static void test_password_history(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = make_user(fixture, "a@example.com", ROLE_AGENT); // "first password 1"
    static const char *const later[] = { "second password 2", "third password 3", "fourth password 4",
                                         "fifth password 5" };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(password_judge_history(fixture_next(fixture), "password", user.id, TEXT("first password 1")),
                         PASSWORD_REUSED);
        assert_int_equal(fixture_fault(fixture, "password"), PASSWORD_REUSED);
        struct work *work = fixture_next(fixture);
        work->now_ms = user.created_ms; // as if within one millisecond
        assert_int_equal(password_remember(work, user.id, quick_hash(fixture, later[i])), OK);
    }
    assert_int_equal(password_judge_history(fixture_next(fixture), "password", user.id, TEXT("first password 1")), OK);
    assert_int_equal(password_judge_history(fixture_next(fixture), "password", user.id, TEXT("second password 2")),
                     PASSWORD_REUSED);
    int64_t kept = 0;
    assert_int_equal(work_integer(fixture_next(fixture), &kept,
                                  "SELECT CAST(count(*) AS BIGINT) FROM user_password WHERE user_id = $1",
                                  ARGS(value_i64(user.id)), INTERNAL),
                     OK);
    assert_int_equal(kept, 4);
}

static void test_names(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = make_user(fixture, "a@example.com", ROLE_AGENT);
    struct user same = { .name = TEXT("A@EXAMPLE.com"), .role = ROLE_AGENT };
    assert_int_equal(user_insert(fixture_next(fixture), &same, TEXT("x")), USER_EXISTS);
    assert_int_equal(fixture_fault(fixture, "name"), USER_EXISTS);
    user.name = TEXT("b@example.com");
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), IMMUTABLE_FIELD);
    assert_int_equal(user_find(fixture_next(fixture), &user, TEXT("b@example.com")), USER_NOT_FOUND);
}

static void test_role_too_high(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user owner = make_user(fixture, "owner@example.com", ROLE_OWNER);
    struct user agent = make_user(fixture, "agent@example.com", ROLE_AGENT);
    fixture->actor.permissions = role_permissions(ROLE_ADMINISTRATOR);
    struct user more = { .name = TEXT("more@example.com"), .role = ROLE_OWNER };
    assert_int_equal(user_insert(fixture_next(fixture), &more, TEXT("x")), ROLE_TOO_HIGH);
    agent.role = ROLE_OWNER;
    assert_int_equal(user_update(fixture_next(fixture), &agent, TEXT_ABSENT), ROLE_TOO_HIGH);
    // Nor may an administrator sign in as the owner, by way of a new password.
    assert_int_equal(user_update(fixture_next(fixture), &owner, quick_hash(fixture, "mine now 123456")), ROLE_TOO_HIGH);
    agent.role = ROLE_ADMINISTRATOR;
    assert_int_equal(user_update(fixture_next(fixture), &agent, TEXT_ABSENT), OK);
}

static void test_last_owner(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user first = make_user(fixture, "first@example.com", ROLE_OWNER);
    struct user second = make_user(fixture, "second@example.com", ROLE_OWNER);
    first.disabled = true;
    assert_int_equal(user_update(fixture_next(fixture), &first, TEXT_ABSENT), OK);
    second.role = ROLE_ADMINISTRATOR;
    assert_int_equal(user_update(fixture_next(fixture), &second, TEXT_ABSENT), LAST_OWNER);
    second.role = ROLE_OWNER;
    second.disabled = true;
    assert_int_equal(user_update(fixture_next(fixture), &second, TEXT_ABSENT), LAST_OWNER);
    first.disabled = false;
    assert_int_equal(user_update(fixture_next(fixture), &first, TEXT_ABSENT), OK);
    assert_int_equal(user_update(fixture_next(fixture), &second, TEXT_ABSENT), OK);
    second.version = 1;
    assert_int_equal(user_update(fixture_next(fixture), &second, TEXT_ABSENT), VERSION_CONFLICT);
}

static void test_changes_end_sessions(void **state)
{
    struct fixture *fixture = fixture_of(state);
    char token[TOKEN_LEN + 1], other[TOKEN_LEN + 1];
    struct user user = make_user(fixture, "a@example.com", ROLE_AGENT);
    struct user neighbour = make_user(fixture, "b@example.com", ROLE_AGENT);
    open_session(fixture, neighbour.id, other);

    open_session(fixture, user.id, token);
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);
    assert_int_equal(identify(fixture, token), OK); // nothing changed
    user.role = ROLE_AUDITOR;
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);
    assert_int_equal(identify(fixture, token), UNAUTHENTICATED);

    open_session(fixture, user.id, token);
    assert_int_equal(user_update(fixture_next(fixture), &user, quick_hash(fixture, "second password 2")), OK);
    assert_int_equal(identify(fixture, token), UNAUTHENTICATED);
    assert_true(user.must_change);

    open_session(fixture, user.id, token);
    user.disabled = true;
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);
    user.disabled = false;
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);
    assert_int_equal(identify(fixture, token), UNAUTHENTICATED); // it stays ended

    char mine[TOKEN_LEN + 1];
    open_session(fixture, user.id, token);
    int64_t mine_id = open_session(fixture, user.id, mine);
    text hash = quick_hash(fixture, "third password 3");
    assert_int_equal(user_change_password(fixture_next(fixture), user.id, user.version + 1, hash, mine_id),
                     VERSION_CONFLICT);
    assert_int_equal(user_change_password(fixture_next(fixture), user.id, user.version, hash, mine_id), OK);
    assert_int_equal(identify(fixture, token), UNAUTHENTICATED);
    assert_int_equal(identify(fixture, mine), OK);
    assert_int_equal(user_get(fixture_next(fixture), &user, user.id), OK);
    assert_false(user.must_change);
    assert_int_equal(identify(fixture, other), OK);
}

static void test_lock(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = make_user(fixture, "a@example.com", ROLE_AGENT);
    // Nine wrong ones and a right one: the count begins again.
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < SIGN_IN_TRIES_MAX - 1; i++) {
            assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, false), SIGN_IN_FAILED);
        }
        assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), OK);
        assert_int_equal(user_signed_in(fixture_next(fixture), user.id), OK);
    }
    for (int i = 0; i < SIGN_IN_TRIES_MAX; i++) {
        assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, false), SIGN_IN_FAILED);
    }
    int64_t locked_ms = fixture->now_ms;
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), SIGN_IN_FAILED);
    assert_true(text_equal(fixture->work.detail, TEXT("{\"reason\":\"locked\"}")));
    fixture->now_ms = locked_ms + 30 * 60 * 1000 - 2;
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), SIGN_IN_FAILED);
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), OK);
}

static void test_sign_in_refusals(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = make_user(fixture, "a@example.com", ROLE_AGENT), nobody = { .id = 0 };
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &nobody, false), SIGN_IN_FAILED);

    struct user old = user;
    assert_int_equal(user_update(fixture_next(fixture), &user, quick_hash(fixture, "second password 2")), OK);
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &old, true), SIGN_IN_FAILED);
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), OK);

    user.disabled = true;
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), SIGN_IN_FAILED);
    user.disabled = false;
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);

    fixture->now_ms = user.last_seen_ms + 90LL * 24 * 3600 * 1000 - 1;
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), OK);
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), SIGN_IN_FAILED);
    // An administrator's new password lets the user in again.
    assert_int_equal(user_update(fixture_next(fixture), &user, quick_hash(fixture, "third password 3")), OK);
    assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, true), OK);
}

static void test_other_organization(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = make_user(fixture, "a@example.com", ROLE_AGENT), *found;
    char token[TOKEN_LEN + 1];
    int count;
    open_session(fixture, user.id, token);
    struct work *work = fixture_next(fixture);
    work->organization_id++;
    assert_int_equal(user_get(work, &user, user.id), USER_NOT_FOUND);
    assert_int_equal(user_list(work, &found, &count, &(struct user_filter){ .limit = 10 }), OK);
    assert_int_equal(count, 0);
    assert_int_equal(user_change_password(work, user.id, 1, TEXT("x"), 0), VERSION_CONFLICT);
    assert_int_equal(session_end_all(work, user.id, 0), OK);
    assert_int_equal(identify(fixture, token), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_password_rule),        ON_BOTH_ENGINES(test_password_hash),
        ON_BOTH_ENGINES(test_password_history),     ON_BOTH_ENGINES(test_names),
        ON_BOTH_ENGINES(test_role_too_high),        ON_BOTH_ENGINES(test_last_owner),
        ON_BOTH_ENGINES(test_changes_end_sessions), ON_BOTH_ENGINES(test_lock),
        ON_BOTH_ENGINES(test_sign_in_refusals),     ON_BOTH_ENGINES(test_other_organization),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
