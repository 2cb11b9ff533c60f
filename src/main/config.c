#include "main/config.h"

#include <assert.h>
#include <ini.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TEXT_ROW(section, name, member, fallback, help)                                                                \
    {                                                                                                                  \
        section, name, offsetof(struct config, member), false, fallback, help                                          \
    }
#define INTEGER_ROW(section, name, member, fallback, help)                                                             \
    {                                                                                                                  \
        section, name, offsetof(struct config, member), true, fallback, help                                           \
    }

const struct config_row config_rows[] = {
    TEXT_ROW("server", "data", data, "data", "The data directory."),
    TEXT_ROW("server", "listen", listen, "127.0.0.1:8080", "Address and port to listen on."),
    TEXT_ROW("server", "tls_certificate", certificate, "", "Certificate chain (PEM); read again on SIGHUP."),
    TEXT_ROW("server", "tls_private_key", private_key, "", "Its private key (PEM)."),
    INTEGER_ROW("server", "behind_tls_proxy", behind_tls_proxy, "0",
                "1: a proxy on this machine ends TLS; believe its X-Forwarded headers."),
    INTEGER_ROW("server", "demo", demo, "0", "1: messages may be read at /v1/outbox. For trying out only."),
    TEXT_ROW("database", "url", database_url, "", "postgres://... ; empty: SQLite in the data directory."),
    TEXT_ROW("database", "high_water_file", high_water_file, "", "Empty: `high-water` in the data directory."),
    TEXT_ROW("keys", "master_key_file", master_key_file, "",
             "Empty: systemd's credential `cardwright-master-key`, else `master.key` in the data directory."),
    TEXT_ROW("keys", "passphrase_file", passphrase_file, "",
             "A file with the passphrase of the master key, or with the PIN of the token that holds it."),
    INTEGER_ROW(
        "keys", "dual_control", dual_control, "1",
        "1: what is done with keys needs two different custodians; 0: one is enough. Components always need two or more."),
    INTEGER_ROW("keys", "allow_test_keys", allow_test_keys, "0",
                "1: this installation is for testing: keys marked as test keys may be made, brought and used."),
    TEXT_ROW("mail", "smtp_url", smtp_url, "", "smtp://host:port or smtps://host:port; empty: no email."),
    TEXT_ROW("mail", "from", mail_from, "", "Sender address."),
    TEXT_ROW("mail", "user", mail_user, "", "User name at the mail server; empty: none."),
    TEXT_ROW("mail", "password_file", mail_password_file, "", "A file with its password."),
    TEXT_ROW("mail", "ca_file", mail_ca_file, "", "Trusted certificates (PEM); empty: the system's."),
    INTEGER_ROW("mail", "require_tls", mail_require_tls, "1",
                "0: hand mail over without TLS when the server offers none."),
    TEXT_ROW("sms", "url", sms_url, "",
             "The gateway's address for messages (form fields To, From, Body); empty: no SMS."),
    TEXT_ROW("sms", "account", sms_account, "", "User name for HTTP basic authentication."),
    TEXT_ROW("sms", "token_file", sms_token_file, "", "A file with its token."),
    TEXT_ROW("sms", "from", sms_from, "", "Sender number or name."),
    INTEGER_ROW("limits", "requests_per_second", requests_per_second, "0",
                "For each API key and session; 0: no limit."),
    INTEGER_ROW("limits", "sign_ins_per_minute", sign_ins_per_minute, "30", "For each address; 0: no limit."),
    TEXT_ROW("log", "level", log_level, "info", "debug, info, warn or error."),
};

const int config_row_count = sizeof config_rows / sizeof config_rows[0];

static const struct config_row *find_row(const char *section, const char *name)
{
    for (int i = 0; i < config_row_count; i++) {
        if (strcmp(config_rows[i].section, section) == 0 && strcmp(config_rows[i].name, name) == 0) {
            return &config_rows[i];
        }
    }
    return NULL;
}

static status set_row(struct config *config, const struct config_row *row, const char *value, FILE *errors)
{
    char *member = (char *)config + row->offset;
    if (row->integer) {
        int64_t integer;
        if (!text_to_int64(text_of(value), &integer) || integer < 0) {
            fprintf(errors, "cardwright: %s.%s takes a whole number, not \"%s\"\n", row->section, row->name, value);
            return INVALID_INPUT;
        }
        memcpy(member, &integer, sizeof integer);
        return OK;
    }
    if (strlen(value) >= CONFIG_TEXT_LEN_MAX) {
        fprintf(errors, "cardwright: %s.%s is longer than %d characters\n", row->section, row->name,
                CONFIG_TEXT_LEN_MAX - 1);
        return INVALID_INPUT;
    }
    memcpy(member, value, strlen(value) + 1);
    return OK;
}

void config_defaults(struct config *config)
{
    memset(config, 0, sizeof *config);
    for (int i = 0; i < config_row_count; i++) {
        status set = set_row(config, &config_rows[i], config_rows[i].fallback, stderr);
        assert(set == OK);
    }
}

status config_set(struct config *config, const char *section, const char *name, const char *value, FILE *errors)
{
    const struct config_row *row = find_row(section, name);
    if (row == NULL) {
        fprintf(errors, "cardwright: there is no setting %s.%s\n", section, name);
        return INVALID_INPUT;
    }
    return set_row(config, row, value, errors);
}

struct file_reader {
    struct config *config;
    FILE *errors;
    status result;
};

static int take_line(void *context, const char *section, const char *name, const char *value)
{
    struct file_reader *reader = context;
    status set = config_set(reader->config, section, name, value, reader->errors);
    reader->result = reader->result == OK ? set : reader->result;
    return set == OK;
}

status config_read_file(struct config *config, const char *path, FILE *errors)
{
    struct file_reader reader = { config, errors, OK };
    int line = ini_parse(path, take_line, &reader);
    if (line == -1) {
        return NOT_FOUND;
    }
    if (line != 0 && reader.result == OK) {
        fprintf(errors, "cardwright: %s, line %d: not a setting\n", path, line);
        return INVALID_INPUT;
    }
    return line < 0 ? OUT_OF_MEMORY : reader.result;
}

status config_read_environment(struct config *config, FILE *errors)
{
    for (int i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        char variable[128];
        snprintf(variable, sizeof variable, "CARDWRIGHT_%s_%s", row->section, row->name);
        for (char *c = variable; *c != '\0'; c++) {
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        }
        const char *value = getenv(variable);
        if (value != NULL) {
            TRY(set_row(config, row, value, errors));
        }
    }
    return OK;
}

// The few that are typed by hand have short names.
static const struct {
    const char *flag, *section, *name;
} short_flags[] = {
    { "--data", "server", "data" }, { "--listen", "server", "listen" }, { "--database", "database", "url" },
    { "--demo", "server", "demo" }, { "--log-level", "log", "level" },
};

const struct config_row *config_flag(const char *flag)
{
    for (size_t i = 0; i < sizeof short_flags / sizeof short_flags[0]; i++) {
        if (strcmp(flag, short_flags[i].flag) == 0) {
            return find_row(short_flags[i].section, short_flags[i].name);
        }
    }
    for (int i = 0; i < config_row_count; i++) {
        char name[128];
        snprintf(name, sizeof name, "--%s-%s", config_rows[i].section, config_rows[i].name);
        for (char *c = name; *c != '\0'; c++) {
            *c = *c == '_' ? '-' : *c;
        }
        if (strcmp(flag, name) == 0) {
            return &config_rows[i];
        }
    }
    return NULL;
}
