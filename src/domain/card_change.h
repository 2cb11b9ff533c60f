/*
 * What happens to a card after it exists: label and status along the transition table, unlinking, registering by hand,
 * and its history.
 */
#ifndef DOMAIN_CARD_CHANGE_H
#define DOMAIN_CARD_CHANGE_H

#include "domain/card.h"

struct card_change {
    int64_t card_id;
    text label; // absent: unchanged, or the default of the new status
    int status; // -1: the label's own, or unchanged
    int reason; // enum card_reason; -1: not given
    text note;
    bool set_external_id, set_nickname;
    text external_id, nickname; // absent with its flag: removed
    int64_t version;            // 0: any
};

/* TRANSITION_NOT_ALLOWED, STATUS_UNCHANGED, REASON_REQUIRED, FORBIDDEN (a transition that asks for a permission the actor
   has not), VERSION_CONFLICT, the codes of status_label_require, MAX_ACTIVE_CARDS_PER_CUSTOMER, EXTERNAL_ID_TAKEN. */
must_use status card_change(struct work *work, struct card *out, const struct card_change *change);

/* Takes the card from its customer; its number rests. CARD_NOT_LINKED, TRANSITION_NOT_ALLOWED. */
must_use status card_unlink(struct work *work, struct card *out, int64_t card_id, int reason, text note);

/*
 * What a caller with these permissions may do with the card now, for buttons: the statuses that a change may name, as
 * bits by enum card_status (its own: only the label may change), and whether it may be unlinked. Limits of the customer
 * are judged only by the change itself. Pure.
 */
uint32_t card_next_statuses(const struct card *card, uint64_t permissions);
bool card_may_unlink(const struct card *card, uint64_t permissions);

/* A number made elsewhere becomes a card that waits for a customer. `series_id` 0: the series it lies in. */
struct card_registration {
    text number;
    int64_t series_id;
    text label, external_id;
};
must_use status card_register(struct work *work, struct card *out, const struct card_registration *registration);

struct card_event {
    int64_t id, at_ms;
    text action;
    int actor_kind;
    int64_t actor_id;
    text actor_name;
    int channel;
    int64_t customer_id;
    int old_status, new_status; // -1: none
    text old_label, new_label;
    int reason;
    text note;
};
must_use status card_history(struct work *work, struct card_event **out, int *count, int64_t card_id, int64_t limit,
                             int64_t after);

/* For the rules of this folder: appends to the history and counts in the figures of the day. old_status -1 for a new card. */
struct card_step {
    const char *action;
    int64_t series_id;
    int old_status, new_status;
    int64_t old_label_id, new_label_id;
    int reason;
    text note;
    int64_t customer_id;
};
must_use status card_history_add(struct work *work, int64_t card_id, const struct card_step *step);

#endif
