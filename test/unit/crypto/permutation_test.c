#include "crypto/permutation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vector_file.h"

static struct permutation *new_permutation(const uint8_t key_bytes[PERMUTATION_KEY_LEN], uint64_t size, uint64_t tweak)
{
    struct secret key;
    struct permutation *permutation;
    assert_int_equal(secret_init_copy(&key, key_bytes, PERMUTATION_KEY_LEN), OK);
    assert_int_equal(permutation_new(&permutation, &key, size, tweak), OK);
    secret_release(&key);
    return permutation;
}

static uint64_t map_one(struct permutation *permutation, uint64_t k)
{
    uint64_t value;
    assert_int_equal(permutation_map(permutation, &value, k, 1), OK);
    return value;
}

static uint64_t inverse(struct permutation *permutation, uint64_t value)
{
    uint64_t k;
    assert_int_equal(permutation_inverse(permutation, &k, value), OK);
    return k;
}

static void test_frozen_values(void **state)
{
    (void)state;
    struct vector_file vectors;
    int rows = 0;
    vector_open(&vectors, "permutation_v1.csv");
    while (vector_next(&vectors)) {
        uint8_t key[PERMUTATION_KEY_LEN];
        assert_int_equal(vector_bytes(&vectors, "key", key, sizeof key), sizeof key);
        uint64_t k = vector_number(&vectors, "k"), value = vector_number(&vectors, "value");
        struct permutation *permutation =
            new_permutation(key, vector_number(&vectors, "size"), vector_number(&vectors, "tweak"));
        assert_true(map_one(permutation, k) == value);
        assert_true(inverse(permutation, value) == k);
        permutation_free(permutation);
        rows++;
    }
    assert_int_equal(rows, 324);
}

static void test_frozen_extension(void **state)
{
    (void)state;
    struct vector_file vectors;
    int rows = 0;
    vector_open(&vectors, "permutation_v1_extension.csv");
    while (vector_next(&vectors)) {
        uint8_t key[PERMUTATION_KEY_LEN], digits[256];
        assert_int_equal(vector_bytes(&vectors, "key", key, sizeof key), sizeof key);
        text expected = vector_text(&vectors, "digits");
        struct permutation *permutation =
            new_permutation(key, vector_number(&vectors, "size"), vector_number(&vectors, "tweak"));
        memset(digits, 0xEE, sizeof digits);
        assert_int_equal(permutation_extend(permutation, digits, expected.len, vector_number(&vectors, "value")), OK);
        for (size_t i = 0; i < expected.len; i++) {
            assert_int_equal(digits[i], expected.at[i] - '0');
        }
        assert_int_equal(digits[expected.len], 0xEE);
        permutation_free(permutation);
        rows++;
    }
    assert_int_equal(rows, 24);
}

// Every number of a whole space comes once, and the inverse finds each.
static void test_bijection(void **state)
{
    (void)state;
    static const uint8_t key[PERMUTATION_KEY_LEN] = { 1, 2, 3 };
    for (uint64_t size = 10; size <= 1000000; size *= 10) {
        struct permutation *permutation = new_permutation(key, size, size + 5);
        uint64_t *values = calloc(size, sizeof *values);
        uint8_t *seen = calloc(size, 1);
        assert_non_null(values);
        assert_non_null(seen);
        assert_int_equal(permutation_map(permutation, values, 0, size), OK);
        uint64_t stride = size <= 100000 ? 1 : 97;
        for (uint64_t k = 0; k < size; k++) {
            assert_true(values[k] < size);
            assert_int_equal(seen[values[k]]++, 0);
            if (k % stride == 0) {
                assert_true(inverse(permutation, values[k]) == k);
            }
        }
        free(seen);
        free(values);
        permutation_free(permutation);
    }
}

static void test_blocks_are_the_same_as_one_by_one(void **state)
{
    (void)state;
    static const uint8_t key[PERMUTATION_KEY_LEN] = { 9 };
    // Odd and even lengths; the last interval crosses the place where the lower half turns over.
    static const struct {
        uint64_t size, first;
        size_t count;
    } cases[] = {
        { 1000, 0, 1000 },
        { 100000, 99000, 1000 },
        { 1000000, 0, 1000 },
        { 1000000, 999000, 1000 },
        { 10000000, 9990, 515 },
        { 1000000000ULL, 99700, PERMUTATION_BLOCK_COUNT },
        { 1000000000000ULL, 1999000, PERMUTATION_BLOCK_COUNT * 4 + 1 },
        { PERMUTATION_SIZE_MAX, PERMUTATION_SIZE_MAX - 1000, 1000 },
        { PERMUTATION_SIZE_MAX, 2999999990ULL, 20 },
        { PERMUTATION_SIZE_MAX, 5, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t values[2000];
        memset(values, 0xEE, sizeof values);
        struct permutation *permutation = new_permutation(key, cases[i].size, 3);
        assert_int_equal(permutation_map(permutation, values, cases[i].first, cases[i].count), OK);
        for (size_t j = 0; j < cases[i].count; j++) {
            assert_true(map_one(permutation, cases[i].first + j) == values[j]);
        }
        assert_true(values[cases[i].count] == 0xEEEEEEEEEEEEEEEE); // nothing is written past the count
        permutation_free(permutation);
    }
}

static void test_inverse_in_large_spaces(void **state)
{
    (void)state;
    static const uint8_t key[PERMUTATION_KEY_LEN] = { 7, 7 };
    for (uint64_t size = 1000000; size <= PERMUTATION_SIZE_MAX && size >= 10; size *= 10) {
        struct permutation *permutation = new_permutation(key, size, 0);
        uint64_t k = 88172645463325252ULL; // xorshift: anywhere in the space
        for (int i = 0; i < 200; i++) {
            k ^= k << 13;
            k ^= k >> 7;
            k ^= k << 17;
            uint64_t at = i == 0 ? 0 : i == 1 ? 1 : i == 2 ? size - 1 : k % size;
            uint64_t value = map_one(permutation, at);
            assert_true(value < size);
            assert_true(inverse(permutation, value) == at);
            assert_true(map_one(permutation, inverse(permutation, at)) == at);
        }
        permutation_free(permutation);
    }
}

// How many of the first hundred numbers two permutations have in the same place.
static int agreement(struct permutation *a, struct permutation *b)
{
    uint64_t of_a[100], of_b[100];
    int same = 0;
    assert_int_equal(permutation_map(a, of_a, 0, 100), OK);
    assert_int_equal(permutation_map(b, of_b, 0, 100), OK);
    for (int i = 0; i < 100; i++) {
        same += of_a[i] == of_b[i];
    }
    return same;
}

static void test_key_tweak_and_size_matter(void **state)
{
    (void)state;
    static const uint8_t key[PERMUTATION_KEY_LEN] = { 1 }, other_key[PERMUTATION_KEY_LEN] = { [31] = 1 };
    static const uint64_t sizes[] = { 10000, 1000000, 10000000, PERMUTATION_SIZE_MAX };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct permutation *one = new_permutation(key, sizes[i], 1);
        struct permutation *same = new_permutation(key, sizes[i], 1);
        struct permutation *tweaked = new_permutation(key, sizes[i], 2);
        struct permutation *keyed = new_permutation(other_key, sizes[i], 1);
        assert_int_equal(agreement(one, same), 100);
        // By chance one place in 10000 agrees: more than five of a hundred do so less than once in 10^15 keys.
        assert_in_range(agreement(one, tweaked), 0, 5);
        assert_in_range(agreement(one, keyed), 0, 5);

        uint8_t digits[3][18];
        assert_int_equal(permutation_extend(one, digits[0], 18, 77), OK);
        assert_int_equal(permutation_extend(tweaked, digits[1], 18, 77), OK);
        assert_int_equal(permutation_extend(one, digits[2], 18, 78), OK);
        assert_memory_not_equal(digits[0], digits[1], 18);
        assert_memory_not_equal(digits[0], digits[2], 18);
        permutation_free(keyed);
        permutation_free(tweaked);
        permutation_free(same);
        permutation_free(one);
    }
    permutation_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frozen_values),
        cmocka_unit_test(test_frozen_extension),
        cmocka_unit_test(test_bijection),
        cmocka_unit_test(test_blocks_are_the_same_as_one_by_one),
        cmocka_unit_test(test_inverse_in_large_spaces),
        cmocka_unit_test(test_key_tweak_and_size_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
