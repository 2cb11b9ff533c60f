#include "unit/domain/fixture.h"

#include "domain/audit_query.h"

static const char ADD_AUDIT[] =
    "INSERT INTO audit (lane, sequence, at_ms, organization_id, actor_kind, actor_id, actor_name, channel, peer, request_id, action, "
    "subject_type, subject_id, result, detail, hash) VALUES ($1, $2, $3, $4, 1, $5, $6, 0, NULL, NULL, $7, 'card', $8, $9, NULL, $10)";
static const char ADD_EVENT[] =
    "INSERT INTO event (lane, sequence, organization_id, type, subject_type, subject_id, at_ms, data) VALUES ($1, $2, $3, $4, 'card', 5, 6, NULL)";
static const char ADD_RUN[] =
    "INSERT INTO event_run (first_number, lane, first_sequence, count) VALUES ($1, $2, $3, $4)";

// Lane, sequence, time; two lanes wrote in the same millisecond.
static const struct {
    int64_t lane, sequence, at_ms;
    const char *actor, *action, *result;
    int64_t subject_id;
} records[] = {
    { 901, 1, 100, "a", "card.issued", "ok", 11 },  { 902, 1, 200, "a", "card.issued", "card_not_found", 12 },
    { 901, 2, 200, "b", "card.changed", "ok", 11 }, { 901, 3, 200, "b", "card.changed", "ok", 12 },
    { 902, 2, 300, "a", "card.changed", "ok", 11 },
};

static void add_records(struct fixture *fixture)
{
    uint8_t hash[32] = { 7 };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        assert_int_equal(work_run(fixture_next(fixture), ADD_AUDIT,
                                  ARGS(value_i64(records[i].lane), value_i64(records[i].sequence),
                                       value_i64(records[i].at_ms), value_i64(fixture->organization.id),
                                       value_i64(records[i].actor[0]), value_text(text_of(records[i].actor)),
                                       value_text(text_of(records[i].action)), value_i64(records[i].subject_id),
                                       value_text(text_of(records[i].result)), value_blob(hash, sizeof hash))),
                         OK);
    }
}

// The sequence numbers of what is found, newest first, as "lane:sequence".
static void expect(struct fixture *fixture, const struct audit_filter *filter, const char *expected)
{
    struct audit_entry *found;
    int count;
    char line[256] = "";
    assert_int_equal(audit_list(fixture_next(fixture), &found, &count, filter), OK);
    for (int i = 0; i < count; i++) {
        size_t len = strlen(line);
        snprintf(line + len, sizeof line - len, "%s%lld:%lld", i > 0 ? " " : "", (long long)found[i].record.lane,
                 (long long)found[i].record.sequence);
        assert_int_equal(found[i].hash.len, 32);
    }
    assert_string_equal(line, expected);
}

static void test_filters(void **state)
{
    struct fixture *fixture = fixture_of(state);
    add_records(fixture);
    const struct {
        struct audit_filter filter;
        const char *expected;
    } cases[] = {
        { { .limit = 10 }, "902:2 902:1 901:3 901:2 901:1" },
        { { .limit = 2 }, "902:2 902:1" },
        { { .limit = 10, .action = TEXT("card.changed") }, "902:2 901:3 901:2" },
        { { .limit = 10, .actor_name = TEXT("b") }, "901:3 901:2" },
        { { .limit = 10, .actor_id = 'a' }, "902:2 902:1 901:1" },
        { { .limit = 10, .result = TEXT("card_not_found") }, "902:1" },
        { { .limit = 10, .result = TEXT("ok") }, "902:2 901:3 901:2 901:1" },
        { { .limit = 10, .result = TEXT("refused") }, "902:1" },
        { { .limit = 10, .subject_id = 12 }, "902:1 901:3" },
        { { .limit = 10, .from_ms = 200 }, "902:2 902:1 901:3 901:2" },
        { { .limit = 10, .to_ms = 200 }, "901:1" },
        { { .limit = 10, .from_ms = 101, .to_ms = 300 }, "902:1 901:3 901:2" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(fixture, &cases[i].filter, cases[i].expected);
    }
    fixture->organization.id++;
    expect(fixture, &(struct audit_filter){ .limit = 10 }, "");
}

static void test_pages(void **state)
{
    struct fixture *fixture = fixture_of(state);
    add_records(fixture);
    const struct {
        struct audit_place after;
        int64_t to_ms;
        const char *expected;
    } cases[] = {
        { { 300, 902, 2 }, 0, "902:1 901:3" },   { { 200, 902, 1 }, 0, "901:3 901:2" },
        { { 200, 901, 3 }, 0, "901:2 901:1" },   { { 100, 901, 1 }, 0, "" },
        { { 200, 901, 3 }, 300, "901:2 901:1" }, // the cursor lies before the end of the time
        { { 300, 902, 2 }, 200, "901:1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(fixture, &(struct audit_filter){ .limit = 2, .after = &cases[i].after, .to_ms = cases[i].to_ms },
               cases[i].expected);
    }
}

static void test_place(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct audit_place place;
    assert_true(audit_place_parse(&place, audit_place_print(fixture->arena, &(struct audit_record){ 3, 4, 5 })));
    assert_true(place.lane == 3 && place.sequence == 4 && place.at_ms == 5);
    static const char *const bad[] = { "",        "5",      "5-3",   "5-3-",   "5-3-4-",
                                       "5-3-4-1", "-5-3-4", "5-3-x", "5--3-4", "99999999999999999999-1-1" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(audit_place_parse(&place, text_of(bad[i])));
    }
}

static void expect_events(struct fixture *fixture, int64_t after, int64_t limit, const char *expected)
{
    struct event_entry *found;
    int count;
    char line[256] = "";
    assert_int_equal(event_list(fixture_next(fixture), &found, &count, after, limit), OK);
    for (int i = 0; i < count; i++) {
        size_t len = strlen(line);
        snprintf(line + len, sizeof line - len, "%s%lld=" TEXT_FMT, i > 0 ? " " : "", (long long)found[i].number,
                 TEXT_ARG(found[i].type));
    }
    assert_string_equal(line, expected);
}

static void test_events(void **state)
{
    struct fixture *fixture = fixture_of(state);
    // Runs: 1-2 lane 901 (1-2), 3 lane 902 (1), 4-5 lane 901 (3-4, the first of another organisation); lane 902 (2) is not published.
    static const struct {
        int64_t lane, sequence, other;
        const char *type;
    } events[] = {
        { 901, 1, 0, "a" }, { 901, 2, 0, "b" }, { 902, 1, 0, "c" },
        { 901, 3, 1, "x" }, { 901, 4, 0, "d" }, { 902, 2, 0, "y" },
    };
    static const int64_t runs[][4] = { { 1, 901, 1, 2 }, { 3, 902, 1, 1 }, { 4, 901, 3, 2 } };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        assert_int_equal(
            work_run(fixture_next(fixture), ADD_EVENT,
                     ARGS(value_i64(events[i].lane), value_i64(events[i].sequence),
                          value_i64(fixture->organization.id + events[i].other), value_text(text_of(events[i].type)))),
            OK);
    }
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        assert_int_equal(
            work_run(fixture_next(fixture), ADD_RUN,
                     ARGS(value_i64(runs[i][0]), value_i64(runs[i][1]), value_i64(runs[i][2]), value_i64(runs[i][3]))),
            OK);
    }
    expect_events(fixture, 0, 10, "1=a 2=b 3=c 5=d");
    expect_events(fixture, 0, 2, "1=a 2=b");
    expect_events(fixture, 1, 10, "2=b 3=c 5=d");
    expect_events(fixture, 2, 10, "3=c 5=d");
    expect_events(fixture, 3, 10, "5=d");
    expect_events(fixture, 4, 10, "5=d");
    expect_events(fixture, 5, 10, "");
    expect_events(fixture, INT64_MAX, 10, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_filters),
        ON_BOTH_ENGINES(test_pages),
        ON_BOTH_ENGINES(test_place),
        ON_BOTH_ENGINES(test_events),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
