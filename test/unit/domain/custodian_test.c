#include "domain/custodian.h"

#include <sodium.h>

#include "base/limits.h"
#include "domain/user_totp.h"
#include "unit/domain/fixture.h"

static const struct user nobody;

// With a password of the user's own, stored as always, but cheap.
static struct user make_user(struct fixture *fixture, const char *name, enum role role)
{
    char hash[crypto_pwhash_STRBYTES];
    struct user user = nobody;
    user.name = text_of(name);
    user.role = (int)role;
    assert_true(sodium_init() >= 0);
    assert_int_equal(
        crypto_pwhash_str(hash, name, strlen(name), crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN), 0);
    assert_int_equal(user_insert(fixture_next(fixture), &user, text_of(hash)), OK);
    assert_int_equal(user_get(fixture_next(fixture), &user, user.id), OK);
    return user;
}

static void update(struct fixture *fixture, struct user user)
{
    user.version = 0;
    assert_int_equal(user_update(fixture_next(fixture), &user, TEXT_ABSENT), OK);
}

// The password of each user is the name.
static struct custodian find(struct fixture *fixture, const char *name, const char *password)
{
    struct custodian custodian;
    assert_int_equal(custodian_find(fixture_next(fixture), &custodian, text_of(name), text_of(password)), OK);
    assert_false(text_present(custodian.totp));
    return custodian;
}

static void test_find(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user asha = make_user(fixture, "asha@example.com", ROLE_CUSTODIAN);
    struct custodian custodian = find(fixture, "Asha@Example.com", "asha@example.com");
    assert_true(custodian.verified && custodian.user.id == asha.id);
    custodian = find(fixture, "asha@example.com", "asha@example.con");
    assert_true(!custodian.verified && custodian.user.id == asha.id);
    custodian = find(fixture, "ben@example.com", "asha@example.com");
    assert_true(!custodian.verified && custodian.user.id == 0);
}

static status judge(struct fixture *fixture, const char *const names[4], const char *wrong, int demanded)
{
    struct custodian list[4];
    int count = 0;
    while (count < 4 && names[count] != NULL) {
        bool is_wrong = wrong != NULL && strcmp(names[count], wrong) == 0;
        list[count] = find(fixture, names[count], is_wrong ? "something else" : names[count]);
        count++;
    }
    return custodians_judge(fixture_next(fixture), list, count, demanded);
}

static void test_judge(void **state)
{
    static const struct {
        const char *names[4], *wrong; // the one whose password is wrong
        int demanded;
        status expected;
    } cases[] = {
        { { "asha@x.org", "ben@x.org" }, NULL, 2, OK },
        { { "ben@x.org", "asha@x.org" }, NULL, 2, OK },
        { { "asha@x.org", "ben@x.org", "owner@x.org" }, NULL, 2, OK },
        { { "asha@x.org" }, NULL, 1, OK },
        { { "asha@x.org" }, NULL, 2, SECOND_CUSTODIAN_NEEDED },
        { { "asha@x.org", "asha@x.org" }, NULL, 2, SECOND_CUSTODIAN_NEEDED },
        { { "asha@x.org", "ASHA@X.ORG" }, "ASHA@X.ORG", 2, SECOND_CUSTODIAN_NEEDED },
        { { "asha@x.org", "ben@x.org", "asha@x.org" }, NULL, 2, SECOND_CUSTODIAN_NEEDED },
        { { "asha@x.org", "ben@x.org" }, "asha@x.org", 2, SIGN_IN_FAILED },
        { { "asha@x.org", "ben@x.org" }, "ben@x.org", 2, SIGN_IN_FAILED },
        { { "asha@x.org", "nobody@x.org" }, NULL, 2, SIGN_IN_FAILED },
        { { "nobody@x.org", "no-one@x.org" }, NULL, 2, SIGN_IN_FAILED },
        { { "asha@x.org", "gone@x.org" }, NULL, 2, SIGN_IN_FAILED }, // disabled
        { { "asha@x.org", "administrator@x.org" }, NULL, 2, CUSTODIAN_REFUSED },
        { { "agent@x.org", "ben@x.org" }, NULL, 2, CUSTODIAN_REFUSED },
        { { "agent@x.org", "ben@x.org" }, "agent@x.org", 2, SIGN_IN_FAILED },
        { { "asha@x.org", "new@x.org" }, NULL, 2, CUSTODIAN_REFUSED }, // has to change the password first
    };
    struct fixture *fixture = fixture_of(state);
    make_user(fixture, "asha@x.org", ROLE_CUSTODIAN);
    make_user(fixture, "ben@x.org", ROLE_CUSTODIAN);
    make_user(fixture, "owner@x.org", ROLE_OWNER);
    make_user(fixture, "administrator@x.org", ROLE_ADMINISTRATOR);
    make_user(fixture, "agent@x.org", ROLE_AGENT);
    struct user gone = make_user(fixture, "gone@x.org", ROLE_CUSTODIAN);
    gone.disabled = true;
    update(fixture, gone);
    struct user new_one = make_user(fixture, "new@x.org", ROLE_CUSTODIAN);
    text given = new_one.password_hash;
    new_one.version = 0;
    assert_int_equal(user_update(fixture_next(fixture), &new_one, given), OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(judge(fixture, cases[i].names, cases[i].wrong, cases[i].demanded), cases[i].expected);
        assert_true(text_equal(fixture->work.detail, TEXT("{\"custodians\":\"asha@x.org, ben@x.org\"}")) == (i == 0));
    }
}

static status judge_locked(struct fixture *fixture, const char *name, const char *password)
{
    struct custodian custodian = find(fixture, name, password);
    return custodian_judge_locked(fixture_next(fixture), &custodian);
}

static void test_failures_lock(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const char *const both[4] = { "asha@x.org", "ben@x.org" };
    make_user(fixture, "asha@x.org", ROLE_CUSTODIAN);
    make_user(fixture, "ben@x.org", ROLE_CUSTODIAN);
    for (int i = 0; i < SIGN_IN_TRIES_MAX; i++) {
        assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), OK);
        assert_int_equal(judge(fixture, both, "asha@x.org", 2), SIGN_IN_FAILED);
    }
    assert_int_equal(judge(fixture, both, NULL, 2), SIGN_IN_FAILED);
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), SIGN_IN_FAILED);
    fixture->now_ms += SIGN_IN_LOCK_MS;
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), OK);
    // What counted is forgotten with the first success.
    for (int i = 0; i < 2 * SIGN_IN_TRIES_MAX; i++) {
        bool wrong = i % 2 == 0;
        assert_int_equal(judge(fixture, both, wrong ? "asha@x.org" : NULL, 2), wrong ? SIGN_IN_FAILED : OK);
    }
    fixture->now_ms += USER_IDLE_MS + 1;
    assert_int_equal(judge(fixture, both, NULL, 2), SIGN_IN_FAILED);
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), OK); // there is no way to sign in before
}

static void test_authenticator_app(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct secret secret;
    char code[2][TOTP_DIGITS];
    fixture_make_keys(fixture);
    struct user asha = make_user(fixture, "asha@x.org", ROLE_CUSTODIAN);
    make_user(fixture, "ben@x.org", ROLE_CUSTODIAN);
    assert_int_equal(user_totp_begin(fixture_next(fixture), &secret, asha.id), OK);
    for (int i = 0; i < 2; i++) {
        uint64_t step = (uint64_t)(fixture->now_ms / TOTP_STEP_MS) - 1 + (uint64_t)i;
        assert_int_equal(hotp(code[i], &secret, step), OK);
    }
    assert_int_equal(user_totp_try(fixture_next(fixture), asha.id, text_bytes(code[0], TOTP_DIGITS)), OK);
    assert_int_equal(user_totp_confirm(fixture_next(fixture), asha.id), OK);
    secret_release(&secret);

    struct custodian list[2] = { find(fixture, "ben@x.org", "ben@x.org"), find(fixture, "asha@x.org", "asha@x.org") };
    assert_int_equal(custodians_judge(fixture_next(fixture), list, 2, 2), TOTP_REQUIRED);
    list[1].totp = text_bytes(code[0], TOTP_DIGITS);
    assert_int_equal(custodians_judge(fixture_next(fixture), list, 2, 2), TOTP_WRONG); // used
    list[1].totp = text_bytes(code[1], TOTP_DIGITS);
    assert_int_equal(custodians_judge(fixture_next(fixture), list, 2, 2), OK);
    assert_int_equal(custodians_judge(fixture_next(fixture), list, 2, 2), TOTP_WRONG);
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), OK); // it cannot be asked then
}

static void test_locked(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct user asha = make_user(fixture, "asha@x.org", ROLE_CUSTODIAN);
    make_user(fixture, "administrator@x.org", ROLE_ADMINISTRATOR);
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), OK);
    assert_int_equal(judge_locked(fixture, "asha@x.org", "ben@x.org"), SIGN_IN_FAILED);
    assert_int_equal(judge_locked(fixture, "nobody@x.org", "nobody@x.org"), SIGN_IN_FAILED);
    assert_int_equal(judge_locked(fixture, "administrator@x.org", "administrator@x.org"), CUSTODIAN_REFUSED);
    text hash = asha.password_hash;
    asha.version = 0;
    assert_int_equal(user_update(fixture_next(fixture), &asha, hash), OK); // given by somebody else now
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), CUSTODIAN_REFUSED);
    asha.disabled = true;
    update(fixture, asha);
    assert_int_equal(judge_locked(fixture, "asha@x.org", "asha@x.org"), SIGN_IN_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_find),          ON_BOTH_ENGINES(test_judge),
        ON_BOTH_ENGINES(test_failures_lock), ON_BOTH_ENGINES(test_authenticator_app),
        ON_BOTH_ENGINES(test_locked),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
