#include "keys/keyring.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/limits.h"
#include "keys/master_key.h"

// What a key is asked to do. Every use has one duty, and a key of another duty is not there for it.
enum duty { PERMUTE, SEAL, AUTHENTICATE, SIGN };

enum { WORKING_KEY_LEN = 32 };

_Static_assert(WORKING_KEY_LEN == (int)PERMUTATION_KEY_LEN && WORKING_KEY_LEN == (int)AEAD_KEY_LEN, "one length");

static const struct {
    const char *name;
    enum duty duty;
    char usage[2], algorithm, mode; // X9.143-2021, tables 2 to 4
} uses[KEY_USE_COUNT] = {
    [KEY_NUMBERING] = { "numbering", PERMUTE, { 'D', '0' }, 'A', 'B' },
    [KEY_NUMBER_SEAL] = { "number_seal", SEAL, { 'D', '0' }, 'A', 'B' },
    [KEY_NUMBER_LOOKUP] = { "number_lookup", AUTHENTICATE, { 'M', '7' }, 'H', 'C' },
    [KEY_NUMBER_CHECK] = { "number_check", AUTHENTICATE, { 'M', '7' }, 'H', 'C' },
    [KEY_REQUEST] = { "request", AUTHENTICATE, { 'M', '7' }, 'H', 'C' },
    [KEY_MESSAGE_SEAL] = { "message_seal", SEAL, { 'D', '0' }, 'A', 'B' },
    [KEY_SIGN] = { "sign", SIGN, { 'S', '0' }, 'E', 'S' },
};

const char *key_use_name(enum key_use use)
{
    assert(use < KEY_USE_COUNT);
    return uses[use].name;
}

bool key_use_parse(enum key_use *use, text name)
{
    for (int i = 0; i < KEY_USE_COUNT; i++) {
        if (text_equal(name, text_of(uses[i].name))) {
            *use = (enum key_use)i;
            return true;
        }
    }
    return false;
}

// Contexts of seal, authenticate and sign keys: one type a duty, handled alike.

static status seal_new(void **out, const struct secret *key)
{
    struct aead *aead;
    TRY(aead_new(&aead, key));
    *out = aead;
    return OK;
}

static void seal_free(void *context)
{
    aead_free(context);
}

static status authenticate_new(void **out, const struct secret *key)
{
    struct hmac *hmac;
    TRY(hmac_new(&hmac, key));
    *out = hmac;
    return OK;
}

static void authenticate_free(void *context)
{
    hmac_free(context);
}

static status sign_new(void **out, const struct secret *key)
{
    *out = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->at, key->len); // the seed, RFC 8032, 5.1.5
    if (*out == NULL) {
        ERR_clear_error();
        return OUT_OF_MEMORY;
    }
    return OK;
}

static void sign_free(void *context)
{
    EVP_PKEY_free(context);
}

static const struct {
    status (*make)(void **out, const struct secret *key);
    void (*free)(void *context);
} contexts[] = {
    [SEAL] = { seal_new, seal_free },
    [AUTHENTICATE] = { authenticate_new, authenticate_free },
    [SIGN] = { sign_new, sign_free },
};

// One permutation. Idle, it stands in its key's list and in the list of its kind, both newest first; lent, in `lent`.
struct instance {
    struct permutation *permutation;
    struct key *key;
    uint64_t size, tweak;
    TAILQ_ENTRY(instance) of_key, of_kind;
    LIST_ENTRY(instance) of_lent;
};

TAILQ_HEAD(idle_list, instance);
LIST_HEAD(lent_list, instance); // or about to be freed

// A permutation below 10^6 is a table, many times the weight of a network, so the two are bounded apart.
enum kind { TABLE, NETWORK, KIND_COUNT };

static const int idle_max[KIND_COUNT] = { [TABLE] = KEYRING_IDLE_TABLES_MAX, [NETWORK] = KEYRING_IDLE_NETWORKS_MAX };

struct key {
    int64_t id;
    enum key_use use;
    int version;
    struct secret secret; // a view into a slab; do not release
    LIST_ENTRY(key) of_bucket;

    pthread_mutex_t lock; // for the contexts
    void *contexts[KEYRING_IDLE_PER_KEY_MAX];
    int context_count;

    struct idle_list permutations; // under permutation_lock, as all about them
    int permutation_count;
};

LIST_HEAD(key_list, key);

enum {
    KEY_BUCKET_COUNT = 4096,
    LENT_BUCKET_COUNT = 256,
    SLAB_KEY_COUNT = SECRET_LEN_MAX / WORKING_KEY_LEN,
    SLAB_COUNT = KEYRING_KEY_COUNT_MAX / SLAB_KEY_COUNT,
};

struct keyring {
    struct secret master;
    const struct runtime *runtime;

    pthread_rwlock_t lock; // for what follows; a key itself is never taken out, so a pointer to it outlives the lock
    struct key_list keys[KEY_BUCKET_COUNT];
    struct key *current[KEY_USE_COUNT];
    struct secret slabs[SLAB_COUNT]; // a secret of its own for every key would cost several pages each
    int key_count;

    pthread_mutex_t permutation_lock;
    struct lent_list lent[LENT_BUCKET_COUNT];
    int lent_count;
    struct idle_list idle[KIND_COUNT];
    int idle_count[KIND_COUNT];
};

// A lock that fails is a bug: one of ours, never a condition of the machine.

static void mutex_lock(pthread_mutex_t *mutex)
{
    int failed = pthread_mutex_lock(mutex);
    assert(!failed);
}

static void mutex_unlock(pthread_mutex_t *mutex)
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

status keyring_new(struct keyring **out, struct secret *master, const struct runtime *runtime)
{
    assert(master->len == MASTER_KEY_LEN);
    *out = NULL;
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring == NULL) {
        secret_release(master);
        return OUT_OF_MEMORY;
    }
    keyring->master = *master;
    *master = (struct secret){ 0 };
    keyring->runtime = runtime;
    pthread_rwlock_init(&keyring->lock, NULL);
    pthread_mutex_init(&keyring->permutation_lock, NULL);
    for (int i = 0; i < KEY_BUCKET_COUNT; i++) {
        LIST_INIT(&keyring->keys[i]);
    }
    for (int i = 0; i < LENT_BUCKET_COUNT; i++) {
        LIST_INIT(&keyring->lent[i]);
    }
    for (int i = 0; i < KIND_COUNT; i++) {
        TAILQ_INIT(&keyring->idle[i]);
    }
    *out = keyring;
    return OK;
}

static void instance_free(struct instance *instance)
{
    permutation_free(instance->permutation);
    free(instance);
}

static void key_free(struct key *key)
{
    if (key == NULL) {
        return;
    }
    while (!TAILQ_EMPTY(&key->permutations)) {
        struct instance *instance = TAILQ_FIRST(&key->permutations);
        TAILQ_REMOVE(&key->permutations, instance, of_key);
        instance_free(instance);
    }
    for (int i = 0; i < key->context_count; i++) {
        contexts[uses[key->use].duty].free(key->contexts[i]);
    }
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
            struct key *key = LIST_FIRST(&keyring->keys[i]);
            LIST_REMOVE(key, of_bucket);
            key_free(key);
        }
    }
    for (int i = 0; i < SLAB_COUNT; i++) {
        secret_release(&keyring->slabs[i]);
    }
    secret_release(&keyring->master);
    pthread_rwlock_destroy(&keyring->lock);
    pthread_mutex_destroy(&keyring->permutation_lock);
    free(keyring);
}

// Making and loading.

static status public_key_of(void *context, uint8_t out[PUBLIC_KEY_LEN])
{
    size_t len = PUBLIC_KEY_LEN;
    if (EVP_PKEY_get_raw_public_key(context, out, &len) != 1 || len != PUBLIC_KEY_LEN) {
        ERR_clear_error();
        return INTERNAL;
    }
    return OK;
}

static status public_key_from_seed(uint8_t out[PUBLIC_KEY_LEN], const struct secret *seed)
{
    void *context;
    TRY(sign_new(&context, seed));
    status result = public_key_of(context, out);
    sign_free(context);
    return result;
}

static status empty_message_code(uint8_t out[SHA256_LEN], const struct secret *secret)
{
    struct hmac *hmac;
    TRY(hmac_new(&hmac, secret));
    status result = hmac_compute(hmac, out, NULL, 0);
    hmac_free(hmac);
    return result;
}

static status check_value_compute(uint8_t out[KEY_CHECK_VALUE_LEN], enum key_use use, const struct secret *secret)
{
    static const uint8_t zero_block[CMAC_LEN];
    uint8_t whole[32]; // a CMAC (16 bytes), an HMAC or a public key
    switch (uses[use].duty) {
    case PERMUTE:
    case SEAL:
        TRY(cmac_aes(whole, secret, zero_block, sizeof zero_block));
        break;
    case AUTHENTICATE:
        TRY(empty_message_code(whole, secret));
        break;
    case SIGN:
        TRY(public_key_from_seed(whole, secret));
        break;
    }
    memcpy(out, whole, KEY_CHECK_VALUE_LEN);
    secret_wipe(whole, sizeof whole);
    return OK;
}

static struct key_block_header block_header(enum key_use use, int version)
{
    return (struct key_block_header){
        .usage = { uses[use].usage[0], uses[use].usage[1] },
        .algorithm = uses[use].algorithm,
        .mode = uses[use].mode,
        .version = { (char)('0' + version / 10), (char)('0' + version % 10) },
        .exportability = 'N',
    };
}

static bool version_is_valid(int version)
{
    return version >= 1 && version <= KEY_VERSION_MAX;
}

status keyring_generate(struct keyring *keyring, enum key_use use, int version, char *block, size_t *block_len,
                        uint8_t check_value[KEY_CHECK_VALUE_LEN])
{
    assert(use < KEY_USE_COUNT && version_is_valid(version));
    struct secret secret;
    TRY(secret_init(&secret, WORKING_KEY_LEN));
    runtime_random(keyring->runtime, secret.at, secret.len);
    struct key_block_header header = block_header(use, version);
    status result = check_value_compute(check_value, use, &secret);
    if (result == OK) {
        result = key_block_wrap(block, block_len, keyring->runtime, &keyring->master, &header, &secret, 0);
    }
    secret_release(&secret);
    return result;
}

static bool header_matches(const struct key_block_header *found, enum key_use use, int version)
{
    struct key_block_header wanted = block_header(use, version);
    return memcmp(found->usage, wanted.usage, sizeof wanted.usage) == 0 && found->algorithm == wanted.algorithm &&
           found->mode == wanted.mode && memcmp(found->version, wanted.version, sizeof wanted.version) == 0;
}

static status block_open(struct keyring *keyring, struct secret *secret, enum key_use use, int version, text block,
                         const uint8_t check_value[KEY_CHECK_VALUE_LEN])
{
    struct key_block_header header;
    uint8_t computed[KEY_CHECK_VALUE_LEN];
    TRY(key_block_unwrap(&header, secret, &keyring->master, block));
    status result = DATA_DAMAGED;
    if (header_matches(&header, use, version) && secret->len == WORKING_KEY_LEN) {
        result = check_value_compute(computed, use, secret);
    }
    if (result == OK && !secret_equal(computed, check_value, sizeof computed)) {
        result = DATA_DAMAGED;
    }
    if (result != OK) {
        secret_release(secret);
    }
    return result;
}

static struct key_list *key_bucket(struct keyring *keyring, int64_t key_id)
{
    uint64_t mixed = (uint64_t)key_id * 0x9E3779B97F4A7C15U; // Fibonacci hashing: ids of one node differ in few bits
    return &keyring->keys[mixed >> 52];
}

_Static_assert(KEY_BUCKET_COUNT == 1 << (64 - 52), "the bucket is the upper bits");

static struct key *key_in_bucket(struct keyring *keyring, int64_t key_id)
{
    struct key *key;
    LIST_FOREACH(key, key_bucket(keyring, key_id), of_bucket)
    {
        if (key->id == key_id) {
            break;
        }
    }
    return key;
}

static bool is_newer(const struct key *key, const struct key *than)
{
    return than == NULL || key->version > than->version || (key->version == than->version && key->id > than->id);
}

// Under the write lock.
static status key_add(struct keyring *keyring, struct key *key, const struct secret *secret)
{
    if (keyring->key_count == KEYRING_KEY_COUNT_MAX) {
        return OVERLOADED;
    }
    struct secret *slab = &keyring->slabs[keyring->key_count / SLAB_KEY_COUNT];
    if (slab->len == 0) {
        TRY(secret_init(slab, SLAB_KEY_COUNT * WORKING_KEY_LEN));
    }
    size_t offset = (size_t)(keyring->key_count % SLAB_KEY_COUNT) * WORKING_KEY_LEN;
    key->secret = (struct secret){ slab->at + offset, WORKING_KEY_LEN };
    memcpy(key->secret.at, secret->at, WORKING_KEY_LEN);
    keyring->key_count++;
    LIST_INSERT_HEAD(key_bucket(keyring, key->id), key, of_bucket);
    if (is_newer(key, keyring->current[key->use])) {
        keyring->current[key->use] = key;
    }
    return OK;
}

static bool is_same_key(const struct key *key, enum key_use use, int version, const struct secret *secret)
{
    return key->use == use && key->version == version && secret_equal(key->secret.at, secret->at, WORKING_KEY_LEN);
}

status keyring_load(struct keyring *keyring, int64_t key_id, enum key_use use, int version, text block,
                    const uint8_t check_value[KEY_CHECK_VALUE_LEN])
{
    assert(key_id != 0 && use < KEY_USE_COUNT);
    if (!version_is_valid(version)) {
        return DATA_DAMAGED;
    }
    struct secret secret;
    TRY(block_open(keyring, &secret, use, version, block, check_value));
    status result = OUT_OF_MEMORY;
    struct key *key = calloc(1, sizeof *key);
    if (key == NULL) {
        goto done;
    }
    key->id = key_id;
    key->use = use;
    key->version = version;
    pthread_mutex_init(&key->lock, NULL);
    TAILQ_INIT(&key->permutations);

    write_lock(keyring);
    const struct key *loaded = key_in_bucket(keyring, key_id);
    if (loaded != NULL) {
        result = is_same_key(loaded, use, version, &secret) ? OK : DATA_DAMAGED;
    } else {
        result = key_add(keyring, key, &secret);
        key = result == OK ? NULL : key; // the ring owns it now
    }
    unlock(keyring);
done:
    key_free(key);
    secret_release(&secret);
    return result;
}

bool keyring_has(struct keyring *keyring, int64_t key_id)
{
    read_lock(keyring);
    bool found = key_in_bucket(keyring, key_id) != NULL;
    unlock(keyring);
    return found;
}

int64_t keyring_current(struct keyring *keyring, enum key_use use, int *version)
{
    assert(use < KEY_USE_COUNT && use != KEY_NUMBERING);
    read_lock(keyring);
    const struct key *key = keyring->current[use];
    unlock(keyring);
    if (version != NULL) {
        *version = key != NULL ? key->version : 0;
    }
    return key != NULL ? key->id : 0;
}

static status key_find(struct keyring *keyring, struct key **out, int64_t key_id, enum duty duty)
{
    read_lock(keyring);
    *out = key_in_bucket(keyring, key_id);
    unlock(keyring);
    return *out != NULL && uses[(*out)->use].duty == duty ? OK : KEY_UNAVAILABLE;
}

// Permutations. Freeing and making are slow (a table is shuffled) and happen outside the lock.

static enum kind instance_kind(const struct instance *instance)
{
    return instance->size < 1000000 ? TABLE : NETWORK; // crypto/permutation.h
}

static void idle_remove(struct keyring *keyring, struct instance *instance)
{
    assert(instance != NULL);
    enum kind kind = instance_kind(instance);
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
    enum kind kind = instance_kind(instance);
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
static status instance_reuse(struct keyring *keyring, struct instance **out, struct key *key, uint64_t size,
                             uint64_t tweak)
{
    status result = OVERLOADED;
    struct instance *instance = NULL;
    mutex_lock(&keyring->permutation_lock);
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
    mutex_unlock(&keyring->permutation_lock);
    *out = instance;
    return result;
}

static status instance_new(struct instance **out, struct key *key, uint64_t size, uint64_t tweak)
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
    struct key *key;
    struct instance *instance;
    TRY(key_find(keyring, &key, key_id, PERMUTE));
    TRY(instance_reuse(keyring, &instance, key, size, tweak));
    if (instance == NULL) {
        status result = instance_new(&instance, key, size, tweak);
        mutex_lock(&keyring->permutation_lock);
        if (result == OK) {
            LIST_INSERT_HEAD(lent_bucket(keyring, instance->permutation), instance, of_lent);
        } else {
            keyring->lent_count--;
        }
        mutex_unlock(&keyring->permutation_lock);
        TRY(result);
    }
    *out = instance->permutation;
    return OK;
}

void keyring_permutation_give(struct keyring *keyring, struct permutation *permutation)
{
    struct lent_list evicted = LIST_HEAD_INITIALIZER(evicted);
    mutex_lock(&keyring->permutation_lock);
    struct instance *instance = lent_remove(keyring, permutation);
    assert(instance != NULL); // given twice, or never taken here
    keyring->lent_count--;
    idle_add(keyring, instance, &evicted);
    mutex_unlock(&keyring->permutation_lock);
    while (!LIST_EMPTY(&evicted)) {
        instance = LIST_FIRST(&evicted);
        LIST_REMOVE(instance, of_lent);
        instance_free(instance);
    }
}

// Seal, open, authenticate, sign: a context is one thread's from take to give.

static status context_take(struct keyring *keyring, struct key **key, void **context, int64_t key_id, enum duty duty)
{
    TRY(key_find(keyring, key, key_id, duty));
    *context = NULL;
    mutex_lock(&(*key)->lock);
    if ((*key)->context_count > 0) {
        *context = (*key)->contexts[--(*key)->context_count];
    }
    mutex_unlock(&(*key)->lock);
    return *context != NULL ? OK : contexts[duty].make(context, &(*key)->secret);
}

static void context_give(struct key *key, void *context)
{
    mutex_lock(&key->lock);
    bool kept = key->context_count < KEYRING_IDLE_PER_KEY_MAX;
    if (kept) {
        key->contexts[key->context_count++] = context;
    }
    mutex_unlock(&key->lock);
    if (!kept) {
        contexts[uses[key->use].duty].free(context);
    }
}

status keyring_seal(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *plain, size_t len,
                    const void *associated, size_t associated_len)
{
    struct key *key;
    void *aead;
    TRY(context_take(keyring, &key, &aead, key_id, SEAL));
    status result = aead_seal(aead, out, keyring->runtime, plain, len, associated, associated_len);
    context_give(key, aead);
    return result;
}

status keyring_open(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *sealed, size_t len,
                    const void *associated, size_t associated_len)
{
    struct key *key;
    void *aead;
    TRY(context_take(keyring, &key, &aead, key_id, SEAL));
    status result = aead_open(aead, out, sealed, len, associated, associated_len);
    context_give(key, aead);
    return result;
}

status keyring_authenticate(struct keyring *keyring, int64_t key_id, uint8_t out[SHA256_LEN],
                            const struct bytes_view *pieces, size_t count)
{
    struct key *key;
    void *hmac;
    TRY(context_take(keyring, &key, &hmac, key_id, AUTHENTICATE));
    status result = hmac_compute(hmac, out, pieces, count);
    context_give(key, hmac);
    return result;
}

static status message_sign(EVP_PKEY *pkey, uint8_t signature[SIGNATURE_LEN], const void *message, size_t len)
{
    size_t signature_len = SIGNATURE_LEN;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool signed_ = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
                   EVP_DigestSign(context, signature, &signature_len, message, len) == 1;
    EVP_MD_CTX_free(context);
    if (!signed_) {
        ERR_clear_error();
        return OUT_OF_MEMORY;
    }
    assert(signature_len == SIGNATURE_LEN);
    return OK;
}

status keyring_sign(struct keyring *keyring, int64_t key_id, uint8_t signature[SIGNATURE_LEN], const void *message,
                    size_t len)
{
    struct key *key;
    void *pkey;
    TRY(context_take(keyring, &key, &pkey, key_id, SIGN));
    status result = message_sign(pkey, signature, message, len);
    context_give(key, pkey);
    return result;
}

status keyring_public_key(struct keyring *keyring, int64_t key_id, uint8_t out[PUBLIC_KEY_LEN])
{
    struct key *key;
    void *pkey;
    TRY(context_take(keyring, &key, &pkey, key_id, SIGN));
    status result = public_key_of(pkey, out);
    context_give(key, pkey);
    return result;
}

status signature_verify(const uint8_t public_key[PUBLIC_KEY_LEN], const uint8_t signature[SIGNATURE_LEN],
                        const void *message, size_t len)
{
    status result = OUT_OF_MEMORY;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, PUBLIC_KEY_LEN);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (pkey != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1) {
        result = EVP_DigestVerify(context, signature, SIGNATURE_LEN, message, len) == 1 ? OK : DATA_DAMAGED;
    }
    ERR_clear_error();
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return result;
}
