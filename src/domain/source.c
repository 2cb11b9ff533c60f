#include "domain/source.h"

static const char INSERT[] =
    "INSERT INTO source (id, organization_id, name, account, created_at) VALUES ($1, $2, $3, $4, $5)";
static const char GET[] = "SELECT id, name, account, created_at FROM source WHERE id = $1 AND organization_id = $2";
static const char LIST[] =
    "SELECT id, name, account, created_at FROM source WHERE organization_id = $1 AND ($2 = 0 OR id < $2) "
    "ORDER BY id DESC LIMIT $3";

static void read_row(struct rows *rows, struct source *out, struct arena *arena)
{
    *out = (struct source){
        .id = row_i64(rows, 0),
        .name = row_text_copy(rows, 1, arena),
        .account = row_text_copy(rows, 2, arena),
        .created_ms = row_i64(rows, 3),
    };
}

status source_create(struct work *work, struct source *source)
{
    source->id = work_id(work);
    source->account = text_present(source->account) ? source->account : TEXT("");
    source->created_ms = work->now_ms;
    status inserted =
        work_insert(work, INSERT,
                    ARGS(value_i64(source->id), value_i64(work->organization_id), value_text(source->name),
                         value_text(source->account), value_i64(source->created_ms)),
                    SOURCE_EXISTS);
    if (inserted == SOURCE_EXISTS) {
        return faults_add(work->faults, TEXT("name"), SOURCE_EXISTS);
    }
    TRY(inserted);
    work_subject(work, "source", source->id);
    return OK;
}

status source_get(struct work *work, struct source *out, int64_t id)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, GET, ARGS(value_i64(id), value_i64(work->organization_id))));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? OK : SOURCE_NOT_FOUND;
}

status source_list(struct work *work, struct source **out, int *count, const struct source_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct source, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after), value_i64(filter->limit))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}
