#include "domain/registered_number.h"

#include "base/bytes.h"
#include "domain/key.h"
#include "domain/number.h"

static const char INSERT[] =
    "INSERT INTO registered_number (id, organization_id, series_id, series_index, lookup, sealed, seal_key_id, lookup_key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char FIND[] = "SELECT id FROM registered_number WHERE lookup = $1 AND organization_id = $2";
static const char GET[] = "SELECT sealed, seal_key_id FROM registered_number WHERE id = $1 AND organization_id = $2";

enum { ASSOCIATED_LEN = 16 + 17 };

// Binds a ciphertext to its place, so that one row's cannot stand in another's.
static void associated_data(uint8_t out[ASSOCIATED_LEN], int64_t organization_id, int64_t id)
{
    static const char table[17] = "registered_number";
    bytes_put_be64(out, (uint64_t)organization_id);
    bytes_put_be64(out + 8, (uint64_t)id);
    for (size_t i = 0; i < sizeof table; i++) {
        out[16 + i] = (uint8_t)table[i];
    }
}

// The organisation stands in the hash: two tenants may hold the same number without knowing of each other.
static status lookup_hash(struct work *work, text number, uint8_t out[SHA256_LEN], int64_t *key_id)
{
    uint8_t organization[8];
    bytes_put_be64(organization, (uint64_t)work->organization_id);
    const struct bytes_view pieces[] = { { organization, sizeof organization }, { number.at, number.len } };
    *key_id = keyring_current(work->keyring, KEY_NUMBER_LOOKUP, NULL);
    return keyring_authenticate(work->keyring, *key_id, out, pieces, 2);
}

// Its place in the series, when the series could ever draw it.
static status find_place(struct work *work, const struct series *series, text number, struct value *place)
{
    uint64_t k = 0;
    *place = value_i64_or_null(-1, -1);
    status found = series->generation ? number_index(work->keyring, series, number, &k) : NOT_FOUND;
    if (found == NOT_FOUND) {
        return OK;
    }
    TRY(found);
    if (k >= series->total) {
        return OK;
    }
    *place = value_i64((int64_t)k);
    return k < series->drawn ? NUMBER_ALREADY_GENERATED : OK;
}

status registered_number_add(struct work *work, int64_t *id, const struct series *series, text number)
{
    struct value place;
    uint8_t hash[SHA256_LEN], sealed[NUMBER_LEN_MAX + AEAD_OVERHEAD_LEN], associated[ASSOCIATED_LEN];
    int64_t lookup_key_id, seal_key_id = keyring_current(work->keyring, KEY_NUMBER_SEAL, NULL);
    TRY(find_place(work, series, number, &place));
    TRY(lookup_hash(work, number, hash, &lookup_key_id));
    *id = work_id(work);
    associated_data(associated, work->organization_id, *id);
    TRY(keyring_seal(work->keyring, seal_key_id, sealed, number.at, number.len, associated, sizeof associated));
    return work_insert(work, INSERT,
                       ARGS(value_i64(*id), value_i64(work->organization_id), value_i64(series->id), place,
                            value_blob(hash, sizeof hash), value_blob(sealed, number.len + AEAD_OVERHEAD_LEN),
                            value_i64(seal_key_id), value_i64(lookup_key_id)),
                       NUMBER_ALREADY_REGISTERED);
}

status registered_number_find(struct work *work, int64_t *id, text number)
{
    uint8_t hash[SHA256_LEN];
    int64_t key_id;
    TRY(lookup_hash(work, number, hash, &key_id));
    return work_integer(work, id, FIND, ARGS(value_blob(hash, sizeof hash), value_i64(work->organization_id)),
                        NOT_FOUND);
}

status registered_number_open(struct work *work, int64_t id, char *out, size_t len)
{
    uint8_t associated[ASSOCIATED_LEN];
    associated_data(associated, work->organization_id, id);
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, GET, ARGS(value_i64(id), value_i64(work->organization_id))));
    status result = DATA_DAMAGED;
    if (rows_next(&rows)) {
        text sealed = row_blob(&rows, 0);
        if (sealed.len == len + AEAD_OVERHEAD_LEN) {
            result = keyring_open(work->keyring, row_i64(&rows, 1), (uint8_t *)out, sealed.at, sealed.len, associated,
                                  sizeof associated);
        }
    }
    status closed = rows_close(&rows);
    return result != OK ? result : closed;
}
