/* The operations of cards: issue, read, change, unlink, history, reveal. */
#ifndef API_CARDS_H
#define API_CARDS_H

#include "api/operation.h"
#include "domain/card.h"

extern const struct operation_table card_operations;

/* A card, what the caller may do with it and, once, its number. */
struct card_reply {
    struct card card;
    text number; // shown once, to whoever may reveal
    uint32_t next_statuses;
    bool may_unlink;
};

extern const struct shape card_shape;
/* Replies with the card; with `number` of the caller's call when it is not absent. */
must_use status reply_card(struct call *call, const struct card *card, text number);

#endif
