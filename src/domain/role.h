/*
 * Roles and what each may do. Deny by default: an operation names one permission, a role is a set of them.
 */
#ifndef DOMAIN_ROLE_H
#define DOMAIN_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum permission {
    PERMISSION_NONE,  // no operation may name this
    MAY_REACH,        // public: health, documentation
    MAY_SIGN_IN,      // nobody has to hold this: the operation authenticates by itself
    MAY_BE_SIGNED_IN, // anyone authenticated
    MAY_READ_SETTINGS,
    MAY_CHANGE_SETTINGS,
    MAY_READ_SERIES,
    MAY_CHANGE_SERIES,
    MAY_READ_BATCHES,
    MAY_DRAW_NUMBERS,
    MAY_DOWNLOAD_NUMBERS,
    MAY_DOWNLOAD_PAYMENT_NUMBERS,
    MAY_VOID_BATCHES,
    MAY_READ_CUSTOMERS,
    MAY_CHANGE_CUSTOMERS,
    MAY_READ_CARDS,
    MAY_ISSUE_CARDS,
    MAY_CHANGE_CARDS,
    MAY_BLOCK_CARDS,
    MAY_LIFT_BLOCKS,
    MAY_UNLINK_CARDS,
    MAY_REVEAL_NUMBERS,
    MAY_REGISTER_NUMBERS,
    MAY_READ_AUDIT,
    MAY_READ_EVENTS,
    MAY_READ_JOBS,
    MAY_CANCEL_JOBS,
    MAY_MANAGE_PEOPLE,
    MAY_READ_PEOPLE,
    MAY_READ_OUTBOX, // the demo's page of sent messages
    MAY_READ_METRICS,
    MAY_READ_KEYS,
    MAY_HOLD_KEYS, // a key custodian: two of them stand behind whatever is done with keys
    PERMISSION_COUNT
};

enum role {
    ROLE_OWNER,
    ROLE_ADMINISTRATOR,
    ROLE_AGENT,
    ROLE_OPERATIONS,
    ROLE_AUDITOR,
    ROLE_INTEGRATION,
    ROLE_CUSTODIAN,
    ROLE_COUNT
};

extern const char *const role_names[];       // by enum role, ends with NULL
extern const char *const permission_names[]; // by enum permission, ends with NULL; "draw_numbers"

uint64_t role_permissions(enum role role); // bits by enum permission
bool permission_held(uint64_t permissions, enum permission permission);

#endif
