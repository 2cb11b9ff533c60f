/*
 * A card: one number in a customer's hands, or registered and waiting for one.
 *
 * A drawn card keeps its place in the series, not its number; a registered one the id of its sealed number. When a
 * number goes to a later customer it becomes a new card; the old one is no longer `current` and keeps its history.
 *
 * Always true: at most one current card for a number; the customer's counters (domain/customer.h) agree with the
 * statuses of its cards; every change has a row of history in the same transaction.
 */
#ifndef DOMAIN_CARD_H
#define DOMAIN_CARD_H

#include "domain/card_status.h"
#include "domain/series.h"
#include "store/work.h"

struct card {
    int64_t id;
    int64_t series_id, batch_id, customer_id, source_id; // 0: none
    text series_code, series_name;
    text number_masked, last4;
    int status; // enum card_status
    int64_t label_id;
    text label;
    int64_t issued_ms;        // 0: never
    int64_t expires_on;       // DATE_NONE: never
    int64_t resting_until_ms; // 0: not resting
    text external_id, nickname;
    int64_t created_ms, version;
    bool current;

    /* what its number is made from; not shown */
    int64_t series_index;  // -1: a registered number
    int64_t registered_id; // 0: a drawn number
    int64_t number_check;
};

must_use status card_get(struct work *work, struct card *out, int64_t id); // CARD_NOT_FOUND
must_use status card_get_locked(struct work *work, struct card *out, int64_t id);

struct card_filter {
    int64_t limit, after;
    int64_t customer_id, series_id, batch_id; // 0: any
    int status;                               // -1: any
    text external_id;                         // absent: any
};
must_use status card_list(struct work *work, struct card **out, int *count, const struct card_filter *filter);

/* The number in clear, `series->layout.length` characters; verified against the card's check (NUMBER_CHECK_FAILED).
   The caller wipes it, and has checked who may see it. */
must_use status card_number(struct work *work, const struct card *card, const struct series *series, char *out);

/* Fills what may be shown of the number to anyone who may see the card. */
must_use status card_show_number(struct work *work, struct card *card, const struct series *series, text number);

/* The current card of a place in a series, or of a registered number; CARD_NOT_FOUND. */
must_use status card_current_at(struct work *work, struct card *out, const struct series *series, uint64_t k);
must_use status card_current_registered(struct work *work, struct card *out, int64_t registered_id);

#endif
