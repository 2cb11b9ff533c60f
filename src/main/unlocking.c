#include "main/unlocking.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "domain/custodian.h"

enum { ARENA_LEN_MAX = 256 * 1024 };

void unlocking_init(struct unlocking *unlocking, const struct database_options *database,
                    const struct master_key_place *place)
{
    assert(place->seal == MASTER_KEY_BY_COMPONENTS);
    *unlocking = (struct unlocking){ .database = *database, .place = *place };
    unlocking->database.read_only = true;
}

static void drop_parts(struct unlocking *unlocking)
{
    for (int i = 0; i < COMPONENT_COUNT_MAX; i++) {
        secret_release(&unlocking->parts[i].component);
    }
    unlocking->count = 0;
}

void unlocking_release(struct unlocking *unlocking)
{
    drop_parts(unlocking);
    master_key_free(unlocking->master);
    *unlocking = (struct unlocking){ 0 };
}

int unlocking_missing(const struct unlocking *unlocking)
{
    return unlocking->place.part_count - unlocking->count;
}

bool unlocking_given_up(const struct unlocking *unlocking)
{
    return unlocking->refused >= UNLOCK_REFUSED_COUNT_MAX;
}

void unlocking_names(const struct unlocking *unlocking, char out[UNLOCKING_NAMES_LEN_MAX])
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < unlocking->count; i++) {
        len += (size_t)snprintf(out + len, UNLOCKING_NAMES_LEN_MAX - len, "%s%s", i > 0 ? ", " : "",
                                unlocking->parts[i].name);
    }
}

static status judge_person(struct unlocking *unlocking, struct work *work, struct custodian *custodian)
{
    TRY(custodian_judge_locked(work, custodian));
    for (int i = 0; i < unlocking->count; i++) {
        if (unlocking->parts[i].user_id == custodian->user.id) {
            return SECOND_CUSTODIAN_NEEDED;
        }
    }
    return OK;
}

static status find_person(struct unlocking *unlocking, struct custodian *custodian, struct arena *arena, text name,
                          text password)
{
    static const struct actor nobody_yet = { .kind = ACTOR_SYSTEM };
    struct database *database = NULL;
    struct faults faults;
    faults_init(&faults, arena);
    TRY(database_open(&database, &unlocking->database));
    struct work work = {
        .database = database,
        .runtime = &runtime_real,
        .arena = arena,
        .faults = &faults,
        .actor = &nobody_yet,
        .now_ms = runtime_now_ms(&runtime_real),
    };
    status result = custodian_find(&work, custodian, name, password);
    database_close(database);
    return result == OK ? judge_person(unlocking, &work, custodian) : result;
}

static status join(struct unlocking *unlocking)
{
    struct secret parts[COMPONENT_COUNT_MAX], key;
    for (int i = 0; i < unlocking->count; i++) {
        parts[i] = unlocking->parts[i].component; // they stay its own
    }
    status result = components_join(&key, parts, unlocking->count);
    if (result == OK) {
        result = master_key_in_memory(&unlocking->master, &key);
    }
    if (result == OK) {
        result = master_key_place_judge(&unlocking->place, unlocking->master);
    }
    if (result == OK) {
        return OK;
    }
    master_key_free(unlocking->master);
    unlocking->master = NULL;
    drop_parts(unlocking);
    return result == DATA_DAMAGED || result == COMPONENT_INVALID ? COMPONENTS_DIFFER : result;
}

// Takes over the component when it is taken.
static status add(struct unlocking *unlocking, const struct user *user, struct secret *component)
{
    for (int i = 0; i < unlocking->count; i++) {
        const struct secret *other = &unlocking->parts[i].component;
        if (secret_equal(other->at, component->at, component->len)) {
            return COMPONENT_INVALID;
        }
    }
    int at = unlocking->count++;
    unlocking->parts[at].user_id = user->id;
    snprintf(unlocking->parts[at].name, sizeof unlocking->parts[at].name, TEXT_FMT, TEXT_ARG(user->name));
    unlocking->parts[at].component = *component;
    *component = (struct secret){ 0 };
    return unlocking_missing(unlocking) == 0 ? join(unlocking) : OK;
}

// Names only somebody whom the installation knows: what else is typed there may be a password.
static void log_entry(const struct unlocking *unlocking, const struct user *user, status result)
{
    text name = user->id != 0 ? user->name : TEXT("nobody of this name");
    if (result == OK) {
        LOG(LOG_INFO, "keys.component_taken", "A component of the master key was entered.", LOG_T("custodian", name),
            LOG_I("missing", unlocking_missing(unlocking)));
    } else {
        LOG(LOG_WARN, "keys.component_refused", "An entry for the master key was refused.", LOG_T("custodian", name),
            LOG_S("code", status_code(result)), LOG_I("missing", unlocking_missing(unlocking)));
    }
}

static status enter(struct unlocking *unlocking, struct arena *arena, text name, text password, text typed)
{
    struct custodian custodian = { 0 };
    struct secret component = { 0 };
    status result = find_person(unlocking, &custodian, arena, name, password);
    if (result == OK) {
        result = component_parse(&component, typed, MASTER_KEY_LEN);
    }
    if (result == OK) {
        result = add(unlocking, &custodian.user, &component);
    }
    secret_release(&component);
    unlocking->refused += result != OK && !status_is_fault(result);
    if (unlocking->logs) {
        log_entry(unlocking, &custodian.user, result);
    }
    return result;
}

status unlocking_enter(struct unlocking *unlocking, text name, text password, text component)
{
    assert(unlocking_missing(unlocking) > 0);
    struct arena *arena = arena_new(ARENA_LEN_MAX);
    if (arena == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = enter(unlocking, arena, name, password, component);
    arena_free(arena);
    return result;
}
