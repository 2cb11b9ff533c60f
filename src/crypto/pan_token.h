/*
 * Tokens that stand for a card number (PAN) where the number itself must not: reversible ones by FF1 (crypto/ff1.h) under
 * a key of their own, and random ones for a vault.
 *
 *   whole         every digit encrypted: a number of the same length
 *   keep last 4   every digit but the last four, which are also the tweak
 *   FirstVision   19 characters: "000", the first six digits, six of 0-9 A-Z, the last four digits; the ten digits that
 *                 stay are the tweak, and a letter is always among the six, so that no token reads as a padded number
 *
 * The first two hold digits alone and always fail the Luhn test, so that none is taken for a card number. That is cycle
 * walking: the numbers that pass are moved, one to one, among those that fail (the first digit grows by one), and FF1
 * is repeated until its result fails too. What a token does not decide is used as a check: of ten wrong tokens, nine
 * (FirstVision: half) are refused.
 *
 * Whoever holds the key can turn tokens back: they are cardholder data wherever the key is. Digits are of 0-9.
 */
#ifndef CRYPTO_PAN_TOKEN_H
#define CRYPTO_PAN_TOKEN_H

#include "base/runtime.h"
#include "base/text.h"
#include "crypto/ff1.h"

enum { PAN_TOKEN_LEN_MAX = 19 };

enum pan_token_shape { PAN_TOKEN_WHOLE, PAN_TOKEN_KEEP_LAST_4, PAN_TOKEN_FIRSTVISION };

/* Is it of the form of such a token? */
bool pan_token_shaped(enum pan_token_shape shape, text token);

/* `*len` characters are written. INVALID_INPUT: the PAN is not of 8 to 19 digits (FirstVision: 12 to 19), does not pass
   Luhn (FirstVision does not ask), or leaves fewer than 1,000,000 values to encrypt. The caller wipes the PAN. */
must_use status pan_token_make(char out[PAN_TOKEN_LEN_MAX], size_t *len, struct ff1 *ff1, enum pan_token_shape shape,
                               text pan);
/* INVALID_INPUT: no token of this shape and key. The caller wipes what it gets. */
must_use status pan_token_open(char pan[PAN_TOKEN_LEN_MAX], size_t *len, struct ff1 *ff1, enum pan_token_shape shape,
                               text token);

/* A random token of `len` digits (8 to 19) that fails Luhn and ends with `last`, which may be empty; at least six digits
   are random. Whether it is taken already is for the vault to say. INTERNAL: the random numbers are not random. */
must_use status pan_token_random(char *out, size_t len, text last, const struct runtime *runtime);

#endif
