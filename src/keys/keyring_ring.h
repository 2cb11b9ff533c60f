/*
 * What the files of the keyring share: the ring and a key in it. For keyring*.c alone.
 */
#ifndef KEYS_KEYRING_RING_H
#define KEYS_KEYRING_RING_H

#include <pthread.h>
#include <sys/queue.h>

#include "base/limits.h"
#include "keys/keyring.h"
#include "keys/keyring_inside.h"

// What a house key is asked to do. Every use has one duty, and a key of another duty is not there for it.
enum key_duty { DUTY_PERMUTE, DUTY_SEAL, DUTY_AUTHENTICATE, DUTY_SIGN, DUTY_PAYMENT };

enum key_duty key_duty_of(enum key_use use);
void key_house_header(struct key_block_header *out, enum key_use use); // all but the version

/* A context of a duty, kept by its key between calls; made for one key and used by one thread at a time. */
status key_context_new(void **out, enum key_duty duty, const struct secret *key);
void key_context_free(enum key_duty duty, void *context);
status key_public_of(void *sign_context, uint8_t out[PUBLIC_KEY_LEN]);

// One permutation. Idle, it stands in its key's list and in the list of its kind, both newest first; lent, in `lent`.
struct instance {
    struct permutation *permutation;
    struct key_entry *key;
    uint64_t size, tweak;
    TAILQ_ENTRY(instance) of_key, of_kind;
    LIST_ENTRY(instance) of_lent;
};

TAILQ_HEAD(idle_list, instance);
LIST_HEAD(lent_list, instance); // or about to be freed

// A permutation below 10^6 is a table, many times the weight of a network, so the two are bounded apart.
enum instance_kind { TABLE, NETWORK, INSTANCE_KIND_COUNT };

/* A loaded key. It is never taken out of the ring, so a pointer to it outlives the lock. */
struct key_entry {
    int64_t id, organization_id;
    enum key_use use;
    int version;
    char name[KEY_NAME_LEN_MAX + 1]; // of a payment key
    struct key_block_header header;
    bool test;
    struct key_times times; // under the ring's lock
    LIST_ENTRY(key_entry) of_bucket;
    TAILQ_ENTRY(key_entry) of_use;

    pthread_mutex_t lock; // for the secret and the contexts
    struct secret secret; // a view into a slab; of length 0 once it is destroyed
    void *contexts[KEYRING_IDLE_PER_KEY_MAX];
    int context_count;

    struct idle_list permutations; // under permutation_lock, as all about them
    int permutation_count;
};

LIST_HEAD(key_bucket, key_entry);
TAILQ_HEAD(key_list, key_entry);

enum {
    KEY_BUCKET_COUNT = 4096,
    LENT_BUCKET_COUNT = 256,
    SLAB_KEY_COUNT = SECRET_LEN_MAX / KEY_LEN_MAX,
    SLAB_COUNT = KEYRING_KEY_COUNT_MAX / SLAB_KEY_COUNT,
};

struct keyring {
    struct master_key *master;
    const struct runtime *runtime;
    bool allow_test;
    _Atomic int64_t revision, noted_ms, lease_ms;

    pthread_rwlock_t lock; // for what follows
    struct key_bucket keys[KEY_BUCKET_COUNT];
    struct key_list by_use[KEY_USE_COUNT]; // newest version first; numbering keys are found by their id alone
    struct secret slabs[SLAB_COUNT];       // a secret of its own for every key would cost several pages each
    int key_count;

    pthread_mutex_t permutation_lock;
    struct lent_list lent[LENT_BUCKET_COUNT];
    int lent_count;
    struct idle_list idle[INSTANCE_KIND_COUNT];
    int idle_count[INSTANCE_KIND_COUNT];
};

// A lock that fails is a bug: one of ours, never a condition of the machine.
void keyring_mutex_lock(pthread_mutex_t *mutex);
void keyring_mutex_unlock(pthread_mutex_t *mutex);

/* The key of an id, when it has that duty and its state permits the operation now; else KEY_UNAVAILABLE or KEY_RETIRED. */
status keyring_find(struct keyring *keyring, struct key_entry **out, int64_t key_id, enum key_duty duty,
                    enum key_operation operation);

/* A copy of its secret, which the caller releases; KEY_UNAVAILABLE when it is destroyed. */
status key_entry_copy(struct key_entry *key, struct secret *out);

/* The key in a block of this place; DATA_DAMAGED when it is not what the record says. */
status keyring_block_open(struct keyring *keyring, struct secret *secret, const struct key_record *record, text block);

void keyring_permutations_init(struct keyring *keyring);
void key_permutations_free(struct key_entry *key); // its idle ones; the ring's lists are not kept up

#endif
