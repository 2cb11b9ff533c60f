/*
 * An organisation's settings: one row, made with the organisation.
 */
#ifndef DOMAIN_SETTINGS_H
#define DOMAIN_SETTINGS_H

#include "base/none.h"
#include "domain/card_status.h"
#include "store/work.h"

enum { DOWNLOAD_DAYS_DEFAULT = 30, RESTING_DAYS_DEFAULT = 90 };
#define ACTIVE_STATUSES_DEFAULT (1u << CARD_INACTIVE | 1u << CARD_ACTIVE | 1u << CARD_SUSPENDED)

struct settings {
    int64_t issuing_source_id; // what agents' cards are attributed to; 0: not set
    bool otp_enabled;
    int otp_channel;                     // enum otp_channel (domain/otp.h)
    int64_t max_cards, max_active_cards; // for each customer, over all series; INTEGER_NONE: no limit
    uint32_t active_statuses;            // bits by enum card_status: what counts as active
    int64_t download_days, resting_days;
    int64_t version, updated_ms;
};

must_use status settings_create(struct work *work, int64_t organization_id); // with the defaults
must_use status settings_get(struct work *work, struct settings *out);
must_use status settings_get_locked(struct work *work, struct settings *out);
/* SOURCE_NOT_FOUND, VERSION_CONFLICT (settings->version is not the stored one; 0: any). */
must_use status settings_update(struct work *work, struct settings *settings);

#endif
