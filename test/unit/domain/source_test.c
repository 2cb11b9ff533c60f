#include "unit/domain/fixture.h"

#include "domain/source.h"

static void test_create(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const struct {
        text name, account;
        status result;
    } cases[] = {
        { TEXT("Shop"), TEXT("till-7"), OK },
        { TEXT("Shop"), TEXT("till-8"), OK },
        { TEXT("Shop"), TEXT("till-7"), SOURCE_EXISTS },
        { TEXT("Shop"), TEXT_ABSENT, OK },
        { TEXT("Shop"), TEXT(""), SOURCE_EXISTS }, // absent and empty are the same account
        { TEXT("shop"), TEXT(""), OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct source source = { .name = cases[i].name, .account = cases[i].account }, stored;
        assert_int_equal(source_create(fixture_next(fixture), &source), cases[i].result);
        assert_int_equal(fixture_fault(fixture, "name"), cases[i].result);
        if (cases[i].result == OK) {
            assert_true(fixture->work.subject_id == source.id);
            assert_int_equal(source_get(&fixture->work, &stored, source.id), OK);
            assert_true(text_equal(stored.name, cases[i].name));
            assert_true(text_present(stored.account) && stored.account.len == cases[i].account.len);
            assert_true(stored.created_ms == fixture->work.now_ms);
        }
    }
}

static void test_list(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t ids[5];
    for (int i = 0; i < 5; i++) {
        struct source source = { .name = arena_print(fixture->arena, "Source %d", i) };
        assert_int_equal(source_create(fixture_next(fixture), &source), OK);
        ids[i] = source.id;
    }
    struct source *found;
    int count;
    assert_int_equal(source_list(&fixture->work, &found, &count, &(struct source_filter){ .limit = 3 }), OK);
    assert_int_equal(count, 3);
    assert_true(found[0].id == ids[4] && found[1].id == ids[3] && found[2].id == ids[2]);
    assert_int_equal(
        source_list(&fixture->work, &found, &count, &(struct source_filter){ .limit = 3, .after = ids[2] }), OK);
    assert_int_equal(count, 2);
    assert_true(found[0].id == ids[1] && found[1].id == ids[0]);
}

static void test_apart(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct source mine = { .name = TEXT("Shop") }, theirs = { .name = TEXT("Shop") }, *found;
    struct organization other = { .name = TEXT("Other") };
    int count;
    assert_int_equal(source_create(&fixture->work, &mine), OK);
    assert_int_equal(organization_create(fixture_next(fixture), &other), OK);
    assert_int_equal(source_create(&fixture->work, &theirs), OK);
    assert_int_equal(source_get(&fixture->work, &theirs, mine.id), SOURCE_NOT_FOUND);
    assert_int_equal(source_list(&fixture->work, &found, &count, &(struct source_filter){ .limit = 9 }), OK);
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { ON_BOTH_ENGINES(test_create), ON_BOTH_ENGINES(test_list),
                                        ON_BOTH_ENGINES(test_apart) };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
