#include <assert.h>
#include <stdlib.h>

#include "keys/keyring_ring.h"

static const int idle_max[INSTANCE_KIND_COUNT] = {
    [TABLE] = KEYRING_IDLE_TABLES_MAX, [NETWORK] = KEYRING_IDLE_NETWORKS_MAX
};

void keyring_permutations_init(struct keyring *keyring)
{
    for (int i = 0; i < LENT_BUCKET_COUNT; i++) {
        LIST_INIT(&keyring->lent[i]);
    }
    for (int i = 0; i < INSTANCE_KIND_COUNT; i++) {
        TAILQ_INIT(&keyring->idle[i]);
    }
}

static void instance_free(struct instance *instance)
{
    permutation_free(instance->permutation);
    free(instance);
}

void key_permutations_free(struct key_entry *key)
{
    while (!TAILQ_EMPTY(&key->permutations)) {
        struct instance *instance = TAILQ_FIRST(&key->permutations);
        TAILQ_REMOVE(&key->permutations, instance, of_key);
        instance_free(instance);
    }
}

// Freeing and making are slow (a table is shuffled) and happen outside the lock.

static enum instance_kind kind_of(const struct instance *instance)
{
    return instance->size < 1000000 ? TABLE : NETWORK; // crypto/permutation.h
}

static void idle_remove(struct keyring *keyring, struct instance *instance)
{
    assert(instance != NULL);
    enum instance_kind kind = kind_of(instance);
    TAILQ_REMOVE(&keyring->idle[kind], instance, of_kind);
    TAILQ_REMOVE(&instance->key->permutations, instance, of_key);
    keyring->idle_count[kind]--;
    instance->key->permutation_count--;
}

static void idle_evict(struct keyring *keyring, struct instance *instance, struct lent_list *evicted)
{
    idle_remove(keyring, instance);
    LIST_INSERT_HEAD(evicted, instance, of_lent);
}

// Those who must go to make room for it are handed to the caller.
static void idle_add(struct keyring *keyring, struct instance *instance, struct lent_list *evicted)
{
    enum instance_kind kind = kind_of(instance);
    TAILQ_INSERT_HEAD(&keyring->idle[kind], instance, of_kind);
    TAILQ_INSERT_HEAD(&instance->key->permutations, instance, of_key);
    keyring->idle_count[kind]++;
    instance->key->permutation_count++;
    if (instance->key->permutation_count > KEYRING_IDLE_PER_KEY_MAX) {
        idle_evict(keyring, TAILQ_LAST(&instance->key->permutations, idle_list), evicted);
    }
    if (keyring->idle_count[kind] > idle_max[kind]) {
        idle_evict(keyring, TAILQ_LAST(&keyring->idle[kind], idle_list), evicted);
    }
}

static struct lent_list *lent_bucket(struct keyring *keyring, const struct permutation *permutation)
{
    return &keyring->lent[((uintptr_t)permutation >> 6) % LENT_BUCKET_COUNT];
}

static struct instance *lent_remove(struct keyring *keyring, const struct permutation *permutation)
{
    struct instance *instance;
    LIST_FOREACH(instance, lent_bucket(keyring, permutation), of_lent)
    {
        if (instance->permutation == permutation) {
            LIST_REMOVE(instance, of_lent);
            break;
        }
    }
    return instance;
}

// Counts one more as lent, and finds it among the idle ones: NULL when none fits and it must be made.
static status instance_reuse(struct keyring *keyring, struct instance **out, struct key_entry *key, uint64_t size,
                             uint64_t tweak)
{
    status result = OVERLOADED;
    struct instance *instance = NULL;
    keyring_mutex_lock(&keyring->permutation_lock);
    if (keyring->lent_count < KEYRING_LENT_COUNT_MAX) {
        result = OK;
        keyring->lent_count++;
        TAILQ_FOREACH(instance, &key->permutations, of_key)
        {
            if (instance->size == size && instance->tweak == tweak) {
                idle_remove(keyring, instance);
                LIST_INSERT_HEAD(lent_bucket(keyring, instance->permutation), instance, of_lent);
                break;
            }
        }
    }
    keyring_mutex_unlock(&keyring->permutation_lock);
    *out = instance;
    return result;
}

static status instance_new(struct instance **out, struct key_entry *key, uint64_t size, uint64_t tweak)
{
    struct instance *instance = calloc(1, sizeof *instance);
    if (instance == NULL) {
        return OUT_OF_MEMORY;
    }
    instance->key = key;
    instance->size = size;
    instance->tweak = tweak;
    status result = permutation_new(&instance->permutation, &key->secret, size, tweak);
    if (result != OK) {
        free(instance);
        return result;
    }
    *out = instance;
    return OK;
}

status keyring_permutation_take(struct keyring *keyring, struct permutation **out, int64_t key_id, uint64_t size,
                                uint64_t tweak)
{
    struct key_entry *key;
    struct instance *instance;
    TRY(keyring_find(keyring, &key, key_id, DUTY_PERMUTE, KEY_TO_DECRYPT));
    TRY(instance_reuse(keyring, &instance, key, size, tweak));
    if (instance == NULL) {
        status result = instance_new(&instance, key, size, tweak);
        keyring_mutex_lock(&keyring->permutation_lock);
        if (result == OK) {
            LIST_INSERT_HEAD(lent_bucket(keyring, instance->permutation), instance, of_lent);
        } else {
            keyring->lent_count--;
        }
        keyring_mutex_unlock(&keyring->permutation_lock);
        TRY(result);
    }
    *out = instance->permutation;
    return OK;
}

void keyring_permutation_give(struct keyring *keyring, struct permutation *permutation)
{
    struct lent_list evicted = LIST_HEAD_INITIALIZER(evicted);
    keyring_mutex_lock(&keyring->permutation_lock);
    struct instance *instance = lent_remove(keyring, permutation);
    assert(instance != NULL); // given twice, or never taken here
    keyring->lent_count--;
    idle_add(keyring, instance, &evicted);
    keyring_mutex_unlock(&keyring->permutation_lock);
    while (!LIST_EMPTY(&evicted)) {
        instance = LIST_FIRST(&evicted);
        LIST_REMOVE(instance, of_lent);
        instance_free(instance);
    }
}
