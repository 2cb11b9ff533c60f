#include "store/executor.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/log.h"
#include "store/audit.h"
#include "store/checkpointer.h"
#include "store/event.h"
#include "store/lane.h"

enum { LANE_COUNT_MAX = 8, HEARTBEAT_SECONDS = 10 };

struct writer {
    struct executor *executor;
    struct database *database;
    struct lane lane;
    pthread_t thread;
    bool started;

    pthread_mutex_t mutex;
    pthread_cond_t arrived;
    struct write *first, *last; // waiting; under the mutex
    int waiting;
    bool stopping;
};

struct executor {
    struct executor_options options;
    struct id_maker *ids;
    int batch_max;
    struct writer writers[LANE_COUNT_MAX];
    struct checkpointer *checkpointer; // SQLite only
    _Atomic int64_t commits, writes, retries, faults;
};

static const char FIND_KEPT[] = "SELECT fingerprint, http_status, body FROM idempotency WHERE key_hash = $1";
static const char KEEP[] =
    "INSERT INTO idempotency (id, key_hash, fingerprint, http_status, body) VALUES ($1, $2, $3, $4, $5)";

static status replay_under(struct work *work, struct write *write, const struct idempotency_hash *hash, bool *found)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, FIND_KEPT, ARGS(value_blob(hash->key, IDEMPOTENCY_HASH_LEN))));
    *found = rows_next(&rows);
    if (*found) {
        text fingerprint = row_blob(&rows, 0);
        bool same =
            fingerprint.len == IDEMPOTENCY_HASH_LEN && memcmp(fingerprint.at, hash->body, IDEMPOTENCY_HASH_LEN) == 0;
        write->result = same ? OK : IDEMPOTENCY_KEY_REUSED;
        write->replayed = same;
        write->kept_status = (int)row_i64(&rows, 1);
        write->kept_body = row_text_copy(&rows, 2, write->arena);
    }
    return rows_close(&rows);
}

// A repeat of a request that succeeded: found is set and the write is decided.
static status replay(struct work *work, struct write *write, bool *found)
{
    *found = false;
    for (int i = 0; i < write->hash_count && !*found; i++) {
        TRY(replay_under(work, write, &write->hashes[i], found));
    }
    return OK;
}

static status keep(struct work *work, struct write *write)
{
    int http_status = 0;
    text body = TEXT_ABSENT;
    TRY(write->rule->record(work, write->context, &http_status, &body));
    // The same request ran in another process meanwhile: run again, and find its record.
    return work_insert(work, KEEP,
                       ARGS(value_i64(work_id(work)), value_blob(write->hashes[0].key, IDEMPOTENCY_HASH_LEN),
                            value_blob(write->hashes[0].body, IDEMPOTENCY_HASH_LEN), value_i64(http_status),
                            value_text(body)),
                       STORAGE_CONFLICT);
}

static status effect_and_records(struct work *work, struct write *write)
{
    const struct write_rule *rule = write->rule;
    TRY(rule->effect(work, write->context));
    if (rule->audit_action != NULL) {
        TRY(audit_append(work, text_of(rule->audit_action), TEXT("ok")));
    }
    if (rule->event_type != NULL) {
        TRY(event_append(work, text_of(rule->event_type)));
    }
    return write->hash_count > 0 && rule->record != NULL ? keep(work, write) : OK;
}

/*
 * The three functions below return a fault that ends the whole batch, or OK with the write's own *outcome decided.
 * A conflict is always the batch's: everything is run again from a clean transaction.
 */
static bool ends_batch(struct database *database, status outcome)
{
    return outcome == STORAGE_CONFLICT || outcome == OUTCOME_UNKNOWN || !database_transaction_stands(database);
}

static status run_guard(struct work *work, struct write *write, status *outcome)
{
    *outcome = OK;
    if (write->rule->guard == NULL) {
        return OK;
    }
    struct lane *lane = work->lane;
    const struct lane_heads heads = lane_heads(lane);
    TRY(database_savepoint(work->database, "guarded"));
    *outcome = write->rule->guard(work, write->context);
    if (ends_batch(work->database, *outcome)) {
        return status_is_fault(*outcome) ? *outcome : STORAGE_FAULT;
    }
    // A guard that refuses keeps what it counted; only a fault takes it back.
    if (!status_is_fault(*outcome)) {
        return database_release(work->database, "guarded");
    }
    lane_heads_restore(lane, &heads);
    lane->pool_count = 0; // among them may be what this guard reserved
    return database_rollback_to(work->database, "guarded");
}

static status run_effect(struct work *work, struct write *write, status *outcome)
{
    struct lane *lane = work->lane;
    const struct lane_heads heads = lane_heads(lane);
    TRY(database_savepoint(work->database, "effect"));
    lane_effect_begin(lane);
    *outcome = effect_and_records(work, write);
    lane_effect_end(lane, *outcome == OK);
    if (ends_batch(work->database, *outcome)) {
        return status_is_fault(*outcome) ? *outcome : STORAGE_FAULT;
    }
    if (*outcome == OK) {
        return database_release(work->database, "effect");
    }
    lane_heads_restore(lane, &heads);
    return database_rollback_to(work->database, "effect");
}

static status run_write(struct writer *writer, struct write *write)
{
    struct executor *executor = writer->executor;
    arena_rewind(write->arena, write->mark);
    faults_init(write->faults, write->arena);
    write->replayed = false;
    struct work work = {
        .database = writer->database,
        .lane = &writer->lane,
        .keyring = executor->options.keyring,
        .ids = executor->ids,
        .runtime = executor->options.runtime,
        .arena = write->arena,
        .faults = write->faults,
        .actor = write->actor,
        .organization_id = write->actor->organization_id,
        .now_ms = runtime_now_ms(executor->options.runtime),
        .request_id = write->request_id,
    };
    if (write->hash_count > 0) {
        bool found = false;
        TRY(replay(&work, write, &found));
        if (found) {
            return OK;
        }
    }
    status outcome;
    TRY(run_guard(&work, write, &outcome));
    if (outcome == OK) {
        TRY(run_effect(&work, write, &outcome));
    }
    if (outcome != OK && !status_is_fault(outcome) && write->hash_count > 0) {
        // Refused because the same request succeeded in another process while this one waited for its rows?
        bool found = false;
        TRY(replay(&work, write, &found));
        if (found) {
            return OK;
        }
    }
    if (outcome != OK && !status_is_fault(outcome) && write->rule->audit_action != NULL) {
        TRY(audit_append(&work, text_of(write->rule->audit_action), text_of(status_code(outcome))));
    }
    write->result = outcome;
    return OK;
}

static status run_in_transaction(struct writer *writer, struct write *list)
{
    TRY(database_begin(writer->database));
    for (struct write *write = list; write != NULL; write = write->next) {
        TRY(run_write(writer, write));
    }
    struct lane *lane = &writer->lane;
    if (lane->changed || list == NULL) {
        TRY(lane_save(lane, writer->database, runtime_now_ms(writer->executor->options.runtime)));
    }
    TRY(database_commit(writer->database));
    lane->changed = false;
    // Before any number is shown; see store/high_water.h.
    if (lane->mark_count > 0) {
        status raised = high_water_raise(writer->executor->options.high_water, lane->marks, lane->mark_count);
        if (raised != OK) {
            LOG(LOG_ERROR, "executor.high_water",
                "A change was saved, but its high-water mark was not; its numbers are not shown.",
                LOG_S("code", status_code(raised)));
            return OUTCOME_UNKNOWN; // it was committed: to say that nothing changed would be wrong
        }
        lane->mark_count = lane->mark_floor = 0;
    }
    return OK;
}

// After a failed transaction: what stands in memory was never committed.
static status recover(struct writer *writer)
{
    status rolled_back = database_rollback(writer->database);
    if (rolled_back != OK) {
        TRY(database_reconnect(writer->database));
    }
    status reloaded = lane_reload(&writer->lane, writer->database);
    if (reloaded == STORAGE_CONFLICT) {
        LOG(LOG_WARN, "executor.lane_lost", "Another process took this writer's lane; leasing a new one.",
            LOG_I("lane", writer->lane.id));
        TRY(lane_lease(&writer->lane, writer->database, writer->lane.holder,
                       runtime_now_ms(writer->executor->options.runtime)));
        if (writer == &writer->executor->writers[0]) {
            // The old lane's number makes another process's ids now.
            id_maker_set_node(writer->executor->ids, (int)(writer->lane.id % ID_NODE_COUNT));
        }
        return OK;
    }
    return reloaded;
}

static status attempt(struct writer *writer, struct write *list)
{
    status result = run_in_transaction(writer, list);
    if (result == OK) {
        atomic_fetch_add(&writer->executor->commits, 1);
        return OK;
    }
    status recovered = recover(writer);
    if (recovered != OK) {
        atomic_fetch_add(&writer->executor->faults, 1);
        LOG(LOG_ERROR, "executor.fault",
            "A batch failed and the database does not answer; writes are refused until it does.",
            LOG_S("batch", status_code(result)), LOG_S("recovery", status_code(recovered)));
    }
    return result;
}

// Retries a list in which something met another process (R-PG-1: bounded, with a growing random pause).
static status attempt_until_done(struct writer *writer, struct write *list)
{
    status result = attempt(writer, list);
    for (int try = 1; result == STORAGE_CONFLICT && try <= EXECUTOR_RETRY_COUNT_MAX; try++) {
        atomic_fetch_add(&writer->executor->retries, 1);
        uint32_t jitter;
        runtime_random(writer->executor->options.runtime, &jitter, sizeof jitter);
        struct timespec pause = { .tv_nsec = (long)(jitter % (2000000u << try)) };
        nanosleep(&pause, NULL);
        result = attempt(writer, list);
    }
    return result;
}

static void finish_all(struct writer *writer, struct write *list, status batch_result)
{
    int64_t count = 0;
    while (list != NULL) {
        struct write *write = list;
        list = write->next; // `done` may free the write
        if (batch_result != OK) {
            write->result = batch_result;
            write->replayed = false;
        }
        write->done(write);
        count++;
    }
    atomic_fetch_add(&writer->executor->writes, count);
}

static void run_batch(struct writer *writer, struct write *list)
{
    status result = attempt_until_done(writer, list);
    if (result == STORAGE_CONFLICT && list != NULL && list->next != NULL) {
        // Together they keep meeting somebody; one by one each has its own chance.
        while (list != NULL) {
            struct write *write = list;
            list = write->next;
            write->next = NULL;
            finish_all(writer, write, attempt_until_done(writer, write));
        }
        return;
    }
    finish_all(writer, list, result);
}

// Cuts the first `count` writes off the list.
static struct write *cut(struct write **list, int count)
{
    struct write *head = *list, *tail = head;
    for (int i = 1; i < count && tail->next != NULL; i++) {
        tail = tail->next;
    }
    *list = tail->next;
    tail->next = NULL;
    return head;
}

// Everything that waits; NULL with *stopped false when a heartbeat is due.
static struct write *take(struct writer *writer, bool *stopped)
{
    pthread_mutex_lock(&writer->mutex);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += HEARTBEAT_SECONDS;
    int wait_result = 0;
    while (writer->first == NULL && !writer->stopping && wait_result == 0) {
        wait_result = pthread_cond_timedwait(&writer->arrived, &writer->mutex, &until);
    }
    struct write *list = writer->first;
    writer->first = writer->last = NULL;
    writer->waiting = 0;
    *stopped = list == NULL && writer->stopping;
    pthread_mutex_unlock(&writer->mutex);
    return list;
}

static void *writer_main(void *argument)
{
    struct writer *writer = argument;
    struct executor *executor = writer->executor;
    for (;;) {
        bool stopped = false;
        struct write *list = take(writer, &stopped);
        if (stopped) {
            return NULL;
        }
        if (list == NULL && database_engine(writer->database) == ENGINE_POSTGRES) {
            run_batch(writer, NULL); // keeps the lease
        }
        while (list != NULL) {
            run_batch(writer, cut(&list, executor->batch_max));
            if (executor->checkpointer != NULL) {
                checkpointer_between_commits(executor->checkpointer, writer->database);
            }
        }
    }
}

static status writer_start(struct writer *writer, struct executor *executor)
{
    writer->executor = executor;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->arrived, &attributes);
    pthread_condattr_destroy(&attributes);
    TRY(database_open(&writer->database, &executor->options.database));
    int64_t holder;
    runtime_random(executor->options.runtime, &holder, sizeof holder);
    return lane_lease(&writer->lane, writer->database, holder & INT64_MAX, runtime_now_ms(executor->options.runtime));
}

status executor_start(struct executor **out, const struct executor_options *options)
{
    assert(options->lane_count >= 1 && options->lane_count <= LANE_COUNT_MAX);
    bool sqlite = options->database.engine == ENGINE_SQLITE;
    assert(!sqlite || options->lane_count == 1);
    struct executor *executor = calloc(1, sizeof *executor);
    if (executor == NULL) {
        return OUT_OF_MEMORY;
    }
    executor->options = *options;
    executor->batch_max = sqlite ? EXECUTOR_BATCH_COUNT_SQLITE : EXECUTOR_BATCH_COUNT_POSTGRES;
    status result = OK;
    for (int i = 0; i < options->lane_count && result == OK; i++) {
        result = writer_start(&executor->writers[i], executor);
    }
    if (result == OK) {
        executor->ids = id_maker_new((int)(executor->writers[0].lane.id % ID_NODE_COUNT));
        result = executor->ids != NULL ? OK : OUT_OF_MEMORY;
    }
    if (result == OK && sqlite) {
        result = checkpointer_start(&executor->checkpointer, &options->database);
    }
    for (int i = 0; i < options->lane_count && result == OK; i++) {
        struct writer *writer = &executor->writers[i];
        writer->started = pthread_create(&writer->thread, NULL, writer_main, writer) == 0;
        result = writer->started ? OK : SYSTEM_FAULT;
    }
    if (result != OK) {
        executor_stop(executor);
        return result;
    }
    *options->ids = executor->ids;
    *out = executor;
    return OK;
}

bool executor_submit(struct executor *executor, struct write *write)
{
    struct writer *writer = &executor->writers[write->part % (uint64_t)executor->options.lane_count];
    write->next = NULL;
    write->mark = arena_mark(write->arena);
    pthread_mutex_lock(&writer->mutex);
    bool accepted = !writer->stopping && writer->waiting < EXECUTOR_QUEUE_COUNT_MAX;
    if (accepted) {
        if (writer->last != NULL) {
            writer->last->next = write;
        } else {
            writer->first = write;
        }
        writer->last = write;
        writer->waiting++;
        pthread_cond_signal(&writer->arrived);
    } else {
        write->result = writer->stopping ? SHUTTING_DOWN : OVERLOADED;
    }
    pthread_mutex_unlock(&writer->mutex);
    return accepted;
}

struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool done;
};

struct waited_write {
    struct write write; // first, so that the one is the other
    struct waiter waiter;
};

static void wake_waiter(struct write *write)
{
    struct waiter *waiter = &((struct waited_write *)write)->waiter;
    pthread_mutex_lock(&waiter->mutex);
    waiter->done = true;
    pthread_cond_signal(&waiter->finished);
    pthread_mutex_unlock(&waiter->mutex);
}

status executor_run(struct executor *executor, struct write *write)
{
    struct waited_write waited = { .write = *write };
    waited.write.done = wake_waiter;
    pthread_mutex_init(&waited.waiter.mutex, NULL);
    pthread_cond_init(&waited.waiter.finished, NULL);
    if (executor_submit(executor, &waited.write)) {
        pthread_mutex_lock(&waited.waiter.mutex);
        while (!waited.waiter.done) {
            pthread_cond_wait(&waited.waiter.finished, &waited.waiter.mutex);
        }
        pthread_mutex_unlock(&waited.waiter.mutex);
    }
    pthread_cond_destroy(&waited.waiter.finished);
    pthread_mutex_destroy(&waited.waiter.mutex);
    write->result = waited.write.result;
    write->replayed = waited.write.replayed;
    write->kept_status = waited.write.kept_status;
    write->kept_body = waited.write.kept_body;
    return write->result;
}

void executor_stop(struct executor *executor)
{
    if (executor == NULL) {
        return;
    }
    for (int i = 0; i < executor->options.lane_count; i++) {
        struct writer *writer = &executor->writers[i];
        if (writer->started) {
            pthread_mutex_lock(&writer->mutex);
            writer->stopping = true;
            pthread_cond_signal(&writer->arrived);
            pthread_mutex_unlock(&writer->mutex);
            pthread_join(writer->thread, NULL);
        }
    }
    checkpointer_stop(executor->checkpointer);
    for (int i = 0; i < executor->options.lane_count; i++) {
        struct writer *writer = &executor->writers[i];
        if (writer->database != NULL) {
            lane_release(&writer->lane, writer->database);
            database_close(writer->database);
        }
        if (writer->executor != NULL) {
            pthread_cond_destroy(&writer->arrived);
            pthread_mutex_destroy(&writer->mutex);
        }
    }
    id_maker_free(executor->ids);
    free(executor);
}

void executor_figures(struct executor *executor, struct executor_figures *figures)
{
    *figures = (struct executor_figures){
        .commits = atomic_load(&executor->commits),
        .writes = atomic_load(&executor->writes),
        .retries = atomic_load(&executor->retries),
        .faults = atomic_load(&executor->faults),
    };
    for (int i = 0; i < executor->options.lane_count; i++) {
        struct writer *writer = &executor->writers[i];
        pthread_mutex_lock(&writer->mutex);
        figures->waiting += writer->waiting;
        pthread_mutex_unlock(&writer->mutex);
    }
}
