#include "domain/card_recheck.h"

#include "base/secret.h"
#include "domain/card.h"
#include "domain/number.h"

// The check itself stands in the place of the sealed text; whose key made it the row does not say.
static const char NEXT[] =
    "SELECT id, organization_id, series_id, series_index, registered_id, number_check FROM card "
    "WHERE id > $1 ORDER BY id LIMIT $2";
static const char RECHECK[] = "UPDATE card SET number_check = $3 WHERE id = $1 AND number_check = $2";

struct due {
    int64_t id, organization_id, series_id, series_index, registered_id, number_check;
};

static status take_due(struct work *work, struct rekeying *page, struct due **due, int *count)
{
    struct rows rows = { 0 };
    *count = 0;
    *due = ARENA_ARRAY(work->arena, struct due, (size_t)page->limit);
    if (*due == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(work_query(work, &rows, NEXT, ARGS(value_i64(page->after), value_i64(page->limit))));
    while (*count < page->limit && rows_next(&rows)) {
        (*due)[*count] = (struct due){ row_i64(&rows, 0),        row_i64(&rows, 1), row_i64(&rows, 2),
                                       row_i64_or(&rows, 3, -1), row_i64(&rows, 4), row_i64(&rows, 5) };
        page->after = (*due)[(*count)++].id;
    }
    page->more = *count == page->limit;
    return rows_close(&rows);
}

static status recheck(struct work *work, const struct due *due)
{
    char number[NUMBER_LEN_MAX];
    int64_t check = 0;
    struct series series;
    const struct card card = {
        .id = due->id,
        .series_id = due->series_id,
        .series_index = due->series_index,
        .registered_id = due->registered_id,
        .number_check = due->number_check,
    };
    TRY(series_get(work, &series, due->series_id));
    TRY(card_number(work, &card, &series, number));
    status result = number_check(work->keyring, text_bytes(number, (size_t)series.layout.length), &check);
    secret_wipe(number, sizeof number);
    TRY(result);
    return work_run(work, RECHECK, ARGS(value_i64(due->id), value_i64(due->number_check), value_i64(check)));
}

static status rewrite(struct work *work, struct rekeying *page)
{
    struct due *due;
    int count;
    int64_t organization_id = work->organization_id;
    status result = take_due(work, page, &due, &count);
    struct arena_mark mark = arena_mark(work->arena);
    for (int i = 0; i < count && result == OK; i++) {
        work->organization_id = due[i].organization_id;
        result = rekeying_settle(page, due[i].id, recheck(work, &due[i]));
        arena_rewind(work->arena, mark);
    }
    work->organization_id = organization_id;
    return result;
}

const struct rekeying_rule card_rechecking = {
    .table = "card",
    .count = "SELECT CAST(count(*) AS BIGINT) FROM card WHERE $1 <> 0",
    .rewrite = rewrite,
};
