#include "domain/card_availability.h"

#include "domain/number.h"
#include "domain/registered_number.h"

// What the number's own card says about it.
static status judge_card(const struct work *work, struct availability *found)
{
    const struct card *card = &found->card;
    // A payment number is never given to a second customer.
    bool spent = card->issued_ms != 0 && found->series.kind != SERIES_LOYALTY;
    if (card->customer_id != 0 || card->status != CARD_NOT_ISSUED || spent) {
        return NUMBER_TAKEN;
    }
    if (card->resting_until_ms > work->now_ms) {
        found->resting_until_ms = card->resting_until_ms;
        return NUMBER_RESTING;
    }
    return OK;
}

static status judge_batch(struct work *work, struct availability *found, uint64_t k)
{
    struct number_batch batch;
    status result = number_batch_of(work, &batch, found->series.id, k);
    if (result == OK) {
        found->batch_id = batch.id;
        return batch.voided_ms != 0 ? BATCH_VOIDED : OK;
    }
    return result;
}

static status judge_drawn(struct work *work, struct availability *found, text number)
{
    uint64_t k = 0;
    status located = number_index(work->keyring, &found->series, number, &k);
    if (located == NOT_FOUND || (located == OK && k >= found->series.drawn)) {
        return NUMBER_NOT_GENERATED;
    }
    TRY(located);
    found->series_index = (int64_t)k;
    status carded = card_current_at(work, &found->card, &found->series, k);
    status batched = judge_batch(work, found, k);
    if (carded == CARD_NOT_FOUND) {
        return batched;
    }
    TRY(carded);
    TRY(judge_card(work, found));
    // A number that was issued singly is of no batch, and is free again all the same.
    return batched == NUMBER_NOT_GENERATED ? OK : batched;
}

static status judge(struct work *work, struct availability *found, text number)
{
    TRY(series_for_number(work, &found->series, number));
    if (!number_layout_check_valid(&found->series.layout, number)) {
        return WRONG_CHECK_DIGIT;
    }
    status registered = registered_number_find(work, &found->registered_id, number);
    if (registered == OK) {
        TRY(card_current_registered(work, &found->card, found->registered_id));
        TRY(judge_card(work, found));
    } else {
        TRY(registered == NOT_FOUND ? judge_drawn(work, found, number) : registered);
    }
    return found->series.active ? OK : SERIES_INACTIVE;
}

status card_availability(struct work *work, struct availability *out, text number)
{
    *out = (struct availability){ .series_index = -1 };
    out->reason = judge(work, out, number);
    if (out->reason == NO_SERIES_FOR_NUMBER) {
        out->series.id = 0;
    }
    return status_is_fault(out->reason) ? out->reason : OK;
}

status card_find_by_number(struct work *work, struct card *out, text number)
{
    struct availability availability;
    TRY(card_availability(work, &availability, number));
    if (availability.card.id == 0) {
        bool misread = availability.reason == NO_SERIES_FOR_NUMBER || availability.reason == WRONG_CHECK_DIGIT;
        return misread ? availability.reason : CARD_NOT_FOUND;
    }
    *out = availability.card;
    return OK;
}

status card_customer_by_number(struct work *work, text number, int64_t *customer_id)
{
    struct card card;
    TRY(card_find_by_number(work, &card, number));
    *customer_id = card.customer_id;
    return card.customer_id != 0 ? OK : CUSTOMER_NOT_FOUND;
}
