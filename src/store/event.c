#include "store/event.h"

#include "store/lane.h"

static const char APPEND[] =
    "INSERT INTO event (lane, sequence, organization_id, type, subject_type, subject_id, at_ms, data) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

status event_append(struct work *work, text type)
{
    struct lane *lane = work->lane;
    TRY(work_run(work, APPEND,
                 ARGS(value_i64(lane->id), value_i64(lane->event_sequence + 1), value_i64(work->organization_id),
                      value_text(type), value_text(work->subject_type), value_i64(work->subject_id),
                      value_i64(work->now_ms), value_text(work->detail))));
    lane->event_sequence++;
    lane->changed = true;
    return OK;
}

// The committed heads of all lanes that have moved past the end of their last run.
static const char UNPUBLISHED[] =
    "SELECT id, next_sequence, event_sequence FROM ("
    "SELECT l.id, l.event_sequence, CAST(coalesce((SELECT r.first_sequence + r.count FROM event_run r WHERE r.lane = l.id "
    "ORDER BY r.first_sequence DESC LIMIT 1), 1) AS BIGINT) AS next_sequence FROM lane l) AS heads "
    "WHERE next_sequence <= event_sequence ORDER BY id LIMIT 64";
static const char LAST_RUN[] = "SELECT first_number, lane, count FROM event_run ORDER BY first_number DESC LIMIT 1";
static const char ADD_RUN[] =
    "INSERT INTO event_run (first_number, lane, first_sequence, count) VALUES ($1, $2, $3, $4)";
static const char GROW_RUN[] = "UPDATE event_run SET count = count + $2 WHERE first_number = $1 AND count = $3";

enum { RUN_COUNT_MAX = 64 };

struct run {
    int64_t first_number, lane, count;
};

static status last_run(struct work *work, struct run *run)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LAST_RUN, NO_ARGS));
    *run = (struct run){ .first_number = 1 };
    if (rows_next(&rows)) {
        *run = (struct run){ row_i64(&rows, 0), row_i64(&rows, 1), row_i64(&rows, 2) };
    }
    return rows_close(&rows);
}

// Two publishers at once collide, on the primary key or on the run's count; the executor runs the loser again.
static status publish_run(struct work *work, struct run *last, int64_t lane, int64_t first_sequence, int64_t count)
{
    if (last->lane == lane) {
        TRY(work_change(work, GROW_RUN, ARGS(value_i64(last->first_number), value_i64(count), value_i64(last->count)),
                        STORAGE_CONFLICT));
        last->count += count;
        return OK;
    }
    int64_t first_number = last->first_number + last->count;
    TRY(work_insert(work, ADD_RUN,
                    ARGS(value_i64(first_number), value_i64(lane), value_i64(first_sequence), value_i64(count)),
                    STORAGE_CONFLICT));
    *last = (struct run){ first_number, lane, count };
    return OK;
}

status event_publish(struct work *work, int64_t *published_count)
{
    struct {
        int64_t lane, first_sequence, head;
    } moved[RUN_COUNT_MAX];
    int count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, UNPUBLISHED, NO_ARGS));
    while (count < RUN_COUNT_MAX && rows_next(&rows)) {
        moved[count].lane = row_i64(&rows, 0);
        moved[count].first_sequence = row_i64(&rows, 1);
        moved[count].head = row_i64(&rows, 2);
        count++;
    }
    TRY(rows_close(&rows));
    *published_count = 0;
    if (count == 0) {
        return OK;
    }
    struct run last;
    TRY(last_run(work, &last));
    for (int i = 0; i < count; i++) {
        int64_t run_count = moved[i].head - moved[i].first_sequence + 1;
        TRY(publish_run(work, &last, moved[i].lane, moved[i].first_sequence, run_count));
        *published_count += run_count;
    }
    return OK;
}
