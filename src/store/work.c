#include "store/work.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/digit_mask.h"
#include "base/json_text.h"

enum { DETAIL_LEN_MAX = 2048 };

int64_t work_id(struct work *work)
{
    return id_make(work->ids, work->now_ms);
}

void work_subject(struct work *work, const char *type, int64_t id)
{
    work->subject_type = text_of(type);
    work->subject_id = id;
}

// Reopens the object for one more member; past the limit the detail stays as it was.
static void add_detail(struct work *work, const char *name, text value, bool quoted)
{
    struct buffer out;
    buffer_init(&out, DETAIL_LEN_MAX);
    text before = work->detail;
    buffer_append(&out, before.at, before.len > 0 ? before.len - 1 : 0);
    buffer_append_text(&out, before.len > 0 ? TEXT(",") : TEXT("{"));
    json_write_text(&out, text_of(name));
    buffer_append_text(&out, TEXT(":"));
    if (quoted) {
        json_write_text(&out, value);
    } else {
        buffer_append_text(&out, value);
    }
    buffer_append_text(&out, TEXT("}"));
    if (!out.failed) {
        work->detail = arena_copy(work->arena, text_bytes(out.at, out.len));
    }
    buffer_release(&out);
}

void work_detail_text(struct work *work, const char *name, text value)
{
    if (text_present(value)) {
        add_detail(work, name, value, true);
    }
}

void work_detail_typed(struct work *work, const char *name, text value)
{
    work_detail_text(work, name, digit_mask(work->arena, value));
}

void work_detail_integer(struct work *work, const char *name, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    add_detail(work, name, text_of(digits), false);
}

void work_detail_id(struct work *work, const char *name, const char *prefix, int64_t id)
{
    if (id != 0) {
        char printed[64], digits[13];
        bytes_id_print(digits, (uint64_t)id);
        int len = snprintf(printed, sizeof printed, "%s_%.13s", prefix, digits);
        add_detail(work, name, text_bytes(printed, (size_t)len), true);
    }
}

status work_run(struct work *work, const char *sql, const struct value *values, int count)
{
    return database_run(work->database, sql, values, count, NULL, NULL);
}

status work_insert(struct work *work, const char *sql, const struct value *values, int count, status conflict)
{
    bool conflicted = false;
    TRY(database_run(work->database, sql, values, count, NULL, &conflicted));
    return conflicted ? conflict : OK;
}

status work_change(struct work *work, const char *sql, const struct value *values, int count, status none)
{
    int64_t changed = 0;
    TRY(database_run(work->database, sql, values, count, &changed, NULL));
    return changed == 0 ? none : OK;
}

status work_query(struct work *work, struct rows *rows, const char *sql, const struct value *values, int count)
{
    return database_query(work->database, rows, sql, values, count);
}

const char *work_sql(const struct work *work, struct sql_pair pair)
{
    return database_engine(work->database) == ENGINE_POSTGRES ? pair.locked : pair.plain;
}

status work_integer(struct work *work, int64_t *out, const char *sql, const struct value *values, int count,
                    status none)
{
    struct rows rows = { 0 };
    TRY(database_query(work->database, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        *out = row_i64(&rows, 0);
    }
    TRY(rows_close(&rows));
    return found ? OK : none;
}
