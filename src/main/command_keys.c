#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/new_file.h"
#include "crypto/key_block_use.h"
#include "keys/component.h"
#include "keys/key_record.h"
#include "main/installation_key.h"
#include "main/key_call.h"
#include "main/terminal.h"

/* Keys come into being, come in and go out. The custodians are asked last, when nothing else is left to be wrong. */

enum { TDES_LEN_DEFAULT = 16, TDES_LEN_MAX = 24, AES_LEN_DEFAULT = 32, BLOCK_LEN_MIN = 16, PATH_LEN_MAX = 128 };

static status number_argument(int64_t *out, const char *flag, const char *value, int64_t min, int64_t max)
{
    if (!text_to_int64(text_of(value), out) || *out < min || *out > max) {
        fprintf(stderr, "cardwright: %s takes a number from %lld to %lld\n", flag, (long long)min, (long long)max);
        return OUT_OF_RANGE;
    }
    return OK;
}

/* What a new key is to be. */

static bool is_triple_des(const struct arguments *arguments)
{
    return strcmp(arguments->algorithm, "T") == 0;
}

static char code_of(const char *value)
{
    return value == NULL ? 'N' : strlen(value) == 1 ? value[0] : '\0';
}

// The server judges it too; but people should hear of it before they have typed passwords and components.
static status judge_kind(const struct arguments *arguments)
{
    struct key_block_header header = {
        .algorithm = code_of(arguments->algorithm),
        .mode = code_of(arguments->mode),
        .exportability = code_of(arguments->exportable),
    };
    bool fits = strlen(arguments->usage) == sizeof header.usage;
    if (fits) {
        memcpy(header.usage, arguments->usage, sizeof header.usage);
        fits = key_block_header_regular(&header);
    }
    if (!fits) {
        fprintf(stderr,
                "cardwright: usage, algorithm, mode and exportability do not go together (X9.143, tables 2 to 4 "
                "and 6)\n");
        return NOT_ALLOWED_VALUE;
    }
    return OK;
}

static status append_kind(struct key_call *call, const struct arguments *arguments, int64_t *len)
{
    TRY(judge_kind(arguments));
    *len = is_triple_des(arguments) ? TDES_LEN_DEFAULT : AES_LEN_DEFAULT;
    if (arguments->length != NULL) {
        TRY(number_argument(len, "--length", arguments->length, TDES_LEN_DEFAULT, COMPONENT_LEN_MAX));
    }
    if (*len % 8 != 0 || (is_triple_des(arguments) && *len > TDES_LEN_MAX)) {
        fprintf(stderr, "cardwright: --length: a triple DES key has 16 or 24 bytes, an AES key 16, 24 or 32\n");
        return NOT_ALLOWED_VALUE;
    }
    key_call_text(call, "usage", text_of(arguments->usage));
    key_call_text(call, "algorithm", text_of(arguments->algorithm));
    key_call_text(call, "mode", text_of(arguments->mode));
    key_call_text(call, "exportability", text_of(arguments->exportable));
    key_call_integer(call, "length", *len);
    return OK;
}

static status append_name(struct key_call *call, const struct arguments *arguments)
{
    if (!key_name_is_valid(text_of(arguments->words[0]))) {
        fprintf(stderr,
                "cardwright: a key's name is made of 1 to 64 small letters, digits, '-', '_' and '.', and is none "
                "of Cardwright's own\n");
        return BAD_FORMAT;
    }
    key_call_begin(call);
    key_call_text(call, "name", text_of(arguments->words[0]));
    if (arguments->test) {
        key_call_true(call, "test");
    }
    return OK;
}

static status generate(struct key_call *call, const struct arguments *arguments)
{
    const struct custody_demand demand = { .operation_id = "key_generate" };
    int64_t len;
    TRY(append_name(call, arguments));
    TRY(append_kind(call, arguments, &len));
    TRY(key_call_ask(call, &demand));
    TRY(key_call_post(call, "/v1/keys"));
    key_print_line(stdout, call->reply);
    return OK;
}

int command_keys_generate(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 1 || arguments->usage == NULL || arguments->algorithm == NULL) {
        fprintf(stderr,
                "usage: cardwright keys generate NAME --usage C0 --algorithm T|A [--mode N] [--length 16] "
                "[--exportable E|N|S] [--test] --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, generate);
}

/* Bringing. */

// A block without what stands around it.
static text trim(const char *read, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", read[len - 1]) != NULL) {
        len--;
    }
    size_t from = strspn(read, " \t\r\n");
    return from < len ? text_bytes(read + from, len - from) : TEXT("");
}

// `room` has a place more than a block can have, so that a longer file is none.
static status read_block(char *out, size_t room, const char *path, text *block)
{
    size_t len = 0;
    if (strcmp(path, "-") == 0) {
        TRY(terminal_ask(out, room, "key block: "));
        len = strlen(out);
    } else {
        FILE *file = fopen(path, "re");
        if (file == NULL) {
            fprintf(stderr, "cardwright: %s: %s\n", path, strerror(errno));
            return SYSTEM_FAULT;
        }
        len = fread(out, 1, room - 1, file);
        out[len] = '\0';
        fclose(file);
    }
    *block = trim(out, len);
    if (block->len < BLOCK_LEN_MIN || block->len > KEY_BLOCK_ANY_LEN_MAX || text_has_control(*block) ||
        !text_is_utf8(*block)) {
        fprintf(stderr, "cardwright: %s holds no key block: one line of at least 16 printable characters\n",
                strcmp(path, "-") == 0 ? "the answer" : path);
        return BAD_FORMAT;
    }
    return OK;
}

static status import_block(struct key_call *call, const struct arguments *arguments)
{
    const struct custody_demand demand = { .operation_id = "key_import" };
    char read[KEY_BLOCK_ANY_LEN_MAX + 64];
    struct found_key transport;
    text block;
    TRY(key_call_find(call, &transport, arguments->under, "active"));
    TRY(read_block(read, sizeof read, arguments->block, &block));
    TRY(append_name(call, arguments));
    key_call_text(call, "transport_key_id", text_of(transport.id));
    key_call_text(call, "block", block);
    TRY(key_call_ask(call, &demand));
    TRY(key_call_post(call, "/v1/keys/import"));
    key_print_line(stdout, call->reply);
    return OK;
}

static status import_components(struct key_call *call, const struct arguments *arguments)
{
    int64_t parts, len;
    TRY(number_argument(&parts, "--components", arguments->components, COMPONENT_COUNT_MIN, COMPONENT_COUNT_MAX));
    TRY(append_name(call, arguments));
    TRY(append_kind(call, arguments, &len));
    const struct custody_demand demand = {
        .operation_id = "key_import_components",
        .parts = (int)parts,
        .len = (size_t)len,
        .method = is_triple_des(arguments) ? KCV_TDES_ECB : KCV_AES_CMAC,
    };
    TRY(key_call_ask(call, &demand));
    TRY(key_call_post(call, "/v1/keys/import-components"));
    key_print_line(stdout, call->reply);
    return OK;
}

int command_keys_import(const struct config *config, const struct arguments *arguments)
{
    bool kind = arguments->usage != NULL || arguments->algorithm != NULL || arguments->mode != NULL ||
                arguments->length != NULL || arguments->exportable != NULL; // a block says them itself
    bool block = arguments->under != NULL && arguments->block != NULL && arguments->components == NULL && !kind;
    bool components = arguments->components != NULL && arguments->usage != NULL && arguments->algorithm != NULL &&
                      arguments->under == NULL && arguments->block == NULL;
    if (arguments->word_count != 1 || block == components) {
        fprintf(stderr,
                "usage: cardwright keys import NAME --under TRANSPORT --block FILE|- [--test] --data DIR\n"
                "       cardwright keys import NAME --components 2 --usage C0 --algorithm T|A [--mode N] "
                "[--length 16] [--exportable E|N|S] [--test] --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, block ? import_block : import_components);
}

/* Sending. */

static bool to_standard_output(const struct arguments *arguments)
{
    return arguments->output == NULL || strcmp(arguments->output, "-") == 0;
}

static status explain_lost(const struct arguments *arguments, const char *why)
{
    fprintf(
        stderr,
        "cardwright: the key was exported, as the audit trail says, but its block could not be written%s%s: %s; export "
        "it again\n",
        to_standard_output(arguments) ? "" : " to ", to_standard_output(arguments) ? "" : arguments->output, why);
    return SYSTEM_FAULT;
}

static status write_block(struct key_call *call, const struct arguments *arguments)
{
    text block = text_of(key_string(call->reply, "block"));
    if (to_standard_output(arguments)) {
        printf(TEXT_FMT "\n", TEXT_ARG(block));
        return fflush(stdout) == 0 ? OK : explain_lost(arguments, strerror(errno));
    }
    text line = arena_print(call->arena, TEXT_FMT "\n", TEXT_ARG(block));
    errno = 0;
    status written = text_present(line) ? new_file_write(arguments->output, line.at, line.len) : OUT_OF_MEMORY;
    return written == OK ? OK : explain_lost(arguments, errno != 0 ? strerror(errno) : status_title(written));
}

// Before two people have typed their passwords for nothing.
static status judge_output(const char *path)
{
    char directory[INSTALLATION_PATH_LEN_MAX];
    if (access(path, F_OK) == 0) {
        fprintf(stderr, "cardwright: %s is there already\n", path);
        return FILE_EXISTS;
    }
    installation_directory_of(directory, path);
    if (path[0] == '\0' || access(directory, W_OK) != 0) {
        fprintf(stderr, "cardwright: \"%s\" cannot be written: %s\n", path, strerror(errno));
        return SYSTEM_FAULT;
    }
    return OK;
}

static status export_block(struct key_call *call, const struct arguments *arguments)
{
    const struct custody_demand demand = { .operation_id = "key_export" };
    char path[PATH_LEN_MAX];
    struct found_key key, transport;
    TRY(to_standard_output(arguments) ? OK : judge_output(arguments->output));
    TRY(key_call_find(call, &key, arguments->words[0], "active"));
    TRY(key_call_find(call, &transport, arguments->under, "active"));
    key_call_begin(call);
    key_call_text(call, "transport_key_id", text_of(transport.id));
    TRY(key_call_ask(call, &demand));
    snprintf(path, sizeof path, "/v1/keys/%s/export", key.id);
    TRY(key_call_post(call, path));
    TRY(write_block(call, arguments));
    key_print_line(stderr, yyjson_obj_get(call->reply, "key"));
    return OK;
}

int command_keys_export(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 1 || arguments->under == NULL) {
        fprintf(stderr, "usage: cardwright keys export NAME --under TRANSPORT [--output FILE] --data DIR\n");
        return EXIT_USAGE;
    }
    return key_call_run(config, arguments, export_block);
}
