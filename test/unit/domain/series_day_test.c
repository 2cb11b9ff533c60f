#include "unit/domain/fixture.h"

#include <string.h>

#include "base/buffer.h"
#include "base/none.h"
#include "base/time_text.h"
#include "domain/card_change.h"
#include "domain/card_expiry.h"
#include "domain/card_issue.h"
#include "domain/customer.h"
#include "domain/number.h"
#include "domain/number_batch.h"
#include "domain/series_day.h"
#include "domain/status_label.h"
#include "store/migration_list.h"

#define DAY_MS (24LL * 3600 * 1000)
// 1800000000000 ms, where the clock of a test starts, is 2027-01-15: day 20833.
enum { FIRST_DAY = 20833 };

struct desk {
    struct fixture *fixture;
    int64_t series_id, customer_id;
};

static struct desk open_desk(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct desk desk = { .fixture = fixture };
    struct customer customer = { .external_id = TEXT("C-1"),
                                 .date_of_birth = DATE_NONE,
                                 .verification = VERIFICATION_VERIFIED };
    struct status_label waiting = { .label = TEXT("Waiting"), .status = CARD_INACTIVE };
    struct series series;
    fixture_make_keys(fixture);
    fixture->actor.kind = ACTOR_API_KEY; // an agent's cards ask for a source
    desk.series_id = fixture_make_series(fixture, "SD");
    assert_int_equal(series_get_locked(fixture_next(fixture), &series, desk.series_id), OK);
    series.expiry_after = 100;
    series.expiry_unit = EXPIRY_DAYS;
    assert_int_equal(series_update(&fixture->work, &series), OK);
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    assert_int_equal(status_label_create(fixture_next(fixture), &waiting), OK);
    desk.customer_id = customer.id;
    return desk;
}

static int64_t issue(const struct desk *desk, text number, text label)
{
    struct card_order order = { .customer_id = desk->customer_id, .number = number, .label = label };
    struct card_order_verdict verdict;
    struct card card;
    text issued;
    order.series_id = text_present(number) ? 0 : desk->series_id;
    assert_int_equal(card_issue_guard(fixture_next(desk->fixture), &verdict, &order), OK);
    lane_effect_begin(desk->fixture->lane);
    assert_int_equal(card_issue(&desk->fixture->work, &card, &issued, &order, &verdict), OK);
    lane_effect_end(desk->fixture->lane, true);
    return card.id;
}

static void change(const struct desk *desk, int64_t card_id, int to)
{
    const struct card_change change = { .card_id = card_id, .status = to, .reason = CARD_REASON_OTHER };
    struct card card;
    assert_int_equal(card_change(fixture_next(desk->fixture), &card, &change), OK);
}

static void unlink_card(const struct desk *desk, int64_t card_id)
{
    struct card card;
    assert_int_equal(card_unlink(fixture_next(desk->fixture), &card, card_id, CARD_REASON_REQUESTED, TEXT_ABSENT), OK);
}

// The number at a place of the series, in the arena.
static text number_of(const struct desk *desk, uint64_t place)
{
    struct series series;
    char *clear = arena_take(desk->fixture->arena, NUMBER_LEN_MAX);
    assert_int_equal(series_get(fixture_next(desk->fixture), &series, desk->series_id), OK);
    assert_int_equal(number_at(desk->fixture->keyring, &series, place, clear), OK);
    return (text){ clear, (size_t)series.layout.length };
}

static int64_t register_number(const struct desk *desk, uint64_t place)
{
    const struct card_registration registration = { .number = number_of(desk, place) };
    struct card card;
    assert_int_equal(card_register(fixture_next(desk->fixture), &card, &registration), OK);
    return card.id;
}

static void pass_days(const struct desk *desk, int days)
{
    desk->fixture->now_ms += days * DAY_MS;
}

static void expect_figures(const struct desk *desk, const int64_t *cards, int64_t issued)
{
    struct series_report *found;
    int count = 0;
    assert_int_equal(series_report_list(fixture_next(desk->fixture), &found, &count, 10, 0), OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].id, desk->series_id);
    assert_int_equal(found[0].issued, issued);
    for (int i = 0; i < CARD_STATUS_COUNT; i++) {
        assert_int_equal(found[0].cards[i], cards[i]);
    }
}

// The days as one text: "day issued inactive active suspended blocked expired closed;" each.
static text print_days(const struct desk *desk)
{
    static const char DAYS[] =
        "SELECT day, CAST(sum(issued) AS BIGINT), CAST(sum(inactive) AS BIGINT), CAST(sum(active) AS BIGINT), "
        "CAST(sum(suspended) AS BIGINT), CAST(sum(blocked) AS BIGINT), CAST(sum(expired) AS BIGINT), "
        "CAST(sum(closed) AS BIGINT) FROM series_day WHERE organization_id = $1 AND series_id = $2 GROUP BY day ORDER BY day";
    struct rows rows = { 0 };
    struct buffer out;
    struct work *work = fixture_next(desk->fixture);
    buffer_init(&out, 4096);
    assert_int_equal(work_query(work, &rows, DAYS, ARGS(value_i64(work->organization_id), value_i64(desk->series_id))),
                     OK);
    while (rows_next(&rows)) {
        buffer_print(&out, "%d", (int)row_i64(&rows, 0) - FIRST_DAY);
        for (int i = 1; i < 8; i++) {
            buffer_print(&out, " %d", (int)row_i64(&rows, i));
        }
        buffer_append_text(&out, TEXT(";"));
    }
    assert_int_equal(rows_close(&rows), OK);
    text printed = arena_copy(work->arena, buffer_text(&out));
    buffer_release(&out);
    return printed;
}

// A life of every kind: each change that the table of statuses has, over eight days and a hundred more.
static void live(const struct desk *desk)
{
    int64_t first = issue(desk, TEXT_ABSENT, TEXT_ABSENT), second = issue(desk, TEXT_ABSENT, TEXT("Waiting"));
    int64_t third = issue(desk, TEXT_ABSENT, TEXT_ABSENT), waiting = register_number(desk, 5000000);
    int64_t unwanted = register_number(desk, 5000001);
    pass_days(desk, 1);
    change(desk, second, CARD_ACTIVE);
    change(desk, first, CARD_SUSPENDED);
    change(desk, unwanted, CARD_CLOSED); // voided
    pass_days(desk, 1);
    change(desk, first, CARD_BLOCKED);
    unlink_card(desk, second);
    assert_int_equal(issue(desk, number_of(desk, 5000000), TEXT_ABSENT), waiting);
    pass_days(desk, 1);
    change(desk, first, CARD_ACTIVE); // lifted
    change(desk, first, CARD_CLOSED);
    pass_days(desk, 101);
    int64_t expired = 0;
    assert_int_equal(card_expire_due(fixture_next(desk->fixture), &expired), OK);
    assert_int_equal(expired, 2);
    change(desk, third, CARD_ACTIVE);                             // renewed
    int64_t again = issue(desk, number_of(desk, 1), TEXT_ABSENT); // the one that was unlinked
    assert_int_not_equal(again, second);
}

static const char DAYS_OF_LIVE[] =
    "0 3 1 2 0 0 0 0;" // two active, one waiting
    "1 0 -1 0 1 0 0 1;"
    "2 1 0 0 -1 1 0 0;" // one active is taken away, another comes
    "3 0 0 0 0 -1 0 1;"
    "104 1 0 0 0 0 1 0;"; // two expire, one is renewed, one comes

static void test_counts_every_change(void **state)
{
    struct desk desk = open_desk(state);
    expect_figures(&desk, (const int64_t[CARD_STATUS_COUNT]){ 0 }, 0);
    live(&desk);
    assert_string_equal(print_days(&desk).at, DAYS_OF_LIVE);
    const int64_t cards[CARD_STATUS_COUNT] = { [CARD_ACTIVE] = 2, [CARD_EXPIRED] = 1, [CARD_CLOSED] = 2 };
    expect_figures(&desk, cards, 5);
}

static void test_agrees_with_cards(void **state)
{
    static const char COUNT[] =
        "SELECT CAST(count(*) AS BIGINT) FROM card WHERE organization_id = $1 AND series_id = $2 AND status = $3";
    static const char ISSUED[] =
        "SELECT CAST(count(issued_at) AS BIGINT) FROM card WHERE organization_id = $1 AND series_id = $2";
    struct desk desk = open_desk(state);
    live(&desk);
    struct work *work = fixture_next(desk.fixture);
    int64_t cards[CARD_STATUS_COUNT] = { 0 }, issued = 0;
    for (int i = CARD_INACTIVE; i < CARD_STATUS_COUNT; i++) {
        assert_int_equal(work_integer(work, &cards[i], COUNT,
                                      ARGS(value_i64(work->organization_id), value_i64(desk.series_id), value_i64(i)),
                                      NOT_FOUND),
                         OK);
    }
    assert_int_equal(work_integer(work, &issued, ISSUED,
                                  ARGS(value_i64(work->organization_id), value_i64(desk.series_id)), NOT_FOUND),
                     OK);
    expect_figures(&desk, cards, issued);
}

// A database from before the table: the migration finds the same figures in its history.
static void test_migration_fills_in(void **state)
{
    struct desk desk = open_desk(state);
    live(&desk);
    struct database *database = desk.fixture->database;
    const struct migration *list = database_engine(database) == ENGINE_SQLITE ? migrations_sqlite : migrations_postgres;
    assert_string_equal(list[1].name, "series_day");
    assert_int_equal(database_script(database, "DROP TABLE series_day"), OK);
    assert_int_equal(database_script(database, list[1].script), OK);
    assert_string_equal(print_days(&desk).at, DAYS_OF_LIVE);
    issue(&desk, TEXT_ABSENT, TEXT_ABSENT); // and goes on from them
    const int64_t cards[CARD_STATUS_COUNT] = { [CARD_ACTIVE] = 3, [CARD_EXPIRED] = 1, [CARD_CLOSED] = 2 };
    expect_figures(&desk, cards, 6);
}

static void test_lanes_add_up(void **state)
{
    struct desk desk = open_desk(state);
    int64_t first = issue(&desk, TEXT_ABSENT, TEXT_ABSENT);
    desk.fixture->lane->id = 7;
    change(&desk, first, CARD_SUSPENDED);
    desk.fixture->lane->id = 0;
    expect_figures(&desk, (const int64_t[CARD_STATUS_COUNT]){ [CARD_SUSPENDED] = 1 }, 1);
    assert_string_equal(print_days(&desk).at, "0 1 0 0 1 0 0 0;");
}

static void test_numbers_that_nobody_has(void **state)
{
    struct desk desk = open_desk(state);
    struct number_batch batch, voided;
    assert_int_equal(number_batch_draw(fixture_next(desk.fixture), &batch,
                                       &(struct number_batch_order){ .series_id = desk.series_id, .count = 5 }),
                     OK);
    assert_int_equal(number_batch_draw(fixture_next(desk.fixture), &voided,
                                       &(struct number_batch_order){ .series_id = desk.series_id, .count = 3 }),
                     OK);
    expect_figures(&desk, (const int64_t[CARD_STATUS_COUNT]){ 8 }, 0);
    issue(&desk, number_of(&desk, batch.first), TEXT_ABSENT);
    assert_int_equal(number_batch_void(fixture_next(desk.fixture), &voided, voided.id, TEXT("Lost")), OK);
    expect_figures(&desk, (const int64_t[CARD_STATUS_COUNT]){ 4, [CARD_ACTIVE] = 1 }, 1);
}

static void test_batches_that_close_soon(void **state)
{
    struct desk desk = open_desk(state);
    struct number_batch early, late, voided, *found;
    struct number_batch *const batches[] = { &early, &voided, &late };
    int count = 0;
    for (int i = 0; i < 3; i++) {
        pass_days(&desk, i == 2 ? 10 : 0);
        assert_int_equal(number_batch_draw(fixture_next(desk.fixture), batches[i],
                                           &(struct number_batch_order){ .series_id = desk.series_id, .count = 1 }),
                         OK);
    }
    assert_int_equal(number_batch_void(fixture_next(desk.fixture), &voided, voided.id, TEXT("Lost")), OK);
    // Downloads end 30 days after a batch was drawn: of the early one 20 days from now, of the late one 30.
    static const struct {
        int pass, within, count;
    } cases[] = { { 0, 19, 0 }, { 0, 20, 1 }, { 0, 30, 2 }, { 0, 0, 3 }, { 21, 10, 1 }, { 10, 3650, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pass_days(&desk, cases[i].pass);
        const struct number_batch_filter filter = { .limit = 10, .closing_days = cases[i].within };
        assert_int_equal(number_batch_list(fixture_next(desk.fixture), &found, &count, &filter), OK);
        assert_int_equal(count, cases[i].count);
    }
}

static void test_days_from_to(void **state)
{
    struct desk desk = open_desk(state);
    live(&desk);
    static const struct {
        int from, to, count, first_day, issued, closed; // issued and closed: in all
    } cases[] = {
        { 0, 200, 5, 0, 5, 2 },
        { 1, 3, 3, 1, 1, 2 },
        { 4, 103, 0, 0, 0, 0 },
        { 104, 104, 1, 104, 1, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct day_report_filter filter = { FIRST_DAY + cases[i].from, FIRST_DAY + cases[i].to,
                                                  i % 2 == 0 ? 0 : desk.series_id };
        struct day_report *found;
        int count = 0, issued = 0, closed = 0;
        assert_int_equal(day_report_list(fixture_next(desk.fixture), &found, &count, &filter), OK);
        assert_int_equal(count, cases[i].count);
        for (int d = 0; d < count; d++) {
            assert_true(d == 0 || found[d - 1].date < found[d].date);
            issued += (int)found[d].issued;
            closed += (int)found[d].closed;
        }
        assert_int_equal(issued, cases[i].issued);
        assert_int_equal(closed, cases[i].closed);
        assert_true(count == 0 || found[0].date == FIRST_DAY + cases[i].first_day);
    }
    const struct day_report_filter other = { FIRST_DAY, FIRST_DAY + 1, desk.series_id + 1 };
    struct day_report *found;
    int count = 0;
    assert_int_equal(day_report_list(fixture_next(desk.fixture), &found, &count, &other), OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_counts_every_change),
        ON_BOTH_ENGINES(test_agrees_with_cards),
        ON_BOTH_ENGINES(test_migration_fills_in),
        ON_BOTH_ENGINES(test_lanes_add_up),
        ON_BOTH_ENGINES(test_numbers_that_nobody_has),
        ON_BOTH_ENGINES(test_batches_that_close_soon),
        ON_BOTH_ENGINES(test_days_from_to),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
