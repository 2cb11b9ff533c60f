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
#include "crypto/tdes.h"
#include "keys/keyring_inside.h"
#include "support/keys.h"

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

// The master key of all tests is 32 bytes of 0x4D; house keys are made of given bytes.

static uint8_t master_byte = 0x4D;
static int64_t clock_ms = 1000;

static int64_t test_now_ms(void *context)
{
    (void)context;
    return clock_ms;
}

static int64_t test_monotonic_us(void *context)
{
    (void)context;
    return clock_ms * 1000;
}

static void test_random(void *context, void *out, size_t len)
{
    (void)context;
    runtime_random(&runtime_real, out, len);
}

static const struct runtime runtime = { test_now_ms, test_monotonic_us, test_random, NULL };

static struct keyring *keyring_of(uint8_t byte, bool allow_test)
{
    uint8_t master[MASTER_KEY_LEN];
    memset(master, byte, sizeof master);
    return test_keyring_with(master, allow_test, &runtime);
}

static struct keyring *keyring_plain(void)
{
    clock_ms = 1000;
    return keyring_of(master_byte, false);
}

struct block {
    char at[KEY_BLOCK_LEN_MAX];
    size_t len;
};

static text block_text(const struct block *block)
{
    return text_bytes(block->at, block->len);
}

static struct secret hex_secret(const char *hex)
{
    uint8_t bytes[64];
    struct secret secret;
    size_t len = strlen(hex) / 2;
    assert_true(len <= sizeof bytes && bytes_from_hex(bytes, len, text_of(hex)));
    assert_int_equal(secret_init_copy(&secret, bytes, len), OK);
    return secret;
}

// The block of a key of given bytes in the place of the record, whose check value is set.
static struct block block_of(struct keyring *keyring, struct key_record *record, const char *key_hex)
{
    struct block block;
    struct secret secret = hex_secret(key_hex);
    assert_int_equal(keyring_wrap(keyring, record, &secret, block.at, &block.len), OK);
    secret_release(&secret);
    return block;
}

// No published key, so that a production ring takes it. Check values by the openssl command: `mac CMAC` of 16 zero bytes
// and `mac HMAC` of nothing.
#define WORKING "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1e"
static const uint8_t working_aes[] = { 0xA7, 0xB8, 0xC6 };
static const uint8_t working_hmac[] = { 0x54, 0x84, 0xED };
// RFC 8032, 7.1, test 2
#define SEED "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
static const uint8_t seed_check[] = { 0x3D, 0x40, 0x17 };

static void load_at(struct keyring *keyring, int64_t key_id, enum key_use use, int version, struct key_times times)
{
    struct key_record record = test_house_record(key_id, use, version);
    record.times = times;
    struct block block = block_of(keyring, &record, use == KEY_SIGN ? SEED : WORKING);
    assert_int_equal(keyring_load(keyring, &record, block_text(&block)), OK);
}

static void load(struct keyring *keyring, int64_t key_id, enum key_use use, int version)
{
    load_at(keyring, key_id, use, version, (struct key_times){ .activated_ms = 1 });
}

static struct key_record payment_record(int64_t id, const char *name, int version, const char *header)
{
    return (struct key_record){
        .id = id,
        .organization_id = 7,
        .use = KEY_PAYMENT,
        .name = text_of(name),
        .version = version,
        .header = { .usage = { header[0], header[1] },
                    .algorithm = header[2],
                    .mode = header[3],
                    .exportability = header[4] },
        .times = { .activated_ms = 1 },
    };
}

static void load_payment(struct keyring *keyring, int64_t id, const char *header, const char *key_hex)
{
    struct key_record record = payment_record(id, "zone", (int)(id % 90) + 1, header);
    struct block block = block_of(keyring, &record, key_hex);
    assert_int_equal(keyring_load(keyring, &record, block_text(&block)), OK);
}

static void test_check_values(void **state)
{
    (void)state;
    static const struct {
        enum key_use use;
        const char *header, *key; // X9.143: usage, algorithm, mode
        const uint8_t *check_value;
    } cases[] = {
        { KEY_NUMBERING, "D0AB", WORKING, working_aes },
        { KEY_NUMBER_SEAL, "D0AB", WORKING, working_aes },
        { KEY_NUMBER_LOOKUP, "M7HC", WORKING, working_hmac },
        { KEY_NUMBER_CHECK, "M7HC", WORKING, working_hmac },
        { KEY_REQUEST, "M7HC", WORKING, working_hmac },
        { KEY_MESSAGE_SEAL, "D0AB", WORKING, working_aes },
        { KEY_SIGN, "S0ES", SEED, seed_check },
    };
    struct keyring *keyring = keyring_plain();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key_record record = test_house_record(5, cases[i].use, 42);
        struct block block = block_of(keyring, &record, cases[i].key);
        assert_int_equal(record.check_value_len, 3);
        assert_memory_equal(record.check_value, cases[i].check_value, 3);
        assert_memory_equal(block.at, "D", 1);
        assert_memory_equal(block.at + 5, cases[i].header, 4);
        assert_memory_equal(block.at + 9, "42N", 3);
    }
    keyring_free(keyring);
}

static void test_generate(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain(), *other = keyring_of(0x4E, false);
    for (int i = 0; i < KEY_PAYMENT; i++) {
        struct block block, again;
        struct key_record record = test_house_record(100 + i, (enum key_use)i, 42), second = record;
        assert_int_equal(keyring_generate(keyring, &record, 0, block.at, &block.len), OK);
        assert_true(block.len > 16 && block.len <= KEY_BLOCK_LEN_MAX);
        assert_int_equal(keyring_generate(keyring, &second, 0, again.at, &again.len), OK);
        assert_memory_not_equal(record.check_value, second.check_value, 3);

        assert_false(keyring_has(keyring, record.id));
        assert_int_equal(keyring_load(keyring, &record, block_text(&block)), OK);
        assert_true(keyring_has(keyring, record.id));
        assert_int_equal(keyring_load(other, &record, block_text(&block)), DATA_DAMAGED);
        assert_false(keyring_has(other, record.id));
    }
    keyring_free(keyring);
    keyring_free(other);
}

#define CHANGER(name, statement)                                                                                       \
    static void change_##name(struct key_record *record)                                                               \
    {                                                                                                                  \
        (void)record;                                                                                                  \
        statement;                                                                                                     \
    }
CHANGER(nothing, )
CHANGER(id, record->id++)
CHANGER(organization, record->organization_id++)
CHANGER(use, record->use = KEY_NUMBER_SEAL)
CHANGER(name, record->name = TEXT("cvl"))
CHANGER(version, record->version++)
CHANGER(version_0, record->version = 0)
CHANGER(version_100, record->version = 100)
CHANGER(test, record->test = !record->test)
CHANGER(usage, record->header.usage[0] = 'P')
CHANGER(mode, record->header.mode = 'G')
CHANGER(exportability, record->header.exportability = 'E')
CHANGER(check_value, record->check_value[0] ^= 1)
#undef CHANGER

// A block opens in its own place alone: every part of the record that it was made for counts.
static void test_load_refuses_another_place(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        void (*change)(struct key_record *record);
        status expected;
    } cases[] = {
#define CHANGE(name, statement) { name, change_##statement, DATA_DAMAGED }
        { "nothing", change_nothing, OK },
        CHANGE("id", id),
        CHANGE("organisation", organization),
        CHANGE("use", use),
        CHANGE("name", name),
        CHANGE("version", version),
        CHANGE("version 0", version_0),
        CHANGE("version 100", version_100),
        CHANGE("test mark", test),
        CHANGE("usage", usage),
        CHANGE("mode", mode),
        CHANGE("exportability", exportability),
        CHANGE("check value", check_value),
#undef CHANGE
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct keyring *keyring = keyring_of(master_byte, true);
        struct key_record record = payment_record(5, "cvk", 7, "C0TCN");
        struct block block = block_of(keyring, &record, "1f8075ea1357c4f83e32b01a6dc82a4f");
        cases[i].change(&record);
        assert_int_equal(keyring_load(keyring, &record, block_text(&block)), cases[i].expected);
        assert_int_equal(keyring_has(keyring, record.id), cases[i].expected == OK);
        keyring_free(keyring);
    }
}

static void test_load_refuses_flipped_bits(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    struct key_record record = test_house_record(5, KEY_REQUEST, 1);
    struct block block = block_of(keyring, &record, WORKING);
    for (size_t i = 0; i < block.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            block.at[i] = (char)(block.at[i] ^ (1 << bit));
            assert_int_equal(keyring_load(keyring, &record, block_text(&block)), DATA_DAMAGED);
            block.at[i] = (char)(block.at[i] ^ (1 << bit));
        }
    }
    assert_int_equal(keyring_load(keyring, &record, block_text(&block)), OK);
    keyring_free(keyring);
}

static void test_load_twice(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 5, KEY_REQUEST, 1);
    load(keyring, 5, KEY_REQUEST, 1); // another wrapping of the same key
    struct key_record record = test_house_record(5, KEY_REQUEST, 1);
    struct block block;
    assert_int_equal(keyring_generate(keyring, &record, 0, block.at, &block.len), OK);
    assert_int_equal(keyring_load(keyring, &record, block_text(&block)), OK); // another key: the loaded one stays
    uint8_t code[SHA256_LEN];
    assert_int_equal(keyring_authenticate(keyring, 5, KEY_TO_GENERATE, code, NULL, 0), OK);
    assert_memory_equal(code, working_hmac, 3);
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
    int64_t ids[KEY_VERSION_MAX];
    assert_int_equal(keyring_all_of(keyring, KEY_REQUEST, ids), 6);
    assert_true(ids[0] == 31 && ids[1] == 30 && ids[2] == -2 && ids[3] == 60 && ids[4] == 40 && ids[5] == 41);
    keyring_free(keyring);
}

// From one instant on, with nothing done to the ring: a successor takes over and its predecessor only reads.
static void test_states(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    uint8_t old[3 + AEAD_OVERHEAD_LEN], sealed[3 + AEAD_OVERHEAD_LEN], opened[3], code[SHA256_LEN];
    load_at(keyring, 1, KEY_NUMBER_SEAL, 1, (struct key_times){ 1, 5000, 0 });
    load_at(keyring, 2, KEY_NUMBER_SEAL, 2, (struct key_times){ 5000, 0, 0 });
    load_at(keyring, 3, KEY_NUMBER_LOOKUP, 1, (struct key_times){ 1, 5000, 0 });
    clock_ms = 4999;
    assert_int_equal(keyring_current(keyring, KEY_NUMBER_SEAL, NULL), 1);
    assert_int_equal(keyring_seal(keyring, 1, old, "abc", 3, "x", 1), OK);
    assert_int_equal(keyring_seal(keyring, 2, sealed, "abc", 3, "x", 1), KEY_RETIRED); // not yet active
    clock_ms = 5000;
    assert_int_equal(keyring_current(keyring, KEY_NUMBER_SEAL, NULL), 2);
    assert_int_equal(keyring_seal(keyring, 2, sealed, "abc", 3, "x", 1), OK);
    assert_int_equal(keyring_seal(keyring, 1, sealed, "abc", 3, "x", 1), OK); // somebody took it a moment ago
    clock_ms += KEY_GRACE_MS;
    assert_int_equal(keyring_seal(keyring, 1, sealed, "abc", 3, "x", 1), KEY_RETIRED);
    assert_int_equal(keyring_open(keyring, 1, opened, old, sizeof old, "x", 1), OK);
    assert_int_equal(keyring_current(keyring, KEY_NUMBER_LOOKUP, NULL), 0);
    assert_int_equal(keyring_authenticate(keyring, 3, KEY_TO_GENERATE, code, NULL, 0), KEY_RETIRED);
    assert_int_equal(keyring_authenticate(keyring, 3, KEY_TO_VERIFY, code, NULL, 0), OK);

    struct key_record record = test_house_record(1, KEY_NUMBER_SEAL, 1);
    record.times = (struct key_times){ 1, 5000, 5000 };
    assert_int_equal(keyring_load(keyring, &record, TEXT("")), OK);
    assert_int_equal(keyring_open(keyring, 1, opened, old, sizeof old, "x", 1), KEY_UNAVAILABLE);
    int64_t ids[KEY_VERSION_MAX];
    assert_int_equal(keyring_all_of(keyring, KEY_NUMBER_SEAL, ids), 1);
    assert_int_equal(ids[0], 2);
    record.times.destroyed_ms = clock_ms + 60000; // by a process whose clock is ahead
    record.id = 2, record.version = 2;
    assert_int_equal(keyring_load(keyring, &record, TEXT("")), OK);
    assert_int_equal(keyring_open(keyring, 2, opened, sealed, sizeof sealed, "x", 1), KEY_UNAVAILABLE);
    record.id = 9; // destroyed before it ever was loaded
    assert_int_equal(keyring_load(keyring, &record, TEXT("")), OK);
    assert_false(keyring_has(keyring, 9));
    keyring_free(keyring);
}

static void test_lease(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    load(keyring, 1, KEY_REQUEST, 1);
    keyring_note_revision(keyring, 3, keyring_look_begins(keyring));
    clock_ms += 100000;
    assert_int_equal(keyring_current(keyring, KEY_REQUEST, NULL), 1);
    keyring_set_lease(keyring, 5000);
    assert_int_equal(keyring_current(keyring, KEY_REQUEST, NULL), 0);
    uint8_t code[SHA256_LEN];
    assert_int_equal(keyring_authenticate(keyring, 1, KEY_TO_GENERATE, code, NULL, 0), KEY_UNAVAILABLE);
    assert_int_equal(keyring_authenticate(keyring, 1, KEY_TO_VERIFY, code, NULL, 0), OK);
    int64_t begun_ms = keyring_look_begins(keyring);
    clock_ms += 6000; // an answer that took longer than the lease
    keyring_note_revision(keyring, 4, begun_ms);
    assert_int_equal(keyring_current(keyring, KEY_REQUEST, NULL), 0);
    keyring_note_revision(keyring, 4, keyring_look_begins(keyring));
    assert_int_equal(keyring_revision(keyring), 4);
    clock_ms += 5000;
    assert_int_equal(keyring_current(keyring, KEY_REQUEST, NULL), 1);
    clock_ms += 1;
    assert_int_equal(keyring_current(keyring, KEY_REQUEST, NULL), 0);
    keyring_free(keyring);
}

static void test_duties(void **state)
{
    (void)state;
    struct keyring *keyring = keyring_plain();
    for (int i = 0; i < KEY_PAYMENT; i++) {
        load(keyring, 100 + i, (enum key_use)i, 1);
    }
    load_payment(keyring, 100 + KEY_PAYMENT, "D0ABN", WORKING); // the usage of a seal key, but not of the house
    for (int i = -1; i < KEY_USE_COUNT; i++) {                  // -1: an id that is not there
        uint8_t sealed[3 + AEAD_OVERHEAD_LEN], opened[3], code[SHA256_LEN], signature[SIGNATURE_LEN],
            public_key[PUBLIC_KEY_LEN];
        struct permutation *permutation;
        struct secret lent;
        bool seals = i == KEY_NUMBER_SEAL || i == KEY_MESSAGE_SEAL;
        bool authenticates = i == KEY_NUMBER_LOOKUP || i == KEY_NUMBER_CHECK || i == KEY_REQUEST;
        memset(sealed, 0, sizeof sealed);
        assert_int_equal(keyring_seal(keyring, 100 + i, sealed, "abc", 3, "x", 1), seals ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_open(keyring, 100 + i, opened, sealed, sizeof sealed, "x", 1),
                         seals ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_authenticate(keyring, 100 + i, KEY_TO_GENERATE, code, NULL, 0),
                         authenticates ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_sign(keyring, 100 + i, signature, "abc", 3), i == KEY_SIGN ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_public_key(keyring, 100 + i, public_key), i == KEY_SIGN ? OK : KEY_UNAVAILABLE);
        assert_int_equal(keyring_lend(keyring, &lent, 100 + i, "D0", 'A', KEY_TO_ENCRYPT),
                         i == KEY_PAYMENT ? OK : KEY_UNAVAILABLE);
        secret_release(&lent);
        status taken = keyring_permutation_take(keyring, &permutation, 100 + i, 1000, 0);
        assert_int_equal(taken, i == KEY_NUMBERING ? OK : KEY_UNAVAILABLE);
        if (taken == OK) {
            keyring_permutation_give(keyring, permutation);
        }
    }
    keyring_free(keyring);
}

static void test_payment_keys(void **state)
{
    (void)state;
    static const struct {
        const char *header, *key;
        status expected;
    } cases[] = {
        { "C0TCN", "1f8075ea1357c4f83e32b01a6dc82a4f", OK },
        { "C0TCN", "1f8075ea1357c4f83e32b01a6dc82a4f0123456789abcde0", OK },
        { "P0ABN", "1f8075ea1357c4f83e32b01a6dc82a4f0123456789abcde0", OK },
        { "P0ABN", WORKING, OK },
        { "P0ABN", "1f8075ea1357c4f83e32b01a6dc82a", INVALID_INPUT },
        { "C0TCN", WORKING, INVALID_INPUT },
        { "C0TCN", "1f8075ea1357c4f8", INVALID_INPUT },
        { "M7HCN", WORKING, INVALID_INPUT },
        { "C0TCN", "1f8075ea1357c4f81f8075ea1357c4f8", KEY_WEAK },    // equal halves
        { "C0TCN", "0123456789abcdeffedcba9876543210", KEY_IS_TEST }, // published
    };
    struct keyring *keyring = keyring_plain(), *testing = keyring_of(master_byte, true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct block block;
        struct secret key = hex_secret(cases[i].key);
        struct key_record record = payment_record(5, "cvk", 1, cases[i].header);
        assert_int_equal(keyring_wrap(keyring, &record, &key, block.at, &block.len), cases[i].expected);
        if (cases[i].expected == KEY_IS_TEST) {
            record.test = false;
            assert_int_equal(keyring_wrap(testing, &record, &key, block.at, &block.len), OK);
            assert_true(record.test);
            assert_int_equal(keyring_load(keyring, &record, block_text(&block)), KEY_IS_TEST);
            assert_int_equal(keyring_load(testing, &record, block_text(&block)), OK);
        }
        secret_release(&key);
    }
    struct key_record marked = payment_record(6, "cvk", 2, "C0TCN");
    struct block block;
    marked.test = true;
    assert_int_equal(keyring_generate(keyring, &marked, 16, block.at, &block.len), KEY_IS_TEST);
    assert_int_equal(keyring_generate(testing, &marked, 16, block.at, &block.len), OK);
    keyring_free(keyring);
    keyring_free(testing);
}

static void test_exchange(void **state)
{
    (void)state;
    static const struct {
        const char *carrier, *carrier_key, *header, *key;
        status expected;
        char format;
    } cases[] = {
        { "K1ABN", WORKING, "P0TBE", "1f8075ea1357c4f83e32b01a6dc82a4f", OK, 'D' },
        { "K1ABN", WORKING, "P0ABS", WORKING, OK, 'D' },
        { "K1TBN", "9c7a51e8d0b60e34b5da2f68cd01f791", "C0TCE", "1f8075ea1357c4f83e32b01a6dc82a4f", OK, 'B' },
        { "K1ABN", WORKING, "P0TBN", "1f8075ea1357c4f83e32b01a6dc82a4f", KEY_NOT_EXPORTABLE, 0 },
        { "P0ABN", WORKING, "P0TBE", "1f8075ea1357c4f83e32b01a6dc82a4f", KEY_WRONG_USE, 0 },
        { "K1ADN", WORKING, "P0TBE", "1f8075ea1357c4f83e32b01a6dc82a4f", KEY_WRONG_USE, 0 }, // it only unwraps
        { "K1ABN", "1f8075ea1357c4f83e32b01a6dc82a4f", "P0ABE", WORKING, KEY_CARRIER_WEAK, 0 },
        { "K1TBN", "9c7a51e8d0b60e34b5da2f68cd01f791", "P0ABE", "1f8075ea1357c4f83e32b01a6dc82a4f", KEY_CARRIER_WEAK,
          0 },
        { "K1TBN", "9c7a51e8d0b60e34b5da2f68cd01f791", "C0TCE", "1f8075ea1357c4f83e32b01a6dc82a4f0123456789abcde0",
          KEY_CARRIER_WEAK, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char block[KEY_BLOCK_ANY_LEN_MAX];
        size_t len = 0;
        struct keyring *keyring = keyring_plain();
        load_payment(keyring, 1, cases[i].carrier, cases[i].carrier_key);
        load_payment(keyring, 2, cases[i].header, cases[i].key);
        assert_int_equal(keyring_export(keyring, 2, 1, block, &len), cases[i].expected);
        if (cases[i].expected == OK) {
            struct key_record record = payment_record(3, "brought", 1, "C0TCN");
            struct secret brought, expected = hex_secret(cases[i].key);
            assert_int_equal(block[0], cases[i].format);
            assert_int_equal(keyring_import(keyring, 1, text_bytes(block, len), &record, &brought), OK);
            tdes_set_odd_parity(expected.at, record.header.algorithm == 'T' ? expected.len : 0);
            assert_int_equal(brought.len, expected.len);
            assert_memory_equal(brought.at, expected.at, expected.len);
            assert_memory_equal(record.header.usage, cases[i].header, 2);
            assert_false(record.test);
            secret_release(&brought);
            secret_release(&expected);
            block[len - 1] = block[len - 1] == '0' ? '1' : '0';
            assert_int_equal(keyring_import(keyring, 1, text_bytes(block, len), &record, &brought), KEY_BLOCK_INVALID);
        }
        keyring_free(keyring);
    }
}

// A test key says so wherever it goes.
static void test_test_keys_are_marked_on_their_way(void **state)
{
    (void)state;
    static char block[KEY_BLOCK_ANY_LEN_MAX];
    size_t len = 0;
    clock_ms = 1000;
    struct keyring *testing = keyring_of(master_byte, true), *production = keyring_plain();
    load_payment(testing, 1, "K1ABN", WORKING);
    load_payment(production, 1, "K1ABN", WORKING);
    load_payment(testing, 2, "C0TCE", "0123456789abcdeffedcba9876543210");
    struct key_record record = payment_record(3, "brought", 1, "C0TCN");
    struct secret brought;
    struct block kept;
    assert_int_equal(keyring_export(testing, 2, 1, block, &len), OK);
    assert_int_equal(keyring_import(production, 1, text_bytes(block, len), &record, &brought), OK);
    assert_true(record.test);
    assert_int_equal(keyring_wrap(production, &record, &brought, kept.at, &kept.len), KEY_IS_TEST);
    secret_release(&brought);
    keyring_free(testing);
    keyring_free(production);
}

static void test_rewrap_and_adopt(void **state)
{
    (void)state;
    uint8_t other[MASTER_KEY_LEN] = { 9 };
    struct keyring *keyring = keyring_plain(), *next = test_keyring_with(other, false, &runtime);
    struct master_key *next_master;
    struct secret next_secret, master = { 0 }, key = hex_secret(WORKING);
    assert_int_equal(secret_init_copy(&next_secret, other, sizeof other), OK);
    assert_int_equal(master_key_in_memory(&next_master, &next_secret), OK);
    struct key_record record = test_house_record(5, KEY_REQUEST, 1);
    struct block block = block_of(keyring, &record, WORKING), moved, old, adopted;
    assert_int_equal(keyring_rewrap(keyring, next_master, &record, block_text(&block), moved.at, &moved.len), OK);
    assert_int_equal(keyring_load(next, &record, block_text(&moved)), OK);
    assert_int_equal(keyring_load(keyring, &record, block_text(&moved)), DATA_DAMAGED);

    // As version 0.1 wrote it: directly under the master key.
    const struct key_block_header header = { { 'M', '7' }, 'H', 'C', { '0', '1' }, 'N' };
    assert_int_equal(secret_init(&master, MASTER_KEY_LEN), OK);
    memset(master.at, master_byte, master.len);
    assert_int_equal(key_block_wrap(old.at, &old.len, &runtime_real, &master, &header, &key, 0), OK);
    assert_int_equal(keyring_load(keyring, &record, block_text(&old)), DATA_DAMAGED);
    assert_int_equal(keyring_adopt(keyring, &record, block_text(&old), adopted.at, &adopted.len), OK);
    assert_int_equal(keyring_load(keyring, &record, block_text(&adopted)), OK);
    assert_int_equal(keyring_adopt(next, &record, block_text(&old), adopted.at, &adopted.len), DATA_DAMAGED);
    secret_release(&master);
    secret_release(&key);
    master_key_free(next_master);
    keyring_free(keyring);
    keyring_free(next);
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
    struct secret key = hex_secret(WORKING);
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
        bytes_from_hex(expected, SHA256_LEN, TEXT("1e0c5acb044f31f41f03e4640bf634fa9b183ed545e76589ef180e6a415c3b03")));
    for (int i = 0; i < 2; i++) { // with a new context, and with that one again
        const struct bytes_view pieces[] = { { "a", 1 }, { "bc", 2 } };
        assert_int_equal(keyring_authenticate(keyring, 1, KEY_TO_GENERATE, code, pieces, 2), OK);
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
    bool right = permutation_map(permutation, drawn, i, 4) == OK && drawn[3] == i + 3 + i % 5 + 0xf0;
    keyring_permutation_give(keyring, permutation);
    right = right && keyring_authenticate(keyring, 2, KEY_TO_GENERATE, code, NULL, 0) == OK &&
            memcmp(code, working_hmac, 3) == 0;
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
    static uint8_t check_values[KEY_COUNT][3];
    struct keyring *keyring = keyring_plain();
    for (int i = 0; i < KEY_COUNT; i++) {
        struct block block;
        struct key_record record = test_house_record(i + 1, KEY_REQUEST, 1);
        assert_int_equal(keyring_generate(keyring, &record, 0, block.at, &block.len), OK);
        assert_int_equal(keyring_load(keyring, &record, block_text(&block)), OK);
        memcpy(check_values[i], record.check_value, 3);
    }
    for (int i = 0; i < KEY_COUNT; i++) {
        uint8_t code[SHA256_LEN];
        assert_int_equal(keyring_authenticate(keyring, i + 1, KEY_TO_VERIFY, code, NULL, 0), OK);
        assert_memory_equal(code, check_values[i], 3);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_values),
        cmocka_unit_test(test_generate),
        cmocka_unit_test(test_load_refuses_another_place),
        cmocka_unit_test(test_load_refuses_flipped_bits),
        cmocka_unit_test(test_load_twice),
        cmocka_unit_test(test_current),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_lease),
        cmocka_unit_test(test_payment_keys),
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_test_keys_are_marked_on_their_way),
        cmocka_unit_test(test_rewrap_and_adopt),
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
