/*
 * A status label: the organisation's own word for a card status. Any number for each status, exactly one default each.
 * A label may be renamed and retired; its status never changes.
 */
#ifndef DOMAIN_STATUS_LABEL_H
#define DOMAIN_STATUS_LABEL_H

#include "domain/card_status.h"
#include "store/work.h"

enum { STATUS_LABEL_COUNT_MAX = 500 };

struct status_label {
    int64_t id;
    text label;
    int status; // enum card_status
    bool is_default, retired;
    int64_t created_ms, version;
};

must_use status status_label_create(struct work *work, struct status_label *label); // LABEL_EXISTS
must_use status status_label_create_defaults(struct work *work); // one for each status: a new organisation
must_use status status_label_get(struct work *work, struct status_label *out, int64_t id);  // NOT_FOUND
must_use status status_label_find(struct work *work, text label, struct status_label *out); // LABEL_NOT_FOUND
struct status_label_filter {
    int64_t limit, after;
    int status, retired;
}; // status -1: any; retired 0, 1, or -1 for both
must_use status status_label_list(struct work *work, struct status_label **out, int *count,
                                  const struct status_label_filter *filter);
/* Name, default and retired. Making it the default ends the old one; LABEL_EXISTS, LABEL_IS_DEFAULT, VERSION_CONFLICT. */
must_use status status_label_update(struct work *work, struct status_label *label);

/* The id of a usable label of the status; the default when `label` is absent. LABEL_NOT_FOUND, LABEL_RETIRED,
   LABEL_NOT_FOR_STATUS, each with a fault on status_label. */
must_use status status_label_choose(struct work *work, text label, enum card_status of_status,
                                    struct status_label *out);
must_use status status_label_require(struct work *work, text label, enum card_status of_status, int64_t *id);

#endif
