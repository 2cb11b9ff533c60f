#include "domain/status_label.h"

#define COLUMNS "id, label, status, is_default, retired, created_at, version"

static const char INSERT[] =
    "INSERT INTO status_label (id, organization_id, label, status, is_default, retired, created_at, version) "
    "VALUES ($1, $2, $3, $4, $5, 0, $6, 1)";
static const char GET[] = "SELECT " COLUMNS " FROM status_label WHERE id = $1 AND organization_id = $2";
static const char FIND[] = "SELECT " COLUMNS " FROM status_label WHERE organization_id = $1 AND label = $2";
static const char DEFAULT_OF[] =
    "SELECT " COLUMNS " FROM status_label WHERE organization_id = $1 AND status = $2 AND is_default = 1 LIMIT 1";
static const char LIST[] = "SELECT " COLUMNS
                           " FROM status_label WHERE organization_id = $1 AND ($2 = 0 OR id < $2) "
                           "AND ($3 < 0 OR status = $3) AND ($5 < 0 OR retired = $5) ORDER BY id DESC LIMIT $4";
static const char COUNT[] = "SELECT CAST(count(*) AS BIGINT) FROM status_label WHERE organization_id = $1";
static const char CLEAR_DEFAULT[] =
    "UPDATE status_label SET is_default = 0 WHERE organization_id = $1 AND status = $2 AND is_default = 1";
static const char UPDATE[] =
    "UPDATE status_label SET label = $3, is_default = $4, retired = $5, version = version + 1 "
    "WHERE id = $1 AND organization_id = $2";
// All labels of the organisation, so that two defaults cannot be made at once.
static const struct sql_pair LOCK = SQL_LOCKED("SELECT organization_id FROM settings WHERE organization_id = $1");

static void read_row(struct rows *rows, struct status_label *out, struct arena *arena)
{
    *out = (struct status_label){
        .id = row_i64(rows, 0),
        .label = row_text_copy(rows, 1, arena),
        .status = (int)row_i64(rows, 2),
        .is_default = row_bool(rows, 3),
        .retired = row_bool(rows, 4),
        .created_ms = row_i64(rows, 5),
        .version = row_i64(rows, 6),
    };
}

static status get_by(struct work *work, struct status_label *out, status none, const char *sql,
                     const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        read_row(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? OK : none;
}

static status lock(struct work *work)
{
    int64_t locked;
    return work_integer(work, &locked, work_sql(work, LOCK), ARGS(value_i64(work->organization_id)), DATA_DAMAGED);
}

static status clear_default(struct work *work, int of_status)
{
    return work_run(work, CLEAR_DEFAULT, ARGS(value_i64(work->organization_id), value_i64(of_status)));
}

status status_label_create(struct work *work, struct status_label *label)
{
    int64_t count = 0;
    TRY(lock(work));
    TRY(work_integer(work, &count, COUNT, ARGS(value_i64(work->organization_id)), INTERNAL));
    if (count >= STATUS_LABEL_COUNT_MAX) {
        return faults_add_message(work->faults, TEXT(""), OUT_OF_RANGE, "An organisation has at most %d labels.",
                                  STATUS_LABEL_COUNT_MAX);
    }
    if (label->is_default) {
        TRY(clear_default(work, label->status));
    }
    label->id = work_id(work);
    label->retired = false;
    label->created_ms = work->now_ms;
    label->version = 1;
    status inserted =
        work_insert(work, INSERT,
                    ARGS(value_i64(label->id), value_i64(work->organization_id), value_text(label->label),
                         value_i64(label->status), value_bool(label->is_default), value_i64(work->now_ms)),
                    LABEL_EXISTS);
    if (inserted == LABEL_EXISTS) {
        return faults_add(work->faults, TEXT("label"), LABEL_EXISTS);
    }
    TRY(inserted);
    work_subject(work, "label", label->id);
    return OK;
}

status status_label_create_defaults(struct work *work)
{
    static const char *const names[CARD_STATUS_COUNT] = { "Not issued", "Issued",  "Active", "Suspended",
                                                          "Blocked",    "Expired", "Closed" };
    for (int i = 0; i < CARD_STATUS_COUNT; i++) {
        struct status_label label = { .label = text_of(names[i]), .status = i, .is_default = true };
        TRY(status_label_create(work, &label));
    }
    return OK;
}

status status_label_get(struct work *work, struct status_label *out, int64_t id)
{
    return get_by(work, out, NOT_FOUND, GET, ARGS(value_i64(id), value_i64(work->organization_id)));
}

status status_label_find(struct work *work, text label, struct status_label *out)
{
    *out = (struct status_label){ 0 };
    status found = get_by(work, out, LABEL_NOT_FOUND, FIND, ARGS(value_i64(work->organization_id), value_text(label)));
    return found == LABEL_NOT_FOUND ? faults_add(work->faults, TEXT("status_label"), LABEL_NOT_FOUND) : found;
}

status status_label_list(struct work *work, struct status_label **out, int *count,
                         const struct status_label_filter *filter)
{
    *out = ARENA_ARRAY(work->arena, struct status_label, (size_t)filter->limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LIST,
                   ARGS(value_i64(work->organization_id), value_i64(filter->after), value_i64(filter->status),
                        value_i64(filter->limit), value_i64(filter->retired))));
    while (*count < filter->limit && rows_next(&rows)) {
        read_row(&rows, &(*out)[(*count)++], work->arena);
    }
    return rows_close(&rows);
}

status status_label_update(struct work *work, struct status_label *label)
{
    struct status_label stored;
    TRY(lock(work));
    TRY(status_label_get(work, &stored, label->id));
    if (label->version != 0 && label->version != stored.version) {
        return VERSION_CONFLICT;
    }
    if (label->status != stored.status) {
        return faults_add(work->faults, TEXT("status"), IMMUTABLE_FIELD);
    }
    if (stored.is_default && (label->retired || !label->is_default)) {
        return faults_add(work->faults, label->retired ? TEXT("retired") : TEXT("default"), LABEL_IS_DEFAULT);
    }
    if (label->is_default && label->retired) {
        return faults_add(work->faults, TEXT("default"), LABEL_RETIRED);
    }
    if (label->is_default && !stored.is_default) {
        TRY(clear_default(work, label->status));
    }
    status updated = work_insert(work, UPDATE,
                                 ARGS(value_i64(label->id), value_i64(work->organization_id), value_text(label->label),
                                      value_bool(label->is_default), value_bool(label->retired)),
                                 LABEL_EXISTS);
    if (updated == LABEL_EXISTS) {
        return faults_add(work->faults, TEXT("label"), LABEL_EXISTS);
    }
    TRY(updated);
    label->version = stored.version + 1;
    work_subject(work, "label", label->id);
    return OK;
}

status status_label_choose(struct work *work, text label, enum card_status of_status, struct status_label *out)
{
    if (!text_present(label)) {
        return get_by(work, out, DATA_DAMAGED, DEFAULT_OF,
                      ARGS(value_i64(work->organization_id), value_i64(of_status)));
    }
    TRY(status_label_find(work, label, out));
    if (out->status != (int)of_status) {
        return faults_add_message(work->faults, TEXT("status_label"), LABEL_NOT_FOR_STATUS,
                                  "This label belongs to the status %s, not %s.", card_status_names[out->status],
                                  card_status_names[of_status]);
    }
    return out->retired ? faults_add(work->faults, TEXT("status_label"), LABEL_RETIRED) : OK;
}

status status_label_require(struct work *work, text label, enum card_status of_status, int64_t *id)
{
    struct status_label found;
    TRY(status_label_choose(work, label, of_status, &found));
    *id = found.id;
    return OK;
}
