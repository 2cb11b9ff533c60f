/*
 * Drawing single numbers: a writer's lane reserves a block of places of a series, durably, and hands them out one by one.
 *
 * number_pool_fill runs in the guard of an issue: what it reserves stands whatever becomes of the call, and its mark is
 * written before the reply. number_pool_take runs in the effect; a place taken by an effect that fails is handed out
 * again. After a crash what was reserved and not used is skipped, never repeated. Places that an import registered are
 * passed over.
 */
#ifndef DOMAIN_NUMBER_POOL_H
#define DOMAIN_NUMBER_POOL_H

#include "domain/series.h"

must_use status number_pool_fill(struct work *work, const struct series *series); // NUMBER_SPACE_EXHAUSTED
must_use status number_pool_take(struct work *work, const struct series *series, uint64_t *k);

#endif
