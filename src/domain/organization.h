/*
 * An organisation: the tenant. Everything else belongs to one.
 */
#ifndef DOMAIN_ORGANIZATION_H
#define DOMAIN_ORGANIZATION_H

#include "base/limits.h"
#include "store/work.h"

struct organization {
    int64_t id;
    int64_t number; // 1 to ORGANIZATION_NUMBER_MAX; 0 in an order: the next free one
    text name, country, currency, time_zone;
    int64_t created_ms;
};

/* With its settings and a default label for each status. After it the work belongs to the new organisation. OUT_OF_RANGE,
   ORGANIZATION_EXISTS: the number, with a fault. */
must_use status organization_create(struct work *work, struct organization *organization);
must_use status organization_get(struct work *work, struct organization *out); // the work's own
must_use status organization_first(struct work *work, int64_t *id);            // the one with the lowest id; NOT_FOUND

#endif
