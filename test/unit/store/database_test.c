#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "base/log.h"
#include "store/migrate.h"
#include "test_database.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

// Each engine's tests share a database and a writer's connection; each test begins with the tables below, empty.
struct fixture {
    struct test_database made;
    struct database *db;
};

static const char *const TABLES[] = {
    [ENGINE_SQLITE] =
        "DROP TABLE IF EXISTS child; DROP TABLE IF EXISTS sample;"
        "CREATE TABLE sample (id INTEGER PRIMARY KEY, n INTEGER CONSTRAINT small CHECK (n <> 13), t TEXT, b BLOB,"
        " CONSTRAINT sample_t UNIQUE (t)) STRICT;"
        "CREATE TABLE child (id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample) STRICT",
    [ENGINE_POSTGRES] =
        "DROP TABLE IF EXISTS child; DROP TABLE IF EXISTS sample;"
        "CREATE TABLE sample (id BIGINT PRIMARY KEY, n BIGINT CONSTRAINT small CHECK (n <> 13), t TEXT, b BYTEA,"
        " CONSTRAINT sample_t UNIQUE (t));"
        "CREATE TABLE child (id BIGINT PRIMARY KEY, sample_id BIGINT NOT NULL REFERENCES sample)",
};

static const char INSERT[] = "INSERT INTO sample (id, n, t, b) VALUES ($1, $2, $3, $4)";
static const char INSERT_ID[] = "INSERT INTO sample (id, n) VALUES ($1, $2)";
static const char SELECT[] = "SELECT n, t, b FROM sample WHERE id = $1";
static const char COUNT_ALL[] = "SELECT count(*) FROM sample";
static const char IDS[] = "SELECT id FROM sample ORDER BY id";

static int group_setup(void **state, enum engine engine)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    test_database_make(&f->made, engine);
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
    assert_int_equal(database_script(f->db, TABLES[f->made.engine]), OK);
    return f;
}

static status add(struct database *db, int64_t id, bool *conflict)
{
    return database_run(db, INSERT_ID, ARGS(value_i64(id), value_i64(1)), NULL, conflict);
}

static int64_t integer(struct database *db, const char *sql, const struct value *values, int count)
{
    struct rows rows = { 0 };
    assert_int_equal(database_query(db, &rows, sql, values, count), OK);
    assert_true(rows_next(&rows));
    int64_t result = row_i64(&rows, 0);
    assert_int_equal(rows_close(&rows), OK);
    return result;
}

static void ids(struct database *db, char out[32])
{
    struct rows rows = { 0 };
    assert_int_equal(database_query(db, &rows, IDS, NO_ARGS), OK);
    int len = 0;
    while (rows_next(&rows)) {
        out[len++] = (char)('0' + row_i64(&rows, 0));
    }
    out[len] = '\0';
    assert_int_equal(rows_close(&rows), OK);
}

static void assert_text(text actual, text expected)
{
    assert_int_equal(actual.at != NULL, expected.at != NULL);
    assert_true(text_equal(actual, expected));
}

static void values_come_back(void **state)
{
    static const struct {
        int64_t n;
        bool n_null;
        text t, b;
    } cases[] = {
        { 0, false, TEXT("a"), TEXT("b") },
        { INT64_MIN, false, TEXT(""), TEXT("") },
        { INT64_MAX, false, TEXT("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80"), TEXT("\0\xff\0") },
        { -1, false, TEXT("it's \"quoted\" \\ $1"), TEXT("\\x41") },
        { INT64_C(1) << 32, false, TEXT_ABSENT, TEXT_ABSENT },
        { 0, true, TEXT(" "), TEXT("\0") },
    };
    struct fixture *f = begin(state);
    for (int i = 0; i < COUNT(cases); i++) {
        int64_t changed = -1;
        assert_int_equal(
            database_run(f->db, INSERT,
                         ARGS(value_i64(i), value_i64_or_null(cases[i].n, cases[i].n_null ? cases[i].n : 99),
                              value_text(cases[i].t), value_blob(cases[i].b.at, cases[i].b.len)),
                         &changed, NULL),
            OK);
        assert_int_equal(changed, 1);
    }
    for (int i = 0; i < COUNT(cases); i++) {
        struct rows rows = { 0 };
        assert_int_equal(database_query(f->db, &rows, SELECT, ARGS(value_i64(i))), OK);
        assert_true(rows_next(&rows));
        assert_int_equal(row_is_null(&rows, 0), cases[i].n_null);
        assert_true(row_i64(&rows, 0) == cases[i].n);
        assert_true(row_i64_or(&rows, 0, 77) == (cases[i].n_null ? 77 : cases[i].n));
        assert_text(row_text(&rows, 1), cases[i].t);
        assert_text(row_blob(&rows, 2), cases[i].b);
        assert_false(rows_next(&rows));
        assert_false(rows_next(&rows));
        assert_int_equal(rows_close(&rows), OK);
        assert_int_equal(rows_close(&rows), OK);
    }
}

static void a_large_blob_comes_back(void **state)
{
    struct fixture *f = begin(state);
    enum { LEN = 3 * 1024 * 1024 };
    char *bytes = malloc(LEN);
    assert_non_null(bytes);
    for (int i = 0; i < LEN; i++) {
        bytes[i] = (char)(i * 7);
    }
    assert_int_equal(database_run(f->db, INSERT,
                                  ARGS(value_i64(1), value_i64(1), value_text(TEXT_ABSENT), value_blob(bytes, LEN)),
                                  NULL, NULL),
                     OK);
    struct rows rows = { 0 };
    assert_int_equal(database_query(f->db, &rows, SELECT, ARGS(value_i64(1))), OK);
    assert_true(rows_next(&rows));
    assert_text(row_blob(&rows, 2), text_bytes(bytes, LEN));
    assert_int_equal(rows_close(&rows), OK);
    free(bytes);
}

static void parameters_stand_anywhere(void **state)
{
    static const char sql[] = "SELECT $2, $1, $2, CAST($3 AS TEXT), $1 = $2, $1 < $2";
    struct fixture *f = begin(state);
    for (int i = 0; i < 3; i++) {
        char bytes[] = { 'x', (char)('0' + i), '\0' };
        struct rows rows = { 0 };
        assert_int_equal(
            database_query(f->db, &rows, sql, ARGS(value_i64(10), value_i64(20 + i), value_text(text_of(bytes)))), OK);
        bytes[1] = '!'; // values may go once the query is asked
        assert_true(rows_next(&rows));
        assert_int_equal(row_i64(&rows, 0), 20 + i);
        assert_int_equal(row_i64(&rows, 1), 10);
        assert_int_equal(row_i64(&rows, 2), 20 + i);
        assert_text(row_text(&rows, 3), i == 0 ? TEXT("x0") : i == 1 ? TEXT("x1") : TEXT("x2"));
        assert_false(row_bool(&rows, 4));
        assert_true(row_bool(&rows, 5));
        assert_int_equal(rows_close(&rows), OK);
    }
}

static void changed_counts_rows(void **state)
{
    static const char update[] = "UPDATE sample SET n = $2 WHERE id >= $1";
    struct fixture *f = begin(state);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(add(f->db, i, NULL), OK);
    }
    for (int from = 1; from <= 4; from++) {
        int64_t changed = -1;
        assert_int_equal(database_run(f->db, update, ARGS(value_i64(from), value_i64(2)), &changed, NULL), OK);
        assert_int_equal(changed, 4 - from);
    }
}

static void a_unique_violation_is_an_outcome(void **state)
{
    static const char two[] = "INSERT INTO sample (id, n) VALUES ($1, 1), ($2, 1)";
    struct fixture *f = begin(state);
    char found[32];
    bool conflict = true;
    assert_int_equal(add(f->db, 1, &conflict), OK);
    assert_false(conflict);
    assert_int_equal(add(f->db, 1, &conflict), OK); // outside a transaction
    assert_true(conflict);

    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(add(f->db, 2, &conflict), OK);
    assert_false(conflict);
    int64_t changed = -1;
    assert_int_equal(database_run(f->db, two, ARGS(value_i64(3), value_i64(1)), &changed, &conflict), OK);
    assert_true(conflict); // and 3 is not left behind
    assert_int_equal(changed, 0);
    assert_true(database_transaction_stands(f->db));
    assert_int_equal(database_run(f->db, INSERT,
                                  ARGS(value_i64(4), value_i64(1), value_text(TEXT("t")), value_blob(NULL, 0)), NULL,
                                  &conflict),
                     OK);
    assert_false(conflict);
    assert_int_equal(database_run(f->db, INSERT,
                                  ARGS(value_i64(5), value_i64(1), value_text(TEXT("t")), value_blob(NULL, 0)), NULL,
                                  &conflict),
                     OK);
    assert_true(conflict); // a constraint that is not the primary key
    assert_int_equal(add(f->db, 6, &conflict), OK);
    assert_int_equal(database_commit(f->db), OK);
    ids(f->db, found);
    assert_string_equal(found, "1246");
}

// Where the caller does not ask, or the constraint is another, it is a fault; PostgreSQL then ends the transaction.
static void other_violations_are_faults(void **state)
{
    static const char child[] = "INSERT INTO child (id, sample_id) VALUES ($1, $2)";
    struct fixture *f = begin(state);
    bool conflict = false;
    assert_int_equal(add(f->db, 1, NULL), OK);
    assert_int_equal(add(f->db, 1, NULL), STORAGE_FAULT);
    assert_int_equal(database_run(f->db, INSERT_ID, ARGS(value_i64(2), value_i64(13)), NULL, &conflict), STORAGE_FAULT);
    assert_false(conflict);
    assert_int_equal(database_run(f->db, child, ARGS(value_i64(1), value_i64(5)), NULL, &conflict), STORAGE_FAULT);
    assert_false(conflict);
    assert_int_equal(database_run(f->db, child, ARGS(value_i64(1), value_i64(1)), NULL, NULL),
                     OK); // the statement is as good as new

    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(add(f->db, 2, NULL), OK);
    assert_int_equal(add(f->db, 1, NULL), STORAGE_FAULT);
    assert_int_equal(database_transaction_stands(f->db), f->made.engine == ENGINE_SQLITE);
    assert_int_equal(database_rollback(f->db), OK);
    assert_int_equal(database_rollback(f->db), OK);
    assert_false(database_transaction_stands(f->db));
    assert_int_equal(integer(f->db, COUNT_ALL, NO_ARGS), 1);
}

/*
 * Each script is a line of steps. b begin, c commit, k rollback; savepoints a and b: s t set, S T release, x y roll
 * back; a digit inserts the row of that id, a second time as a conflict; ! fails on a constraint. Then the rows that
 * stand.
 */
static void transactions_and_savepoints(void **state)
{
    static const struct {
        const char *script, *rows;
    } cases[] = {
        { "b1c", "1" },         { "b1k", "" },           { "bc1", "1" },      { "bk1", "1" },
        { "b1k2", "2" },        { "b1s2xc", "1" },       { "b1s2Sc", "12" },  { "b1s2Sk", "" },
        { "bs1t2yS3c", "13" },  { "bs1t2Tx3c", "3" },    { "bsx1c", "1" },    { "bsS1c", "1" },
        { "bstTS1c", "1" },     { "bstx1c", "1" },       { "bsc", "" },       { "bs1!x2c", "2" },
        { "bs!x1c", "1" },      { "b1s!x2s3Sc", "123" }, { "bs1t!ySc", "1" }, { "b11c", "1" },
        { "bs1x1c", "1" },      { "b1s1S2c", "12" },     { "b1s1x2c", "12" }, { "1bs1t1T2S3c", "123" },
        { "1bs1xt1y2c", "12" }, { "bs1Ss2xs3Sc", "13" }, { "b!k1", "1" },     { "bs1xs2xs3xc", "" },
        { "bs1St!y2c", "12" },
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct fixture *f = begin(state);
        for (const char *step = cases[i].script; *step != '\0'; step++) {
            bool conflict = false;
            status result = *step == 'b'   ? database_begin(f->db)
                            : *step == 'c' ? database_commit(f->db)
                            : *step == 'k' ? database_rollback(f->db)
                            : *step == 's' ? database_savepoint(f->db, "a")
                            : *step == 't' ? database_savepoint(f->db, "b")
                            : *step == 'S' ? database_release(f->db, "a")
                            : *step == 'T' ? database_release(f->db, "b")
                            : *step == 'x' ? database_rollback_to(f->db, "a")
                            : *step == 'y' ? database_rollback_to(f->db, "b")
                            : *step == '!'
                                ? database_run(f->db, INSERT_ID, ARGS(value_i64(9), value_i64(13)), NULL, &conflict)
                                : add(f->db, *step - '0', &conflict);
            if (result != (*step == '!' ? STORAGE_FAULT : OK)) {
                fail_msg("%s at %s: %s", cases[i].script, step, status_code(result));
            }
        }
        char found[32];
        ids(f->db, found);
        if (strcmp(found, cases[i].rows) != 0) {
            fail_msg("%s: rows %s, expected %s", cases[i].script, found, cases[i].rows);
        }
        assert_false(database_transaction_stands(f->db));
    }
}

static void a_failed_transaction_does_not_commit(void **state)
{
    struct fixture *f = begin(state);
    if (f->made.engine != ENGINE_POSTGRES) {
        return;
    }
    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(add(f->db, 1, NULL), OK);
    assert_int_equal(add(f->db, 1, NULL), STORAGE_FAULT);
    assert_int_equal(database_commit(f->db), STORAGE_FAULT);
    assert_int_equal(database_rollback(f->db), OK);
    assert_int_equal(integer(f->db, COUNT_ALL, NO_ARGS), 0);
}

static void no_savepoint_outside_a_transaction(void **state)
{
    struct fixture *f = begin(state);
    assert_int_equal(database_savepoint(f->db, "a"), STORAGE_FAULT);
    assert_int_equal(add(f->db, 1, NULL), OK);
    assert_false(database_transaction_stands(f->db));
}

static void a_reader_does_not_write(void **state)
{
    struct fixture *f = begin(state);
    struct database *reader = test_database_open(&f->made, true);
    assert_int_equal(add(reader, 1, NULL), STORAGE_FAULT);
    assert_int_equal(database_begin(reader), OK);
    assert_int_equal(integer(reader, COUNT_ALL, NO_ARGS), 0);
    assert_int_equal(add(reader, 1, NULL), STORAGE_FAULT);
    assert_int_equal(database_rollback(reader), OK);
    assert_int_equal(add(f->db, 1, NULL), OK);
    assert_int_equal(integer(reader, COUNT_ALL, NO_ARGS), 1);
    database_close(reader);
}

static void rows_of_one_statement_nest(void **state)
{
    struct fixture *f = begin(state);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(add(f->db, i, NULL), OK);
    }
    struct rows outer = { 0 };
    assert_int_equal(database_query(f->db, &outer, IDS, NO_ARGS), OK);
    for (int i = 1; i <= 3; i++) {
        assert_true(rows_next(&outer));
        struct rows inner = { 0 };
        assert_int_equal(database_query(f->db, &inner, IDS, NO_ARGS), OK);
        assert_true(rows_next(&inner));
        assert_int_equal(row_i64(&inner, 0), 1);
        assert_int_equal(rows_close(&inner), OK); // early
        assert_int_equal(row_i64(&outer, 0), i);
    }
    assert_false(rows_next(&outer));
    assert_int_equal(rows_close(&outer), OK);
}

static void returning_changes_at_once_and_is_checked(void **state)
{
    static const char insert[] = "INSERT INTO sample (id, n) VALUES ($1, 5) RETURNING n";
    static const char child[] = "INSERT INTO child (id, sample_id) VALUES ($1, $2)";
    static const char orphan[] = "DELETE FROM sample WHERE id = $1 RETURNING id";
    struct fixture *f = begin(state);
    struct rows rows = { 0 };
    assert_int_equal(database_query(f->db, &rows, insert, ARGS(value_i64(1))), OK);
    assert_int_equal(rows_close(&rows), OK);
    assert_int_equal(integer(f->db, insert, ARGS(value_i64(2))), 5);
    assert_int_equal(integer(f->db, COUNT_ALL, NO_ARGS), 2);

    assert_int_equal(database_run(f->db, child, ARGS(value_i64(1), value_i64(1)), NULL, NULL), OK);
    assert_int_equal(database_begin(f->db), OK);
    rows = (struct rows){ 0 };
    assert_int_equal(database_query(f->db, &rows, orphan, ARGS(value_i64(1))), STORAGE_FAULT);
    assert_false(rows_next(&rows));
    assert_int_equal(rows_close(&rows), STORAGE_FAULT);
    assert_int_equal(database_rollback(f->db), OK);
    assert_int_equal(integer(f->db, COUNT_ALL, NO_ARGS), 2);
}

static void a_copy_past_the_arena_is_not_a_null(void **state)
{
    struct fixture *f = begin(state);
    static char big[20000];
    memset(big, 'x', sizeof big);
    assert_int_equal(
        database_run(f->db, INSERT,
                     ARGS(value_i64(1), value_i64(1), value_text(text_bytes(big, sizeof big)), value_blob(NULL, 0)),
                     NULL, NULL),
        OK);
    const struct {
        size_t arena_len;
        status expected;
    } cases[] = { { 1024 * 1024, OK }, { 10000, OUT_OF_MEMORY } };
    for (int i = 0; i < COUNT(cases); i++) {
        struct arena *arena = arena_new(cases[i].arena_len);
        struct rows rows = { 0 };
        assert_int_equal(database_query(f->db, &rows, SELECT, ARGS(value_i64(1))), OK);
        assert_true(rows_next(&rows));
        text copy = row_text_copy(&rows, 1, arena);
        assert_int_equal(rows_close(&rows), cases[i].expected);
        assert_text(copy, cases[i].expected == OK ? text_bytes(big, sizeof big) : TEXT_ABSENT);
        arena_free(arena);
    }
}

// More statements than a connection keeps, while the rows of one of them are open.
static void statements_past_the_limit(void **state)
{
    enum { TEXTS = DATABASE_STATEMENT_COUNT_MAX + 40 };
    static char texts[TEXTS][40];
    struct fixture *f = begin(state);
    struct database *db = test_database_open(&f->made, false);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(add(db, i, NULL), OK);
    }
    struct rows rows = { 0 };
    assert_int_equal(database_query(db, &rows, IDS, NO_ARGS), OK);
    assert_true(rows_next(&rows));
    for (int i = 0; i < TEXTS; i++) {
        snprintf(texts[i], sizeof texts[i], "SELECT %d + $1", i);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < TEXTS; i++) {
            assert_int_equal(integer(db, texts[i], ARGS(value_i64(1000))), 1000 + i);
        }
    }
    assert_true(rows_next(&rows));
    assert_int_equal(row_i64(&rows, 0), 2);
    assert_int_equal(rows_close(&rows), OK);
    char found[32];
    ids(db, found);
    assert_string_equal(found, "123");
    database_close(db);
}

// Text and log of a fault name the constraint, never the value.
static void the_log_holds_no_values(void **state)
{
    struct fixture *f = begin(state);
    int file = memfd_create("log", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(database_run(f->db, INSERT,
                                  ARGS(value_i64(1), value_i64(1), value_text(TEXT("5424180279791732")),
                                       value_blob("5424180279791732", 16)),
                                  NULL, NULL),
                     OK);
    log_set_file(file);
    assert_int_equal(database_run(f->db, INSERT,
                                  ARGS(value_i64(2), value_i64(1), value_text(TEXT("5424180279791732")),
                                       value_blob("5424180279791732", 16)),
                                  NULL, NULL),
                     STORAGE_FAULT);
    assert_int_equal(database_run(f->db, INSERT,
                                  ARGS(value_i64(5424180279791732), value_i64(13), value_text(TEXT_ABSENT),
                                       value_blob("5424180279791732", 16)),
                                  NULL, NULL),
                     STORAGE_FAULT);
    struct rows rows = { 0 };
    assert_int_not_equal(database_query(f->db, &rows,
                                        f->made.engine == ENGINE_SQLITE ? "SELECT json_extract('{}', $1)"
                                                                        : "SELECT CAST(CAST($1 AS TEXT) AS BIGINT)",
                                        ARGS(value_text(TEXT("x5424180279791732")))),
                         OK);
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC));
    char lines[8192] = { 0 };
    assert_true(pread(file, lines, sizeof lines - 1, 0) > 0);
    close(file);
    assert_null(strstr(lines, "5424180279791732"));
    assert_non_null(strstr(lines, f->made.engine == ENGINE_SQLITE ? "sample.t" : "sample_t"));
    assert_non_null(strstr(lines, "small"));
    assert_non_null(strstr(lines, "INSERT INTO sample (id, n, t, b)"));
}

static void migrations_go_up_once_and_never_past(void **state)
{
    struct fixture *f = *state;
    struct test_database made;
    assert_true(test_database_make(&made, f->made.engine));
    struct database *db = test_database_open(&made, false);
    int version = -1, applied = -1;
    assert_int_equal(migrate_version(db, &version), OK);
    assert_int_equal(version, 0);
    assert_int_equal(migrate(db, 1700000000000, &applied), OK);
    assert_int_equal(applied, migrate_latest());
    assert_int_equal(migrate_version(db, &version), OK);
    assert_int_equal(version, migrate_latest());
    assert_int_equal(integer(db, "SELECT count(*) FROM schema_migration WHERE applied_at = 1700000000000", NO_ARGS),
                     migrate_latest());
    assert_int_equal(migrate(db, 1700000000001, &applied), OK);
    assert_int_equal(applied, 0);
    assert_int_equal(database_run(db,
                                  "INSERT INTO schema_migration (version, name, applied_at) VALUES ($1, 'newer', 0)",
                                  ARGS(value_i64(migrate_latest() + 1)), NULL, NULL),
                     OK);
    assert_int_equal(migrate(db, 1700000000002, &applied), SCHEMA_TOO_NEW);
    assert_false(database_transaction_stands(db));
    database_close(db);
    test_database_drop(&made);
}

struct migrator {
    struct database *db;
    int applied;
    status result;
};

static void *migrator_run(void *argument)
{
    struct migrator *migrator = argument;
    migrator->result = migrate(migrator->db, 1, &migrator->applied);
    return NULL;
}

static void migrations_of_two_processes_do_not_race(void **state)
{
    struct fixture *f = *state;
    struct test_database made;
    assert_true(test_database_make(&made, f->made.engine));
    struct migrator migrators[4] = { 0 };
    pthread_t threads[COUNT(migrators)];
    for (int i = 0; i < COUNT(migrators); i++) {
        migrators[i].db = test_database_open(&made, false);
    }
    for (int i = 0; i < COUNT(migrators); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, migrator_run, &migrators[i]), 0);
    }
    int applied = 0;
    for (int i = 0; i < COUNT(migrators); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(migrators[i].result, OK);
        applied += migrators[i].applied;
        database_close(migrators[i].db);
    }
    assert_int_equal(applied, migrate_latest());
    test_database_drop(&made);
}

/* SQLite alone */

static void the_file_is_private_and_its_settings_are_safe(void **state)
{
    static const struct {
        const char *pragma;
        int64_t writer, reader;
    } cases[] = {
        { "PRAGMA synchronous", 2, 2 },
        { "PRAGMA foreign_keys", 1, 1 },
        { "PRAGMA trusted_schema", 0, 0 },
        { "PRAGMA cell_size_check", 1, 1 },
        { "PRAGMA wal_autocheckpoint", 0, 0 },
        { "PRAGMA secure_delete", 2, 2 },
        { "PRAGMA page_size", 4096, 4096 },
        { "PRAGMA busy_timeout", 5000, 5000 },
        { "PRAGMA query_only", 0, 1 },
        { "PRAGMA cache_size", -16384, -16384 },
        { "PRAGMA mmap_size", 1 << 30, 1 << 30 },
    };
    struct fixture *f = begin(state);
    struct database *reader = test_database_open(&f->made, true);
    for (int i = 0; i < COUNT(cases); i++) {
        assert_int_equal(integer(f->db, cases[i].pragma, NO_ARGS), cases[i].writer);
        assert_int_equal(integer(reader, cases[i].pragma, NO_ARGS), cases[i].reader);
    }
    database_close(reader);
    static const char *const endings[] = { "", "-wal", "-shm" };
    for (int i = 0; i < COUNT(endings); i++) {
        char path[1100];
        snprintf(path, sizeof path, "%s%s", f->made.location, endings[i]);
        struct stat file;
        assert_int_equal(stat(path, &file), 0);
        assert_int_equal(file.st_mode & 0777, 0600);
    }
}

static void a_missing_file_is_made_only_when_asked(void **state)
{
    struct fixture *f = *state;
    char path[1100];
    snprintf(path, sizeof path, "%s/none.db", f->made.name);
    struct database *db = NULL;
    assert_int_equal(database_open(&db, &(struct database_options){ .engine = ENGINE_SQLITE, .location = path }),
                     STORAGE_FAULT);
    assert_null(db);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_stale_snapshot_is_a_conflict(void **state)
{
    struct fixture *f = begin(state);
    struct database *other = test_database_open(&f->made, false);
    assert_int_equal(database_run(other, "BEGIN DEFERRED", NO_ARGS, NULL, NULL), OK);
    assert_int_equal(integer(other, COUNT_ALL, NO_ARGS), 0);
    assert_int_equal(add(f->db, 1, NULL), OK);
    assert_int_equal(add(other, 2, NULL), STORAGE_CONFLICT);
    assert_int_equal(database_rollback(other), OK);
    assert_int_equal(add(other, 2, NULL), OK);
    database_close(other);
}

static void checkpoint_moves_the_log(void **state)
{
    struct fixture *f = begin(state);
    int held = -1, moved = -1;
    assert_int_equal(add(f->db, 1, NULL), OK);
    assert_int_equal(database_checkpoint(f->db, &held, &moved), OK);
    assert_true(held > 0);
    assert_int_equal(moved, held);
}

struct copying {
    struct database *writer;
    int64_t next_id;
    int calls;
};

static void write_meanwhile(void *context, int remaining, int total)
{
    struct copying *copying = context;
    assert_true(remaining >= 0 && total > 0 && remaining <= total);
    assert_int_equal(add(copying->writer, copying->next_id++, NULL), OK);
    copying->calls++;
}

static void a_backup_is_whole_while_others_write(void **state)
{
    enum { ROWS = 300, BLOB_LEN = 64 * 1024 }; // 4,800 pages, some steps
    struct fixture *f = begin(state);
    static char blob[BLOB_LEN];
    assert_int_equal(database_begin(f->db), OK);
    for (int i = 0; i < ROWS; i++) {
        memset(blob, i, sizeof blob);
        assert_int_equal(
            database_run(f->db, INSERT,
                         ARGS(value_i64(i), value_i64(1), value_text(TEXT_ABSENT), value_blob(blob, sizeof blob)), NULL,
                         NULL),
            OK);
    }
    assert_int_equal(database_commit(f->db), OK);
    struct database *source = test_database_open(&f->made, true);
    struct copying copying = { f->db, 1000, 0 };
    struct test_database copy = f->made;
    snprintf(copy.location, sizeof copy.location, "%s/copy.db", f->made.name);
    assert_int_equal(database_backup(source, copy.location, write_meanwhile, &copying), OK);
    assert_true(copying.calls > 2);
    assert_int_equal(integer(source, COUNT_ALL, NO_ARGS), ROWS + copying.calls); // the source is free again
    struct database *copied = test_database_open(&copy, true);
    assert_int_equal(integer(copied, COUNT_ALL, NO_ARGS), ROWS);
    assert_int_equal(database_check(copied), OK);
    database_close(copied);

    struct stat file;
    assert_int_equal(stat(copy.location, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(database_backup(source, copy.location, NULL, NULL), STORAGE_FAULT); // never over a file
    assert_int_equal(access(copy.location, F_OK), 0);
    database_close(source);
}

static void damage_is_found(void **state)
{
    struct fixture *f = *state;
    struct test_database made;
    assert_true(test_database_make(&made, ENGINE_SQLITE));
    struct database *db = test_database_open(&made, false);
    assert_int_equal(database_script(db, TABLES[f->made.engine]), OK);
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(add(db, i, NULL), OK);
    }
    assert_int_equal(database_check(db), OK);
    database_close(db); // and checkpointed

    struct stat file;
    assert_int_equal(stat(made.location, &file), 0);
    for (off_t page = 0; page < file.st_size; page += 4096) {
        // Flip the header of one b-tree page after the other: behind the 100 bytes of the file's header on page 1.
        int raw = open(made.location, O_RDWR | O_CLOEXEC);
        assert_true(raw >= 0);
        uint8_t kept[8], flipped[8];
        off_t at = page == 0 ? 100 : page;
        assert_int_equal(pread(raw, kept, sizeof kept, at), sizeof kept);
        for (int i = 0; i < 8; i++) {
            flipped[i] = (uint8_t)~kept[i];
        }
        assert_int_equal(pwrite(raw, flipped, sizeof flipped, at), sizeof flipped);
        status result =
            database_open(&db, &(struct database_options){ .engine = ENGINE_SQLITE, .location = made.location });
        if (result == OK) {
            result = database_check(db);
        }
        assert_int_equal(result, DATA_DAMAGED);
        database_close(db);
        db = NULL;
        assert_int_equal(pwrite(raw, kept, sizeof kept, at), sizeof kept);
        close(raw);
    }
    db = test_database_open(&made, false);
    assert_int_equal(database_check(db), OK);
    database_close(db);
    test_database_drop(&made);
}

static ssize_t pwrite_full(int file, const void *bytes, size_t len, off_t at)
{
    (void)file, (void)bytes, (void)len, (void)at;
    errno = ENOSPC;
    return -1;
}

static void a_full_disk_is_named(void **state)
{
    struct fixture *f = begin(state);
    assert_int_equal(add(f->db, 1, NULL), OK);
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    static const char *const calls[] = { "pwrite", "pwrite64" };
    for (int i = 0; i < COUNT(calls); i++) {
        vfs->xSetSystemCall(vfs, calls[i], (sqlite3_syscall_ptr)pwrite_full);
    }
    status begun = database_begin(f->db);
    status added = add(f->db, 2, NULL);
    status committed = database_commit(f->db);
    for (int i = 0; i < COUNT(calls); i++) {
        vfs->xSetSystemCall(vfs, calls[i], NULL);
    }
    assert_int_equal(begun, OK);
    assert_int_equal(added, OK);
    assert_int_equal(committed, STORAGE_FULL);
    assert_int_equal(database_rollback(f->db), OK);
    assert_int_equal(integer(f->db, COUNT_ALL, NO_ARGS), 1);
    assert_int_equal(add(f->db, 2, NULL), OK);
}

static bool fsync_fails;

// Stands before libc's for SQLite too.
int fdatasync(int file)
{
    if (fsync_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, file);
}

static void a_failed_fsync_ends_the_process(void **state)
{
    struct fixture *f = begin(state);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_DUMPABLE, 0);
        signal(SIGABRT, SIG_DFL);
        struct database *db = test_database_open(&f->made, false);
        fsync_fails = true;
        status result = add(db, 1, NULL);
        _exit(result == OK ? 1 : 2);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT);
}

/* PostgreSQL alone */

static void connection_end(struct fixture *f)
{
    int64_t pid = integer(f->db, "SELECT pg_backend_pid()", NO_ARGS);
    struct database *other = test_database_open(&f->made, false);
    assert_int_equal(integer(other, "SELECT pg_terminate_backend(CAST($1 AS INT), 5000)", ARGS(value_i64(pid))), 1);
    database_close(other);
}

static void a_lost_connection_comes_back(void **state)
{
    struct fixture *f = begin(state);
    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(add(f->db, 1, NULL), OK);
    connection_end(f);
    assert_int_equal(add(f->db, 2, NULL), STORAGE_FAULT);
    assert_false(database_transaction_stands(f->db));
    assert_int_equal(database_savepoint(f->db, "a"), STORAGE_FAULT);
    assert_int_equal(database_commit(f->db), STORAGE_FAULT); // nothing was sent, so nothing is unknown
    assert_int_equal(database_rollback(f->db), STORAGE_FAULT);
    assert_int_equal(database_begin(f->db), STORAGE_FAULT);
    assert_int_equal(database_reconnect(f->db), OK);
    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(add(f->db, 3, NULL), OK);
    assert_int_equal(database_commit(f->db), OK);
    assert_int_equal(database_reconnect(f->db), OK);
    char found[32];
    ids(f->db, found);
    assert_string_equal(found, "3");
}

static void a_connection_lost_in_commit_is_unknown(void **state)
{
    struct fixture *f = begin(state);
    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(add(f->db, 1, NULL), OK);
    connection_end(f);
    assert_int_equal(database_commit(f->db), OUTCOME_UNKNOWN);
    assert_int_equal(database_reconnect(f->db), OK);
    assert_int_equal(integer(f->db, COUNT_ALL, NO_ARGS), 0);
}

// A session of weeks must not gather statements on the server.
static void the_server_keeps_no_more_statements_than_we_do(void **state)
{
    enum { TEXTS = DATABASE_STATEMENT_COUNT_MAX + 10 };
    static char texts[TEXTS][40];
    static const char kept[] = "SELECT count(*) FROM pg_prepared_statements";
    struct fixture *f = begin(state);
    struct database *db = test_database_open(&f->made, false);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(database_run(db, INSERT_ID, ARGS(value_i64(1), value_i64(13)), NULL, NULL), STORAGE_FAULT);
    }
    assert_int_equal(integer(db, kept, NO_ARGS), 2);
    for (int i = 0; i < TEXTS; i++) {
        snprintf(texts[i], sizeof texts[i], "SELECT %d + $1", i);
        assert_int_equal(integer(db, texts[i], ARGS(value_i64(1000))), 1000 + i);
    }
    assert_true(integer(db, kept, NO_ARGS) <= DATABASE_STATEMENT_COUNT_MAX);
    database_close(db);
}

static void a_lock_that_is_held_is_a_conflict(void **state)
{
    struct fixture *f = begin(state);
    assert_int_equal(add(f->db, 1, NULL), OK);
    struct database *other = test_database_open(&f->made, false);
    struct rows rows = { 0 };
    assert_int_equal(database_begin(f->db), OK);
    assert_int_equal(integer(f->db, "SELECT id FROM sample WHERE id = 1 FOR UPDATE", NO_ARGS), 1);
    assert_int_equal(database_query(other, &rows, "SELECT id FROM sample WHERE id = 1 FOR UPDATE NOWAIT", NO_ARGS),
                     STORAGE_CONFLICT);
    assert_int_equal(database_commit(f->db), OK);
    database_close(other);
}

static void connections_are_durable_and_patient(void **state)
{
    struct fixture *f = *state;
    struct test_database made = f->made;
    snprintf(made.location, sizeof made.location, "%.900s&options=-csynchronous_commit%%3Doff", f->made.location);
    struct database *db = test_database_open(&made, false);
    static const struct {
        const char *sql;
        const char *expected;
    } cases[] = {
        { "SELECT current_setting('synchronous_commit')", "on" },
        { "SELECT current_setting('lock_timeout')", "5s" },
        { "SELECT current_setting('statement_timeout')", "30s" },
        { "SELECT current_setting('application_name')", "cardwright" },
        { "SELECT current_setting('transaction_isolation')", "read committed" },
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct rows rows = { 0 };
        assert_int_equal(database_query(db, &rows, cases[i].sql, NO_ARGS), OK);
        assert_true(rows_next(&rows));
        assert_text(row_text(&rows, 0), text_of(cases[i].expected));
        assert_int_equal(rows_close(&rows), OK);
    }
    database_close(db);
}

static void a_bad_url_is_not_repeated(void **state)
{
    (void)state;
    static const char *const urls[] = { "postgresql://user:sesame1@sesame2@nowhere.invalid/x",
                                        "postgresql://user:sesame1@[nowhere/x",
                                        "postgresql://user:sesame1@nowhere.invalid/x?sesame2=1" };
    int file = memfd_create("log", MFD_CLOEXEC);
    assert_true(file >= 0);
    log_set_file(file);
    for (int i = 0; i < COUNT(urls); i++) {
        struct database *db = NULL;
        assert_int_equal(
            database_open(&db, &(struct database_options){ .engine = ENGINE_POSTGRES, .location = urls[i] }),
            STORAGE_FAULT);
        assert_null(db);
    }
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC));
    char lines[8192] = { 0 };
    assert_true(pread(file, lines, sizeof lines - 1, 0) > 0);
    close(file);
    assert_null(strstr(lines, "sesame"));
}

#define ON_BOTH_ENGINES                                                                                                \
    cmocka_unit_test(values_come_back), cmocka_unit_test(a_large_blob_comes_back),                                     \
        cmocka_unit_test(parameters_stand_anywhere), cmocka_unit_test(changed_counts_rows),                            \
        cmocka_unit_test(a_unique_violation_is_an_outcome), cmocka_unit_test(other_violations_are_faults),             \
        cmocka_unit_test(transactions_and_savepoints), cmocka_unit_test(a_failed_transaction_does_not_commit),         \
        cmocka_unit_test(no_savepoint_outside_a_transaction), cmocka_unit_test(a_reader_does_not_write),               \
        cmocka_unit_test(rows_of_one_statement_nest), cmocka_unit_test(returning_changes_at_once_and_is_checked),      \
        cmocka_unit_test(a_copy_past_the_arena_is_not_a_null), cmocka_unit_test(statements_past_the_limit),            \
        cmocka_unit_test(the_log_holds_no_values), cmocka_unit_test(migrations_go_up_once_and_never_past),             \
        cmocka_unit_test(migrations_of_two_processes_do_not_race)

int main(void)
{
    static const struct CMUnitTest sqlite[] = {
        ON_BOTH_ENGINES,
        cmocka_unit_test(the_file_is_private_and_its_settings_are_safe),
        cmocka_unit_test(a_missing_file_is_made_only_when_asked),
        cmocka_unit_test(a_stale_snapshot_is_a_conflict),
        cmocka_unit_test(checkpoint_moves_the_log),
        cmocka_unit_test(a_backup_is_whole_while_others_write),
        cmocka_unit_test(damage_is_found),
        cmocka_unit_test(a_full_disk_is_named),
        cmocka_unit_test(a_failed_fsync_ends_the_process),
    };
    static const struct CMUnitTest postgres[] = {
        ON_BOTH_ENGINES,
        cmocka_unit_test(a_lost_connection_comes_back),
        cmocka_unit_test(a_connection_lost_in_commit_is_unknown),
        cmocka_unit_test(the_server_keeps_no_more_statements_than_we_do),
        cmocka_unit_test(a_lock_that_is_held_is_a_conflict),
        cmocka_unit_test(connections_are_durable_and_patient),
        cmocka_unit_test(a_bad_url_is_not_repeated),
    };
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC)); // most tests make faults on purpose
    int failed = cmocka_run_group_tests(sqlite, sqlite_setup, group_teardown);
    if (getenv("CARDWRIGHT_TEST_POSTGRES") == NULL) {
        printf("PostgreSQL is not tested: CARDWRIGHT_TEST_POSTGRES is not set\n");
    } else {
        failed += cmocka_run_group_tests(postgres, postgres_setup, group_teardown);
    }
    return failed != 0;
}
