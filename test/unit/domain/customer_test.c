#include "unit/domain/fixture.h"

#include "base/limits.h"
#include "base/time_text.h"
#include "domain/customer_find.h"
#include "domain/settings.h"

static struct customer person(const char *first, const char *last, const char *external_id)
{
    return (struct customer){ .first_name = text_of(first),
                              .last_name = text_of(last),
                              .external_id = text_of(external_id),
                              .date_of_birth = DATE_NONE,
                              .verification = -1 };
}

static int64_t make(struct fixture *fixture, const char *first, const char *last, const char *external_id)
{
    struct customer customer = person(first, last, external_id);
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    return customer.id;
}

static void test_create(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct customer customer = {
        .external_id = TEXT("C-1"), .first_name = TEXT("Asha"), .last_name = TEXT("Rao"), .mobile = TEXT("+919800000001"),
        .email = TEXT("Asha@Example.COM"), .date_of_birth = 7406, .nationality = TEXT("IN"), .verification = -1, // 1990-04-12
    }, stored;
    assert_int_equal(customer_create(&fixture->work, &customer), OK);
    assert_true(fixture->work.subject_id == customer.id);
    assert_int_equal(customer_get(fixture_next(fixture), &stored, customer.id), OK);
    assert_true(text_equal(stored.external_id, TEXT("C-1")));
    assert_true(text_equal(stored.first_name, TEXT("Asha")));
    assert_true(text_equal(stored.last_name, TEXT("Rao")));
    assert_true(text_equal(stored.mobile, TEXT("+919800000001")));
    assert_true(text_equal(stored.email, TEXT("asha@example.com")));
    assert_true(text_equal(customer.email, TEXT("asha@example.com")));
    assert_true(text_equal(stored.nationality, TEXT("IN")));
    assert_int_equal(stored.date_of_birth, 7406);
    assert_int_equal(stored.verification, VERIFICATION_VERIFIED);
    assert_int_equal(stored.cards_all, 0);
    assert_int_equal(stored.cards_active, 0);
    assert_int_equal(stored.version, 1);
    assert_true(stored.created_ms == fixture->now_ms - 1);
}

static void test_create_refusals(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int32_t today = date_of_ms(fixture->now_ms);
    struct customer taken = { .external_id = TEXT("C-1"),
                              .mobile = TEXT("+919800000001"),
                              .email = TEXT("a@example.com"),
                              .date_of_birth = DATE_NONE,
                              .verification = -1 };
    assert_int_equal(customer_create(&fixture->work, &taken), OK);
    const struct {
        struct customer customer;
        status result, external_id, mobile, email, date_of_birth, verification;
    } cases[] = {
        { { .external_id = TEXT("C-1"),
            .mobile = TEXT("+919800000001"),
            .email = TEXT("A@example.com"),
            .date_of_birth = DATE_NONE },
          CUSTOMER_EXISTS,
          CUSTOMER_EXISTS,
          CUSTOMER_EXISTS,
          CUSTOMER_EXISTS,
          OK,
          OK },
        { { .external_id = TEXT("C-2"), .email = TEXT("A@Example.com"), .date_of_birth = DATE_NONE },
          CUSTOMER_EXISTS,
          OK,
          OK,
          CUSTOMER_EXISTS,
          OK,
          OK },
        { { .first_name = TEXT("Nobody"), .date_of_birth = DATE_NONE }, INVALID_INPUT, OK, REQUIRED, OK, OK, OK },
        { { .external_id = TEXT("C-2"), .date_of_birth = today + 1, .verification = VERIFICATION_ON_HOLD },
          INVALID_INPUT,
          OK,
          OK,
          OK,
          OUT_OF_RANGE,
          NOT_ALLOWED_VALUE },
        { { .external_id = TEXT("C-3"), .date_of_birth = today, .verification = VERIFICATION_PENDING },
          OK,
          OK,
          OK,
          OK,
          OK,
          OK },
        { { .external_id = TEXT("c-1"), .date_of_birth = DATE_NONE }, OK, OK, OK, OK, OK, OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct customer customer = cases[i].customer;
        assert_int_equal(customer_create(fixture_next(fixture), &customer), cases[i].result);
        assert_int_equal(fixture_fault(fixture, "external_id"), cases[i].external_id);
        assert_int_equal(fixture_fault(fixture, "mobile"), cases[i].mobile);
        assert_int_equal(fixture_fault(fixture, "email"), cases[i].email);
        assert_int_equal(fixture_fault(fixture, "date_of_birth"), cases[i].date_of_birth);
        assert_int_equal(fixture_fault(fixture, "verification"), cases[i].verification);
    }
}

static void test_update(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t id = make(fixture, "Asha", "Rao", "C-1"), other = make(fixture, "Ben", "Rao", "C-2");
    struct customer customer, stored;
    assert_int_equal(customer_lock(fixture_next(fixture), &customer, id), OK);
    customer.external_id = TEXT_ABSENT;
    customer.email = TEXT("New@Example.com");
    customer.first_name = TEXT("ÉVA");
    customer.last_name = TEXT_ABSENT;
    assert_int_equal(customer_update(&fixture->work, &customer), OK);
    assert_int_equal(customer_get(&fixture->work, &stored, id), OK);
    assert_false(text_present(stored.external_id));
    assert_false(text_present(stored.last_name));
    assert_true(text_equal(stored.email, TEXT("new@example.com")));
    assert_int_equal(stored.version, 2);

    struct customer *found;
    int count;
    assert_int_equal(
        customer_search(&fixture->work, &found, &count, &(struct customer_search){ .name = TEXT("éva"), .limit = 9 }),
        OK);
    assert_int_equal(count, 1);
    assert_true(found[0].id == id);

    customer = stored;
    customer.version = 1;
    assert_int_equal(customer_update(fixture_next(fixture), &customer), VERSION_CONFLICT);
    customer.version = 2;
    customer.external_id = TEXT("C-2");
    assert_int_equal(customer_update(fixture_next(fixture), &customer), CUSTOMER_EXISTS);
    assert_int_equal(fixture_fault(fixture, "external_id"), CUSTOMER_EXISTS);
    assert_int_equal(fixture_fault(fixture, "email"), OK); // its own
    customer.external_id = TEXT_ABSENT;
    customer.email = TEXT_ABSENT;
    assert_int_equal(customer_update(fixture_next(fixture), &customer), INVALID_INPUT); // the last contact
    customer.id = other + id;
    assert_int_equal(customer_update(fixture_next(fixture), &customer), CUSTOMER_NOT_FOUND);
}

static void test_verification(void **state)
{
    struct fixture *fixture = fixture_of(state);
    // domain.md, "Customer verification", typed by hand: to which others may each go?
    static const bool allowed[6][6] = {
        //                       pending verified rejected needs  update hold
        /* pending */ { true, true, true, true, false, false },
        /* verified */ { false, true, false, false, true, true },
        /* rejected */ { false, false, true, false, false, false },
        /* needs_information */ { true, false, false, true, false, false },
        /* update_requested */ { false, true, true, false, true, false },
        /* on_hold */ { false, true, false, false, false, true },
    };
    for (int from = 0; from < 6; from++) {
        for (int to = 0; to < 6; to++) {
            assert_int_equal(verification_may_become((enum verification)from, (enum verification)to),
                             allowed[from][to]);
        }
    }
    struct customer customer;
    int64_t id = make(fixture, "Asha", "Rao", "C-1");
    static const struct {
        int to;
        status result;
    } steps[] = {
        { VERIFICATION_PENDING, TRANSITION_NOT_ALLOWED },
        { VERIFICATION_VERIFIED, OK },
        { VERIFICATION_ON_HOLD, OK },
        { VERIFICATION_REJECTED, TRANSITION_NOT_ALLOWED },
        { VERIFICATION_VERIFIED, OK },
        { VERIFICATION_UPDATE_REQUESTED, OK },
        { VERIFICATION_REJECTED, OK },
        { VERIFICATION_VERIFIED, TRANSITION_NOT_ALLOWED },
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(customer_get(fixture_next(fixture), &customer, id), OK);
        customer.verification = steps[i].to;
        assert_int_equal(customer_update(&fixture->work, &customer), steps[i].result);
        assert_int_equal(fixture_fault(fixture, "verification"), steps[i].result);
    }
}

static void test_search(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct customer reachable = { .first_name = TEXT("Rao"),
                                  .last_name = TEXT("Raoul"),
                                  .mobile = TEXT("+4915112345678"),
                                  .email = TEXT("rao@example.com"),
                                  .date_of_birth = DATE_NONE,
                                  .verification = -1 };
    assert_int_equal(customer_create(&fixture->work, &reachable), OK);
    int64_t asha = make(fixture, "Asha", "Rao", "A"), anna = make(fixture, "Anna Maria", "Rao", "B");
    int64_t other_anna = make(fixture, "Anna", "Maria Rao", "C"), eva = make(fixture, "Éva", "van der Berg", "D");
    int64_t firm = make(fixture, NULL, "ACME 100%_Ltd", "E"), rao = reachable.id;
    // Found by their first name, by their last name, by both; each in the order of the alphabet.
    const struct {
        struct customer_search search;
        int count;
        int64_t ids[4];
    } cases[] = {
        { { .mobile = TEXT("+4915112345678") }, 1, { rao } },
        { { .mobile = TEXT("+491511234567") }, 0, { 0 } },
        { { .email = TEXT("RAO@example.com") }, 1, { rao } },
        { { .external_id = TEXT("A") }, 1, { asha } },
        { { .external_id = TEXT("a") }, 0, { 0 } },
        { { .name = TEXT("ASH") }, 1, { asha } },
        { { .name = TEXT("rao") }, 3, { rao, anna, asha } },
        { { .name = TEXT("raou") }, 1, { rao } },
        { { .name = TEXT("asha r") }, 1, { asha } },
        { { .name = TEXT("asha  rao") }, 1, { asha } },
        { { .name = TEXT("anna maria") }, 2, { anna, other_anna } },
        { { .name = TEXT("Anna Maria Rao") }, 2, { other_anna, anna } },
        { { .name = TEXT("éva van der b") }, 1, { eva } },
        { { .name = TEXT("van der") }, 1, { eva } },
        { { .name = TEXT("acme 100%_l") }, 1, { firm } },
        { { .name = TEXT("%") }, 0, { 0 } },
        { { .name = TEXT("rao asha") }, 0, { 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct customer_search search = cases[i].search;
        struct customer *found;
        int count;
        search.limit = 50;
        assert_int_equal(customer_search(fixture_next(fixture), &found, &count, &search), OK);
        assert_int_equal(count, cases[i].count);
        for (int j = 0; j < count; j++) {
            bool listed = false;
            for (int k = 0; k < count; k++) {
                listed = listed || found[j].id == cases[i].ids[k];
            }
            assert_true(listed);
        }
        search.limit = 1;
        assert_int_equal(customer_search(fixture_next(fixture), &found, &count, &search), OK);
        assert_int_equal(count, cases[i].count > 0);
    }
}

static void test_list(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t first = make(fixture, "A", "A", "A"), second = make(fixture, "B", "B", "B"),
            third = make(fixture, "C", "C", "C");
    struct customer *found;
    int count;
    assert_int_equal(customer_list(&fixture->work, &found, &count, &(struct customer_filter){ .limit = 2 }), OK);
    assert_int_equal(count, 2);
    assert_true(found[0].id == third && found[1].id == second);
    assert_int_equal(
        customer_list(&fixture->work, &found, &count, &(struct customer_filter){ .limit = 2, .after = second }), OK);
    assert_int_equal(count, 1);
    assert_true(found[0].id == first);
}

static void test_apart(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t mine = make(fixture, "Asha", "Rao", "C-1");
    struct organization other = { .name = TEXT("Other") };
    struct customer customer = person("Asha", "Rao", "C-1"), *found;
    int count;
    assert_int_equal(organization_create(fixture_next(fixture), &other), OK);
    assert_int_equal(customer_create(&fixture->work, &customer), OK); // the same reference elsewhere is no collision
    assert_int_equal(customer_get(&fixture->work, &customer, mine), CUSTOMER_NOT_FOUND);
    assert_int_equal(
        customer_search(&fixture->work, &found, &count, &(struct customer_search){ .name = TEXT("asha"), .limit = 9 }),
        OK);
    assert_int_equal(count, 1);
    assert_true(found[0].id != mine);
}

static void check_counts(struct fixture *fixture, int64_t customer_id, int64_t series_id, const int64_t all[7],
                         const int64_t of_series[7])
{
    struct customer customer;
    struct card_counts counts;
    assert_int_equal(customer_get(&fixture->work, &customer, customer_id), OK);
    assert_int_equal(customer_series_counts(&fixture->work, customer_id, series_id, &counts), OK);
    assert_memory_equal(customer.cards.of, all, sizeof customer.cards.of);
    assert_memory_equal(counts.of, of_series, sizeof counts.of);
}

static void test_counts(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t gold = fixture_make_series(fixture, "GOLD"), blue = fixture_make_series(fixture, "BLUE");
    int64_t asha = make(fixture, "Asha", "Rao", "C-1");
    // Hand-counted after each step: the customer, and the series of the step. Order: not_issued ... closed.
    const struct {
        int64_t series;
        enum card_status from, to;
        status result;
        int64_t all[7], of_series[7];
    } steps[] = {
        { gold, CARD_NOT_ISSUED, CARD_ACTIVE, OK, { 0, 0, 1, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0, 0, 0 } },
        { gold, CARD_NOT_ISSUED, CARD_INACTIVE, OK, { 0, 1, 1, 0, 0, 0, 0 }, { 0, 1, 1, 0, 0, 0, 0 } },
        { blue, CARD_NOT_ISSUED, CARD_ACTIVE, OK, { 0, 1, 2, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0, 0, 0 } },
        { gold, CARD_ACTIVE, CARD_SUSPENDED, OK, { 0, 1, 1, 1, 0, 0, 0 }, { 0, 1, 0, 1, 0, 0, 0 } },
        { gold, CARD_ACTIVE, CARD_BLOCKED, DATA_DAMAGED, { 0, 1, 1, 1, 0, 0, 0 }, { 0, 1, 0, 1, 0, 0, 0 } },
        { gold, CARD_SUSPENDED, CARD_BLOCKED, OK, { 0, 1, 1, 0, 1, 0, 0 }, { 0, 1, 0, 0, 1, 0, 0 } },
        { gold, CARD_BLOCKED, CARD_EXPIRED, OK, { 0, 1, 1, 0, 0, 1, 0 }, { 0, 1, 0, 0, 0, 1, 0 } },
        { gold, CARD_EXPIRED, CARD_CLOSED, OK, { 0, 1, 1, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0, 0 } },
        { gold, CARD_INACTIVE, CARD_NOT_ISSUED, OK, { 0, 0, 1, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0, 0 } },
        { gold, CARD_INACTIVE, CARD_ACTIVE, DATA_DAMAGED, { 0, 0, 1, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0, 0 } },
        { gold, CARD_NOT_ISSUED, CARD_CLOSED, OK, { 0, 0, 1, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0, 0 } },
        { blue, CARD_ACTIVE, CARD_ACTIVE, OK, { 0, 0, 1, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0, 0, 0 } },
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct work *work = fixture_next(fixture);
        assert_int_equal(database_savepoint(work->database, "step"), OK);
        assert_int_equal(customer_count_change(work, asha, steps[i].series, steps[i].from, steps[i].to),
                         steps[i].result);
        assert_int_equal(steps[i].result == OK ? database_release(work->database, "step")
                                               : database_rollback_to(work->database, "step"),
                         OK);
        check_counts(fixture, asha, steps[i].series, steps[i].all, steps[i].of_series);
    }
    assert_int_equal(customer_count_change(fixture_next(fixture), asha + 1, gold, CARD_NOT_ISSUED, CARD_ACTIVE),
                     DATA_DAMAGED);
}

// The customer's counters are right and the series' row is not there: no row of negative counters is made.
static void test_counts_disagree(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t gold = fixture_make_series(fixture, "GOLD"), blue = fixture_make_series(fixture, "BLUE");
    int64_t asha = make(fixture, "Asha", "Rao", "C-1");
    assert_int_equal(customer_count_change(fixture_next(fixture), asha, gold, CARD_NOT_ISSUED, CARD_ACTIVE), OK);
    assert_int_equal(customer_count_change(fixture_next(fixture), asha, blue, CARD_ACTIVE, CARD_BLOCKED), DATA_DAMAGED);
}

static void test_sums(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t gold = fixture_make_series(fixture, "GOLD"), asha = make(fixture, "Asha", "Rao", "C-1");
    // 1 inactive, 2 active, 3 suspended, 4 blocked, 5 expired.
    for (int of_status = CARD_INACTIVE; of_status <= CARD_EXPIRED; of_status++) {
        for (int i = 0; i < of_status; i++) {
            assert_int_equal(
                customer_count_change(fixture_next(fixture), asha, gold, CARD_NOT_ISSUED, (enum card_status)of_status),
                OK);
        }
    }
    static const struct {
        uint32_t statuses;
        int64_t active;
    } cases[] = {
        { 1u << 1 | 1u << 2 | 1u << 3, 6 }, { 1u << 2, 2 }, { 1u << 5, 5 }, { 1u << 2 | 1u << 4, 6 }, { 0x3E, 15 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct settings settings;
        struct customer customer, *found;
        int count;
        assert_int_equal(settings_get(fixture_next(fixture), &settings), OK);
        settings.active_statuses = cases[i].statuses;
        assert_int_equal(settings_update(&fixture->work, &settings), OK);
        assert_int_equal(customer_get(&fixture->work, &customer, asha), OK);
        assert_int_equal(customer.cards_all, 15);
        assert_int_equal(customer.cards_active, cases[i].active);
        assert_int_equal(customer_list(&fixture->work, &found, &count, &(struct customer_filter){ .limit = 1 }), OK);
        assert_int_equal(found[0].cards_active, cases[i].active);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_create),          ON_BOTH_ENGINES(test_create_refusals),
        ON_BOTH_ENGINES(test_update),          ON_BOTH_ENGINES(test_verification),
        ON_BOTH_ENGINES(test_search),          ON_BOTH_ENGINES(test_list),
        ON_BOTH_ENGINES(test_apart),           ON_BOTH_ENGINES(test_counts),
        ON_BOTH_ENGINES(test_counts_disagree), ON_BOTH_ENGINES(test_sums),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
