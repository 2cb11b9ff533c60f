/*
 * An empty database for a test, gone afterwards: a SQLite file in a new folder, or a new database on the PostgreSQL
 * server that CARDWRIGHT_TEST_POSTGRES names (script/with-postgres starts one).
 */
#ifndef TEST_UNIT_STORE_TEST_DATABASE_H
#define TEST_UNIT_STORE_TEST_DATABASE_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/database.h"

struct test_database {
    enum engine engine;
    char name[64];       // the folder, or the database
    char location[1024]; // for database_options
};

static inline void test_database_server_script(const char *script)
{
    struct database *server = NULL;
    status result =
        database_open(&server, &(struct database_options){ .engine = ENGINE_POSTGRES,
                                                           .location = getenv("CARDWRIGHT_TEST_POSTGRES") });
    assert(result == OK);
    result = database_script(server, script);
    assert(result == OK);
    database_close(server);
}

/* False, with a printed line, when there is no PostgreSQL to test on. */
static inline bool test_database_make(struct test_database *out, enum engine engine)
{
    static int serial;
    *out = (struct test_database){ .engine = engine };
    if (engine == ENGINE_SQLITE) {
        const char *folder = getenv("TMPDIR");
        snprintf(out->name, sizeof out->name, "%s/cardwright-test.XXXXXX",
                 folder != NULL && strlen(folder) < 32 ? folder : "/tmp");
        char *made = mkdtemp(out->name);
        assert(made != NULL);
        snprintf(out->location, sizeof out->location, "%s/cardwright.db", out->name);
        return true;
    }
    const char *url = getenv("CARDWRIGHT_TEST_POSTGRES");
    if (url == NULL) {
        printf("PostgreSQL is not tested: CARDWRIGHT_TEST_POSTGRES is not set\n");
        return false;
    }
    char script[128];
    snprintf(out->name, sizeof out->name, "test_%d_%d", (int)getpid(), ++serial);
    snprintf(script, sizeof script, "CREATE DATABASE %s", out->name);
    test_database_server_script(script);
    // The last of two names of a database stands.
    snprintf(out->location, sizeof out->location, "%s%cdbname=%s", url, strchr(url, '?') != NULL ? '&' : '?',
             out->name);
    return true;
}

/* All connections to it are closed. */
static inline void test_database_drop(const struct test_database *made)
{
    char command[128];
    if (made->engine == ENGINE_POSTGRES) {
        snprintf(command, sizeof command, "DROP DATABASE %s WITH (FORCE)", made->name);
        test_database_server_script(command);
    } else {
        snprintf(command, sizeof command, "rm -rf '%s'", made->name);
        int result = system(command);
        assert(result == 0);
    }
}

static inline struct database *test_database_open(const struct test_database *made, bool read_only)
{
    struct database *database = NULL;
    status result =
        database_open(&database, &(struct database_options){ .engine = made->engine,
                                                             .location = made->location,
                                                             .read_only = read_only,
                                                             .create = made->engine == ENGINE_SQLITE && !read_only });
    assert(result == OK);
    return database;
}

/* sqlite_setup and postgres_setup, of a group's own setup that takes the engine. */
#define ENGINE_SETUPS(setup)                                                                                           \
    static int sqlite_setup(void **state)                                                                              \
    {                                                                                                                  \
        return setup(state, ENGINE_SQLITE);                                                                            \
    }                                                                                                                  \
                                                                                                                       \
    static int postgres_setup(void **state)                                                                            \
    {                                                                                                                  \
        return setup(state, ENGINE_POSTGRES);                                                                          \
    }

#endif
