#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>

#include "base/log.h"
#include "store/lane.h"
#include "test_executor.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { NOW = 1000000 };

struct fixture {
    struct test_database made;
    struct database *db;
};

static struct lane lanes[4]; // a lane is large

static int group_setup(void **state, enum engine engine)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC));
    test_database_make(&f->made, engine);
    test_migrate(&f->made);
    f->db = test_database_open(&f->made, false);
    *state = f;
    return 0;
}

ENGINE_SETUPS(group_setup)

static int group_teardown(void **state)
{
    struct fixture *f = *state;
    database_close(f->db);
    test_database_drop(&f->made);
    free(f);
    return 0;
}

static struct fixture *begin(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(database_script(f->db, "DELETE FROM lane"), OK);
    return f;
}

/* Both engines */

static void what_was_saved_is_found_again(void **state)
{
    struct fixture *f = begin(state);
    struct lane *lane = &lanes[0], *next = &lanes[1];
    uint8_t hash[SHA256_LEN], zeros[SHA256_LEN] = { 0 };
    assert_int_equal(lane_lease(lane, f->db, 11, NOW), OK);
    assert_int_equal(lane->id, 1);
    assert_int_equal(lane->audit_sequence, 0);
    assert_memory_equal(lane->audit_hash, zeros, SHA256_LEN);
    memset(hash, 7, sizeof hash);
    lane->audit_sequence = 5;
    lane->event_sequence = 3;
    memcpy(lane->audit_hash, hash, sizeof hash);
    assert_int_equal(lane_save(lane, f->db, NOW), OK);
    lane_release(lane, f->db);
    assert_int_equal(lane_lease(next, f->db, 12, NOW), OK);
    assert_int_equal(next->id, 1);
    assert_int_equal(next->audit_sequence, 5);
    assert_int_equal(next->event_sequence, 3);
    assert_memory_equal(next->audit_hash, hash, SHA256_LEN);
    // The one before it has nothing to say any more.
    assert_int_equal(lane_save(lane, f->db, NOW), STORAGE_CONFLICT);
    assert_int_equal(lane_reload(lane, f->db), STORAGE_CONFLICT);
    lane_release(lane, f->db);
    assert_int_equal(lane_save(next, f->db, NOW), OK);
    // A chain never gets shorter.
    next->audit_sequence = 4;
    assert_int_equal(lane_save(next, f->db, NOW), STORAGE_CONFLICT);
}

static void undoing_puts_heads_and_marks_back(void **state)
{
    begin(state);
    struct lane *lane = &lanes[0];
    *lane = (struct lane){ .audit_sequence = 5, .event_sequence = 3, .audit_hash = { 1 } };
    assert_int_equal(lane_mark(lane, 70, 100), OK);
    const struct lane_heads heads = lane_heads(lane);
    lane->audit_sequence = 6;
    lane->event_sequence = 4;
    lane->audit_hash[0] = 2;
    assert_int_equal(lane_mark(lane, 70, 200), OK);
    assert_int_equal(lane_mark(lane, 71, 5), OK);
    lane_heads_restore(lane, &heads);
    assert_int_equal(lane->audit_sequence, 5);
    assert_int_equal(lane->event_sequence, 3);
    assert_int_equal(lane->audit_hash[0], 1);
    assert_int_equal(lane->mark_count, 1);
    assert_int_equal(lane->marks[0].drawn, 100);
}

static void a_series_has_one_mark_and_it_never_sinks(void **state)
{
    begin(state);
    struct lane *lane = &lanes[0];
    *lane = (struct lane){ 0 };
    assert_int_equal(lane_mark(lane, 70, 100), OK);
    assert_int_equal(lane_mark(lane, 70, 90), OK);
    assert_int_equal(lane_mark(lane, 70, 110), OK);
    assert_int_equal(lane->mark_count, 1);
    assert_int_equal(lane->marks[0].drawn, 110);
    for (int i = 1; i < LANE_MARK_COUNT_MAX; i++) {
        assert_int_equal(lane_mark(lane, 70 + i, 1), OK);
    }
    assert_int_equal(lane_mark(lane, 70, 120), OK);
    assert_int_equal(lane_mark(lane, 1, 1), OUT_OF_MEMORY);
    assert_int_equal(lane->mark_count, LANE_MARK_COUNT_MAX);
}

static void what_an_effect_took_is_gone_or_given_back(void **state)
{
    begin(state);
    struct lane *lane = &lanes[0];
    *lane = (struct lane){ 0 };
    *lane_pool(lane, 70) = (struct lane_pool){ .series_id = 70, .next = 10, .end = 20 };
    for (int kept = 0; kept < 2; kept++) {
        lane_effect_begin(lane);
        lane_pool(lane, 70)->taken = 3;
        lane_effect_end(lane, kept == 1);
        assert_int_equal(lane_pool(lane, 70)->taken, 0);
        assert_int_equal(lane_pool(lane, 70)->next, kept == 1 ? 13 : 10);
    }
    // More series than there are pools: the oldest is left behind, no other.
    for (int i = 1; i <= LANE_POOL_COUNT_MAX; i++) {
        lane_pool(lane, 70 + i)->end = 5;
    }
    assert_int_equal(lane->pool_count, LANE_POOL_COUNT_MAX);
    assert_int_equal(lane->pools[0].series_id, 71);
    assert_int_equal(lane_pool(lane, 70 + LANE_POOL_COUNT_MAX)->end, 5);
    assert_int_equal(lane->pool_count, LANE_POOL_COUNT_MAX);
}

/* SQLite alone: the directory's lock says that nobody else is there */

static void a_lease_left_by_a_crash_is_taken_at_once(void **state)
{
    struct fixture *f = begin(state);
    assert_int_equal(lane_lease(&lanes[0], f->db, 11, NOW), OK);
    assert_int_equal(lane_lease(&lanes[1], f->db, 12, NOW + 1), OK);
    assert_int_equal(lanes[1].id, lanes[0].id);
    assert_int_equal(lane_save(&lanes[0], f->db, NOW), STORAGE_CONFLICT);
}

/* PostgreSQL alone: others are there */

static void each_process_has_lanes_of_its_own(void **state)
{
    struct fixture *f = begin(state);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lane_lease(&lanes[i], f->db, 11 + i, NOW), OK);
        assert_int_equal(lanes[i].id, i + 1);
    }
    lane_release(&lanes[1], f->db);
    assert_int_equal(lane_lease(&lanes[3], f->db, 20, NOW), OK);
    assert_int_equal(lanes[3].id, 2);
}

static void a_lease_ends_unless_it_is_kept(void **state)
{
    static const struct {
        int64_t later_ms;
        bool kept;
        int64_t id;
    } cases[] = {
        { LANE_LEASE_MS - 1, false, 2 },
        { LANE_LEASE_MS + 1, false, 1 },
        { LANE_LEASE_MS + 1, true, 2 },
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct fixture *f = begin(state);
        assert_int_equal(lane_lease(&lanes[0], f->db, 11, NOW), OK);
        if (cases[i].kept) {
            assert_int_equal(lane_save(&lanes[0], f->db, NOW + LANE_LEASE_MS / 2), OK);
        }
        assert_int_equal(lane_lease(&lanes[1], f->db, 12, NOW + cases[i].later_ms), OK);
        assert_int_equal(lanes[1].id, cases[i].id);
        assert_int_equal(lane_save(&lanes[0], f->db, NOW), cases[i].id == 1 ? STORAGE_CONFLICT : OK);
    }
}

#define BOTH                                                                                                           \
    cmocka_unit_test(what_was_saved_is_found_again), cmocka_unit_test(undoing_puts_heads_and_marks_back),              \
        cmocka_unit_test(a_series_has_one_mark_and_it_never_sinks),                                                    \
        cmocka_unit_test(what_an_effect_took_is_gone_or_given_back)

int main(void)
{
    const struct CMUnitTest sqlite[] = { BOTH, cmocka_unit_test(a_lease_left_by_a_crash_is_taken_at_once) };
    const struct CMUnitTest postgres[] = {
        BOTH,
        cmocka_unit_test(each_process_has_lanes_of_its_own),
        cmocka_unit_test(a_lease_ends_unless_it_is_kept),
    };
    int failed = cmocka_run_group_tests_name("SQLite", sqlite, sqlite_setup, group_teardown);
    if (getenv("CARDWRIGHT_TEST_POSTGRES") != NULL) {
        failed += cmocka_run_group_tests_name("PostgreSQL", postgres, postgres_setup, group_teardown);
    } else {
        printf("PostgreSQL is not tested: CARDWRIGHT_TEST_POSTGRES is not set\n");
    }
    return failed;
}
