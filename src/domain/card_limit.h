/*
 * How many cards a customer may have: in all and active, over all series and in one. The limits stand in settings and
 * series; closed cards and numbers without a customer count nowhere; which statuses count as active is a setting.
 *
 * The customer's row is locked, so the counters cannot move between judging and changing.
 */
#ifndef DOMAIN_CARD_LIMIT_H
#define DOMAIN_CARD_LIMIT_H

#include "domain/customer.h"
#include "domain/series.h"
#include "domain/settings.h"

/* Adds a fault for each limit one more card of the status would break; CARD_LIMIT_REACHED. */
must_use status card_limit_judge_issue(struct work *work, const struct customer *customer, const struct series *series,
                                       const struct settings *settings, enum card_status status);
/* The same for a card that goes from one status to another: only the limits of active cards can be met. */
must_use status card_limit_judge_change(struct work *work, int64_t customer_id, int64_t series_id, int from, int to);

#endif
