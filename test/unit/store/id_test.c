#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>

#include "store/id.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define EPOCH_MS     1735689600000LL // 2025-01-01T00:00:00Z

// Milliseconds since 2025, then 10 bits of node, then 12 bits of sequence.
static void ids_have_their_layout(void **state)
{
    (void)state;
    static const struct {
        int node;
        int64_t now_ms, id;
    } cases[] = {
        { 0, EPOCH_MS + 1, 1LL << 22 },
        { 1, EPOCH_MS + 1, (1LL << 22) + (1 << 12) },
        { 1023, EPOCH_MS + 1, (2LL << 22) - (1 << 12) },
        { 5, EPOCH_MS + 1000, (1000LL << 22) + (5 << 12) },
        { 1023, EPOCH_MS + (1LL << 41) - 1, INT64_MAX - 4095 }, // the last of its 69 years
        { 7, 0, (7 << 12) + 1 }, // before 2025: from the first millisecond on, and never 0
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct id_maker *maker = id_maker_new(cases[i].node);
        assert_non_null(maker);
        int64_t id = id_make(maker, cases[i].now_ms);
        assert_int_equal(id, cases[i].id);
        if (cases[i].now_ms > EPOCH_MS) {
            assert_int_equal(id_time_ms(id), cases[i].now_ms);
            assert_true(id_first_at(cases[i].now_ms) <= id);
            assert_true(id_first_at(cases[i].now_ms - 1) < id - 4095);
        }
        id_maker_free(maker);
    }
    assert_int_equal(id_first_at(0), 0);
}

// Whatever the clock does: it stands still for more ids than a millisecond holds, goes on, goes back, jumps ahead.
static void ids_never_go_back(void **state)
{
    (void)state;
    static const struct {
        int64_t now_ms;
        int count;
    } clock[] = {
        { EPOCH_MS + 500, 10000 }, { EPOCH_MS + 501, 1 },       { EPOCH_MS + 100, 5000 }, { 0, 10 },
        { EPOCH_MS + 900000, 3 },  { EPOCH_MS + 899999, 5000 },
    };
    struct id_maker *maker = id_maker_new(3);
    int64_t last = 0;
    for (int i = 0; i < COUNT(clock); i++) {
        for (int k = 0; k < clock[i].count; k++) {
            int64_t id = id_make(maker, clock[i].now_ms);
            assert_true(id > last);
            assert_int_equal(id >> 12 & 1023, 3);
            last = id;
        }
    }
    id_maker_free(maker);
}

enum { THREADS = 8, IDS_PER_THREAD = 20000 };

struct making {
    struct id_maker *maker;
    pthread_t thread;
    int64_t *ids;
};

static void *make_ids(void *argument)
{
    struct making *making = argument;
    for (int i = 0; i < IDS_PER_THREAD; i++) {
        making->ids[i] = id_make(making->maker, EPOCH_MS + 1 + i / 1000);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// Two makers of different nodes, four threads each.
static void no_id_is_made_twice(void **state)
{
    (void)state;
    struct id_maker *makers[2] = { id_maker_new(1), id_maker_new(2) };
    int64_t *ids = calloc(THREADS * IDS_PER_THREAD, sizeof *ids);
    struct making making[THREADS];
    assert_non_null(ids);
    for (int i = 0; i < THREADS; i++) {
        making[i] = (struct making){ .maker = makers[i % 2], .ids = ids + i * IDS_PER_THREAD };
        assert_int_equal(pthread_create(&making[i].thread, NULL, make_ids, &making[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(making[i].thread, NULL);
        for (int k = 1; k < IDS_PER_THREAD; k++) {
            assert_true(making[i].ids[k] > making[i].ids[k - 1]);
        }
    }
    qsort(ids, THREADS * IDS_PER_THREAD, sizeof *ids, compare);
    for (int i = 1; i < THREADS * IDS_PER_THREAD; i++) {
        assert_true(ids[i] != ids[i - 1]);
    }
    free(ids);
    id_maker_free(makers[0]);
    id_maker_free(makers[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_have_their_layout),
        cmocka_unit_test(ids_never_go_back),
        cmocka_unit_test(no_id_is_made_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
