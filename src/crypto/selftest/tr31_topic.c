#include "crypto/key_block.h"
#include "crypto/key_block_format.h"
#include "crypto/selftest/topics.h"

// Opens each block, and wraps what came out of it again with the padding it had: the same block, to the bit.

static bool header_agrees(const struct vector_row *row, const struct key_block *block)
{
    const struct key_block_header *header = &block->header;
    return vector_is(row, "version", &block->format, 1) && vector_is(row, "usage", header->usage, 2) &&
           vector_is(row, "algorithm", &header->algorithm, 1) && vector_is(row, "mode_of_use", &header->mode, 1) &&
           vector_is(row, "key_version", header->version, 2) &&
           vector_is(row, "exportability", &header->exportability, 1);
}

// "KS=00604B120F9292800000;PB=": a long value may be cut short.
static bool options_agree(const struct vector_row *row, const struct key_block *block)
{
    text rest = vector_text(row, "opt_blocks"), listed;
    if (rest.len == 0) {
        return block->option_count == 0;
    }
    int count = 0;
    for (; text_split(&rest, ';', &listed); count++) {
        const struct key_block_option *option = &block->options[count];
        if (count == block->option_count || listed.len < 3 || listed.at[2] != '=' ||
            !text_equal(text_slice(listed, 0, 2), text_bytes(option->id, 2)) ||
            !text_starts_with(option->data, text_slice(listed, 3, listed.len - 3))) {
            return false;
        }
    }
    return count == block->option_count;
}

static bool keys_agree(const struct vector_row *row, char format, const struct secret *kbpk)
{
    struct secret encryption, mac;
    if (key_block_derive(&encryption, &mac, key_block_format(format), kbpk) != OK) {
        return false;
    }
    bool agree = vector_is_hex(row, "kbek_hex", encryption.at, encryption.len) &&
                 vector_is_hex(row, "kbak_hex", mac.at, mac.len);
    secret_release(&mac);
    secret_release(&encryption);
    return agree;
}

static bool rewraps(const struct vector_row *row, const struct key_block *block, const struct secret *kbpk)
{
    struct secret padding = { 0 };
    char out[KEY_BLOCK_ANY_LEN_MAX];
    size_t len;
    bool same = (vector_text(row, "padding_hex").len == 0 || vector_secret(row, "padding_hex", &padding)) &&
                key_block_rewrap(out, &len, kbpk, block, &padding) == OK && vector_is(row, "key_block", out, len);
    secret_release(&padding);
    return same;
}

static enum vector_result check_block(const struct vector_row *row)
{
    struct secret kbpk;
    struct key_block block;
    if (!vector_secret(row, "kbpk_hex", &kbpk)) {
        return VECTOR_FAILED;
    }
    bool passed = false;
    if (key_block_read(&block, &kbpk, vector_text(row, "key_block")) == OK) {
        passed = header_agrees(row, &block) && options_agree(row, &block) &&
                 vector_is_hex(row, "key_hex", block.key.at, block.key.len) && keys_agree(row, block.format, &kbpk) &&
                 rewraps(row, &block, &kbpk);
        key_block_release(&block);
    }
    secret_release(&kbpk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

// The method names its format in brackets: "TDES-CMAC derive (B)".
static enum vector_result check_derivation(const struct vector_row *row)
{
    text method = vector_text(row, "method");
    int64_t bracket = text_find(method, '(');
    if (bracket < 0 || (size_t)bracket + 1 == method.len) {
        return VECTOR_FAILED;
    }
    const struct key_block_format *format = key_block_format(method.at[bracket + 1]);
    struct secret kbpk;
    if (format == NULL || !vector_secret(row, "kbpk_hex", &kbpk)) {
        return VECTOR_FAILED;
    }
    bool passed = key_block_format_takes(format, &kbpk) && keys_agree(row, format->id, &kbpk);
    secret_release(&kbpk);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const block_columns[] = { "version",       "usage",       "algorithm", "mode_of_use", "key_version",
                                             "exportability", "opt_blocks",  "kbpk_hex",  "key_hex",     "kbek_hex",
                                             "kbak_hex",      "padding_hex", "key_block", NULL };

const struct vector_topic tr31_topic = { "tr31", block_columns, check_block };

static const char *const derivation_columns[] = { "method", "kbpk_hex", "kbek_hex", "kbak_hex", NULL };

const struct vector_topic tr31_kdf_topic = { "tr31_kdf", derivation_columns, check_derivation };
