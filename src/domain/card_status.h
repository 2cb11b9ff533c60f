/*
 * What a card can be, and how it may change: the statuses, the reasons, and the table of transitions, as data.
 *
 * The numbers are stored (card.status, card_history.reason, the bits of settings.active_statuses): append only. Pure.
 */
#ifndef DOMAIN_CARD_STATUS_H
#define DOMAIN_CARD_STATUS_H

#include <stdbool.h>

#include "domain/role.h"

enum card_status {
    CARD_NOT_ISSUED, // drawn or registered, nobody's
    CARD_INACTIVE,   // issued, to be activated
    CARD_ACTIVE,
    CARD_SUSPENDED, // frozen by holder or agent; reversible by them
    CARD_BLOCKED,   // stopped by issuer or network; only a privileged role lifts it
    CARD_EXPIRED,
    CARD_CLOSED, // over; nothing may change
    CARD_STATUS_COUNT
};

enum card_reason {
    CARD_REASON_REQUESTED,
    CARD_REASON_LOST,
    CARD_REASON_STOLEN,
    CARD_REASON_DAMAGED,
    CARD_REASON_FRAUD,
    CARD_REASON_COMPLIANCE,
    CARD_REASON_FULFILMENT,
    CARD_REASON_EXPIRED,
    CARD_REASON_REPLACED,
    CARD_REASON_OTHER,
    CARD_REASON_COUNT
};

extern const char *const card_status_names[]; // by enum card_status, ends with NULL; "not_issued"
extern const char *const card_reason_names[]; // by enum card_reason, ends with NULL; "requested"

/* One allowed change. */
struct card_transition {
    const char *action;         // the word of the history: "activate"; "label" when the status stays
    enum permission permission; // who may; PERMISSION_NONE: nobody, only the program does it
    bool by_hand; // may a change of the card name this status? Otherwise an operation of its own leads there.
};

/* NULL: the card may not go from one to the other. */
const struct card_transition *card_transition_find(enum card_status from, enum card_status to);

/* Does a card of this status count among its customer's cards? All but not_issued and closed. */
bool card_status_is_counted(enum card_status status);

#endif
