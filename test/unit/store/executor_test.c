#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>

#include "base/limits.h"
#include "base/log.h"
#include "store/audit.h"
#include "store/lane.h"
#include "test_executor.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/*
 * The rule of these tests: the guard counts a try in row 0, the effect adds a row and raises a mark. A deed says what
 * both then answer.
 */
struct deed {
    int64_t id;              // of the row that the effect adds
    status guard, effect;    // what they end with
    int conflicts;           // so often the effect meets a conflict first
    uint64_t drawn;          // the mark that the effect raises; 0: none
    bool no_room_for_record; // the reply cannot be kept
    const char *statement;   // one more that the effect runs; may be NULL

    int guard_runs, effect_runs;
};

struct task {
    struct write write; // first: `done` gets it
    struct deed deed;
    struct faults faults;
    struct arena *arena;
    struct gate *gate;           // opened once it is done; may be NULL
    struct test_executor *where; // looked at when it is done; may be NULL
    uint64_t mark_seen;
};

// Counts down; whoever waits goes on at 0.
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    int left;
};

static void gate_init(struct gate *gate, int left)
{
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->opened, NULL);
    gate->left = left;
}

static void gate_pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->left--;
    pthread_cond_broadcast(&gate->opened);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_wait(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->left > 0) {
        pthread_cond_wait(&gate->opened, &gate->mutex);
    }
    pthread_mutex_unlock(&gate->mutex);
}

static const char TABLES[] =
    "DROP TABLE IF EXISTS deed; CREATE TABLE deed (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);"
    "INSERT INTO deed (id, n) VALUES (0, 0)";
static const char COUNT_TRY[] = "UPDATE deed SET n = n + 1 WHERE id = 0";
static const char ADD[] = "INSERT INTO deed (id, n) VALUES ($1, 1)";
static const char TRIES[] = "SELECT n FROM deed WHERE id = 0";
static const char ROWS[] = "SELECT count(*) FROM deed WHERE id > 0";
static const char ROW[] = "SELECT count(*) FROM deed WHERE id = $1";
static const char RECORDS[] = "SELECT count(*) FROM audit WHERE request_id = $1 AND result = $2";
static const char ALL_RECORDS[] = "SELECT count(*) FROM audit WHERE request_id = $1";
static const char EVENTS[] = "SELECT count(*) FROM event WHERE subject_id = $1 AND type = 'deed.done'";
static const char KEPT[] = "SELECT count(*) FROM idempotency WHERE key_hash = $1";

enum { SERIES = 77 };

static status run_guard(struct work *work, void *context)
{
    struct deed *deed = context;
    deed->guard_runs++;
    TRY(work_run(work, COUNT_TRY, NO_ARGS));
    return deed->guard;
}

static status run_effect(struct work *work, void *context)
{
    struct deed *deed = context;
    deed->effect_runs++;
    faults_add(work->faults, TEXT("field"), OUT_OF_RANGE);
    TRY(work_insert(work, ADD, ARGS(value_i64(deed->id)), NUMBER_TAKEN));
    if (deed->drawn != 0) {
        TRY(lane_mark(work->lane, SERIES, deed->drawn));
    }
    if (deed->statement != NULL) {
        TRY(work_run(work, deed->statement, NO_ARGS));
    }
    work_subject(work, "deed", deed->id);
    work_detail_integer(work, "id", deed->id);
    if (deed->conflicts > 0) {
        deed->conflicts--;
        return STORAGE_CONFLICT;
    }
    return deed->effect;
}

static status record_deed(struct work *work, void *context, int *http_status, text *body)
{
    const struct deed *deed = context;
    *http_status = 201;
    *body = arena_print(work->arena, "{\"id\":%lld}", (long long)deed->id);
    return deed->no_room_for_record ? OUT_OF_MEMORY : OK;
}

static const struct write_rule RULE = {
    .guard = run_guard,
    .effect = run_effect,
    .record = record_deed,
    .audit_action = "deed.done",
    .event_type = "deed.done",
};
static const struct actor ACTOR = {
    .kind = ACTOR_API_KEY, .id = 5, .organization_id = 9, .name = TEXT("till"), .channel = CHANNEL_API
};

struct fixture {
    struct test_database made;
    struct database *db; // to look with
    struct test_executor *running;
    int running_count;
    int64_t next_id;
};

static void task_done(struct write *write)
{
    struct task *task = (struct task *)write;
    if (task->where != NULL) {
        task->mark_seen = high_water_mark(task->where->high_water, SERIES);
    }
    if (task->gate != NULL) {
        gate_pass(task->gate);
    }
}

static void task_init(struct task *task, struct fixture *f, const char *request_id)
{
    *task = (struct task){ .deed = { .id = ++f->next_id }, .arena = arena_new(64 * 1024) };
    assert_non_null(task->arena);
    task->write = (struct write){
        .rule = &RULE,
        .context = &task->deed,
        .actor = &ACTOR,
        .request_id = text_of(request_id),
        .arena = task->arena,
        .faults = &task->faults,
        .done = task_done,
    };
}

static void task_identify(struct task *task, uint8_t key, uint8_t fingerprint)
{
    task->write.hash_count = 1;
    memset(task->write.hashes[0].key, key, IDEMPOTENCY_HASH_LEN);
    memset(task->write.hashes[0].body, fingerprint, IDEMPOTENCY_HASH_LEN);
}

static status task_run(struct task *task, struct fixture *f)
{
    return executor_run(f->running->executor, &task->write);
}

static void task_release(struct task *task)
{
    arena_free(task->arena);
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

static void assert_chains_hold(struct fixture *f)
{
    struct audit_break broken = { 0 };
    int64_t count = 0;
    assert_int_equal(audit_verify(f->db, &broken, &count), OK);
    assert_int_equal(count, integer(f->db, "SELECT count(*) FROM audit", NO_ARGS));
}

static void start(struct fixture *f, int executor_count)
{
    f->running = calloc((size_t)executor_count, sizeof *f->running);
    assert_non_null(f->running);
    f->running_count = executor_count;
    for (int i = 0; i < executor_count; i++) {
        test_executor_start(&f->running[i], &f->made, f->made.engine == ENGINE_SQLITE ? 1 : 2, &runtime_real);
    }
}

static void stop(struct fixture *f)
{
    for (int i = 0; i < f->running_count; i++) {
        test_executor_stop(&f->running[i]);
    }
    f->running_count = 0;
    free(f->running);
    f->running = NULL;
}

static int group_setup(void **state, enum engine engine)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    log_set_file(open("/dev/null", O_WRONLY | O_CLOEXEC)); // faults are made on purpose
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

static int begin(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(database_script(f->db, TABLES), OK);
    start(f, 1);
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    stop(f);
    assert_chains_hold(f);
    return 0;
}

/* Both engines */

static void guard_and_effect_stand_or_fall(void **state)
{
    static const struct {
        status guard, effect, result;
        int64_t tries, rows;
        const char *audited; // NULL: a fault is not
    } cases[] = {
        { OK, OK, OK, 1, 1, "ok" },
        { OK, CARD_LIMIT_REACHED, CARD_LIMIT_REACHED, 1, 0, "card_limit_reached" },
        { OTP_WRONG, OK, OTP_WRONG, 1, 0, "otp_wrong" },
        { OK, OUT_OF_MEMORY, OUT_OF_MEMORY, 1, 0, NULL },
        { OUT_OF_MEMORY, OK, OUT_OF_MEMORY, 0, 0, NULL },
    };
    struct fixture *f = *state;
    for (int i = 0; i < COUNT(cases); i++) {
        char request_id[32];
        struct task task;
        snprintf(request_id, sizeof request_id, "stand-%d", i);
        task_init(&task, f, request_id);
        task_identify(&task, (uint8_t)(10 + i), 1);
        task.deed.guard = cases[i].guard;
        task.deed.effect = cases[i].effect;
        int64_t tries = integer(f->db, TRIES, NO_ARGS);
        assert_int_equal(task_run(&task, f), cases[i].result);
        assert_false(task.write.replayed);
        assert_int_equal(task.deed.effect_runs, cases[i].guard == OK ? 1 : 0);
        assert_int_equal(integer(f->db, TRIES, NO_ARGS) - tries, cases[i].tries);
        assert_int_equal(integer(f->db, ROW, ARGS(value_i64(task.deed.id))), cases[i].rows);
        assert_int_equal(integer(f->db, EVENTS, ARGS(value_i64(task.deed.id))), cases[i].rows);
        assert_int_equal(integer(f->db, KEPT, ARGS(value_blob(task.write.hashes[0].key, IDEMPOTENCY_HASH_LEN))),
                         cases[i].rows);
        assert_int_equal(integer(f->db, ALL_RECORDS, ARGS(value_text(text_of(request_id)))), cases[i].audited != NULL);
        if (cases[i].audited != NULL) {
            assert_int_equal(
                integer(f->db, RECORDS, ARGS(value_text(text_of(request_id)), value_text(text_of(cases[i].audited)))),
                1);
        }
        task_release(&task);
    }
}

static void a_rule_without_records_leaves_none(void **state)
{
    static const struct write_rule bare = { .effect = run_effect };
    struct fixture *f = *state;
    struct task task;
    task_init(&task, f, "bare");
    task_identify(&task, 60, 1);
    task.write.rule = &bare;
    assert_int_equal(task_run(&task, f), OK);
    assert_int_equal(integer(f->db, ROW, ARGS(value_i64(task.deed.id))), 1);
    assert_int_equal(integer(f->db, ALL_RECORDS, ARGS(value_text(TEXT("bare")))), 0);
    assert_int_equal(integer(f->db, EVENTS, ARGS(value_i64(task.deed.id))), 0);
    assert_int_equal(integer(f->db, KEPT, ARGS(value_blob(task.write.hashes[0].key, IDEMPOTENCY_HASH_LEN))), 0);
    task_release(&task);
}

static void only_the_first_success_is_replayed(void **state)
{
    static const struct {
        uint8_t key, fingerprint;
        status effect, result;
        bool replayed;
    } cases[] = {
        { 1, 1, CARD_LIMIT_REACHED, CARD_LIMIT_REACHED, false }, // not kept
        { 1, 1, OK, OK, false },
        { 1, 1, CARD_LIMIT_REACHED, OK, true },
        { 1, 1, OK, OK, true },
        { 1, 2, OK, IDEMPOTENCY_KEY_REUSED, false },
        { 2, 1, OK, OK, false },
        { 1, 1, OK, OK, true },
    };
    struct fixture *f = *state;
    char first[32] = "";
    for (int i = 0; i < COUNT(cases); i++) {
        struct task task;
        task_init(&task, f, "replay");
        task_identify(&task, cases[i].key, cases[i].fingerprint);
        task.deed.effect = cases[i].effect;
        assert_int_equal(task_run(&task, f), cases[i].result);
        assert_int_equal(task.write.replayed, cases[i].replayed);
        bool ran = !cases[i].replayed && cases[i].result != IDEMPOTENCY_KEY_REUSED;
        assert_int_equal(task.deed.guard_runs, ran);
        assert_int_equal(task.deed.effect_runs, ran);
        assert_int_equal(integer(f->db, ROW, ARGS(value_i64(task.deed.id))), ran && cases[i].effect == OK);
        if (cases[i].key == 1 && ran) {
            snprintf(first, sizeof first, "{\"id\":%lld}", (long long)task.deed.id);
        }
        if (cases[i].replayed) {
            assert_int_equal(task.write.kept_status, 201);
            assert_int_equal(task.write.kept_body.len, strlen(first));
            assert_memory_equal(task.write.kept_body.at, first, strlen(first));
        }
        task_release(&task);
    }
    assert_int_equal(integer(f->db, ROWS, NO_ARGS), 2);
}

// After the key that hashes was rotated: a repeat is found under the older hash, and what is new is kept under the newer.
static void repeats_are_found_under_older_hashes(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        struct task task;
        task_init(&task, f, "older");
        task_identify(&task, 11, 1);
        if (i > 0) {
            task.write.hashes[1] = task.write.hashes[0];
            memset(&task.write.hashes[0], i == 1 ? 12 : 13, sizeof task.write.hashes[0]);
            task.write.hash_count = 2;
            task.write.hashes[1].body[0] ^= i == 2; // another body
        }
        assert_int_equal(task_run(&task, f), i == 2 ? IDEMPOTENCY_KEY_REUSED : OK);
        assert_int_equal(task.write.replayed, i == 1);
        task_release(&task);
    }
    struct task task;
    task_init(&task, f, "newer");
    task_identify(&task, 14, 1);
    task.write.hashes[1] = (struct idempotency_hash){ { 15 }, { 15 } };
    task.write.hash_count = 2;
    assert_int_equal(task_run(&task, f), OK);
    assert_int_equal(integer(f->db, KEPT, ARGS(value_blob(task.write.hashes[0].key, IDEMPOTENCY_HASH_LEN))), 1);
    assert_int_equal(integer(f->db, KEPT, ARGS(value_blob(task.write.hashes[1].key, IDEMPOTENCY_HASH_LEN))), 0);
    task_release(&task);
}

struct duplicate {
    struct task task;
    struct executor *executor;
    pthread_t thread;
};

static void *submit_duplicate(void *argument)
{
    struct duplicate *duplicate = argument;
    executor_run(duplicate->executor, &duplicate->task.write);
    return NULL;
}

// From a hundred threads; on PostgreSQL through four lanes of two processes.
static void run_duplicates(struct fixture *f, uint8_t key, bool same_row)
{
    enum { DUPLICATES = 100 };
    static struct duplicate duplicates[DUPLICATES];
    int64_t rows = integer(f->db, ROWS, NO_ARGS), tries = integer(f->db, TRIES, NO_ARGS), id = f->next_id;
    for (int i = 0; i < DUPLICATES; i++) {
        struct duplicate *duplicate = &duplicates[i];
        f->next_id = same_row ? id : f->next_id;
        task_init(&duplicate->task, f, same_row ? "same row" : "duplicate");
        task_identify(&duplicate->task, key, 1);
        duplicate->task.write.part = (uint64_t)i / 2;
        duplicate->executor = f->running[i % f->running_count].executor;
    }
    for (int i = 0; i < DUPLICATES; i++) {
        assert_int_equal(pthread_create(&duplicates[i].thread, NULL, submit_duplicate, &duplicates[i]), 0);
    }
    int first_count = 0;
    for (int i = 0; i < DUPLICATES; i++) {
        pthread_join(duplicates[i].thread, NULL);
        const struct write *write = &duplicates[i].task.write;
        assert_int_equal(write->result, OK);
        first_count += !write->replayed;
        if (write->replayed) {
            assert_int_equal(write->kept_status, 201);
            assert_true(text_starts_with(write->kept_body, TEXT("{\"id\":")));
        }
        task_release(&duplicates[i].task);
    }
    text request_id = text_of(same_row ? "same row" : "duplicate");
    assert_int_equal(first_count, 1);
    assert_int_equal(integer(f->db, ROWS, NO_ARGS) - rows, 1);
    assert_int_equal(integer(f->db, ALL_RECORDS, ARGS(value_text(request_id))), 1);
    // One that waited for the first one's row had run its guard by then.
    assert_true(integer(f->db, TRIES, NO_ARGS) - tries == 1 || (same_row && f->running_count > 1));
}

static void concurrent_duplicates_have_one_effect(void **state)
{
    struct fixture *f = *state;
    if (f->made.engine == ENGINE_POSTGRES) {
        stop(f);
        start(f, 2);
    }
    run_duplicates(f, 3, false);
    run_duplicates(f, 4, true);
}

// Keeps its lane's writer busy until told, so that what is submitted meanwhile becomes one batch.
struct blocker {
    struct gate entered, leave;
};

static status block(struct work *work, void *context)
{
    (void)work;
    struct blocker *blocker = context;
    gate_pass(&blocker->entered);
    gate_wait(&blocker->leave);
    return OK;
}

static const struct write_rule BLOCK = { .effect = block };

static void block_writer(struct fixture *f, struct task *task, struct blocker *blocker)
{
    task_init(task, f, "block");
    gate_init(&blocker->entered, 1);
    gate_init(&blocker->leave, 1);
    task->write.rule = &BLOCK;
    task->write.context = blocker;
    assert_true(executor_submit(f->running->executor, &task->write));
    gate_wait(&blocker->entered);
}

// In one batch: outcomes, a fault and a conflict that never ends trouble nobody else.
static void one_failing_write_does_not_harm_its_batch(void **state)
{
    enum { TASKS = 12 };
    static const struct {
        status guard, effect;
        int conflicts;
        status result;
    } cases[TASKS] = {
        [2] = { .effect = NUMBER_TAKEN, .result = NUMBER_TAKEN },
        [5] = { .guard = OTP_WRONG, .result = OTP_WRONG },
        [7] = { .effect = OUT_OF_MEMORY, .result = OUT_OF_MEMORY },
        [9] = { .conflicts = 1000, .result = STORAGE_CONFLICT },
    };
    struct fixture *f = *state;
    for (int with_conflict = 0; with_conflict < 2; with_conflict++) {
        struct task tasks[TASKS], blocking;
        struct blocker blocker;
        struct gate all;
        struct executor_figures before, after;
        gate_init(&all, TASKS + 1);
        block_writer(f, &blocking, &blocker);
        blocking.gate = &all;
        executor_figures(f->running->executor, &before);
        int64_t rows = integer(f->db, ROWS, NO_ARGS);
        for (int i = 0; i < TASKS; i++) {
            task_init(&tasks[i], f, "batch");
            tasks[i].gate = &all;
            tasks[i].deed.guard = cases[i].guard;
            tasks[i].deed.effect = cases[i].effect;
            tasks[i].deed.conflicts = with_conflict ? cases[i].conflicts : 0;
            assert_true(executor_submit(f->running->executor, &tasks[i].write));
        }
        gate_pass(&blocker.leave);
        gate_wait(&all);
        int done = 0;
        for (int i = 0; i < TASKS; i++) {
            status expected = cases[i].conflicts > 0 && !with_conflict ? OK : cases[i].result;
            assert_int_equal(tasks[i].write.result, expected);
            assert_int_equal(integer(f->db, ROW, ARGS(value_i64(tasks[i].deed.id))), expected == OK);
            done += expected == OK;
            task_release(&tasks[i]);
        }
        executor_figures(f->running->executor, &after);
        assert_int_equal(integer(f->db, ROWS, NO_ARGS) - rows, done);
        // The blocker's commit and one for all; or, after the conflict, one each.
        assert_int_equal(after.commits - before.commits, with_conflict ? 1 + TASKS - 1 : 2);
        task_release(&blocking);
    }
}

static void a_conflict_is_run_again_from_a_clean_start(void **state)
{
    static const struct {
        int conflicts;
        status result;
        int runs, kept;
    } cases[] = {
        { 0, OK, 1, 1 },
        { 1, OK, 2, 1 },
        { EXECUTOR_RETRY_COUNT_MAX, OK, EXECUTOR_RETRY_COUNT_MAX + 1, 1 },
        { EXECUTOR_RETRY_COUNT_MAX + 1, STORAGE_CONFLICT, EXECUTOR_RETRY_COUNT_MAX + 1, 0 },
    };
    struct fixture *f = *state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct executor_figures before, after;
        struct task task;
        char request_id[32];
        snprintf(request_id, sizeof request_id, "again-%d", i);
        task_init(&task, f, request_id);
        task_identify(&task, (uint8_t)(20 + i), 1);
        task.deed.conflicts = cases[i].conflicts;
        int64_t tries = integer(f->db, TRIES, NO_ARGS);
        executor_figures(f->running->executor, &before);
        assert_int_equal(task_run(&task, f), cases[i].result);
        executor_figures(f->running->executor, &after);
        assert_int_equal(task.deed.effect_runs, cases[i].runs);
        assert_int_equal(after.retries - before.retries, cases[i].runs - 1);
        assert_int_equal(task.faults.count, 1); // those of the last run alone
        assert_int_equal(integer(f->db, TRIES, NO_ARGS) - tries, cases[i].kept);
        assert_int_equal(integer(f->db, ROW, ARGS(value_i64(task.deed.id))), cases[i].kept);
        assert_int_equal(integer(f->db, ALL_RECORDS, ARGS(value_text(text_of(request_id)))), cases[i].kept);
        assert_int_equal(integer(f->db, EVENTS, ARGS(value_i64(task.deed.id))), cases[i].kept);
        task_release(&task);
    }
}

// Whatever undoes the effect undoes its mark too: a mark above the database would look like a restored backup.
static void a_mark_is_written_before_the_reply_and_never_without_its_commit(void **state)
{
    static const struct {
        uint64_t drawn;
        status effect;
        int conflicts;
        bool no_room_for_record;
        status result;
        uint64_t mark;
    } cases[] = {
        { 10, OK, 0, false, OK, 10 },
        { 20, CARD_LIMIT_REACHED, 0, false, CARD_LIMIT_REACHED, 10 },
        { 30, OUT_OF_MEMORY, 0, false, OUT_OF_MEMORY, 10 },
        { 40, OK, 0, true, OUT_OF_MEMORY, 10 },
        { 50, OK, EXECUTOR_RETRY_COUNT_MAX + 1, false, STORAGE_CONFLICT, 10 },
        { 60, OK, 2, false, OK, 60 },
        { 55, OK, 0, false, OK, 60 },
    };
    struct fixture *f = *state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct task task;
        struct gate done;
        gate_init(&done, 1);
        task_init(&task, f, "mark");
        task_identify(&task, (uint8_t)(30 + i), 1);
        task.deed.drawn = cases[i].drawn;
        task.deed.effect = cases[i].effect;
        task.deed.conflicts = cases[i].conflicts;
        task.deed.no_room_for_record = cases[i].no_room_for_record;
        task.gate = &done;
        task.where = f->running;
        assert_true(executor_submit(f->running->executor, &task.write));
        gate_wait(&done);
        assert_int_equal(task.write.result, cases[i].result);
        assert_int_equal(task.mark_seen, cases[i].mark);
        task_release(&task);
    }
}

// In one batch: the marks of those that stand, and not of the one between them that fell.
static void a_fallen_mark_takes_no_other_with_it(void **state)
{
    static const struct {
        uint64_t drawn;
        status effect;
    } cases[] = { { 100, OK }, { 900, CARD_LIMIT_REACHED }, { 300, OK }, { 800, OUT_OF_MEMORY } };
    struct fixture *f = *state;
    struct task tasks[COUNT(cases)], blocking;
    struct blocker blocker;
    struct gate all;
    gate_init(&all, COUNT(cases) + 1);
    block_writer(f, &blocking, &blocker);
    blocking.gate = &all;
    for (int i = 0; i < COUNT(cases); i++) {
        task_init(&tasks[i], f, "marks");
        tasks[i].gate = &all;
        tasks[i].deed.drawn = cases[i].drawn;
        tasks[i].deed.effect = cases[i].effect;
        assert_true(executor_submit(f->running->executor, &tasks[i].write));
    }
    gate_pass(&blocker.leave);
    gate_wait(&all);
    assert_int_equal(high_water_mark(f->running->high_water, SERIES), 300);
    for (int i = 0; i < COUNT(cases); i++) {
        task_release(&tasks[i]);
    }
    task_release(&blocking);
}

// What was accepted is done, and told, before the stop ends.
static void stopping_drains_the_queue(void **state)
{
    enum { TASKS = 60 };
    struct fixture *f = *state;
    static struct task tasks[TASKS];
    struct gate all;
    gate_init(&all, TASKS);
    for (int i = 0; i < TASKS; i++) {
        task_init(&tasks[i], f, "drain");
        tasks[i].gate = &all;
        tasks[i].write.part = (uint64_t)i;
        assert_true(executor_submit(f->running->executor, &tasks[i].write));
    }
    stop(f);
    assert_int_equal(all.left, 0);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(tasks[i].write.result, OK);
        task_release(&tasks[i]);
    }
    assert_int_equal(integer(f->db, ROWS, NO_ARGS), TASKS);
}

static status do_nothing(struct work *work, void *context)
{
    (void)work, (void)context;
    return OK;
}

static void a_full_queue_refuses_and_recovers(void **state)
{
    static const struct write_rule nothing = { .effect = do_nothing };
    struct fixture *f = *state;
    static struct task tasks[EXECUTOR_QUEUE_COUNT_MAX];
    struct task first, blocking, over;
    struct blocker blocker;
    struct gate all;
    gate_init(&all, EXECUTOR_QUEUE_COUNT_MAX + 1);
    block_writer(f, &blocking, &blocker);
    blocking.gate = &all;
    task_init(&first, f, "queue");
    task_init(&over, f, "over");
    for (int i = 0; i < EXECUTOR_QUEUE_COUNT_MAX; i++) {
        tasks[i] = (struct task){ .write = first.write, .gate = &all }; // one arena serves one writer's writes
        tasks[i].write.rule = &nothing;
        tasks[i].write.faults = &first.faults;
        assert_true(executor_submit(f->running->executor, &tasks[i].write));
    }
    assert_false(executor_submit(f->running->executor, &over.write));
    assert_int_equal(over.write.result, OVERLOADED);
    gate_pass(&blocker.leave);
    gate_wait(&all);
    assert_int_equal(task_run(&over, f), OK);
    task_release(&first);
    task_release(&blocking);
    task_release(&over);
}

// Another process took the lane: nothing of the batch may be saved under it. It is run again on a new one.
static void a_lost_lane_is_left_behind(void **state)
{
    static const char steal[] = "UPDATE lane SET holder = holder + 1, until_ms = 9000000000000";
    struct fixture *f = *state;
    struct task task;
    assert_int_equal(database_run(f->db, steal, NO_ARGS, NULL, NULL), OK);
    task_init(&task, f, "lane");
    assert_int_equal(task_run(&task, f), OK);
    assert_int_equal(task.deed.effect_runs, 2);
    assert_int_equal(integer(f->db, ROW, ARGS(value_i64(task.deed.id))), 1);
    assert_int_equal(integer(f->db, ALL_RECORDS, ARGS(value_text(TEXT("lane")))), 1);
    task_release(&task);
    assert_int_equal(database_run(f->db, "UPDATE lane SET until_ms = 0", NO_ARGS, NULL, NULL), OK);
}

/* SQLite alone */

static ssize_t pwrite_full(int file, const void *bytes, size_t len, off_t at)
{
    (void)file, (void)bytes, (void)len, (void)at;
    errno = ENOSPC;
    return -1;
}

static void disk_is_full(bool full)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    static const char *const calls[] = { "pwrite", "pwrite64" };
    for (int i = 0; i < COUNT(calls); i++) {
        vfs->xSetSystemCall(vfs, calls[i], full ? (sqlite3_syscall_ptr)pwrite_full : NULL);
    }
}

static void a_full_disk_refuses_all_and_then_goes_on(void **state)
{
    struct fixture *f = *state;
    struct task before, full, after;
    task_init(&before, f, "disk");
    task_init(&full, f, "disk");
    task_init(&after, f, "disk");
    full.deed.drawn = 5000;
    assert_int_equal(task_run(&before, f), OK);
    disk_is_full(true);
    status result = task_run(&full, f);
    disk_is_full(false);
    assert_int_equal(result, STORAGE_FULL);
    assert_int_equal(high_water_mark(f->running->high_water, SERIES), 0);
    assert_int_equal(task_run(&after, f), OK);
    assert_int_equal(integer(f->db, ROW, ARGS(value_i64(full.deed.id))), 0);
    assert_int_equal(integer(f->db, ROW, ARGS(value_i64(after.deed.id))), 1);
    assert_int_equal(integer(f->db, ALL_RECORDS, ARGS(value_text(TEXT("disk")))), 2);
    task_release(&before);
    task_release(&full);
    task_release(&after);
}

/* PostgreSQL alone */

static void a_lost_connection_fails_the_batch_and_is_made_again(void **state)
{
    struct fixture *f = *state;
    struct task lost, after;
    task_init(&lost, f, "connection");
    task_init(&after, f, "connection");
    lost.deed.statement = "SELECT pg_terminate_backend(pg_backend_pid())";
    status result = task_run(&lost, f);
    assert_true(result != OK && status_is_fault(result));
    assert_int_equal(task_run(&after, f), OK);
    assert_int_equal(integer(f->db, ROW, ARGS(value_i64(lost.deed.id))), 0);
    assert_int_equal(integer(f->db, ROW, ARGS(value_i64(after.deed.id))), 1);
    task_release(&lost);
    task_release(&after);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define BOTH                                                                                                           \
    CASE(guard_and_effect_stand_or_fall), CASE(a_rule_without_records_leaves_none),                                    \
        CASE(only_the_first_success_is_replayed), CASE(repeats_are_found_under_older_hashes),                          \
        CASE(concurrent_duplicates_have_one_effect), CASE(one_failing_write_does_not_harm_its_batch),                  \
        CASE(a_conflict_is_run_again_from_a_clean_start),                                                              \
        CASE(a_mark_is_written_before_the_reply_and_never_without_its_commit),                                         \
        CASE(a_fallen_mark_takes_no_other_with_it), CASE(stopping_drains_the_queue),                                   \
        CASE(a_full_queue_refuses_and_recovers), CASE(a_lost_lane_is_left_behind)

int main(void)
{
    const struct CMUnitTest sqlite[] = { BOTH, CASE(a_full_disk_refuses_all_and_then_goes_on) };
    const struct CMUnitTest postgres[] = { BOTH, CASE(a_lost_connection_fails_the_batch_and_is_made_again) };
    int failed = cmocka_run_group_tests_name("SQLite", sqlite, sqlite_setup, group_teardown);
    if (getenv("CARDWRIGHT_TEST_POSTGRES") != NULL) {
        failed += cmocka_run_group_tests_name("PostgreSQL", postgres, postgres_setup, group_teardown);
    } else {
        printf("PostgreSQL is not tested: CARDWRIGHT_TEST_POSTGRES is not set\n");
    }
    return failed;
}
