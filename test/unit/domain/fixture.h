/*
 * What a rule of the domain needs in a test: a migrated database, a new organisation, and a unit of work inside a
 * transaction that is undone afterwards. One database an engine and test program; it is gone at the end.
 *
 *     static void test_something(void **state)
 *     {
 *         struct fixture *fixture = fixture_of(state);
 *         assert_int_equal(thing_create(&fixture->work, &thing), OK);
 *
 *     const struct CMUnitTest tests[] = { ON_BOTH_ENGINES(test_something) };
 *     return cmocka_run_group_tests(tests, NULL, fixture_close);
 */
#ifndef TEST_UNIT_DOMAIN_FIXTURE_H
#define TEST_UNIT_DOMAIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/organization.h"
#include "store/lane.h"
#include "store/work.h"
#include "unit/store/test_database.h"

struct fixture {
    struct test_database made;
    struct database *database;
    struct arena *arena;
    struct faults faults;
    struct id_maker *ids;
    struct keyring *keyring;
    struct runtime runtime; // now_ms below; otherwise as in production
    int64_t now_ms;
    struct actor actor; // an owner over the API
    struct lane *lane;
    struct organization organization;
    struct work work;
};

#define ON_BOTH_ENGINES(test)                                                                                          \
    { #test " (SQLite)", test, fixture_on_sqlite, fixture_undo, NULL },                                                \
    {                                                                                                                  \
#test " (PostgreSQL)", test, fixture_on_postgres, fixture_undo, NULL                                           \
    }

int fixture_on_sqlite(void **state);
int fixture_on_postgres(void **state);
int fixture_undo(void **state);
int fixture_close(void **state);

struct fixture *fixture_of(void **state); // skips the test where there is no such engine
/* A new call in the same transaction: no faults, no subject, one millisecond later. */
struct work *fixture_next(struct fixture *fixture);
status fixture_fault(const struct fixture *fixture, const char *field); // the code of the field's fault; OK: none
void fixture_make_keys(struct fixture *fixture);                        // one of each use but numbering
int64_t fixture_make_series(struct fixture *fixture,
                            const char *code); // ten million random numbers that begin with the code

#endif
