#include "keys/pin.h"

#include "crypto/pin_draw.h"
#include "keys/keyring_inside.h"
#include "keys/pin_inside.h"

status pin_verify(struct keyring *keyring, bool *right, text pan, const struct pin_reference *reference,
                  const struct pin_source *source)
{
    struct pin_reckoning reckoning;
    struct pin_clear pin = { .len = 0 };
    *right = false;
    status opened = OK;
    status result = pin_reckoning_init(keyring, &reckoning, reference->scheme, pan, KEY_TO_VERIFY);
    if (result == OK) {
        opened = pin_open(keyring, &pin, pan, source, reference->scheme->len);
    }
    if (result == OK && (opened == OK || opened == PIN_BLOCK_INVALID)) {
        result = pin_value_verify(right, &reckoning, pin_clear_text(&pin), reference->value);
    }
    if (opened != OK) {
        *right = false;
        result = opened;
    }
    pin_clear_release(&pin);
    pin_reckoning_release(&reckoning);
    return result;
}

/* The policy of a card. */

// A PIN of now, or none, and then the past ones.
struct last_pins {
    struct keyring *keyring;
    const struct pin_card *card;
    const struct pin_reference *current;
};

static status matches_last(void *context, bool *matches, int index, text pin)
{
    const struct last_pins *last = context;
    const struct pin_reference *reference = index < last->card->past_count ? &last->card->past[index] : last->current;
    struct pin_reckoning reckoning;
    *matches = false;
    status result = pin_reckoning_init(last->keyring, &reckoning, reference->scheme, last->card->pan, KEY_TO_VERIFY);
    bool gone = result == KEY_UNAVAILABLE || result == PIN_NOT_VERIFIABLE;
    if (result == OK) {
        result = pin_value_verify(matches, &reckoning, pin, reference->value);
    }
    pin_reckoning_release(&reckoning);
    return gone ? OK : result;
}

static struct pin_policy_input policy_of(struct last_pins *last, text pin)
{
    return (struct pin_policy_input){
        .pin = pin,
        .len = last->card->scheme->len,
        .pan = last->card->pan,
        .birth_date = last->card->birth_date,
        .phone = last->card->phone,
        .history = { last->card->past_count + (last->current != NULL), matches_last, last },
    };
}

/* Setting */

static status set_opened(struct pin_value *out, struct pin_findings *findings, const struct pin_reckoning *reckoning,
                         struct last_pins *last, text pin)
{
    const struct pin_policy_input policy = policy_of(last, pin);
    TRY(pin_policy_check(findings, &policy));
    return pin_value_make(out, reckoning, pin);
}

static status set(struct keyring *keyring, struct pin_value *out, struct pin_findings *findings, struct last_pins *last,
                  const struct pin_source *chosen)
{
    const struct pin_card *card = last->card;
    struct pin_reckoning reckoning;
    struct pin_clear pin = { .len = 0 };
    *out = (struct pin_value){ .len = 0 };
    *findings = (struct pin_findings){ 0 };
    status result = pin_reckoning_init(keyring, &reckoning, card->scheme, card->pan, KEY_TO_GENERATE);
    if (result == OK) {
        result = pin_open(keyring, &pin, card->pan, chosen, card->scheme->len);
    }
    if (result == OK) {
        result = set_opened(out, findings, &reckoning, last, pin_clear_text(&pin));
    }
    pin_clear_release(&pin);
    pin_reckoning_release(&reckoning);
    return result;
}

status pin_set(struct keyring *keyring, struct pin_value *out, struct pin_findings *findings,
               const struct pin_card *card, const struct pin_source *chosen)
{
    struct last_pins last = { keyring, card, NULL };
    return set(keyring, out, findings, &last, chosen);
}

status pin_change(struct keyring *keyring, struct pin_changed *out, const struct pin_card *card,
                  const struct pin_change *change)
{
    struct last_pins last = { keyring, card, &change->current };
    *out = (struct pin_changed){ 0 };
    TRY(pin_verify(keyring, &out->right, card->pan, &change->current, &change->current_block));
    return out->right ? set(keyring, &out->value, &out->findings, &last, &change->chosen) : OK;
}

/* Issuing */

static status draw_natural(struct secret *pin, struct pin_value *value, const struct pin_reckoning *reckoning,
                           struct last_pins *last)
{
    struct pin_findings findings;
    TRY(pin_natural(pin, value, reckoning));
    const struct pin_policy_input policy = policy_of(last, text_bytes(pin->at, pin->len));
    return pin_policy_check(&findings, &policy);
}

static status draw_random(struct secret *pin, struct pin_value *value, const struct pin_reckoning *reckoning,
                          struct last_pins *last)
{
    const struct pin_policy_input policy = policy_of(last, TEXT_ABSENT);
    TRY(pin_draw(pin, keyring_runtime(last->keyring), &policy));
    return pin_value_make(value, reckoning, text_bytes(pin->at, pin->len));
}

status pin_issue(struct keyring *keyring, struct pin_issued *out, const struct pin_card *card,
                 const struct pin_issue *issue)
{
    struct last_pins last = { keyring, card, NULL };
    struct pin_reckoning reckoning;
    struct secret pin = { 0 };
    *out = (struct pin_issued){ .value = { .len = 0 } };
    status result = pin_reckoning_init(keyring, &reckoning, card->scheme, card->pan, KEY_TO_GENERATE);
    if (result == OK) {
        result = (issue->natural ? draw_natural : draw_random)(&pin, &out->value, &reckoning, &last);
    }
    if (result == OK) {
        result = pin_seal(keyring, &out->block, card->pan, &issue->transport, text_bytes(pin.at, pin.len));
    }
    if (result != OK) {
        *out = (struct pin_issued){ .value = { .len = 0 } };
    }
    secret_release(&pin);
    pin_reckoning_release(&reckoning);
    return result;
}
