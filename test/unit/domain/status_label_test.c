#include "unit/domain/fixture.h"

#include "domain/status_label.h"

static struct status_label make(struct fixture *fixture, const char *name, enum card_status of_status, bool is_default)
{
    struct status_label label = { .label = text_of(name), .status = (int)of_status, .is_default = is_default };
    assert_int_equal(status_label_create(fixture_next(fixture), &label), OK);
    return label;
}

static int count_defaults(struct fixture *fixture, int of_status)
{
    struct status_label *found;
    int count, defaults = 0;
    const struct status_label_filter filter = { .limit = 100, .status = of_status, .retired = -1 };
    assert_int_equal(status_label_list(&fixture->work, &found, &count, &filter), OK);
    for (int i = 0; i < count; i++) {
        defaults += found[i].is_default;
    }
    return defaults;
}

static void test_require(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label printed = make(fixture, "Card printed", CARD_NOT_ISSUED, false);
    struct status_label old = make(fixture, "Old card", CARD_NOT_ISSUED, false), issued;
    old.retired = true;
    assert_int_equal(status_label_update(fixture_next(fixture), &old), OK);
    assert_int_equal(status_label_find(&fixture->work, TEXT("Not issued"), &issued), OK);
    const struct {
        text label;
        enum card_status of_status;
        status result;
        int64_t id;
    } cases[] = {
        { TEXT("Card printed"), CARD_NOT_ISSUED, OK, printed.id },
        { TEXT("Card printed"), CARD_ACTIVE, LABEL_NOT_FOR_STATUS, 0 },
        { TEXT("card printed"), CARD_NOT_ISSUED, LABEL_NOT_FOUND, 0 },
        { TEXT("Old card"), CARD_NOT_ISSUED, LABEL_RETIRED, 0 },
        { TEXT(""), CARD_NOT_ISSUED, LABEL_NOT_FOUND, 0 },
        { TEXT_ABSENT, CARD_NOT_ISSUED, OK, issued.id },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t id = 0;
        assert_int_equal(status_label_require(fixture_next(fixture), cases[i].label, cases[i].of_status, &id),
                         cases[i].result);
        assert_int_equal(fixture_fault(fixture, "status_label"), cases[i].result);
        if (cases[i].result == OK) {
            assert_true(id == cases[i].id);
        }
    }
}

static void test_default_moves(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label old, second = make(fixture, "New card", CARD_ACTIVE, true),
                             third = make(fixture, "VIP card", CARD_ACTIVE, false);
    int64_t id = 0;
    assert_int_equal(status_label_find(&fixture->work, TEXT("Active"), &old), OK);
    assert_false(old.is_default);
    assert_int_equal(count_defaults(fixture, CARD_ACTIVE), 1);
    assert_int_equal(status_label_require(&fixture->work, TEXT_ABSENT, CARD_ACTIVE, &id), OK);
    assert_true(id == second.id);
    third.is_default = true;
    assert_int_equal(status_label_update(fixture_next(fixture), &third), OK);
    assert_int_equal(count_defaults(fixture, CARD_ACTIVE), 1);
    assert_int_equal(status_label_require(&fixture->work, TEXT_ABSENT, CARD_ACTIVE, &id), OK);
    assert_true(id == third.id);
    // The one before may now go.
    second.is_default = false;
    second.retired = true;
    second.version = 0;
    assert_int_equal(status_label_update(fixture_next(fixture), &second), OK);
    assert_int_equal(count_defaults(fixture, -1), CARD_STATUS_COUNT);
}

static void test_update_refusals(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label plain = make(fixture, "Plain", CARD_BLOCKED, false), standing;
    assert_int_equal(status_label_find(&fixture->work, TEXT("Blocked"), &standing), OK);
    const struct {
        struct status_label label;
        status result;
        const char *field;
    } cases[] = {
        { { standing.id, TEXT("Blocked"), CARD_BLOCKED, true, true, 0, 0 }, LABEL_IS_DEFAULT, "retired" },
        { { standing.id, TEXT("Blocked"), CARD_BLOCKED, false, false, 0, 0 }, LABEL_IS_DEFAULT, "default" },
        { { plain.id, TEXT("Plain"), CARD_BLOCKED, true, true, 0, 0 }, LABEL_RETIRED, "default" },
        { { plain.id, TEXT("Plain"), CARD_ACTIVE, false, false, 0, 0 }, IMMUTABLE_FIELD, "status" },
        { { plain.id, TEXT("Blocked"), CARD_BLOCKED, false, false, 0, 0 }, LABEL_EXISTS, "label" },
        { { plain.id, TEXT("Plain"), CARD_BLOCKED, false, false, 0, 2 }, VERSION_CONFLICT, NULL },
        { { plain.id + 1, TEXT("Plain"), CARD_BLOCKED, false, false, 0, 0 }, NOT_FOUND, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct status_label label = cases[i].label;
        assert_int_equal(status_label_update(fixture_next(fixture), &label), cases[i].result);
        if (cases[i].field != NULL) {
            assert_int_equal(fixture_fault(fixture, cases[i].field), cases[i].result);
        }
    }
    assert_int_equal(count_defaults(fixture, CARD_BLOCKED), 1);
}

static void test_rename(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label label = make(fixture, "Printed", CARD_NOT_ISSUED, false), stored;
    label.label = TEXT("Printed by Müller");
    assert_int_equal(status_label_update(fixture_next(fixture), &label), OK);
    assert_int_equal(label.version, 2);
    assert_int_equal(status_label_get(&fixture->work, &stored, label.id), OK);
    assert_true(text_equal(stored.label, TEXT("Printed by Müller")));
    assert_int_equal(stored.version, 2);
    label = (struct status_label){ .label = TEXT("Printed by Müller"), .status = CARD_ACTIVE };
    assert_int_equal(status_label_create(fixture_next(fixture), &label), LABEL_EXISTS);
    assert_int_equal(fixture_fault(fixture, "label"), LABEL_EXISTS);
}

static void test_list(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label printed = make(fixture, "Printed", CARD_NOT_ISSUED, false),
                        sent = make(fixture, "Sent", CARD_NOT_ISSUED, false);
    sent.retired = true;
    assert_int_equal(status_label_update(fixture_next(fixture), &sent), OK);
    const struct {
        struct status_label_filter filter;
        int count;
        int64_t first;
    } cases[] = {
        { { 100, 0, -1, -1 }, 9, sent.id },
        { { 100, 0, CARD_NOT_ISSUED, -1 }, 3, sent.id },
        { { 100, 0, CARD_NOT_ISSUED, 0 }, 2, printed.id },
        { { 100, 0, -1, 1 }, 1, sent.id },
        { { 1, 0, -1, -1 }, 1, sent.id },
        { { 100, sent.id, -1, -1 }, 8, printed.id },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct status_label *found;
        int count;
        assert_int_equal(status_label_list(&fixture->work, &found, &count, &cases[i].filter), OK);
        assert_int_equal(count, cases[i].count);
        assert_true(found[0].id == cases[i].first);
    }
}

static void test_apart(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct status_label mine = make(fixture, "Mine", CARD_ACTIVE, true), found;
    struct organization other = { .name = TEXT("Other") };
    assert_int_equal(organization_create(fixture_next(fixture), &other), OK);
    assert_int_equal(status_label_get(&fixture->work, &found, mine.id), NOT_FOUND);
    assert_int_equal(status_label_find(&fixture->work, TEXT("Mine"), &found), LABEL_NOT_FOUND);
    assert_int_equal(count_defaults(fixture, -1), CARD_STATUS_COUNT);
    fixture_next(fixture);
    assert_int_equal(status_label_get(&fixture->work, &found, mine.id), OK);
    assert_true(found.is_default);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_require), ON_BOTH_ENGINES(test_default_moves), ON_BOTH_ENGINES(test_update_refusals),
        ON_BOTH_ENGINES(test_rename),  ON_BOTH_ENGINES(test_list),          ON_BOTH_ENGINES(test_apart),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
