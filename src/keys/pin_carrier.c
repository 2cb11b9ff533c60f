#include "keys/pin_carrier.h"

#include <assert.h>
#include <string.h>

#include "crypto/dukpt_tdes.h"
#include "keys/key_demand.h"
#include "keys/pin_inside.h"

static const struct key_demand TO_READ = { "P0", 'T', 0, KEY_TO_DECRYPT, false };
static const struct key_demand TO_READ_AES = { "P0", 'A', 0, KEY_TO_DECRYPT, false };
static const struct key_demand TO_WRITE = { "P0", 'T', 0, KEY_TO_ENCRYPT, false };
static const struct key_demand TO_WRITE_AES = { "P0", 'A', 0, KEY_TO_ENCRYPT, false };
static const struct key_demand TO_READ_TERMINAL = { "B0", 'T', DUKPT_TDES_KEY_LEN, KEY_TO_DECRYPT, true };
static const struct key_demand TO_READ_TERMINAL_AES = { "B0", 'A', 0, KEY_TO_DECRYPT, true };

/* Keys of blocks */

static status block_key_init(struct pin_block_key *out, enum pin_block_format format, const struct secret *key)
{
    *out = (struct pin_block_key){ .format = format };
    return format == PIN_BLOCK_ISO_4 ? aes_new(&out->aes, key) : tdes_new(&out->tdes, key);
}

static void block_key_release(struct pin_block_key *key)
{
    tdes_free(key->tdes);
    aes_free(key->aes);
    *key = (struct pin_block_key){ 0 };
}

static status terminal_key_tdes(struct secret *out, const struct secret *bdk, const uint8_t *ksn)
{
    struct secret initial, transaction = { 0 };
    *out = (struct secret){ 0 };
    status result = dukpt_tdes_initial_key(&initial, bdk, ksn);
    if (result == OK) {
        result = dukpt_tdes_transaction_key(&transaction, &initial, ksn);
    }
    if (result == OK) {
        result = dukpt_tdes_working_key(out, &transaction, DUKPT_TDES_PIN);
    }
    secret_release(&transaction);
    secret_release(&initial);
    return result;
}

static status terminal_key_aes(struct secret *out, const struct secret *bdk, const uint8_t *ksn,
                               enum dukpt_aes_kind kind)
{
    const struct dukpt_aes_working working = { DUKPT_AES_PIN, kind };
    struct secret initial, transaction = { 0 };
    *out = (struct secret){ 0 };
    status result = dukpt_aes_initial_key(&initial, bdk, ksn);
    if (result == OK) {
        result = dukpt_aes_transaction_key(&transaction, &initial, ksn);
    }
    if (result == OK) {
        result = dukpt_aes_working_key(out, &transaction, ksn, &working);
    }
    secret_release(&transaction);
    secret_release(&initial);
    return result;
}

static bool kind_suits(enum pin_block_format format, enum dukpt_aes_kind kind)
{
    bool tdes = kind == DUKPT_AES_KIND_TDES_2 || kind == DUKPT_AES_KIND_TDES_3;
    bool aes = kind == DUKPT_AES_KIND_AES_128 || kind == DUKPT_AES_KIND_AES_192 || kind == DUKPT_AES_KIND_AES_256;
    return format == PIN_BLOCK_ISO_4 ? aes : tdes;
}

static status terminal_key(struct keyring *keyring, struct secret *out, const struct pin_source *source)
{
    bool tdes = source->ksn.len == DUKPT_TDES_KSN_LEN && source->format != PIN_BLOCK_ISO_4;
    bool aes = source->ksn.len == DUKPT_AES_KSN_LEN && kind_suits(source->format, source->kind);
    struct secret bdk;
    *out = (struct secret){ 0 };
    if (!tdes && !aes) {
        return INVALID_INPUT;
    }
    TRY(key_demand_secret(keyring, &bdk, source->key_id, tdes ? &TO_READ_TERMINAL : &TO_READ_TERMINAL_AES));
    status result =
        tdes ? terminal_key_tdes(out, &bdk, source->ksn.at) : terminal_key_aes(out, &bdk, source->ksn.at, source->kind);
    secret_release(&bdk);
    return result;
}

static status source_key(struct keyring *keyring, struct pin_block_key *out, const struct pin_source *source)
{
    struct secret key;
    *out = (struct pin_block_key){ 0 };
    if (source->ksn.len > 0) {
        TRY(terminal_key(keyring, &key, source));
    } else {
        const struct key_demand *demand = source->format == PIN_BLOCK_ISO_4 ? &TO_READ_AES : &TO_READ;
        TRY(key_demand_secret(keyring, &key, source->key_id, demand));
    }
    status result = block_key_init(out, source->format, &key);
    secret_release(&key);
    return result;
}

static status target_key(struct keyring *keyring, struct pin_block_key *out, const struct pin_target *target)
{
    const struct key_demand *demand = target->format == PIN_BLOCK_ISO_4 ? &TO_WRITE_AES : &TO_WRITE;
    struct secret key;
    *out = (struct pin_block_key){ 0 };
    TRY(key_demand_secret(keyring, &key, target->key_id, demand));
    status result = block_key_init(out, target->format, &key);
    secret_release(&key);
    return result;
}

/* A PIN in clear */

void pin_clear_release(struct pin_clear *pin)
{
    secret_release(&pin->digits);
    pin->len = 0;
}

text pin_clear_text(const struct pin_clear *pin)
{
    return text_bytes(pin->digits.at, pin->len);
}

status pin_open(struct keyring *keyring, struct pin_clear *pin, text pan, const struct pin_source *source,
                size_t len_if_invalid)
{
    assert(len_if_invalid >= PIN_LEN_MIN && len_if_invalid <= PIN_LEN_MAX);
    struct pin_block_key key;
    *pin = (struct pin_clear){ 0 };
    TRY(source_key(keyring, &key, source));
    status result = secret_init(&pin->digits, PIN_LEN_MAX);
    if (result == OK) {
        result = pin_block_decrypt(&pin->digits, &pin->len, &key, pan, source->block);
    }
    if (result == PIN_BLOCK_INVALID) {
        pin->len = len_if_invalid;
        memset(pin->digits.at, '0', pin->len);
    }
    block_key_release(&key);
    return result;
}

status pin_seal(struct keyring *keyring, struct pin_block *out, text pan, const struct pin_target *target, text pin)
{
    const struct pin_block_input input = { pan, pin };
    struct pin_block_key key;
    *out = (struct pin_block){ .len = 0 };
    if (target->format == PIN_BLOCK_ISO_1 || target->format == PIN_BLOCK_ISO_2) {
        return INVALID_INPUT;
    }
    TRY(target_key(keyring, &key, target));
    status result = pin_block_encrypt(keyring_runtime(keyring), out->at, &key, &input);
    out->len = result == OK ? pin_block_len(target->format) : 0;
    block_key_release(&key);
    return result;
}

/* Translation */

status pin_translate(struct keyring *keyring, struct pin_block *out, const struct pin_translation *translation)
{
    const struct pin_source *from = &translation->from;
    const struct pin_target *to = &translation->to;
    struct pin_block_key from_key, to_key = { 0 };
    *out = (struct pin_block){ .len = 0 };
    if (!pin_block_may_translate(from->format, to->format, translation->to_chip)) {
        return PIN_TRANSLATION_REFUSED;
    }
    TRY(source_key(keyring, &from_key, from));
    status result = target_key(keyring, &to_key, to);
    if (result == OK) {
        const struct pin_block_translation blocks = { &from_key, &to_key, translation->pan, translation->to_chip };
        result = pin_block_translate(keyring_runtime(keyring), out->at, &blocks, from->block);
        out->len = result == OK ? pin_block_len(to->format) : 0;
    }
    block_key_release(&to_key);
    block_key_release(&from_key);
    return result;
}
