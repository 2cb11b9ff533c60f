#include "unit/domain/fixture.h"

#include "domain/api_key.h"

static struct api_key make_key(struct fixture *fixture, enum role role, int64_t expires_ms)
{
    struct api_key key = { .name = TEXT("till-7"), .role = (int)role, .expires_ms = expires_ms };
    assert_int_equal(api_key_create(fixture_next(fixture), &key), OK);
    return key;
}

static status identify(struct fixture *fixture, struct api_key *out, text token)
{
    struct work *work = fixture_next(fixture);
    work->organization_id = 0; // not known yet
    return api_key_identify(work, out, token);
}

static void test_token(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct api_key key = make_key(fixture, ROLE_INTEGRATION, 0), found;
    assert_int_equal(key.token.len, 46);
    assert_true(text_starts_with(key.token, TEXT("cw_")));
    assert_true(text_equal(key.prefix, text_slice(key.token, 0, 8)));
    assert_int_equal(identify(fixture, &found, key.token), OK);
    assert_int_equal(found.id, key.id);
    assert_int_equal(found.organization_id, fixture->organization.id);
    assert_int_equal(found.role, ROLE_INTEGRATION);
    assert_false(text_present(found.token));
    char *other = (char *)(uintptr_t)arena_copy(fixture->arena, key.token).at;
    other[45] = other[45] == 'A' ? 'E' : 'A';
    assert_int_equal(identify(fixture, &found, text_of(other)), UNAUTHENTICATED);
    assert_int_equal(identify(fixture, &found, text_slice(key.token, 3, 43)), UNAUTHENTICATED);
    assert_int_equal(identify(fixture, &found, TEXT_ABSENT), UNAUTHENTICATED);
}

static void test_expiry(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct api_key late = { .name = TEXT("late"), .role = ROLE_AGENT, .expires_ms = fixture->now_ms };
    assert_int_equal(api_key_create(fixture_next(fixture), &late), OUT_OF_RANGE);
    assert_int_equal(fixture_fault(fixture, "expires_at"), OUT_OF_RANGE);
    int64_t expires_ms = fixture->now_ms + 1000;
    struct api_key key = make_key(fixture, ROLE_AGENT, expires_ms), found;
    fixture->now_ms = expires_ms - 2;
    assert_int_equal(identify(fixture, &found, key.token), OK);
    assert_int_equal(identify(fixture, &found, key.token), UNAUTHENTICATED);
}

static void test_revoke(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct api_key key = make_key(fixture, ROLE_AGENT, 0), found;
    struct work *work = fixture_next(fixture);
    work->organization_id++;
    assert_int_equal(api_key_revoke(work, key.id), API_KEY_NOT_FOUND);
    assert_int_equal(identify(fixture, &found, key.token), OK);
    assert_int_equal(api_key_revoke(fixture_next(fixture), key.id), OK);
    assert_int_equal(identify(fixture, &found, key.token), UNAUTHENTICATED);
    assert_int_equal(api_key_revoke(fixture_next(fixture), key.id), API_KEY_NOT_FOUND);
}

static void test_role_too_high(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture->actor.permissions = role_permissions(ROLE_ADMINISTRATOR);
    struct api_key key = { .name = TEXT("till-7"), .role = ROLE_OWNER };
    assert_int_equal(api_key_create(fixture_next(fixture), &key), ROLE_TOO_HIGH);
    make_key(fixture, ROLE_ADMINISTRATOR, 0);
}

static void test_list(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t first = make_key(fixture, ROLE_AGENT, 0).id, second = make_key(fixture, ROLE_AGENT, 0).id;
    struct api_key *found;
    int count;
    assert_int_equal(api_key_list(fixture_next(fixture), &found, &count, &(struct api_key_filter){ .limit = 1 }), OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].id, second);
    assert_false(text_present(found[0].token));
    assert_int_equal(api_key_list(fixture_next(fixture), &found, &count, &(struct api_key_filter){ 10, second }), OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].id, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_token),         ON_BOTH_ENGINES(test_expiry), ON_BOTH_ENGINES(test_revoke),
        ON_BOTH_ENGINES(test_role_too_high), ON_BOTH_ENGINES(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
