#include "keys/master_key.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { COUNTER_LEN = 4, LENGTH_LEN = 4, BLOCK_COUNT = MASTER_KEY_LEN / CMAC_LEN };

struct master_key {
    const struct master_key_provider *provider;
    void *context;
    pthread_mutex_t lock; // a token's session does one thing at a time
};

status master_key_new(struct master_key **out, const struct master_key_provider *provider, void *context)
{
    struct master_key *master = *out = calloc(1, sizeof *master);
    if (master == NULL) {
        provider->close(context);
        return OUT_OF_MEMORY;
    }
    master->provider = provider;
    master->context = context;
    pthread_mutex_init(&master->lock, NULL);
    return OK;
}

void master_key_free(struct master_key *master)
{
    if (master != NULL) {
        master->provider->close(master->context);
        pthread_mutex_destroy(&master->lock);
        free(master);
    }
}

const char *master_key_provider_name(const struct master_key *master)
{
    return master->provider->name;
}

static status compute_mac(struct master_key *master, uint8_t out[CMAC_LEN], const void *message, size_t len)
{
    int failed = pthread_mutex_lock(&master->lock);
    assert(!failed);
    status result = master->provider->mac(master->context, out, message, len);
    pthread_mutex_unlock(&master->lock);
    return result;
}

status master_key_derive(struct master_key *master, struct secret *out, text label, const void *context,
                         size_t context_len)
{
    uint8_t message[COUNTER_LEN + MASTER_KEY_CONTEXT_LEN_MAX + 1 + LENGTH_LEN];
    assert(label.len + context_len <= MASTER_KEY_CONTEXT_LEN_MAX);
    uint8_t *at = message + COUNTER_LEN;
    memcpy(at, label.at, label.len);
    at += label.len;
    *at++ = 0;
    memcpy(at, context, context_len);
    at += context_len;
    bytes_put_be32(at, MASTER_KEY_LEN * 8);
    at += LENGTH_LEN;

    TRY(secret_init(out, MASTER_KEY_LEN));
    status result = OK;
    for (uint32_t i = 0; i < BLOCK_COUNT && result == OK; i++) {
        bytes_put_be32(message, i + 1);
        result = compute_mac(master, out->at + (size_t)i * CMAC_LEN, message, (size_t)(at - message));
    }
    if (result != OK) {
        secret_release(out);
    }
    return result;
}

status master_key_check_value(struct master_key *master, uint8_t out[MASTER_KEY_CHECK_LEN])
{
    static const uint8_t zero_block[CMAC_LEN]; // never a message of master_key_derive, whose counter begins with 1
    uint8_t whole[CMAC_LEN];
    TRY(compute_mac(master, whole, zero_block, sizeof zero_block));
    memcpy(out, whole, MASTER_KEY_CHECK_LEN);
    secret_wipe(whole, sizeof whole);
    return OK;
}

/* The provider of this process's memory. */

struct held_key {
    struct secret key;
};

static status held_mac(void *context, uint8_t out[CMAC_LEN], const void *message, size_t len)
{
    const struct held_key *held = context;
    return cmac_aes(out, &held->key, message, len);
}

static void held_close(void *context)
{
    struct held_key *held = context;
    secret_release(&held->key);
    free(held);
}

static const struct master_key_provider held_provider = { "software", held_mac, held_close };

const struct secret *master_key_held(const struct master_key *master)
{
    return master->provider == &held_provider ? &((const struct held_key *)master->context)->key : NULL;
}

status master_key_in_memory(struct master_key **out, struct secret *key)
{
    assert(key->len == MASTER_KEY_LEN);
    struct held_key *held = calloc(1, sizeof *held);
    if (held == NULL) {
        secret_release(key);
        return OUT_OF_MEMORY;
    }
    held->key = *key;
    *key = (struct secret){ 0 };
    return master_key_new(out, &held_provider, held);
}
