#include "keys/keyring.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/limits.h"

/*
 * Stands in for crypto/permutation.c: what matters here is which instance is lent to whom, and when it is made and
 * freed. P(k) is k + tweak + the key's first byte.
 */
struct permutation {
    uint8_t key_byte;
    uint64_t size, tweak;
    atomic_bool busy;
};

static atomic_int made_count, live_count;
static bool making_fails;

status permutation_new(struct permutation **out, const struct secret *key, uint64_t size, uint64_t tweak)
{
    if (making_fails) {
        return OUT_OF_MEMORY;
    }
    assert_int_equal(key->len, PERMUTATION_KEY_LEN);
    *out = calloc(1, sizeof **out);
    (*out)->key_byte = key->at[0];
    (*out)->size = size;
    (*out)->tweak = tweak;
    atomic_fetch_add(&made_count, 1);
    atomic_fetch_add(&live_count, 1);
    return OK;
}

void permutation_free(struct permutation *permutation)
{
    free(permutation);
    atomic_fetch_sub(&live_count, 1);
}

status permutation_map(struct permutation *permutation, uint64_t *out, uint64_t first, size_t count)
{
    if (atomic_exchange(&permutation->busy, true)) {
        return INTERNAL; // two threads have it
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = first + i + permutation->tweak + permutation->key_byte;
    }
    atomic_store(&permutation->busy, false);
    return OK;
}

// The master key of all tests is 32 bytes of 0x4D; the working keys are given.

static struct secret bytes_secret(uint8_t byte, size_t len)
{
    uint8_t bytes[64];
    assert_true(len <= sizeof bytes);
    memset(bytes, byte, len);
    struct secret secret;
    assert_int_equal(secret_init_copy(&secret, bytes, len), OK);
    return secret;
}

static struct keyring *keyring_of(uint8_t master_byte)
{
    struct secret master = bytes_secret(master_byte, 32);
    struct keyring *keyring;
    assert_int_equal(keyring_new(&keyring, &master, &runtime_real), OK);
    assert_null(master.at);
    assert_int_equal(master.len, 0);
    return keyring;
}

static struct keyring *keyring_plain(void)
{
    return keyring_of(0x4D);
}

struct block {
    char at[KEY_BLOCK_LEN_MAX];
    size_t len;
};

static text block_text(const struct block *block)
{
    return text_bytes(block->at, block->len);
}

// `header` as it stands in a block: usage, algorithm, mode, version, exportability.
static struct block block_of(const char *header, const char *key_hex)
{
    uint8_t key[64];
    size_t key_len = strlen(key_hex) / 2;
    assert_true(key_len <= sizeof key && bytes_from_hex(key, key_len, text_of(key_hex)));
    struct secret secret, master = bytes_secret(0x4D, 32);
    assert_int_equal(secret_init_copy(&secret, key, key_len), OK);
    struct key_block_header fields = {
        { header[0], header[1] }, header[2], header[3], { header[4], header[5] }, header[6]
    };
    struct block block;
    assert_int_equal(key_block_wrap(block.at, &block.len, &runtime_real, &master, &fields, &secret, 0), OK);
    secret_release(&secret);
    secret_release(&master);
    return block;
}

// 00 01 02 ... 1f; check values by the openssl command: `mac CMAC` of 16 zero bytes, `mac HMAC` of nothing.
#define COUNTING "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
static const uint8_t counting_aes[] = { 0x37, 0x78, 0x22 };
static const uint8_t counting_hmac[] = { 0xD3, 0x8B, 0x42 };
// RFC 8032, 7.1, test 2
#define SEED "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
static const uint8_t seed_check[] = { 0x3D, 0x40, 0x17 };

static void load(struct keyring *keyring, int64_t key_id, enum key_use use, int version)
{
    static const struct {
        const char *header, *key;
        const uint8_t *check_value;
    } blocks[KEY_USE_COUNT] = {
        [KEY_NUMBERING] = { "D0AB", COUNTING, counting_aes },
        [KEY_NUMBER_SEAL] = { "D0AB", COUNTING, counting_aes },
        [KEY_NUMBER_LOOKUP] = { "M7HC", COUNTING, counting_hmac },
        [KEY_NUMBER_CHECK] = { "M7HC", COUNTING, counting_hmac },
        [KEY_REQUEST] = { "M7HC", COUNTING, counting_hmac },
        [KEY_MESSAGE_SEAL] = { "D0AB", COUNTING, counting_aes },
        [KEY_SIGN] = { "S0ES", SEED, seed_check },
    };
    char header[16];
    snprintf(header, sizeof header, "%.4s%02dN", blocks[use].header, version % 100);
    struct block block = block_of(header, blocks[use].key);
    assert_int_equal(keyring_load(keyring, key_id, use, version, block_text(&block), blocks[use].check_value), OK);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < KEY_USE_COUNT; i++) {
        enum key_use use;
        assert_true(key_use_parse(&use, text_of(key_use_name((enum key_use)i))));
        assert_int_equal(use, i);
    }
    enum key_use use;
    assert_string_equal(key_use_name(KEY_NUMBER_SEAL), "number_seal");
    assert_false(key_use_parse(&use, TEXT("number_seals")));
    assert_false(key_use_parse(&use, TEXT("")));
    assert_false(key_use_parse(&use, TEXT_ABSENT));
}

static void test_generate(void **state)
{
    (void)state;
    // X9.143: version D, length (4), usage, algorithm, mode, version, exportability
    static const char *const headers[KEY_USE_COUNT] = { "D0AB", "D0AB", "M7HC", "M7HC", "M7HC", "D0AB", "S0ES" };
    struct keyring *keyring = keyring_plain(), *other = keyring_of(0x4E);
    for (int i = 0; i < KEY_USE_COUNT; i++) {
        enum key_use use = (enum key_use)i;
        struct block block, again;
        uint8_t check_value[KEY_CHECK_VALUE_LEN], check_again[KEY_CHECK_VALUE_LEN];
        assert_int_equal(keyring_generate(keyring, use, 42, block.at, &block.len, check_value), OK);
        assert_true(block.len > 16 && block.len <= KEY_BLOCK_LEN_MAX);
        assert_memory_equal(block.at, "D", 1);
        assert_memory_equal(block.at + 5, headers[i], 4);
        assert_memory_equal(block.at + 9, "42N", 3);
        assert_int_equal(keyring_generate(keyring, use, 42, again.at, &again.len, check_again), OK);
        assert_memory_not_equal(check_value, check_again, KEY_CHECK_VALUE_LEN);

        assert_false(keyring_has(keyring, 100 + i));
        assert_int_equal(keyring_load(keyring, 100 + i, use, 42, block_text(&block), check_value), OK);
        assert_true(keyring_has(keyring, 100 + i));
        assert_int_equal(keyring_load(other, 100 + i, use, 42, block_text(&block), check_value), DATA_DAMAGED);
        assert_false(keyring_has(other, 100 + i));
    }
    keyring_free(keyring);
    keyring_free(other);
}

static void test_load_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *header, *key;
        enum key_use use;
        int version;
        const uint8_t *check_value;
        status expected;
    } cases[] = {
        { "D0AB07N", COUNTING, KEY_NUMBERING, 7, counting_aes, OK },
        { "M7HC07N", COUNTING, KEY_REQUEST, 7, counting_hmac, OK },
        { "S0ES99N", SEED, KEY_SIGN, 99, seed_check, OK },
        { "D0AB07N", COUNTING, KEY_NUMBERING, 8, counting_aes, DATA_DAMAGED },
        { "D0AB00N", COUNTING, KEY_NUMBERING, 0, counting_aes, DATA_DAMAGED },
        { "D0AB00N", COUNTING, KEY_NUMBERING, 100, counting_aes, DATA_DAMAGED },
        { "D0AB07N", COUNTING, KEY_NUMBERING, 7, counting_hmac, DATA_DAMAGED },
        { "D0AB07N", COUNTING, KEY_REQUEST, 7, counting_hmac, DATA_DAMAGED },
        { "M7HC07N", COUNTING, KEY_NUMBER_SEAL, 7, counting_aes, DATA_DAMAGED },
        { "M7HC07N", COUNTING, KEY_SIGN, 7, seed_check, DATA_DAMAGED },
        { "D0AE07N", COUNTING, KEY_NUMBERING, 7, counting_aes, DATA_DAMAGED },
        { "M7HG07N", COUNTING, KEY_REQUEST, 7, counting_hmac, DATA_DAMAGED },
        { "K1AB07N", COUNTING, KEY_NUMBERING, 7, counting_aes, DATA_DAMAGED },
        { "M7HC07N", "0001020304050607", KEY_REQUEST, 7, counting_hmac, DATA_DAMAGED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct keyring *keyring = keyring_plain();
        struct block block = block_of(cases[i].header, cases[i].key);
        assert_int_equal(
            keyring_load(keyring, 5, cases[i].use, cases[i].version, block_text(&block), cases[i].check_value),
            cases[i].expected);
        assert_int_equal(keyring_has(keyring, 5), cases[i].expected == OK);
        if (cases[i].expected == OK) {
            block.at[block.len - 1] = block.at[block.len - 1] == '0' ? '1' : '0';
            assert_int_equal(
                keyring_load(keyring, 6, cases[i].use, cases[i].version, block_text(&block), cases[i].check_value),
                DATA_DAMAGED);
        }
        keyring_free(keyring);
    }
}

static void test_load_twice(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 5, KEY_REQUEST, 1);
    load(keyring, 5, KEY_REQUEST, 1); // another wrapping of the same key
    uint8_t check_value[KEY_CHECK_VALUE_LEN];
    struct block block;
    assert_int_equal(keyring_generate(keyring, KEY_REQUEST, 1, block.at, &block.len, check_value), OK);
    assert_int_equal(keyring_load(keyring, 5, KEY_REQUEST, 1, block_text(&block), check_value), DATA_DAMAGED);
    block = block_of("M7HC01N", COUNTING);
    assert_int_equal(keyring_load(keyring, 5, KEY_NUMBER_CHECK, 1, block_text(&block), counting_hmac), DATA_DAMAGED);
    uint8_t code[SHA256_LEN];
    assert_int_equal(keyring_authenticate(keyring, 5, code, NULL, 0), OK);
    assert_memory_equal(code, counting_hmac, 3);
    keyring_free(keyring);
}

static void test_current(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    static const struct {
        int64_t key_id;
        enum key_use use;
        int version;
        int64_t current; // of KEY_REQUEST afterwards
        int current_version;
    } steps[] = {
        { 50, KEY_NUMBER_LOOKUP, 9, 0, 0 }, { 40, KEY_REQUEST, 2, 40, 2 },  { 41, KEY_REQUEST, 1, 40, 2 },
        { 30, KEY_REQUEST, 10, 30, 10 },    { 60, KEY_REQUEST, 9, 30, 10 }, { -2, KEY_REQUEST, 10, 30, 10 },
        { 31, KEY_REQUEST, 10, 31, 10 },
    };
    int version;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        load(keyring, steps[i].key_id, steps[i].use, steps[i].version);
        assert_int_equal(keyring_current(keyring, KEY_REQUEST, &version), steps[i].current);
        assert_int_equal(version, steps[i].current_version);
    }
    assert_int_equal(keyring_current(keyring, KEY_NUMBER_LOOKUP, &version), 50);
    keyring_free(keyring);
}

static void test_duties(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    for (int i = 0; i < KEY_USE_COUNT; i++) {
        load(keyring, 100 + i, (enum key_use)i, 1);
    }
    for (int i = -1; i < KEY_USE_COUNT; i++) { // -1: an id that is not there
        uint8_t sealed[3 + AEAD_OVERHEAD_LEN], opened[3], code[SHA256_LEN], signature[SIGNATURE_LEN],
            public_key[PUBLIC_KEY_LEN];
        struct permutation *permutation;
        bool seals = i == KEY_NUMBER_SEAL || i == KEY_MESSAGE_SEAL;
        bool authenticates = i == KEY_NUMBER_LOOKUP || i == KEY_NUMBER_CHECK || i == KEY_REQUEST;
        memset(sealed, 0, sizeof sealed);
        assert_int_equal(keyring_seal(keyring, 100 + i, sealed, "abc", 3, "x", 1), seals ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_open(keyring, 100 + i, opened, sealed, sizeof sealed, "x", 1),
                         seals ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_authenticate(keyring, 100 + i, code, NULL, 0), authenticates ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_sign(keyring, 100 + i, signature, "abc", 3), i == KEY_SIGN ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_public_key(keyring, 100 + i, public_key), i == KEY_SIGN ? OK : KEY_UNAVAILABLE);
        status taken = keyring_permutation_take(keyring, &permutation, 100 + i, 1000, 0);
        assert_int_equal(taken, i == KEY_NUMBERING ? OK : KEY_UNAVAILABLE);
        if (taken == OK) {
            keyring_permutation_give(keyring, permutation);
        }
    }
    keyring_free(keyring);
}

static void test_seal(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_NUMBER_SEAL, 1);
    uint8_t sealed[5 + AEAD_OVERHEAD_LEN], opened[5];
    assert_int_equal(keyring_seal(keyring, 1, sealed, "12345", 5, "row 1", 5), OK);
    assert_int_equal(keyring_open(keyring, 1, opened, sealed, sizeof sealed, "row 2", 5), DATA_DAMAGED);
    // And with the context that has just refused.
    assert_int_equal(keyring_open(keyring, 1, opened, sealed, sizeof sealed, "row 1", 5), OK);
    assert_memory_equal(opened, "12345", 5);

    // It is AES-256-GCM under that very key.
    struct secret key = bytes_secret(0, 32);
    for (size_t i = 0; i < key.len; i++) {
        key.at[i] = (uint8_t)i;
    }
    struct aead *aead;
    assert_int_equal(aead_new(&aead, &key), OK);
    memset(opened, 0, sizeof opened);
    assert_int_equal(aead_open(aead, opened, sealed, sizeof sealed, "row 1", 5), OK);
    assert_memory_equal(opened, "12345", 5);
    aead_free(aead);
    secret_release(&key);
    keyring_free(keyring);
}

static void test_authenticate(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_REQUEST, 1);
    uint8_t expected[SHA256_LEN], code[SHA256_LEN]; // the openssl command's HMAC of "abc"
    assert_true(
        bytes_from_hex(expected, SHA256_LEN, TEXT("f0133729c4163dede81e21cd47839256da58171238c8a0d874397c73b14e1e47")));
    for (int i = 0; i < 2; i++) { // with a new context, and with that one again
        const struct bytes_view pieces[] = { { "a", 1 }, { "bc", 2 } };
        assert_int_equal(keyring_authenticate(keyring, 1, code, pieces, 2), OK);
        assert_memory_equal(code, expected, SHA256_LEN);
    }
    keyring_free(keyring);
}

static void test_sign(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_SIGN, 1);
    uint8_t expected[SIGNATURE_LEN], signature[SIGNATURE_LEN], expected_key[PUBLIC_KEY_LEN], public_key[PUBLIC_KEY_LEN];
    assert_true(bytes_from_hex(expected_key, PUBLIC_KEY_LEN,
                               TEXT("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
    assert_true(bytes_from_hex(expected, SIGNATURE_LEN,
                               TEXT("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
    assert_int_equal(keyring_public_key(keyring, 1, public_key), OK);
    assert_memory_equal(public_key, expected_key, PUBLIC_KEY_LEN);
    assert_int_equal(keyring_sign(keyring, 1, signature, "\x72", 1), OK);
    assert_memory_equal(signature, expected, SIGNATURE_LEN);

    assert_int_equal(signature_verify(expected_key, expected, "\x72", 1), OK);
    assert_int_equal(signature_verify(expected_key, expected, "\x73", 1), DATA_DAMAGED);
    assert_int_equal(signature_verify(expected_key, expected, "", 0), DATA_DAMAGED);
    signature[63] ^= 1;
    assert_int_equal(signature_verify(expected_key, signature, "\x72", 1), DATA_DAMAGED);
    public_key[0] ^= 1;
    assert_int_equal(signature_verify(public_key, expected, "\x72", 1), DATA_DAMAGED);
    keyring_free(keyring);
}

static struct permutation *take(struct keyring *keyring, int64_t key_id, uint64_t size, uint64_t tweak)
{
    struct permutation *permutation;
    assert_int_equal(keyring_permutation_take(keyring, &permutation, key_id, size, tweak), OK);
    assert_int_equal(permutation->size, size);
    assert_int_equal(permutation->tweak, tweak);
    return permutation;
}

static void test_permutations_are_kept(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_NUMBERING, 1);
    load(keyring, 2, KEY_NUMBERING, 1);
    struct permutation *a = take(keyring, 1, 1000, 7), *b = take(keyring, 1, 1000, 7);
    assert_ptr_not_equal(a, b); // one is lent
    keyring_permutation_give(keyring, a);
    struct permutation *others[] = { take(keyring, 1, 1000, 8), take(keyring, 1, 10000, 7), take(keyring, 2, 1000, 7) };
    for (int i = 0; i < 3; i++) {
        assert_ptr_not_equal(others[i], a);
        keyring_permutation_give(keyring, others[i]);
    }
    assert_ptr_equal(take(keyring, 1, 1000, 7), a);
    keyring_permutation_give(keyring, a);
    keyring_permutation_give(keyring, b);

    struct permutation *none;
    making_fails = true;
    assert_int_equal(keyring_permutation_take(keyring, &none, 1, 10, 0), OUT_OF_MEMORY);
    making_fails = false;
    keyring_free(keyring); // also: a take that failed is not held to be lent
    assert_int_equal(live_count, 0);
}

static void test_permutations_are_bounded(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    enum { KEYS = 70, TAKEN = 20 };
    for (int i = 1; i <= KEYS; i++) {
        load(keyring, i, KEY_NUMBERING, 1);
    }
    // One key: the 16 last given stay.
    struct permutation *taken[TAKEN];
    for (int i = 0; i < TAKEN; i++) {
        taken[i] = take(keyring, 1, 1000000, (uint64_t)i);
    }
    assert_int_equal(live_count, TAKEN);
    for (int i = 0; i < TAKEN; i++) {
        keyring_permutation_give(keyring, taken[i]);
    }
    assert_int_equal(live_count, KEYRING_IDLE_PER_KEY_MAX);
    int made = made_count;
    keyring_permutation_give(keyring, take(keyring, 1, 1000000, 4));
    assert_int_equal(made_count, made);
    // 3 is gone and is made again; that pushes out 5.
    keyring_permutation_give(keyring, take(keyring, 1, 1000000, 3));
    assert_int_equal(made_count, made + 1);
    keyring_permutation_give(keyring, take(keyring, 1, 1000000, 5));
    assert_int_equal(made_count, made + 2);

    // Tables: 64 in all, whatever their keys. The first pushed out one of key 1's 16 networks; the others stay.
    for (int i = 1; i <= KEYS; i++) {
        keyring_permutation_give(keyring, take(keyring, i, 100000, 0));
    }
    assert_int_equal(live_count, KEYRING_IDLE_PER_KEY_MAX - 1 + KEYRING_IDLE_TABLES_MAX);
    made = made_count;
    keyring_permutation_give(keyring, take(keyring, KEYS, 100000, 0));
    keyring_permutation_give(keyring, take(keyring, KEYS - 63, 100000, 0));
    assert_int_equal(made_count, made);
    keyring_permutation_give(keyring, take(keyring, KEYS - 64, 100000, 0));
    assert_int_equal(made_count, made + 1);
    keyring_free(keyring);
    assert_int_equal(live_count, 0);
}

static void test_permutations_lent_are_bounded(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_NUMBERING, 1);
    static struct permutation *taken[KEYRING_LENT_COUNT_MAX];
    for (int i = 0; i < KEYRING_LENT_COUNT_MAX; i++) {
        taken[i] = take(keyring, 1, 1000000, 0);
    }
    struct permutation *none;
    assert_int_equal(keyring_permutation_take(keyring, &none, 1, 1000000, 0), OVERLOADED);
    keyring_permutation_give(keyring, taken[0]);
    assert_ptr_equal(take(keyring, 1, 1000000, 0), taken[0]);
    for (int i = 0; i < KEYRING_LENT_COUNT_MAX; i++) {
        keyring_permutation_give(keyring, taken[i]);
    }
    keyring_free(keyring);
    assert_int_equal(live_count, 0);
}

enum { THREAD_COUNT = 4, ROUND_COUNT = 500 };

static bool one_round(struct keyring *keyring, uint64_t i)
{
    uint8_t code[SHA256_LEN], sealed[8 + AEAD_OVERHEAD_LEN], opened[8], signature[SIGNATURE_LEN];
    uint64_t drawn[4];
    struct permutation *permutation;
    if (keyring_permutation_take(keyring, &permutation, 1, i % 3 == 0 ? 1000 : 1000000, i % 5) != OK) {
        return false;
    }
    bool right = permutation_map(permutation, drawn, i, 4) == OK && drawn[3] == i + 3 + i % 5;
    keyring_permutation_give(keyring, permutation);
    right = right && keyring_authenticate(keyring, 2, code, NULL, 0) == OK && memcmp(code, counting_hmac, 3) == 0;
    right = right && keyring_seal(keyring, 3, sealed, &i, sizeof i, "x", 1) == OK &&
            keyring_open(keyring, 3, opened, sealed, sizeof sealed, "x", 1) == OK && memcmp(opened, &i, sizeof i) == 0;
    return right && (i % 50 != 0 || (keyring_sign(keyring, 4, signature, "\x72", 1) == OK && signature[0] == 0x92));
}

static void *work(void *context)
{
    for (uint64_t i = 0; i < ROUND_COUNT; i++) {
        if (!one_round(context, i)) {
            return context;
        }
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_NUMBERING, 1);
    load(keyring, 2, KEY_REQUEST, 1);
    load(keyring, 3, KEY_NUMBER_SEAL, 1);
    load(keyring, 4, KEY_SIGN, 1);
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, keyring), 0);
    }
    for (int i = 0; i < 100; i++) { // while the ring grows
        load(keyring, 1000 + i, KEY_REQUEST, 1);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    keyring_free(keyring);
    assert_int_equal(live_count, 0);
}

// More than one slab of secrets holds: each id keeps its own key.
static void test_many_keys(void **state)
{
    (void)state;
    enum { KEY_COUNT = 300 };
    static uint8_t check_values[KEY_COUNT][KEY_CHECK_VALUE_LEN];
    struct keyring *keyring = keyring_plain();
    for (int i = 0; i < KEY_COUNT; i++) {
        struct block block;
        assert_int_equal(keyring_generate(keyring, KEY_REQUEST, 1, block.at, &block.len, check_values[i]), OK);
        assert_int_equal(keyring_load(keyring, i + 1, KEY_REQUEST, 1, block_text(&block), check_values[i]), OK);
    }
    for (int i = 0; i < KEY_COUNT; i++) {
        uint8_t code[SHA256_LEN];
        assert_int_equal(keyring_authenticate(keyring, i + 1, code, NULL, 0), OK);
        assert_memory_equal(code, check_values[i], KEY_CHECK_VALUE_LEN);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_generate),
        cmocka_unit_test(test_load_refuses),
        cmocka_unit_test(test_load_twice),
        cmocka_unit_test(test_current),
        cmocka_unit_test(test_duties),
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_authenticate),
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_permutations_are_kept),
        cmocka_unit_test(test_permutations_are_bounded),
        cmocka_unit_test(test_permutations_lent_are_bounded),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
