#include "store/checkpointer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"

enum { LOG_FRAMES_STEP = 10000, LOOK_MS = 50 };

struct checkpointer {
    struct database *database;
    pthread_t thread;
    bool started;
    _Atomic bool stopping;
    _Atomic int log_frames; // after the writer's last commit
    _Atomic bool writer_turn;
};

static void *checkpointer_main(void *argument)
{
    struct checkpointer *checkpointer = argument;
    const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
    int frames_done = 0;
    while (!atomic_load(&checkpointer->stopping)) {
        nanosleep(&look, NULL);
        int frames = atomic_load(&checkpointer->log_frames);
        if (frames < LOG_FRAMES_STEP || frames == frames_done || atomic_load(&checkpointer->writer_turn)) {
            continue;
        }
        int log_frames = 0, moved_frames = 0;
        status result = database_checkpoint(checkpointer->database, &log_frames, &moved_frames);
        if (result != OK && result != STORAGE_CONFLICT) {
            LOG(LOG_WARN, "store.checkpoint_failed",
                "The log could not be moved into the database; it grows until that works.",
                LOG_S("code", status_code(result)));
        }
        if (result == OK) {
            frames_done = frames;
            atomic_store(&checkpointer->writer_turn, true);
        }
    }
    return NULL;
}

status checkpointer_start(struct checkpointer **out, const struct database_options *database)
{
    struct checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    if (checkpointer == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = database_open(&checkpointer->database, database);
    if (result == OK) {
        checkpointer->started = pthread_create(&checkpointer->thread, NULL, checkpointer_main, checkpointer) == 0;
        result = checkpointer->started ? OK : SYSTEM_FAULT;
    }
    if (result != OK) {
        checkpointer_stop(checkpointer);
        return result;
    }
    *out = checkpointer;
    return OK;
}

void checkpointer_between_commits(struct checkpointer *checkpointer, struct database *writer)
{
    atomic_store_explicit(&checkpointer->log_frames, database_log_frames(writer), memory_order_relaxed);
    if (!atomic_load_explicit(&checkpointer->writer_turn, memory_order_relaxed)) {
        return;
    }
    int log_frames, moved_frames;
    status ignored = database_checkpoint(writer, &log_frames, &moved_frames); // the next look tries again
    (void)ignored;
    atomic_store(&checkpointer->writer_turn, false);
}

void checkpointer_stop(struct checkpointer *checkpointer)
{
    if (checkpointer == NULL) {
        return;
    }
    atomic_store(&checkpointer->stopping, true);
    if (checkpointer->started) {
        pthread_join(checkpointer->thread, NULL);
    }
    if (checkpointer->database != NULL) {
        database_close(checkpointer->database);
    }
    free(checkpointer);
}
