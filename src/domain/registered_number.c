#include "domain/registered_number.h"

#include "base/bytes.h"
#include "domain/key.h"
#include "domain/number.h"

static const char INSERT[] =
    "INSERT INTO registered_number (id, organization_id, series_id, series_index, lookup, sealed, seal_key_id, lookup_key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char FIND[] = "SELECT id FROM registered_number WHERE lookup = $1 AND organization_id = $2";
static const char NEXT_TO_RESEAL[] =
    "SELECT id, organization_id, seal_key_id, sealed FROM registered_number "
    "WHERE id > $1 AND seal_key_id <> $2 ORDER BY id LIMIT $3";
static const char RESEAL[] =
    "UPDATE registered_number SET sealed = $2, seal_key_id = $3 WHERE id = $1 AND seal_key_id = $4 AND sealed = $5";
static const char NEXT_TO_FIND_ANEW[] =
    "SELECT id, organization_id, seal_key_id, sealed FROM registered_number "
    "WHERE id > $1 AND lookup_key_id <> $2 ORDER BY id LIMIT $3";
static const char FIND_ANEW[] = "UPDATE registered_number SET lookup = $2, lookup_key_id = $3 WHERE id = $1";
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
static status lookup_hash(struct work *work, uint8_t out[SHA256_LEN], int64_t key_id, enum key_operation operation,
                          int64_t organization_id, text number)
{
    uint8_t organization[8];
    bytes_put_be64(organization, (uint64_t)organization_id);
    const struct bytes_view pieces[] = { { organization, sizeof organization }, { number.at, number.len } };
    return keyring_authenticate(work->keyring, key_id, operation, out, pieces, 2);
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

// The index refuses a number that is there under the same key. While a rotation is under way its hash may be of another; the
// series is locked, so that nobody comes between.
static status refuse_known(struct work *work, text number)
{
    int64_t key_ids[KEY_VERSION_MAX], id;
    if (keyring_all_of(work->keyring, KEY_NUMBER_LOOKUP, key_ids) == 1) {
        return OK;
    }
    status found = registered_number_find(work, &id, number);
    return found == OK ? NUMBER_ALREADY_REGISTERED : found == NOT_FOUND ? OK : found;
}

status registered_number_add(struct work *work, int64_t *id, const struct series *series, text number)
{
    struct value place;
    uint8_t hash[SHA256_LEN], sealed[NUMBER_LEN_MAX + AEAD_OVERHEAD_LEN], associated[ASSOCIATED_LEN];
    int64_t lookup_key_id = keyring_current(work->keyring, KEY_NUMBER_LOOKUP, NULL),
            seal_key_id = keyring_current(work->keyring, KEY_NUMBER_SEAL, NULL);
    TRY(find_place(work, series, number, &place));
    TRY(refuse_known(work, number));
    TRY(lookup_hash(work, hash, lookup_key_id, KEY_TO_GENERATE, work->organization_id, number));
    *id = work_id(work);
    associated_data(associated, work->organization_id, *id);
    TRY(keyring_seal(work->keyring, seal_key_id, sealed, number.at, number.len, associated, sizeof associated));
    return work_insert(work, INSERT,
                       ARGS(value_i64(*id), value_i64(work->organization_id), value_i64(series->id), place,
                            value_blob(hash, sizeof hash), value_blob(sealed, number.len + AEAD_OVERHEAD_LEN),
                            value_i64(seal_key_id), value_i64(lookup_key_id)),
                       NUMBER_ALREADY_REGISTERED);
}

// Under each key that may stand in a row: one, but while a rotation is under way. Between two looks a row may go over to
// the newest key, since on PostgreSQL each look sees a state of its own: so the newest comes again at the end.
status registered_number_find(struct work *work, int64_t *id, text number)
{
    int64_t key_ids[KEY_VERSION_MAX + 1];
    int count = keyring_all_of(work->keyring, KEY_NUMBER_LOOKUP, key_ids);
    if (count > 1) {
        key_ids[count++] = key_ids[0];
    }
    status found =
        count > 0 && keyring_current(work->keyring, KEY_NUMBER_LOOKUP, NULL) != 0 ? NOT_FOUND : KEY_UNAVAILABLE;
    for (int i = 0; i < count && found == NOT_FOUND; i++) {
        uint8_t hash[SHA256_LEN];
        TRY(lookup_hash(work, hash, key_ids[i], KEY_TO_VERIFY, work->organization_id, number));
        found = work_integer(work, id, FIND, ARGS(value_blob(hash, sizeof hash), value_i64(work->organization_id)),
                             NOT_FOUND);
    }
    return found;
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

/* Rotation. */

static size_t associated_of(uint8_t out[REKEYING_ASSOCIATED_LEN_MAX], const struct rekeying_row *row)
{
    associated_data(out, row->organization_id, row->id);
    return ASSOCIATED_LEN;
}

static status reseal(struct work *work, struct rekeying *page)
{
    return rekeying_reseal(work, page, NEXT_TO_RESEAL, RESEAL, associated_of);
}

static status find_anew(struct work *work, const struct rekeying *page, const struct rekeying_row *row)
{
    uint8_t hash[SHA256_LEN], associated[ASSOCIATED_LEN], number[NUMBER_LEN_MAX];
    const struct bytes_view bound = { associated, sizeof associated };
    size_t len;
    associated_data(associated, row->organization_id, row->id);
    status result = rekeying_open(work, row, &bound, number, sizeof number, &len);
    if (result == OK) {
        result = lookup_hash(work, hash, page->key_id, KEY_TO_GENERATE, row->organization_id, text_bytes(number, len));
    }
    secret_wipe(number, sizeof number);
    TRY(result);
    int64_t other = 0;
    status found = work_integer(work, &other, FIND,
                                ARGS(value_blob(hash, sizeof hash), value_i64(row->organization_id)), NOT_FOUND);
    if (found == OK && other != row->id) {
        return DATA_DAMAGED; // the same number twice: one of them is not to be found, and is left for people to look at
    }
    if (found != OK && found != NOT_FOUND) {
        return found;
    }
    return work_change(work, FIND_ANEW,
                       ARGS(value_i64(row->id), value_blob(hash, sizeof hash), value_i64(page->key_id)), OK);
}

static status find_all_anew(struct work *work, struct rekeying *page)
{
    struct rekeying_row *rows;
    int count;
    TRY(rekeying_take(work, page, NEXT_TO_FIND_ANEW, &rows, &count));
    for (int i = 0; i < count; i++) {
        TRY(rekeying_settle(page, rows[i].id, find_anew(work, page, &rows[i])));
    }
    return OK;
}

const struct rekeying_rule registered_number_sealing = {
    .table = "registered_number",
    .count = "SELECT CAST(count(*) AS BIGINT) FROM registered_number WHERE seal_key_id <> $1",
    .in_use = "SELECT 1 FROM registered_number WHERE seal_key_id = $1 LIMIT 1",
    .rewrite = reseal,
};

const struct rekeying_rule registered_number_finding = {
    .table = "registered_number",
    .count = "SELECT CAST(count(*) AS BIGINT) FROM registered_number WHERE lookup_key_id <> $1",
    .in_use = "SELECT 1 FROM registered_number WHERE lookup_key_id = $1 LIMIT 1",
    .rewrite = find_all_anew,
};
