/*
 * What a call asks of its payment key: usage, algorithm, length and operation, all compared before the key is lent. For
 * the files of keys/ that compute with payment keys; their demands are constants beside the calls.
 *
 * The key or context is the caller's, who releases it on every path; it is empty unless OK. KEY_UNAVAILABLE, KEY_RETIRED;
 * KEY_WRONG_USE: the key is of another usage, algorithm, mode or length.
 */
#ifndef KEYS_KEY_DEMAND_H
#define KEYS_KEY_DEMAND_H

#include "crypto/tdes.h"
#include "keys/keyring_inside.h"

struct key_demand {
    const char *usage;            // X9.143-2021, table 2
    char algorithm;               // table 3
    size_t len;                   // bytes; 0: any that the algorithm has
    enum key_operation operation; // of the key, or of the one that is derived from it:
    bool derives;
};

must_use status key_demand_secret(struct keyring *keyring, struct secret *out, int64_t key_id,
                                  const struct key_demand *demand);
must_use status key_demand_tdes(struct keyring *keyring, struct tdes **out, int64_t key_id,
                                const struct key_demand *demand);

#endif
