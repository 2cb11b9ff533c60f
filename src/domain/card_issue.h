/*
 * Issuing a card: a number of the customer's choice (link), or the next one of a series (generate and link). One
 * transaction; every check of domain.md in its order; all failures that can be known together are reported together.
 *
 * Two steps of one write (store/executor.h). The guard counts the try of the one-time code and reserves a number: both
 * stand whatever follows. The effect judges everything, the code's verdict included, and issues.
 */
#ifndef DOMAIN_CARD_ISSUE_H
#define DOMAIN_CARD_ISSUE_H

#include "domain/card.h"
#include "domain/settings.h"

struct card_order {
    int64_t customer_id;
    text number;       // absent: generate from series_id
    int64_t series_id; // 0: link `number`
    text label;        // absent: the default label of active
    int64_t source_id; // 0: the issuing source of the settings
    text external_id, nickname;
    int64_t otp_id; // 0: none given
    text otp_code;
};

/* What the guard found, for the effect of the same call. */
struct card_order_verdict {
    status otp, space, series_found;
    struct settings settings;
    struct series series; // of order->series_id
};

must_use status card_issue_guard(struct work *work, struct card_order_verdict *verdict, const struct card_order *order);
/* CARD_LIMIT_REACHED and the other codes of domain.md. `number` is the number in clear, in the work's arena; the caller
   judges who may see it. */
must_use status card_issue(struct work *work, struct card *out, text *number, const struct card_order *order,
                           const struct card_order_verdict *verdict);

#endif
