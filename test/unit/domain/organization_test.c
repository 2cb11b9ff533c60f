#include "unit/domain/fixture.h"

#include "domain/settings.h"
#include "domain/status_label.h"

static void test_made_whole(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const char *const labels[7] = {
        "Not issued", "Issued", "Active", "Suspended", "Blocked", "Expired", "Closed"
    };
    struct organization stored;
    assert_int_equal(organization_get(&fixture->work, &stored), OK);
    assert_true(stored.id == fixture->organization.id);
    assert_int_equal(stored.number, 1);
    assert_true(text_equal(stored.name, TEXT("Test")));
    assert_true(text_equal(stored.country, TEXT("IN")));
    assert_true(text_equal(stored.currency, TEXT("INR")));
    assert_false(text_present(stored.time_zone));
    for (int i = 0; i < 7; i++) {
        struct status_label label;
        assert_int_equal(status_label_find(&fixture->work, text_of(labels[i]), &label), OK);
        assert_int_equal(label.status, i);
        assert_true(label.is_default);
        assert_false(label.retired);
    }
}

static void test_default_settings(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct settings settings;
    assert_int_equal(settings_get(&fixture->work, &settings), OK);
    assert_false(settings.otp_enabled);
    assert_int_equal(settings.otp_channel, 0); // sms
    assert_true(settings.max_cards == INTEGER_NONE && settings.max_active_cards == INTEGER_NONE);
    assert_int_equal(settings.active_statuses, 1 << 1 | 1 << 2 | 1 << 3); // inactive, active, suspended
    assert_int_equal(settings.download_days, 30);
    assert_int_equal(settings.resting_days, 90);
    assert_int_equal(settings.version, 1);
    assert_true(settings.issuing_source_id == 0);
}

static void test_numbers(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        int64_t number;
        status result;
        int64_t given;
    } cases[] = {
        { 1, ORGANIZATION_EXISTS, 1 }, // the fixture's own
        { 998, OK, 998 },
        { 999, OUT_OF_RANGE, 999 },
        { -1, OUT_OF_RANGE, -1 },
        { 0, OUT_OF_RANGE, 999 }, // the next one lies behind the last
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct organization other = { .number = cases[i].number, .name = TEXT("Other") };
        assert_int_equal(organization_create(fixture_next(fixture), &other), cases[i].result);
        assert_int_equal(other.number, cases[i].given);
        assert_int_equal(fixture_fault(fixture, "number"), cases[i].result);
    }
}

static void test_next_number(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct organization other = { .name = TEXT("Other") };
    assert_int_equal(organization_create(fixture_next(fixture), &other), OK);
    assert_int_equal(other.number, 2);
    assert_true(fixture->work.organization_id == other.id);
    struct organization stored;
    assert_int_equal(organization_get(&fixture->work, &stored), OK);
    assert_true(text_equal(stored.name, TEXT("Other")));
    assert_false(text_present(stored.country));
    int64_t first = 0;
    assert_int_equal(organization_first(&fixture->work, &first), OK);
    assert_true(first == fixture->organization.id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_made_whole),
        ON_BOTH_ENGINES(test_default_settings),
        ON_BOTH_ENGINES(test_numbers),
        ON_BOTH_ENGINES(test_next_number),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
