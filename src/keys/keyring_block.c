#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/published_key.h"
#include "crypto/tdes.h"
#include "keys/keyring_ring.h"

/* Keys come into being, come in and go out as key blocks. */

enum { CONTEXT_LEN_MAX = 8 + 8 + 1 + 1 + 16 + 1 + KEY_NAME_LEN_MAX, HOUSE_KEY_LEN = 32, HOUSE_CHECK_LEN = 3 };

_Static_assert(HOUSE_KEY_LEN == (int)PERMUTATION_KEY_LEN && HOUSE_KEY_LEN == (int)AEAD_KEY_LEN, "one length");
_Static_assert(HOUSE_KEY_LEN <= (int)KEY_LEN_MAX, "a slot of the ring holds it");

// The mark of a test key in a block that goes out: a block id of digits is proprietary (X9.143-2021, 6.3.6).
static const struct key_block_option TEST_MARK = { { '1', '0' }, { "CARDWRIGHT-TEST-KEY", 19 } };

// The key that protects one row's block; bound to the place, so that the block opens nowhere else.
static status place_key(struct secret *out, struct master_key *master, const struct key_record *record)
{
    uint8_t context[CONTEXT_LEN_MAX], *at = context;
    const char *use = key_use_names[record->use];
    size_t use_len = strlen(use);
    assert(record->version >= 1 && record->version <= KEY_VERSION_MAX && record->name.len <= KEY_NAME_LEN_MAX);
    bytes_put_be64(at, (uint64_t)record->id);
    bytes_put_be64(at + 8, (uint64_t)record->organization_id);
    at[16] = (uint8_t)record->version;
    at[17] = record->test;
    memcpy(at + 18, use, use_len + 1); // with its '\0'
    at += 18 + use_len + 1;
    memcpy(at, record->name.at, record->name.len);
    at += record->name.len;
    return master_key_derive(master, out, TEXT("cardwright key block"), context, (size_t)(at - context));
}

static void set_version(struct key_block_header *header, int version)
{
    header->version[0] = (char)('0' + version / 10);
    header->version[1] = (char)('0' + version % 10);
}

/* Check values. */

static status empty_message_code(uint8_t out[SHA256_LEN], const struct secret *secret)
{
    struct hmac *hmac;
    TRY(hmac_new(&hmac, secret));
    status result = hmac_compute(hmac, out, NULL, 0);
    hmac_free(hmac);
    return result;
}

static status public_key_from_seed(uint8_t out[PUBLIC_KEY_LEN], const struct secret *seed)
{
    void *context;
    TRY(key_context_new(&context, DUTY_SIGN, seed));
    status result = key_public_of(context, out);
    key_context_free(DUTY_SIGN, context);
    return result;
}

// The first bytes of the AES-CMAC of a zero block (AES), of HMAC-SHA-256 over nothing (HMAC) or of the public key.
static status house_check_value(struct key_record *record, const struct secret *secret)
{
    static const uint8_t zero_block[CMAC_LEN];
    uint8_t whole[32]; // a CMAC (16 bytes), an HMAC or a public key
    switch (key_duty_of(record->use)) {
    case DUTY_AUTHENTICATE:
        TRY(empty_message_code(whole, secret));
        break;
    case DUTY_SIGN:
        TRY(public_key_from_seed(whole, secret));
        break;
    default:
        TRY(cmac_aes(whole, secret, zero_block, sizeof zero_block));
        break;
    }
    record->check_value_len = HOUSE_CHECK_LEN;
    memcpy(record->check_value, whole, HOUSE_CHECK_LEN);
    secret_wipe(whole, sizeof whole);
    return OK;
}

static status check_value(struct key_record *record, const struct secret *secret)
{
    if (key_use_is_house(record->use)) {
        return house_check_value(record, secret);
    }
    record->check_method = record->header.algorithm == 'T' ? KCV_TDES_ECB : KCV_AES_CMAC;
    record->check_value_len = (int)kcv_len(record->check_method);
    return kcv_compute(record->check_value, record->check_method, secret);
}

/* Making. */

static bool length_suits(const struct key_record *record, size_t len)
{
    if (key_use_is_house(record->use)) {
        return len == HOUSE_KEY_LEN;
    }
    switch (record->header.algorithm) {
    case 'T':
        return len == 16 || len == 24;
    case 'A':
        return len == 16 || len == 24 || len == 32;
    default:
        return false;
    }
}

static bool is_triple_des(const struct key_record *record)
{
    return record->use == KEY_PAYMENT && record->header.algorithm == 'T';
}

static status wrap_under(struct keyring *keyring, struct master_key *master, const struct key_record *record,
                         const struct secret *key, char *block, size_t *block_len)
{
    struct secret kbpk;
    struct key_block_header header = record->header;
    set_version(&header, record->version);
    TRY(place_key(&kbpk, master, record));
    status result = key_block_wrap(block, block_len, keyring->runtime, &kbpk, &header, key, 0);
    secret_release(&kbpk);
    return result;
}

static status wrap_here(struct keyring *keyring, struct key_record *record, const struct secret *key, char *block,
                        size_t *block_len)
{
    if (key_use_is_house(record->use)) {
        key_house_header(&record->header, record->use);
    }
    TRY(check_value(record, key));
    return wrap_under(keyring, keyring->master, record, key, block, block_len);
}

status keyring_generate(struct keyring *keyring, struct key_record *record, size_t len, char *block, size_t *block_len)
{
    struct secret key;
    size_t key_len = len == 0 ? HOUSE_KEY_LEN : len;
    if (!length_suits(record, key_len)) {
        return INVALID_INPUT;
    }
    if (record->test && !keyring->allow_test) {
        return KEY_IS_TEST;
    }
    TRY(secret_init(&key, key_len));
    do {
        runtime_random(keyring->runtime, key.at, key.len);
        if (is_triple_des(record)) {
            tdes_set_odd_parity(key.at, key.len);
        }
    } while (is_triple_des(record) && tdes_key_judge(&key) != OK);
    status result = wrap_here(keyring, record, &key, block, block_len);
    secret_release(&key);
    return result;
}

static status wrap_brought(struct keyring *keyring, struct key_record *record, struct secret *key, char *block,
                           size_t *block_len)
{
    if (is_triple_des(record)) {
        tdes_set_odd_parity(key->at, key->len);
        TRY(tdes_key_judge(key));
    }
    record->test = record->test || key_is_published(key);
    if (record->test && !keyring->allow_test) {
        return KEY_IS_TEST;
    }
    return wrap_here(keyring, record, key, block, block_len);
}

status keyring_wrap(struct keyring *keyring, struct key_record *record, const struct secret *key, char *block,
                    size_t *block_len)
{
    struct secret copy;
    if (!length_suits(record, key->len)) {
        return INVALID_INPUT;
    }
    TRY(secret_init_copy(&copy, key->at, key->len));
    status result = wrap_brought(keyring, record, &copy, block, block_len);
    secret_release(&copy);
    return result;
}

/* Opening. */

static bool header_matches(const struct key_block_header *found, const struct key_record *record)
{
    struct key_block_header wanted = record->header;
    if (key_use_is_house(record->use)) {
        key_house_header(&wanted, record->use);
    }
    set_version(&wanted, record->version);
    return memcmp(found->usage, wanted.usage, sizeof wanted.usage) == 0 && found->algorithm == wanted.algorithm &&
           found->mode == wanted.mode && memcmp(found->version, wanted.version, sizeof wanted.version) == 0 &&
           found->exportability == wanted.exportability;
}

static status open_under(const struct secret *kbpk, struct secret *secret, const struct key_record *record, text block)
{
    struct key_block_header header;
    struct key_record computed = *record;
    TRY(key_block_unwrap(&header, secret, kbpk, block));
    status result = DATA_DAMAGED;
    if (header_matches(&header, record) && length_suits(record, secret->len)) {
        result = check_value(&computed, secret);
    }
    bool same = result == OK && computed.check_value_len == record->check_value_len &&
                secret_equal(computed.check_value, record->check_value, (size_t)record->check_value_len);
    if (!same) {
        secret_release(secret);
        return result == OK ? DATA_DAMAGED : result;
    }
    return OK;
}

status keyring_block_open(struct keyring *keyring, struct secret *secret, const struct key_record *record, text block)
{
    struct secret kbpk;
    TRY(place_key(&kbpk, keyring->master, record));
    status result = open_under(&kbpk, secret, record, block);
    secret_release(&kbpk);
    return result;
}

status keyring_rewrap(struct keyring *keyring, struct master_key *next, const struct key_record *record, text block,
                      char *out, size_t *out_len)
{
    struct secret key;
    TRY(keyring_block_open(keyring, &key, record, block));
    status result = wrap_under(keyring, next, record, &key, out, out_len);
    secret_release(&key);
    return result;
}

status keyring_adopt(struct keyring *keyring, struct key_record *record, text block, char *out, size_t *out_len)
{
    const struct secret *master = master_key_held(keyring->master);
    struct secret key;
    if (master == NULL) {
        return KEY_UNAVAILABLE;
    }
    TRY(open_under(master, &key, record, block));
    status result = wrap_here(keyring, record, &key, out, out_len);
    secret_release(&key);
    return result;
}

/* Exchange. */

// X9.143-2021, 7.1: not under a weaker one.
static bool carries(char carrier_algorithm, size_t carrier_len, char algorithm, size_t len)
{
    return algorithm == carrier_algorithm ? carrier_len >= len : carrier_algorithm == 'A';
}

static status write_block(struct keyring *keyring, const struct secret *carrier, char carrier_algorithm,
                          const struct key_entry *key, const struct secret *secret, bool test, char *out,
                          size_t *out_len)
{
    if (!carries(carrier_algorithm, carrier->len, key->header.algorithm, secret->len)) {
        return KEY_CARRIER_WEAK;
    }
    struct key_block block = {
        .format = carrier_algorithm == 'A' ? 'D' : 'B',
        .header = key->header,
        .option_count = test,
        .options = { TEST_MARK },
        .key = *secret,
    };
    set_version(&block.header, key->version);
    return key_block_write(out, out_len, keyring->runtime, carrier, &block);
}

status keyring_export(struct keyring *keyring, int64_t key_id, int64_t transport_key_id,
                      char out[KEY_BLOCK_ANY_LEN_MAX], size_t *out_len)
{
    struct key_entry *key, *transport;
    struct secret carrier, secret = { 0 };
    TRY(keyring_find(keyring, &key, key_id, DUTY_PAYMENT, KEY_TO_ENCRYPT)); // only an active key goes out
    if (!key_block_exportable(&key->header)) {
        return KEY_NOT_EXPORTABLE;
    }
    TRY(keyring_find(keyring, &transport, transport_key_id, DUTY_PAYMENT, KEY_TO_ENCRYPT));
    TRY(keyring_lend(keyring, &carrier, transport_key_id, "K1", 0, KEY_TO_ENCRYPT));
    status result = key_entry_copy(key, &secret);
    if (result == OK) {
        // A test key's way out says so, and a test transport key makes everything it carries one.
        bool test = key->test || transport->test;
        result = write_block(keyring, &carrier, transport->header.algorithm, key, &secret, test, out, out_len);
    }
    secret_release(&secret);
    secret_release(&carrier);
    return result;
}

static bool has_test_mark(const struct key_block *block)
{
    for (int i = 0; i < block->option_count; i++) {
        if (memcmp(block->options[i].id, TEST_MARK.id, sizeof TEST_MARK.id) == 0 &&
            text_equal(block->options[i].data, TEST_MARK.data)) {
            return true;
        }
    }
    return false;
}

status keyring_import(struct keyring *keyring, int64_t transport_key_id, text block, struct key_record *record,
                      struct secret *key)
{
    struct key_entry *transport;
    struct secret carrier;
    struct key_block read;
    *key = (struct secret){ 0 };
    TRY(keyring_find(keyring, &transport, transport_key_id, DUTY_PAYMENT, KEY_TO_DECRYPT));
    TRY(keyring_lend(keyring, &carrier, transport_key_id, "K1", 0, KEY_TO_DECRYPT));
    status result = key_block_read(&read, &carrier, block);
    secret_release(&carrier);
    if (result != OK) {
        return result == DATA_DAMAGED ? KEY_BLOCK_INVALID : result;
    }
    record->header = read.header;
    record->test = record->test || transport->test || has_test_mark(&read);
    *key = read.key; // released by the caller
    return OK;
}
