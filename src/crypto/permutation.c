/*
 * Version 1, so that a stranger can write it again. be64 is eight bytes, big-endian; || joins; N = 10^n.
 *
 *   K' = HMAC-SHA-256(key, "cardwright permutation v1" || be64(N) || be64(tweak))
 *
 * The text is its 25 characters, without a terminator.
 *
 * n >= 6. Let u = floor(n / 2), v = n - u, k = A * 10^v + B with A < 10^u and B < 10^v. For round i = 0 to 9:
 *   i even:  A = (A + F(i, B, u)) mod 10^u        i odd:  B = (B + F(i, A, v)) mod 10^v
 * and the value is A * 10^v + B, where
 *   F(i, half, m) = floor(X * 10^m / 2^128)
 *   X = AES-256(K', byte(i) || seven zero bytes || be64(half)), read as a big-endian number of 128 bits.
 * The inverse runs i from 9 to 0 and subtracts. m is at most 9, so the scaling favours no digit by more than 2^-98.
 *
 * n <= 5. The stream is AES-256(K', be64(0) || be64(c)) for c = 0, 1, 2..., cut into big-endian words of 32 bits.
 *   table[i] = i; for i = N - 1 down to 1: take words until one is below floor(2^32 / (i + 1)) * (i + 1), let j be that
 *   word mod (i + 1), and exchange table[i] with table[j]. The value of k is table[k].
 *
 * Extension: K" = HMAC-SHA-256(key, "cardwright extension v1" || be64(N) || be64(tweak)). The digits are those of
 *   floor(X * 10^18 / 2^128), 18 each with leading zeros, for X = AES-256(K", be64(c) || be64(value)), c = 0, 1, 2...
 */
#include "crypto/permutation.h"

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/mac.h"
#include "crypto/primitive.h"

enum { TABLE_SIZE_MAX = 100000, EXTENSION_DIGITS = 18, WORDS_PER_BLOCK = 4 };

static const uint64_t EXTENSION_SIZE = 1000000000000000000ULL; // 10^EXTENSION_DIGITS

// One block of AES, both halves big-endian.
struct block {
    uint64_t high, low;
};

// A batch of numbers in its two halves; both stay below 10^9.
struct halves {
    uint32_t a[PERMUTATION_BLOCK_COUNT], b[PERMUTATION_BLOCK_COUNT];
};

struct permutation {
    uint64_t size;
    EVP_CIPHER_CTX *cipher;    // under K'; NULL once a table is made
    EVP_CIPHER_CTX *extension; // under K"
    uint32_t a_size, b_size;   // 10^u and 10^v
    uint32_t *forward;         // size <= TABLE_SIZE_MAX: the values by k, else NULL
    uint32_t *backward;        // the k by value
    struct halves halves;
    struct block in[PERMUTATION_BLOCK_COUNT], out[PERMUTATION_BLOCK_COUNT];
};

// floor(X * size / 2^128); size < 2^63, so that nothing overflows.
static uint64_t block_scale(const struct block *block, uint64_t size)
{
    unsigned __int128 low = (unsigned __int128)be64toh(block->low) * size >> 64;
    return (uint64_t)(((unsigned __int128)be64toh(block->high) * size + low) >> 64);
}

static bool blocks_encrypt(EVP_CIPHER_CTX *cipher, struct block *out, const struct block *in, size_t count)
{
    int len = (int)(count * sizeof *in), out_len = 0;
    return EVP_EncryptUpdate(cipher, (unsigned char *)out, &out_len, (const unsigned char *)in, len) == 1;
}

// A context under the key that `label` derives. What it made is for the caller to free, also after a failure.
static status cipher_new(EVP_CIPHER_CTX **out, const struct secret *key, const char *label, uint64_t size,
                         uint64_t tweak)
{
    const struct primitives *primitives;
    struct hmac *hmac = NULL;
    uint8_t subkey[SHA256_LEN], numbers[16];
    bytes_put_be64(numbers, size);
    bytes_put_be64(numbers + 8, tweak);
    const struct bytes_view pieces[] = { { label, strlen(label) }, { numbers, sizeof numbers } };
    status result = primitives_get(&primitives);
    if (result == OK) {
        result = hmac_new(&hmac, key);
    }
    if (result == OK) {
        result = hmac_compute(hmac, subkey, pieces, 2);
    }
    if (result != OK) {
        goto done;
    }
    *out = EVP_CIPHER_CTX_new();
    if (*out == NULL) {
        result = OUT_OF_MEMORY;
    } else if (EVP_EncryptInit_ex2(*out, primitives->aes_256_ecb, subkey, NULL, NULL) != 1 ||
               EVP_CIPHER_CTX_set_padding(*out, 0) != 1) {
        result = primitive_refused();
    }
done:
    secret_wipe(subkey, sizeof subkey);
    hmac_free(hmac);
    return result;
}

/* the shuffled table */

// The next 32 bits of the stream; *position counts those taken.
static bool stream_word(struct permutation *permutation, uint32_t *out, uint64_t *position)
{
    const size_t words = WORDS_PER_BLOCK * PERMUTATION_BLOCK_COUNT;
    size_t index = *position % words;
    if (index == 0) {
        for (size_t i = 0; i < PERMUTATION_BLOCK_COUNT; i++) {
            permutation->in[i] = (struct block){ 0, htobe64(*position / WORDS_PER_BLOCK + i) };
        }
        if (!blocks_encrypt(permutation->cipher, permutation->out, permutation->in, PERMUTATION_BLOCK_COUNT)) {
            return false;
        }
    }
    *out = bytes_get_be32((const uint8_t *)permutation->out + index * sizeof *out);
    *position += 1;
    return true;
}

static status table_fill(struct permutation *permutation)
{
    uint32_t size = (uint32_t)permutation->size;
    permutation->forward = calloc(size, sizeof *permutation->forward);
    permutation->backward = calloc(size, sizeof *permutation->backward);
    if (permutation->forward == NULL || permutation->backward == NULL) {
        return OUT_OF_MEMORY;
    }
    uint32_t *table = permutation->forward;
    for (uint32_t i = 0; i < size; i++) {
        table[i] = i;
    }
    uint64_t position = 0;
    for (uint32_t i = size - 1; i > 0; i--) {
        uint64_t choices = i + 1;
        uint64_t fair = (1ULL << 32) / choices * choices; // from here up, small remainders would come once more often
        uint32_t word;
        do {
            if (!stream_word(permutation, &word, &position)) {
                return primitive_refused();
            }
        } while (word >= fair);
        uint32_t j = (uint32_t)(word % choices);
        uint32_t kept = table[i];
        table[i] = table[j];
        table[j] = kept;
    }
    for (uint32_t i = 0; i < size; i++) {
        permutation->backward[table[i]] = i;
    }
    EVP_CIPHER_CTX_free(permutation->cipher);
    permutation->cipher = NULL;
    return OK;
}

/* the Feistel network */

// One round for a whole batch: the target half of every number moves by a function of its other half.
static bool round_run(struct permutation *permutation, int round, size_t count, bool backward)
{
    struct halves *halves = &permutation->halves;
    bool even = round % 2 == 0;
    uint32_t *target = even ? halves->a : halves->b;
    const uint32_t *source = even ? halves->b : halves->a;
    uint32_t size = even ? permutation->a_size : permutation->b_size;
    uint64_t high = htobe64((uint64_t)round << 56);
    for (size_t i = 0; i < count; i++) {
        permutation->in[i] = (struct block){ high, htobe64(source[i]) };
    }
    if (!blocks_encrypt(permutation->cipher, permutation->out, permutation->in, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t step = (uint32_t)block_scale(&permutation->out[i], size);
        uint32_t moved = target[i] + (backward ? size - step : step);
        target[i] = moved >= size ? moved - size : moved;
    }
    return true;
}

// The halves and the blocks are numbers in clear: nothing of them stays between calls.
static void batch_wipe(struct permutation *permutation, size_t count)
{
    secret_wipe(permutation->halves.a, count * sizeof permutation->halves.a[0]);
    secret_wipe(permutation->halves.b, count * sizeof permutation->halves.b[0]);
    secret_wipe(permutation->in, count * sizeof permutation->in[0]);
    secret_wipe(permutation->out, count * sizeof permutation->out[0]);
}

static bool batch_map(struct permutation *permutation, uint64_t *out, uint64_t first, size_t count)
{
    struct halves *halves = &permutation->halves;
    uint32_t a = (uint32_t)(first / permutation->b_size), b = (uint32_t)(first % permutation->b_size);
    for (size_t i = 0; i < count; i++) {
        halves->a[i] = a;
        halves->b[i] = b;
        b++;
        if (b == permutation->b_size) {
            b = 0;
            a++;
        }
    }
    for (int round = 0; round < PERMUTATION_ROUNDS; round++) {
        if (!round_run(permutation, round, count, false)) {
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = (uint64_t)halves->a[i] * permutation->b_size + halves->b[i];
    }
    return true;
}

static uint32_t power_of_ten(int digits)
{
    uint32_t power = 1;
    for (int i = 0; i < digits; i++) {
        power *= 10;
    }
    return power;
}

// The number of zeros of a power of ten.
static int size_digits(uint64_t size)
{
    int digits = 0;
    while (size > 1) {
        assert(size % 10 == 0);
        size /= 10;
        digits++;
    }
    return digits;
}

status permutation_new(struct permutation **out, const struct secret *key, uint64_t size, uint64_t tweak)
{
    assert(key->len == PERMUTATION_KEY_LEN);
    assert(size >= 10 && size <= PERMUTATION_SIZE_MAX);
    *out = NULL;
    struct permutation *permutation = calloc(1, sizeof *permutation);
    if (permutation == NULL) {
        return OUT_OF_MEMORY;
    }
    int digits = size_digits(size);
    permutation->size = size;
    permutation->a_size = power_of_ten(digits / 2);
    permutation->b_size = power_of_ten(digits - digits / 2);
    status result = cipher_new(&permutation->cipher, key, "cardwright permutation v1", size, tweak);
    if (result == OK) {
        result = cipher_new(&permutation->extension, key, "cardwright extension v1", size, tweak);
    }
    if (result == OK && size <= TABLE_SIZE_MAX) {
        result = table_fill(permutation);
        batch_wipe(permutation, PERMUTATION_BLOCK_COUNT);
    }
    if (result != OK) {
        permutation_free(permutation);
        return result;
    }
    *out = permutation;
    return OK;
}

static void table_free(uint32_t *table, uint64_t size)
{
    if (table != NULL) {
        secret_wipe(table, size * sizeof *table);
        free(table);
    }
}

void permutation_free(struct permutation *permutation)
{
    if (permutation != NULL) {
        EVP_CIPHER_CTX_free(permutation->cipher);
        EVP_CIPHER_CTX_free(permutation->extension);
        table_free(permutation->forward, permutation->size);
        table_free(permutation->backward, permutation->size);
        secret_wipe(permutation, sizeof *permutation);
        free(permutation);
    }
}

status permutation_map(struct permutation *permutation, uint64_t *out, uint64_t first, size_t count)
{
    assert(first <= permutation->size && count <= permutation->size - first);
    if (permutation->forward != NULL) {
        for (size_t i = 0; i < count; i++) {
            out[i] = permutation->forward[first + i];
        }
        return OK;
    }
    bool done = true;
    for (size_t at = 0; done && at < count; at += PERMUTATION_BLOCK_COUNT) {
        size_t batch = count - at < PERMUTATION_BLOCK_COUNT ? count - at : PERMUTATION_BLOCK_COUNT;
        done = batch_map(permutation, out + at, first + at, batch);
    }
    batch_wipe(permutation, count < PERMUTATION_BLOCK_COUNT ? count : PERMUTATION_BLOCK_COUNT);
    return done ? OK : primitive_refused();
}

status permutation_inverse(struct permutation *permutation, uint64_t *out, uint64_t value)
{
    assert(value < permutation->size);
    if (permutation->backward != NULL) {
        *out = permutation->backward[value];
        return OK;
    }
    struct halves *halves = &permutation->halves;
    halves->a[0] = (uint32_t)(value / permutation->b_size);
    halves->b[0] = (uint32_t)(value % permutation->b_size);
    bool done = true;
    for (int round = PERMUTATION_ROUNDS; done && round-- > 0;) {
        done = round_run(permutation, round, 1, true);
    }
    *out = (uint64_t)halves->a[0] * permutation->b_size + halves->b[0];
    batch_wipe(permutation, 1);
    return done ? OK : primitive_refused();
}

status permutation_extend(struct permutation *permutation, uint8_t *digits, size_t count, uint64_t value)
{
    assert(value < permutation->size);
    bool done = true;
    for (size_t at = 0; done && at < count; at += EXTENSION_DIGITS) {
        permutation->in[0] = (struct block){ htobe64(at / EXTENSION_DIGITS), htobe64(value) };
        done = blocks_encrypt(permutation->extension, permutation->out, permutation->in, 1);
        uint64_t eighteen = block_scale(&permutation->out[0], EXTENSION_SIZE);
        for (size_t i = EXTENSION_DIGITS; i-- > 0; eighteen /= 10) {
            if (at + i < count) {
                digits[at + i] = (uint8_t)(eighteen % 10);
            }
        }
    }
    batch_wipe(permutation, 1);
    return done ? OK : primitive_refused();
}
