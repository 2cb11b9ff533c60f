/*
 * A ring with payment keys as an installation has them: wrapped, then loaded. The clock is the test's, the random numbers
 * are the same in each run. Include after cmocka.h.
 */
#ifndef TEST_UNIT_KEYS_PAYMENT_RING_H
#define TEST_UNIT_KEYS_PAYMENT_RING_H

#include <stdlib.h>

#include "keys/pin_carrier.h"
#include "support/hex.h"
#include "support/keys.h"

static int64_t ring_clock_ms = 1000000;
static uint64_t ring_random_state = 1;

static inline int64_t ring_now_ms(void *context)
{
    (void)context;
    return ring_clock_ms;
}

static inline int64_t ring_monotonic_us(void *context)
{
    (void)context;
    return ring_clock_ms * 1000;
}

// xorshift64*
static inline void ring_random(void *context, void *out, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; i++) {
        ring_random_state ^= ring_random_state >> 12;
        ring_random_state ^= ring_random_state << 25;
        ring_random_state ^= ring_random_state >> 27;
        ((uint8_t *)out)[i] = (uint8_t)(ring_random_state * 0x2545F4914F6CDD1DU >> 56);
    }
}

static const struct runtime ring_runtime = { ring_now_ms, ring_monotonic_us, ring_random, NULL };

static inline struct keyring *ring_new(void)
{
    static const uint8_t master[MASTER_KEY_LEN] = { 0x4D };
    ring_clock_ms = 1000000;
    ring_random_state = 1;
    return test_keyring_with(master, true, &ring_runtime);
}

struct ring_key {
    int64_t id;
    const char *header; // usage, algorithm, mode: "C0TC"
    const char *hex;
};

static const struct key_times RING_ACTIVE = { .activated_ms = 1 };

static inline void ring_add_at(struct keyring *keyring, const struct ring_key *key, struct key_times times)
{
    struct key_record record = {
        .id = key->id,
        .organization_id = 1,
        .use = KEY_PAYMENT,
        .name = TEXT("a-key"),
        .version = 1,
        .header = { .usage = { key->header[0], key->header[1] },
                    .algorithm = key->header[2],
                    .mode = key->header[3],
                    .exportability = 'N' },
        .times = RING_ACTIVE,
    };
    struct secret secret;
    char block[KEY_BLOCK_LEN_MAX];
    size_t len;
    hex_secret(&secret, key->hex);
    assert_int_equal(keyring_wrap(keyring, &record, &secret, block, &len), OK);
    assert_int_equal(keyring_load(keyring, &record, text_bytes(block, len)), OK);
    record.times = times; // what is destroyed already would not be loaded at all
    assert_int_equal(keyring_load(keyring, &record, text_bytes(block, len)), OK);
    secret_release(&secret);
}

static inline void ring_add(struct keyring *keyring, int64_t id, const char *header, const char *hex)
{
    const struct ring_key key = { id, header, hex };
    ring_add_at(keyring, &key, RING_ACTIVE);
}

/* A PIN block as somebody else with the key makes it. */
struct ring_block {
    enum pin_block_format format;
    const char *key_hex, *pan, *pin;
};

static inline struct pin_block ring_pin_block(const struct ring_block *wanted)
{
    const struct pin_block_input input = { text_of(wanted->pan), text_of(wanted->pin) };
    struct pin_block block = { .len = pin_block_len(wanted->format) };
    struct pin_block_key key = { .format = wanted->format };
    struct secret secret;
    hex_secret(&secret, wanted->key_hex);
    assert_int_equal(wanted->format == PIN_BLOCK_ISO_4 ? aes_new(&key.aes, &secret) : tdes_new(&key.tdes, &secret), OK);
    assert_int_equal(pin_block_encrypt(&ring_runtime, block.at, &key, &input), OK);
    tdes_free(key.tdes);
    aes_free(key.aes);
    secret_release(&secret);
    return block;
}

static inline struct bytes_view ring_block_view(const struct pin_block *block)
{
    return (struct bytes_view){ block->at, block->len };
}

#endif
