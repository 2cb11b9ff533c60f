#include "crypto/emv_key.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/aes.h"
#include "crypto/decimal.h"
#include "crypto/primitive.h"
#include "crypto/tdes.h"

enum { SHA1_LEN = 20, PSN_LEN = 2, CARD_DIGITS = 2 * AES_BLOCK_LEN, TREE_HEIGHT_MAX = 16, TREE_BRANCH_MAX = 255 };

// PAN | PSN, with zeros before it.
struct card_digits {
    char at[CARD_DIGITS];
    size_t len; // of PAN | PSN
};

static bool card_digits_join(struct card_digits *digits, text pan, text psn)
{
    if (text_empty(psn)) {
        psn = TEXT("00");
    }
    if (!decimal_is(pan, NUMBER_PAYMENT_LEN_MIN, NUMBER_PAYMENT_LEN_MAX) || !decimal_is(psn, PSN_LEN, PSN_LEN)) {
        return false;
    }
    digits->len = pan.len + psn.len;
    memset(digits->at, '0', CARD_DIGITS);
    memcpy(digits->at + CARD_DIGITS - digits->len, pan.at, pan.len);
    memcpy(digits->at + CARD_DIGITS - psn.len, psn.at, psn.len);
    return true;
}

// The last `len` bytes of it, packed.
static void card_digits_pack(uint8_t *out, size_t len, const struct card_digits *digits)
{
    assert(len <= AES_BLOCK_LEN);
    bool packed = decimal_pack(out, len, (text){ digits->at + CARD_DIGITS - 2 * len, 2 * len }, 0);
    assert(packed);
}

// Both halves of a key: two blocks under another.
static status derive(struct secret *out, const struct secret *key, const uint8_t blocks[EMV_KEY_LEN])
{
    *out = (struct secret){ 0 };
    if (key->len != EMV_KEY_LEN) {
        return INVALID_INPUT;
    }
    struct tdes *tdes;
    TRY(tdes_new(&tdes, key));
    status result = secret_init(out, EMV_KEY_LEN);
    if (result == OK) {
        result = tdes_encrypt(tdes, out->at, blocks, EMV_KEY_LEN);
    }
    if (result == OK) {
        tdes_set_odd_parity(out->at, EMV_KEY_LEN);
    } else {
        secret_release(out);
    }
    tdes_free(tdes);
    return result;
}

// The first 16 digits of the SHA-1 of PAN | PSN, which is packed after a zero if it is of odd length.
static status hash_card(uint8_t y[TDES_BLOCK_LEN], const struct card_digits *digits)
{
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    uint8_t packed[AES_BLOCK_LEN], hash[SHA1_LEN];
    size_t len = (digits->len + 1) / 2;
    card_digits_pack(packed, len, digits);
    bool hashed = EVP_Digest(packed, len, hash, NULL, primitives->sha1, NULL) == 1;
    if (hashed) {
        char decimals[2 * TDES_BLOCK_LEN];
        decimal_two_pass(decimals, sizeof decimals, hash, sizeof hash);
        hashed = decimal_pack(y, TDES_BLOCK_LEN, (text){ decimals, sizeof decimals }, 0);
        secret_wipe(decimals, sizeof decimals);
    }
    secret_wipe(packed, sizeof packed);
    secret_wipe(hash, sizeof hash);
    return hashed ? OK : primitive_refused();
}

static void complement(uint8_t *out, const uint8_t *in, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = in[i] ^ 0xFF;
    }
}

status emv_udk(struct secret *out, const struct secret *imk, enum emv_udk_option option, text pan, text psn)
{
    *out = (struct secret){ 0 };
    struct card_digits digits;
    if (!card_digits_join(&digits, pan, psn)) {
        return INVALID_INPUT;
    }
    uint8_t y[EMV_KEY_LEN];
    status result = OK;
    if (option == EMV_UDK_B_FORCED || (option == EMV_UDK_B && pan.len > 2 * TDES_BLOCK_LEN)) {
        result = hash_card(y, &digits);
    } else {
        card_digits_pack(y, TDES_BLOCK_LEN, &digits);
    }
    if (result == OK) {
        complement(y + TDES_BLOCK_LEN, y, TDES_BLOCK_LEN);
        result = derive(out, imk, y);
    }
    secret_wipe(y, sizeof y);
    secret_wipe(&digits, sizeof digits);
    return result;
}

status emv_udk_aes(struct secret *out, const struct secret *imk, text pan, text psn)
{
    *out = (struct secret){ 0 };
    struct card_digits digits;
    if (!aes_key_fits(imk) || !card_digits_join(&digits, pan, psn)) {
        return INVALID_INPUT;
    }
    uint8_t y[2 * AES_BLOCK_LEN], keys[2 * AES_BLOCK_LEN];
    card_digits_pack(y, AES_BLOCK_LEN, &digits);
    complement(y + AES_BLOCK_LEN, y, AES_BLOCK_LEN);
    struct aes *aes = NULL;
    status result = aes_new(&aes, imk);
    if (result == OK) {
        result = aes_encrypt(aes, keys, y, sizeof y);
    }
    if (result == OK) {
        result = secret_init_copy(out, keys, imk->len);
    }
    aes_free(aes);
    secret_wipe(y, sizeof y);
    secret_wipe(keys, sizeof keys);
    secret_wipe(&digits, sizeof digits);
    return result;
}

status emv_session_key_common(struct secret *out, const struct secret *udk, const uint8_t r[EMV_CRYPTOGRAM_LEN])
{
    uint8_t blocks[EMV_KEY_LEN];
    memcpy(blocks, r, TDES_BLOCK_LEN);
    memcpy(blocks + TDES_BLOCK_LEN, r, TDES_BLOCK_LEN);
    blocks[2] = 0xF0;
    blocks[TDES_BLOCK_LEN + 2] = 0x0F;
    return derive(out, udk, blocks);
}

status emv_session_key_visa(struct secret *out, const struct secret *udk, const uint8_t atc[EMV_ATC_LEN])
{
    *out = (struct secret){ 0 };
    if (udk->len != EMV_KEY_LEN) {
        return INVALID_INPUT;
    }
    TRY(secret_init_copy(out, udk->at, EMV_KEY_LEN));
    for (size_t i = 0; i < EMV_ATC_LEN; i++) {
        out->at[TDES_BLOCK_LEN - EMV_ATC_LEN + i] ^= atc[i];
        out->at[EMV_KEY_LEN - EMV_ATC_LEN + i] ^= atc[i] ^ 0xFF;
    }
    tdes_set_odd_parity(out->at, EMV_KEY_LEN);
    return OK;
}

// Where the path to the leaf of this ATC turns: its digits to the base `branch`. False when the tree has no such leaf.
static bool tree_path(uint8_t path[TREE_HEIGHT_MAX], const struct emv_tree *tree, unsigned atc)
{
    for (int level = tree->height - 1; level >= 0; level--) {
        path[level] = (uint8_t)(atc % (unsigned)tree->branch);
        atc /= (unsigned)tree->branch;
    }
    return atc == 0;
}

// A key of the tree from the one above it, what stands yet one above, and its place among its siblings.
static status tree_step(uint8_t out[EMV_KEY_LEN], const struct secret *parent, const uint8_t above[EMV_KEY_LEN],
                        uint8_t place)
{
    uint8_t blocks[EMV_KEY_LEN];
    memcpy(blocks, above, EMV_KEY_LEN);
    blocks[TDES_BLOCK_LEN - 1] ^= place;
    blocks[EMV_KEY_LEN - 1] ^= place ^ 0xF0;
    struct tdes *tdes = NULL;
    status result = tdes_new(&tdes, parent);
    if (result == OK) {
        result = tdes_encrypt(tdes, out, blocks, EMV_KEY_LEN);
    }
    tdes_free(tdes);
    secret_wipe(blocks, sizeof blocks);
    return result;
}

static bool tree_fits(const struct emv_tree *tree)
{
    uint8_t path[TREE_HEIGHT_MAX];
    return tree->height >= 2 && tree->height <= TREE_HEIGHT_MAX && tree->branch >= 2 &&
           tree->branch <= TREE_BRANCH_MAX && tree_path(path, tree, UINT16_MAX);
}

status emv_session_key_tree(struct secret *out, const struct secret *udk, const uint8_t atc[EMV_ATC_LEN],
                            const struct emv_tree *tree)
{
    *out = (struct secret){ 0 };
    if (udk->len != EMV_KEY_LEN || !tree_fits(tree)) {
        return INVALID_INPUT;
    }
    uint8_t path[TREE_HEIGHT_MAX];
    bool reached = tree_path(path, tree, (unsigned)atc[0] << 8 | atc[1]);
    assert(reached);
    struct secret line; // one above the parent | parent | child
    TRY(secret_init(&line, 3 * EMV_KEY_LEN));
    uint8_t *above = line.at, *parent = above + EMV_KEY_LEN, *child = parent + EMV_KEY_LEN;
    memcpy(parent, tree->iv, EMV_KEY_LEN);
    memcpy(child, udk->at, EMV_KEY_LEN);
    status result = OK;
    for (int level = 0; result == OK && level < tree->height; level++) {
        memmove(above, parent, 2 * EMV_KEY_LEN);
        result = tree_step(child, &(struct secret){ parent, EMV_KEY_LEN }, above, path[level]);
    }
    if (result == OK) {
        result = secret_init_copy(out, child, EMV_KEY_LEN);
    }
    if (result == OK) {
        for (size_t i = 0; i < EMV_KEY_LEN; i++) {
            out->at[i] ^= above[i];
        }
        tdes_set_odd_parity(out->at, EMV_KEY_LEN);
    }
    secret_release(&line);
    return result;
}

status emv_session_key(struct secret *out, const struct secret *udk, enum emv_session session,
                       const struct emv_session_input *input)
{
    uint8_t r[EMV_CRYPTOGRAM_LEN] = { input->atc[0], input->atc[1] };
    switch (session) {
    case EMV_SESSION_NONE:
        *out = (struct secret){ 0 };
        return udk->len == EMV_KEY_LEN ? secret_init_copy(out, udk->at, EMV_KEY_LEN) : INVALID_INPUT;
    case EMV_SESSION_COMMON_ATC:
        return emv_session_key_common(out, udk, r);
    case EMV_SESSION_MCHIP:
        memcpy(r + sizeof r - EMV_UN_LEN, input->un, EMV_UN_LEN);
        return emv_session_key_common(out, udk, r);
    case EMV_SESSION_COMMON_ARQC:
        return emv_session_key_common(out, udk, input->arqc);
    case EMV_SESSION_VISA:
        return emv_session_key_visa(out, udk, input->atc);
    }
    assert(false);
    return INTERNAL;
}
