/*
 * The configuration: one table of settings, each from (strongest first) a flag, an environment variable
 * CARDWRIGHT_<SECTION>_<NAME>, the configuration file, its default. docs/operating/configuration.md is printed from it.
 */
#ifndef MAIN_CONFIG_H
#define MAIN_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

enum { CONFIG_TEXT_LEN_MAX = 512 };

struct config {
    char data[CONFIG_TEXT_LEN_MAX];   // the data directory
    char listen[CONFIG_TEXT_LEN_MAX]; // "127.0.0.1:8080"
    char certificate[CONFIG_TEXT_LEN_MAX], private_key[CONFIG_TEXT_LEN_MAX];
    int64_t behind_tls_proxy;
    char database_url[CONFIG_TEXT_LEN_MAX];    // empty: SQLite in the data directory
    char master_key_file[CONFIG_TEXT_LEN_MAX]; // empty: in the data directory, or systemd's credential
    char passphrase_file[CONFIG_TEXT_LEN_MAX]; // or of a token's PIN
    int64_t dual_control, allow_test_keys;
    char high_water_file[CONFIG_TEXT_LEN_MAX]; // empty: in the data directory
    char smtp_url[CONFIG_TEXT_LEN_MAX], mail_from[CONFIG_TEXT_LEN_MAX], mail_user[CONFIG_TEXT_LEN_MAX],
        mail_password_file[CONFIG_TEXT_LEN_MAX];
    char mail_ca_file[CONFIG_TEXT_LEN_MAX];
    int64_t mail_require_tls;
    char sms_url[CONFIG_TEXT_LEN_MAX], sms_account[CONFIG_TEXT_LEN_MAX], sms_token_file[CONFIG_TEXT_LEN_MAX],
        sms_from[CONFIG_TEXT_LEN_MAX];
    int64_t requests_per_second, sign_ins_per_minute;
    char log_level[CONFIG_TEXT_LEN_MAX];
    int64_t demo;
};

/* A row: what the setting is called everywhere, and what it is for. */
struct config_row {
    const char *section, *name;
    size_t offset;
    bool integer;
    const char *fallback; // as text
    const char *help;
};
extern const struct config_row config_rows[];
extern const int config_row_count;

void config_defaults(struct config *config);
/* INVALID_INPUT, with a line on `errors`, for an unknown name or a bad value. */
must_use status config_read_file(struct config *config, const char *path, FILE *errors); // NOT_FOUND when there is none
must_use status config_read_environment(struct config *config, FILE *errors);
must_use status config_set(struct config *config, const char *section, const char *name, const char *value,
                           FILE *errors);
/* The flag of a row is --name, or --section-name where the name alone is not unique. NULL: no such flag. */
const struct config_row *config_flag(const char *flag);

#endif
