#include "unit/domain/fixture.h"

#include "domain/otp.h"
#include "domain/settings.h"
#include "domain/source.h"

static void test_update(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct source source = { .name = TEXT("Call centre"), .account = TEXT("main") };
    assert_int_equal(source_create(&fixture->work, &source), OK);
    struct settings settings, stored;
    assert_int_equal(settings_get_locked(&fixture->work, &settings), OK);
    settings.issuing_source_id = source.id;
    settings.otp_enabled = true;
    settings.otp_channel = OTP_BOTH;
    settings.max_cards = 7;
    settings.max_active_cards = 3;
    settings.active_statuses = 1u << CARD_ACTIVE;
    settings.download_days = 1;
    settings.resting_days = 0;
    assert_int_equal(settings_update(fixture_next(fixture), &settings), OK);
    assert_int_equal(settings_get(&fixture->work, &stored), OK);
    assert_true(stored.issuing_source_id == source.id);
    assert_true(stored.otp_enabled);
    assert_int_equal(stored.otp_channel, OTP_BOTH);
    assert_int_equal(stored.max_cards, 7);
    assert_int_equal(stored.max_active_cards, 3);
    assert_int_equal(stored.active_statuses, 1u << CARD_ACTIVE);
    assert_int_equal(stored.download_days, 1);
    assert_int_equal(stored.resting_days, 0);
    assert_int_equal(stored.version, 2);
    assert_int_equal(settings.version, 2);

    // And back to nothing: what may be empty becomes empty.
    settings.issuing_source_id = 0;
    settings.max_cards = settings.max_active_cards = INTEGER_NONE;
    assert_int_equal(settings_update(fixture_next(fixture), &settings), OK);
    assert_int_equal(settings_get(&fixture->work, &stored), OK);
    assert_true(stored.issuing_source_id == 0 && stored.max_cards == INTEGER_NONE &&
                stored.max_active_cards == INTEGER_NONE);
    assert_int_equal(stored.version, 3);
}

static void test_versions(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        int64_t version;
        status result;
    } cases[] = {
        { 2, VERSION_CONFLICT }, { 1, OK }, { 1, VERSION_CONFLICT }, { 2, OK }, { 0, OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct settings settings;
        assert_int_equal(settings_get(fixture_next(fixture), &settings), OK);
        settings.version = cases[i].version;
        assert_int_equal(settings_update(&fixture->work, &settings), cases[i].result);
    }
}

static void test_refusals(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct organization other = { .name = TEXT("Other") };
    struct source source = { .name = TEXT("Elsewhere") };
    assert_int_equal(organization_create(&fixture->work, &other), OK);
    assert_int_equal(source_create(&fixture->work, &source), OK); // another organisation's
    struct settings settings;
    assert_int_equal(settings_get(fixture_next(fixture), &settings), OK);
    settings.issuing_source_id = source.id;
    assert_int_equal(settings_update(&fixture->work, &settings), SOURCE_NOT_FOUND);
    assert_int_equal(fixture_fault(fixture, "issuing_source_id"), SOURCE_NOT_FOUND);
    settings.active_statuses = 0;
    assert_int_equal(settings_update(fixture_next(fixture), &settings), INVALID_INPUT);
    assert_int_equal(fixture_fault(fixture, "issuing_source_id"), SOURCE_NOT_FOUND);
    assert_int_equal(fixture_fault(fixture, "active_statuses"), TOO_SHORT);
    assert_int_equal(settings_get(&fixture->work, &settings), OK);
    assert_int_equal(settings.version, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_update),
        ON_BOTH_ENGINES(test_versions),
        ON_BOTH_ENGINES(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
