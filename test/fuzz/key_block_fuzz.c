/*
 * Any bytes as a key block, under keys of its own: what opens must be written again, where it is a version that is
 * written, and open to the same. Bytes that begin with a small letter are taken apart as a block to write: what is
 * taken must open to the same.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/key_block.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct secret tdes_key, aes_key;

static void make_keys(void)
{
    // Those of some published blocks, which are in the corpus.
    static const uint8_t tdes[16] = { 0xB8, 0xED, 0x59, 0xE0, 0xA2, 0x79, 0xA2, 0x95,
                                      0xE9, 0xF5, 0xED, 0x79, 0x44, 0xFD, 0x06, 0xB9 };
    uint8_t aes[32];
    memset(aes, 'A', sizeof aes);
    assert(secret_init_copy(&tdes_key, tdes, sizeof tdes) == OK && secret_init_copy(&aes_key, aes, sizeof aes) == OK);
}

static const struct secret *kbpk_of(char format)
{
    return format >= 'D' ? &aes_key : &tdes_key;
}

static bool same_option(const struct key_block_option *a, const struct key_block_option *b)
{
    return memcmp(a->id, b->id, sizeof a->id) == 0 && text_equal(a->data, b->data);
}

static void write_and_read(const struct key_block *block)
{
    static char out[KEY_BLOCK_ANY_LEN_MAX];
    size_t len = 0;
    struct key_block read;
    const struct secret *kbpk = kbpk_of(block->format);
    if (key_block_write(out, &len, &runtime_real, kbpk, block) != OK) {
        return;
    }
    assert(key_block_read(&read, kbpk, text_bytes(out, len)) == OK);
    assert(read.format == block->format && memcmp(&read.header, &block->header, sizeof read.header) == 0);
    assert(read.option_count == block->option_count || read.option_count == block->option_count + 1);
    for (int i = 0; i < block->option_count; i++) {
        assert(same_option(&read.options[i], &block->options[i]));
    }
    assert(read.key.len == block->key.len && memcmp(read.key.at, block->key.at, read.key.len) == 0);
    key_block_release(&read);
}

static void read_any(const uint8_t *bytes, size_t len)
{
    struct key_block block;
    static const struct key_block none;
    char format = len > 0 ? (char)bytes[0] : 'A';
    status result = key_block_read(&block, kbpk_of(format), text_bytes(bytes, len));
    assert(result == OK || (result == DATA_DAMAGED && memcmp(&block, &none, sizeof none) == 0));
    if (result == OK) {
        assert(block.key.len > 0 && block.option_count <= KEY_BLOCK_OPTION_COUNT_MAX);
        write_and_read(&block);
        key_block_release(&block);
    }
}

// Format, context, key length and header, then options: id, length divided by three, data.
static void write_any(const uint8_t *bytes, size_t len)
{
    struct key_block block = { .format = (char)(bytes[0] - 'a' + 'A') };
    if (len < 3 + sizeof block.header) {
        return;
    }
    block.context = (char)bytes[1];
    memcpy(&block.header, bytes + 3, sizeof block.header);
    if (secret_init(&block.key, (size_t)4 * bytes[2]) != OK) {
        return;
    }
    for (size_t at = 3 + sizeof block.header; at + 3 <= len && block.option_count < KEY_BLOCK_OPTION_COUNT_MAX;) {
        struct key_block_option *option = &block.options[block.option_count++];
        size_t left = len - at - 3, wanted = (size_t)3 * bytes[at + 2];
        memcpy(option->id, bytes + at, sizeof option->id);
        option->data = text_bytes(bytes + at + 3, wanted < left ? wanted : left);
        at += 3 + option->data.len;
    }
    write_and_read(&block);
    key_block_release(&block);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (tdes_key.at == NULL) {
        make_keys();
    }
    if (len > 0 && bytes[0] >= 'a' && bytes[0] <= 'z') {
        write_any(bytes, len);
    } else {
        read_any(bytes, len);
    }
    return 0;
}
