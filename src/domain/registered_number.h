/*
 * A registered number: one that somebody else made. It rests as AES-256-GCM ciphertext bound to its row and is found by
 * an HMAC-SHA-256 of the whole number; both under keys of their own.
 *
 * In a series that also draws, its place is kept, and draws and batches pass over it.
 */
#ifndef DOMAIN_REGISTERED_NUMBER_H
#define DOMAIN_REGISTERED_NUMBER_H

#include "domain/rekeying.h"
#include "domain/series.h"

/* Keeps the number: NUMBER_ALREADY_REGISTERED, NUMBER_ALREADY_GENERATED (its place was drawn). `series` is locked; the
   number matches it and has a valid check digit. */
must_use status registered_number_add(struct work *work, int64_t *id, const struct series *series, text number);
must_use status registered_number_find(struct work *work, int64_t *id, text number); // NOT_FOUND
must_use status registered_number_open(struct work *work, int64_t id, char *out,
                                       size_t len); // len: the number's length

/* For rotations: of KEY_NUMBER_SEAL and of KEY_NUMBER_LOOKUP. */
extern const struct rekeying_rule registered_number_sealing, registered_number_finding;

#endif
