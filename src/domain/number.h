/*
 * One number: between its characters and its place in a series, with the series' key. Numbers in clear live in the
 * caller's secret or stack buffer, who wipes it.
 */
#ifndef DOMAIN_NUMBER_H
#define DOMAIN_NUMBER_H

#include "domain/series.h"
#include "keys/keyring.h"

/* The number at place k: series->layout.length characters. */
must_use status number_at(struct keyring *keyring, const struct series *series, uint64_t k, char *out);
/* `count` numbers from place k on, one after another without separators; fast. */
must_use status number_block(struct permutation *permutation, const struct number_layout *layout, uint64_t k,
                             size_t count, char *out, size_t stride);
/* The place of a number that matches the layout and has a valid check digit. NOT_FOUND: a long body whose leading digits
   do not belong to it, or a sequential one before the start: such a number is never drawn. */
must_use status number_index(struct keyring *keyring, const struct series *series, text number, uint64_t *k);

/* The 32-bit keyed check kept with a card: verified whenever its number is computed, NUMBER_CHECK_FAILED. */
must_use status number_check(struct keyring *keyring, text number, int64_t *check);
must_use status number_check_verify(struct keyring *keyring, text number, int64_t check);

must_use status series_permutation_take(struct keyring *keyring, struct permutation **out, const struct series *series);

#endif
