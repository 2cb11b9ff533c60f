/*
 * The checks of card numbers under a new key: computes each card's number, verifies it by its old check, and keeps the
 * new one. A number that does not verify is left as it is.
 */
#ifndef DOMAIN_CARD_RECHECK_H
#define DOMAIN_CARD_RECHECK_H

#include "domain/rekeying.h"

extern const struct rekeying_rule card_rechecking; // for rotations of KEY_NUMBER_CHECK

#endif
