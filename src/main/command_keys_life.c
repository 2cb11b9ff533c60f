#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "main/key_call.h"

/* How keys are followed by new ones, and end. */

enum { PATH_LEN_MAX = 128, LOOK_MS = 300 };

/* The job of a rotation, while somebody waits for it. */

struct progress {
    int64_t total, done, failed;
    bool ended, in_order;
};

static status look(struct key_call *call, struct progress *out, const char *job_id)
{
    char path[PATH_LEN_MAX];
    snprintf(path, sizeof path, "/v1/jobs/%s", job_id);
    TRY(key_call_get(call, path));
    yyjson_val *job = call->reply;
    *out = (struct progress){
        .total = yyjson_get_sint(yyjson_obj_get(job, "total")),
        .done = yyjson_get_sint(yyjson_obj_get(job, "done")),
        .failed = yyjson_get_sint(yyjson_obj_get(job, "failed")),
        .ended = key_string(job, "finished_at")[0] != '\0',
        .in_order = strcmp(key_string(job, "state"), "done") == 0,
    };
    return OK;
}

static void show(const struct progress *progress)
{
    char done[DIGITS_GROUPED_LEN], total[DIGITS_GROUPED_LEN];
    fprintf(stderr, "\rrewriting %s of %s ", digits_grouped(done, progress->done),
            digits_grouped(total, progress->total));
}

static status say_end(const struct progress *progress)
{
    char done[DIGITS_GROUPED_LEN], failed[DIGITS_GROUPED_LEN];
    if (!progress->in_order) {
        fprintf(stderr, "cardwright: the job could not go on and was given up: see the server's log\n");
        return DATA_DAMAGED;
    }
    if (progress->failed > 0) {
        fprintf(stderr, "cardwright: %s rows do not open and were left as they are: see the server's log\n",
                digits_grouped(failed, progress->failed));
        return DATA_DAMAGED;
    }
    printf("Rewritten: %s.\n", digits_grouped(done, progress->done));
    return OK;
}

static status wait_for(struct key_call *call, const char *job_id)
{
    struct progress progress = { 0 };
    bool shown = isatty(STDERR_FILENO) == 1;
    fprintf(stderr, "The server rewrites what older versions protect; Ctrl-C ends the waiting only.\n");
    for (;;) {
        TRY(look(call, &progress, job_id));
        if (shown) {
            show(&progress);
        }
        if (progress.ended) {
            break;
        }
        const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
        nanosleep(&pause, NULL);
    }
    if (shown) {
        fprintf(stderr, "\n");
    }
    return say_end(&progress);
}

/* The commands. */

// Begins the request, asks, and posts it to the key's `verb`.
static status ask_and_post(struct key_call *call, const struct found_key *key, const char *verb,
                           const char *operation_id)
{
    const struct custody_demand demand = { .operation_id = operation_id };
    char path[PATH_LEN_MAX];
    snprintf(path, sizeof path, "/v1/keys/%s/%s", key->id, verb);
    key_call_begin(call);
    TRY(key_call_ask(call, &demand));
    return key_call_post(call, path);
}

static status rotate(struct key_call *call, const struct arguments *arguments)
{
    struct found_key key;
    char job_id[KEY_ID_TEXT_LEN];
    if (arguments->wait && !local_door_to_server(call->door)) {
        fprintf(stderr, "cardwright: --wait needs a running server, which does the rewriting\n");
        return NOT_FOUND;
    }
    TRY(key_call_find(call, &key, arguments->words[0], NULL));
    TRY(ask_and_post(call, &key, "rotate", "key_rotate"));
    key_print_line(stdout, call->reply);
    snprintf(job_id, sizeof job_id, "%s", key_string(call->reply, "job_id"));
    if (job_id[0] == '\0') {
        return OK; // nothing that is stored has to be rewritten
    }
    if (arguments->wait) {
        return wait_for(call, job_id);
    }
    printf("%s rewrites what older versions protect; `cardwright keys list` shows how far it is.\n",
           local_door_to_server(call->door) ? "The server" : "The server, once it runs,");
    return OK;
}

int command_keys_rotate(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 1) {
        fprintf(stderr, "usage: cardwright keys rotate NAME [--wait] --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, rotate);
}

static status end(struct key_call *call, const struct arguments *arguments, const char *verb, const char *operation_id,
                  const char *said)
{
    struct found_key key;
    TRY(key_call_find_version(call, &key, arguments->words[0], arguments->version));
    TRY(ask_and_post(call, &key, verb, operation_id));
    printf("%s, version %lld, is %s.\n", key_string(call->reply, "name"), (long long)key.version, said);
    return OK;
}

static status retire(struct key_call *call, const struct arguments *arguments)
{
    return end(call, arguments, "retire", "key_retire", "retired: it only decrypts and verifies");
}

int command_keys_retire(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 1) {
        fprintf(stderr, "usage: cardwright keys retire NAME [--version N] --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, retire);
}

static status destroy(struct key_call *call, const struct arguments *arguments)
{
    return end(call, arguments, "destroy", "key_destroy", "destroyed");
}

int command_keys_destroy(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 1 || arguments->version == NULL) {
        fprintf(stderr, "usage: cardwright keys destroy NAME --version N --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, destroy);
}
