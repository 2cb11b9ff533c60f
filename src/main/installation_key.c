#include "main/installation_key.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "domain/key.h"
#include "keys/component.h"
#include "main/secret_file.h"

void installation_key_path(char out[INSTALLATION_PATH_LEN_MAX], const struct config *config)
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
    snprintf(out, INSTALLATION_PATH_LEN_MAX, "%s/master.key", config->data);
}

void installation_key_next_path(char real[INSTALLATION_PATH_LEN_MAX], char next[INSTALLATION_PATH_LEN_MAX],
                                const char *path)
{
    char *resolved = realpath(path, NULL);
    bool fits = resolved != NULL && strlen(resolved) + sizeof ".next" <= INSTALLATION_PATH_LEN_MAX;
    snprintf(real, INSTALLATION_PATH_LEN_MAX, "%s", fits ? resolved : path);
    free(resolved);
    size_t len = strlen(real) + sizeof ".next" <= INSTALLATION_PATH_LEN_MAX ? strlen(real) : 0;
    memcpy(next, real, len);
    memcpy(next + len, ".next", sizeof ".next");
}

void installation_directory_of(char out[INSTALLATION_PATH_LEN_MAX], const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == path ? 1 : slash != NULL ? (size_t)(slash - path) : 0;
    snprintf(out, INSTALLATION_PATH_LEN_MAX, "%.*s", (int)len, path);
    if (len == 0) {
        memcpy(out, ".", sizeof ".");
    }
}

static status sync_directory_of(const char *path)
{
    char directory[INSTALLATION_PATH_LEN_MAX];
    installation_directory_of(directory, path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return synced ? OK : SYSTEM_FAULT;
}

status installation_key_replace(const char *real, const char *next)
{
    return rename(next, real) == 0 ? sync_directory_of(real) : SYSTEM_FAULT;
}

/* What the opening goes by. */
struct opening {
    struct installation *installation;
    enum installation_mode mode;
    const struct gathering *gathering;
    FILE *errors;
    char path[INSTALLATION_PATH_LEN_MAX];
    struct secret passphrase;
    bool known; // the database has keys, wrapped under the master key of this value
    uint8_t value[MASTER_KEY_CHECK_LEN];
};

static status read_known_value(struct opening *opening)
{
    struct database *database = NULL;
    struct database_options options = opening->installation->database;
    options.read_only = true;
    TRY(database_open(&database, &options));
    status result = key_master_check_get(database, opening->value, &opening->known);
    database_close(database);
    return result;
}

// The check value of a file's key, by what the file says, or else by the key. False: it cannot be known here.
static bool find_value(uint8_t out[MASTER_KEY_CHECK_LEN], const char *path, const struct secret *passphrase)
{
    struct master_key_place place;
    struct master_key *master;
    char why[TOKEN_WHY_LEN];
    if (master_key_file_read(&place, path) != OK) {
        return false;
    }
    if (place.seal == MASTER_KEY_BY_COMPONENTS || place.seal == MASTER_KEY_BY_PKCS11) {
        memcpy(out, place.value, MASTER_KEY_CHECK_LEN);
        return true;
    }
    if (master_key_file_open(&master, path, passphrase, why) != OK) {
        return false;
    }
    bool found = master_key_check_value(master, out) == OK;
    master_key_free(master);
    return found;
}

static bool file_fits(const struct opening *opening, const char *path)
{
    uint8_t value[MASTER_KEY_CHECK_LEN];
    return find_value(value, path, &opening->passphrase) && memcmp(value, opening->value, sizeof value) == 0;
}

// Cut short after the blocks were wrapped anew: what reads beside somebody else may look, and must not touch.
static status complete_change(struct opening *opening, const char *real, const char *next)
{
    if (opening->mode == INSTALLATION_READ) {
        snprintf(opening->path, sizeof opening->path, "%s", next);
        return OK;
    }
    status result = installation_key_replace(real, next);
    if (result != OK) {
        fprintf(opening->errors, "cardwright: %s could not take the place of %s: %s\n", next, real, strerror(errno));
        return result;
    }
    LOG(LOG_WARN, "keys.change_completed",
        "Giving the installation a new master key was cut short after its keys were wrapped; the new file is in its place now.",
        LOG_S("file", real));
    return OK;
}

static void undo_change(const struct opening *opening, const char *next)
{
    if (opening->mode != INSTALLATION_READ && unlink(next) == 0) {
        LOG(LOG_WARN, "keys.change_undone",
            "Giving the installation a new master key was cut short before its keys were wrapped; the old one stays.",
            LOG_S("file", next));
    }
}

// FILE.next.XXXXXX, under which FILE.next is written (base/new_file.h): it may hold the key, or one of no use.
static void remove_passing_files(const char *next)
{
    char directory[INSTALLATION_PATH_LEN_MAX];
    installation_directory_of(directory, next);
    const char *slash = strrchr(next, '/'), *name = slash != NULL ? slash + 1 : next;
    size_t len = strlen(name);
    DIR *opened = opendir(directory);
    const struct dirent *entry;
    while (opened != NULL && (entry = readdir(opened)) != NULL) {
        if (strncmp(entry->d_name, name, len) == 0 && entry->d_name[len] == '.' && strlen(entry->d_name) == len + 7) {
            unlinkat(dirfd(opened), entry->d_name, 0);
        }
    }
    if (opened != NULL) {
        closedir(opened);
    }
}

// What `keys init` left when it was cut short.
static status repair(struct opening *opening)
{
    char real[INSTALLATION_PATH_LEN_MAX], next[INSTALLATION_PATH_LEN_MAX];
    installation_key_next_path(real, next, opening->path);
    if (opening->mode != INSTALLATION_READ) {
        remove_passing_files(next);
    }
    if (!opening->known || access(next, F_OK) != 0) {
        return OK;
    }
    if (file_fits(opening, opening->path)) {
        undo_change(opening, next);
        return OK;
    }
    if (file_fits(opening, next)) {
        return complete_change(opening, real, next);
    }
    fprintf(opening->errors,
            "cardwright: giving the installation a new master key was cut short. One of %s and %s has the key of this "
            "database, and neither shows it: name the passphrase of the right one (keys.passphrase_file).\n",
            real, next);
    return KEY_UNAVAILABLE;
}

static const char *unavailable_reason(const char *path)
{
    if (access(path, R_OK) == 0) {
        return "needs its passphrase (keys.passphrase_file)";
    }
    return errno == EACCES ? "may not be read by this user" : "is not there (keys.master_key_file)";
}

static status refuse_file(const struct opening *opening, status result, const char *why)
{
    const char *reason = result == FORBIDDEN         ? "can be read by others; chmod 600 it"
                         : result == KEY_UNAVAILABLE ? unavailable_reason(opening->path)
                         : result == DATA_DAMAGED    ? "does not open: wrong passphrase, or damaged"
                                                     : status_title(result);
    if (opening->installation->place.seal == MASTER_KEY_BY_PKCS11) {
        reason = why[0] != '\0'           ? why
                 : result == DATA_DAMAGED ? "names a key of the token that is not the one it was made for"
                                          : "names a key that its token does not give access to";
        fprintf(opening->errors, "cardwright: the master key (%s, token %s): %s\n", opening->path,
                opening->installation->place.token.token, reason);
    } else {
        fprintf(opening->errors, "cardwright: the master key %s %s\n", opening->path, reason);
    }
    return result;
}

static status judge_value(const struct opening *opening, const uint8_t value[MASTER_KEY_CHECK_LEN])
{
    char found[CHECK_VALUE_PRINTED_LEN], right[CHECK_VALUE_PRINTED_LEN];
    if (!opening->known || memcmp(value, opening->value, MASTER_KEY_CHECK_LEN) == 0) {
        return OK;
    }
    check_value_print(found, value, MASTER_KEY_CHECK_LEN);
    check_value_print(right, opening->value, MASTER_KEY_CHECK_LEN);
    fprintf(opening->errors,
            "cardwright: the master key of %s (check value %s) is not the one of this database (%s); a backup of the "
            "database needs the master key file of its time\n",
            opening->path, found, right);
    return KEY_UNAVAILABLE;
}

static status gather(struct opening *opening, struct master_key **out)
{
    struct installation *installation = opening->installation;
    struct unlocking unlocking;
    TRY(judge_value(opening, installation->place.value)); // before anybody is asked
    unlocking_init(&unlocking, &installation->database, &installation->place);
    status result = opening->gathering->gather(opening->gathering->context, &unlocking);
    if (result == OK) {
        *out = unlocking.master;
        unlocking.master = NULL;
        unlocking_names(&unlocking, installation->unlocked_by);
    }
    unlocking_release(&unlocking);
    return result;
}

static status open_file(struct opening *opening, struct master_key **out)
{
    char why[TOKEN_WHY_LEN] = "";
    status result = master_key_file_read(&opening->installation->place, opening->path);
    if (result == OK && opening->installation->place.seal == MASTER_KEY_BY_COMPONENTS) {
        return gather(opening, out);
    }
    if (result == OK) {
        result = master_key_file_open(out, opening->path, &opening->passphrase, why);
    }
    if (result != OK) {
        return refuse_file(opening, result, why);
    }
    if (why[0] != '\0') {
        LOG(LOG_WARN, "keys.token", "The token gives access to the master key, with a remark.", LOG_S("remark", why));
    }
    return OK;
}

static status judge_opened(struct opening *opening, struct master_key **master)
{
    uint8_t value[MASTER_KEY_CHECK_LEN];
    status result = master_key_check_value(*master, value);
    if (result == OK) {
        result = judge_value(opening, value);
    }
    if (result != OK) {
        master_key_free(*master);
        *master = NULL;
    }
    return result;
}

status installation_key_open(struct master_key **out, struct installation *installation, enum installation_mode mode,
                             const struct gathering *gathering, FILE *errors)
{
    struct opening opening = { .installation = installation, .mode = mode, .gathering = gathering, .errors = errors };
    *out = NULL;
    installation_key_path(opening.path, installation->config);
    TRY(secret_file_read(&opening.passphrase, installation->config->passphrase_file, errors));
    status result = read_known_value(&opening);
    if (result == OK) {
        result = repair(&opening);
    }
    if (result == OK) {
        result = open_file(&opening, out);
    }
    if (result == OK) {
        result = judge_opened(&opening, out);
    }
    secret_release(&opening.passphrase);
    return result;
}

status installation_token_make(struct master_key **out, struct master_key_place *place, const struct secret *pin,
                               FILE *errors)
{
    char why[TOKEN_WHY_LEN] = "";
    status result = token_generate(&place->token, pin, why);
    if (result == OK) {
        result = token_open(out, &place->token, pin, why);
    }
    if (result != OK) {
        fprintf(errors, "cardwright: no key was made in the token %s: %s\n", place->token.token,
                why[0] != '\0' ? why : status_title(result));
        return result;
    }
    result = master_key_check_value(*out, place->value);
    if (result != OK) {
        master_key_free(*out);
        *out = NULL;
    }
    return result;
}
