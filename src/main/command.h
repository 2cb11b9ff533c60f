/*
 * The command line: one table of commands, each a file main/command_*.c. Exit codes: 0 done, 1 refused or failed (said on
 * standard error), 2 wrong usage, 3 `serve` was given a wrong PIN or ten wrong entries.
 */
#ifndef MAIN_COMMAND_H
#define MAIN_COMMAND_H

#include "main/config.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_KEY_REFUSED = 3 };

/* What stands on the command line beside the settings. */
struct arguments {
    const char *words[4]; // that are no flags
    int word_count;
    const char *name, *role, *series, *count, *output, *purpose, *label, *organization, *owner, *backup,
        *heads;                                                            // NULL: not given
    const char *seal, *parts, *module, *token, *key, *new_passphrase_file; // of the master key; see seal_arguments.h
    const char *usage, *algorithm, *mode, *length, *exportable, *under, *block, *components, *version; // of a key
    bool demo, quiet, all, test, wait;
};

struct command {
    const char *name;    // "audit verify"
    const char *usage;   // what follows the name
    const char *help;    // one line
    const char *details; // more, for `cardwright NAME --help`; may be NULL
    const char *flags;   // those it takes beside the settings: "--name --role"
    int word_count_max;  // that are no flags
    int (*run)(const struct config *config, const struct arguments *arguments);
};

int command_init(const struct config *config, const struct arguments *arguments);
int command_serve(const struct config *config, const struct arguments *arguments);
int command_api_key_create(const struct config *config, const struct arguments *arguments);
int command_user_reset(const struct config *config, const struct arguments *arguments);
int command_keys_init(const struct config *config, const struct arguments *arguments);
int command_keys_unlock(const struct config *config, const struct arguments *arguments);
int command_keys_list(const struct config *config, const struct arguments *arguments);
int command_keys_generate(const struct config *config, const struct arguments *arguments);
int command_keys_import(const struct config *config, const struct arguments *arguments);
int command_keys_export(const struct config *config, const struct arguments *arguments);
int command_keys_rotate(const struct config *config, const struct arguments *arguments);
int command_keys_retire(const struct config *config, const struct arguments *arguments);
int command_keys_destroy(const struct config *config, const struct arguments *arguments);
int command_generate(const struct config *config, const struct arguments *arguments);
int command_openapi(const struct config *config, const struct arguments *arguments);
int command_migrate(const struct config *config, const struct arguments *arguments);
int command_audit_verify(const struct config *config, const struct arguments *arguments);
int command_backup(const struct config *config, const struct arguments *arguments);
int command_restore(const struct config *config, const struct arguments *arguments);
int command_selftest(const struct config *config, const struct arguments *arguments);
int command_version(const struct config *config, const struct arguments *arguments);

#endif
