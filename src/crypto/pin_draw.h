/*
 * PINs drawn at random for a card: each digit is uniform and independent of the others, and a PIN that the policy
 * (pin_policy.h) would not let the holder choose is drawn again. So the PINs that are left are equally likely.
 */
#ifndef CRYPTO_PIN_DRAW_H
#define CRYPTO_PIN_DRAW_H

#include "base/runtime.h"
#include "base/secret.h"
#include "crypto/pin_policy.h"

/* `policy` says the length, 4 to 12, and what is known of the card and its holder; its `pin` is not read. `out` gets the
   digits '0' to '9' and is released by the caller whatever the status; it is empty unless OK. INVALID_INPUT: another
   length, or a birth date of another form. SYSTEM_FAULT: PIN_DRAW_TRIES_MAX in a row were refused, which does not happen
   with a random source that works. Else the fault of the history. */
must_use status pin_draw(struct secret *out, const struct runtime *runtime, const struct pin_policy_input *policy);

#endif
