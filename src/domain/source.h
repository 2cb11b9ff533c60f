/*
 * A source: the channel and account a card is attributed to when it is issued.
 */
#ifndef DOMAIN_SOURCE_H
#define DOMAIN_SOURCE_H

#include "store/work.h"

struct source {
    int64_t id;
    text name, account; // account may be empty
    int64_t created_ms;
};

must_use status source_create(struct work *work, struct source *source);       // SOURCE_EXISTS
must_use status source_get(struct work *work, struct source *out, int64_t id); // SOURCE_NOT_FOUND
struct source_filter {
    int64_t limit, after;
};
must_use status source_list(struct work *work, struct source **out, int *count, const struct source_filter *filter);

#endif
