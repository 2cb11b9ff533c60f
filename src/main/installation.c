#include "main/installation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "domain/key.h"
#include "store/migrate.h"

enum { POSTGRES_LANE_COUNT = 2 };

static void path_in(char out[INSTALLATION_PATH_LEN_MAX], const struct config *config, const char *name)
{
    snprintf(out, INSTALLATION_PATH_LEN_MAX, "%s/%s", config->data, name);
}

static void high_water_path(char out[INSTALLATION_PATH_LEN_MAX], const struct config *config)
{
    if (config->high_water_file[0] != '\0') {
        snprintf(out, INSTALLATION_PATH_LEN_MAX, "%s", config->high_water_file);
    } else {
        path_in(out, config, "high-water");
    }
}

static void master_key_path(char out[INSTALLATION_PATH_LEN_MAX], const struct config *config)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (config->master_key_file[0] != '\0') {
        snprintf(out, INSTALLATION_PATH_LEN_MAX, "%s", config->master_key_file);
        return;
    }
    if (credentials != NULL) {
        snprintf(out, INSTALLATION_PATH_LEN_MAX, "%s/cardwright-master-key", credentials);
        if (access(out, R_OK) == 0) {
            return;
        }
    }
    path_in(out, config, "master.key");
}

static status read_passphrase(struct secret *passphrase, const struct config *config, FILE *errors)
{
    *passphrase = (struct secret){ 0 };
    if (config->passphrase_file[0] == '\0') {
        return OK;
    }
    char line[1024] = { 0 };
    FILE *file = fopen(config->passphrase_file, "re");
    bool read = file != NULL && fgets(line, sizeof line, file) != NULL;
    if (file != NULL) {
        fclose(file);
    }
    if (!read) {
        fprintf(errors, "cardwright: the passphrase file %s cannot be read\n", config->passphrase_file);
        return KEY_UNAVAILABLE;
    }
    size_t len = strcspn(line, "\n");
    status result = secret_init_copy(passphrase, line, len);
    secret_wipe(line, sizeof line);
    return result;
}

static status open_keyring(struct installation *installation, FILE *errors)
{
    char path[INSTALLATION_PATH_LEN_MAX];
    struct secret passphrase, master = { 0 };
    master_key_path(path, installation->config);
    TRY(read_passphrase(&passphrase, installation->config, errors));
    status result = master_key_open(&master, &installation->seal, path, &passphrase);
    secret_release(&passphrase);
    if (result != OK) {
        const char *why = result == FORBIDDEN         ? "can be read by others; chmod 600 it"
                          : result == KEY_UNAVAILABLE ? "is not there, or needs its passphrase (keys.passphrase_file)"
                                                      : "does not open: wrong passphrase, or damaged";
        fprintf(errors, "cardwright: the master key %s %s\n", path, why);
        return result;
    }
    return keyring_new(&installation->keyring, &master, &runtime_real);
}

static void describe_database(struct installation *installation, const struct config *config)
{
    path_in(installation->database_path, config, "cardwright.db");
    bool postgres = config->database_url[0] != '\0';
    installation->database = (struct database_options){
        .engine = postgres ? ENGINE_POSTGRES : ENGINE_SQLITE,
        .location = postgres ? config->database_url : installation->database_path,
    };
    path_in(installation->socket_path, config, "cardwright.sock");
}

static status take_lock(struct installation *installation, FILE *errors)
{
    char path[INSTALLATION_PATH_LEN_MAX];
    path_in(path, installation->config, "lock");
    installation->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (installation->lock_fd < 0) {
        fprintf(errors, "cardwright: %s: %s; `cardwright init --data %s` makes a data directory\n", path,
                strerror(errno), installation->config->data);
        return SYSTEM_FAULT;
    }
    if (flock(installation->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        fprintf(errors, "cardwright: another process is running on %s\n", installation->config->data);
        return ALREADY_RUNNING;
    }
    return OK;
}

static const char SERIES_DRAWN[] = "SELECT id, drawn FROM series WHERE id > $1 ORDER BY id LIMIT 1";
static const char RAISE_DRAWN[] = "UPDATE series SET drawn = $2 WHERE id = $1 AND drawn < $2 AND $2 <= space";

// A mark above the database: numbers behind it were shown and this database does not know of them.
static status judge_mark(struct database *database, const struct mark *mark, bool restore, int *behind, int *unknown)
{
    struct rows rows = { 0 };
    TRY(database_query(database, &rows, SERIES_DRAWN, ARGS(value_i64(mark->series_id - 1))));
    bool found = rows_next(&rows) && row_i64(&rows, 0) == mark->series_id;
    bool below = found && (uint64_t)row_i64(&rows, 1) < mark->drawn;
    TRY(rows_close(&rows));
    *unknown += !found;
    if (!below) {
        return OK;
    }
    (*behind)++;
    return restore ? database_run(database, RAISE_DRAWN,
                                  ARGS(value_i64(mark->series_id), value_i64((int64_t)mark->drawn)), NULL, NULL)
                   : OK;
}

static status judge_high_water(struct installation *installation, struct database *database, bool restore, FILE *errors)
{
    int behind = 0, unknown = 0, cursor = 0;
    struct mark mark;
    while (high_water_each(installation->high_water, &cursor, &mark)) {
        TRY(judge_mark(database, &mark, restore, &behind, &unknown));
    }
    if (unknown > 0) {
        fprintf(errors,
                "cardwright: %d series that drew numbers are not in this database: they were made after its backup. "
                "Their numbers were shown; give their prefixes to no new series.\n",
                unknown);
    }
    if (restore) {
        fprintf(errors, "cardwright: %d series brought past their marks\n", behind);
        return OK;
    }
    if (behind > 0) {
        fprintf(errors,
                "cardwright: %d series have drawn further than this database knows: it was restored from a backup. "
                "Run `cardwright restore --data %s` first; it passes over the numbers drawn since the backup.\n",
                behind, installation->config->data);
        return RESTORE_INCOMPLETE;
    }
    // A database past its marks is normal: a crash between a commit and its mark, whose numbers were never shown.
    return OK;
}

static status prepare_database(struct installation *installation, enum installation_mode mode, FILE *errors)
{
    struct database *database = NULL;
    struct database_options options = installation->database;
    options.read_only = mode == INSTALLATION_READ;
    status result = database_open(&database, &options);
    if (result == OK && mode != INSTALLATION_READ) {
        int applied = 0;
        result = migrate(database, runtime_now_ms(&runtime_real), &applied);
    }
    if (result == SCHEMA_TOO_NEW) {
        fprintf(errors, "cardwright: the database was written by a newer version of cardwright\n");
    }
    if (result == OK) {
        int count = 0;
        result = key_load_all(database, installation->keyring, &count);
        if (result == DATA_DAMAGED) {
            fprintf(errors,
                    "cardwright: a working key does not open under this master key: is it the one of this database?\n");
        }
    }
    if (result == OK && mode != INSTALLATION_READ) {
        result = judge_high_water(installation, database, mode == INSTALLATION_RESTORE, errors);
    }
    if (database != NULL) {
        database_close(database);
    }
    return result;
}

static status open_high_water(struct installation *installation, FILE *errors)
{
    char path[INSTALLATION_PATH_LEN_MAX];
    high_water_path(path, installation->config);
    status result = high_water_open(&installation->high_water, path);
    if (result != OK) {
        fprintf(errors,
                "cardwright: the high-water file %s %s; without it numbers could repeat. Put it back, or name it with "
                "--database-high-water-file.\n",
                path, result == NOT_FOUND ? "is missing" : "is damaged");
    }
    return result;
}

static status open_parts(struct installation *installation, enum installation_mode mode, FILE *errors)
{
    describe_database(installation, installation->config);
    if (mode != INSTALLATION_READ) {
        TRY(take_lock(installation, errors));
        TRY(open_high_water(installation, errors));
    }
    TRY(open_keyring(installation, errors));
    TRY(prepare_database(installation, mode, errors));
    TRY(reader_pool_new(&installation->readers, &installation->database));
    if (mode == INSTALLATION_READ) {
        return OK;
    }
    const struct executor_options options = {
        .database = installation->database,
        .lane_count = installation->database.engine == ENGINE_POSTGRES ? POSTGRES_LANE_COUNT : 1,
        .keyring = installation->keyring,
        .ids = &installation->ids,
        .high_water = installation->high_water,
        .runtime = &runtime_real,
    };
    return executor_start(&installation->executor, &options);
}

status installation_open(struct installation *installation, const struct config *config, enum installation_mode mode,
                         FILE *errors)
{
    *installation = (struct installation){ .config = config, .lock_fd = -1 };
    status result = open_parts(installation, mode, errors);
    if (result != OK) {
        if (status_is_fault(result) && result != ALREADY_RUNNING && result != RESTORE_INCOMPLETE &&
            result != SYSTEM_FAULT) {
            fprintf(errors, "cardwright: %s\n", status_title(result));
        }
        installation_close(installation);
    }
    return result;
}

void installation_close(struct installation *installation)
{
    executor_stop(installation->executor);
    reader_pool_free(installation->readers);
    high_water_close(installation->high_water);
    keyring_free(installation->keyring);
    if (installation->lock_fd >= 0) {
        close(installation->lock_fd);
    }
    *installation = (struct installation){ .lock_fd = -1 };
}

static status create_files(const struct config *config, FILE *errors)
{
    char path[INSTALLATION_PATH_LEN_MAX];
    struct secret passphrase;
    if (mkdir(config->data, 0700) != 0 && errno != EEXIST) {
        fprintf(errors, "cardwright: %s: %s\n", config->data, strerror(errno));
        return SYSTEM_FAULT;
    }
    TRY(read_passphrase(&passphrase, config, errors));
    master_key_path(path, config);
    status result = master_key_create(path, &passphrase, &runtime_real);
    secret_release(&passphrase);
    if (result != OK) {
        fprintf(errors, "cardwright: the master key %s could not be made; is there one already?\n", path);
        return result;
    }
    high_water_path(path, config);
    result = high_water_create(path);
    if (result != OK) {
        fprintf(errors, "cardwright: the high-water file %s could not be made; is there one already?\n", path);
    }
    return result;
}

static status create_missing_keys(struct work *work, void *context)
{
    (void)context;
    return key_create_missing(work);
}

status installation_create(const struct config *config, FILE *errors)
{
    TRY(create_files(config, errors));
    struct installation installation = { .config = config, .lock_fd = -1 };
    describe_database(&installation, config);
    struct database *database = NULL;
    struct database_options options = installation.database;
    options.create = true;
    TRY(database_open(&database, &options));
    database_close(database);
    TRY(installation_open(&installation, config, INSTALLATION_SERVE, errors));
    static const struct write_rule rule = { .effect = create_missing_keys, .audit_action = "keys.created" };
    const struct actor actor = { .kind = ACTOR_COMMAND_LINE, .channel = CHANNEL_COMMAND_LINE };
    struct faults faults;
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    struct write write = { .rule = &rule, .actor = &actor, .arena = arena, .faults = &faults };
    status result = arena != NULL ? executor_run(installation.executor, &write) : OUT_OF_MEMORY;
    arena_free(arena);
    installation_close(&installation);
    return result;
}
