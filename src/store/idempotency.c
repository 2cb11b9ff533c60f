#include "store/idempotency.h"

// Ids are in time order, so the oldest records are the first.
static const char FORGET[] =
    "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE id < $1 ORDER BY id LIMIT 2000)";

status idempotency_forget(struct work *work, int64_t before_ms, int64_t *count)
{
    return database_run(work->database, FORGET, ARGS(value_i64(id_first_at(before_ms))), count, NULL);
}
