#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/key.h"
#include "keys/component.h"
#include "main/command.h"
#include "main/installation_key.h"
#include "main/key_ceremony.h"
#include "main/seal_arguments.h"
#include "main/secret_file.h"
#include "main/terminal.h"

/* A new master key for an installation; main/installation_key.h says how that can be cut short and goes on. */

enum { CUSTODIANS_USUAL = 2 };

struct change {
    const struct config *config;
    const struct arguments *arguments;
    struct installation installation;
    struct ceremony ceremony;
    struct secret passphrase; // of the new file, or the PIN
    struct secret key;        // what the new file seals; empty when it lies elsewhere
    struct master_key *next;
    struct master_key_place place; // of the new one
    char real[INSTALLATION_PATH_LEN_MAX], next_path[INSTALLATION_PATH_LEN_MAX];
    int key_count; // wrapped anew
};

static status refuse(status result, const char *sentence)
{
    fprintf(stderr, "cardwright: %s\n", sentence);
    return result;
}

/* Before anybody is asked. */

static status find_paths(struct change *change)
{
    char path[INSTALLATION_PATH_LEN_MAX], directory[INSTALLATION_PATH_LEN_MAX];
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    installation_key_path(path, change->config);
    installation_key_next_path(change->real, change->next_path, path);
    installation_directory_of(directory, change->real);
    bool credential =
        credentials != NULL && credentials[0] == '/' && strncmp(path, credentials, strlen(credentials)) == 0;
    if (!credential && access(directory, W_OK) == 0) {
        return OK;
    }
    fprintf(
        stderr,
        "cardwright: the master key file %s cannot be replaced there%s. Run this where the file itself lies, and name it "
        "with --keys-master-key-file.\n",
        path, credential ? ": it is a systemd credential" : "");
    return SYSTEM_FAULT;
}

static status read_new_passphrase(struct change *change)
{
    const char *path = change->arguments->new_passphrase_file;
    TRY(secret_file_read(&change->passphrase, path != NULL ? path : "", stderr));
    if (change->place.seal == MASTER_KEY_BY_PASSPHRASE && change->passphrase.len == 0) {
        return refuse(KEY_UNAVAILABLE, "the first line of the new passphrase file is empty");
    }
    return OK;
}

static status open_installation(struct change *change)
{
    status result = installation_open(&change->installation, change->config, INSTALLATION_SERVE, stderr);
    if (result == ALREADY_RUNNING) {
        fprintf(stderr, "cardwright: stop the server first: the master key changes while none runs\n");
    }
    return result;
}

/* The people, and the key. */

static status take_new_component(struct change *change)
{
    status taken = ceremony_take_component(&change->ceremony);
    return taken == OK
               ? OK
               : refuse(taken, taken == NOT_FOUND ? "the components were not all entered" : status_title(taken));
}

static status hold_ceremony(struct change *change)
{
    bool components = change->place.seal == MASTER_KEY_BY_COMPONENTS;
    int demanded = components ? change->place.part_count : change->config->dual_control != 0 ? CUSTODIANS_USUAL : 1;
    TRY(ceremony_begin(&change->ceremony, &change->installation, demanded));
    if (components) {
        terminal_say("Now the new master key: %d components, of which each custodian types or makes one.\n", demanded);
    }
    for (int i = 0; i < demanded; i++) {
        TRY(ceremony_identify(&change->ceremony));
        TRY(components ? take_new_component(change) : OK);
    }
    return OK;
}

static status key_in_memory(struct change *change, struct secret *key)
{
    TRY(master_key_in_memory(&change->next, key));
    return master_key_check_value(change->next, change->place.value);
}

// Whoever types the old components again would believe that the key has been changed.
static status judge_new(const struct change *change)
{
    uint8_t present[MASTER_KEY_CHECK_LEN];
    TRY(keyring_master_check_value(change->installation.keyring, present));
    return memcmp(present, change->place.value, sizeof present) == 0 ? KEY_EXISTS : OK;
}

static status make_key(struct change *change)
{
    struct secret key;
    switch (change->place.seal) {
    case MASTER_KEY_BY_PKCS11:
        return installation_token_make(&change->next, &change->place, &change->passphrase, stderr);
    case MASTER_KEY_BY_COMPONENTS:
        TRY(components_join(&key, change->ceremony.components, change->place.part_count));
        TRY(key_in_memory(change, &key));
        return judge_new(change);
    case MASTER_KEY_BY_MODE:
    case MASTER_KEY_BY_PASSPHRASE:
        break;
    }
    TRY(secret_init_random(&change->key, MASTER_KEY_LEN));
    TRY(secret_init_copy(&key, change->key.at, change->key.len));
    return key_in_memory(change, &key);
}

/* The three steps. */

static status rewrap(struct work *work, void *context)
{
    struct change *change = context;
    char value[CHECK_VALUE_PRINTED_LEN];
    TRY(key_rewrap_all(work, change->next, &change->key_count));
    check_value_print(value, change->place.value, MASTER_KEY_CHECK_LEN);
    work_detail_text(work, "seal", text_of(master_key_seal_names[change->place.seal]));
    work_detail_text(work, "check_value", text_of(value));
    work_detail_integer(work, "keys", change->key_count);
    work_detail_text(work, "custodians", text_of(change->ceremony.names));
    return OK;
}

static status run_rewrap(struct change *change)
{
    static const struct write_rule rule = { .effect = rewrap, .audit_action = "keys.master_changed" };
    struct faults faults;
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    if (arena == NULL) {
        return OUT_OF_MEMORY;
    }
    struct write write = {
        .rule = &rule, .context = change, .actor = &change->ceremony.actor, .arena = arena, .faults = &faults
    };
    status result = executor_run(change->installation.executor, &write);
    arena_free(arena);
    return result;
}

// The server's user is to read it, also when root runs this. Where that is not allowed the file is the caller's own.
static void keep_owner(const struct change *change)
{
    struct stat old;
    if (stat(change->real, &old) == 0 && old.st_uid != geteuid() &&
        lchown(change->next_path, old.st_uid, old.st_gid) != 0) {
        fprintf(stderr, "cardwright: the new file belongs to another user than the old one did\n");
    }
}

static status put_in_place(struct change *change)
{
    status result =
        master_key_file_create(change->next_path, &change->place, &change->key, &change->passphrase, &runtime_real);
    if (result != OK) {
        fprintf(stderr, "cardwright: %s could not be written: %s\n", change->next_path, status_title(result));
        return result;
    }
    keep_owner(change);
    result = run_rewrap(change);
    if (result == OUTCOME_UNKNOWN) {
        return refuse(result,
                      "it is not known whether the keys were wrapped anew; the next start finds out and goes on");
    }
    if (result != OK) {
        unlink(change->next_path);
        fprintf(stderr, "cardwright: nothing was changed: %s\n", status_title(result));
        return result;
    }
    result = installation_key_replace(change->real, change->next_path);
    if (result != OK && errno == ENOENT) { // a server that was started meanwhile took it for what a cut left behind
        result =
            master_key_file_create(change->next_path, &change->place, &change->key, &change->passphrase, &runtime_real);
        if (result == OK) {
            keep_owner(change);
            result = installation_key_replace(change->real, change->next_path);
        }
    }
    if (result != OK) {
        fprintf(
            stderr,
            "cardwright: the keys are wrapped anew, and %s could not take the place of %s: %s. The next start tries again.\n",
            change->next_path, change->real, strerror(errno));
    }
    return result;
}

static void print_next_steps(const struct change *change)
{
    const struct config *config = change->config;
    printf(
        "It takes the place of the old file. A copy of the old one opens only backups of the database from before: keep it "
        "as long as such a backup, and make a backup of both now.\n");
    if (change->place.seal == MASTER_KEY_BY_COMPONENTS) {
        printf(
            "The server waits for the components at each start: `cardwright keys unlock --data %s`, by %d different key "
            "custodians.\n",
            config->data, change->place.part_count);
    }
    if (change->arguments->new_passphrase_file != NULL) {
        printf("From now on keys.passphrase_file is %s.\n", change->arguments->new_passphrase_file);
    }
    if (change->installation.database.engine == ENGINE_POSTGRES) {
        printf("Other data directories on this database need a copy of %s before their servers start.\n", change->real);
    }
}

static void print_result(const struct change *change)
{
    char value[CHECK_VALUE_PRINTED_LEN];
    check_value_print(value, change->place.value, MASTER_KEY_CHECK_LEN);
    printf("new master key: %s\nsealed by: %s\ncheck value: %s\nkeys wrapped anew: %d\n\n", change->real,
           master_key_seal_names[change->place.seal], value, change->key_count);
    print_next_steps(change);
}

static status make_and_explain(struct change *change)
{
    status made = make_key(change);
    if (made == KEY_EXISTS) {
        return refuse(made, "these components make the master key that is in use already");
    }
    bool explained = made == OK || change->place.seal == MASTER_KEY_BY_PKCS11;
    return explained ? made : refuse(made, status_title(made));
}

static void print_nothing_changed(const struct change *change)
{
    fprintf(stderr, "cardwright: nothing was changed%s\n",
            change->place.seal == MASTER_KEY_BY_COMPONENTS
                ? "; components that were written down in this run are of no use: destroy them"
                : "");
}

static status run(struct change *change)
{
    TRY(find_paths(change));
    TRY(read_new_passphrase(change));
    TRY(open_installation(change));
    status made = hold_ceremony(change);
    if (made == OK) {
        made = make_and_explain(change);
    }
    if (made != OK) {
        print_nothing_changed(change);
        return made;
    }
    status placed = put_in_place(change);
    if (placed == OK) {
        print_result(change);
    } else if (access(change->next_path, F_OK) != 0 && change->place.seal == MASTER_KEY_BY_PKCS11) {
        fprintf(stderr, "cardwright: the key %s of the token is used for nothing now\n", change->place.token.key);
    }
    return placed;
}

static bool judge_passphrase_flag(const struct change *change)
{
    enum master_key_seal seal = change->place.seal;
    bool given = change->arguments->new_passphrase_file != NULL;
    if (seal == MASTER_KEY_BY_PASSPHRASE && !given) {
        fprintf(stderr, "cardwright: --seal passphrase needs --new-passphrase-file\n");
        return false;
    }
    if (given && seal != MASTER_KEY_BY_PASSPHRASE && seal != MASTER_KEY_BY_PKCS11) {
        fprintf(stderr, "cardwright: --new-passphrase-file does not go with this --seal\n");
        return false;
    }
    return true;
}

int command_keys_init(const struct config *config, const struct arguments *arguments)
{
    static struct change change;
    change = (struct change){ .config = config, .arguments = arguments, .installation.lock_fd = -1 };
    if (arguments->seal == NULL) {
        fprintf(stderr, "usage: cardwright keys init --data DIR --seal mode|passphrase|components|pkcs11\n");
        return EXIT_USAGE;
    }
    if (!seal_arguments(&change.place, arguments, MASTER_KEY_BY_MODE)) {
        return EXIT_USAGE;
    }
    if (!judge_passphrase_flag(&change)) {
        return EXIT_USAGE;
    }
    status result = run(&change);
    master_key_free(change.next);
    secret_release(&change.key);
    secret_release(&change.passphrase);
    ceremony_end(&change.ceremony);
    installation_close(&change.installation);
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}
