/*
 * Cards whose last day is over become expired. The day ends in UTC.
 */
#ifndef DOMAIN_CARD_EXPIRY_H
#define DOMAIN_CARD_EXPIRY_H

#include "store/work.h"

/* Expires a page of due cards; *count says how many, 0 when none is left. */
must_use status card_expire_due(struct work *work, int64_t *count);

#endif
