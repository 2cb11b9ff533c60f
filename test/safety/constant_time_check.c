/*
 * Looks, under valgrind's memcheck, for branches and addresses that depend on a secret: secrets are marked as undefined,
 * and memcheck reports whatever depends on undefined bytes. The files of crypto/ that are looked at are compiled into
 * this program with CONSTANT_TIME_CHECK, optimised as in a release, so that they say which values they make public.
 *
 * The ciphers are libcrypto's, and its tables for DES are no constant time: they are outside. What goes into one is
 * taken as public there, and all that comes out is secret again (--wrap of the linker).
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

#include <valgrind/memcheck.h>

#include "crypto/aes.h"
#include "crypto/amex_csc.h"
#include "crypto/constant_time.h"
#include "crypto/cvc3.h"
#include "crypto/cvv.h"
#include "crypto/decimal.h"
#include "crypto/ibm3624.h"
#include "crypto/pin_block.h"
#include "crypto/pvv.h"

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

enum { OUTSIDE_LEN_MAX = 32 };

#define OUTSIDE(cipher, name)                                                                                          \
    status __real_##name(struct cipher *key, uint8_t *out, const uint8_t *in, size_t len);                             \
    status __wrap_##name(struct cipher *key, uint8_t *out, const uint8_t *in, size_t len);                             \
    status __wrap_##name(struct cipher *key, uint8_t *out, const uint8_t *in, size_t len)                              \
    {                                                                                                                  \
        uint8_t clear[OUTSIDE_LEN_MAX];                                                                                \
        require(len <= sizeof clear, "a cipher takes more than expected");                                             \
        memcpy(clear, in, len);                                                                                        \
        show(clear, len);                                                                                              \
        status result = __real_##name(key, out, clear, len);                                                           \
        hide(out, len);                                                                                                \
        return result;                                                                                                 \
    }

OUTSIDE(tdes, tdes_encrypt)
OUTSIDE(tdes, tdes_decrypt)
OUTSIDE(aes, aes_encrypt)
OUTSIDE(aes, aes_decrypt)

status __real_tdes_encrypt_left(struct tdes *key, uint8_t out[TDES_BLOCK_LEN], const uint8_t in[TDES_BLOCK_LEN]);
status __wrap_tdes_encrypt_left(struct tdes *key, uint8_t out[TDES_BLOCK_LEN], const uint8_t in[TDES_BLOCK_LEN]);
status __wrap_tdes_encrypt_left(struct tdes *key, uint8_t out[TDES_BLOCK_LEN], const uint8_t in[TDES_BLOCK_LEN])
{
    uint8_t clear[TDES_BLOCK_LEN];
    memcpy(clear, in, sizeof clear);
    show(clear, sizeof clear);
    status result = __real_tdes_encrypt_left(key, out, clear);
    hide(out, TDES_BLOCK_LEN);
    return result;
}

status __real_tdes_cbc_encrypt(struct tdes *key, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                               size_t len);
status __wrap_tdes_cbc_encrypt(struct tdes *key, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                               size_t len);
status __wrap_tdes_cbc_encrypt(struct tdes *key, uint8_t *out, const uint8_t iv[TDES_BLOCK_LEN], const uint8_t *in,
                               size_t len)
{
    uint8_t clear[OUTSIDE_LEN_MAX];
    require(len <= sizeof clear, "a cipher takes more than expected");
    memcpy(clear, in, len);
    show(clear, len);
    status result = __real_tdes_cbc_encrypt(key, out, iv, clear, len);
    hide(out, len);
    return result;
}

struct keys {
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
        check_compare, check_two_pass, check_pin_block_read, check_pin_blocks, check_pvv,
        check_ibm3624, check_cvv,      check_cvc3,           check_amex_csc,
    };
    if (argc > 1) {
        return strcmp(argv[1], "branch") == 0 ? plant_branch() : plant_address();
    }
    struct secret key;
    struct keys keys;
    require(secret_init_copy(&key, "\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10", 16) == OK,
            "no memory");
    require(tdes_new(&keys.tdes, &key) == OK && aes_new(&keys.aes, &key) == OK, "no keys");
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](&keys);
    }
    tdes_free(keys.tdes);
    aes_free(keys.aes);
    secret_release(&key);
    printf("%zu checks\n", sizeof checks / sizeof checks[0]);
    return 0;
}
