// dukpt.csv: keys of terminals and of their transactions, and what is enciphered or authenticated under them.
#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/dukpt_aes.h"
#include "crypto/dukpt_tdes.h"
#include "crypto/selftest/topics.h"
#include "crypto/tdes.h"

enum { MAC_LEN_MIN = 4 };

// "NAME" or "NAME(remark)": the remark is left out.
static bool item_is(text item, const char *name)
{
    int64_t end = text_find(item, '(');
    return text_equal(end < 0 ? item : text_slice(item, 0, (size_t)end), text_of(name));
}

/* triple DES */

static bool tdes_pin_block(const struct vector_row *row, const struct secret *key)
{
    uint8_t block[TDES_BLOCK_LEN];
    size_t len;
    struct tdes *tdes = NULL;
    bool passed = vector_bytes(row, "input_hex", block, sizeof block, &len) && len == sizeof block &&
                  tdes_new(&tdes, key) == OK && tdes_encrypt(tdes, block, block, sizeof block) == OK &&
                  vector_is_hex(row, "expected_hex", block, sizeof block);
    tdes_free(tdes);
    return passed;
}

// As long as the row says.
static bool tdes_mac(const struct vector_row *row, const struct secret *key)
{
    uint8_t message[VECTOR_FIELD_BYTES_MAX], mac[TDES_BLOCK_LEN];
    struct bytes_view piece = { .at = message };
    size_t len = vector_text(row, "expected_hex").len / 2;
    struct tdes *tdes = NULL;
    bool passed = vector_bytes(row, "input_hex", message, sizeof message, &piece.len) && len >= MAC_LEN_MIN &&
                  len <= sizeof mac && tdes_new(&tdes, key) == OK &&
                  tdes_retail_mac(tdes, mac, &piece, 1, MAC_PADDING_1) == OK &&
                  vector_is_hex(row, "expected_hex", mac, len);
    tdes_free(tdes);
    return passed;
}

static bool key_itself(const struct vector_row *row, const struct secret *key)
{
    return vector_is_hex(row, "expected_hex", key->at, key->len);
}

static const struct {
    const char *name;
    enum dukpt_tdes_usage usage;
    bool (*is_right)(const struct vector_row *row, const struct secret *key);
} tdes_items[] = {
    { "PINBLOCK-ISO0", DUKPT_TDES_PIN, tdes_pin_block },
    { "MAC-REQ", DUKPT_TDES_MAC_REQUEST, tdes_mac },
    { "MAC-RSP", DUKPT_TDES_MAC_RESPONSE, tdes_mac },
    { "WORKKEY-PIN", DUKPT_TDES_PIN, key_itself },
    { "WORKKEY-MAC-REQ", DUKPT_TDES_MAC_REQUEST, key_itself },
    { "WORKKEY-MAC-RSP", DUKPT_TDES_MAC_RESPONSE, key_itself },
    { "WORKKEY-DATA-REQ", DUKPT_TDES_DATA_REQUEST, key_itself },
    { "WORKKEY-DATA-RSP", DUKPT_TDES_DATA_RESPONSE, key_itself },
};

static bool tdes_item_is_right(const struct vector_row *row, const struct secret *transaction_key)
{
    text item = vector_text(row, "item");
    if (item_is(item, "TXNKEY")) {
        return key_itself(row, transaction_key);
    }
    for (size_t i = 0; i < sizeof tdes_items / sizeof tdes_items[0]; i++) {
        if (item_is(item, tdes_items[i].name)) {
            struct secret key;
            bool passed = dukpt_tdes_working_key(&key, transaction_key, tdes_items[i].usage) == OK &&
                          tdes_items[i].is_right(row, &key);
            secret_release(&key);
            return passed;
        }
    }
    return false;
}

static bool tdes_is_right(const struct vector_row *row, const struct secret *bdk)
{
    uint8_t ksn[DUKPT_TDES_KSN_LEN];
    size_t len;
    struct secret initial = { 0 }, key = { 0 };
    bool passed = vector_bytes(row, "ksn_or_ikid_hex", ksn, sizeof ksn, &len) && len == sizeof ksn &&
                  dukpt_tdes_initial_key(&initial, bdk, ksn) == OK;
    if (passed && item_is(vector_text(row, "item"), "IK")) {
        passed = key_itself(row, &initial);
    } else {
        passed = passed && dukpt_tdes_transaction_key(&key, &initial, ksn) == OK && tdes_item_is_right(row, &key);
    }
    secret_release(&key);
    secret_release(&initial);
    return passed;
}

/* AES */

// PIN field and PAN field, with '|' between them.
static bool aes_pin_block(const struct vector_row *row, const struct secret *key)
{
    text pan = vector_text(row, "input_hex"), pin;
    uint8_t block[AES_BLOCK_LEN], pan_field[AES_BLOCK_LEN];
    if (!text_split(&pan, '|', &pin) || !bytes_from_hex(block, sizeof block, pin) ||
        !bytes_from_hex(pan_field, sizeof pan_field, pan)) {
        return false;
    }
    struct aes *aes = NULL;
    bool passed = aes_new(&aes, key) == OK && aes_encrypt(aes, block, block, sizeof block) == OK;
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] ^= pan_field[i];
    }
    passed = passed && aes_encrypt(aes, block, block, sizeof block) == OK &&
             vector_is_hex(row, "expected_hex", block, sizeof block);
    aes_free(aes);
    return passed;
}

static const struct {
    const char *prefix;
    enum dukpt_aes_usage usage;
    bool (*is_right)(const struct vector_row *row, const struct secret *key);
} aes_items[] = {
    { "PINBLOCK-ISO4(", DUKPT_AES_PIN, aes_pin_block },
    { "WORKKEY-KEK-", DUKPT_AES_KEY_ENCRYPTION, key_itself },
    { "WORKKEY-PIN-", DUKPT_AES_PIN, key_itself },
    { "WORKKEY-MACGEN-", DUKPT_AES_MAC_GENERATION, key_itself },
    { "WORKKEY-MACVER-", DUKPT_AES_MAC_VERIFICATION, key_itself },
    { "WORKKEY-MACBOTH-", DUKPT_AES_MAC_BOTH, key_itself },
    { "WORKKEY-DATAENC-", DUKPT_AES_DATA_ENCRYPTION, key_itself },
    { "WORKKEY-DATADEC-", DUKPT_AES_DATA_DECRYPTION, key_itself },
    { "WORKKEY-DATABOTH-", DUKPT_AES_DATA_BOTH, key_itself },
};

static const struct {
    const char *name;
    enum dukpt_aes_kind kind;
} aes_kinds[] = {
    { "2TDEA", DUKPT_AES_KIND_TDES_2 },     { "3TDEA", DUKPT_AES_KIND_TDES_3 },
    { "AES128", DUKPT_AES_KIND_AES_128 },   { "AES192", DUKPT_AES_KIND_AES_192 },
    { "AES256", DUKPT_AES_KIND_AES_256 },   { "HMAC128", DUKPT_AES_KIND_HMAC_128 },
    { "HMAC192", DUKPT_AES_KIND_HMAC_192 }, { "HMAC256", DUKPT_AES_KIND_HMAC_256 },
};

// The kind of key that begins `name`; a remark may follow.
static bool kind_of(enum dukpt_aes_kind *out, text name)
{
    text kind;
    if (!text_split(&name, ' ', &kind)) {
        return false;
    }
    for (size_t i = 0; i < sizeof aes_kinds / sizeof aes_kinds[0]; i++) {
        if (text_equal(kind, text_of(aes_kinds[i].name))) {
            *out = aes_kinds[i].kind;
            return true;
        }
    }
    return false;
}

static bool aes_item_is_right(const struct vector_row *row, const struct secret *transaction_key,
                              const uint8_t ksn[DUKPT_AES_KSN_LEN])
{
    text item = vector_text(row, "item");
    if (item_is(item, "TXNKEY")) {
        return key_itself(row, transaction_key);
    }
    for (size_t i = 0; i < sizeof aes_items / sizeof aes_items[0]; i++) {
        text prefix = text_of(aes_items[i].prefix);
        if (text_starts_with(item, prefix)) {
            struct dukpt_aes_working working = { .usage = aes_items[i].usage };
            struct secret key = { 0 };
            bool passed = kind_of(&working.kind, text_slice(item, prefix.len, item.len)) &&
                          dukpt_aes_working_key(&key, transaction_key, ksn, &working) == OK &&
                          aes_items[i].is_right(row, &key);
            secret_release(&key);
            return passed;
        }
    }
    return false;
}

static bool aes_is_right(const struct vector_row *row, const struct secret *bdk)
{
    uint8_t ksn[DUKPT_AES_KSN_LEN];
    size_t len;
    struct secret initial = { 0 }, key = { 0 };
    bool passed = vector_bytes(row, "ksn_or_ikid_hex", ksn, sizeof ksn, &len) && len >= DUKPT_AES_ID_LEN &&
                  dukpt_aes_initial_key(&initial, bdk, ksn) == OK;
    if (passed && item_is(vector_text(row, "item"), "IK")) {
        passed = key_itself(row, &initial);
    } else {
        passed = passed && len == sizeof ksn && dukpt_aes_transaction_key(&key, &initial, ksn) == OK &&
                 aes_item_is_right(row, &key, ksn);
    }
    secret_release(&key);
    secret_release(&initial);
    return passed;
}

static const struct {
    const char *name;
    size_t key_len;
    bool (*is_right)(const struct vector_row *row, const struct secret *bdk);
} schemes[] = {
    { "TDES", 16, tdes_is_right },
    { "AES128", 16, aes_is_right },
    { "AES192", 24, aes_is_right },
    { "AES256", 32, aes_is_right },
};

static enum vector_result check(const struct vector_row *row)
{
    struct secret bdk;
    bool passed = false;
    if (vector_secret(row, "bdk_hex", &bdk)) {
        for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
            if (text_equal(vector_text(row, "scheme"), text_of(schemes[i].name))) {
                passed = bdk.len == schemes[i].key_len && schemes[i].is_right(row, &bdk);
                break;
            }
        }
    }
    secret_release(&bdk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = {
    "scheme", "item", "bdk_hex", "ksn_or_ikid_hex", "input_hex", "expected_hex", NULL
};
const struct vector_topic dukpt_topic = { "dukpt", columns, check };
