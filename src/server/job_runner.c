#include "server/job_runner.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/job_step.h"

enum { LOOK_MS = 500, PAUSE_FIRST_MS = 250, PAUSE_MAX_MS = 60000 };

struct job_runner {
    struct job_runner_options options;
    struct arena *found_arena; // holds the job that is being done
    struct arena *arena;       // of one write
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stopping;
};

/* The writes. */

struct finding {
    struct arena *arena;
    struct job job;
    bool found;
};

static status find(struct work *work, void *context)
{
    struct finding *finding = context;
    struct arena *arena = work->arena;
    arena_reset(finding->arena);
    work->arena = finding->arena; // the job outlives this write
    status result = job_next_open(work, &finding->job);
    work->arena = arena;
    finding->found = result == OK;
    return result == JOB_NOT_FOUND ? OK : result;
}

struct step {
    const struct job *job;
    bool more;
    enum job_state end; // what it is finished as
};

static status do_chunk(struct work *work, void *context)
{
    struct step *step = context;
    return job_step(work, step->job, &step->more);
}

static status finish(struct work *work, void *context)
{
    const struct step *step = context;
    return job_finish(work, step->job->id, step->end);
}

static const struct write_rule find_rule = { .effect = find };
static const struct write_rule chunk_rule = { .effect = do_chunk,
                                              .audit_action = "job.chunk_done",
                                              .event_type = "job.progress" };
static const struct write_rule finish_rule = { .effect = finish,
                                               .audit_action = "job.finished",
                                               .event_type = "job.finished" };

static status run_write(struct job_runner *runner, const struct write_rule *rule, void *context,
                        const struct actor *actor, int64_t part)
{
    struct faults faults;
    struct write write = {
        .rule = rule,
        .context = context,
        .actor = actor,
        .arena = runner->arena,
        .faults = &faults,
        .part = (uint64_t)part,
    };
    arena_reset(runner->arena); // wiped: it held numbers
    return executor_run(runner->options.executor, &write);
}

/* The thread. */

static bool stopping(struct job_runner *runner)
{
    pthread_mutex_lock(&runner->mutex);
    bool result = runner->stopping;
    pthread_mutex_unlock(&runner->mutex);
    return result;
}

// Ends early when the runner is to stop.
static void pause_ms(struct job_runner *runner, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&runner->mutex);
    int waited = 0;
    while (!runner->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&runner->wake, &runner->mutex, &until);
    }
    pthread_mutex_unlock(&runner->mutex);
}

// A fault that no other try will mend. A key that is not available may be again: the token, or a look at the keys, comes late.
static bool is_final(status result)
{
    return result == DATA_DAMAGED || result == INTERNAL;
}

// One chunk, again and again while database, keys or memory are in trouble. OK: it is done, and step->more says what is left.
static status do_chunk_surely(struct job_runner *runner, struct step *step, const struct actor *actor)
{
    status result = OK;
    int64_t ms = PAUSE_FIRST_MS;
    for (int try = 0; try < JOB_TRIES_MAX && !stopping(runner); try++) {
        result = run_write(runner, &chunk_rule, step, actor, step->job->id);
        if (!status_is_fault(result) || is_final(result) || result == SHUTTING_DOWN) {
            return result;
        }
        LOG(LOG_WARN, "job.chunk_failed", "A part of a job failed; it will be tried again.",
            LOG_I("job", step->job->id), LOG_S("code", status_code(result)));
        pause_ms(runner, ms);
        ms = ms * 2 < PAUSE_MAX_MS ? ms * 2 : PAUSE_MAX_MS;
    }
    return stopping(runner) ? SHUTTING_DOWN : result;
}

static void do_job(struct job_runner *runner, const struct job *job)
{
    struct step step = { .job = job, .more = true };
    status result = OK;
    while (step.more && result == OK && !stopping(runner)) {
        result = do_chunk_surely(runner, &step, &job->actor);
    }
    // Cancelled, finished by another process, or the program stops: nothing to end here.
    if (result == JOB_FINISHED || result == SHUTTING_DOWN || (result == OK && step.more)) {
        return;
    }
    step.end = result == OK ? JOB_DONE : JOB_FAILED;
    if (result != OK) {
        LOG(LOG_ERROR, "job.failed", "A job cannot go on and was given up.", LOG_I("job", job->id),
            LOG_S("code", status_code(result)));
    }
    result = run_write(runner, &finish_rule, &step, &job->actor, job->id);
    if (result != OK && result != JOB_FINISHED) {
        LOG(LOG_WARN, "job.not_ended", "The end of a job was not written; it will be tried again.",
            LOG_I("job", job->id), LOG_S("code", status_code(result)));
        pause_ms(runner, PAUSE_FIRST_MS);
    }
}

static void *runner_main(void *argument)
{
    struct job_runner *runner = argument;
    static const struct actor looking = { .kind = ACTOR_SYSTEM, .name = { "jobs", 4 }, .channel = CHANNEL_SCHEDULER };
    while (!stopping(runner)) {
        struct finding finding = { .arena = runner->found_arena };
        status result = run_write(runner, &find_rule, &finding, &looking, 0);
        if (result == OK && finding.found) {
            do_job(runner, &finding.job);
        } else {
            pause_ms(runner, LOOK_MS);
        }
    }
    return NULL;
}

status job_runner_start(struct job_runner **out, const struct job_runner_options *options)
{
    struct job_runner *runner = calloc(1, sizeof *runner);
    if (runner == NULL) {
        return OUT_OF_MEMORY;
    }
    runner->options = *options;
    runner->found_arena = arena_new(REQUEST_BODY_LEN_MAX);
    runner->arena = arena_new(JOB_ARENA_LEN_MAX);
    pthread_mutex_init(&runner->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&runner->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    bool memory = runner->found_arena != NULL && runner->arena != NULL;
    runner->started = memory && pthread_create(&runner->thread, NULL, runner_main, runner) == 0;
    if (!runner->started) {
        job_runner_stop(runner);
        return memory ? SYSTEM_FAULT : OUT_OF_MEMORY;
    }
    *out = runner;
    return OK;
}

void job_runner_stop(struct job_runner *runner)
{
    if (runner == NULL) {
        return;
    }
    if (runner->started) {
        pthread_mutex_lock(&runner->mutex);
        runner->stopping = true;
        pthread_cond_signal(&runner->wake);
        pthread_mutex_unlock(&runner->mutex);
        pthread_join(runner->thread, NULL);
    }
    pthread_cond_destroy(&runner->wake);
    pthread_mutex_destroy(&runner->mutex);
    arena_free(runner->found_arena);
    arena_free(runner->arena);
    free(runner);
}
