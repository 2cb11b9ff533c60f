/*
 * Working keys at rest: rows of key blocks. They are made in a transaction, loaded into the keyring at start, and found
 * when another process made one meanwhile. No key is in clear here.
 */
#ifndef DOMAIN_KEY_H
#define DOMAIN_KEY_H

#include "keys/keyring.h"
#include "store/work.h"

must_use status key_create(struct work *work, enum key_use use, int64_t *id);
must_use status key_require(struct work *work, int64_t id); // loads it when it is not; KEY_UNAVAILABLE
must_use status key_load_all(struct database *database, struct keyring *keyring, int *count);
/* Makes one key of each use that has none (all but numbering keys): a new installation. */
must_use status key_create_missing(struct work *work);

#endif
