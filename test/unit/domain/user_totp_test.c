#include "domain/user_totp.h"

#include "base/limits.h"
#include "crypto/aead.h"
#include "domain/session.h"
#include "domain/user.h"
#include "unit/domain/fixture.h"

static const struct user nobody;

static struct user make_user(struct fixture *fixture, const char *name, enum role role)
{
    struct user user = nobody;
    user.name = text_of(name);
    user.role = (int)role;
    assert_int_equal(user_insert(fixture_next(fixture), &user, TEXT("not a hash")), OK);
    user.password_hash = TEXT("not a hash");
    return user;
}

static struct user prepare(struct fixture *fixture)
{
    fixture_make_keys(fixture);
    return make_user(fixture, "asha@example.com", ROLE_AGENT);
}

static int64_t step_now(const struct fixture *fixture)
{
    return fixture->now_ms / TOTP_STEP_MS;
}

// What the app shows at a step.
static text code_at(struct fixture *fixture, const struct secret *secret, int64_t step)
{
    char code[TOTP_DIGITS];
    assert_int_equal(hotp(code, secret, (uint64_t)step), OK);
    return arena_copy(fixture->arena, text_bytes(code, sizeof code));
}

// A code of none of the steps around now.
static text wrong_code(struct fixture *fixture, const struct secret *secret)
{
    for (int i = 0;; i++) {
        text wrong = arena_print(fixture->arena, "%06d", i);
        bool right = false;
        for (int64_t step = step_now(fixture) - 2; step <= step_now(fixture) + 2; step++) {
            right = right || text_equal(wrong, code_at(fixture, secret, step));
        }
        if (!right) {
            return wrong;
        }
    }
}

static bool is_enabled(struct fixture *fixture, int64_t user_id)
{
    bool enabled = false;
    struct user user;
    assert_int_equal(user_totp_is_enabled(fixture_next(fixture), &enabled, user_id), OK);
    assert_int_equal(user_get(fixture_next(fixture), &user, user_id), OK);
    assert_true(user.totp_enabled == enabled);
    return enabled;
}

// Set up and confirmed with the code of the step before now; the caller releases the secret.
static void enrol(struct fixture *fixture, struct secret *secret, int64_t user_id)
{
    assert_int_equal(user_totp_begin(fixture_next(fixture), secret, user_id), OK);
    text code = code_at(fixture, secret, step_now(fixture) - 1);
    assert_int_equal(user_totp_try(fixture_next(fixture), user_id, code), OK);
    assert_int_equal(user_totp_confirm(fixture_next(fixture), user_id), OK);
}

static status sign_in(struct fixture *fixture, const struct user *user, text code)
{
    TRY(user_judge_sign_in(fixture_next(fixture), user, true));
    return user_totp_judge_sign_in(fixture_next(fixture), user->id, code);
}

static void test_enrolment(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = prepare(fixture);
    struct secret first, second;
    assert_false(is_enabled(fixture, user.id));
    assert_int_equal(sign_in(fixture, &user, TEXT_ABSENT), OK);
    assert_int_equal(user_totp_try(fixture_next(fixture), user.id, TEXT("123456")), TOTP_NOT_BEGUN);
    assert_int_equal(user_totp_confirm(fixture_next(fixture), user.id), TOTP_NOT_BEGUN);
    assert_int_equal(user_totp_remove(fixture_next(fixture), user.id), TOTP_NOT_ENABLED);

    assert_int_equal(user_totp_begin(fixture_next(fixture), &first, user.id), OK);
    assert_true(text_equal(fixture->work.subject_type, TEXT("user")) && fixture->work.subject_id == user.id);
    assert_int_equal(first.len, TOTP_SECRET_LEN);
    // A second one takes its place; neither is asked for before it is confirmed.
    assert_int_equal(user_totp_begin(fixture_next(fixture), &second, user.id), OK);
    assert_memory_not_equal(first.at, second.at, TOTP_SECRET_LEN);
    assert_false(is_enabled(fixture, user.id));
    assert_int_equal(sign_in(fixture, &user, TEXT_ABSENT), OK);
    assert_int_equal(user_totp_remove(fixture_next(fixture), user.id), TOTP_NOT_ENABLED);
    text of_first = code_at(fixture, &first, step_now(fixture)), code = code_at(fixture, &second, step_now(fixture));
    assert_int_equal(user_totp_try(fixture_next(fixture), user.id, of_first), TOTP_WRONG);
    assert_int_equal(user_totp_try(fixture_next(fixture), user.id, code), OK);
    assert_int_equal(user_totp_confirm(fixture_next(fixture), user.id), OK);
    assert_true(is_enabled(fixture, user.id));

    secret_release(&first);
    assert_int_equal(user_totp_begin(fixture_next(fixture), &first, user.id), TOTP_ENABLED);
    assert_null(first.at);
    assert_int_equal(user_totp_try(fixture_next(fixture), user.id, code), TOTP_ENABLED);
    assert_int_equal(user_totp_confirm(fixture_next(fixture), user.id), TOTP_NOT_BEGUN);
    assert_int_equal(sign_in(fixture, &user, code), TOTP_WRONG); // it was used to confirm
    assert_int_equal(user_totp_remove(fixture_next(fixture), user.id), OK);
    assert_false(is_enabled(fixture, user.id));
    assert_int_equal(sign_in(fixture, &user, TEXT_ABSENT), OK);
    secret_release(&second);
}

static void test_wrong_confirmations(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = prepare(fixture);
    struct secret secret;
    assert_int_equal(user_totp_begin(fixture_next(fixture), &secret, user.id), OK);
    text wrong = wrong_code(fixture, &secret), right = code_at(fixture, &secret, step_now(fixture));
    for (int i = 1; i < TOTP_TRIES_MAX; i++) {
        assert_int_equal(user_totp_try(fixture_next(fixture), user.id, wrong), TOTP_WRONG);
    }
    assert_int_equal(user_totp_try(fixture_next(fixture), user.id, wrong), TOTP_NOT_BEGUN);
    assert_int_equal(user_totp_try(fixture_next(fixture), user.id, right), TOTP_NOT_BEGUN);
    secret_release(&secret);
    // It locks nobody out, and the count begins anew.
    enrol(fixture, &secret, user.id);
    secret_release(&secret);
}

static void test_sign_in(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = prepare(fixture);
    struct secret secret;
    enrol(fixture, &secret, user.id);
    int64_t now = step_now(fixture);
    text codes[6];
    for (int i = 0; i < 6; i++) {
        codes[i] = code_at(fixture, &secret, now - 2 + i);
    }
    assert_int_equal(sign_in(fixture, &user, TEXT_ABSENT), TOTP_REQUIRED);
    assert_int_equal(sign_in(fixture, &user, codes[0]), TOTP_WRONG); // two steps ago
    assert_int_equal(sign_in(fixture, &user, codes[1]), TOTP_WRONG); // used to confirm
    assert_int_equal(sign_in(fixture, &user, codes[4]), TOTP_WRONG); // two steps ahead
    assert_int_equal(sign_in(fixture, &user, codes[2]), OK);
    assert_int_equal(sign_in(fixture, &user, codes[2]), TOTP_WRONG);
    assert_int_equal(sign_in(fixture, &user, codes[3]), OK); // the next, of a clock that is fast
    assert_int_equal(sign_in(fixture, &user, codes[3]), TOTP_WRONG);
    assert_int_equal(sign_in(fixture, &user, codes[2]), TOTP_WRONG);
    fixture->now_ms += TOTP_STEP_MS;
    assert_int_equal(sign_in(fixture, &user, codes[3]), TOTP_WRONG);
    assert_int_equal(sign_in(fixture, &user, codes[4]), OK);
    fixture->now_ms += 4LL * TOTP_STEP_MS;
    assert_int_equal(sign_in(fixture, &user, codes[5]), TOTP_WRONG); // too late
    secret_release(&secret);
}

static void test_lock(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = prepare(fixture);
    struct secret secret;
    enrol(fixture, &secret, user.id);
    text wrong = wrong_code(fixture, &secret);
    for (int i = 1; i < SIGN_IN_TRIES_MAX; i++) {
        assert_int_equal(sign_in(fixture, &user, i % 3 == 0 ? TEXT_ABSENT : wrong),
                         i % 3 == 0 ? TOTP_REQUIRED : TOTP_WRONG);
    }
    // Nine tries, three of them without a code: six are counted, and wrong passwords count with them.
    for (int i = 6; i < SIGN_IN_TRIES_MAX - 1; i++) {
        assert_int_equal(user_judge_sign_in(fixture_next(fixture), &user, false), SIGN_IN_FAILED);
    }
    assert_int_equal(sign_in(fixture, &user, wrong), TOTP_WRONG);
    // Locked: nothing is said of the code any more, not even that it is needed.
    assert_int_equal(sign_in(fixture, &user, TEXT_ABSENT), SIGN_IN_FAILED);
    assert_int_equal(sign_in(fixture, &user, code_at(fixture, &secret, step_now(fixture))), SIGN_IN_FAILED);
    fixture->now_ms += SIGN_IN_LOCK_MS;
    assert_int_equal(sign_in(fixture, &user, code_at(fixture, &secret, step_now(fixture))), OK);
    secret_release(&secret);
}

static status identify(struct fixture *fixture, const char *token)
{
    struct session session;
    return session_identify(fixture_next(fixture), &session, text_of(token));
}

static void test_reset(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user agent = prepare(fixture), owner = make_user(fixture, "owner@example.com", ROLE_OWNER);
    struct secret secret;
    struct session session;
    char token[TOKEN_LEN + 1];
    token_make(token, &fixture->runtime);
    assert_int_equal(session_open(fixture_next(fixture), &session, agent.id, text_of(token)), OK);
    assert_int_equal(user_totp_reset(fixture_next(fixture), owner.id + 1000), USER_NOT_FOUND);
    assert_int_equal(user_totp_reset(fixture_next(fixture), agent.id), TOTP_NOT_ENABLED);
    assert_int_equal(identify(fixture, token), OK);
    enrol(fixture, &secret, owner.id);
    secret_release(&secret);
    enrol(fixture, &secret, agent.id);
    secret_release(&secret);

    fixture->actor.permissions = role_permissions(ROLE_ADMINISTRATOR);
    assert_int_equal(user_totp_reset(fixture_next(fixture), owner.id), ROLE_TOO_HIGH);
    assert_true(is_enabled(fixture, owner.id));
    assert_int_equal(user_totp_reset(fixture_next(fixture), agent.id), OK);
    assert_true(fixture->work.subject_id == agent.id);
    assert_false(is_enabled(fixture, agent.id));
    assert_int_equal(identify(fixture, token), UNAUTHENTICATED);
    assert_int_equal(sign_in(fixture, &agent, TEXT_ABSENT), OK);
    assert_true(is_enabled(fixture, owner.id));
}

static bool holds(text whole, const void *part, size_t len)
{
    for (size_t i = 0; i + len <= whole.len; i++) {
        if (memcmp(whole.at + i, part, len) == 0) {
            return true;
        }
    }
    return false;
}

static void test_sealed(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user one = prepare(fixture), other = make_user(fixture, "other@example.com", ROLE_AGENT);
    struct secret secret, of_other;
    struct rows rows = { 0 };
    enrol(fixture, &secret, one.id);
    enrol(fixture, &of_other, other.id);
    assert_int_equal(work_query(fixture_next(fixture), &rows, "SELECT sealed FROM user_totp WHERE user_id = $1",
                                ARGS(value_i64(one.id))),
                     OK);
    assert_true(rows_next(&rows));
    text sealed = row_blob(&rows, 0);
    assert_int_equal(sealed.len, TOTP_SECRET_LEN + AEAD_OVERHEAD_LEN);
    // Not even eight bytes of it.
    for (size_t i = 0; i + 8 <= TOTP_SECRET_LEN; i++) {
        assert_false(holds(sealed, secret.at + i, 8));
    }
    assert_int_equal(rows_close(&rows), OK);
    // Who can write to the database cannot give a user the secret of another.
    assert_int_equal(
        work_change(fixture_next(fixture),
                    "UPDATE user_totp SET sealed = (SELECT o.sealed FROM user_totp o WHERE o.user_id = $2), "
                    "key_id = (SELECT o.key_id FROM user_totp o WHERE o.user_id = $2) WHERE user_id = $1",
                    ARGS(value_i64(one.id), value_i64(other.id)), NOT_FOUND),
        OK);
    assert_int_equal(sign_in(fixture, &one, code_at(fixture, &of_other, step_now(fixture))), DATA_DAMAGED);
    secret_release(&secret);
    secret_release(&of_other);
}

static void test_other_organization(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user user = prepare(fixture);
    struct secret secret, stolen;
    bool enabled = true;
    enrol(fixture, &secret, user.id);
    struct work *work = fixture_next(fixture);
    work->organization_id++;
    assert_int_equal(user_totp_is_enabled(work, &enabled, user.id), OK);
    assert_false(enabled);
    assert_int_equal(user_totp_begin(work, &stolen, user.id), TOTP_ENABLED);
    assert_int_equal(user_totp_remove(work, user.id), TOTP_NOT_ENABLED);
    assert_int_equal(user_totp_reset(work, user.id), USER_NOT_FOUND);
    assert_true(is_enabled(fixture, user.id));
    secret_release(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_enrolment),
        ON_BOTH_ENGINES(test_wrong_confirmations),
        ON_BOTH_ENGINES(test_sign_in),
        ON_BOTH_ENGINES(test_lock),
        ON_BOTH_ENGINES(test_reset),
        ON_BOTH_ENGINES(test_sealed),
        ON_BOTH_ENGINES(test_other_organization),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
