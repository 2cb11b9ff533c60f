#include "unit/domain/fixture.h"

#include "base/none.h"
#include "domain/card_issue.h"
#include "domain/customer_find.h"

/* A search as one types. The other ways to search are in customer_test.c. */

static int64_t make(struct fixture *fixture, struct customer customer)
{
    customer.date_of_birth = DATE_NONE;
    customer.verification = VERIFICATION_VERIFIED;
    assert_int_equal(customer_create(fixture_next(fixture), &customer), OK);
    return customer.id;
}

static int search(struct fixture *fixture, struct customer **found, text typed, int64_t limit)
{
    int count = -1;
    const struct customer_search search = { .typed = typed, .limit = limit };
    assert_int_equal(customer_search(fixture_next(fixture), found, &count, &search), OK);
    return count;
}

static bool finds(struct fixture *fixture, const char *typed, int64_t id)
{
    struct customer *found;
    int count = search(fixture, &found, text_of(typed), 50);
    return count == 1 && found[0].id == id;
}

static void test_forms(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t asha = make(fixture, (struct customer){ .external_id = TEXT("Till 7-a"),
                                                    .mobile = TEXT("+4915112345678"),
                                                    .email = TEXT("Asha.Rao@Example.com"),
                                                    .first_name = TEXT("Asha Élise"),
                                                    .last_name = TEXT("Rao Öz") });
    make(fixture, (struct customer){ .external_id = TEXT("zzz"), .mobile = TEXT("+12025550123") });
    static const struct {
        const char *typed;
        bool found;
    } cases[] = {
        { "+4915112345678", true },
        { "+49", true },
        { "+4", true },
        { "49", true },
        { "4915112345678", true },
        { "00491511", true },
        { "0049 151 1234-5678", true },
        { "+49 (151) 123.456/78", true },
        { " [49] 151 ", true },
        { "+49151123456789", false },
        { "+004915", false },
        { "49+151", false },
        { "015112345678", false }, // the country is not known
        { "5112345678", false },   // not the beginning
        { "491511234567800", false },
        { "4915112345678000", false }, // longer than any
        { "Till 7", true },
        { "  Till 7-a ", true },
        { "till 7", false }, // capitals matter in references
        { "Till 7-a2", false },
        { "ASHA.R", true },
        { "asha.rao@example.com", true },
        { "asha.rao@example.com.", false },
        { "asha é", true },
        { "ASHA ÉLISE RAO Ö", true },
        { "rao ö", true },
        { "RAO", true },
        { "As", true },
        { "élise", false },
        { "a", false }, // too short, also when blanks make it longer
        { "a ", false },
        { "  ", false },
        { "", false },
        { "+", false },
        { "00", false }, // every mobile number would begin so
        { "++", false },
        { "()", false },
        { "%%", false },
        { "Till _", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (finds(fixture, cases[i].typed, asha) != cases[i].found) {
            fail_msg("\"%s\" %s", cases[i].typed, cases[i].found ? "does not find her" : "finds her");
        }
    }
}

// One text that begins something of each kind, kinds in their order, each kind in the order of the alphabet.
static void test_order(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int64_t last_name = make(
        fixture, (struct customer){ .external_id = TEXT("a"), .first_name = TEXT("Z"), .last_name = TEXT("49er") });
    int64_t first_name = make(fixture, (struct customer){ .external_id = TEXT("b"), .first_name = TEXT("49ers") });
    int64_t email = make(fixture, (struct customer){ .email = TEXT("49@example.com") });
    int64_t second_mobile = make(fixture, (struct customer){ .mobile = TEXT("+4920000000") });
    int64_t first_mobile = make(fixture, (struct customer){ .mobile = TEXT("+4910000000") });
    int64_t second_reference = make(fixture, (struct customer){ .external_id = TEXT("49-2") });
    // All of it is hers, and she is found once, by what comes first.
    int64_t first_reference = make(fixture, (struct customer){ .external_id = TEXT("49"),
                                                               .mobile = TEXT("+4900000000"),
                                                               .email = TEXT("4900@example.com"),
                                                               .first_name = TEXT("49"),
                                                               .last_name = TEXT("49") });
    make(fixture,
         (struct customer){ .external_id = TEXT("48"), .mobile = TEXT("+4800000000"), .first_name = TEXT("4") });
    make(fixture,
         (struct customer){ .external_id = TEXT("5"), .mobile = TEXT("+5000000000"), .email = TEXT("5@5.com") });
    const int64_t expected[] = { first_reference, second_reference, first_mobile, second_mobile,
                                 email,           first_name,       last_name };
    enum { EXPECTED_COUNT = sizeof expected / sizeof expected[0] };
    for (int limit = 1; limit <= EXPECTED_COUNT + 1; limit++) {
        struct customer *found;
        int count = search(fixture, &found, TEXT("49"), limit);
        assert_int_equal(count, limit < EXPECTED_COUNT ? limit : EXPECTED_COUNT);
        for (int i = 0; i < count; i++) {
            assert_true(found[i].id == expected[i]);
        }
    }
}

// Doubles take no place of others: more of them than the limit, all found before, stand at the front of the next way.
static void test_doubles_at_the_limit(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const char *const references[] = { "ab1", "ab2", "ab3" };
    int64_t ids[4];
    for (int i = 0; i < 3; i++) {
        ids[i] = make(fixture, (struct customer){ .external_id = text_of(references[i]), .first_name = TEXT("Ab") });
    }
    ids[3] = make(fixture, (struct customer){ .external_id = TEXT("c"), .first_name = TEXT("Abc") });
    struct customer *found;
    assert_int_equal(search(fixture, &found, TEXT("ab"), 3), 3);
    assert_int_equal(search(fixture, &found, TEXT("ab"), 4), 4);
    for (int i = 0; i < 4; i++) {
        assert_true(found[i].id == ids[i]);
    }
}

static text issue(struct fixture *fixture, int64_t customer_id, int64_t series_id)
{
    const struct card_order order = { .customer_id = customer_id, .series_id = series_id };
    struct card_order_verdict verdict;
    struct card card;
    text number;
    assert_int_equal(card_issue_guard(fixture_next(fixture), &verdict, &order), OK);
    lane_effect_begin(fixture->lane);
    assert_int_equal(card_issue(&fixture->work, &card, &number, &order, &verdict), OK);
    lane_effect_end(fixture->lane, true);
    return number;
}

static void test_number(void **state)
{
    struct fixture *fixture = fixture_of(state);
    fixture_make_keys(fixture);
    fixture->actor.kind = ACTOR_API_KEY; // an agent's cards ask for a source
    int64_t series_id = fixture_make_series(fixture, "NR");
    int64_t holder = make(fixture, (struct customer){ .external_id = TEXT("a") });
    text number = issue(fixture, holder, series_id); // "NR" and seven digits
    text grouped =
        arena_print(fixture->arena, " " TEXT_FMT " " TEXT_FMT "-" TEXT_FMT, TEXT_ARG(text_slice(number, 0, 2)),
                    TEXT_ARG(text_slice(number, 2, 3)), TEXT_ARG(text_slice(number, 5, 4)));
    text longer = arena_print(fixture->arena, TEXT_FMT "0", TEXT_ARG(number));
    int64_t namesake = make(fixture, (struct customer){ .external_id = arena_copy(fixture->arena, number) });
    struct customer *found;
    assert_int_equal(search(fixture, &found, number, 50), 2);
    assert_true(found[0].id == holder && found[0].cards_all == 1 && found[1].id == namesake);
    assert_int_equal(search(fixture, &found, number, 1), 1);
    assert_true(found[0].id == holder && found[0].cards_all == 1);
    assert_int_equal(search(fixture, &found, grouped, 50), 1);
    assert_true(found[0].id == holder);
    assert_int_equal(search(fixture, &found, text_slice(number, 0, number.len - 1), 50), 1); // the beginning is none
    assert_true(found[0].id == namesake);
    assert_int_equal(search(fixture, &found, longer, 50), 0);
}

static void test_apart(void **state)
{
    struct fixture *fixture = fixture_of(state);
    make(fixture, (struct customer){ .external_id = TEXT("49"),
                                     .mobile = TEXT("+4900000000"),
                                     .email = TEXT("49@example.com"),
                                     .first_name = TEXT("49"),
                                     .last_name = TEXT("49") });
    struct organization other = { .name = TEXT("Other") };
    struct customer *found;
    assert_int_equal(organization_create(fixture_next(fixture), &other), OK);
    fixture->organization = other;
    assert_int_equal(search(fixture, &found, TEXT("49"), 50), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_forms),  ON_BOTH_ENGINES(test_order), ON_BOTH_ENGINES(test_doubles_at_the_limit),
        ON_BOTH_ENGINES(test_number), ON_BOTH_ENGINES(test_apart),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
