/*
 * A customer: a person or business that cards are issued to.
 *
 * Always true: it can be reached or named by at least one of external id, mobile and email, and each of these is unique
 * in the organisation; emails are kept in small letters; verification moves along its table; the counters of its cards,
 * here and for each series, agree with the statuses of the cards and never go below zero.
 */
#ifndef DOMAIN_CUSTOMER_H
#define DOMAIN_CUSTOMER_H

#include "base/none.h"
#include "domain/card_status.h"
#include "store/work.h"

enum verification {
    VERIFICATION_PENDING,
    VERIFICATION_VERIFIED,
    VERIFICATION_REJECTED,
    VERIFICATION_NEEDS_INFORMATION,
    VERIFICATION_UPDATE_REQUESTED,
    VERIFICATION_ON_HOLD,
    VERIFICATION_COUNT
};
extern const char *const verification_names[];                              // by enum verification, ends with NULL
bool verification_may_become(enum verification from, enum verification to); // true when it stays

/* How many cards of each status; not_issued and closed are always 0. */
struct card_counts {
    int64_t of[CARD_STATUS_COUNT]; // by enum card_status
};
int64_t card_counts_all(const struct card_counts *counts);
int64_t card_counts_among(const struct card_counts *counts, uint32_t statuses); // bits as in settings.active_statuses

struct customer {
    int64_t id;
    text external_id, first_name, last_name;
    text mobile; // E.164
    text email;
    int64_t date_of_birth;       // DATE_NONE: not said
    text nationality;            // ISO 3166-1 alpha-2
    int verification;            // enum verification
    uint32_t next_verifications; // bits: what the actor may make of it now; shown, never stored
    struct card_counts cards;
    int64_t cards_all, cards_active; // sums of them; what is active is a setting
    int64_t created_ms, version;
};

/* Fills id, time and version, and puts the email into small letters; verification -1 becomes verified. INVALID_INPUT with
   faults; CUSTOMER_EXISTS with a fault for each of mobile, email and external_id that another customer has. */
must_use status customer_create(struct work *work, struct customer *customer);
/* Changes all but id, counters and times. The same codes; TRANSITION_NOT_ALLOWED for the verification, VERSION_CONFLICT when
   version is not the stored one (0: any). */
must_use status customer_update(struct work *work, struct customer *customer);

must_use status customer_get(struct work *work, struct customer *out, int64_t id);  // CUSTOMER_NOT_FOUND
must_use status customer_lock(struct work *work, struct customer *out, int64_t id); // the same, and its row is locked

struct customer_filter {
    int64_t limit, after;
};
must_use status customer_list(struct work *work, struct customer **out, int *count,
                              const struct customer_filter *filter);

/* For the rules of cards. The customer's row is locked before. */

must_use status customer_series_counts(struct work *work, int64_t customer_id, int64_t series_id,
                                       struct card_counts *out);
/* One card of the series goes from one status to another; from not_issued: it is new here; to not_issued: it leaves.
   DATA_DAMAGED: a counter would go below zero. */
must_use status customer_count_change(struct work *work, int64_t customer_id, int64_t series_id, enum card_status from,
                                      enum card_status to);

#endif
