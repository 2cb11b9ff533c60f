/*
 * Looks, under valgrind's memcheck, for branches and addresses that depend on a secret: secrets are marked as undefined,
 * and memcheck reports whatever depends on undefined bytes. The files of crypto/ that are looked at are compiled into
 * this program with CONSTANT_TIME_CHECK, optimised as in a release, so that they say which values they make public.
 *
 * Keys are put into a ring in the open, which is not looked at; what is computed with them then is.
 *
 * The ciphers are libcrypto's, and its tables for DES are no constant time: they are outside. What goes into one (a key
 * too) is taken as public there, and all that comes out is secret again (--wrap of the linker).
 *
 *   constant_time_check            all that must take the same path whatever the secret is
 *   constant_time_check branch     a branch on a secret, which must be reported
 *   constant_time_check address    a table read where a secret says, which must be reported
 *
 * It ends with 1 when a result is wrong or nothing can be hidden, since then nothing is looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <valgrind/memcheck.h>

#include "crypto/aes.h"
#include "crypto/amex_csc.h"
#include "crypto/constant_time.h"
#include "crypto/cvc3.h"
#include "crypto/cvv.h"
#include "crypto/dcvv.h"
#include "crypto/decimal.h"
#include "crypto/dukpt_aes.h"
#include "crypto/dukpt_tdes.h"
#include "crypto/emv_cryptogram.h"
#include "crypto/emv_script.h"
#include "crypto/ibm3624.h"
#include "crypto/key_block.h"
#include "crypto/pin_block.h"
#include "crypto/pvv.h"
#include "keys/pin.h"
#include "support/keys.h"

#define PAN TEXT("371122334455667")

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "constant_time_check: %s\n", what);
        exit(1);
    }
}

static void hide(const void *at, size_t len)
{
    unsigned char undefined = 0;
    VALGRIND_MAKE_MEM_UNDEFINED(at, len);
    require(VALGRIND_GET_VBITS(at, &undefined, 1) == 1 && undefined == 0xFF, "memcheck does not run, or hides nothing");
}

static void show(const void *at, size_t len)
{
    VALGRIND_MAKE_MEM_DEFINED(at, len);
}

// An array, so that a secret never lies in a literal: those are shared.
struct hidden {
    char at[16];
    size_t len;
};

static text hidden_text(struct hidden *out, const char *clear)
{
    out->len = strlen(clear);
    require(out->len <= sizeof out->at, "a secret is too long");
    memcpy(out->at, clear, out->len);
    hide(out->at, out->len);
    return text_bytes(out->at, out->len);
}

static struct secret hidden_secret(const void *clear, size_t len)
{
    struct secret secret;
    require(secret_init_copy(&secret, clear, len) == OK, "no memory");
    hide(secret.at, len);
    return secret;
}

enum { OUTSIDE_LEN_MAX = 256 };

static bool outside_is_open; // what comes out of a cipher is no secret, while keys are made

// A copy that libcrypto may look at, since the secret itself stays hidden. Two, for a key and where it starts from.
static const uint8_t *shown(int place, const void *at, size_t len)
{
    static uint8_t copies[2][OUTSIDE_LEN_MAX];
    require(len <= OUTSIDE_LEN_MAX, "a cipher takes more than expected");
    if (at == NULL) {
        return NULL;
    }
    memcpy(copies[place], at, len);
    show(copies[place], len);
    return copies[place];
}

int __real_EVP_CipherInit_ex2(EVP_CIPHER_CTX *, const EVP_CIPHER *, const uint8_t *, const uint8_t *, int,
                              const OSSL_PARAM *);
int __wrap_EVP_CipherInit_ex2(EVP_CIPHER_CTX *, const EVP_CIPHER *, const uint8_t *, const uint8_t *, int,
                              const OSSL_PARAM *);
int __wrap_EVP_CipherInit_ex2(EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const uint8_t *key,
                              const uint8_t *start, int encrypt, const OSSL_PARAM *parameters)
{
    const EVP_CIPHER *used = cipher != NULL ? cipher : EVP_CIPHER_CTX_get0_cipher(context);
    key = shown(0, key, (size_t)EVP_CIPHER_get_key_length(used));
    start = shown(1, start, (size_t)EVP_CIPHER_get_iv_length(used));
    return __real_EVP_CipherInit_ex2(context, cipher, key, start, encrypt, parameters);
}

int __real_EVP_CipherUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int);
int __wrap_EVP_CipherUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int);
int __wrap_EVP_CipherUpdate(EVP_CIPHER_CTX *context, uint8_t *out, int *out_len, const uint8_t *in, int len)
{
    int result = __real_EVP_CipherUpdate(context, out, out_len, shown(0, in, (size_t)len), len);
    if (!outside_is_open) {
        hide(out, (size_t)len);
    }
    return result;
}

int __real_EVP_MAC_init(EVP_MAC_CTX *, const uint8_t *, size_t, const OSSL_PARAM *);
int __wrap_EVP_MAC_init(EVP_MAC_CTX *, const uint8_t *, size_t, const OSSL_PARAM *);
int __wrap_EVP_MAC_init(EVP_MAC_CTX *context, const uint8_t *key, size_t len, const OSSL_PARAM *parameters)
{
    return __real_EVP_MAC_init(context, shown(0, key, len), len, parameters);
}

int __real_EVP_MAC_update(EVP_MAC_CTX *, const uint8_t *, size_t);
int __wrap_EVP_MAC_update(EVP_MAC_CTX *, const uint8_t *, size_t);
int __wrap_EVP_MAC_update(EVP_MAC_CTX *context, const uint8_t *in, size_t len)
{
    return __real_EVP_MAC_update(context, shown(0, in, len), len);
}

int __real_EVP_MAC_final(EVP_MAC_CTX *, uint8_t *, size_t *, size_t);
int __wrap_EVP_MAC_final(EVP_MAC_CTX *, uint8_t *, size_t *, size_t);
int __wrap_EVP_MAC_final(EVP_MAC_CTX *context, uint8_t *out, size_t *out_len, size_t room)
{
    int result = __real_EVP_MAC_final(context, out, out_len, room);
    if (!outside_is_open) {
        hide(out, *out_len);
    }
    return result;
}

// All of one key, which is hidden.
struct keys {
    struct secret key;
    struct tdes *tdes;
    struct aes *aes;
};

static void check_compare(const struct keys *keys)
{
    (void)keys;
    struct hidden given, expected;
    text right = hidden_text(&given, "123456");
    (void)hidden_text(&expected, "123456");
    require(secret_matches(right, expected.at, 6), "compare: equal");
    require(!secret_matches(hidden_text(&given, "123457"), expected.at, 6), "compare: the last differs");
    require(!secret_matches(hidden_text(&given, "023456"), expected.at, 6), "compare: the first differs");
}

static void check_two_pass(const struct keys *keys)
{
    (void)keys;
    uint8_t bytes[8] = { 0xA1, 0xFF, 0x3C, 0x99, 0xEE, 0x00, 0xDD, 0xAB };
    char digits[16];
    hide(bytes, sizeof bytes);
    decimal_two_pass(digits, sizeof digits, bytes, sizeof bytes);
    show(digits, sizeof digits);
    require(memcmp(digits, "1399000552443301", sizeof digits) == 0, "decimal digits in two passes");
}

// Whole fields of each format, and what is wrong in each part of one.
static void check_pin_block_read(const struct keys *keys)
{
    (void)keys;
    static const struct {
        enum pin_block_format format;
        uint8_t field[PIN_BLOCK_LEN];
        size_t len; // 0: refused
    } cases[] = {
        { PIN_BLOCK_ISO_0, { 0x04, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 4 },
        { PIN_BLOCK_ISO_0, { 0x0C, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xFF }, 12 },
        { PIN_BLOCK_ISO_0, { 0x04, 0x12, 0xA4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 0 }, // digit
        { PIN_BLOCK_ISO_0, { 0x04, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0 }, 0 }, // filler
        { PIN_BLOCK_ISO_0, { 0x0D, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x3F }, 0 }, // length
        { PIN_BLOCK_ISO_0, { 0x14, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 0 }, // control digit
        { PIN_BLOCK_ISO_1, { 0x15, 0x12, 0x34, 0x50, 0x19, 0xAB, 0xCD, 0xEF }, 5 },
        { PIN_BLOCK_ISO_1, { 0x13, 0x12, 0x34, 0x50, 0x19, 0xAB, 0xCD, 0xEF }, 0 },
        { PIN_BLOCK_ISO_2, { 0x26, 0x12, 0x34, 0x56, 0xFF, 0xFF, 0xFF, 0xFF }, 6 },
        { PIN_BLOCK_ISO_2, { 0x26, 0x12, 0x34, 0x56, 0xFF, 0xFE, 0xFF, 0xFF }, 0 },
        { PIN_BLOCK_ISO_3, { 0x34, 0x12, 0x34, 0xAB, 0xCD, 0xEF, 0xAB, 0xCD }, 4 },
        { PIN_BLOCK_ISO_3, { 0x34, 0x12, 0x34, 0xAB, 0xCD, 0xE9, 0xAB, 0xCD }, 0 },
        { PIN_BLOCK_ISO_4, { 0x44, 0x12, 0x34, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA }, 4 },
        { PIN_BLOCK_ISO_4, { 0x44, 0x12, 0x34, 0xAA, 0xAA, 0xAA, 0xAA, 0xBA }, 0 },
    };
    struct secret pin;
    require(secret_init(&pin, PIN_LEN_MAX) == OK, "no memory");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t field[PIN_BLOCK_LEN_MAX] = { 0 };
        size_t len = 99;
        memcpy(field, cases[i].field, sizeof cases[i].field);
        hide(field, sizeof field);
        status result = pin_block_read(&pin, &len, cases[i].format, field);
        show(pin.at, pin.len);
        require(result == (cases[i].len > 0 ? OK : PIN_BLOCK_INVALID) && len == cases[i].len, "pin_block_read");
        require(memcmp(pin.at, "123456789012", len) == 0, "pin_block_read: the PIN");
    }
    secret_release(&pin);
}

static void check_pin_blocks(const struct keys *keys)
{
    struct secret pin;
    require(secret_init(&pin, PIN_LEN_MAX) == OK, "no memory");
    for (int i = 0; i < PIN_BLOCK_FORMAT_COUNT; i++) {
        struct hidden clear;
        const struct pin_block_key key = { (enum pin_block_format)i, keys->tdes, keys->aes };
        const struct pin_block_input input = { PAN, hidden_text(&clear, "903571") };
        const struct pin_block_translation same = { &key, &key, PAN, true };
        uint8_t block[PIN_BLOCK_LEN_MAX], other[PIN_BLOCK_LEN_MAX];
        struct bytes_view view = { block, pin_block_len(key.format) };
        size_t len = 0;
        require(pin_block_encrypt(&runtime_real, block, &key, &input) == OK, "pin_block_encrypt");
        require(pin_block_translate(&runtime_real, other, &same, view) == OK, "pin_block_translate");
        view.at = other;
        require(pin_block_decrypt(&pin, &len, &key, PAN, view) == OK && len == 6, "pin_block_decrypt");
        show(pin.at, pin.len);
        require(memcmp(pin.at, "903571", len) == 0, "pin_block_decrypt: the PIN");
        show(other, sizeof other);
        other[0] ^= 1;
        hide(other, sizeof other);
        status result = pin_block_decrypt(&pin, &len, &key, PAN, view);
        require(result == OK || result == PIN_BLOCK_INVALID, "pin_block_decrypt: another block");
    }
    secret_release(&pin);
}

static void check_pvv(const struct keys *keys)
{
    struct hidden pin, given;
    char right[PVV_LEN + 1] = "", wrong[PVV_LEN + 1] = "";
    bool verdict = false;
    struct pvv_input input = { PAN, '1', TEXT("4524") };
    require(pvv_compute(right, keys->tdes, &input) == OK, "pvv_compute");
    show(right, sizeof right);
    memcpy(wrong, right, sizeof right);
    wrong[PVV_LEN - 1] = wrong[PVV_LEN - 1] == '0' ? '1' : '0';
    input.pin = hidden_text(&pin, "4524");
    require(pvv_verify(&verdict, keys->tdes, &input, hidden_text(&given, right)) == OK && verdict, "pvv_verify: right");
    require(pvv_verify(&verdict, keys->tdes, &input, hidden_text(&given, wrong)) == OK && !verdict,
            "pvv_verify: wrong");
}

static void check_ibm3624(const struct keys *keys)
{
    struct hidden pin, given;
    char right[PIN_LEN_MAX + 1] = "";
    bool verdict = false;
    struct ibm3624_table table;
    const struct ibm3624_key key = { keys->tdes, &table, TEXT("1122334455667788") };
    require(ibm3624_table_init(&table, TEXT("0123456789012345")) == OK, "ibm3624_table_init");
    require(ibm3624_offset(right, &key, TEXT("45241")) == OK, "ibm3624_offset");
    show(right, sizeof right);
    hide(&table, sizeof table);
    text offset = hidden_text(&given, right);
    require(ibm3624_verify(&verdict, &key, hidden_text(&pin, "45241"), offset) == OK && verdict,
            "ibm3624_verify: right");
    require(ibm3624_verify(&verdict, &key, hidden_text(&pin, "45240"), offset) == OK && !verdict,
            "ibm3624_verify: wrong");
    require(ibm3624_verify(&verdict, &key, hidden_text(&pin, "4524x"), offset) == INVALID_INPUT,
            "ibm3624_verify: no digit");
}

// From the offset and back, with what is natural for this card number: nothing in between is public.
static void check_ibm3624_pin(const struct keys *keys)
{
    struct hidden given;
    struct secret pin;
    char offset[PIN_LEN_MAX + 1] = "";
    struct ibm3624_table table;
    const struct ibm3624_key key = { keys->tdes, &table, TEXT("1122334455667788") };
    require(secret_init(&pin, PIN_LEN_MAX) == OK, "no memory");
    require(ibm3624_table_init(&table, TEXT("0123456789012345")) == OK, "ibm3624_table_init");
    hide(&table, sizeof table);
    require(ibm3624_natural_pin(&pin, &key, PIN_LEN_MAX) == OK, "ibm3624_natural_pin");
    require(ibm3624_pin(&pin, &key, hidden_text(&given, "13579")) == OK, "ibm3624_pin");
    require(ibm3624_offset(offset, &key, text_bytes(pin.at, 5)) == OK, "ibm3624_offset: a hidden PIN");
    show(offset, sizeof offset);
    require(memcmp(offset, "13579", 5) == 0, "ibm3624_offset: the offset");
    require(ibm3624_offset(offset, &key, hidden_text(&given, "4524:")) == INVALID_INPUT, "ibm3624_offset: no digit");
    secret_release(&pin);
}

static void check_cvv(const struct keys *keys)
{
    struct hidden given;
    char right[CVV_LEN_MAX + 1] = "", wrong[CVV_LEN_MAX + 1] = "";
    bool verdict = false;
    const struct cvv_input input = { PAN, TEXT("9912"), TEXT("220"), CVV_LEN };
    require(cvv_compute(right, keys->tdes, &input) == OK, "cvv_compute");
    show(right, sizeof right);
    memcpy(wrong, right, sizeof right);
    wrong[0] = wrong[0] == '0' ? '1' : '0';
    require(cvv_verify(&verdict, keys->tdes, &input, hidden_text(&given, right)) == OK && verdict, "cvv_verify: right");
    require(cvv_verify(&verdict, keys->tdes, &input, hidden_text(&given, wrong)) == OK && !verdict,
            "cvv_verify: wrong");
}

static void check_cvc3(const struct keys *keys)
{
    struct hidden given;
    char right[CVC3_LEN + 1] = "", wrong[CVC3_LEN + 1] = "";
    bool verdict = false;
    struct cvc3_input input = { { 1, 2 }, { 3, 4, 5, 6 }, { 7, 8 } };
    require(cvc3_compute(right, keys->tdes, &input) == OK, "cvc3_compute");
    show(right, sizeof right);
    memcpy(wrong, right, sizeof right);
    wrong[CVC3_LEN - 1] = wrong[CVC3_LEN - 1] == '0' ? '1' : '0';
    hide(input.iv, sizeof input.iv);
    require(cvc3_verify(&verdict, keys->tdes, &input, hidden_text(&given, right), CVC3_LEN) == OK && verdict,
            "cvc3_verify: right");
    require(cvc3_verify(&verdict, keys->tdes, &input, hidden_text(&given, wrong), CVC3_LEN) == OK && !verdict,
            "cvc3_verify: wrong");
}

static void check_amex_csc(const struct keys *keys)
{
    for (int version = AMEX_CSC_1; version <= AMEX_CSC_2; version++) {
        struct hidden given;
        struct amex_csc right;
        char code[] = "0000";
        bool verdict = false;
        const struct amex_csc_input input = { (enum amex_csc_version)version, PAN, TEXT("9912"), TEXT("220") };
        require(amex_csc_compute(&right, keys->tdes, &input) == OK, "amex_csc_compute");
        show(&right, sizeof right);
        memcpy(code, right.four, sizeof right.four);
        require(amex_csc_verify(&verdict, keys->tdes, &input, hidden_text(&given, code), 4) == OK && verdict,
                "amex_csc_verify: right");
        code[3] = code[3] == '0' ? '1' : '0';
        require(amex_csc_verify(&verdict, keys->tdes, &input, hidden_text(&given, code), 4) == OK && !verdict,
                "amex_csc_verify: wrong");
    }
}

// Another last digit.
static void spoil(char *code, size_t len)
{
    code[len - 1] = code[len - 1] == '0' ? '1' : '0';
}

static void check_dcvv(const struct keys *keys)
{
    static const enum emv_udk_option options[] = { EMV_UDK_A, EMV_UDK_B, EMV_UDK_B_FORCED };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct hidden given;
        char code[CVV_LEN + 1] = "";
        bool verdict = false;
        const struct dcvv_input input = { options[i], PAN, TEXT("00"), TEXT("9912"), TEXT("220"), 3210 };
        require(dcvv_compute(code, &keys->key, &input) == OK, "dcvv_compute");
        show(code, sizeof code);
        require(dcvv_verify(&verdict, &keys->key, &input, hidden_text(&given, code)) == OK && verdict,
                "dcvv_verify: right");
        spoil(code, CVV_LEN);
        require(dcvv_verify(&verdict, &keys->key, &input, hidden_text(&given, code)) == OK && !verdict,
                "dcvv_verify: wrong");
    }
}

// Which of the steps it is may be known afterwards, but not from the time it took.
static void check_dynamic_cvv2(const struct keys *keys)
{
    enum { PERIOD = 60000, NOW = 1000 };
    const struct dynamic_cvv2_input input = { PAN, TEXT("00"), TEXT("9912"), PERIOD };
    for (int64_t step = NOW - 2; step <= NOW + 2; step++) {
        struct hidden given;
        char code[CVV_LEN + 1] = "";
        int64_t matched = 0;
        require(dynamic_cvv2_compute(code, &keys->key, &input, step) == OK, "dynamic_cvv2_compute");
        show(code, sizeof code);
        require(dynamic_cvv2_match(&matched, &keys->key, &input, (int64_t)NOW * PERIOD, NOW - 1,
                                   hidden_text(&given, code)) == OK,
                "dynamic_cvv2_match");
        show(&matched, sizeof matched);
        require(matched == (step == NOW || step == NOW + 1 ? step : 0), "dynamic_cvv2_match: the step");
    }
}

static void check_cvc3_iv(const struct keys *keys)
{
    uint8_t track[] = { 0x51, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45, 0xD3, 0x51, 0x21, 0x01 };
    uint8_t iv[CVC3_IV_LEN], again[CVC3_IV_LEN];
    const struct bytes_view view = { track, sizeof track };
    require(cvc3_iv(iv, keys->tdes, view) == OK, "cvc3_iv");
    hide(track, sizeof track);
    require(cvc3_iv(again, keys->tdes, view) == OK, "cvc3_iv: a hidden track");
    show(iv, sizeof iv);
    show(again, sizeof again);
    require(memcmp(iv, again, sizeof iv) == 0, "cvc3_iv: the same");
}

// ISO/IEC 9797-1:1999, B.4, under this key.
static void check_retail_mac(const struct keys *keys)
{
    static const struct {
        enum mac_padding padding;
        uint8_t mac[TDES_BLOCK_LEN];
    } cases[] = {
        { MAC_PADDING_NONE, { 0xA1, 0xC7, 0x2E, 0x74, 0xEA, 0x3F, 0xA9, 0xB6 } },
        { MAC_PADDING_1, { 0xA1, 0xC7, 0x2E, 0x74, 0xEA, 0x3F, 0xA9, 0xB6 } },
        { MAC_PADDING_2, { 0xE9, 0x08, 0x62, 0x30, 0xCA, 0x3B, 0xE7, 0x96 } },
    };
    char message[] = "Now is the time for all ";
    const struct bytes_view pieces[] = { { message, 11 }, { message + 11, sizeof message - 1 - 11 } };
    hide(message, sizeof message - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t mac[TDES_BLOCK_LEN];
        require(tdes_retail_mac(keys->tdes, mac, pieces, 2, cases[i].padding) == OK, "tdes_retail_mac");
        show(mac, sizeof mac);
        require(memcmp(mac, cases[i].mac, sizeof mac) == 0, "tdes_retail_mac: the MAC");
    }
}

static void check_emv_cryptogram(const struct keys *keys)
{
    uint8_t udk_r[EMV_CRYPTOGRAM_LEN] = { 0, 0x1C }, message[40] = { 1, 2, 3 }, right[EMV_CRYPTOGRAM_LEN];
    const struct bytes_view piece = { message, sizeof message };
    for (enum mac_padding padding = MAC_PADDING_1; padding <= MAC_PADDING_2; padding++) {
        const struct emv_cryptogram_data data = { &piece, 1, padding };
        struct secret udk, session;
        bool valid = false;
        require(emv_udk(&udk, &keys->key, EMV_UDK_B, TEXT("1234567890123456789"), TEXT("00")) == OK, "emv_udk");
        require(emv_session_key_common(&session, &udk, udk_r) == OK, "emv_session_key_common");
        require(emv_cryptogram(right, &session, &data) == OK, "emv_cryptogram");
        require(emv_cryptogram_verify(&valid, &session, &data, right) == OK, "emv_cryptogram_verify");
        show(&valid, sizeof valid);
        require(valid, "emv_cryptogram_verify: right");
        for (size_t i = 0; i < sizeof right; i++) {
            right[i] ^= 1;
            require(emv_cryptogram_verify(&valid, &session, &data, right) == OK, "emv_cryptogram_verify");
            show(&valid, sizeof valid);
            require(!valid, "emv_cryptogram_verify: wrong");
            right[i] ^= 1;
        }
        secret_release(&session);
        secret_release(&udk);
    }
}

static void check_emv_arpc(const struct keys *keys)
{
    uint8_t arqc[EMV_CRYPTOGRAM_LEN] = { 1, 2, 3 }, csu[EMV_CSU_LEN] = { 4 }, arc[EMV_ARC_LEN] = { '0', '0' };
    uint8_t one[EMV_CRYPTOGRAM_LEN], two[EMV_ARPC_SHORT_LEN];
    hide(arqc, sizeof arqc);
    require(emv_arpc_1(one, &keys->key, arqc, arc) == OK, "emv_arpc_1");
    require(emv_arpc_2(two, &keys->key, arqc, csu, (struct bytes_view){ arc, sizeof arc }) == OK, "emv_arpc_2");
}

static void check_emv_pin_blocks(const struct keys *keys)
{
    static const uint8_t iso[] = { 0x26, 0x90, 0x35, 0x71, 0xFF, 0xFF, 0xFF, 0xFF };
    // 06903571FFFFFFFF with the key's second four bytes over the right half, then 1234 from the left.
    static const uint8_t visa[] = { 0x06, 0x90, 0x35, 0x71, 0x76, 0x54, 0x32, 0x10 };
    static const uint8_t with_current[] = { 0x14, 0xA4, 0x35, 0x71, 0x76, 0x54, 0x32, 0x10 };
    struct secret pin = hidden_secret("903571", 6), current = hidden_secret("1234", 4), block;
    require(emv_pin_block_iso_2(&block, &pin) == OK, "emv_pin_block_iso_2");
    show(block.at, block.len);
    require(memcmp(block.at, iso, sizeof iso) == 0, "emv_pin_block_iso_2: the block");
    secret_release(&block);
    require(emv_pin_block_visa(&block, &keys->key, &pin, NULL) == OK, "emv_pin_block_visa");
    show(block.at, block.len);
    require(memcmp(block.at, visa, sizeof visa) == 0, "emv_pin_block_visa: the block");
    secret_release(&block);
    require(emv_pin_block_visa(&block, &keys->key, &pin, &current) == OK, "emv_pin_block_visa: with the current");
    show(block.at, block.len);
    require(memcmp(block.at, with_current, sizeof with_current) == 0, "emv_pin_block_visa: with the current PIN");
    secret_release(&block);
    secret_release(&pin);
    pin = hidden_secret("90357x", 6);
    require(emv_pin_block_iso_2(&block, &pin) == INVALID_INPUT, "emv_pin_block_iso_2: no digit");
    secret_release(&block);
    require(emv_pin_block_visa(&block, &keys->key, &current, &pin) == INVALID_INPUT, "emv_pin_block_visa: no digit");
    secret_release(&block);
    secret_release(&current);
    secret_release(&pin);
}

static void check_emv_script(const struct keys *keys)
{
    struct secret pin = hidden_secret("903571", 6), block;
    require(emv_pin_block_visa(&block, &keys->key, &pin, NULL) == OK, "emv_pin_block_visa");
    for (int i = EMV_ENCIPHER_VISA; i <= EMV_ENCIPHER_EMV; i++) {
        struct emv_command_data data;
        struct emv_command command;
        require(emv_script_encipher(&data, &keys->key, &block, (enum emv_encipherment)i) == OK, "emv_script_encipher");
        const struct emv_command_input input = { EMV_PIN_CHANGE, { NULL, 0 }, { data.at, data.len }, 8 };
        require(emv_command(&command, &keys->key, &input) == OK, "emv_command");
    }
    secret_release(&block);
    secret_release(&pin);
}

/* DUKPT, from the key of all terminals to the PIN: format 0 with triple DES, format 4 with AES. */

static void open_pin(const struct secret *working, enum pin_block_format format)
{
    struct tdes *tdes = NULL;
    struct aes *aes = NULL;
    struct hidden clear;
    struct secret pin;
    uint8_t block[PIN_BLOCK_LEN_MAX];
    size_t len = 0;
    bool with_aes = format == PIN_BLOCK_ISO_4;
    require((with_aes ? aes_new(&aes, working) : tdes_new(&tdes, working)) == OK, "no key");
    require(secret_init(&pin, PIN_LEN_MAX) == OK, "no memory");
    const struct pin_block_key key = { format, tdes, aes };
    const struct pin_block_input input = { PAN, hidden_text(&clear, "903571") };
    const struct bytes_view view = { block, pin_block_len(format) };
    require(pin_block_encrypt(&runtime_real, block, &key, &input) == OK, "a PIN under DUKPT");
    require(pin_block_decrypt(&pin, &len, &key, PAN, view) == OK && len == 6, "a PIN of DUKPT");
    show(pin.at, pin.len);
    require(memcmp(pin.at, "903571", len) == 0, "a PIN of DUKPT: the PIN");
    require(pin_block_decrypt(&pin, &len, &key, TEXT("371122334455697"), view) == PIN_BLOCK_INVALID && len == 0,
            "a PIN of DUKPT: another card");
    secret_release(&pin);
    tdes_free(tdes);
    aes_free(aes);
}

static void check_dukpt_tdes(const struct keys *keys)
{
    static const uint8_t ksn[DUKPT_TDES_KSN_LEN] = { 0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0x00, 0x03 };
    static const uint8_t right[] = { 0x0D, 0xF3, 0xD9, 0x42, 0x2A, 0xCA, 0x56, 0xE5,
                                     0x47, 0x67, 0x6D, 0x07, 0xAD, 0x6B, 0xAD, 0xFA }; // dukpt.csv
    struct secret initial, transaction, working;
    require(dukpt_tdes_initial_key(&initial, &keys->key, ksn) == OK, "dukpt_tdes_initial_key");
    require(dukpt_tdes_transaction_key(&transaction, &initial, ksn) == OK, "dukpt_tdes_transaction_key");
    for (int usage = DUKPT_TDES_PIN; usage <= DUKPT_TDES_DATA_RESPONSE; usage++) {
        require(dukpt_tdes_working_key(&working, &transaction, (enum dukpt_tdes_usage)usage) == OK,
                "dukpt_tdes_working_key");
        open_pin(&working, PIN_BLOCK_ISO_0);
        secret_release(&working);
    }
    show(transaction.at, transaction.len);
    require(memcmp(transaction.at, right, sizeof right) == 0, "dukpt_tdes_transaction_key: the key");
    secret_release(&transaction);
    secret_release(&initial);
}

static void check_dukpt_aes(const struct keys *keys)
{
    static const uint8_t ksn[DUKPT_AES_KSN_LEN] = { 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0, 0, 0, 3 };
    static const enum dukpt_aes_kind kinds[] = { DUKPT_AES_KIND_TDES_2, DUKPT_AES_KIND_AES_128 };
    struct secret initial, transaction, working;
    require(dukpt_aes_initial_key(&initial, &keys->key, ksn) == OK, "dukpt_aes_initial_key");
    require(dukpt_aes_transaction_key(&transaction, &initial, ksn) == OK, "dukpt_aes_transaction_key");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct dukpt_aes_working use = { DUKPT_AES_PIN, kinds[i] };
        require(dukpt_aes_working_key(&working, &transaction, ksn, &use) == OK, "dukpt_aes_working_key");
        open_pin(&working, kinds[i] == DUKPT_AES_KIND_AES_128 ? PIN_BLOCK_ISO_4 : PIN_BLOCK_ISO_3);
        secret_release(&working);
    }
    secret_release(&transaction);
    secret_release(&initial);
}

/* Key blocks of every version. The block is public; its two keys and the key in it are not. */

static void check_key_block_version(const struct keys *keys, char format)
{
    struct secret wrapped = hidden_secret("\x11\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x1F", 16);
    struct secret padding = hidden_secret("\1\2\3\4\5\6\7\10\11\12\13\14\15\16", format < 'D' ? 6 : 14);
    const struct key_block block = { .format = format, .header = { "P0", 'T', 'E', "00", 'N' }, .key = wrapped };
    struct key_block read;
    char out[KEY_BLOCK_ANY_LEN_MAX];
    size_t len = 0;
    require(key_block_rewrap(out, &len, &keys->key, &block, &padding) == OK, "key_block_rewrap");
    show(out, len);
    require(key_block_read(&read, &keys->key, text_bytes(out, len)) == OK && read.key.len == wrapped.len,
            "key_block_read");
    show(read.key.at, read.key.len);
    show(wrapped.at, wrapped.len);
    require(memcmp(read.key.at, wrapped.at, wrapped.len) == 0, "key_block_read: the key");
    key_block_release(&read);
    static const size_t from_end[] = { 1, 8, 40 }; // of the MAC, and of the cipher text
    for (size_t i = 0; i < sizeof from_end / sizeof from_end[0]; i++) {
        char *character = &out[len - from_end[i]], before = *character;
        *character = before == '0' ? '1' : '0';
        require(key_block_read(&read, &keys->key, text_bytes(out, len)) == DATA_DAMAGED, "key_block_read: another");
        *character = before;
    }
    secret_release(&padding);
    secret_release(&wrapped);
}

static void check_key_blocks(const struct keys *keys)
{
    for (char format = 'A'; format <= 'E'; format++) {
        check_key_block_version(keys, format);
    }
}

/* Whole verifications, on keys of a ring. */

enum { KEY_BLOCKS = 1, KEY_BLOCKS_AES, KEY_PVV, KEY_IBM3624, KEY_COUNT };

static void ring_make(struct keyring *keyring, int64_t id)
{
    static const struct key_block_header headers[KEY_COUNT] = {
        [KEY_BLOCKS] = { "P0", 'T', 'B', "01", 'N' },
        [KEY_BLOCKS_AES] = { "P0", 'A', 'B', "01", 'N' },
        [KEY_PVV] = { "V2", 'T', 'C', "01", 'N' },
        [KEY_IBM3624] = { "V1", 'T', 'C', "01", 'N' },
    };
    char block[KEY_BLOCK_LEN_MAX];
    size_t len = 0;
    struct key_record record = { .id = id,
                                 .organization_id = 1,
                                 .use = KEY_PAYMENT,
                                 .name = TEXT("key"),
                                 .version = 1,
                                 .header = headers[id],
                                 .times = { .activated_ms = 1 } };
    require(keyring_generate(keyring, &record, 16, block, &len) == OK &&
                keyring_load(keyring, &record, text_bytes(block, len)) == OK,
            "no ring");
}

static bool verifies(struct keyring *keyring, const struct pin_scheme *scheme, const struct pin_block *block,
                     enum pin_block_format format, const char *value)
{
    struct hidden kept;
    const struct pin_source source = { .key_id = format == PIN_BLOCK_ISO_4 ? KEY_BLOCKS_AES : KEY_BLOCKS,
                                       .format = format,
                                       .block = { block->at, block->len } };
    const struct pin_reference reference = { scheme, hidden_text(&kept, value) };
    bool right = false;
    status result = pin_verify(keyring, &right, PAN, &reference, &source);
    show(&right, sizeof right);
    require(result == OK || result == PIN_BLOCK_INVALID, "pin_verify");
    return result == OK && right;
}

static void check_verification(struct keyring *keyring, const struct pin_scheme *scheme, enum pin_block_format format)
{
    const struct pin_card card = { .pan = PAN, .scheme = scheme };
    const struct pin_issue issue = {
        .transport = { .key_id = format == PIN_BLOCK_ISO_4 ? KEY_BLOCKS_AES : KEY_BLOCKS, .format = format },
    };
    struct pin_issued issued;
    char value[PIN_LEN_MAX + 1] = "";
    outside_is_open = true;
    require(pin_issue(keyring, &issued, &card, &issue) == OK, "pin_issue");
    outside_is_open = false;
    memcpy(value, issued.value.digits, issued.value.len);
    require(verifies(keyring, scheme, &issued.block, format, value), "pin_verify: right");
    value[0] = value[0] == '9' ? '0' : '9';
    require(!verifies(keyring, scheme, &issued.block, format, value), "pin_verify: wrong");
    value[0] = issued.value.digits[0];
    issued.block.at[issued.block.len - 1] ^= 1;
    require(!verifies(keyring, scheme, &issued.block, format, value), "pin_verify: another block");
}

static void check_pin_verify(const struct keys *keys)
{
    (void)keys;
    static const uint8_t master[MASTER_KEY_LEN] = { 7 };
    static const enum pin_block_format formats[] = { PIN_BLOCK_ISO_0, PIN_BLOCK_ISO_3, PIN_BLOCK_ISO_4 };
    const struct pin_scheme_ibm3624_input input = { KEY_IBM3624, 6, TEXT("1234567890123456"), TEXT("112233445N88") };
    struct pin_scheme pvv, ibm3624;
    outside_is_open = true;
    struct keyring *keyring = test_keyring(master);
    for (int64_t id = KEY_BLOCKS; id < KEY_COUNT; id++) {
        ring_make(keyring, id);
    }
    require(pin_scheme_pvv(&pvv, KEY_PVV, '1') == OK && pin_scheme_ibm3624(&ibm3624, &input) == OK, "no schemes");
    outside_is_open = false;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        check_verification(keyring, &pvv, formats[i]);
        check_verification(keyring, &ibm3624, formats[i]);
    }
    keyring_free(keyring);
}

// Fails at the first character that is no digit, which must not be done to a secret.
__attribute__((noinline)) static int plant_branch(void)
{
    struct hidden secret;
    return decimal_is(hidden_text(&secret, "12a4"), 4, 4) ? 0 : 2;
}

__attribute__((noinline)) static int plant_address(void)
{
    static const uint8_t table[256] = { ['1'] = 4 };
    struct hidden secret;
    volatile uint8_t value = table[(uint8_t)hidden_text(&secret, "1").at[0]];
    (void)value;
    return 0;
}

int main(int argc, char **argv)
{
    static void (*const checks[])(const struct keys *) = {
        check_compare,
        check_two_pass,
        check_pin_block_read,
        check_pin_blocks,
        check_pvv,
        check_ibm3624,
        check_ibm3624_pin,
        check_cvv,
        check_dcvv,
        check_dynamic_cvv2,
        check_cvc3,
        check_cvc3_iv,
        check_amex_csc,
        check_retail_mac,
        check_emv_cryptogram,
        check_emv_arpc,
        check_emv_pin_blocks,
        check_emv_script,
        check_dukpt_tdes,
        check_dukpt_aes,
        check_key_blocks,
        check_pin_verify,
    };
    if (argc > 1) {
        return strcmp(argv[1], "branch") == 0 ? plant_branch() : plant_address();
    }
    struct keys keys;
    keys.key = hidden_secret("\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10", 16);
    require(tdes_new(&keys.tdes, &keys.key) == OK && aes_new(&keys.aes, &keys.key) == OK, "no keys");
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](&keys);
    }
    tdes_free(keys.tdes);
    aes_free(keys.aes);
    secret_release(&keys.key);
    printf("%zu checks\n", sizeof checks / sizeof checks[0]);
    return 0;
}
