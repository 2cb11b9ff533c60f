#include "store/checkpointer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"

enum { LOG_LEN_STEP = 40 * 1024 * 1024, LOOK_MS = 50, PATH_LEN_MAX = 4096 };

struct checkpointer {
    struct database *database;
    char log_path[PATH_LEN_MAX];
    pthread_t thread;
    bool started;
    _Atomic bool stopping;
    _Atomic bool writer_turn;
};

static int64_t log_len(const struct checkpointer *checkpointer)
{
    struct stat stat_result;
    return stat(checkpointer->log_path, &stat_result) == 0 ? stat_result.st_size : 0;
}

static void *checkpointer_main(void *argument)
{
    struct checkpointer *checkpointer = argument;
    const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
    int frames_done = 0;
    while (!atomic_load(&checkpointer->stopping)) {
        nanosleep(&look, NULL);
        if (log_len(checkpointer) < LOG_LEN_STEP || atomic_load(&checkpointer->writer_turn)) {
            continue;
        }
        int log_frames = 0, moved_frames = 0;
        status result = database_checkpoint(checkpointer->database, &log_frames, &moved_frames);
        if (result != OK && result != STORAGE_CONFLICT) {
            LOG(LOG_WARN, "store.checkpoint_failed",
                "The log could not be moved into the database; it grows until that works.",
                LOG_S("code", status_code(result)));
        }
        // The file keeps its length when the log starts over, so only a log that grew needs the writer.
        if (result == OK && log_frames != frames_done) {
            frames_done = log_frames;
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
    int len = snprintf(checkpointer->log_path, sizeof checkpointer->log_path, "%s-wal", database->location);
    status result = len > 0 && len < PATH_LEN_MAX ? OK : SYSTEM_FAULT;
    if (result == OK) {
        result = database_open(&checkpointer->database, database);
    }
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
