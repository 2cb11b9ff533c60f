#include "domain/key.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "domain/key_rotation.h"
#include "domain/key_row.h"

/* What people do with keys. */

#define SEEN                                                                                                           \
    KEY_ROW_COLUMNS ", (SELECT CAST(min(s.id) AS BIGINT) FROM series s WHERE s.key_id = key_block.id) FROM key_block "
#define OURS "(organization_id = $1 OR organization_id = 0)"

static const char GET[] = "SELECT " SEEN "WHERE " OURS " AND id = $2";
static const char LIST[] =
    "SELECT " SEEN "WHERE " OURS
    " AND id < $2 AND ($3 IS NULL OR name = $3) AND ($4 IS NULL OR key_use = $4) "
    "AND ($5 < 0 OR CASE WHEN coalesce(destroyed_at, $6 + 1) <= $6 THEN 3 WHEN coalesce(retired_at, $6 + 1) <= $6 THEN 2 "
    "WHEN coalesce(activated_at, $6 + 1) <= $6 THEN 1 ELSE 0 END = $5) ORDER BY id DESC LIMIT $7";
static const struct sql_pair NEWEST = SQL_LOCKED(
    "SELECT " KEY_ROW_COLUMNS " FROM key_block WHERE organization_id = $1 AND name = $2 ORDER BY version DESC LIMIT 1");
static const char RETIRE[] = "UPDATE key_block SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
static const char DESTROY[] =
    "UPDATE key_block SET destroyed_at = $2, block = '' WHERE id = $1 AND destroyed_at IS NULL";
static const char COUNT_LIVING[] =
    "SELECT CAST(count(*) AS BIGINT) FROM key_block WHERE organization_id = $1 "
    "AND name = $2 AND destroyed_at IS NULL";
static const char SUCCESSOR[] =
    "SELECT 1 FROM key_block k LEFT JOIN job j ON j.id = k.job_id WHERE k.organization_id = 0 AND k.name = $1 "
    "AND k.version > $2 AND coalesce(j.state, $3) = $3 AND coalesce(j.failed, 0) = 0 LIMIT 1";

static_assert(KEY_STATE_WAITING == 0 && KEY_STATE_ACTIVE == 1 && KEY_STATE_RETIRED == 2 && KEY_STATE_DESTROYED == 3,
              "the SQL above says these numbers");

/* Reading. */

static status view_rows(struct work *work, struct key *out, int max, int *count, const char *sql,
                        const struct value *values, int value_count)
{
    struct rows rows = { 0 };
    status result = OK;
    *count = 0;
    TRY(work_query(work, &rows, sql, values, value_count));
    while (result == OK && *count < max && rows_next(&rows)) {
        struct key_row row;
        result = key_row_read(&rows, &row);
        if (result == OK) {
            struct key *key = &out[(*count)++];
            key_row_view(&row, key, work);
            key->series_id = row_i64(&rows, 18);
        }
    }
    status closed = rows_close(&rows);
    return result != OK ? result : closed;
}

status key_get(struct work *work, struct key *out, int64_t id)
{
    int count;
    TRY(view_rows(work, out, 1, &count, GET, ARGS(value_i64(work->organization_id), value_i64(id))));
    return count == 1 ? OK : KEY_NOT_FOUND;
}

status key_list(struct work *work, struct key **out, int *count, const struct key_filter *filter)
{
    text use = filter->use >= 0 ? text_of(key_use_names[filter->use]) : TEXT_ABSENT;
    *out = ARENA_ARRAY(work->arena, struct key, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    return view_rows(work, *out, (int)filter->limit, count, LIST,
                     ARGS(value_i64(work->organization_id), value_i64(filter->after != 0 ? filter->after : INT64_MAX),
                          value_text(filter->name), value_text(use), value_i64(filter->state), value_i64(work->now_ms),
                          value_i64(filter->limit)));
}

// The newest version of a name, its texts in the arena; found is false when there is none.
static status take_newest(struct work *work, struct key_row *row, bool *found, int64_t organization_id, text name)
{
    struct rows rows = { 0 };
    status result = OK;
    TRY(work_query(work, &rows, work_sql(work, NEWEST), ARGS(value_i64(organization_id), value_text(name))));
    *found = rows_next(&rows);
    if (*found) {
        result = key_row_read(&rows, row);
        row->record.name = arena_copy(work->arena, row->record.name);
        row->block = TEXT_ABSENT;
        row->created_by = TEXT_ABSENT;
    }
    status closed = rows_close(&rows);
    return result != OK ? result : closed;
}

static void tell(struct work *work, const struct key *key)
{
    work_subject(work, "ckey", key->id);
    work_detail_text(work, "name", key->name);
    work_detail_integer(work, "version", key->version);
    work_detail_text(work, "usage", key->usage);
    work_detail_text(work, "check_value", key->check_value);
}

static status finish(struct work *work, struct key *out, int64_t id)
{
    TRY(key_ring_raise(work));
    TRY(key_get(work, out, id));
    tell(work, out);
    return OK;
}

/* Making payment keys. */

static bool take_code(char *out, size_t len, text code)
{
    if (code.len != len) {
        return false;
    }
    memcpy(out, code.at, len);
    return true;
}

static status take_header(struct work *work, struct key_block_header *out, const struct key_wish *wish)
{
    *out = (struct key_block_header){ .version = { '0', '0' } };
    bool taken = take_code(out->usage, 2, wish->usage) && take_code(&out->algorithm, 1, wish->algorithm) &&
                 take_code(&out->mode, 1, wish->mode) && take_code(&out->exportability, 1, wish->exportability);
    if (!taken || !key_block_header_regular(out)) {
        faults_add_message(
            work->faults, TEXT("usage"), NOT_ALLOWED_VALUE,
            "Usage, algorithm, mode and exportability do not go together (X9.143, tables 2 to 4 and 6).");
        return INVALID_INPUT;
    }
    if (out->algorithm != 'T' && out->algorithm != 'A') {
        faults_add_message(work->faults, TEXT("algorithm"), NOT_ALLOWED_VALUE,
                           "Keys of T (triple DES) and A (AES) are kept.");
        return INVALID_INPUT;
    }
    return OK;
}

static bool same_kind(const struct key_block_header *a, const struct key_block_header *b)
{
    return memcmp(a->usage, b->usage, sizeof a->usage) == 0 && a->algorithm == b->algorithm && a->mode == b->mode &&
           a->exportability == b->exportability;
}

// A new version of a name: the first is active at once, a later one when everybody can know it.
static status plan_version(struct work *work, struct key_row *row, struct key_row *before, bool *follows)
{
    struct key_record *record = &row->record;
    TRY(take_newest(work, before, follows, record->organization_id, record->name));
    record->version = 1;
    record->times.activated_ms = work->now_ms;
    if (!*follows) {
        return OK;
    }
    if (!same_kind(&before->record.header, &record->header)) {
        return faults_add(work->faults, TEXT("name"), KEY_EXISTS);
    }
    if (before->record.version == KEY_VERSION_MAX) {
        return faults_add(work->faults, TEXT("name"), KEY_VERSIONS_USED_UP);
    }
    record->version = before->record.version + 1;
    record->times.activated_ms = runtime_now_ms(work->runtime) + KEY_ACTIVATION_DELAY_MS;
    return OK;
}

static status insert(struct work *work, const struct key_row *row, const struct key_row *before, bool follows)
{
    status inserted = key_row_insert(work, row);
    TRY(inserted == KEY_EXISTS ? STORAGE_CONFLICT : inserted); // somebody made this version meanwhile: run again
    return follows ? work_change(work, RETIRE,
                                 ARGS(value_i64(before->record.id), value_i64(row->record.times.activated_ms)), OK)
                   : OK;
}

static status begin_row(struct work *work, struct key_row *row, const struct key_wish *wish)
{
    *row = (struct key_row){
        .record = {
            .organization_id = work->organization_id,
            .use = KEY_PAYMENT,
            .name = wish->name,
            .test = wish->test,
        },
        .created_by = work->actor->name,
    };
    if (key_name_is_valid(wish->name)) {
        return OK;
    }
    faults_add_message(work->faults, TEXT("name"), BAD_FORMAT,
                       "1 to 64 small letters, digits, '-', '_' and '.', and no name of Cardwright's own keys.");
    return INVALID_INPUT;
}

// All have to see a new version before it becomes active: one that was made too slowly is made again.
static status judge_haste(const struct work *work, int64_t activated_ms)
{
    int64_t left_ms = activated_ms - runtime_now_ms(work->runtime);
    return left_ms < KEY_ACTIVATION_DELAY_MS - KEY_MAKING_MS_MAX ? STORAGE_CONFLICT : OK;
}

// With the value of a key that was brought, or NULL: one is made of `len` random bytes.
static status make(struct work *work, struct key *out, struct key_row *row, const struct secret *value, size_t len)
{
    struct key_row before;
    bool follows = false;
    char block[KEY_BLOCK_LEN_MAX];
    size_t block_len = 0;
    TRY(plan_version(work, row, &before, &follows));
    row->brought = value != NULL;
    row->record.id = work_id(work);
    status made = value != NULL ? keyring_wrap(work->keyring, &row->record, value, block, &block_len)
                                : keyring_generate(work->keyring, &row->record, len, block, &block_len);
    if (made == INVALID_INPUT) {
        faults_add_message(work->faults, TEXT("length"), NOT_ALLOWED_VALUE,
                           "A triple DES key has 16 or 24 bytes, an AES key 16, 24 or 32.");
        return INVALID_INPUT;
    }
    TRY(made);
    row->block = text_bytes(block, block_len);
    TRY(insert(work, row, &before, follows));
    TRY(finish(work, out, row->record.id));
    return follows ? judge_haste(work, row->record.times.activated_ms) : OK;
}

status key_generate(struct work *work, struct key *out, const struct key_wish *wish)
{
    struct key_row row;
    status named = begin_row(work, &row, wish);
    TRY(take_header(work, &row.record.header, wish));
    TRY(named);
    return make(work, out, &row, NULL, (size_t)wish->length);
}

status key_import(struct work *work, struct key *out, const struct key_wish *wish, const struct secret *value)
{
    struct key_row row;
    status named = begin_row(work, &row, wish);
    TRY(take_header(work, &row.record.header, wish));
    TRY(named);
    return make(work, out, &row, value, 0);
}

// The ring is a moment behind the rows, and knows no organisation.
static status take_transport(struct work *work, int64_t id, enum key_operation operation)
{
    struct key key;
    status result = key_get(work, &key, id);
    if (result == OK) {
        result = key.use != KEY_PAYMENT || !text_equal(key.usage, TEXT("K1")) ? KEY_WRONG_USE
                 : key.state == KEY_STATE_DESTROYED                           ? KEY_DESTROYED
                 : !key_state_permits((enum key_state)key.state, operation)   ? KEY_RETIRED
                                                                              : OK;
    }
    if (result != OK) {
        return status_is_fault(result) ? result : faults_add(work->faults, TEXT("transport_key_id"), result);
    }
    work_detail_id(work, "under", "ckey", id);
    work_detail_text(work, "under_name", key.name);
    work_detail_integer(work, "under_version", key.version);
    return key_require(work, id);
}

status key_import_block(struct work *work, struct key *out, const struct key_wish *wish, int64_t transport_key_id,
                        text block)
{
    struct key_row row;
    struct secret value;
    TRY(begin_row(work, &row, wish));
    TRY(take_transport(work, transport_key_id, KEY_TO_DECRYPT));
    TRY(keyring_import(work->keyring, transport_key_id, block, &row.record, &value));
    const struct key_block_header *header = &row.record.header;
    status result = KEY_BLOCK_INVALID;
    if (key_block_header_regular(header) && (header->algorithm == 'T' || header->algorithm == 'A')) {
        result = make(work, out, &row, &value, 0);
    }
    secret_release(&value);
    return result;
}

status key_export(struct work *work, struct key *out, int64_t id, int64_t transport_key_id, text *block)
{
    size_t len = 0;
    char *written = arena_take(work->arena, KEY_BLOCK_ANY_LEN_MAX);
    if (written == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(key_get(work, out, id));
    tell(work, out);
    if (out->use != KEY_PAYMENT) {
        return KEY_NOT_EXPORTABLE;
    }
    if (out->state != KEY_STATE_ACTIVE) {
        return out->state == KEY_STATE_DESTROYED ? KEY_DESTROYED : KEY_RETIRED;
    }
    TRY(key_require(work, id));
    TRY(take_transport(work, transport_key_id, KEY_TO_ENCRYPT));
    TRY(keyring_export(work->keyring, id, transport_key_id, written, &len));
    *block = text_bytes(written, len);
    return OK;
}

/* The end of keys. */

// A version that has a successor is retired by it: what is asked of a key is asked of its newest version.
static status take_for_change(struct work *work, struct key_row *row, struct key *key, int64_t id)
{
    bool found = false;
    TRY(key_get(work, key, id));
    tell(work, key);
    int64_t organization_id = key_use_is_house((enum key_use)key->use) ? 0 : work->organization_id;
    TRY(take_newest(work, row, &found, organization_id, key->name));
    return found ? OK : KEY_NOT_FOUND;
}

static status refuse_rotation(struct work *work, const char *why)
{
    return faults_add_message(work->faults, TEXT_ABSENT, KEY_NOT_ROTATABLE, "%s", why);
}

static status judge_rotation(struct work *work, const struct key *key, const struct key_row *newest)
{
    enum key_state state = key_state_at(&newest->record.times, work->now_ms);
    if (key->use == KEY_NUMBERING) {
        return refuse_rotation(work, "A series' numbering key lives as long as the series' numbers.");
    }
    if (newest->brought) {
        return refuse_rotation(
            work, "The key was imported: whoever made it makes the next one too; import that under the same name.");
    }
    if (state == KEY_STATE_WAITING) {
        return KEY_ROTATING;
    }
    if (newest->record.id != key->id || state != KEY_STATE_ACTIVE) {
        return KEY_RETIRED;
    }
    return newest->record.version == KEY_VERSION_MAX ? KEY_VERSIONS_USED_UP : OK;
}

// Its own job still runs, which brings data to it from versions before.
static status judge_running(struct work *work, const struct key_row *newest)
{
    struct job job;
    if (newest->job_id == 0) {
        return OK;
    }
    TRY(job_get(work, &job, newest->job_id));
    return job.finished_ms == 0 ? KEY_ROTATING : OK;
}

static status rotate_house(struct work *work, struct key *out, const struct key_row *newest)
{
    char block[KEY_BLOCK_LEN_MAX];
    struct key_row row;
    int64_t living = 0, from_ms;
    enum key_use use = newest->record.use;
    TRY(judge_running(work, newest));
    TRY(work_integer(work, &living, COUNT_LIVING, ARGS(value_i64(0), value_text(newest->record.name)), DATA_DAMAGED));
    if (use == KEY_REQUEST && living >= KEY_REQUEST_COUNT_MAX) {
        return faults_add_message(work->faults, TEXT_ABSENT, KEY_ROTATING, "Destroy its oldest versions first.");
    }
    TRY(key_ring_raise(work)); // whoever waits for it has waited before the time is taken
    TRY(key_row_make_house(work, &row, use, newest->record.version + 1, 0, block));
    TRY(key_rotation_start(work, use, row.record.id, &from_ms, &row.job_id));
    row.record.times.activated_ms = from_ms;
    work->detail = TEXT_ABSENT; // of the job
    TRY(insert(work, &row, newest, true));
    TRY(finish(work, out, row.record.id));
    return judge_haste(work, from_ms);
}

status key_rotate(struct work *work, struct key *out, int64_t id)
{
    struct key_row newest;
    size_t len = 0;
    TRY(take_for_change(work, &newest, out, id));
    TRY(judge_rotation(work, out, &newest));
    if (key_use_is_house(newest.record.use)) {
        return rotate_house(work, out, &newest);
    }
    TRY(key_require(work, id));
    TRY(keyring_len(work->keyring, id, &len));
    struct key_row row = { .record = newest.record, .created_by = work->actor->name };
    row.record.times = (struct key_times){ 0 };
    work->detail = TEXT_ABSENT;
    return make(work, out, &row, NULL, len);
}

status key_retire(struct work *work, struct key *out, int64_t id)
{
    struct key_row newest;
    TRY(take_for_change(work, &newest, out, id));
    if (out->use != KEY_PAYMENT) {
        return KEY_OF_THE_HOUSE;
    }
    if (out->state == KEY_STATE_DESTROYED) {
        return KEY_DESTROYED;
    }
    TRY(work_change(work, RETIRE, ARGS(value_i64(id), value_i64(work->now_ms)), KEY_RETIRED));
    work->detail = TEXT_ABSENT;
    return finish(work, out, id);
}

// The job that brought all data to a later version is done, and left nothing behind.
static status judge_successor(struct work *work, const struct key *key)
{
    int64_t one = 0;
    return work_integer(work, &one, SUCCESSOR,
                        ARGS(value_text(key->name), value_i64(key->version), value_i64(JOB_DONE)), KEY_IN_USE);
}

static status judge_house_end(struct work *work, const struct key *key)
{
    bool in_use = false;
    int64_t rest_ms = key->use == KEY_REQUEST ? KEY_REQUEST_REST_MS : KEY_REST_MS;
    if (key->use == KEY_SIGN || key->use == KEY_NUMBERING) {
        return KEY_IN_USE; // heads that it signed are verified with it; numbers that it made are computed with it
    }
    if (work->now_ms < key->retired_ms + rest_ms) {
        return faults_add_message(work->faults, TEXT_ABSENT, KEY_IN_USE,
                                  "It rests for %lld minutes after its retirement.", (long long)(rest_ms / 60000));
    }
    TRY(judge_successor(work, key));
    TRY(key_rotation_in_use(work, (enum key_use)key->use, key->id, &in_use));
    return in_use ? KEY_IN_USE : OK;
}

status key_destroy(struct work *work, struct key *out, int64_t id)
{
    struct key_row newest;
    TRY(take_for_change(work, &newest, out, id));
    if (out->state == KEY_STATE_DESTROYED) {
        return KEY_DESTROYED;
    }
    if (out->state != KEY_STATE_RETIRED) {
        return KEY_STILL_ACTIVE;
    }
    if (out->use != KEY_PAYMENT) {
        TRY(judge_house_end(work, out));
    }
    TRY(work_change(work, DESTROY, ARGS(value_i64(id), value_i64(work->now_ms)), KEY_DESTROYED));
    work->detail = TEXT_ABSENT;
    return finish(work, out, id);
}
