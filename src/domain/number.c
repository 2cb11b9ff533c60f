#include "domain/number.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

status series_permutation_take(struct keyring *keyring, struct permutation **out, const struct series *series)
{
    return keyring_permutation_take(keyring, out, series->key_id, number_layout_size(&series->layout),
                                    (uint64_t)series->id);
}

status number_block(struct permutation *permutation, const struct number_layout *layout, uint64_t k, size_t count,
                    char *out, size_t stride)
{
    uint64_t values[PERMUTATION_BLOCK_COUNT];
    uint8_t extension[NUMBER_LEN_MAX];
    int extension_len = number_layout_extension_len(layout);
    while (count > 0) {
        size_t block = count < PERMUTATION_BLOCK_COUNT ? count : PERMUTATION_BLOCK_COUNT;
        if (layout->method == NUMBER_SEQUENTIAL) {
            for (size_t i = 0; i < block; i++) {
                values[i] = (uint64_t)layout->start + k + i;
            }
        } else {
            TRY(permutation_map(permutation, values, k, block));
        }
        for (size_t i = 0; i < block; i++, out += stride) {
            if (extension_len > 0 && layout->method == NUMBER_RANDOM) {
                TRY(permutation_extend(permutation, extension, (size_t)extension_len, values[i]));
            } else {
                memset(extension, 0, (size_t)extension_len);
            }
            number_layout_write(layout, out, values[i], extension);
        }
        k += block;
        count -= block;
    }
    return OK;
}

status number_at(struct keyring *keyring, const struct series *series, uint64_t k, char *out)
{
    struct permutation *permutation;
    TRY(series_permutation_take(keyring, &permutation, series));
    status result = number_block(permutation, &series->layout, k, 1, out, 0);
    keyring_permutation_give(keyring, permutation);
    return result;
}

static status random_index(struct permutation *permutation, const struct number_layout *layout, text number,
                           uint64_t *k)
{
    uint64_t value = number_layout_value(layout, number);
    size_t extension_len = (size_t)number_layout_extension_len(layout);
    if (extension_len > 0) {
        uint8_t expected[NUMBER_LEN_MAX], found[NUMBER_LEN_MAX];
        TRY(permutation_extend(permutation, expected, extension_len, value));
        number_layout_extension(layout, number, found);
        if (memcmp(expected, found, extension_len) != 0) {
            return NOT_FOUND;
        }
    }
    return permutation_inverse(permutation, k, value);
}

status number_index(struct keyring *keyring, const struct series *series, text number, uint64_t *k)
{
    const struct number_layout *layout = &series->layout;
    if (layout->method == NUMBER_SEQUENTIAL) {
        uint8_t extension[NUMBER_LEN_MAX] = { 0 };
        number_layout_extension(layout, number, extension);
        for (int i = 0; i < number_layout_extension_len(layout); i++) {
            if (extension[i] != 0) {
                return NOT_FOUND;
            }
        }
        uint64_t value = number_layout_value(layout, number);
        if (value < (uint64_t)layout->start) {
            return NOT_FOUND;
        }
        *k = value - (uint64_t)layout->start;
        return OK;
    }
    struct permutation *permutation;
    TRY(series_permutation_take(keyring, &permutation, series));
    status result = random_index(permutation, layout, number, k);
    keyring_permutation_give(keyring, permutation);
    return result;
}

static status check_under(struct keyring *keyring, int64_t *check, int64_t key_id, enum key_operation operation,
                          text number)
{
    uint8_t mac[SHA256_LEN];
    const struct bytes_view pieces[] = { { number.at, number.len } };
    TRY(keyring_authenticate(keyring, key_id, operation, mac, pieces, 1));
    *check = bytes_get_be32(mac);
    return OK;
}

status number_check(struct keyring *keyring, text number, int64_t *check)
{
    return check_under(keyring, check, keyring_current(keyring, KEY_NUMBER_CHECK, NULL), KEY_TO_GENERATE, number);
}

// Under each key that may have made it: one, but while a rotation is under way.
status number_check_verify(struct keyring *keyring, text number, int64_t check)
{
    int64_t key_ids[KEY_VERSION_MAX];
    int count = keyring_all_of(keyring, KEY_NUMBER_CHECK, key_ids);
    for (int i = 0; i < count; i++) {
        int64_t computed;
        TRY(check_under(keyring, &computed, key_ids[i], KEY_TO_VERIFY, number));
        if (computed == check) {
            return OK;
        }
    }
    return count > 0 ? NUMBER_CHECK_FAILED : KEY_UNAVAILABLE;
}
