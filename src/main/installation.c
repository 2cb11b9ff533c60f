#include "main/installation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/key.h"
#include "domain/organization.h"
#include "main/installation_key.h"
#include "main/secret_file.h"
#include "main/unlock_terminal.h"
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

// Before a lock is left in a folder that was mistyped.
static status refuse_empty_place(const struct installation *installation, FILE *errors)
{
    char path[INSTALLATION_PATH_LEN_MAX];
    high_water_path(path, installation->config);
    bool empty = installation->database.engine == ENGINE_SQLITE && access(installation->database_path, F_OK) != 0 &&
                 access(path, F_OK) != 0;
    if (!empty) {
        return OK;
    }
    fprintf(errors, "cardwright: there is no installation in %s; `cardwright init --data %s` makes one\n",
            installation->config->data, installation->config->data);
    return SYSTEM_FAULT;
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

// The schema needs no keys, and what tells which master key is the right one stands in it.
static status bring_up_to_date(const struct installation *installation, FILE *errors)
{
    struct database *database = NULL;
    int applied = 0;
    TRY(database_open(&database, &installation->database));
    status result = migrate(database, runtime_now_ms(&runtime_real), &applied);
    if (result == SCHEMA_TOO_NEW) {
        fprintf(errors, "cardwright: the database was written by a newer version of cardwright\n");
    }
    database_close(database);
    return result;
}

static status open_keyring(struct installation *installation, enum installation_mode mode,
                           const struct gathering *gathering, FILE *errors)
{
    const struct config *config = installation->config;
    struct master_key *master;
    TRY(installation_key_open(&master, installation, mode, gathering, errors));
    bool allow_test = config->allow_test_keys != 0 || config->demo != 0;
    return keyring_new(&installation->keyring, master, allow_test, &runtime_real);
}

static status load_keys(struct installation *installation, struct database *database, FILE *errors)
{
    struct key_loading loading = { 0 };
    status result = key_load_all(database, installation->keyring, &loading);
    if (result == DATA_DAMAGED) {
        fprintf(errors,
                "cardwright: a working key does not open under this master key: is it the one of this database?\n");
    }
    if (loading.refused_test > 0) {
        LOG(LOG_ERROR, "keys.test_refused",
            "Test keys were left out: this installation is not for testing (keys.allow_test_keys).",
            LOG_I("count", loading.refused_test));
    }
    return result;
}

static status fill_keyring(struct installation *installation, enum installation_mode mode, FILE *errors)
{
    struct database *database = NULL;
    struct database_options options = installation->database;
    options.read_only = mode == INSTALLATION_READ;
    TRY(database_open(&database, &options));
    status result = load_keys(installation, database, errors);
    if (result == OK && mode != INSTALLATION_READ) {
        result = judge_high_water(installation, database, mode == INSTALLATION_RESTORE, errors);
    }
    database_close(database);
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

static status record_unlocking(struct work *work, void *context)
{
    const struct installation *installation = context;
    status found = organization_first(work, &work->organization_id);
    work_detail_text(work, "custodians", text_of(installation->unlocked_by));
    return found == NOT_FOUND ? OK : found;
}

static status run_write(struct installation *installation, const struct write_rule *rule, void *context)
{
    static const struct actor actor = { .kind = ACTOR_COMMAND_LINE,
                                        .name = TEXT("command line"),
                                        .channel = CHANNEL_COMMAND_LINE };
    struct faults faults;
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    if (arena == NULL) {
        return OUT_OF_MEMORY;
    }
    struct write write = { .rule = rule, .context = context, .actor = &actor, .arena = arena, .faults = &faults };
    status result = executor_run(installation->executor, &write);
    arena_free(arena);
    return result;
}

static status start_executor(struct installation *installation)
{
    static const struct write_rule unlocked = { .effect = record_unlocking, .audit_action = "keys.unlocked" };
    const struct executor_options options = {
        .database = installation->database,
        .lane_count = installation->database.engine == ENGINE_POSTGRES ? POSTGRES_LANE_COUNT : 1,
        .keyring = installation->keyring,
        .ids = &installation->ids,
        .high_water = installation->high_water,
        .runtime = &runtime_real,
    };
    if (installation->database.engine == ENGINE_POSTGRES) { // there may be other processes
        keyring_set_lease(installation->keyring, KEY_LEASE_MS);
    }
    TRY(executor_start(&installation->executor, &options));
    return installation->unlocked_by[0] != '\0' ? run_write(installation, &unlocked, installation) : OK;
}

static status open_parts(struct installation *installation, enum installation_mode mode,
                         const struct gathering *gathering, FILE *errors)
{
    describe_database(installation, installation->config);
    if (mode != INSTALLATION_RESTORE) {
        TRY(refuse_empty_place(installation, errors));
    }
    if (mode != INSTALLATION_READ) {
        TRY(take_lock(installation, errors));
        TRY(open_high_water(installation, errors));
        TRY(bring_up_to_date(installation, errors));
    }
    TRY(open_keyring(installation, mode, gathering, errors));
    TRY(fill_keyring(installation, mode, errors));
    TRY(reader_pool_new(&installation->readers, &installation->database));
    return mode == INSTALLATION_READ ? OK : start_executor(installation);
}

// Those that were explained where they were met, or are nobody's fault.
static bool is_explained(status result)
{
    return result == ALREADY_RUNNING || result == RESTORE_INCOMPLETE || result == SYSTEM_FAULT ||
           result == SHUTTING_DOWN || result == KEYS_LOCKED;
}

status installation_open_gathering(struct installation *installation, const struct config *config,
                                   enum installation_mode mode, const struct gathering *gathering, FILE *errors)
{
    *installation = (struct installation){ .config = config, .lock_fd = -1 };
    status result = open_parts(installation, mode, gathering, errors);
    if (result != OK) {
        if (status_is_fault(result) && !is_explained(result)) {
            fprintf(errors, "cardwright: %s\n", status_title(result));
        }
        installation_close(installation);
    }
    return result;
}

static status gather_at_terminal(void *context, struct unlocking *unlocking)
{
    (void)context;
    return unlock_at_terminal(unlocking);
}

status installation_open(struct installation *installation, const struct config *config, enum installation_mode mode,
                         FILE *errors)
{
    static const struct gathering at_terminal = { gather_at_terminal, NULL };
    return installation_open_gathering(installation, config, mode, &at_terminal, errors);
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

static status create_master_key(const char *path, struct master_key_place *place, const struct secret *passphrase,
                                FILE *errors)
{
    struct secret key = { 0 };
    struct master_key *in_token = NULL;
    status result = place->seal == MASTER_KEY_BY_PKCS11 ? installation_token_make(&in_token, place, passphrase, errors)
                                                        : secret_init_random(&key, MASTER_KEY_LEN);
    master_key_free(in_token);
    if (result != OK) {
        return result;
    }
    result = master_key_file_create(path, place, &key, passphrase, &runtime_real);
    secret_release(&key);
    if (result != OK) {
        fprintf(errors, "cardwright: the master key %s could not be made; is there one already?\n", path);
    }
    return result;
}

static status create_files(const struct config *config, struct master_key_place *place, FILE *errors)
{
    char path[INSTALLATION_PATH_LEN_MAX];
    struct secret passphrase;
    if (mkdir(config->data, 0700) != 0 && errno != EEXIST) {
        fprintf(errors, "cardwright: %s: %s\n", config->data, strerror(errno));
        return SYSTEM_FAULT;
    }
    installation_key_path(path, config);
    if (access(path, F_OK) == 0) {
        fprintf(errors, "cardwright: the master key %s is there already\n", path); // before a token makes another
        return FILE_EXISTS;
    }
    TRY(secret_file_read(&passphrase, config->passphrase_file, errors));
    if (place->seal == MASTER_KEY_BY_PASSPHRASE && passphrase.len == 0) {
        fprintf(errors, "cardwright: the first line of %s is empty\n", config->passphrase_file);
        return KEY_UNAVAILABLE;
    }
    status result = create_master_key(path, place, &passphrase, errors);
    secret_release(&passphrase);
    TRY(result);
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

status installation_create(const struct config *config, struct master_key_place *place, FILE *errors)
{
    TRY(create_files(config, place, errors));
    struct installation installation = { .config = config, .lock_fd = -1 };
    describe_database(&installation, config);
    struct database *database = NULL;
    struct database_options options = installation.database;
    options.create = true;
    TRY(database_open(&database, &options));
    database_close(database);
    TRY(installation_open(&installation, config, INSTALLATION_SERVE, errors));
    static const struct write_rule rule = { .effect = create_missing_keys, .audit_action = "keys.created" };
    status result = run_write(&installation, &rule, NULL);
    installation_close(&installation);
    return result;
}
