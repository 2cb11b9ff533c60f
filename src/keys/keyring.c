#include "keys/keyring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keyring_ring.h"

void keyring_mutex_lock(pthread_mutex_t *mutex)
{
    int failed = pthread_mutex_lock(mutex);
    assert(!failed);
}

void keyring_mutex_unlock(pthread_mutex_t *mutex)
{
    int failed = pthread_mutex_unlock(mutex);
    assert(!failed);
}

static void read_lock(struct keyring *keyring)
{
    int failed = pthread_rwlock_rdlock(&keyring->lock);
    assert(!failed);
}

static void write_lock(struct keyring *keyring)
{
    int failed = pthread_rwlock_wrlock(&keyring->lock);
    assert(!failed);
}

static void unlock(struct keyring *keyring)
{
    int failed = pthread_rwlock_unlock(&keyring->lock);
    assert(!failed);
}

status keyring_new(struct keyring **out, struct master_key *master, bool allow_test, const struct runtime *runtime)
{
    struct keyring *keyring = *out = calloc(1, sizeof *keyring);
    if (keyring == NULL) {
        master_key_free(master);
        return OUT_OF_MEMORY;
    }
    keyring->master = master;
    keyring->allow_test = allow_test;
    keyring->runtime = runtime;
    pthread_rwlock_init(&keyring->lock, NULL);
    pthread_mutex_init(&keyring->permutation_lock, NULL);
    for (int i = 0; i < KEY_BUCKET_COUNT; i++) {
        LIST_INIT(&keyring->keys[i]);
    }
    for (int i = 0; i < KEY_USE_COUNT; i++) {
        TAILQ_INIT(&keyring->by_use[i]);
    }
    keyring_permutations_init(keyring);
    return OK;
}

static void drop_contexts(struct key_entry *key)
{
    for (int i = 0; i < key->context_count; i++) {
        key_context_free(key_duty_of(key->use), key->contexts[i]);
    }
    key->context_count = 0;
}

static void entry_free(struct key_entry *key)
{
    if (key == NULL) {
        return;
    }
    key_permutations_free(key);
    drop_contexts(key);
    pthread_mutex_destroy(&key->lock);
    free(key);
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL) {
        return;
    }
    assert(keyring->lent_count == 0);
    for (int i = 0; i < KEY_BUCKET_COUNT; i++) {
        while (!LIST_EMPTY(&keyring->keys[i])) {
            struct key_entry *key = LIST_FIRST(&keyring->keys[i]);
            LIST_REMOVE(key, of_bucket);
            entry_free(key);
        }
    }
    for (int i = 0; i < SLAB_COUNT; i++) {
        secret_release(&keyring->slabs[i]);
    }
    master_key_free(keyring->master);
    pthread_rwlock_destroy(&keyring->lock);
    pthread_mutex_destroy(&keyring->permutation_lock);
    free(keyring);
}

status keyring_master_check_value(struct keyring *keyring, uint8_t out[MASTER_KEY_CHECK_LEN])
{
    return master_key_check_value(keyring->master, out);
}

/* Loading. */

static struct key_bucket *bucket_of(struct keyring *keyring, int64_t key_id)
{
    uint64_t mixed = (uint64_t)key_id * 0x9E3779B97F4A7C15U; // Fibonacci hashing: ids of one node differ in few bits
    return &keyring->keys[mixed >> 52];
}

_Static_assert(KEY_BUCKET_COUNT == 1 << (64 - 52), "the bucket is the upper bits");

// Under the lock, as all that follow until keyring_load.
static struct key_entry *find_entry(struct keyring *keyring, int64_t key_id)
{
    struct key_entry *key;
    LIST_FOREACH(key, bucket_of(keyring, key_id), of_bucket)
    {
        if (key->id == key_id) {
            break;
        }
    }
    return key;
}

static bool is_newer(const struct key_entry *key, const struct key_entry *than)
{
    return key->version > than->version || (key->version == than->version && key->id > than->id);
}

static void list_by_use(struct keyring *keyring, struct key_entry *key)
{
    struct key_list *list = &keyring->by_use[key->use];
    struct key_entry *other;
    TAILQ_FOREACH(other, list, of_use)
    {
        if (is_newer(key, other)) {
            TAILQ_INSERT_BEFORE(other, key, of_use);
            return;
        }
    }
    TAILQ_INSERT_TAIL(list, key, of_use);
}

static status add_entry(struct keyring *keyring, struct key_entry *key, const struct secret *secret)
{
    if (keyring->key_count == KEYRING_KEY_COUNT_MAX) {
        return OVERLOADED;
    }
    struct secret *slab = &keyring->slabs[keyring->key_count / SLAB_KEY_COUNT];
    if (slab->len == 0) {
        TRY(secret_init(slab, SLAB_KEY_COUNT * KEY_LEN_MAX));
    }
    size_t offset = (size_t)(keyring->key_count % SLAB_KEY_COUNT) * KEY_LEN_MAX;
    key->secret = (struct secret){ slab->at + offset, secret->len };
    memcpy(key->secret.at, secret->at, secret->len);
    keyring->key_count++;
    LIST_INSERT_HEAD(bucket_of(keyring, key->id), key, of_bucket);
    if (key->use != KEY_NUMBERING) {
        list_by_use(keyring, key);
    }
    return OK;
}

static bool is_same_key(struct key_entry *key, const struct key_record *record, const struct secret *secret)
{
    keyring_mutex_lock(&key->lock);
    bool same = key->use == record->use && key->version == record->version && key->secret.len == secret->len &&
                secret_equal(key->secret.at, secret->at, secret->len);
    keyring_mutex_unlock(&key->lock);
    return same;
}

static struct key_entry *entry_new(const struct key_record *record)
{
    struct key_entry *key = calloc(1, sizeof *key);
    if (key == NULL) {
        return NULL;
    }
    assert(record->name.len <= KEY_NAME_LEN_MAX);
    key->id = record->id;
    key->organization_id = record->organization_id;
    key->use = record->use;
    key->version = record->version;
    key->header = record->header;
    key->test = record->test;
    key->times = record->times;
    if (record->use == KEY_PAYMENT) {
        memcpy(key->name, record->name.at, record->name.len);
    }
    pthread_mutex_init(&key->lock, NULL);
    TAILQ_INIT(&key->permutations);
    return key;
}

static void wipe(struct key_entry *key)
{
    assert(key->use != KEY_NUMBERING); // its permutations would outlive it
    keyring_mutex_lock(&key->lock);
    drop_contexts(key);
    secret_wipe(key->secret.at, key->secret.len);
    key->secret.len = 0; // nobody makes a context of it any more
    keyring_mutex_unlock(&key->lock);
}

// Takes over the times of a key that is there; false when there is none.
static bool update_times(struct keyring *keyring, const struct key_record *record, bool destroyed)
{
    write_lock(keyring);
    struct key_entry *key = find_entry(keyring, record->id);
    if (key != NULL) {
        key->times = record->times;
    }
    unlock(keyring);
    if (key != NULL && destroyed) {
        wipe(key);
    }
    return key != NULL;
}

static status load_secret(struct keyring *keyring, const struct key_record *record, const struct secret *secret)
{
    struct key_entry *key = entry_new(record);
    if (key == NULL) {
        return OUT_OF_MEMORY;
    }
    write_lock(keyring);
    status result;
    struct key_entry *loaded = find_entry(keyring, record->id);
    if (loaded != NULL) { // another thread was faster, or it is loaded again
        loaded->times = record->times;
        result = is_same_key(loaded, record, secret) ? OK : DATA_DAMAGED;
    } else {
        result = add_entry(keyring, key, secret);
        key = result == OK ? NULL : key; // the ring owns it now
    }
    unlock(keyring);
    entry_free(key);
    return result;
}

status keyring_load(struct keyring *keyring, const struct key_record *record, text block)
{
    assert(record->id != 0 && record->use < KEY_USE_COUNT);
    if (record->version < 1 || record->version > KEY_VERSION_MAX) {
        return DATA_DAMAGED;
    }
    bool destroyed = record->times.destroyed_ms != 0; // also by a clock ahead of this one: its block is gone
    if (update_times(keyring, record, destroyed) || destroyed) {
        return OK; // loaded: its times are all that changes, and to see them takes no token
    }
    if (record->test && !keyring->allow_test) {
        return KEY_IS_TEST;
    }
    struct secret secret;
    TRY(keyring_block_open(keyring, &secret, record, block));
    status result = load_secret(keyring, record, &secret);
    secret_release(&secret);
    return result;
}

bool keyring_has(struct keyring *keyring, int64_t key_id)
{
    read_lock(keyring);
    bool found = find_entry(keyring, key_id) != NULL;
    unlock(keyring);
    return found;
}

int64_t keyring_revision(struct keyring *keyring)
{
    return keyring->revision;
}

int64_t keyring_look_begins(struct keyring *keyring)
{
    return runtime_monotonic_us(keyring->runtime) / 1000;
}

void keyring_note_revision(struct keyring *keyring, int64_t revision, int64_t begun_ms)
{
    keyring->revision = revision;
    keyring->noted_ms = begun_ms;
}

void keyring_set_lease(struct keyring *keyring, int64_t lease_ms)
{
    keyring->lease_ms = lease_ms;
}

static bool is_stale(struct keyring *keyring)
{
    int64_t lease_ms = keyring->lease_ms;
    return lease_ms > 0 && runtime_monotonic_us(keyring->runtime) / 1000 - keyring->noted_ms > lease_ms;
}

/* Finding. */

static enum key_state state_of(const struct key_entry *key, int64_t now_ms)
{
    return key_state_at(&key->times, now_ms);
}

// From keyring_current() to the use of what it said some time passes, in which a successor may have become active.
static bool is_in_grace(const struct key_entry *key, enum key_state state, int64_t now_ms)
{
    return state == KEY_STATE_RETIRED && key_use_is_house(key->use) && now_ms - key->times.retired_ms < KEY_GRACE_MS;
}

static struct key_entry *first_active(struct keyring *keyring, enum key_use use, int64_t organization_id, text name)
{
    int64_t now_ms = runtime_now_ms(keyring->runtime);
    struct key_entry *key;
    TAILQ_FOREACH(key, &keyring->by_use[use], of_use)
    {
        bool named =
            use != KEY_PAYMENT || (key->organization_id == organization_id && text_equal(text_of(key->name), name));
        if (named && state_of(key, now_ms) == KEY_STATE_ACTIVE) {
            break;
        }
    }
    return key;
}

int64_t keyring_current(struct keyring *keyring, enum key_use use, int *version)
{
    assert(use < KEY_USE_COUNT && use != KEY_NUMBERING && use != KEY_PAYMENT);
    read_lock(keyring);
    const struct key_entry *key = is_stale(keyring) ? NULL : first_active(keyring, use, 0, TEXT_ABSENT);
    unlock(keyring);
    if (version != NULL) {
        *version = key != NULL ? key->version : 0;
    }
    return key != NULL ? key->id : 0;
}

int64_t keyring_named(struct keyring *keyring, int64_t organization_id, text name)
{
    read_lock(keyring);
    const struct key_entry *key = is_stale(keyring) ? NULL : first_active(keyring, KEY_PAYMENT, organization_id, name);
    unlock(keyring);
    return key != NULL ? key->id : 0;
}

int keyring_all_of(struct keyring *keyring, enum key_use use, int64_t ids[KEY_VERSION_MAX])
{
    assert(use < KEY_USE_COUNT && use != KEY_NUMBERING && use != KEY_PAYMENT);
    int count = 0;
    int64_t now_ms = runtime_now_ms(keyring->runtime);
    const struct key_entry *key;
    read_lock(keyring);
    TAILQ_FOREACH(key, &keyring->by_use[use], of_use)
    {
        if (count < KEY_VERSION_MAX && state_of(key, now_ms) != KEY_STATE_DESTROYED) {
            ids[count++] = key->id;
        }
    }
    unlock(keyring);
    return count;
}

status keyring_find(struct keyring *keyring, struct key_entry **out, int64_t key_id, enum key_duty duty,
                    enum key_operation operation)
{
    int64_t now_ms = runtime_now_ms(keyring->runtime);
    read_lock(keyring);
    struct key_entry *key = find_entry(keyring, key_id);
    enum key_state state = key != NULL ? state_of(key, now_ms) : KEY_STATE_DESTROYED;
    bool grace = key != NULL && is_in_grace(key, state, now_ms);
    unlock(keyring);
    *out = key;
    if (key == NULL || key_duty_of(key->use) != duty || state == KEY_STATE_DESTROYED) {
        return KEY_UNAVAILABLE;
    }
    // Whoever has lost sight of the others' changes protects nothing new.
    bool reads = operation == KEY_TO_DECRYPT || operation == KEY_TO_VERIFY;
    if (!reads && is_stale(keyring)) {
        return KEY_UNAVAILABLE;
    }
    return grace || key_state_permits(state, operation) ? OK : KEY_RETIRED;
}

status key_entry_copy(struct key_entry *key, struct secret *out)
{
    keyring_mutex_lock(&key->lock);
    status result = key->secret.len > 0 ? secret_init_copy(out, key->secret.at, key->secret.len) : KEY_UNAVAILABLE;
    keyring_mutex_unlock(&key->lock);
    return result;
}

// What its header has to permit, and what its state.
struct key_permission {
    const char *usage;
    char algorithm; // 0: any
    enum key_operation header, state;
};

static status lend(struct keyring *keyring, struct secret *out, int64_t key_id, const struct key_permission *asked)
{
    struct key_entry *key;
    *out = (struct secret){ 0 };
    TRY(keyring_find(keyring, &key, key_id, DUTY_PAYMENT, asked->state));
    bool suits = asked->algorithm == 0 || asked->algorithm == key->header.algorithm;
    if (!suits || !key_block_permits(&key->header, asked->usage, asked->header)) {
        return KEY_WRONG_USE;
    }
    return key_entry_copy(key, out);
}

status keyring_lend(struct keyring *keyring, struct secret *out, int64_t key_id, const char *usage, char algorithm,
                    enum key_operation operation)
{
    const struct key_permission asked = { usage, algorithm, operation, operation };
    return lend(keyring, out, key_id, &asked);
}

status keyring_lend_to_derive(struct keyring *keyring, struct secret *out, int64_t key_id, const char *usage,
                              char algorithm, enum key_operation operation)
{
    const struct key_permission asked = { usage, algorithm, KEY_TO_DERIVE, operation };
    return lend(keyring, out, key_id, &asked);
}

const struct runtime *keyring_runtime(const struct keyring *keyring)
{
    return keyring->runtime;
}

status keyring_len(struct keyring *keyring, int64_t key_id, size_t *len)
{
    struct key_entry *key;
    TRY(keyring_find(keyring, &key, key_id, DUTY_PAYMENT, KEY_TO_VERIFY));
    keyring_mutex_lock(&key->lock);
    *len = key->secret.len;
    keyring_mutex_unlock(&key->lock);
    return *len > 0 ? OK : KEY_UNAVAILABLE;
}
