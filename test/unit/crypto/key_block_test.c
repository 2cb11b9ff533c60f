#include "crypto/key_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_blocks), cmocka_unit_test(test_damage_is_refused),
        cmocka_unit_test(test_lengths),          cmocka_unit_test(test_headers),
        cmocka_unit_test(test_plaintexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
