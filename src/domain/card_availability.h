/*
 * May a number be linked to a customer now? One answer with a reason, used before an agent promises it and again when
 * the card is issued.
 */
#ifndef DOMAIN_CARD_AVAILABILITY_H
#define DOMAIN_CARD_AVAILABILITY_H

#include "domain/card.h"
#include "domain/number_batch.h"

struct availability {
    status reason;         // OK: available; NUMBER_TAKEN, NUMBER_NOT_GENERATED, NUMBER_RESTING, WRONG_CHECK_DIGIT,
                           // NO_SERIES_FOR_NUMBER, SERIES_INACTIVE, BATCH_VOIDED
    struct series series;  // id 0: none
    struct card card;      // the number's current card; id 0: none
    int64_t batch_id;      // 0: none
    int64_t series_index;  // -1: registered
    int64_t registered_id; // 0: drawn
    int64_t resting_until_ms;
};

must_use status card_availability(struct work *work, struct availability *out, text number);

/* The current card of a number: CARD_NOT_FOUND, NO_SERIES_FOR_NUMBER, WRONG_CHECK_DIGIT. */
must_use status card_find_by_number(struct work *work, struct card *out, text number);
must_use status card_customer_by_number(struct work *work, text number, int64_t *customer_id);

#endif
