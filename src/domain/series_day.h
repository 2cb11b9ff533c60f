/*
 * What happens to the cards of each series, day by day: how many are issued, and how many more or fewer there are of each
 * status. A day is one of UTC. Each writer lane counts in rows of its own, so that no writer waits for another.
 *
 * Always true: over all days and lanes the figures of a series agree with its rows in `card`: as many of each status but
 * not_issued, and `issued` of them were ever a customer's. Only card_history_add (domain/card_change.h) counts.
 */
#ifndef DOMAIN_SERIES_DAY_H
#define DOMAIN_SERIES_DAY_H

#include "domain/card_status.h"
#include "store/work.h"

/* A card of the series goes from one status to another; a card that is new was CARD_NOT_ISSUED. One statement at most. */
must_use status series_day_count(struct work *work, int64_t series_id, enum card_status from, enum card_status to);

/* What a series has come to. */
struct series_report {
    int64_t id;
    text code, name;
    bool active;
    uint64_t total, drawn, left; // of its number space, as in struct series
    int64_t issued;              // cards ever given to a customer
    int64_t
        cards[CARD_STATUS_COUNT]; // by enum card_status; not_issued: numbers of batches in force that nobody has yet
};
/* Newest first. */
must_use status series_report_list(struct work *work, struct series_report **out, int *count, int64_t limit,
                                   int64_t after);

/* What was done in a day. */
struct day_report {
    int64_t date; // days since 1970-01-01
    int64_t issued, closed;
};
struct day_report_filter {
    int64_t from, to;  // both included; at most REPORT_DAY_COUNT_MAX days
    int64_t series_id; // 0: all
};
/* Oldest first, without the days on which nothing was issued or closed. */
must_use status day_report_list(struct work *work, struct day_report **out, int *count,
                                const struct day_report_filter *filter);

#endif
