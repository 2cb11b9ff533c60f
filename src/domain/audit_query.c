#include "domain/audit_query.h"

#include <assert.h>

const char *const audit_actor_names[] = { "system", "user", "api_key", "command_line", NULL };
const char *const audit_channel_names[] = { "console", "api", "dialect", "network", "scheduler", "command_line", NULL };

static_assert(sizeof audit_actor_names / sizeof audit_actor_names[0] == ACTOR_COMMAND_LINE + 2, "a name for each kind");
static_assert(sizeof audit_channel_names / sizeof audit_channel_names[0] == CHANNEL_COMMAND_LINE + 2,
              "a name for each channel");

// One upper bound, so that the index is entered at the page.
static const char LIST_AUDIT[] =
    "SELECT lane, sequence, at_ms, actor_kind, actor_id, actor_name, channel, peer, request_id, action, subject_type, subject_id, "
    "result, detail, hash FROM audit WHERE organization_id = $1 AND at_ms >= $2 AND (at_ms, lane, sequence) < ($3, $4, $5) "
    "AND ($6 IS NULL OR action = $6) AND ($7 IS NULL OR actor_name = $7) "
    "AND ($8 IS NULL OR result = $8 OR ($8 = 'refused' AND result <> 'ok')) "
    "AND ($9 = 0 OR actor_id = $9) AND ($10 = 0 OR subject_id = $10) ORDER BY at_ms DESC, lane DESC, sequence DESC LIMIT $11";
// The runs from the one that holds the wanted number on, and in each its events in order: nothing is sorted.
static const char LIST_EVENTS[] =
    "SELECT r.first_number + (e.sequence - r.first_sequence), e.type, e.subject_type, e.subject_id, e.at_ms, e.data "
    "FROM event_run r CROSS JOIN event e "
    "WHERE r.first_number >= coalesce((SELECT max(first_number) FROM event_run WHERE first_number <= $2), 0) "
    "AND e.lane = r.lane AND e.sequence < r.first_sequence + r.count "
    "AND e.sequence >= r.first_sequence + (CASE WHEN $2 > r.first_number THEN $2 - r.first_number ELSE 0 END) "
    "AND e.organization_id = $1 ORDER BY r.first_number, e.sequence LIMIT $3";

static void read_entry(struct rows *rows, struct audit_entry *out, struct arena *arena, int64_t organization_id)
{
    *out = (struct audit_entry){
        .record = {
            .lane = row_i64(rows, 0),
            .sequence = row_i64(rows, 1),
            .at_ms = row_i64(rows, 2),
            .organization_id = organization_id,
            .actor_kind = row_i64(rows, 3),
            .actor_id = row_i64(rows, 4),
            .actor_name = row_text_copy(rows, 5, arena),
            .channel = row_i64(rows, 6),
            .peer = row_text_copy(rows, 7, arena),
            .request_id = row_text_copy(rows, 8, arena),
            .action = row_text_copy(rows, 9, arena),
            .subject_type = row_text_copy(rows, 10, arena),
            .subject_id = row_i64(rows, 11),
            .result = row_text_copy(rows, 12, arena),
            .detail = row_text_copy(rows, 13, arena),
        },
        .hash = arena_copy(arena, row_blob(rows, 14)),
    };
}

// What lies before this place; the end of the time asked for may come first.
static struct audit_place upper_bound(const struct audit_filter *filter)
{
    struct audit_place bound =
        filter->after != NULL ? *filter->after : (struct audit_place){ INT64_MAX, INT64_MAX, INT64_MAX };
    bool earlier = filter->to_ms != 0 && filter->to_ms <= bound.at_ms;
    return earlier ? (struct audit_place){ filter->to_ms, 0, 0 } : bound;
}

static status query(struct work *work, struct rows *rows, const struct audit_filter *filter)
{
    struct audit_place before = upper_bound(filter);
    return work_query(work, rows, LIST_AUDIT,
                      ARGS(value_i64(work->organization_id), value_i64(filter->from_ms), value_i64(before.at_ms),
                           value_i64(before.lane), value_i64(before.sequence), value_text(filter->action),
                           value_text(filter->actor_name), value_text(filter->result), value_i64(filter->actor_id),
                           value_i64(filter->subject_id), value_i64(filter->limit)));
}

status audit_list(struct work *work, struct audit_entry **out, int *count, const struct audit_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct audit_entry, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(query(work, &rows, filter));
    while (*count < filter->limit && rows_next(&rows)) {
        read_entry(&rows, &(*out)[(*count)++], work->arena, work->organization_id);
    }
    return rows_close(&rows);
}

status audit_walk(struct work *work, const struct audit_filter *filter,
                  bool (*take)(void *context, const struct audit_entry *entry), void *context)
{
    struct rows rows = { 0 };
    TRY(query(work, &rows, filter));
    struct arena_mark mark = arena_mark(work->arena);
    bool more = true;
    while (more && rows_next(&rows)) {
        struct audit_entry entry;
        read_entry(&rows, &entry, work->arena, work->organization_id);
        more = take(context, &entry);
        arena_rewind(work->arena, mark);
    }
    return rows_close(&rows);
}

text audit_place_print(struct arena *arena, const struct audit_record *record)
{
    return arena_print(arena, "%lld-%lld-%lld", (long long)record->at_ms, (long long)record->lane,
                       (long long)record->sequence);
}

bool audit_place_parse(struct audit_place *out, text printed)
{
    int64_t *const parts[] = { &out->at_ms, &out->lane, &out->sequence };
    text part;
    for (int i = 0; i < 3; i++) {
        if (!text_split(&printed, '-', &part) || !text_is_digits(part) || !text_to_int64(part, parts[i])) {
            return false;
        }
    }
    return !text_present(printed);
}

status event_list(struct work *work, struct event_entry **out, int *count, int64_t after_number, int64_t limit)
{
    *out = ARENA_ARRAY(work->arena, struct event_entry, (size_t)limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    if (after_number == INT64_MAX) {
        return OK;
    }
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST_EVENTS,
                   ARGS(value_i64(work->organization_id), value_i64(after_number + 1), value_i64(limit))));
    while (*count < limit && rows_next(&rows)) {
        (*out)[(*count)++] = (struct event_entry){
            .number = row_i64(&rows, 0),
            .type = row_text_copy(&rows, 1, work->arena),
            .subject_type = row_text_copy(&rows, 2, work->arena),
            .subject_id = row_i64(&rows, 3),
            .at_ms = row_i64(&rows, 4),
            .data = row_text_copy(&rows, 5, work->arena),
        };
    }
    return rows_close(&rows);
}
