/*
 * The master key as it is put together from components, each entered by another key custodian, while nothing else of the
 * installation can be used yet. What was entered stays in locked memory until all of it is there; the check value of the
 * result is compared with the one that the master key's file holds, and a set that does not make that key is dropped.
 *
 * Nothing is written: who entered is read from the database (domain/custodian.h), refused entries are counted here and
 * logged. One thread at a time.
 */
#ifndef MAIN_UNLOCKING_H
#define MAIN_UNLOCKING_H

#include "base/limits.h"
#include "keys/component.h"
#include "keys/master_key_file.h"
#include "store/database.h"

enum { UNLOCKING_NAMES_LEN_MAX = COMPONENT_COUNT_MAX * (EMAIL_LEN_MAX + 2) + 1 };

/* Read all but the secrets. */
struct unlocking {
    struct database_options database;
    struct master_key_place place;
    struct {
        int64_t user_id;
        char name[EMAIL_LEN_MAX + 1];
        struct secret component;
    } parts[COMPONENT_COUNT_MAX];
    int count, refused;
    bool logs;                 // entries; not where a dialog says what becomes of each
    struct master_key *master; // once all are there; taken by setting it to NULL
};

void unlocking_init(struct unlocking *unlocking, const struct database_options *database,
                    const struct master_key_place *place);
void unlocking_release(struct unlocking *unlocking);

/*
 * SIGN_IN_FAILED, CUSTODIAN_REFUSED, COMPONENT_INVALID: this entry was not taken. SECOND_CUSTODIAN_NEEDED: this person entered
 * one already. COMPONENTS_DIFFER: the last one was entered, and together they do not make the right key: none is kept.
 */
must_use status unlocking_enter(struct unlocking *unlocking, text name, text password, text component);
int unlocking_missing(const struct unlocking *unlocking);   // 0: unlocking->master is there
bool unlocking_given_up(const struct unlocking *unlocking); // UNLOCK_REFUSED_COUNT_MAX entries were refused

/* "asha@example.com, ben@example.com" */
void unlocking_names(const struct unlocking *unlocking, char out[UNLOCKING_NAMES_LEN_MAX]);

#endif
