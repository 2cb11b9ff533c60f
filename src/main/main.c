#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "main/command.h"

static const struct command commands[] = {
    { "init", "--data DIR [--demo] [--organization NAME] [--owner EMAIL] [--seal SEAL]",
      "make a data directory, its master key and an owner",
      "Prints how to sign in, once. --demo adds a series and a source to try things with and lets messages be read in the browser.\n"
      "The master key lies in DIR/master.key: keep a copy apart from the data; without it the card numbers are lost.\n"
      "--seal mode|passphrase|pkcs11, as in `cardwright keys init --help`; without it passphrase if keys.passphrase_file is given.\n",
      "--demo --organization --owner --seal --parts --module --token --key", 0, command_init },
    { "serve", "--data DIR [--listen ADDR:PORT] [--database URL] [--config FILE]", "run the server",
      "SIGTERM stops it gracefully, SIGHUP reads the TLS certificate again.\n", "--demo", 0, command_serve },
    { "api-key create", "--data DIR --name N --role R", "make an API key and print it",
      "Roles: owner, administrator, agent, operations, auditor, integration. The key is printed once, alone, on standard output.\n",
      "--name --role", 0, command_api_key_create },
    { "user reset", "NAME --data DIR", "let somebody in who lost the password or the authenticator app",
      "Prints a new password, once, alone on standard output; it has to be changed at the next sign-in. The user's sessions end.\n",
      "", 1, command_user_reset },
    { "keys init", "--data DIR --seal mode|passphrase|components|pkcs11",
      "give the installation a new master key, sealed in another way",
      "No server may run on DIR. Two key custodians (keys.dual_control) say who they are; then all keys are wrapped anew, which\n"
      "leaves the data as it is. The new DIR/master.key replaces the old one.\n"
      "  passphrase  --new-passphrase-file FILE: its first line\n"
      "  components  --parts N (2 to 4): each custodian types a component of 64 hex digits, or presses Enter for a new one, which\n"
      "              is shown once; the server then waits for all of them at each start (`cardwright keys unlock`)\n"
      "  pkcs11      --module PATH --token LABEL [--key LABEL] --new-passphrase-file FILE with the PIN: the token makes the key,\n"
      "              and it never leaves it\n",
      "--seal --parts --module --token --key --new-passphrase-file", 0, command_keys_init },
    { "keys unlock", "--data DIR", "enter a component of the master key of a server that waits for it",
      "Asks for name, password and component of one key custodian, and shows the component's check value.\n", "", 0,
      command_keys_unlock },
    { "keys list", "[--all] --data DIR", "show which keys there are, and how far rotations are",
      "What may be known of them: version, state, usage, check value. --all shows the key of each series too.\n",
      "--all", 0, command_keys_list },
    { "keys generate", "NAME --usage U --algorithm T|A --data DIR", "make a payment key, or its next version",
      "Two key custodians say who they are. Codes are those of X9.143: --usage C0 (card verification), K1 (key block protection), ...\n"
      "--algorithm T (triple DES) or A (AES). --mode M: what it may do within its usage, else all. --length N: bytes, else 16 of\n"
      "triple DES and 32 of AES. --exportable E|N|S: may it leave in a key block? else N. --test marks it as a test key.\n",
      "--usage --algorithm --mode --length --exportable --test", 1, command_keys_generate },
    { "keys import", "NAME --under TRANSPORT --block FILE|- --data DIR", "bring a key in a key block, or in components",
      "In components: NAME --components N --usage U --algorithm T|A, with --mode, --length and --exportable as in `keys generate`:\n"
      "each of N (2 to 4) custodians types a component in hex, and compares its check value with the one that came with it.\n"
      "TRANSPORT names a key of usage K1; TRANSPORT:VERSION a version that is retired already.\n",
      "--under --block --components --usage --algorithm --mode --length --exportable --test", 1, command_keys_import },
    { "keys export", "NAME --under TRANSPORT [--output FILE] --data DIR",
      "give out a key in a key block under a transport key",
      "Prints the block (X9.143), alone, on standard output, or writes it to FILE, which there must not be yet. Only the\n"
      "version in use goes out.\n",
      "--under --output", 1, command_keys_export },
    { "keys rotate", "NAME [--wait] --data DIR", "make a key's next version, and rewrite what older ones protect",
      "NAME is a payment key or one of Cardwright's own: number_seal, number_lookup, number_check, request, message_seal, sign.\n"
      "The new version is used after some seconds. --wait shows how far the rewriting is, until it is done.\n",
      "--wait", 1, command_keys_rotate },
    { "keys retire", "NAME [--version N] --data DIR", "retire a payment key: it only decrypts and verifies",
      "Without --version the newest. Who rotates a key retires its version before by that.\n", "--version", 1,
      command_keys_retire },
    { "keys destroy", "NAME --version N --data DIR", "destroy a retired version of a key for good",
      "One of Cardwright's own goes only when nothing that is stored needs it any more.\n", "--version", 1,
      command_keys_destroy },
    { "generate", "--data DIR --series CODE --count N [--output FILE]", "draw a batch of card numbers",
      "Writes the numbers, one a line, to FILE (- for standard output) as they are computed. Without --output only the batch is made.\n"
      "--label LABEL and --purpose TEXT describe the batch; --quiet shows no progress.\n",
      "--series --count --output --label --purpose --quiet", 0, command_generate },
    { "openapi", "", "print the OpenAPI document", NULL, "", 0, command_openapi },
    { "migrate", "--data DIR", "bring the database to this version's schema", NULL, "", 0, command_migrate },
    { "audit verify", "--data DIR [--heads FILE]", "check every audit record against its chain",
      "With --heads, also against the signed heads that the server exported: that shows a cut tail. Exit 1 when anything differs.\n",
      "--heads", 0, command_audit_verify },
    { "backup", "FILE --data DIR", "copy the database while the server runs",
      "The master key and the high-water file are not in it: keep copies of both apart.\n", "", 1, command_backup },
    { "restore", "[FILE] --data DIR", "put a backup in place and bring its counters past the numbers drawn since",
      "FILE becomes DIR/cardwright.db (there must be none). Needs the high-water file, in DIR or named by --database-high-water-file.\n",
      "", 1, command_restore },
    { "selftest", "[DIR]", "check the cryptography against published test vectors, or against those in DIR",
      "One line a file: rows passed, failed, skipped, and the first row that failed. A CSV of DIR is known by the columns that its\n"
      "first line names, those of the built-in files; others are listed as not known. Exit 1 on any failure, or when no row passed.\n",
      "", 1, command_selftest },
    { "version", "", "print the version", NULL, "", 0, command_version },
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_overview(FILE *out)
{
    fprintf(out, "Cardwright: card series, numbers and cards for your own organisation.\n\n");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  cardwright %-16s %s\n", commands[i].name, commands[i].help);
    }
    fprintf(
        out,
        "\n`cardwright COMMAND --help` says more; settings also come from --config FILE and from CARDWRIGHT_* variables.\n");
}

// `cardwright keys --help`: the commands of that word.
static bool print_group(const char *word)
{
    bool found = false;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        text name = text_of(commands[i].name), first;
        if (text_split(&name, ' ', &first) && name.len > 0 && text_equal(first, text_of(word))) {
            printf("  cardwright %-16s %s\n", commands[i].name, commands[i].help);
            found = true;
        }
    }
    return found;
}

static void print_help(const struct command *command)
{
    printf("cardwright %s %s\n\n%s%s.\n", command->name, command->usage, "  ", command->help);
    if (command->details != NULL) {
        printf("\n%s", command->details);
    }
    printf("\nSettings:\n");
    for (int i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        char name[64];
        snprintf(name, sizeof name, "--%s-%s", row->section, row->name);
        for (char *c = name; *c != '\0'; c++) {
            *c = *c == '_' ? '-' : *c;
        }
        printf("  %-32s %s\n", name, row->help);
    }
    printf("Short: --data --listen --database --demo --log-level\n");
}

// The command whose words begin the line; *used gets how many.
static const struct command *find_command(int argc, char **argv, int *used)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        text name = text_of(commands[i].name), word;
        int count = 0;
        bool matches = true;
        while (matches && text_split(&name, ' ', &word)) {
            matches = count + 1 < argc && text_equal(word, text_of(argv[count + 1]));
            count++;
        }
        if (matches) {
            *used = count;
            return &commands[i];
        }
    }
    return NULL;
}

static const struct {
    const char *flag;
    size_t offset;
} argument_flags[] = {
    { "--name", offsetof(struct arguments, name) },
    { "--role", offsetof(struct arguments, role) },
    { "--series", offsetof(struct arguments, series) },
    { "--count", offsetof(struct arguments, count) },
    { "--output", offsetof(struct arguments, output) },
    { "--purpose", offsetof(struct arguments, purpose) },
    { "--label", offsetof(struct arguments, label) },
    { "--organization", offsetof(struct arguments, organization) },
    { "--owner", offsetof(struct arguments, owner) },
    { "--heads", offsetof(struct arguments, heads) },
    { "--seal", offsetof(struct arguments, seal) },
    { "--parts", offsetof(struct arguments, parts) },
    { "--module", offsetof(struct arguments, module) },
    { "--token", offsetof(struct arguments, token) },
    { "--key", offsetof(struct arguments, key) },
    { "--new-passphrase-file", offsetof(struct arguments, new_passphrase_file) },
    { "--usage", offsetof(struct arguments, usage) },
    { "--algorithm", offsetof(struct arguments, algorithm) },
    { "--mode", offsetof(struct arguments, mode) },
    { "--length", offsetof(struct arguments, length) },
    { "--exportable", offsetof(struct arguments, exportable) },
    { "--under", offsetof(struct arguments, under) },
    { "--block", offsetof(struct arguments, block) },
    { "--components", offsetof(struct arguments, components) },
    { "--version", offsetof(struct arguments, version) },
};

static const struct {
    const char *flag;
    size_t offset;
} switches[] = {
    { "--demo", offsetof(struct arguments, demo) }, { "--quiet", offsetof(struct arguments, quiet) },
    { "--all", offsetof(struct arguments, all) },   { "--test", offsetof(struct arguments, test) },
    { "--wait", offsetof(struct arguments, wait) },
};

static bool takes_flag(const struct command *command, const char *flag)
{
    text rest = text_of(command->flags), one;
    while (text_split(&rest, ' ', &one)) {
        if (text_equal(one, text_of(flag))) {
            return true;
        }
    }
    return false;
}

static int refuse_flag(const struct command *command, const char *flag)
{
    fprintf(stderr, "cardwright: %s does not go with `%s`; `cardwright %s --help` says what does\n", flag,
            command->name, command->name);
    return -1;
}

static bool take_switch(struct arguments *arguments, const char *flag)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strcmp(flag, switches[i].flag) == 0) {
            *(bool *)((char *)arguments + switches[i].offset) = true;
            return true;
        }
    }
    return false;
}

static const char **argument_flag(struct arguments *arguments, const char *flag)
{
    for (size_t i = 0; i < sizeof argument_flags / sizeof argument_flags[0]; i++) {
        if (strcmp(flag, argument_flags[i].flag) == 0) {
            return (const char **)((char *)arguments + argument_flags[i].offset);
        }
    }
    return NULL;
}

// One flag with its value, or a word. Settings are only taken in the second pass, over file and environment.
static int take_argument(struct config *config, struct arguments *arguments, const struct command *command,
                         bool settings, int argc, char **argv, int at)
{
    const char *flag = argv[at];
    if (take_switch(arguments, flag)) {
        if (!takes_flag(command, flag)) {
            return refuse_flag(command, flag);
        }
        config->demo = arguments->demo ? 1 : config->demo;
        return 1;
    }
    if (flag[0] != '-' || strcmp(flag, "-") == 0) {
        if (arguments->word_count == command->word_count_max) { // not repeated: it may be what is typed elsewhere
            fprintf(stderr, "cardwright: too many words for `%s`\n", command->name);
            return -1;
        }
        arguments->words[arguments->word_count++] = flag;
        return 1;
    }
    const char **member = argument_flag(arguments, flag);
    const struct config_row *row = config_flag(flag);
    bool config_file = strcmp(flag, "--config") == 0;
    if (member == NULL && row == NULL && !config_file) {
        fprintf(stderr, "cardwright: there is no flag %s\n", flag);
        return -1;
    }
    if (member != NULL && !takes_flag(command, flag)) {
        return refuse_flag(command, flag);
    }
    if (at + 1 == argc) {
        fprintf(stderr, "cardwright: %s needs a value\n", flag);
        return -1;
    }
    if (member != NULL) {
        *member = argv[at + 1];
    } else if (config_file && !settings) {
        status read = config_read_file(config, argv[at + 1], stderr);
        if (read != OK) {
            fprintf(stderr, read == NOT_FOUND ? "cardwright: %s cannot be read\n" : "cardwright: %s was not taken\n",
                    argv[at + 1]);
            return -1;
        }
    } else if (row != NULL && settings && config_set(config, row->section, row->name, argv[at + 1], stderr) != OK) {
        return -1;
    }
    return 2;
}

static bool take_arguments(struct config *config, struct arguments *arguments, const struct command *command, int argc,
                           char **argv, int from)
{
    for (int pass = 0; pass < 2; pass++) {
        *arguments = (struct arguments){ 0 };
        for (int at = from; at < argc;) {
            int taken = take_argument(config, arguments, command, pass == 1, argc, argv, at);
            if (taken < 0) {
                return false;
            }
            at += taken;
        }
        if (pass == 0 && config_read_environment(config, stderr) != OK) {
            return false;
        }
    }
    return true;
}

static void set_log_level(const char *name)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            log_set_level((enum log_level)i);
        }
    }
}

int main(int argc, char **argv)
{
    // What libraries free held requests and replies: it is overwritten, so that a core dump does not show it.
    mallopt(M_PERTURB, 0x5a);
    int used = 0;
    const struct command *command = find_command(argc, argv, &used);
    if (command == NULL) {
        if (argc == 3 && strcmp(argv[2], "--help") == 0 && print_group(argv[1])) {
            return EXIT_DONE;
        }
        bool asked = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0);
        print_overview(asked ? stdout : stderr);
        return asked ? EXIT_DONE : EXIT_USAGE;
    }
    for (int i = used + 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(command);
            return EXIT_DONE;
        }
    }
    static struct config config;
    struct arguments arguments;
    config_defaults(&config);
    if (!take_arguments(&config, &arguments, command, argc, argv, used + 1)) {
        return EXIT_USAGE;
    }
    set_log_level(config.log_level);
    return command->run(&config, &arguments);
}
