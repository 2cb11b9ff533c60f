#include "crypto/key_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "crypto/key_block_format.h"
#include "crypto/key_block_use.h"
#include "crypto/mac.h"
#include "support/vector_file.h"

enum { ROOM = 4096 };

static struct secret secret_of(const void *bytes, size_t len)
{
    struct secret secret;
    assert_int_equal(secret_init_copy(&secret, bytes, len), OK);
    return secret;
}

static const struct key_block_header d0_header = { "D0", 'A', 'B', "01", 'N' };

// "Random" bytes that a test chooses: the padding.
struct given {
    const uint8_t *bytes;
    size_t len;
};

static void given_bytes(void *context, void *out, size_t len)
{
    const struct given *given = context;
    assert_int_equal(len, given->len);
    memcpy(out, given->bytes, len);
}

static void refused(const struct secret *kbpk, text block)
{
    struct key_block_header header = d0_header;
    const struct key_block_header none = { 0 };
    struct secret key;
    assert_int_equal(key_block_unwrap(&header, &key, kbpk, block), DATA_DAMAGED);
    assert_null(key.at);
    assert_memory_equal(&header, &none, sizeof none);
}

static void test_published_blocks(void **state)
{
    (void)state;
    struct vector_file vectors;
    int rows = 0, rewrapped = 0;
    vector_open(&vectors, "tr31.csv");
    while (vector_next(&vectors)) {
        uint8_t bytes[ROOM];
        struct secret kbpk = secret_of(bytes, vector_bytes(&vectors, "kbpk_hex", bytes, sizeof bytes));
        size_t key_len = vector_bytes(&vectors, "key_hex", bytes, sizeof bytes);
        text block = vector_text(&vectors, "key_block");

        struct key_block_header header;
        struct secret key;
        assert_int_equal(key_block_unwrap(&header, &key, &kbpk, block), OK);
        assert_int_equal(key.len, key_len);
        assert_memory_equal(key.at, bytes, key_len);
        assert_memory_equal(header.usage, vector_text(&vectors, "usage").at, 2);
        assert_int_equal(header.algorithm, vector_text(&vectors, "algorithm").at[0]);
        assert_int_equal(header.mode, vector_text(&vectors, "mode_of_use").at[0]);
        assert_memory_equal(header.version, vector_text(&vectors, "key_version").at, 2);
        assert_int_equal(header.exportability, vector_text(&vectors, "exportability").at[0]);

        // Rewrapping writes no optional blocks, so it is for the rows without them.
        if (vector_text(&vectors, "opt_blocks").len == 0) {
            uint8_t padding[64];
            struct given given = { padding, vector_bytes(&vectors, "padding_hex", padding, sizeof padding) };
            const struct runtime runtime = { .random = given_bytes, .context = &given };
            char out[KEY_BLOCK_LEN_MAX];
            size_t out_len = 0;
            assert_int_equal(key_block_wrap(out, &out_len, &runtime, &kbpk, &header, &key, key_len + given.len), OK);
            assert_int_equal(out_len, block.len);
            assert_memory_equal(out, block.at, block.len);
            rewrapped++;
        }
        secret_release(&key);
        secret_release(&kbpk);
        rows++;
    }
    assert_int_equal(rows, 4);
    assert_int_equal(rewrapped, 3);
}

// Every single bit, and every shorter or longer block.
static void test_damage_is_refused(void **state)
{
    (void)state;
    struct secret kbpk = secret_of("0123456789abcdef0123456789abcdef", 32);
    struct secret key = secret_of("sixteen bytes...", 16);
    char block[KEY_BLOCK_LEN_MAX + 2];
    size_t len = 0;
    assert_int_equal(key_block_wrap(block, &len, &runtime_real, &kbpk, &d0_header, &key, 0), OK);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        block[bit / 8] = (char)(block[bit / 8] ^ 1 << bit % 8);
        refused(&kbpk, text_bytes(block, len));
        block[bit / 8] = (char)(block[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t shorter = 0; shorter < len; shorter++) {
        refused(&kbpk, text_bytes(block, shorter));
    }
    block[len] = '0';
    block[len + 1] = '0';
    refused(&kbpk, text_bytes(block, len + 2));
    struct secret other = secret_of("0123456789abcdef0123456789abcdeg", 32);
    refused(&other, text_bytes(block, len));
    struct secret shorter = secret_of("0123456789abcdef", 16);
    refused(&shorter, text_bytes(block, len));

    // And it was sound all the time.
    struct key_block_header header;
    struct secret opened;
    assert_int_equal(key_block_unwrap(&header, &opened, &kbpk, text_bytes(block, len)), OK);
    secret_release(&opened);
    secret_release(&shorter);
    secret_release(&other);
    secret_release(&key);
    secret_release(&kbpk);
}

static void test_lengths(void **state)
{
    (void)state;
    // The padded length shows in the block: 16 + 2 * (2 + shown, up to the next 16) + 32.
    static const struct {
        char algorithm;
        size_t kbpk_len, key_len, padded_len, block_len;
    } cases[] = {
        { 'A', 32, 16, 0, 144 },
        { 'A', 32, 32, 0, 144 },
        { 'A', 24, 24, 0, 144 },
        { 'A', 16, 16, 16, 112 },
        { 'H', 32, 32, 0, 208 },
        { 'H', 32, 64, 0, 208 },
        { 'H', 32, 100, 0, 272 },
        { 'T', 32, 16, 0, 112 },
        { 'E', 32, 32, 0, 144 },
        { 'E', 32, 14, 0, 80 },
        { 'E', 32, 15, 0, 112 },
        { 'E', 24, 1, 478, 1008 },
        { 'E', 32, KEY_BLOCK_KEY_LEN_MAX, 0, 1008 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret kbpk, key, opened;
        char block[KEY_BLOCK_LEN_MAX];
        size_t len = 0;
        struct key_block_header header = d0_header, read;
        header.algorithm = cases[i].algorithm;
        assert_int_equal(secret_init_random(&kbpk, cases[i].kbpk_len), OK);
        assert_int_equal(secret_init_random(&key, cases[i].key_len), OK);
        assert_int_equal(key_block_wrap(block, &len, &runtime_real, &kbpk, &header, &key, cases[i].padded_len), OK);
        assert_int_equal(len, cases[i].block_len);
        assert_int_equal(key_block_unwrap(&read, &opened, &kbpk, text_bytes(block, len)), OK);
        assert_memory_equal(&read, &header, sizeof header);
        assert_int_equal(opened.len, key.len);
        assert_memory_equal(opened.at, key.at, key.len);
        secret_release(&opened);
        secret_release(&key);
        secret_release(&kbpk);
    }
}

// Makes a block whose MAC is right over any header and any plaintext, so that what is wrong in it stands alone. KBPK:
// 16 bytes. `head` has "????" for the length. Returns the block's length.
static size_t forge(char block[ROOM], const struct secret *kbpk, const char *head, const uint8_t *plain,
                    size_t plain_len)
{
    static const uint8_t inputs[2][8] = { { 1, 0, 0, 0, 0, 2, 0, 128 }, { 1, 0, 1, 0, 0, 2, 0, 128 } };
    uint8_t encryption_key[CMAC_LEN], mac_key_bytes[CMAC_LEN], mac[CMAC_LEN], message[ROOM], cipher[ROOM];
    size_t head_len = strlen(head);
    char length[5];
    snprintf(length, sizeof length, "%04u", (unsigned int)(head_len + 2 * plain_len + 32) % 10000);
    memcpy(message, head, head_len);
    if (memcmp(head + 1, "????", 4) == 0) {
        memcpy(message + 1, length, 4);
    }
    memcpy(block, message, head_len);
    memcpy(message + head_len, plain, plain_len);
    assert_int_equal(cmac_aes(encryption_key, kbpk, inputs[0], 8), OK);
    assert_int_equal(cmac_aes(mac_key_bytes, kbpk, inputs[1], 8), OK);
    struct secret mac_key = secret_of(mac_key_bytes, sizeof mac_key_bytes);
    assert_int_equal(cmac_aes(mac, &mac_key, message, head_len + plain_len), OK);
    secret_release(&mac_key);

    int out_len = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, encryption_key, mac), 1);
    assert_int_equal(EVP_EncryptUpdate(context, cipher, &out_len, plain, (int)plain_len), 1);
    EVP_CIPHER_CTX_free(context);

    char *at = block + head_len;
    for (size_t i = 0; i < plain_len + CMAC_LEN; i++, at += 2) {
        snprintf(at, 3, "%02X", i < plain_len ? cipher[i] : mac[i - plain_len]);
    }
    return (size_t)(at - block);
}

#define X16  "xxxxxxxxxxxxxxxx"
#define X240 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        bool sound;
    } cases[] = {
        { "D????D0AB01N0000", true },
        { "D????D0AB01N0010", true }, // a key context
        { "D????10ZB01N0020", true }, // a proprietary usage and algorithm
        { "D????D0AB01N0100"
          "KS10xxxxxxxxxxxx",
          true },
        { "D????D0AB01N0100"
          "PB10xxxxxxxxxxxx",
          true },
        { "D????D0AB01N0200"
          "KS08xxxx"
          "PB08xxxx",
          true },
        { "D????D0AB01N0200"
          "KS08 ~!x"
          "1004"
          "PB04"
          "",
          false }, // the count says two, three stand there
        { "D????D0AB01N0300"
          "KS08 ~!x"
          "1004"
          "PB04",
          true },
        { "D????D0AB01N0100"
          "CT00020010xxxxxx",
          false }, // a longer length, of nothing
        { "D????D0AB01N0100"
          "CT000210xxxxxxxx",
          true },
        { "D????D0AB01N0100"
          "CT00040010xxxxxx",
          true },
        { "D????D0AB01N0100"
          "CT00030"
          "10xxxxxxx",
          true },
        { "D????D0AB01N0100"
          "CT00040100xxxxxx" X240,
          true }, // 256 characters

        { "B????D0AB01N0000", false }, // another version
        { "d????D0AB01N0000", false },
        { "D0128D0AB01N0000", false }, // not its length
        { "D00A0D0AB01N0000", false },
        { "D????d0AB01N0000", false },
        { "D????D AB01N0000", false },
        { "D????D0*B01N0000", false },
        { "D????D0A-01N0000", false },
        { "D????D0AB0.N0000", false },
        { "D????D0AB01n0000", false },
        { "D????D0AB01N0030", false }, // no such key context
        { "D????D0AB01N0001", false },
        { "D????D0AB01N0A00", false },
        { "D????D0AB01N0100", false }, // an optional block is announced and missing
        { "D????D0AB01N9900"
          "KS10xxxxxxxxxxxx",
          false },
        { "D????D0AB01N0000"
          "KS10xxxxxxxxxxxx",
          false }, // not announced: it is no cipher text
        { "D????D0AB01N0200"
          "KS08xxxx"
          "KS08xxxx",
          false }, // twice the same
        { "D????D0AB01N0300"
          "KS04"
          "KP08xxxx"
          "KS04",
          false },
        { "D????D0AB01N0200"
          "PB08xxxx"
          "KS08xxxx",
          false }, // padding is last
        { "D????D0AB01N0100"
          "kS10xxxxxxxxxxxx",
          false },
        { "D????D0AB01N0100"
          "K\x80"
          "10xxxxxxxxxxxx",
          false },
        { "D????D0AB01N0100"
          "KS10xxxxxxxxxxx\x7F",
          false },
        { "D????D0AB01N0100"
          "KS10xxxxxx\nxxxxx",
          false },
        { "D????D0AB01N0100"
          "KS0axxxxxxxxxxxx",
          false },
        { "D????D0AB01N0100"
          "KS03xxxxxxxxxxxx",
          false }, // shorter than its own head
        { "D????D0AB01N0100"
          "KSFFxxxxxxxxxxxx",
          false }, // past the end
        { "D????D0AB01N0100"
          "KS08xxxx",
          false }, // not whole cipher blocks
        { "D????D0AB01N0100"
          "CT000010xxxxxxxx",
          false }, // a length of no characters
        { "D????D0AB01N0100"
          "CT000500010xxxxx",
          false },
        { "D????D0AB01N0100"
          "CT00FF0010xxxxxx",
          false },
        { "D????D0AB01N0100"
          "CT00040009xxxxxx",
          false }, // shorter than its own head
    };
    static const uint8_t plain[32] = { 0, 128, 'k' };
    struct secret kbpk = secret_of("0123456789abcdef", 16);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char block[ROOM];
        size_t len = forge(block, &kbpk, cases[i].head, plain, sizeof plain);
        if (!cases[i].sound) {
            refused(&kbpk, text_bytes(block, len));
            continue;
        }
        struct key_block_header header;
        struct secret key;
        assert_int_equal(key_block_unwrap(&header, &key, &kbpk, text_bytes(block, len)), OK);
        assert_int_equal(key.len, 16);
        assert_memory_equal(key.at, plain + 2, 16);
        assert_memory_equal(header.usage, cases[i].head + 5, 2);
        secret_release(&key);
    }

    // Hexadecimal has one spelling only.
    char block[ROOM];
    size_t len = forge(block, &kbpk, "D????D0AB01N0000", plain, sizeof plain);
    for (size_t i = 16; i < len; i++) {
        if (block[i] >= 'A') {
            block[i] = (char)(block[i] + 'a' - 'A');
            refused(&kbpk, text_bytes(block, len));
            block[i] = (char)(block[i] - 'a' + 'A');
        }
    }
    secret_release(&kbpk);
}

static void test_plaintexts(void **state)
{
    (void)state;
    // 32 bytes of plaintext have room for 30 of key.
    static const struct {
        uint8_t high, low;
        size_t key_len;
    } cases[] = {
        { 0, 8, 1 },   { 0, 240, 30 }, { 0, 0, 0 }, { 0, 127, 0 },
        { 0, 129, 0 }, { 0, 248, 0 },  { 1, 0, 0 }, { 255, 248, 0 },
    };
    struct secret kbpk = secret_of("0123456789abcdef", 16);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t plain[32] = { cases[i].high, cases[i].low };
        char block[ROOM];
        size_t len = forge(block, &kbpk, "D????D0AB01N0000", plain, sizeof plain);
        if (cases[i].key_len == 0) {
            refused(&kbpk, text_bytes(block, len));
            continue;
        }
        struct key_block_header header;
        struct secret key;
        assert_int_equal(key_block_unwrap(&header, &key, &kbpk, text_bytes(block, len)), OK);
        assert_int_equal(key.len, cases[i].key_len);
        secret_release(&key);
    }
    secret_release(&kbpk);
}

/* The other versions: blocks of the published vectors (crypto/selftest/vectors/tr31.csv). */

static const struct {
    const char *kbpk, *block;
} published[] = {
    { "B8ED59E0A279A295E9F5ED7944FD06B9",
      "A0112P0TE12E0200KS1400604B120F929280PB047A1BB737854CD7AF58A8A1E4506A942277EDA76EBA6BA228AF62ADDA3AD8799E8B2C8CD7" },
    { "1D22BF32387C600AD97F9B97A51311AC",
      "B0104B0TX12S0100KS1800604B120F9292800000BB68BE8680A400D9191AD4ECE45B6E6C0D21C4738A52190E248719E24B433627" },
    { "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCC",
      "C0088M3TC00E000091FA4978279FD9C218BDCBE9CC62F11A182F828406B67AC61B5573748FCF348FD59FA93A" },
    { "4141414141414141414141414141414141414141414141414141414141414141",
      "D0112B0TN00N000037DB9B046B7B0048785690759580ABC3B9842AB4BB7717B49E92528E575785D8123559376A2553B27BE94F054F4E971C" },
    { "3235362D62697420414553207772617070696E67202849534F20323030333829",
      "E0084B0TV16N0000B2AE5E26BBA7F246E84D5EA24167E208A6B66EF2E27E55A52DB52F0AEACB94C57547" },
};

enum { PUBLISHED_COUNT = sizeof published / sizeof published[0] };

static struct secret secret_of_hex(const char *hex)
{
    uint8_t bytes[64];
    assert_true(bytes_from_hex(bytes, strlen(hex) / 2, text_of(hex)));
    return secret_of(bytes, strlen(hex) / 2);
}

static void read_refused(const struct secret *kbpk, text input)
{
    struct key_block block;
    static const struct key_block none;
    assert_int_equal(key_block_read(&block, kbpk, input), DATA_DAMAGED);
    assert_memory_equal(&block, &none, sizeof none);
}

static void test_damage_of_any_version_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < PUBLISHED_COUNT; i++) {
        struct secret kbpk = secret_of_hex(published[i].kbpk);
        char copy[256];
        size_t len = strlen(published[i].block);
        memcpy(copy, published[i].block, len + 1);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
            read_refused(&kbpk, text_bytes(copy, len));
            copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
        }
        for (size_t shorter = 0; shorter < len; shorter++) {
            read_refused(&kbpk, text_bytes(copy, shorter));
        }
        copy[len] = copy[len + 1] = '0';
        read_refused(&kbpk, text_bytes(copy, len + 2));
        struct key_block block;
        assert_int_equal(key_block_read(&block, &kbpk, text_bytes(copy, len)), OK);
        key_block_release(&block);
        kbpk.at[0] ^= 2; // a bit that DES looks at
        read_refused(&kbpk, text_bytes(copy, len));
        secret_release(&kbpk);
    }
}

// A key of the wrong kind is one more thing that is wrong; only version D is for key_block_unwrap.
static void test_protection_keys(void **state)
{
    (void)state;
    for (int i = 0; i < PUBLISHED_COUNT; i++) {
        struct secret kbpk = secret_of_hex(published[i].kbpk), key = { 0 };
        struct key_block_header header;
        text block = text_of(published[i].block);
        assert_int_equal(key_block_unwrap(&header, &key, &kbpk, block), block.at[0] == 'D' ? OK : DATA_DAMAGED);
        secret_release(&key);
        for (size_t len = 1; len <= 40; len++) {
            struct secret other = secret_of("0123456789abcdef0123456789abcdef01234567", len);
            read_refused(&other, block);
            secret_release(&other);
        }
        secret_release(&kbpk);
    }
}

static void test_options_are_read(void **state)
{
    (void)state;
    struct secret kbpk = secret_of_hex(published[0].kbpk);
    struct key_block block;
    assert_int_equal(key_block_read(&block, &kbpk, text_of(published[0].block)), OK);
    assert_int_equal(block.format, 'A');
    assert_int_equal(block.context, '0');
    assert_int_equal(block.option_count, 2);
    assert_memory_equal(block.options[0].id, "KS", 2);
    assert_true(text_equal(block.options[0].data, TEXT("00604B120F929280")));
    assert_memory_equal(block.options[1].id, "PB", 2);
    assert_int_equal(block.options[1].data.len, 0);
    key_block_release(&block);
    secret_release(&kbpk);
}

#define DIGITS "0123456789ABCDEF"
#define X256                                                                                                           \
    DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS

static const struct key_block_header c0_header = { "C0", 'T', 'C', "c1", 'E' };

static void test_written_blocks(void **state)
{
    (void)state;
    // Length: 16 + options up to whole blocks + 2 * (2 + shown, up to whole blocks) + MAC.
    static const struct {
        char format, context;
        size_t kbpk_len, key_len;
        const char *data[2]; // of "KS" and "CT"
        int option_count, read_count;
        size_t len;
    } cases[] = {
        { 'B', 0, 16, 16, { NULL }, 0, 0, 16 + 64 + 16 },
        { 'B', 0, 24, 24, { NULL }, 0, 0, 16 + 64 + 16 },
        { 'B', '1', 16, 8, { "00604B120F9292800000" }, 1, 1, 16 + 24 + 64 + 16 },
        { 'B', '2', 16, 16, { "00604B120F929280000" }, 1, 2, 16 + 32 + 64 + 16 }, // 23: 5 more for a PB of one
        { 'B', '0', 16, 16, { "", "x" }, 2, 3, 16 + 16 + 64 + 16 },
        { 'D', '0', 32, 24, { NULL }, 0, 0, 16 + 64 + 32 },
        { 'D', '0', 16, 16, { "0123456789A" }, 1, 2, 16 + 32 + 64 + 32 },
        { 'D', '0', 24, 16, { "0123456789AB" }, 1, 1, 16 + 16 + 64 + 32 },
        { 'D', '0', 32, 16, { "", X256 "0123456789" }, 2, 3, 16 + 288 + 64 + 32 }, // 4, 276, 8
        { 'D', '0', 32, 16, { X256 }, 1, 2, 16 + 272 + 64 + 32 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret kbpk;
        struct key_block block = { .format = cases[i].format, .header = c0_header, .context = cases[i].context }, read;
        char out[KEY_BLOCK_ANY_LEN_MAX];
        size_t len = 0;
        assert_int_equal(secret_init_random(&kbpk, cases[i].kbpk_len), OK);
        assert_int_equal(secret_init_random(&block.key, cases[i].key_len), OK);
        block.option_count = cases[i].option_count;
        for (int j = 0; j < cases[i].option_count; j++) {
            memcpy(block.options[j].id, j == 0 ? "KS" : "CT", 2);
            block.options[j].data = text_of(cases[i].data[j]);
        }
        assert_int_equal(key_block_write(out, &len, &runtime_real, &kbpk, &block), OK);
        assert_int_equal(len, cases[i].len);
        assert_int_equal(key_block_read(&read, &kbpk, text_bytes(out, len)), OK);
        assert_int_equal(read.format, cases[i].format);
        assert_memory_equal(&read.header, &c0_header, sizeof c0_header);
        assert_int_equal(read.context, cases[i].context == 0 ? '0' : cases[i].context);
        assert_int_equal(read.option_count, cases[i].read_count);
        for (int j = 0; j < cases[i].option_count; j++) {
            assert_memory_equal(read.options[j].id, block.options[j].id, 2);
            assert_true(text_equal(read.options[j].data, block.options[j].data));
        }
        if (cases[i].read_count > cases[i].option_count) {
            assert_memory_equal(read.options[cases[i].option_count].id, "PB", 2);
        }
        assert_int_equal(read.key.len, cases[i].key_len);
        assert_memory_equal(read.key.at, block.key.at, cases[i].key_len);
        key_block_release(&read);
        key_block_release(&block);
        secret_release(&kbpk);
    }
}

struct refusal {
    char format, context;
    size_t kbpk_len, key_len;
    struct key_block_header header;
    const char *ids[2], *data; // of each option
};

static void test_what_is_not_written(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        { 'A', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" }, // read only
        { 'C', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'E', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'F', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'B', 0, 32, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" }, // no triple DES key
        { 'B', 0, 8, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'D', 0, 20, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'B', 0, 24, 16, { "D0", 'A', 'B', "00", 'E' }, { NULL }, "" }, // AES under a weaker key
        { 'D', 0, 16, 32, { "D0", 'A', 'B', "00", 'E' }, { NULL }, "" },
        { 'D', '3', 16, 16, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "c0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "C0", 't', 'C', "00", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "C0", 'T', '+', "00", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "d1", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "0c", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "00", ' ' }, { NULL }, "" },
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { "KS", "KS" }, "1234" },  // twice
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { "PB", "KS" }, "1234" },  // not last
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { "KS", "PB" }, "12345" }, // and does not pad
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { "ks" }, "1234" },
        { 'D', 0, 16, 16, { "C0", 'T', 'C', "00", 'E' }, { "KS" }, "12\n4" },
        { 'D', 0, 16, 0, { "C0", 'T', 'C', "00", 'E' }, { NULL }, "" },
        { 'D', 0, 16, 4095, { "S0", 'R', 'S', "00", 'E' }, { NULL }, "" }, // too long
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret kbpk;
        struct key_block block = { .format = cases[i].format, .header = cases[i].header, .context = cases[i].context };
        char out[KEY_BLOCK_ANY_LEN_MAX];
        size_t len;
        assert_int_equal(secret_init_random(&kbpk, cases[i].kbpk_len), OK);
        assert_true(cases[i].key_len == 0 || secret_init_random(&block.key, cases[i].key_len) == OK);
        for (; block.option_count < 2 && cases[i].ids[block.option_count] != NULL; block.option_count++) {
            memcpy(block.options[block.option_count].id, cases[i].ids[block.option_count], 2);
            block.options[block.option_count].data = text_of(cases[i].data);
        }
        assert_int_equal(key_block_write(out, &len, &runtime_real, &kbpk, &block), INVALID_INPUT);
        key_block_release(&block);
        secret_release(&kbpk);
    }
}

// Ninety-nine options fit; when they do not fill whole blocks there is no room for the padding.
static void test_many_options(void **state)
{
    (void)state;
    struct secret kbpk = secret_of("0123456789abcdef", 16);
    struct key_block block = { .format = 'B', .header = c0_header, .option_count = KEY_BLOCK_OPTION_COUNT_MAX }, read;
    char out[KEY_BLOCK_ANY_LEN_MAX];
    size_t len;
    block.key = secret_of("a key of 16 char", 16);
    for (int i = 0; i < KEY_BLOCK_OPTION_COUNT_MAX; i++) {
        block.options[i].id[0] = (char)('0' + i / 10);
        block.options[i].id[1] = (char)('0' + i % 10);
        block.options[i].data = TEXT("1234");
    }
    assert_int_equal(key_block_write(out, &len, &runtime_real, &kbpk, &block), OK);
    assert_int_equal(key_block_read(&read, &kbpk, text_bytes(out, len)), OK);
    assert_int_equal(read.option_count, KEY_BLOCK_OPTION_COUNT_MAX);
    key_block_release(&read);
    block.options[98].data = TEXT("123");
    assert_int_equal(key_block_write(out, &len, &runtime_real, &kbpk, &block), INVALID_INPUT);
    key_block_release(&block);
    secret_release(&kbpk);
}

/* what a header allows */

static void test_regular_headers(void **state)
{
    (void)state;
    static const struct {
        struct key_block_header header;
        bool regular;
    } cases[] = {
        { { "C0", 'T', 'C', "00", 'E' }, true },  { { "C0", 'T', 'N', "00", 'S' }, true },
        { { "C0", 'T', 'B', "00", 'E' }, false }, { { "C0", 'R', 'C', "00", 'E' }, false },
        { { "C0", 'T', 'C', "00", 'X' }, false }, { { "D0", 'A', 'B', "01", 'N' }, true },
        { { "M7", 'H', 'C', "01", 'N' }, true },  { { "S0", 'E', 'S', "01", 'N' }, true },
        { { "M7", 'A', 'C', "01", 'N' }, false }, { { "P0", 'T', 'E', "12", 'E' }, true },
        { { "P0", 'T', 'G', "12", 'E' }, false }, { { "B0", 'T', 'X', "12", 'S' }, true },
        { { "V2", 'T', 'V', "00", 'N' }, true },  { { "10", 'T', 'V', "00", 'N' }, false },
        { { "Z0", 'T', 'N', "00", 'N' }, false }, { { "I0", 'T', 'N', "00", 'N' }, true },
        { { "I0", 'T', 'B', "00", 'N' }, false }, { { "", 0, 0, "", 0 }, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(key_block_header_regular(&cases[i].header), cases[i].regular);
    }
    assert_string_equal(key_block_usage_name("C0"), "card verification");
    assert_string_equal(key_block_algorithm_name('T'), "triple DES");
    assert_string_equal(key_block_mode_name('C'), "generate and verify");
    assert_string_equal(key_block_exportability_name('N'), "not exportable");
    assert_null(key_block_usage_name("ZZ"));
    assert_null(key_block_algorithm_name('Z'));
    assert_null(key_block_mode_name(0));
    assert_null(key_block_exportability_name('e'));
}

static void test_permissions(void **state)
{
    (void)state;
    static const struct {
        char mode;
        bool encrypt, decrypt, generate, verify, derive, sign;
    } cases[] = {
        { 'B', true, true, false, false, false, false },   { 'C', false, false, true, true, false, false },
        { 'D', false, true, false, false, false, false },  { 'E', true, false, false, false, false, false },
        { 'G', false, false, true, false, false, false },  { 'N', true, true, true, true, true, true },
        { 'S', false, false, false, false, false, true },  { 'T', false, true, false, false, false, true },
        { 'V', false, false, false, true, false, false },  { 'X', false, false, false, false, true, false },
        { 'Y', false, false, false, false, false, false }, { 'Z', false, false, false, false, false, false },
        { 0, false, false, false, false, false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct key_block_header header = { "P0", 'T', cases[i].mode, "00", 'N' };
        assert_int_equal(key_block_permits(&header, "P0", KEY_TO_ENCRYPT), cases[i].encrypt);
        assert_int_equal(key_block_permits(&header, "P0", KEY_TO_DECRYPT), cases[i].decrypt);
        assert_int_equal(key_block_permits(&header, "P0", KEY_TO_GENERATE), cases[i].generate);
        assert_int_equal(key_block_permits(&header, "P0", KEY_TO_VERIFY), cases[i].verify);
        assert_int_equal(key_block_permits(&header, "P0", KEY_TO_DERIVE), cases[i].derive);
        assert_int_equal(key_block_permits(&header, "P0", KEY_TO_SIGN), cases[i].sign);
        for (int operation = KEY_TO_ENCRYPT; operation <= KEY_TO_SIGN; operation++) {
            assert_false(key_block_permits(&header, "C0", (enum key_operation)operation));
            assert_false(key_block_permits(&header, "P1", (enum key_operation)operation));
        }
        assert_false(key_block_exportable(&header));
    }
    const struct key_block_header trusted = { "P0", 'T', 'B', "00", 'E' }, sensitive = { "P0", 'T', 'B', "00", 'S' };
    assert_true(key_block_exportable(&trusted) && key_block_exportable(&sensitive));
}

// Version E. NIST SP 800-38A, F.5.1, whose counter carries after its first block; and a counter that begins anew.
static void test_counter_mode(void **state)
{
    (void)state;
    static const struct {
        const char *start, *in, *out;
    } cases[] = {
        { "F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF",
          "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411E5FBC1191A0A52EF",
          "874D6191B620E3261BEF6864990DB6CE9806F66B7970FDFF8617187BB9FFFDFF5AE4DF3EDBD5D35E5B4F09020DB03EAB" },
        // The second block is the cipher of zeros: 7DF76B0C1AB899B33E42F047B91B546F (the first step of RFC 4493, 4).
        { "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", NULL, "7DF76B0C1AB899B33E42F047B91B546F" },
    };
    struct secret key;
    assert_int_equal(secret_init(&key, 16), OK);
    assert_true(bytes_from_hex(key.at, key.len, TEXT("2B7E151628AED2A6ABF7158809CF4F3C")));
    const struct key_block_format *format = key_block_format('E');
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t start[16], bytes[48] = { 0 }, out[48];
        size_t len = strlen(cases[i].out) / 2, at = cases[i].in != NULL ? 0 : 16;
        assert_true(bytes_from_hex(start, sizeof start, text_of(cases[i].start)));
        assert_true(bytes_from_hex(out, len, text_of(cases[i].out)));
        if (cases[i].in != NULL) {
            assert_true(bytes_from_hex(bytes, len, text_of(cases[i].in)));
        }
        assert_int_equal(key_block_crypt(format, bytes, sizeof bytes, &key, start, true), OK);
        assert_memory_equal(bytes + at, out, len);
    }
    secret_release(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_blocks), cmocka_unit_test(test_damage_is_refused),
        cmocka_unit_test(test_lengths),          cmocka_unit_test(test_headers),
        cmocka_unit_test(test_plaintexts),       cmocka_unit_test(test_damage_of_any_version_is_refused),
        cmocka_unit_test(test_protection_keys),  cmocka_unit_test(test_options_are_read),
        cmocka_unit_test(test_written_blocks),   cmocka_unit_test(test_what_is_not_written),
        cmocka_unit_test(test_many_options),     cmocka_unit_test(test_regular_headers),
        cmocka_unit_test(test_permissions),      cmocka_unit_test(test_counter_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
