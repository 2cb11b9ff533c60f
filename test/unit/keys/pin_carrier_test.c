#include "keys/pin_carrier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "payment_ring.h"

#define ZONE       "A1B2C3D4E5F60718293A4B5C6D7E8F90"
#define OTHER_ZONE "112233445566778899AABBCCDDEEFF01FEDCBA9876543211"
#define ZONE_AES   "C1D0F8FB4958670DBA40AB1F3752EF0D"
#define BDK        "0123456789ABCDEFFEDCBA9876543210"
#define BDK_AES    "FEDCBA9876543210F1F1F1F1F1F1F1F1"

enum { TDES = 1, TDES_LONG, AES, TERMINAL, TERMINAL_AES, READS_ONLY, WRITES_ONLY, TERMINAL_AES_256 };

static struct keyring *keys_new(void)
{
    struct keyring *keyring = ring_new();
    ring_add(keyring, TDES, "P0TB", ZONE);
    ring_add(keyring, TDES_LONG, "P0TB", OTHER_ZONE);
    ring_add(keyring, AES, "P0AB", ZONE_AES);
    ring_add(keyring, TERMINAL, "B0TX", BDK);
    ring_add(keyring, TERMINAL_AES, "B0AX", BDK_AES);
    ring_add(keyring, READS_ONLY, "P0TD", ZONE);
    ring_add(keyring, WRITES_ONLY, "P0TE", ZONE);
    ring_add(keyring, TERMINAL_AES_256, "B0AX", BDK_AES BDK_AES);
    return keyring;
}

// From one block of a vector to one of format 0, which has nothing random: its clear field is pinblock.csv's.
static void expect_pin(struct keyring *keyring, const struct pin_source *from, const char *pan, const char *pin)
{
    const struct pin_translation translation = { .pan = text_of(pan), .from = *from, .to = { TDES, PIN_BLOCK_ISO_0 } };
    const struct ring_block wanted = { PIN_BLOCK_ISO_0, ZONE, pan, pin };
    const struct pin_block expected = ring_pin_block(&wanted);
    struct pin_block block;
    assert_int_equal(pin_translate(keyring, &block, &translation), OK);
    assert_int_equal(block.len, expected.len);
    assert_memory_equal(block.at, expected.at, expected.len);
}

// dukpt.csv (X9.24-1:2009, A.4; X9.24-3:2017, supplement) and pinblock.csv (ep2; REJECT rows of psec): PIN 1234.
static void test_vectors(void **state)
{
    (void)state;
    static const struct {
        int64_t key_id;
        enum pin_block_format format;
        enum dukpt_aes_kind kind;
        const char *ksn, *pan, *block;
    } rows[] = {
        { AES, PIN_BLOCK_ISO_4, 0, "", "432198765432109870", "CC17F65586BFD0953010226C4FC5B3CA" },
        { TERMINAL, PIN_BLOCK_ISO_0, 0, "FFFF9876543210E00001", "4012345678909", "1B9C1845EB993A7A" },
        { TERMINAL, PIN_BLOCK_ISO_0, 0, "FFFF9876543210E00003", "4012345678909", "18DC07B94797B466" },
        { TERMINAL, PIN_BLOCK_ISO_0, 0, "FFFF9876543210E00004", "4012345678909", "0BC79509D5645DF7" },
        { TERMINAL_AES, PIN_BLOCK_ISO_4, DUKPT_AES_KIND_AES_128, "123456789012345600000001", "4111111111111111",
          "A912150391AB65A67E52883D81CE2D15" },
        { TERMINAL_AES, PIN_BLOCK_ISO_4, DUKPT_AES_KIND_AES_128, "123456789012345600000008", "4111111111111111",
          "8308BB857C17F390369F761F8EB358FA" },
    };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t ksn[HEX_BYTES_MAX], block[HEX_BYTES_MAX];
        size_t ksn_len = hex_bytes(ksn, rows[i].ksn), block_len = hex_bytes(block, rows[i].block);
        const struct pin_source source = {
            rows[i].key_id, rows[i].format, { ksn, ksn_len }, rows[i].kind, { block, block_len }
        };
        expect_pin(keyring, &source, rows[i].pan, "1234");
    }
    keyring_free(keyring);
}

// The key of an AES-256 terminal, whose PIN key is AES-128: dukpt.csv, WORKKEY-PIN-AES128.
static void test_smaller_terminal_key(void **state)
{
    (void)state;
    static const uint8_t ksn[] = { 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0, 0, 0, 1 };
    const struct ring_block sent = { PIN_BLOCK_ISO_4, "09C9C432966811D6B2C3336BAC1B1202", "4111111111111111", "98765" };
    const struct pin_block block = ring_pin_block(&sent);
    const struct pin_source source = {
        TERMINAL_AES_256, PIN_BLOCK_ISO_4, { ksn, sizeof ksn }, DUKPT_AES_KIND_AES_128, { block.at, block.len }
    };
    struct keyring *keyring = keys_new();
    expect_pin(keyring, &source, "4111111111111111", "98765");
    keyring_free(keyring);
}

// ISO 9564-1:2017, table 2, written out again.
static void test_translations(void **state)
{
    (void)state;
    static const struct {
        int64_t key_id;
        const char *hex;
    } keys[PIN_BLOCK_FORMAT_COUNT] = {
        { TDES, ZONE }, { TDES_LONG, OTHER_ZONE }, { TDES, ZONE }, { TDES_LONG, OTHER_ZONE }, { AES, ZONE_AES }
    };
    static const char *const allowed[PIN_BLOCK_FORMAT_COUNT] = { "a-caa", "aacaa", "--c--", "a-caa", "a-caa" };
    const char *pan = "5555555551234567";
    struct keyring *keyring = keys_new();
    for (int i = 0; i < 2 * PIN_BLOCK_FORMAT_COUNT * PIN_BLOCK_FORMAT_COUNT; i++) {
        int from = i / 2 / PIN_BLOCK_FORMAT_COUNT, to = i / 2 % PIN_BLOCK_FORMAT_COUNT;
        bool to_chip = i % 2 == 1;
        bool may = allowed[from][to] == 'a' || (to_chip && allowed[from][to] == 'c');
        const struct ring_block sent = { (enum pin_block_format)from, keys[from].hex, pan, "739182" };
        const struct pin_block block = ring_pin_block(&sent);
        const struct pin_translation translation = {
            .pan = text_of(pan),
            .from = { .key_id = keys[from].key_id, .format = sent.format, .block = ring_block_view(&block) },
            .to = { keys[to].key_id, (enum pin_block_format)to },
            .to_chip = to_chip,
        };
        struct pin_block translated;
        assert_int_equal(pin_translate(keyring, &translated, &translation), may ? OK : PIN_TRANSLATION_REFUSED);
        assert_int_equal(translated.len, may ? pin_block_len((enum pin_block_format)to) : 0);
        if (may && to != PIN_BLOCK_ISO_2) { // from which there is no way back
            const struct pin_source read = { .key_id = keys[to].key_id,
                                             .format = (enum pin_block_format)to,
                                             .block = ring_block_view(&translated) };
            expect_pin(keyring, &read, pan, "739182");
        }
    }
    keyring_free(keyring);
}

static void test_refused(void **state)
{
    (void)state;
    static const uint8_t ksn[] = { 0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0x00, 0x01, 0, 0 };
    static const uint8_t ksn_never[] = { 0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xFF, 0xFF, 0xFF, 0, 0 };
    static const uint8_t ksn_aes[] = { 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0, 0, 0, 1 };
    static const uint8_t block[16] = { 0 };
    static const struct {
        struct pin_source from;
        struct pin_target to;
        status expected;
    } cases[] = {
        // A format of the other algorithm; a key that may not do that.
        { { TDES, PIN_BLOCK_ISO_4, { 0 }, 0, { block, 16 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { AES, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { TDES, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_4 }, KEY_WRONG_USE },
        { { TDES, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { AES, PIN_BLOCK_ISO_3 }, KEY_WRONG_USE },
        { { WRITES_ONLY, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { TDES, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { READS_ONLY, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { READS_ONLY, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } },
          { WRITES_ONLY, PIN_BLOCK_ISO_0 },
          PIN_BLOCK_INVALID },
        { { TERMINAL, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { TDES, PIN_BLOCK_ISO_0, { ksn, 10 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { TERMINAL_AES, PIN_BLOCK_ISO_0, { ksn, 10 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_WRONG_USE },
        { { TERMINAL, PIN_BLOCK_ISO_4, { ksn_aes, 12 }, DUKPT_AES_KIND_AES_128, { block, 16 } },
          { TDES, PIN_BLOCK_ISO_0 },
          KEY_WRONG_USE },
        { { 99, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, KEY_UNAVAILABLE },
        // A KSN of another length, one that no terminal sends, a kind of key that the format does not have.
        { { TERMINAL, PIN_BLOCK_ISO_0, { ksn, 9 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, INVALID_INPUT },
        { { TERMINAL, PIN_BLOCK_ISO_0, { ksn_never, 10 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, INVALID_INPUT },
        { { TERMINAL, PIN_BLOCK_ISO_4, { ksn, 10 }, 0, { block, 16 } }, { TDES, PIN_BLOCK_ISO_0 }, INVALID_INPUT },
        { { TERMINAL_AES, PIN_BLOCK_ISO_4, { ksn_aes, 12 }, DUKPT_AES_KIND_TDES_2, { block, 16 } },
          { TDES, PIN_BLOCK_ISO_0 },
          INVALID_INPUT },
        { { TERMINAL_AES, PIN_BLOCK_ISO_0, { ksn_aes, 12 }, DUKPT_AES_KIND_AES_128, { block, 8 } },
          { TDES, PIN_BLOCK_ISO_0 },
          INVALID_INPUT },
        { { TERMINAL_AES, PIN_BLOCK_ISO_4, { ksn_aes, 12 }, DUKPT_AES_KIND_HMAC_128, { block, 16 } },
          { TDES, PIN_BLOCK_ISO_0 },
          INVALID_INPUT },
        { { TERMINAL_AES, PIN_BLOCK_ISO_4, { ksn_aes, 12 }, DUKPT_AES_KIND_AES_256, { block, 16 } },
          { TDES, PIN_BLOCK_ISO_0 },
          INVALID_INPUT },
        // A block of another length, or of nothing.
        { { TDES, PIN_BLOCK_ISO_0, { 0 }, 0, { block, 16 } }, { TDES, PIN_BLOCK_ISO_0 }, PIN_BLOCK_INVALID },
        { { AES, PIN_BLOCK_ISO_4, { 0 }, 0, { block, 8 } }, { TDES, PIN_BLOCK_ISO_0 }, PIN_BLOCK_INVALID },
        { { TDES, PIN_BLOCK_ISO_0, { 0 }, 0, { NULL, 0 } }, { TDES, PIN_BLOCK_ISO_0 }, PIN_BLOCK_INVALID },
        { { TERMINAL_AES, PIN_BLOCK_ISO_3, { ksn_aes, 12 }, DUKPT_AES_KIND_TDES_3, { block, 8 } },
          { TDES, PIN_BLOCK_ISO_0 },
          PIN_BLOCK_INVALID },
    };
    struct keyring *keyring = keys_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pin_translation translation = { TEXT("4012345678909"), cases[i].from, cases[i].to, false };
        struct pin_block out;
        assert_int_equal(pin_translate(keyring, &out, &translation), cases[i].expected);
        assert_int_equal(out.len, 0);
    }
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_smaller_terminal_key),
        cmocka_unit_test(test_translations),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
