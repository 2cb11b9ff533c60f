/*
 * What the property tests share: a seed that is printed, an organisation on a real executor (on PostgreSQL two, with
 * two lanes each, like two processes), and threads that run rules of the domain through it.
 *
 * CARDWRIGHT_TEST_SEED repeats a run. A thread never asserts: it keeps its first complaint, which the test then prints.
 */
#ifndef TEST_PROPERTY_PROPERTY_H
#define TEST_PROPERTY_PROPERTY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/none.h"
#include "domain/key.h"
#include "domain/organization.h"
#include "domain/role.h"
#include "domain/series.h"
#include "unit/store/test_executor.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* A generator of numbers: splitmix64 (Steele, Lea, Flood, 2014), whose every seed is good. */
struct generator {
    uint64_t state;
};

static inline uint64_t generate(struct generator *generator)
{
    uint64_t z = generator->state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static inline int64_t generate_below(struct generator *generator, int64_t bound)
{
    return (int64_t)(generate(generator) % (uint64_t)bound);
}

static inline uint64_t property_seed(const char *name)
{
    uint64_t seed = 0;
    const char *given = getenv("CARDWRIGHT_TEST_SEED");
    if (given == NULL || !text_to_uint64(text_of(given), &seed)) {
        runtime_random(&runtime_real, &seed, sizeof seed);
        seed >>= 16; // shorter to type
    }
    print_message("%s: CARDWRIGHT_TEST_SEED=%" PRIu64 "\n", name, seed);
    return seed;
}

enum { PROPERTY_EXECUTOR_COUNT_MAX = 2 };

struct property_world {
    struct test_database made;
    struct test_executor running[PROPERTY_EXECUTOR_COUNT_MAX];
    int running_count;
    struct database *db; // to look with
    struct actor actor;
};

/* Runs one rule and waits; its detail goes to the arena. */
static inline status property_run(struct property_world *world, int executor, uint64_t part, struct arena *arena,
                                  const struct write_rule *rule, void *context)
{
    static _Thread_local struct faults faults;
    struct write write = {
        .rule = rule,
        .context = context,
        .actor = &world->actor,
        .request_id = TEXT("req_property"),
        .arena = arena,
        .faults = &faults,
        .part = part,
    };
    arena_reset(arena);
    return executor_run(world->running[executor].executor, &write);
}

static inline status property_found_organization(struct work *work, void *context)
{
    struct property_world *world = context;
    struct organization organization = { .name = TEXT("Property") };
    TRY(key_create_missing(work));
    TRY(organization_create(work, &organization));
    world->actor.organization_id = organization.id;
    return OK;
}

/* False where the engine is missing. */
static inline bool property_open(struct property_world *world, enum engine engine)
{
    static const struct write_rule found = { .effect = property_found_organization,
                                             .audit_action = "organization.created" };
    *world = (struct property_world){
        .actor = { .kind = ACTOR_USER,
                   .id = 1,
                   .name = TEXT("owner"),
                   .channel = CHANNEL_API,
                   .permissions = role_permissions(ROLE_OWNER) },
    };
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!test_database_make(&world->made, engine)) {
        return false;
    }
    test_migrate(&world->made);
    world->db = test_database_open(&world->made, false);
    world->running_count = engine == ENGINE_POSTGRES ? 2 : 1;
    for (int i = 0; i < world->running_count; i++) {
        struct key_loading loading;
        test_executor_start(&world->running[i], &world->made, engine == ENGINE_POSTGRES ? 2 : 1, &runtime_real);
        if (i == 0) {
            struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
            assert_int_equal(property_run(world, 0, 0, arena, &found, world), OK);
            arena_free(arena);
        }
        assert_int_equal(key_load_all(world->db, world->running[i].keyring, &loading), OK);
    }
    return true;
}

static inline void property_close(struct property_world *world)
{
    for (int i = 0; i < world->running_count; i++) {
        test_executor_stop(&world->running[i]);
    }
    database_close(world->db);
    test_database_drop(&world->made);
}

static inline int64_t property_integer(struct property_world *world, const char *sql, const struct value *values,
                                       int count)
{
    struct rows rows = { 0 };
    assert_int_equal(database_query(world->db, &rows, sql, values, count), OK);
    assert_true(rows_next(&rows));
    int64_t result = row_i64(&rows, 0);
    assert_int_equal(rows_close(&rows), OK);
    return result;
}

static inline status property_found_series(struct work *work, void *context)
{
    return series_create(work, context);
}

static inline int64_t property_make_series(struct property_world *world, struct series *series)
{
    static const struct write_rule rule = { .effect = property_found_series };
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    series->name = series->code;
    series->generation = series->active = true;
    series->expiry_after = INTEGER_NONE;
    assert_int_equal(property_run(world, 0, 0, arena, &rule, series), OK);
    arena_free(arena);
    return series->id;
}

/* The first complaint of a thread. */
struct complaint {
    char text[256];
};

static inline bool complain(struct complaint *complaint, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline bool complain(struct complaint *complaint, const char *format, ...)
{
    if (complaint->text[0] == '\0') {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(complaint->text, sizeof complaint->text, format, arguments);
        va_end(arguments);
    }
    return false;
}

#endif
