#include "unit/domain/fixture.h"

#include "base/none.h"
#include "base/time_text.h"
#include "domain/card_change.h"
#include "domain/card_expiry.h"
#include "domain/card_issue.h"
#include "domain/customer.h"
#include "domain/number.h"
#include "domain/number_batch.h"
#include "domain/number_file.h"

/* What time does to cards, numbers and batches: the API tests cannot turn the clock. */

#define DAY_MS (24LL * 3600 * 1000)

static int64_t make_customer(struct fixture *fixture, const char *external_id)
{
    struct customer customer = { .external_id = text_of(external_id),
                                 .date_of_birth = DATE_NONE,
                                 .verification = VERIFICATION_VERIFIED };
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    return customer.id;
}

static int64_t make_series(struct fixture *fixture, int64_t expiry_after, int expiry_unit)
{
    fixture_make_keys(fixture);
    fixture->actor.kind = ACTOR_API_KEY; // an agent's cards ask for a source
    int64_t id = fixture_make_series(fixture, "EX");
    struct series series;
    assert_int_equal(series_get_locked(fixture_next(fixture), &series, id), OK);
    series.expiry_after = expiry_after;
    series.expiry_unit = expiry_unit;
    assert_int_equal(series_update(&fixture->work, &series), OK);
    return id;
}

static struct card issue(struct fixture *fixture, const struct card_order *order)
{
    struct card_order_verdict verdict;
    struct card card;
    text number;
    assert_int_equal(card_issue_guard(fixture_next(fixture), &verdict, order), OK);
    lane_effect_begin(fixture->lane);
    assert_int_equal(card_issue(&fixture->work, &card, &number, order, &verdict), OK);
    lane_effect_end(fixture->lane, true);
    return card;
}

static void pass_days(struct fixture *fixture, int days)
{
    fixture->now_ms += days * DAY_MS;
}

static void test_expires_by_date(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t series_id = make_series(fixture, 10, EXPIRY_DAYS), customer_id = make_customer(fixture, "C-1");
    struct card card = issue(fixture, &(struct card_order){ .customer_id = customer_id, .series_id = series_id });
    assert_int_equal(card.expires_on, date_of_ms(fixture->work.now_ms) + 10);
    int64_t count = -1;
    pass_days(fixture, 10); // its last day
    assert_int_equal(card_expire_due(fixture_next(fixture), &count), OK);
    assert_int_equal(count, 0);
    pass_days(fixture, 1);
    assert_int_equal(card_expire_due(fixture_next(fixture), &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(card_get(fixture_next(fixture), &card, card.id), OK);
    assert_int_equal(card.status, CARD_EXPIRED);
    struct customer customer;
    assert_int_equal(customer_get(fixture_next(fixture), &customer, customer_id), OK);
    assert_int_equal(customer.cards.of[CARD_EXPIRED], 1);
    assert_int_equal(customer.cards.of[CARD_ACTIVE], 0);
    struct card_event *events;
    int event_count;
    assert_int_equal(card_history(fixture_next(fixture), &events, &event_count, card.id, 10, 0), OK);
    assert_int_equal(event_count, 2);
    assert_true(text_equal(events[0].action, TEXT("expire")));
    assert_int_equal(events[0].reason, CARD_REASON_EXPIRED);
}

static void test_renewed_for_as_long_again(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t series_id = make_series(fixture, 1, EXPIRY_MONTHS), customer_id = make_customer(fixture, "C-1");
    struct card card = issue(fixture, &(struct card_order){ .customer_id = customer_id, .series_id = series_id });
    int64_t count;
    pass_days(fixture, 70);
    assert_int_equal(card_expire_due(fixture_next(fixture), &count), OK);
    assert_int_equal(count, 1);
    const struct card_change renew = { .card_id = card.id, .status = CARD_ACTIVE, .reason = CARD_REASON_REQUESTED };
    assert_int_equal(card_change(fixture_next(fixture), &card, &renew), OK);
    assert_int_equal(card.status, CARD_ACTIVE);
    assert_int_equal(card.expires_on, date_add_months_end(date_of_ms(fixture->work.now_ms), 1));
}

static void test_unlinked_number_rests(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t series_id = make_series(fixture, INTEGER_NONE, -1);
    int64_t first_customer = make_customer(fixture, "C-1"), second_customer = make_customer(fixture, "C-2");
    struct card card = issue(fixture, &(struct card_order){ .customer_id = first_customer, .series_id = series_id });
    struct series series;
    char clear[NUMBER_LEN_MAX];
    assert_int_equal(series_get(fixture_next(fixture), &series, series_id), OK);
    assert_int_equal(card_number(&fixture->work, &card, &series, clear), OK);
    assert_int_equal(card_unlink(fixture_next(fixture), &card, card.id, CARD_REASON_REQUESTED, TEXT_ABSENT), OK);
    const struct card_order again = { .customer_id = second_customer,
                                      .number = { clear, (size_t)series.layout.length } };
    struct card_order_verdict verdict;
    struct card second;
    text number;
    pass_days(fixture, 89);
    assert_int_equal(card_issue_guard(fixture_next(fixture), &verdict, &again), OK);
    assert_int_equal(card_issue(&fixture->work, &second, &number, &again, &verdict), NUMBER_RESTING);
    pass_days(fixture, 2);
    second = issue(fixture, &again);
    assert_int_not_equal(second.id, card.id);
    assert_true(second.current);
    assert_int_equal(card_get(fixture_next(fixture), &card, card.id), OK);
    assert_false(card.current);
}

static void test_download_window_ends(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t series_id = make_series(fixture, INTEGER_NONE, -1);
    struct number_batch batch;
    assert_int_equal(number_batch_draw(fixture_next(fixture), &batch,
                                       &(struct number_batch_order){ .series_id = series_id, .count = 5 }),
                     OK);
    pass_days(fixture, 29);
    assert_int_equal(number_batch_require_download(&batch, fixture->now_ms), OK);
    pass_days(fixture, 2);
    assert_int_equal(number_batch_require_download(&batch, fixture->now_ms), BATCH_DOWNLOAD_OVER);
}

static void test_batch_passes_over_registered_places(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t series_id = make_series(fixture, INTEGER_NONE, -1);
    struct series series;
    struct card card;
    char third[NUMBER_LEN_MAX];
    struct number_batch batch;
    assert_int_equal(series_get(fixture_next(fixture), &series, series_id), OK);
    assert_int_equal(number_at(fixture->keyring, &series, 2, third), OK);
    const struct card_registration registration = { .number = { third, (size_t)series.layout.length } };
    assert_int_equal(card_register(fixture_next(fixture), &card, &registration), OK);
    assert_int_equal(number_batch_draw(fixture_next(fixture), &batch,
                                       &(struct number_batch_order){ .series_id = series_id, .count = 5 }),
                     OK);
    assert_int_equal(batch.first, 0);
    assert_int_equal(batch.span, 6);
    struct number_file *file;
    char text_file[1024];
    size_t len = 0;
    assert_int_equal(number_file_open(&file, fixture_next(fixture), &batch, NUMBER_FILE_TEXT, TEXT_ABSENT), OK);
    assert_int_equal(number_file_read(file, 0, text_file, sizeof text_file, &len), OK);
    assert_int_equal(len, 5 * ((size_t)series.layout.length + 1));
    const uint64_t places[] = { 0, 1, 3, 4, 5 };
    for (size_t i = 0; i < 5; i++) {
        char expected[NUMBER_LEN_MAX];
        assert_int_equal(number_at(fixture->keyring, &series, places[i], expected), OK);
        assert_memory_equal(text_file + i * ((size_t)series.layout.length + 1), expected, (size_t)series.layout.length);
    }
    // From anywhere in the middle the same bytes come.
    for (size_t offset = 0; offset < len; offset++) {
        char one;
        size_t one_len = 0;
        assert_int_equal(number_file_read(file, offset, &one, 1, &one_len), OK);
        assert_int_equal(one_len, 1);
        assert_int_equal(one, text_file[offset]);
    }
    number_file_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_expires_by_date),
        ON_BOTH_ENGINES(test_renewed_for_as_long_again),
        ON_BOTH_ENGINES(test_unlinked_number_rests),
        ON_BOTH_ENGINES(test_download_window_ends),
        ON_BOTH_ENGINES(test_batch_passes_over_registered_places),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
