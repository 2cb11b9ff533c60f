#include "domain/job.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/secret.h"
#include "domain/key.h"

const char *const job_kind_names[] = { "import_card_numbers", "import_customers", "rotate_key", NULL };
const char *const job_state_names[] = { "queued", "running", "done", "cancelled", "failed", NULL };

static_assert(sizeof job_kind_names / sizeof job_kind_names[0] == JOB_KIND_COUNT + 1, "a name for each kind");
static_assert(sizeof job_state_names / sizeof job_state_names[0] == JOB_STATE_COUNT + 1, "a name for each state");
static_assert(JOB_QUEUED == 0 && JOB_RUNNING == 1 && JOB_CANCELLED == 3, "the SQL below says these numbers");

#define COLUMNS                                                                                                          \
    "id, organization_id, kind, state, total, done, failed, actor_kind, actor_id, actor_name, permissions, created_at, " \
    "started_at, finished_at, key_id, stage, position, not_before"

static const char INSERT[] =
    "INSERT INTO job (id, organization_id, kind, state, total, done, failed, actor_kind, actor_id, actor_name, permissions, "
    "created_at, key_id, not_before) VALUES ($1, $2, $3, 0, $4, 0, 0, $5, $6, $7, $8, $9, $10, $11)";
static const char GET[] = "SELECT " COLUMNS " FROM job WHERE id = $1 AND organization_id = $2";
static const struct sql_pair GET_LOCKED =
    SQL_LOCKED("SELECT " COLUMNS " FROM job WHERE id = $1 AND organization_id = $2");
static const char LIST[] =
    "SELECT " COLUMNS
    " FROM job WHERE organization_id = $1 AND id < $2 AND ($3 < 0 OR state = $3) ORDER BY id DESC LIMIT $4";
static const char NEXT_OPEN[] =
    "SELECT " COLUMNS " FROM job WHERE state IN (0, 1) AND not_before <= $1 ORDER BY id LIMIT 1";
static const char FINISH[] =
    "UPDATE job SET state = $3, finished_at = $4 WHERE id = $1 AND organization_id = $2 AND state IN (0, 1)";
static const char PROGRESS[] =
    "UPDATE job SET state = 1, done = done + $3, failed = failed + $4, started_at = coalesce(started_at, $5) "
    "WHERE id = $1 AND organization_id = $2 AND state IN (0, 1)";
static const char MOVE[] = "UPDATE job SET stage = $3, position = $4 WHERE id = $1 AND organization_id = $2";
static const char ALL_DONE[] = "UPDATE job SET total = done WHERE id = $1 AND organization_id = $2 AND kind = $3";

// A chunk's sequence is its first row, so that the next one is found by the count of rows that are done.
static const char INSERT_CHUNK[] =
    "INSERT INTO job_chunk (job_id, sequence, first_row, row_count, sealed, key_id) VALUES ($1, $2, $2, $3, $4, $5)";
static const char NEXT_CHUNK[] =
    "SELECT first_row, row_count, sealed, key_id FROM job_chunk WHERE job_id = $1 AND sequence = $2 AND results IS NULL";
static const char SETTLE_CHUNK[] =
    "UPDATE job_chunk SET results = $3, sealed = NULL WHERE job_id = $1 AND sequence = $2 AND results IS NULL AND sealed IS NOT NULL";
static const char ERASE_CHUNKS[] = "UPDATE job_chunk SET sealed = NULL WHERE job_id = $1 AND results IS NULL";
// $2: the first row wanted; no chunk has more rows than $3.
static const char RESULTS[] =
    "SELECT sequence, results, row_count FROM job_chunk WHERE job_id = $1 AND sequence > $2 - $3 AND sequence + row_count > $2 AND results IS NOT NULL "
    "AND ($4 = 0 OR results LIKE '%\"refused\"%') ORDER BY sequence LIMIT 8";

// Of any version: where the first chunk of a page of results can begin.
enum { CHUNK_ROW_COUNT_EVER = 1000 };
static_assert(IMPORT_CHUNK_ROW_COUNT <= CHUNK_ROW_COUNT_EVER, "chunks are found by it");

enum { TABLE_LEN = 9, ASSOCIATED_LEN = 8 + TABLE_LEN + 8 + 8 };

// Binds a ciphertext to its place, so that one chunk's rows cannot stand in another's.
static void associated_data(uint8_t out[ASSOCIATED_LEN], int64_t organization_id, int64_t job_id, int64_t sequence)
{
    bytes_put_be64(out, (uint64_t)organization_id);
    memcpy(out + 8, "job_chunk", TABLE_LEN);
    bytes_put_be64(out + 8 + TABLE_LEN, (uint64_t)job_id);
    bytes_put_be64(out + 16 + TABLE_LEN, (uint64_t)sequence);
}

static bool is_open(const struct job *job)
{
    return job->state == JOB_QUEUED || job->state == JOB_RUNNING;
}

static void estimate(struct job *job, int64_t now_ms)
{
    int64_t until_ms = job->finished_ms != 0 ? job->finished_ms : now_ms, spent_ms = until_ms - job->started_ms;
    job->rate = job->seconds_left = INTEGER_NONE;
    if (job->started_ms == 0 || job->done == 0) {
        return;
    }
    job->rate = job->done * 1000 / (spent_ms > 0 ? spent_ms : 1);
    if (is_open(job)) {
        int64_t left = job->total - job->done;
        job->seconds_left = (left * (spent_ms > 0 ? spent_ms : 1) / job->done + 999) / 1000;
    }
}

static void read_row(struct rows *rows, struct job *out, const struct work *work)
{
    *out = (struct job){
        .id = row_i64(rows, 0),
        .kind = (int)row_i64(rows, 2),
        .state = (int)row_i64(rows, 3),
        .total = row_i64(rows, 4),
        .done = row_i64(rows, 5),
        .failed = row_i64(rows, 6),
        .actor = {
            .kind = (enum actor_kind)row_i64(rows, 7),
            .id = row_i64(rows, 8),
            .organization_id = row_i64(rows, 1),
            .name = row_text_copy(rows, 9, work->arena),
            .channel = CHANNEL_API,
            .permissions = (uint64_t)row_i64(rows, 10),
        },
        .created_ms = row_i64(rows, 11),
        .started_ms = row_i64(rows, 12),
        .finished_ms = row_i64(rows, 13),
        .key_id = row_i64(rows, 14),
        .stage = row_i64(rows, 15),
        .position = row_i64(rows, 16),
        .not_before_ms = row_i64(rows, 17),
    };
    estimate(out, work->now_ms);
}

static status get_by(struct work *work, struct job *out, const char *sql, const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work);
    }
    TRY(rows_close(&rows));
    return found ? OK : JOB_NOT_FOUND;
}

status job_create(struct work *work, struct job *job)
{
    const struct actor *actor = work->actor;
    job->id = work_id(work);
    TRY(work_run(work, INSERT,
                 ARGS(value_i64(job->id), value_i64(work->organization_id), value_i64(job->kind), value_i64(job->total),
                      value_i64(actor->kind), value_i64(actor->id), value_text(actor->name),
                      value_i64((int64_t)actor->permissions), value_i64(work->now_ms),
                      value_i64_or_null(job->key_id, 0), value_i64(job->not_before_ms))));
    work_subject(work, "job", job->id);
    work_detail_text(work, "kind", text_of(job_kind_names[job->kind]));
    work_detail_integer(work, "rows", job->total);
    return job_get(work, job, job->id);
}

status job_chunk_add(struct work *work, const struct job *job, const struct job_chunk *chunk)
{
    uint8_t associated[ASSOCIATED_LEN];
    int64_t key_id = keyring_current(work->keyring, KEY_MESSAGE_SEAL, NULL);
    size_t sealed_len = chunk->rows.len + AEAD_OVERHEAD_LEN;
    uint8_t *sealed = arena_take(work->arena, sealed_len);
    if (sealed == NULL) {
        return OUT_OF_MEMORY;
    }
    associated_data(associated, work->organization_id, job->id, chunk->first_row);
    TRY(keyring_seal(work->keyring, key_id, sealed, chunk->rows.at, chunk->rows.len, associated, sizeof associated));
    return work_run(work, INSERT_CHUNK,
                    ARGS(value_i64(job->id), value_i64(chunk->first_row), value_i64(chunk->row_count),
                         value_blob(sealed, sealed_len), value_i64(key_id)));
}

status job_get(struct work *work, struct job *out, int64_t id)
{
    return get_by(work, out, GET, ARGS(value_i64(id), value_i64(work->organization_id)));
}

status job_lock(struct work *work, struct job *out, int64_t id)
{
    return get_by(work, out, work_sql(work, GET_LOCKED), ARGS(value_i64(id), value_i64(work->organization_id)));
}

status job_list(struct work *work, struct job **out, int *count, const struct job_filter *filter)
{
    *count = 0;
    *out = ARENA_ARRAY(work->arena, struct job, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after != 0 ? filter->after : INT64_MAX),
                        value_i64(filter->state), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work);
    }
    return rows_close(&rows);
}

// Ends an open job, once. The rows of what was not done are of no more use to anyone.
static status end(struct work *work, int64_t id, enum job_state state)
{
    TRY(work_change(work, FINISH,
                    ARGS(value_i64(id), value_i64(work->organization_id), value_i64(state), value_i64(work->now_ms)),
                    JOB_FINISHED));
    TRY(work_run(work, ERASE_CHUNKS, ARGS(value_i64(id))));
    work_subject(work, "job", id);
    return OK;
}

status job_cancel(struct work *work, struct job *out, int64_t id)
{
    TRY(job_get(work, out, id));
    if (out->kind == JOB_ROTATE_KEY && is_open(out)) {
        return JOB_MUST_FINISH;
    }
    TRY(end(work, id, JOB_CANCELLED));
    TRY(job_get(work, out, id));
    work_detail_integer(work, "done", out->done);
    work_detail_integer(work, "left", out->total - out->done);
    return OK;
}

status job_next_open(struct work *work, struct job *out)
{
    return get_by(work, out, NEXT_OPEN, ARGS(value_i64(work->now_ms)));
}

static status open_chunk(struct work *work, struct rows *rows, struct job_chunk *out, const struct job *job)
{
    text sealed = row_blob(rows, 2);
    int64_t key_id = row_i64(rows, 3);
    if (sealed.len < AEAD_OVERHEAD_LEN) {
        return DATA_DAMAGED;
    }
    size_t len = sealed.len - AEAD_OVERHEAD_LEN;
    uint8_t associated[ASSOCIATED_LEN];
    uint8_t *plain = arena_take(work->arena, len + 1);
    if (plain == NULL) {
        return OUT_OF_MEMORY;
    }
    *out = (struct job_chunk){ row_i64(rows, 0), row_i64(rows, 1), text_bytes(plain, len) };
    associated_data(associated, work->organization_id, job->id, out->first_row);
    TRY(key_require(work, key_id));
    return keyring_open(work->keyring, key_id, plain, sealed.at, sealed.len, associated, sizeof associated);
}

status job_chunk_next(struct work *work, struct job_chunk *out, const struct job *job)
{
    struct rows rows = { 0 };
    status result = job->done >= job->total ? NOT_FOUND : DATA_DAMAGED; // rows are left, so there is a chunk
    TRY(work_query(work, &rows, NEXT_CHUNK, ARGS(value_i64(job->id), value_i64(job->done + 1))));
    if (rows_next(&rows)) {
        result = open_chunk(work, &rows, out, job);
    }
    status closed = rows_close(&rows);
    return closed != OK ? closed : result;
}

static status progress(struct work *work, struct job *job, int64_t done, int64_t failed)
{
    TRY(work_change(work, PROGRESS,
                    ARGS(value_i64(job->id), value_i64(work->organization_id), value_i64(done), value_i64(failed),
                         value_i64(work->now_ms)),
                    JOB_FINISHED));
    job->state = JOB_RUNNING;
    job->done += done;
    job->failed += failed;
    work_subject(work, "job", job->id);
    return OK;
}

status job_chunk_settle(struct work *work, struct job *job, const struct job_chunk *chunk, text results, int64_t failed)
{
    TRY(work_change(work, SETTLE_CHUNK, ARGS(value_i64(job->id), value_i64(chunk->first_row), value_text(results)),
                    STORAGE_CONFLICT));
    TRY(progress(work, job, chunk->row_count, failed));
    work->detail = TEXT_ABSENT; // of the last row
    work_detail_integer(work, "first_row", chunk->first_row);
    work_detail_integer(work, "rows", chunk->row_count);
    work_detail_integer(work, "failed", failed);
    work_detail_integer(work, "done", job->done);
    work_detail_integer(work, "total", job->total);
    return OK;
}

status job_advance(struct work *work, struct job *job, int64_t done, int64_t failed)
{
    TRY(progress(work, job, done, failed));
    TRY(work_run(
        work, MOVE,
        ARGS(value_i64(job->id), value_i64(work->organization_id), value_i64(job->stage), value_i64(job->position))));
    work->detail = TEXT_ABSENT;
    work_detail_integer(work, "rows", done);
    work_detail_integer(work, "failed", failed);
    work_detail_integer(work, "done", job->done);
    work_detail_integer(work, "total", job->total);
    return OK;
}

status job_finish(struct work *work, int64_t id, enum job_state state)
{
    assert(state == JOB_DONE || state == JOB_FAILED);
    struct job job;
    TRY(end(work, id, state));
    if (state == JOB_DONE) { // a table may have fewer rows at the end than were counted at the beginning
        TRY(work_run(work, ALL_DONE, ARGS(value_i64(id), value_i64(work->organization_id), value_i64(JOB_ROTATE_KEY))));
    }
    TRY(job_get(work, &job, id));
    work_detail_text(work, "state", text_of(job_state_names[state]));
    work_detail_integer(work, "done", job.done);
    work_detail_integer(work, "failed", job.failed);
    return OK;
}

/* Results. */

struct collecting {
    const struct job_result_filter *filter;
    struct job_result *out;
    int count;
};

static bool collect(void *context, const struct job_result *result)
{
    struct collecting *collecting = context;
    const struct job_result_filter *filter = collecting->filter;
    bool wanted = result->row > filter->after && (!filter->failed_only || result->state != JOB_RESULT_OK);
    if (wanted && collecting->count < filter->limit) {
        collecting->out[collecting->count++] = *result;
    }
    return collecting->count < filter->limit;
}

// A few chunks at a time; *from moves behind the last of them, and stays when there are no more.
static status collect_some(struct work *work, struct collecting *collecting, int64_t *from)
{
    const struct job_result_filter *filter = collecting->filter;
    struct rows rows = { 0 };
    status result = OK;
    TRY(work_query(work, &rows, RESULTS,
                   ARGS(value_i64(filter->job_id), value_i64(*from), value_i64(CHUNK_ROW_COUNT_EVER),
                        value_i64(filter->failed_only))));
    while (result == OK && collecting->count < filter->limit && rows_next(&rows)) {
        result = job_results_read(row_text(&rows, 1), work->arena, collect, collecting);
        *from = row_i64(&rows, 0) + row_i64(&rows, 2);
    }
    status closed = rows_close(&rows);
    return closed != OK ? closed : result;
}

status job_results(struct work *work, struct job_result **out, int *count, const struct job_result_filter *filter)
{
    struct job job;
    TRY(job_get(work, &job, filter->job_id)); // of this organisation?
    struct collecting collecting = { .filter = filter,
                                     .out = ARENA_ARRAY(work->arena, struct job_result, (size_t)filter->limit) };
    *count = 0;
    if (collecting.out == NULL) {
        return OUT_OF_MEMORY;
    }
    int64_t from = filter->after + 1, before;
    do {
        before = from;
        TRY(collect_some(work, &collecting, &from));
    } while (from > before && collecting.count < filter->limit);
    *out = collecting.out;
    *count = collecting.count;
    return OK;
}

// No rewriting: what is sealed here is erased within hours.
const struct rekeying_rule job_chunk_sealing = {
    .table = "job_chunk",
    .in_use = "SELECT 1 FROM job_chunk WHERE key_id = $1 AND sealed IS NOT NULL LIMIT 1",
};
