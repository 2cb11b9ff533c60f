/*
 * Throughput of the functions of src/crypto on one core, each beside what OpenSSL alone takes for the same cipher
 * operations: crypto ROUNDS. Prints a line a function: its name, then for each round two figures, how many a second
 * the function reaches and how many OpenSSL alone does, measured one after the other.
 *
 * "The same operations": as many key set-ups (on kept contexts), as many calls of EVP_CipherUpdate over as many bytes,
 * as the standard asks for; nothing around them.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/cvc3.h"
#include "crypto/cvv.h"
#include "crypto/dcvv.h"
#include "crypto/dukpt_aes.h"
#include "crypto/dukpt_tdes.h"
#include "crypto/emv_cryptogram.h"
#include "crypto/ibm3624.h"
#include "crypto/kcv.h"
#include "crypto/key_block.h"
#include "crypto/pan_token.h"
#include "crypto/pvv.h"

enum { MEASURE_NS = 100 * 1000 * 1000, TURNS = 64, OPERATION_COUNT_MAX = 4 };

static void require(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "crypto: %s failed\n", what);
        exit(1);
    }
}

static void require_ok(status result, const char *what)
{
    require(result == OK, what);
}

/* OpenSSL alone */

enum cipher { TDES_ECB, TDES_CBC, AES_ECB, AES_CBC, CIPHER_COUNT };

struct operation {
    enum cipher cipher;
    int keyings, calls;
    size_t len; // bytes a call
};

static EVP_CIPHER_CTX *contexts[CIPHER_COUNT];
static const uint8_t bare_key[32] = "0123456789abcdefghijklmnopqrstuv";

static void bare_start(void)
{
    static const char *const names[CIPHER_COUNT] = { "DES-EDE3-ECB", "DES-EDE3-CBC", "AES-256-ECB", "AES-256-CBC" };
    for (int i = 0; i < CIPHER_COUNT; i++) {
        EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, names[i], NULL);
        contexts[i] = EVP_CIPHER_CTX_new();
        require(EVP_EncryptInit_ex2(contexts[i], cipher, bare_key, bare_key, NULL) == 1 &&
                    EVP_CIPHER_CTX_set_padding(contexts[i], 0) == 1,
                names[i]);
        EVP_CIPHER_free(cipher);
    }
}

static void bare_run(const struct operation *operation)
{
    static uint8_t block[4096];
    int written;
    EVP_CIPHER_CTX *context = contexts[operation->cipher];
    for (int i = 0; i < operation->keyings; i++) {
        require(EVP_EncryptInit_ex2(context, NULL, bare_key, NULL, NULL) == 1, "keying");
    }
    for (int i = 0; i < operation->calls; i++) {
        require(EVP_EncryptUpdate(context, block, &written, block, (int)operation->len) == 1, "OpenSSL");
    }
}

/* the functions, on one card */

static struct secret key_16, key_32, pin;
static struct tdes *pair;
static struct aes *aes;
static struct ff1 *ff1;
static struct ibm3624_table table;
static struct pin_block_key block_keys[PIN_BLOCK_FORMAT_COUNT];
static uint8_t pin_blocks[PIN_BLOCK_FORMAT_COUNT][PIN_BLOCK_LEN_MAX];
static char key_block[KEY_BLOCK_LEN_MAX];
static size_t key_block_len;
static const uint8_t ksn_tdes[DUKPT_TDES_KSN_LEN] = { 0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0x02, 0x49 };
static const uint8_t ksn_aes[DUKPT_AES_KSN_LEN] = { 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0, 0, 2, 0x49 };

#define PAN TEXT("4123456789012345")

static void functions_start(void)
{
    struct secret tdes_key = { 0 };
    require_ok(secret_init_copy(&key_16, bare_key, 16), "key");
    require_ok(secret_init_copy(&key_32, bare_key, 32), "key");
    require_ok(secret_init(&pin, PIN_LEN_MAX), "key");
    require_ok(tdes_new(&pair, &key_16), "key");
    require_ok(aes_new(&aes, &key_32), "key");
    require_ok(ff1_new(&ff1, &key_32), "key");
    require_ok(ibm3624_table_init(&table, TEXT("0123456789012345")), "table");
    for (int i = 0; i < PIN_BLOCK_FORMAT_COUNT; i++) {
        block_keys[i] = (struct pin_block_key){ (enum pin_block_format)i, pair, aes };
        const struct pin_block_input input = { PAN, TEXT("1234") };
        require_ok(pin_block_encrypt(&runtime_real, pin_blocks[i], &block_keys[i], &input), "PIN block");
    }
    const struct key_block_header header = { "C0", 'T', 'C', "00", 'E' };
    require_ok(secret_init_copy(&tdes_key, bare_key, 16), "key");
    require_ok(key_block_wrap(key_block, &key_block_len, &runtime_real, &key_32, &header, &tdes_key, 0), "key block");
    secret_release(&tdes_key);
}

static const struct cvv_input cvv_input = { { "4123456789012345", 16 }, { "2912", 4 }, { "201", 3 }, CVV_LEN };

static status run_cvv_verify(void)
{
    bool right;
    return cvv_verify(&right, pair, &cvv_input, TEXT("123"));
}

static status run_cvv_compute(void)
{
    char out[CVV_LEN_MAX];
    return cvv_compute(out, pair, &cvv_input);
}

static status run_cvc3_compute(void)
{
    char out[CVC3_LEN];
    static const struct cvc3_input input = { { 1, 2 }, { 3, 4, 5, 6 }, { 7, 8 } };
    return cvc3_compute(out, pair, &input);
}

static status run_dcvv_compute(void)
{
    char out[CVV_LEN];
    static const struct dcvv_input input = { EMV_UDK_A,    { "4123456789012345", 16 },
                                             { "00", 2 },  { "2912", 4 },
                                             { "201", 3 }, 77 };
    return dcvv_compute(out, &key_16, &input);
}

static status decrypt_block(enum pin_block_format format, size_t *len)
{
    const struct bytes_view block = { pin_blocks[format], pin_block_len(format) };
    return pin_block_decrypt(&pin, len, &block_keys[format], PAN, block);
}

static status run_pin_verify(void)
{
    bool right;
    size_t len;
    TRY(decrypt_block(PIN_BLOCK_ISO_0, &len));
    const struct pvv_input input = { PAN, '1', text_bytes(pin.at, len) };
    return pvv_verify(&right, pair, &input, TEXT("1234"));
}

static status run_pvv_verify(void)
{
    bool right;
    static const struct pvv_input input = { { "4123456789012345", 16 }, '1', { "1234", 4 } };
    return pvv_verify(&right, pair, &input, TEXT("1234"));
}

static status run_ibm3624_verify(void)
{
    bool right;
    const struct ibm3624_key key = { pair, &table, TEXT("1234567890123456") };
    return ibm3624_verify(&right, &key, TEXT("1234"), TEXT("5678"));
}

static status run_decrypt_0(void)
{
    size_t len;
    return decrypt_block(PIN_BLOCK_ISO_0, &len);
}

static status run_decrypt_4(void)
{
    size_t len;
    return decrypt_block(PIN_BLOCK_ISO_4, &len);
}

static status run_translate(void)
{
    uint8_t out[PIN_BLOCK_LEN_MAX];
    const struct pin_block_translation translation = { .from = &block_keys[PIN_BLOCK_ISO_0],
                                                       .to = &block_keys[PIN_BLOCK_ISO_0],
                                                       .pan = PAN };
    return pin_block_translate(&runtime_real, out, &translation, (struct bytes_view){ pin_blocks[0], PIN_BLOCK_LEN });
}

static status run_udk(void)
{
    struct secret out;
    status result = emv_udk(&out, &key_16, EMV_UDK_A, PAN, TEXT("00"));
    secret_release(&out);
    return result;
}

static status run_session_key(void)
{
    struct secret out;
    status result = emv_session_key_common(&out, &key_16, pin_blocks[0]);
    secret_release(&out);
    return result;
}

static status run_cryptogram(void)
{
    static const uint8_t data[29];
    const struct bytes_view piece = { data, sizeof data };
    const struct emv_cryptogram_data all = { &piece, 1, MAC_PADDING_2 };
    bool valid;
    return emv_cryptogram_verify(&valid, &key_16, &all, pin_blocks[0]);
}

static status run_arpc(void)
{
    uint8_t out[EMV_CRYPTOGRAM_LEN];
    return emv_arpc_1(out, &key_16, pin_blocks[0], (const uint8_t *)"00");
}

static status run_dukpt_tdes(void)
{
    struct secret out;
    status result = dukpt_tdes_transaction_key(&out, &key_16, ksn_tdes);
    secret_release(&out);
    return result;
}

static status run_dukpt_aes(void)
{
    struct secret out;
    status result = dukpt_aes_transaction_key(&out, &key_32, ksn_aes);
    secret_release(&out);
    return result;
}

static status run_kcv(void)
{
    uint8_t out[KCV_LEN_MAX];
    return kcv_compute(out, KCV_TDES_ECB, &key_16);
}

static status run_key_block(void)
{
    struct key_block block;
    TRY(key_block_read(&block, &key_32, text_bytes(key_block, key_block_len)));
    key_block_release(&block);
    return OK;
}

static status run_ff1(void)
{
    static uint8_t numerals[16];
    const struct ff1_form form = { 10, sizeof numerals, NULL, 0 };
    return ff1_encrypt(ff1, numerals, &form);
}

static status make_token(enum pan_token_shape shape)
{
    char out[PAN_TOKEN_LEN_MAX];
    size_t len;
    return pan_token_make(out, &len, ff1, shape, TEXT("4111111111111111"));
}

static status run_token_whole(void)
{
    return make_token(PAN_TOKEN_WHOLE);
}

static status run_token_firstvision(void)
{
    return make_token(PAN_TOKEN_FIRSTVISION);
}

static const struct {
    const char *name;
    status (*run)(void);
    struct operation bare[OPERATION_COUNT_MAX];
} functions[] = {
    { "CVV check", run_cvv_verify, { { TDES_ECB, 0, 2, 8 } } },
    { "PIN check: block of format 0, PVV", run_pin_verify, { { TDES_ECB, 0, 2, 8 } } },
    { "CVV", run_cvv_compute, { { TDES_ECB, 0, 2, 8 } } },
    { "CVC3", run_cvc3_compute, { { TDES_ECB, 0, 1, 8 } } },
    { "PVV check", run_pvv_verify, { { TDES_ECB, 0, 1, 8 } } },
    { "IBM 3624 check", run_ibm3624_verify, { { TDES_ECB, 0, 1, 8 } } },
    { "PIN block 0, opened", run_decrypt_0, { { TDES_ECB, 0, 1, 8 } } },
    { "PIN block 4, opened", run_decrypt_4, { { AES_ECB, 0, 2, 16 } } },
    { "PIN block 0 to 0", run_translate, { { TDES_ECB, 0, 2, 8 } } },
    { "FF1, 16 digits", run_ff1, { { AES_ECB, 0, 10, 16 } } },
    { "PAN token, whole, 16 digits", run_token_whole, { { AES_ECB, 0, 10, 16 } } },
    { "PAN token, FirstVision", run_token_firstvision, { { AES_ECB, 0, 10, 16 } } },
    { "dCVV from the issuer's key",
      run_dcvv_compute,
      { { TDES_ECB, 3, 0, 8 }, { TDES_ECB, 0, 1, 16 }, { TDES_ECB, 0, 2, 8 } } },
    { "EMV card key (UDK A)", run_udk, { { TDES_ECB, 1, 1, 16 } } },
    { "EMV session key", run_session_key, { { TDES_ECB, 1, 1, 16 } } },
    { "EMV cryptogram check, 32 bytes", run_cryptogram, { { TDES_CBC, 1, 1, 24 }, { TDES_ECB, 1, 1, 8 } } },
    { "EMV ARPC 1", run_arpc, { { TDES_ECB, 1, 1, 8 } } },
    { "DUKPT TDES, 3 steps", run_dukpt_tdes, { { TDES_ECB, 6, 6, 8 } } },
    { "DUKPT AES-256, 3 steps", run_dukpt_aes, { { AES_ECB, 3, 3, 32 } } },
    { "KCV TDES", run_kcv, { { TDES_ECB, 1, 1, 8 } } },
    // Two keys of two blocks under the KBPK, 64 bytes authenticated, 32 deciphered; the sub-keys of each CMAC.
    { "key block D, opened", run_key_block, { { AES_ECB, 2, 6, 16 }, { AES_CBC, 2, 1, 48 }, { AES_CBC, 0, 1, 32 } } },
};

/* measuring */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// How many a second.
static double measure(size_t function, bool bare)
{
    int64_t from = now_ns(), taken;
    int64_t count = 0;
    do {
        for (int i = 0; i < TURNS; i++) {
            if (!bare) {
                require_ok(functions[function].run(), functions[function].name);
            }
            for (int j = 0; bare && j < OPERATION_COUNT_MAX; j++) {
                bare_run(&functions[function].bare[j]);
            }
        }
        count += TURNS;
        taken = now_ns() - from;
    } while (taken < MEASURE_NS);
    return (double)count * 1e9 / (double)taken;
}

int main(int argc, char **argv)
{
    int rounds = argc == 2 ? atoi(argv[1]) : 5;
    bare_start();
    functions_start();
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        printf("%s", functions[i].name);
        for (int round = 0; round < rounds; round++) {
            double own = measure(i, false), bare = measure(i, true);
            printf("\t%.0f\t%.0f", own, bare);
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
