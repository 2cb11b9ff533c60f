#include "domain/key_rotation.h"

#include "base/limits.h"
#include "domain/card_recheck.h"
#include "domain/key_row.h"
#include "domain/outbox.h"
#include "domain/registered_number.h"
#include "domain/user_totp.h"

enum { RULE_COUNT_MAX = 4 };

static const struct rekeying_rule *const rules[KEY_USE_COUNT][RULE_COUNT_MAX] = {
    [KEY_NUMBER_SEAL] = { &registered_number_sealing },
    [KEY_NUMBER_LOOKUP] = { &registered_number_finding },
    [KEY_NUMBER_CHECK] = { &card_rechecking },
    [KEY_MESSAGE_SEAL] = { &user_totp_sealing, &outbox_sealing, &job_chunk_sealing },
};

static const char USE_OF[] = "SELECT key_use FROM key_block WHERE id = $1";

static bool rewrites(enum key_use use)
{
    return rules[use][0] != NULL && rules[use][0]->rewrite != NULL;
}

// Where rows do not say which key they are under, the job has to find them all: it waits until nobody writes under the old key.
static int64_t settling_ms(const struct work *work, enum key_use use)
{
    bool tells = rules[use][0]->in_use != NULL;
    return tells || database_engine(work->database) == ENGINE_SQLITE ? 0 : KEY_SETTLING_MS;
}

status key_rotation_start(struct work *work, enum key_use use, int64_t key_id, int64_t *from_ms, int64_t *job_id)
{
    struct job job = { .kind = JOB_ROTATE_KEY, .key_id = key_id };
    *job_id = 0;
    for (int i = 0; rewrites(use) && i < RULE_COUNT_MAX && rules[use][i] != NULL; i++) {
        int64_t count = 0;
        if (rules[use][i]->rewrite != NULL) {
            TRY(work_integer(work, &count, rules[use][i]->count, ARGS(value_i64(key_id)), DATA_DAMAGED));
        }
        job.total += count;
    }
    *from_ms = runtime_now_ms(work->runtime) + KEY_ACTIVATION_DELAY_MS; // the counting took its time
    if (!rewrites(use)) {
        return OK;
    }
    job.not_before_ms = *from_ms + settling_ms(work, use);
    TRY(job_create(work, &job));
    *job_id = job.id;
    return OK;
}

status key_rotation_in_use(struct work *work, enum key_use use, int64_t key_id, bool *in_use)
{
    *in_use = false;
    for (int i = 0; i < RULE_COUNT_MAX && rules[use][i] != NULL && !*in_use; i++) {
        int64_t one = 0;
        status found = rules[use][i]->in_use != NULL
                           ? work_integer(work, &one, rules[use][i]->in_use, ARGS(value_i64(key_id)), NOT_FOUND)
                           : NOT_FOUND;
        if (found != OK && found != NOT_FOUND) {
            return found;
        }
        *in_use = found == OK;
    }
    return OK;
}

static status use_of(struct work *work, enum key_use *use, int64_t key_id)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, USE_OF, ARGS(value_i64(key_id))));
    bool known = rows_next(&rows) && key_use_parse(use, row_text(&rows, 0));
    TRY(rows_close(&rows));
    return known ? OK : DATA_DAMAGED;
}

// The job's stage is the rule; past the last one it is done.
static const struct rekeying_rule *rule_at(enum key_use use, int64_t stage)
{
    const struct rekeying_rule *rule = stage < RULE_COUNT_MAX ? rules[use][stage] : NULL;
    return rule != NULL && rule->rewrite != NULL ? rule : NULL;
}

status key_rotation_next_page(struct work *work, int64_t job_id, bool *more)
{
    struct job job;
    enum key_use use;
    TRY(job_lock(work, &job, job_id)); // two processes with one job take turns, page by page
    if (job.state != JOB_QUEUED && job.state != JOB_RUNNING) {
        return JOB_FINISHED;
    }
    TRY(use_of(work, &use, job.key_id));
    const struct rekeying_rule *rule = rule_at(use, job.stage);
    if (rule == NULL) {
        *more = false;
        return OK;
    }
    if (keyring_current(work->keyring, use, NULL) != job.key_id) {
        return KEY_UNAVAILABLE; // this process does not see it yet, or has lost sight of the keys: tried again
    }
    struct rekeying page = {
        .table = rule->table, .key_id = job.key_id, .after = job.position, .limit = KEY_REWRITE_ROW_COUNT
    };
    TRY(rule->rewrite(work, &page));
    job.position = page.more ? page.after : 0;
    job.stage += !page.more;
    *more = page.more || rule_at(use, job.stage) != NULL;
    TRY(job_advance(work, &job, page.done, page.failed));
    work_detail_text(work, "table", text_of(rule->table));
    return OK;
}
