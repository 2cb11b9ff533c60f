#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/new_file.h"
#include "main/command.h"
#include "main/installation.h"
#include "store/migrate.h"

static void show_progress(void *context, int remaining, int total)
{
    const struct arguments *arguments = context;
    if (!arguments->quiet && isatty(STDERR_FILENO) != 0 && total > 0) {
        fprintf(stderr, "\r%5.1f %% ", 100.0 * (double)(total - remaining) / (double)total);
    }
}

int command_backup(const struct config *config, const struct arguments *arguments)
{
    struct database *database = NULL;
    char path[CONFIG_TEXT_LEN_MAX + 64];
    if (arguments->word_count != 1) {
        fprintf(stderr, "usage: cardwright backup FILE --data DIR\n");
        return EXIT_USAGE;
    }
    if (config->database_url[0] != '\0') {
        fprintf(
            stderr,
            "cardwright: back up PostgreSQL with its own tools (pg_dump, or a base backup); keep high-water and the master key apart\n");
        return EXIT_REFUSED;
    }
    snprintf(path, sizeof path, "%s/cardwright.db", config->data);
    const struct database_options options = { .engine = ENGINE_SQLITE, .location = path, .read_only = true };
    status result = database_open(&database, &options);
    if (result == OK) {
        result = database_backup(database, arguments->words[0], show_progress, (void *)arguments);
        database_close(database);
    }
    if (result != OK) {
        fprintf(stderr, "cardwright: no backup was made: %s\n", status_title(result));
        return EXIT_REFUSED;
    }
    fprintf(stderr, "backed up to %s; keep the master key and the high-water file apart from it\n",
            arguments->words[0]);
    return EXIT_DONE;
}

// FILE becomes the database of a directory that has none.
static int put_in_place(const struct config *config, const char *file)
{
    struct database *database = NULL;
    char path[CONFIG_TEXT_LEN_MAX + 64];
    snprintf(path, sizeof path, "%s/cardwright.db", config->data);
    if (access(path, F_OK) == 0) {
        fprintf(stderr, "cardwright: %s is there already; move it away first\n", path);
        return EXIT_REFUSED;
    }
    const struct database_options options = { .engine = ENGINE_SQLITE, .location = file, .read_only = true };
    status result = database_open(&database, &options);
    if (result == OK) {
        result = database_check(database);
    }
    int version = 0;
    if (result == OK) {
        result = migrate_version(database, &version);
    }
    if (result == OK && version == 0) {
        result = DATA_DAMAGED; // an empty file is a sound database to SQLite
    }
    if (result == OK) {
        result = database_backup(database, path, NULL, NULL);
    }
    if (database != NULL) {
        database_close(database);
    }
    if (result != OK) {
        fprintf(stderr, "cardwright: %s was not restored: %s\n", file, status_title(result));
    }
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}

int command_restore(const struct config *config, const struct arguments *arguments)
{
    struct installation installation;
    if (arguments->word_count > 1) {
        fprintf(stderr, "usage: cardwright restore [FILE] --data DIR\n");
        return EXIT_USAGE;
    }
    if (arguments->word_count == 1 && put_in_place(config, arguments->words[0]) != EXIT_DONE) {
        return EXIT_REFUSED;
    }
    if (installation_open(&installation, config, INSTALLATION_RESTORE, stderr) != OK) {
        if (arguments->word_count == 1) {
            fprintf(stderr,
                    "cardwright: %s is in its place; when that is mended, `cardwright restore --data %s` goes on\n",
                    arguments->words[0], config->data);
        }
        return EXIT_REFUSED;
    }
    installation_close(&installation);
    fprintf(stderr, "restored: `cardwright serve` may run\n");
    return EXIT_DONE;
}
