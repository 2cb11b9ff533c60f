#include "main/key_ceremony.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "crypto/totp.h"
#include "domain/organization.h"
#include "main/custodian_dialog.h"

enum { TRIES_MAX = 3, ARENA_LEN_MAX = 256 * 1024, SHOWN_LEN = 512 };

static status read_organization(struct installation *installation, int64_t *out)
{
    struct database *database;
    TRY(reader_pool_take(installation->readers, &database));
    struct work work = { .database = database };
    status result = organization_first(&work, out);
    reader_pool_give(installation->readers, database, result);
    return result;
}

status ceremony_begin(struct ceremony *ceremony, struct installation *installation, int demanded)
{
    assert(demanded >= 1 && demanded <= CUSTODIAN_COUNT_MAX);
    *ceremony = (struct ceremony){ .installation = installation, .demanded = demanded };
    ceremony->actor = (struct actor){
        .kind = ACTOR_COMMAND_LINE,
        .name = TEXT("command line"),
        .channel = CHANNEL_COMMAND_LINE,
    };
    return read_organization(installation, &ceremony->actor.organization_id);
}

void ceremony_end(struct ceremony *ceremony)
{
    for (int i = 0; i < COMPONENT_COUNT_MAX; i++) {
        secret_release(&ceremony->components[i]);
    }
    *ceremony = (struct ceremony){ 0 };
}

/* Who somebody is. */

struct identification {
    struct ceremony *ceremony;
    struct arena *arena;
    struct faults faults;
    struct custodian custodian;
    char code[TOTP_DIGITS + 1];
};

static status find(struct identification *identification, const struct custodian_answer *answer)
{
    struct installation *installation = identification->ceremony->installation;
    struct database *database;
    TRY(reader_pool_take(installation->readers, &database));
    struct work work = {
        .database = database,
        .runtime = &runtime_real,
        .arena = identification->arena,
        .faults = &identification->faults,
        .actor = &identification->ceremony->actor,
        .now_ms = runtime_now_ms(&runtime_real),
    };
    status result =
        custodian_find(&work, &identification->custodian, text_of(answer->name), secret_text(&answer->password));
    reader_pool_give(installation->readers, database, result);
    return result;
}

static status guard(struct work *work, void *context)
{
    const struct identification *identification = context;
    return custodians_judge(work, &identification->custodian, 1, 1);
}

static status effect(struct work *work, void *context)
{
    const struct identification *identification = context;
    work_subject(work, "user", identification->custodian.user.id);
    return OK;
}

static status judge(struct identification *identification)
{
    static const struct write_rule rule = { .guard = guard,
                                            .effect = effect,
                                            .audit_action = "keys.custodian_identified" };
    struct ceremony *ceremony = identification->ceremony;
    struct write write = {
        .rule = &rule,
        .context = identification,
        .actor = &ceremony->actor,
        .arena = identification->arena,
        .faults = &identification->faults,
    };
    return executor_run(ceremony->installation->executor, &write);
}

static bool is_known(const struct ceremony *ceremony, int64_t user_id)
{
    for (int i = 0; i < ceremony->count; i++) {
        if (ceremony->user_ids[i] == user_id) {
            return true;
        }
    }
    return false;
}

static void add(struct ceremony *ceremony, const struct user *user)
{
    size_t len = strlen(ceremony->names);
    snprintf(ceremony->names + len, sizeof ceremony->names - len, "%s" TEXT_FMT, len > 0 ? ", " : "",
             TEXT_ARG(user->name));
    ceremony->user_ids[ceremony->count++] = user->id;
}

static status identify(struct identification *identification, const struct custodian_answer *answer)
{
    struct custodian *custodian = &identification->custodian;
    TRY(find(identification, answer));
    if (custodian->user.id != 0 && is_known(identification->ceremony, custodian->user.id)) {
        return SECOND_CUSTODIAN_NEEDED;
    }
    if (custodian->verified && custodian->user.totp_enabled) {
        TRY(ask_totp(identification->code, "  code of the authenticator app: "));
        custodian->totp = text_of(identification->code);
    }
    TRY(judge(identification));
    add(identification->ceremony, &custodian->user);
    return OK;
}

static status ask_and_identify(struct ceremony *ceremony)
{
    struct custodian_answer answer;
    struct identification identification = { .ceremony = ceremony, .arena = arena_new(ARENA_LEN_MAX) };
    if (identification.arena == NULL) {
        return OUT_OF_MEMORY;
    }
    faults_init(&identification.faults, identification.arena);
    status result = ask_custodian(&answer, ceremony->count + 1, ceremony->demanded);
    if (result == OK) {
        result = identify(&identification, &answer);
    }
    custodian_answer_release(&answer);
    arena_free(identification.arena);
    return result;
}

status ceremony_identify(struct ceremony *ceremony)
{
    assert(ceremony->count < ceremony->demanded);
    status result = SIGN_IN_FAILED;
    for (int try = 0; try < TRIES_MAX; try++) {
        result = ask_and_identify(ceremony);
        if (result == OK) {
            return OK;
        }
        terminal_say("cardwright: %s\n", result == NOT_FOUND ? "nobody was named" : status_title(result));
        if (result == NOT_FOUND || status_is_fault(result)) {
            break;
        }
    }
    return result;
}

/* A component. */

// On the terminal alone; the text is put together in locked memory.
static status show_component(const struct ceremony *ceremony, const struct secret *component)
{
    struct secret shown;
    char check[CHECK_VALUE_PRINTED_LEN], printed[COMPONENT_PRINTED_LEN];
    TRY(check_value_compute(check, KCV_AES_CMAC, component));
    TRY(secret_init(&shown, SHOWN_LEN));
    component_print(printed, component);
    snprintf((char *)shown.at, shown.len,
             "\nComponent %d of %d\n\n    %s\n\n    check value: %s\n\n"
             "Write it down, compare it digit by digit, and press Enter: then the screen is cleared.\n",
             ceremony->count, ceremony->demanded, printed, check);
    secret_wipe(printed, sizeof printed);
    status result = terminal_show_once((const char *)shown.at);
    secret_release(&shown);
    return result;
}

// What was written down, typed again.
static status confirm_component(const struct secret *component)
{
    struct secret typed, again;
    for (int try = 0; try < TRIES_MAX; try++) {
        TRY(ask_component(&typed, "  the component, as it was written down: ", MASTER_KEY_LEN, KCV_AES_CMAC));
        status result = component_parse(&again, secret_text(&typed), MASTER_KEY_LEN);
        secret_release(&typed);
        TRY(result);
        bool same = secret_equal(again.at, component->at, MASTER_KEY_LEN);
        secret_release(&again);
        if (same) {
            return OK;
        }
        terminal_say("  That is not the component that was shown.\n");
    }
    return COMPONENTS_DIFFER;
}

static status make_component(const struct ceremony *ceremony, struct secret *out)
{
    if (!terminal_is_private()) {
        terminal_say("cardwright: no component was entered, and without a terminal to show it on none is made\n");
        return NOT_FOUND;
    }
    TRY(component_make(out, MASTER_KEY_LEN));
    status result = show_component(ceremony, out);
    if (result == OK) {
        result = confirm_component(out);
    }
    if (result != OK) {
        secret_release(out);
    }
    return result;
}

static bool is_taken(const struct ceremony *ceremony, const struct secret *component)
{
    for (int i = 0; i < ceremony->count - 1; i++) {
        if (secret_equal(ceremony->components[i].at, component->at, MASTER_KEY_LEN)) {
            return true;
        }
    }
    return false;
}

static status take_once(const struct ceremony *ceremony, struct secret *component)
{
    struct secret typed;
    *component = (struct secret){ 0 };
    status result = ask_component(
        &typed, "  component (not shown while it is typed), or Enter for a new one: ", MASTER_KEY_LEN, KCV_AES_CMAC);
    if (result == OK) {
        result = component_parse(component, secret_text(&typed), MASTER_KEY_LEN);
    } else if (result == NOT_FOUND) {
        result = make_component(ceremony, component);
    }
    secret_release(&typed);
    return result;
}

status ceremony_take_component(struct ceremony *ceremony)
{
    assert(ceremony->count >= 1);
    struct secret component;
    for (int try = 0; try < TRIES_MAX; try++) {
        TRY(take_once(ceremony, &component));
        if (!is_taken(ceremony, &component)) {
            ceremony->components[ceremony->count - 1] = component;
            return OK;
        }
        secret_release(&component);
        terminal_say("  Another custodian entered that component; each has their own.\n");
    }
    return COMPONENT_INVALID;
}
