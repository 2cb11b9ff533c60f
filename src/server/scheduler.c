#include "server/scheduler.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/card_expiry.h"
#include "domain/key.h"
#include "domain/outbox.h"
#include "store/audit_heads.h"
#include "store/event.h"
#include "store/idempotency.h"

// Two threads: a task that takes long must not keep the other from seeing what other processes did to the keys.
enum line { LINE_KEYS, LINE_WORK, LINE_COUNT };

struct scheduler_thread {
    struct scheduler *scheduler;
    enum line line;
    pthread_t thread;
    bool started;
};

struct scheduler {
    struct scheduler_options options;
    struct arena *arena;      // of LINE_WORK, which alone writes
    struct database *looking; // of LINE_KEYS; NULL: to be opened
    struct scheduler_thread threads[LINE_COUNT];
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stopping;
};

/* The tasks' writes. */

static status publish_events(struct work *work, void *context)
{
    return event_publish(work, context);
}

static status expire_cards(struct work *work, void *context)
{
    return card_expire_due(work, context);
}

static status forget_repeats(struct work *work, void *context)
{
    return idempotency_forget(work, work->now_ms - IDEMPOTENCY_KEEP_MS, context);
}

static status expire_messages(struct work *work, void *context)
{
    return outbox_expire(work, context);
}

static status run_write(struct scheduler *scheduler, status (*effect)(struct work *, void *), int64_t *count)
{
    const struct write_rule rule = { .effect = effect };
    const struct actor actor = { .kind = ACTOR_SYSTEM, .name = TEXT("scheduler"), .channel = CHANNEL_SCHEDULER };
    struct faults faults;
    struct write write = {
        .rule = &rule, .context = count, .actor = &actor, .arena = scheduler->arena, .faults = &faults
    };
    return executor_run(scheduler->options.executor, &write);
}

static status export_heads(struct scheduler *scheduler)
{
    struct database *database;
    TRY(reader_pool_take(scheduler->options.readers, &database));
    status result = audit_heads_export(database, scheduler->options.keyring, scheduler->options.heads_path,
                                       runtime_now_ms(scheduler->options.runtime));
    reader_pool_give(scheduler->options.readers, database, result);
    return result;
}

// Every second: another process may have changed the set of keys. On a connection of its own, since a busy pool must not
// make this one blind.
static status refresh_keys(struct scheduler *scheduler)
{
    if (scheduler->looking == NULL) {
        TRY(database_open(&scheduler->looking, &scheduler->options.database));
    }
    status result = key_refresh(scheduler->looking, scheduler->options.keyring);
    if (result != OK) {
        database_close(scheduler->looking);
        scheduler->looking = NULL;
    }
    return result;
}

static const struct task {
    const char *name;
    enum line line;
    int period_seconds;
    status (*effect)(struct work *work, void *count); // a write that says how much it did; repeated while that is much
    status (*other)(struct scheduler *scheduler);
} tasks[] = {
    { "refresh_keys", LINE_KEYS, 1, NULL, refresh_keys },
    { "publish_events", LINE_WORK, 1, publish_events, NULL },
    { "export_audit_heads", LINE_WORK, 60, NULL, export_heads },
    { "expire_cards", LINE_WORK, 60, expire_cards, NULL },
    { "expire_messages", LINE_WORK, 10, expire_messages, NULL },
    { "forget_idempotency_keys", LINE_WORK, 600, forget_repeats, NULL },
};

enum { TASK_COUNT = sizeof tasks / sizeof tasks[0], REPEAT_COUNT_MAX = 1000 };

static bool stopping(struct scheduler *scheduler)
{
    pthread_mutex_lock(&scheduler->mutex);
    bool result = scheduler->stopping;
    pthread_mutex_unlock(&scheduler->mutex);
    return result;
}

static void run_task(struct scheduler *scheduler, const struct task *task)
{
    status result = OK;
    int64_t count = 1;
    if (task->other != NULL) {
        result = task->other(scheduler);
        count = 0;
    }
    for (int i = 0; i < REPEAT_COUNT_MAX && result == OK && count > 0 && !stopping(scheduler); i++) {
        arena_reset(scheduler->arena);
        count = 0;
        result = run_write(scheduler, task->effect, &count);
    }
    if (result != OK && result != SHUTTING_DOWN) {
        LOG(LOG_WARN, "scheduler.task_failed", "A scheduled task failed; it will be tried again.",
            LOG_S("task", task->name), LOG_S("code", status_code(result)));
    }
}

static void *scheduler_main(void *argument)
{
    const struct scheduler_thread *thread = argument;
    struct scheduler *scheduler = thread->scheduler;
    for (int64_t second = 0; !stopping(scheduler); second++) {
        for (int i = 0; i < TASK_COUNT; i++) {
            if (tasks[i].line == thread->line && second % tasks[i].period_seconds == 0) {
                run_task(scheduler, &tasks[i]);
            }
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_mutex_lock(&scheduler->mutex);
        if (!scheduler->stopping) {
            pthread_cond_timedwait(&scheduler->wake, &scheduler->mutex, &until);
        }
        pthread_mutex_unlock(&scheduler->mutex);
    }
    return NULL;
}

status scheduler_start(struct scheduler **out, const struct scheduler_options *options)
{
    struct scheduler *scheduler = calloc(1, sizeof *scheduler);
    if (scheduler == NULL) {
        return OUT_OF_MEMORY;
    }
    scheduler->options = *options;
    scheduler->arena = arena_new(REQUEST_ARENA_LEN_MAX);
    pthread_mutex_init(&scheduler->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&scheduler->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    bool started = scheduler->arena != NULL;
    for (int line = 0; line < LINE_COUNT && started; line++) {
        struct scheduler_thread *thread = &scheduler->threads[line];
        *thread = (struct scheduler_thread){ .scheduler = scheduler, .line = (enum line)line };
        started = thread->started = pthread_create(&thread->thread, NULL, scheduler_main, thread) == 0;
    }
    if (!started) {
        scheduler_stop(scheduler);
        return SYSTEM_FAULT;
    }
    *out = scheduler;
    return OK;
}

void scheduler_stop(struct scheduler *scheduler)
{
    if (scheduler == NULL) {
        return;
    }
    pthread_mutex_lock(&scheduler->mutex);
    scheduler->stopping = true;
    pthread_cond_broadcast(&scheduler->wake);
    pthread_mutex_unlock(&scheduler->mutex);
    for (int line = 0; line < LINE_COUNT; line++) {
        if (scheduler->threads[line].started) {
            pthread_join(scheduler->threads[line].thread, NULL);
        }
    }
    pthread_cond_destroy(&scheduler->wake);
    pthread_mutex_destroy(&scheduler->mutex);
    if (scheduler->looking != NULL) {
        database_close(scheduler->looking);
    }
    arena_free(scheduler->arena);
    free(scheduler);
}
