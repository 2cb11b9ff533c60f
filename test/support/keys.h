/*
 * Keyrings of tests: a master key of given bytes in memory, and keys made there and loaded at once.
 */
#ifndef TEST_SUPPORT_KEYS_H
#define TEST_SUPPORT_KEYS_H

#include <assert.h>
#include <string.h>

#include "keys/keyring.h"

static inline struct keyring *test_keyring_with(const uint8_t key[MASTER_KEY_LEN], bool allow_test,
                                                const struct runtime *runtime)
{
    struct secret secret = { 0 };
    struct master_key *master = NULL;
    struct keyring *keyring = NULL;
    status result = secret_init_copy(&secret, key, MASTER_KEY_LEN);
    result = result == OK ? master_key_in_memory(&master, &secret) : result;
    result = result == OK ? keyring_new(&keyring, master, allow_test, runtime) : result;
    assert(result == OK && secret.at == NULL);
    return keyring;
}

static inline struct keyring *test_keyring(const uint8_t key[MASTER_KEY_LEN])
{
    return test_keyring_with(key, false, &runtime_real);
}

/* A house key's record, active for ever. */
static inline struct key_record test_house_record(int64_t id, enum key_use use, int version)
{
    return (struct key_record){
        .id = id, .use = use, .name = text_of(key_use_names[use]), .version = version, .times = { .activated_ms = 1 }
    };
}

/* Makes a house key and loads it. */
static inline void test_key_load(struct keyring *keyring, int64_t id, enum key_use use, int version)
{
    char block[KEY_BLOCK_LEN_MAX];
    size_t len = 0;
    struct key_record record = test_house_record(id, use, version);
    status result = keyring_generate(keyring, &record, 0, block, &len);
    result = result == OK ? keyring_load(keyring, &record, text_bytes(block, len)) : result;
    assert(result == OK);
}

#endif
