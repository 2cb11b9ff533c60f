#include "keys/key_demand.h"

#include <assert.h>

status key_demand_secret(struct keyring *keyring, struct secret *out, int64_t key_id, const struct key_demand *demand)
{
    status (*lend)(struct keyring *, struct secret *, int64_t, const char *, char, enum key_operation) =
        demand->derives ? keyring_lend_to_derive : keyring_lend;
    TRY(lend(keyring, out, key_id, demand->usage, demand->algorithm, demand->operation));
    if (demand->len != 0 && out->len != demand->len) {
        secret_release(out);
        return KEY_WRONG_USE;
    }
    return OK;
}

status key_demand_tdes(struct keyring *keyring, struct tdes **out, int64_t key_id, const struct key_demand *demand)
{
    assert(demand->algorithm == 'T' && !demand->derives);
    struct secret key;
    *out = NULL;
    TRY(key_demand_secret(keyring, &key, key_id, demand));
    status result = tdes_new(out, &key);
    secret_release(&key);
    return result;
}
