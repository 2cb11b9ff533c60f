/*
 * A real executor for a test: a migrated database (test_database.h), a keyring, a high-water file and writers. Several
 * may run on one PostgreSQL database, each with lanes of its own, like processes on machines of their own.
 */
#ifndef TEST_UNIT_STORE_TEST_EXECUTOR_H
#define TEST_UNIT_STORE_TEST_EXECUTOR_H

#include "store/executor.h"
#include "store/migrate.h"
#include "support/keys.h"
#include "unit/store/test_database.h"

struct test_executor {
    const struct test_database *made;
    char folder[64];
    struct keyring *keyring;
    struct high_water *high_water;
    struct executor *executor;
    struct id_maker *ids;
};

static inline void test_migrate(const struct test_database *made)
{
    struct database *database = test_database_open(made, false);
    int applied = 0;
    status result = migrate(database, 1800000000000, &applied);
    assert(result == OK);
    database_close(database);
}

/* All executors of a test have the same master key: processes on one database do. */
static inline void test_executor_start(struct test_executor *out, const struct test_database *made, int lane_count,
                                       const struct runtime *runtime)
{
    static const uint8_t key[MASTER_KEY_LEN] = { 1, 2, 3 };
    char path[80];
    *out = (struct test_executor){ .made = made, .folder = "/tmp/cardwright-test.XXXXXX" };
    char *folder = mkdtemp(out->folder);
    assert(folder != NULL);
    snprintf(path, sizeof path, "%s/high-water", out->folder);
    out->keyring = test_keyring(key);
    status result = high_water_create(path);
    result = result == OK ? high_water_open(&out->high_water, path) : result;
    const struct executor_options options = {
        .database = { .engine = made->engine, .location = made->location },
        .lane_count = lane_count,
        .keyring = out->keyring,
        .ids = &out->ids,
        .high_water = out->high_water,
        .runtime = runtime,
    };
    result = result == OK ? executor_start(&out->executor, &options) : result;
    assert(result == OK);
}

static inline void test_executor_stop(struct test_executor *running)
{
    char path[80];
    executor_stop(running->executor);
    high_water_close(running->high_water);
    keyring_free(running->keyring);
    snprintf(path, sizeof path, "%s/high-water", running->folder);
    unlink(path);
    rmdir(running->folder);
    *running = (struct test_executor){ 0 };
}

#endif
