#include "crypto/ff1.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/aes.h"

enum {
    ROUNDS = 10,
    HALF_LEN_MAX = FF1_LEN_MAX / 2,
    NUMBER_LEN_MAX = HALF_LEN_MAX, // bytes of a half: a numeral is at most one
    LIMB_LEN = 4,
    LIMB_COUNT_MAX = NUMBER_LEN_MAX / LIMB_LEN + 1, // of the round function's result
    STREAM_LEN_MAX = (LIMB_COUNT_MAX * LIMB_LEN + AES_BLOCK_LEN - 1) / AES_BLOCK_LEN * AES_BLOCK_LEN,
    INPUT_LEN_MAX = (FF1_TWEAK_LEN_MAX + 1 + NUMBER_LEN_MAX + AES_BLOCK_LEN - 1) / AES_BLOCK_LEN * AES_BLOCK_LEN,
};

_Static_assert(FF1_LEN_MAX % 2 == 0 && NUMBER_LEN_MAX % LIMB_LEN == 0, "no half is longer than the other by more");

// What the standard computes from radix and lengths alone, kept for the next string of the same form.
struct plan {
    unsigned int radix;
    size_t len, tweak_len;
    size_t number_len;            // b: bytes of the longer half as a number
    size_t group_len;             // numerals that fit into a limb together,
    uint32_t group_size;          // and how many values they have
    uint8_t chain[AES_BLOCK_LEN]; // the first block P, encrypted
};

struct ff1 {
    struct aes *aes;
    struct plan plan; // radix 0: none yet
};

// Little-endian limbs, as many as `count`.
struct number {
    uint32_t limbs[LIMB_COUNT_MAX];
    size_t count;
};

struct workspace {
    struct number number;
    uint8_t input[INPUT_LEN_MAX];
    uint8_t stream[STREAM_LEN_MAX];
};

status ff1_new(struct ff1 **out, const struct secret *key)
{
    struct ff1 *ff1 = calloc(1, sizeof *ff1);
    if (ff1 == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = aes_new(&ff1->aes, key);
    if (result != OK) {
        free(ff1);
        return result;
    }
    *out = ff1;
    return OK;
}

void ff1_free(struct ff1 *ff1)
{
    if (ff1 != NULL) {
        aes_free(ff1->aes);
        free(ff1);
    }
}

bool ff1_domain_wide(unsigned int radix, size_t len)
{
    uint64_t size = 1;
    for (size_t i = 0; i < len && size < 1000000; i++) {
        size *= radix;
    }
    return size >= 1000000;
}

/* numbers */

static void number_multiply_add(struct number *number, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (size_t i = 0; i < number->count; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry > 0) {
        assert(number->count < LIMB_COUNT_MAX);
        number->limbs[number->count++] = (uint32_t)carry;
    }
}

// Leaves the quotient; returns the remainder.
static uint32_t number_divide(struct number *number, uint32_t divisor)
{
    uint64_t remainder = 0;
    for (size_t i = number->count; i > 0; i--) {
        remainder = remainder << 32 | number->limbs[i - 1];
        number->limbs[i - 1] = (uint32_t)(remainder / divisor);
        remainder %= divisor;
    }
    return (uint32_t)remainder;
}

// NUM_radix(X), algorithm 1.
static void number_of_numerals(struct number *number, const struct plan *plan, const uint8_t *numerals, size_t len)
{
    number->count = 0;
    for (size_t at = 0; at < len;) {
        uint32_t group = 0, size = 1;
        for (size_t i = 0; i < plan->group_len && at < len; i++, at++) {
            group = group * plan->radix + numerals[at];
            size *= plan->radix;
        }
        number_multiply_add(number, size, group);
    }
}

static void number_to_bytes(const struct number *number, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        size_t limb = i / LIMB_LEN;
        out[len - 1 - i] = (uint8_t)(limb < number->count ? number->limbs[limb] >> 8 * (i % LIMB_LEN) : 0);
    }
}

static size_t number_byte_count(const struct number *number)
{
    assert(number->count > 0);
    uint32_t top = number->limbs[number->count - 1];
    size_t count = (number->count - 1) * LIMB_LEN;
    for (; top > 0; top >>= 8) {
        count++;
    }
    return count;
}

/* the form */

// 5.1, algorithm 7, steps 3 to 5. The longer half has no greater number than the one of its highest numerals.
static status plan_make(struct ff1 *ff1, const struct ff1_form *form)
{
    struct plan *plan = &ff1->plan;
    if (plan->radix == form->radix && plan->len == form->len && plan->tweak_len == form->tweak_len) {
        return OK;
    }
    *plan = (struct plan){ form->radix, form->len, form->tweak_len, .group_len = 0, .group_size = 1 };
    while ((uint64_t)plan->group_size * form->radix <= UINT32_MAX) {
        plan->group_size *= form->radix;
        plan->group_len++;
    }
    struct number highest;
    uint8_t numerals[HALF_LEN_MAX];
    size_t longer_len = form->len - form->len / 2;
    memset(numerals, (int)form->radix - 1, longer_len);
    number_of_numerals(&highest, plan, numerals, longer_len);
    plan->number_len = number_byte_count(&highest);

    uint8_t *first = plan->chain;
    bytes_put_be32(first, 0x01020100);
    bytes_put_be32(first + 3, form->radix << 8);
    first[6] = ROUNDS;
    first[7] = (uint8_t)(form->len / 2);
    bytes_put_be32(first + 8, (uint32_t)form->len);
    bytes_put_be32(first + 12, (uint32_t)form->tweak_len);
    status result = aes_encrypt(ff1->aes, first, first, AES_BLOCK_LEN);
    if (result != OK) {
        plan->radix = 0;
    }
    return result;
}

/* rounds */

// Q: the tweak, zeros that fill up whole blocks, the round, the number. Returns its length.
static size_t make_input(uint8_t *input, const struct plan *plan, const struct ff1_form *form, uint8_t round,
                         const struct number *number)
{
    size_t used = form->tweak_len + 1 + plan->number_len;
    size_t len = (used + AES_BLOCK_LEN - 1) / AES_BLOCK_LEN * AES_BLOCK_LEN;
    if (form->tweak_len > 0) {
        memcpy(input, form->tweak, form->tweak_len);
    }
    memset(input + form->tweak_len, 0, len - used);
    input[len - plan->number_len - 1] = round;
    number_to_bytes(number, input + len - plan->number_len, plan->number_len);
    return len;
}

static void xor_block(uint8_t *out, const uint8_t *in)
{
    for (size_t i = 0; i < AES_BLOCK_LEN; i++) {
        out[i] ^= in[i];
    }
}

// Steps 6.ii to 6.iv: y, made from the number in the workspace, takes its place.
static status round_function(struct ff1 *ff1, const struct ff1_form *form, uint8_t round, struct workspace *work)
{
    const struct plan *plan = &ff1->plan;
    size_t input_len = make_input(work->input, plan, form, round, &work->number);
    size_t limb_count = (plan->number_len + LIMB_LEN - 1) / LIMB_LEN + 1;
    size_t block_count = (limb_count * LIMB_LEN + AES_BLOCK_LEN - 1) / AES_BLOCK_LEN;
    uint8_t *stream = work->stream;
    memcpy(stream, plan->chain, AES_BLOCK_LEN);
    for (size_t at = 0; at < input_len; at += AES_BLOCK_LEN) {
        xor_block(stream, work->input + at);
        TRY(aes_encrypt(ff1->aes, stream, stream, AES_BLOCK_LEN));
    }
    for (size_t i = 1; i < block_count; i++) {
        uint8_t *block = stream + i * AES_BLOCK_LEN;
        memcpy(block, stream, AES_BLOCK_LEN);
        block[AES_BLOCK_LEN - 1] ^= (uint8_t)i;
    }
    if (block_count > 1) {
        TRY(aes_encrypt(ff1->aes, stream + AES_BLOCK_LEN, stream + AES_BLOCK_LEN, (block_count - 1) * AES_BLOCK_LEN));
    }
    work->number.count = limb_count;
    for (size_t i = 0; i < limb_count; i++) {
        work->number.limbs[limb_count - 1 - i] = bytes_get_be32(stream + i * LIMB_LEN);
    }
    return OK;
}

_Static_assert(STREAM_LEN_MAX / AES_BLOCK_LEN <= UINT8_MAX, "the count of a block of the stream is one byte");

// Adds the number's last `len` numerals, or takes them away, modulo radix^len: the rest of the number does not matter.
static void numerals_shift(uint8_t *numerals, size_t len, const struct plan *plan, struct number *number, bool add)
{
    unsigned int radix = plan->radix, carry = 0;
    for (size_t at = len; at > 0;) {
        uint32_t group = number_divide(number, plan->group_size);
        for (size_t i = 0; i < plan->group_len && at > 0; i++) {
            at--;
            unsigned int shift = group % radix + carry;
            unsigned int sum = add ? numerals[at] + shift : numerals[at] + radix - shift;
            bool over = sum >= radix;
            numerals[at] = (uint8_t)(over ? sum - radix : sum);
            carry = add == over;
            group /= radix;
        }
    }
}

// The halves stay where they are: even rounds change the left one by the right one, odd rounds the right by the left.
static status run_round(struct ff1 *ff1, uint8_t *numerals, const struct ff1_form *form, uint8_t round, bool add,
                        struct workspace *work)
{
    size_t left_len = form->len / 2, right_len = form->len - left_len;
    uint8_t *left = numerals, *right = numerals + left_len;
    bool even = round % 2 == 0;
    number_of_numerals(&work->number, &ff1->plan, even ? right : left, even ? right_len : left_len);
    TRY(round_function(ff1, form, round, work));
    numerals_shift(even ? left : right, even ? left_len : right_len, &ff1->plan, &work->number, add);
    return OK;
}

static status run(struct ff1 *ff1, uint8_t *numerals, const struct ff1_form *form, bool encrypt)
{
    assert(form->radix >= 2 && form->radix <= FF1_RADIX_MAX && form->len >= FF1_LEN_MIN && form->len <= FF1_LEN_MAX &&
           form->tweak_len <= FF1_TWEAK_LEN_MAX);
    TRY(plan_make(ff1, form));
    struct workspace work;
    status result = OK;
    for (uint8_t i = 0; result == OK && i < ROUNDS; i++) {
        result = run_round(ff1, numerals, form, encrypt ? i : (uint8_t)(ROUNDS - 1 - i), encrypt, &work);
    }
    secret_wipe(&work, sizeof work);
    return result;
}

status ff1_encrypt(struct ff1 *ff1, uint8_t *numerals, const struct ff1_form *form)
{
    return run(ff1, numerals, form, true);
}

status ff1_decrypt(struct ff1 *ff1, uint8_t *numerals, const struct ff1_form *form)
{
    return run(ff1, numerals, form, false);
}
