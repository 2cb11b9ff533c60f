#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

#include "api/shape.h"
#include "base/limits.h"
#include "domain/number_file.h"
#include "main/command.h"
#include "main/installation.h"
#include "main/local_call.h"

enum { SLICE_LEN = 4 * 1024 * 1024, WORKER_COUNT = 2 };

/* Draws the batch through the same operations as anyone else; computes the numbers here, on all processors. */

static int64_t find_series(struct local_door *door, const char *code, struct arena *arena)
{
    char path[REQUEST_PATH_LEN_MAX];
    text reply;
    // Series codes are letters, digits, '-' and '_': they stand in a query as they are.
    snprintf(path, sizeof path, "/v1/series?code=%s", code);
    if (local_call(door, "GET", path, TEXT_ABSENT, arena, &reply, stderr) != OK) {
        return 0;
    }
    yyjson_doc *document = yyjson_read(reply.at, reply.len, 0);
    yyjson_val *first = yyjson_arr_get_first(yyjson_obj_get(yyjson_doc_get_root(document), "data"));
    const char *id = yyjson_get_str(yyjson_obj_get(first, "id"));
    int64_t series_id = id != NULL ? id_parse("series", text_of(id)) : 0;
    yyjson_doc_free(document);
    if (series_id == 0) {
        fprintf(stderr, "cardwright: there is no series %s\n", code);
    }
    return series_id;
}

static void append_member(struct buffer *out, const char *name, const char *value)
{
    if (value != NULL) {
        buffer_print(out, ",\"%s\":", name);
        json_write_text(out, text_of(value));
    }
}

// The batch's printed id, in the arena; absent when refused.
static text draw(struct local_door *door, int64_t series_id, const struct arguments *arguments, struct arena *arena)
{
    char path[REQUEST_PATH_LEN_MAX];
    struct buffer body;
    text reply, printed = TEXT_ABSENT;
    snprintf(path, sizeof path, "/v1/series/" TEXT_FMT "/batches", TEXT_ARG(id_print(arena, "series", series_id)));
    buffer_init(&body, REQUEST_BODY_LEN_MAX);
    buffer_print(&body, "{\"count\":%s", arguments->count);
    append_member(&body, "status_label", arguments->label);
    append_member(&body, "purpose", arguments->purpose);
    buffer_append_text(&body, TEXT("}"));
    if (local_call(door, "POST", path, buffer_text(&body), arena, &reply, stderr) == OK) {
        yyjson_doc *document = yyjson_read(reply.at, reply.len, 0);
        printed = arena_copy(arena, text_of(yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(document), "id"))));
        yyjson_doc_free(document);
    }
    buffer_release(&body);
    return printed;
}

/* Writing: workers compute slices of the file in turn, one of them writes at a time, in order. */

struct writing {
    pthread_mutex_t mutex;
    pthread_cond_t turned;
    uint64_t len, next_slice, next_write; // slices are counted from 0
    int fd;
    bool failed;
    bool quiet;
    int64_t started_us;
};

struct worker {
    struct writing *writing;
    struct number_file *file;
    pthread_t thread;
    char *slice;
};

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, bytes, len);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static void show_progress(const struct writing *writing)
{
    uint64_t done = writing->next_write * SLICE_LEN < writing->len ? writing->next_write * SLICE_LEN : writing->len;
    double seconds = (double)(runtime_monotonic_us(&runtime_real) - writing->started_us) / 1e6;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    fprintf(stderr, "\r%5.1f %%  %6.1f MB/s  %4.0f s left ", 100.0 * (double)done / (double)writing->len, rate / 1e6,
            rate > 0 ? (double)(writing->len - done) / rate : 0);
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    struct writing *writing = worker->writing;
    pthread_mutex_lock(&writing->mutex);
    while (!writing->failed && writing->next_slice * SLICE_LEN < writing->len) {
        uint64_t slice = writing->next_slice++;
        pthread_mutex_unlock(&writing->mutex);
        size_t len = 0;
        status made = number_file_read(worker->file, slice * SLICE_LEN, worker->slice, SLICE_LEN, &len);
        pthread_mutex_lock(&writing->mutex);
        while (writing->next_write != slice && !writing->failed) {
            pthread_cond_wait(&writing->turned, &writing->mutex);
        }
        if (!writing->failed) {
            pthread_mutex_unlock(&writing->mutex);
            bool written = made == OK && write_all(writing->fd, worker->slice, len);
            pthread_mutex_lock(&writing->mutex);
            writing->failed = writing->failed || !written;
            writing->next_write++;
            if (!writing->quiet) {
                show_progress(writing);
            }
        }
        pthread_cond_broadcast(&writing->turned);
    }
    pthread_mutex_unlock(&writing->mutex);
    return NULL;
}

static status open_file(struct worker *worker, struct installation *installation, int64_t batch_id, struct arena *arena)
{
    struct database *database;
    struct number_batch batch;
    struct faults faults;
    TRY(reader_pool_take(installation->readers, &database));
    faults_init(&faults, arena);
    struct work work = {
        .database = database,
        .keyring = installation->keyring,
        .runtime = &runtime_real,
        .arena = arena,
        .faults = &faults,
        .now_ms = runtime_now_ms(&runtime_real),
    };
    status result = work_integer(&work, &work.organization_id, "SELECT organization_id FROM number_batch WHERE id = $1",
                                 ARGS(value_i64(batch_id)), BATCH_NOT_FOUND);
    if (result == OK) {
        result = number_batch_get(&work, &batch, batch_id);
    }
    if (result == OK) {
        result = number_file_open(&worker->file, &work, &batch, NUMBER_FILE_TEXT, TEXT_ABSENT);
    }
    reader_pool_give(installation->readers, database, result);
    return result;
}

static status write_file(struct writing *writing, struct installation *installation, int64_t batch_id,
                         struct arena *arena)
{
    struct worker workers[WORKER_COUNT] = { 0 };
    status result = OK;
    for (int i = 0; i < WORKER_COUNT && result == OK; i++) {
        workers[i].writing = writing;
        workers[i].slice = malloc(SLICE_LEN);
        result = workers[i].slice != NULL ? open_file(&workers[i], installation, batch_id, arena) : OUT_OF_MEMORY;
    }
    if (result == OK) {
        writing->len = number_file_len(workers[0].file);
        writing->started_us = runtime_monotonic_us(&runtime_real);
        int started = 0;
        while (started < WORKER_COUNT &&
               pthread_create(&workers[started].thread, NULL, worker_main, &workers[started]) == 0) {
            started++;
        }
        for (int i = 0; i < started; i++) {
            pthread_join(workers[i].thread, NULL);
        }
        result = started == WORKER_COUNT && !writing->failed ? OK : SYSTEM_FAULT;
    }
    for (int i = 0; i < WORKER_COUNT; i++) {
        if (workers[i].slice != NULL) {
            secret_wipe(workers[i].slice, SLICE_LEN);
        }
        free(workers[i].slice);
        number_file_close(workers[i].file);
    }
    return result;
}

static int write_output(struct local_door *door, const struct config *config, const struct arguments *arguments,
                        text printed, struct arena *arena)
{
    struct installation *installation;
    bool standard_output = strcmp(arguments->output, "-") == 0;
    int fd = standard_output ? STDOUT_FILENO : open(arguments->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        fprintf(stderr, "cardwright: %s: %s; the batch " TEXT_FMT " was drawn and can be downloaded\n",
                arguments->output, strerror(errno), TEXT_ARG(printed));
        return EXIT_REFUSED;
    }
    struct writing writing = { .fd = fd, .quiet = arguments->quiet || isatty(STDERR_FILENO) == 0 };
    pthread_mutex_init(&writing.mutex, NULL);
    pthread_cond_init(&writing.turned, NULL);
    status result = local_door_readable(door, &installation, config, stderr);
    if (result == OK) {
        result = write_file(&writing, installation, id_parse("batch", printed), arena);
    }
    bool synced = result != OK || standard_output || fsync(fd) == 0;
    bool closed = standard_output || close(fd) == 0;
    if (!writing.quiet) {
        fprintf(stderr, "\n");
    }
    if (result != OK || !synced || !closed) {
        fprintf(stderr,
                "cardwright: the file could not be written in full; the batch " TEXT_FMT
                " was drawn and can be downloaded\n",
                TEXT_ARG(printed));
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

int command_generate(const struct config *config, const struct arguments *arguments)
{
    uint64_t count;
    if (arguments->series == NULL || arguments->count == NULL || !text_to_uint64(text_of(arguments->count), &count)) {
        fprintf(stderr, "usage: cardwright generate --data DIR --series CODE --count N [--output FILE]\n");
        return EXIT_USAGE;
    }
    if (arguments->output != NULL && strcmp(arguments->output, "-") != 0 && access(arguments->output, F_OK) == 0) {
        fprintf(stderr, "cardwright: %s is there already\n", arguments->output); // before anything is drawn
        return EXIT_REFUSED;
    }
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    struct local_door *door = NULL;
    int exit_code = EXIT_REFUSED;
    if (arena != NULL && local_door_open(&door, config, stderr) == OK) {
        int64_t series_id = find_series(door, arguments->series, arena);
        text printed = series_id != 0 ? draw(door, series_id, arguments, arena) : TEXT_ABSENT;
        if (text_present(printed)) {
            fprintf(stderr, "drawn: " TEXT_FMT "\n", TEXT_ARG(printed));
            exit_code = arguments->output != NULL ? write_output(door, config, arguments, printed, arena) : EXIT_DONE;
        }
    }
    local_door_close(door);
    arena_free(arena);
    return exit_code;
}
