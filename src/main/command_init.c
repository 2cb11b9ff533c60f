#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/none.h"
#include "domain/customer.h"
#include "domain/organization.h"
#include "domain/series.h"
#include "domain/settings.h"
#include "domain/source.h"
#include "domain/user.h"
#include "main/command.h"
#include "main/installation.h"
#include "main/random_password.h"
#include "main/seal_arguments.h"

struct founding {
    const struct arguments *arguments;
    char password[RANDOM_PASSWORD_LEN + 1];
    struct user owner;
};

/* What a demo begins with: one series to draw from, one source, one customer to issue to. */
static status found_demo(struct work *work)
{
    struct series series = {
        .code = TEXT("GOLD"),
        .name = TEXT("Gold card"),
        .type = SERIES_PHYSICAL,
        .layout = { .prefix = TEXT("GOLD"),
                    .suffix = TEXT("2026"),
                    .length = 20,
                    .method = NUMBER_RANDOM,
                    .check_digit = CHECK_DIGIT_LUHN },
        .generation = true,
        .max_cards = 5,
        .max_active_cards = 2,
        .expiry_after = 730,
        .expiry_unit = EXPIRY_DAYS,
        .active = true,
    };
    struct source source = { .name = TEXT("Member Care"), .account = TEXT("") };
    struct customer customer = {
        .external_id = TEXT("C-1"),
        .first_name = TEXT("Asha"),
        .last_name = TEXT("Rao"),
        .mobile = TEXT("+919800000001"),
        .email = TEXT("asha@example.com"),
        .date_of_birth = DATE_NONE,
        .verification = VERIFICATION_VERIFIED,
    };
    struct settings settings;
    TRY(series_create(work, &series));
    TRY(source_create(work, &source));
    TRY(customer_create(work, &customer));
    TRY(settings_get(work, &settings));
    settings.issuing_source_id = source.id;
    return settings_update(work, &settings);
}

static status found(struct work *work, void *context)
{
    struct founding *founding = context;
    const struct arguments *arguments = founding->arguments;
    struct organization organization = {
        .name = text_of(arguments->organization != NULL ? arguments->organization
                        : arguments->demo               ? "Demo organisation"
                                                        : "My organisation"),
    };
    founding->owner = (struct user){ .name = text_of(arguments->owner != NULL ? arguments->owner : "owner@example.com"),
                                     .role = ROLE_OWNER };
    TRY(organization_create(work, &organization));
    TRY(user_create(work, &founding->owner, text_of(founding->password)));
    if (arguments->demo) {
        TRY(found_demo(work));
    }
    work_subject(work, "organization", organization.id);
    return OK;
}

static status run_founding(struct installation *installation, struct founding *founding, struct faults *faults,
                           struct arena *arena)
{
    static const struct write_rule rule = { .effect = found, .audit_action = "organization.created" };
    const struct actor actor = {
        .kind = ACTOR_COMMAND_LINE,
        .name = TEXT("command line"),
        .channel = CHANNEL_COMMAND_LINE,
        .permissions = role_permissions(ROLE_OWNER),
    };
    struct write write = { .rule = &rule, .context = founding, .actor = &actor, .arena = arena, .faults = faults };
    return executor_run(installation->executor, &write);
}

static void print_welcome(const struct config *config, const struct founding *founding,
                          const struct master_key_place *place)
{
    printf("data directory: %s\n", config->data);
    printf("user: " TEXT_FMT "\n", TEXT_ARG(founding->owner.name));
    printf("password: %s\n", founding->password);
    printf("\nThis password is shown once. Start the server with `cardwright serve --data %s%s`.\n", config->data,
           founding->arguments->demo ? " --demo" : "");
    if (place->seal == MASTER_KEY_BY_PKCS11) {
        printf(
            "The master key lies in the token %s: without it the card numbers are lost. Keep a copy of %s/master.key, which "
            "says where it is, apart from the data.\n",
            place->token.token, config->data);
    } else {
        printf(
            "Keep a copy of the master key (%s/master.key) apart from the data: without it the card numbers are lost.\n",
            config->data);
    }
}

static int init(const struct config *config, const struct arguments *arguments, struct master_key_place *place)
{
    struct installation installation;
    struct founding founding = { .arguments = arguments };
    struct faults faults;
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    if (arena == NULL || installation_create(config, place, stderr) != OK ||
        installation_open(&installation, config, INSTALLATION_SERVE, stderr) != OK) {
        arena_free(arena);
        return EXIT_REFUSED;
    }
    random_password(founding.password);
    status result = run_founding(&installation, &founding, &faults, arena);
    installation_close(&installation);
    if (result == OK) {
        print_welcome(config, &founding, place);
    } else {
        fprintf(stderr, "cardwright: %s\n", status_title(result));
        for (int i = 0; i < faults_kept(&faults); i++) {
            fprintf(stderr, "  " TEXT_FMT ": %s\n", TEXT_ARG(faults.list[i].field), status_title(faults.list[i].code));
        }
    }
    secret_wipe(founding.password, sizeof founding.password);
    arena_free(arena);
    return result == OK ? EXIT_DONE : EXIT_REFUSED;
}

// It is what somebody signs in with, and no command gives it back.
static bool owner_is_valid(const char *owner)
{
    text name = owner != NULL ? text_of(owner) : TEXT("the usual one");
    if (name.len >= 1 && name.len <= EMAIL_LEN_MAX && !text_has_control(name)) {
        return true;
    }
    fprintf(stderr, "cardwright: --owner takes the name that the owner signs in with, 1 to %d characters\n",
            EMAIL_LEN_MAX);
    return false;
}

static int refuse_components(const struct config *config)
{
    fprintf(
        stderr,
        "cardwright: components are entered by people of the installation, and there are none yet: run `cardwright init`, "
        "let two key custodians be made, and then `cardwright keys init --seal components --data %s`\n",
        config->data);
    return EXIT_USAGE;
}

int command_init(const struct config *config, const struct arguments *arguments)
{
    struct master_key_place place;
    bool passphrase_given = config->passphrase_file[0] != '\0';
    if (!owner_is_valid(arguments->owner)) {
        return EXIT_USAGE;
    }
    if (!seal_arguments(&place, arguments, passphrase_given ? MASTER_KEY_BY_PASSPHRASE : MASTER_KEY_BY_MODE)) {
        return EXIT_USAGE;
    }
    if (place.seal == MASTER_KEY_BY_COMPONENTS) {
        return refuse_components(config);
    }
    if (place.seal == MASTER_KEY_BY_PASSPHRASE && !passphrase_given) {
        fprintf(stderr, "cardwright: --seal passphrase needs --keys-passphrase-file\n");
        return EXIT_USAGE;
    }
    return init(config, arguments, &place);
}
