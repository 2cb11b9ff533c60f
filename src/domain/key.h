/*
 * Keys at rest: rows of key blocks with what may be known of them. House keys are made by the program; payment keys are
 * made, brought, sent, followed by a new version, retired and destroyed by people. No key is in clear here.
 *
 * Always true: (organisation, name) has versions 1, 2, 3 without a gap; a version is retired at the moment its successor
 * becomes active; a destroyed key's block is erased, its row stays; a key that data is still protected with is not
 * destroyed. A change of the set of keys raises the ring's revision, by which every process sees within a second that it
 * must look; a new key becomes active only when all have had time to (KEY_ACTIVATION_DELAY_MS).
 */
#ifndef DOMAIN_KEY_H
#define DOMAIN_KEY_H

#include "keys/keyring.h"
#include "store/work.h"

/* A row, as people see it. */
struct key {
    int64_t id;
    int use; // enum key_use
    text name;
    int64_t version;
    text usage, algorithm, mode, exportability; // X9.143 codes: "C0", "T", "C", "N"
    text usage_name, algorithm_name, mode_name; // and in words
    text check_method, check_value;             // "tdes_ecb", "aes_cmac" (absent: a house key's own); upper-case hex
    bool test;
    bool brought;                                               // imported, not generated here
    int state;                                                  // enum key_state
    int64_t created_ms, activated_ms, retired_ms, destroyed_ms; // 0: not yet
    text created_by;
    int64_t job_id;    // of the rotation that rewrites what its predecessor protects; 0: none
    int64_t series_id; // of a numbering key; 0 otherwise
};

/* For the program. */

must_use status key_create_numbering(struct work *work, int64_t *id); // a series' key, active at once
must_use status key_require(struct work *work, int64_t id);           // loads it when it is not; KEY_UNAVAILABLE
/* Makes one key of each house use that has none (all but numbering keys): a new installation. */
must_use status key_create_missing(struct work *work);

/* Loads every key that is not destroyed; test keys in a production installation are left out and counted. */
struct key_loading {
    int loaded, refused_test;
};
must_use status key_load_all(struct database *database, struct keyring *keyring, struct key_loading *loading);
/* Brings the keyring up to the rows when the ring's revision moved; cheap when it did not. On a connection that sees
   only what is committed, so never within a write. */
must_use status key_refresh(struct database *database, struct keyring *keyring);

/* The master key under which the blocks are: its check value is kept beside them. False in *known: an empty database. */
must_use status key_master_check_get(struct database *database, uint8_t out[MASTER_KEY_CHECK_LEN], bool *known);
/* Wraps every block anew under `next`, and keeps its check value. */
must_use status key_rewrap_all(struct work *work, struct master_key *next, int *count);

/* For people. `key` gets what was made, loaded into the keyring by the next key_refresh. */

must_use status key_get(struct work *work, struct key *out, int64_t id); // KEY_NOT_FOUND
struct key_filter {
    int64_t limit, after;
    text name; // absent: any
    int use;   // -1: any
    int state; // -1: any
};
must_use status key_list(struct work *work, struct key **out, int *count, const struct key_filter *filter);

/* What a new payment key is to be. */
struct key_wish {
    text name;
    text usage, algorithm, mode, exportability;
    int64_t length; // bytes; 0: of an imported one
    bool test;
};
/* INVALID_INPUT with faults; KEY_EXISTS when there is a key of this name and another header; KEY_VERSIONS_USED_UP. A name that exists
   with the same header gets its next version. */
must_use status key_generate(struct work *work, struct key *out, const struct key_wish *wish);
must_use status key_import(struct work *work, struct key *out, const struct key_wish *wish, const struct secret *value);
/* Name and test mark of the wish count; the rest stands in the block. */
must_use status key_import_block(struct work *work, struct key *out, const struct key_wish *wish,
                                 int64_t transport_key_id, text block);
must_use status key_export(struct work *work, struct key *out, int64_t id, int64_t transport_key_id, text *block);
/* The next version, made here, and for a house use whose data can be rewritten a job that does so. KEY_NOT_ROTATABLE (a series'
   numbering key; an imported payment key whose partner must know the new one too: import it), KEY_RETIRED. */
must_use status key_rotate(struct work *work, struct key *out, int64_t id);
must_use status key_retire(struct work *work, struct key *out, int64_t id); // payment keys; KEY_RETIRED already
must_use status key_destroy(struct work *work, struct key *out,
                            int64_t id); // KEY_ACTIVE_STILL, KEY_IN_USE, KEY_DESTROYED

#endif
