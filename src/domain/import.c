#include "domain/import.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "base/secret.h"
#include "domain/import_customers.h"
#include "domain/import_numbers.h"

enum { NO_COLUMN = -1, RESULTS_LEN_MAX = IMPORT_CHUNK_ROW_COUNT * 512, NAMES_LEN_MAX = 200 };

// A savepoint a row, under one name: the name is prepared once.
static const char SAVEPOINT[] = "row";

const struct import_rule *import_rule_of(enum job_kind kind)
{
    static const struct import_rule *const rules[JOB_KIND_COUNT] = {
        [JOB_IMPORT_NUMBERS] = &import_numbers,
        [JOB_IMPORT_CUSTOMERS] = &import_customers,
    };
    return rules[kind];
}

/* The header: which field of a row is which column. */

struct header {
    int columns[CSV_FIELD_COUNT_MAX]; // by field: index of the rule's column
    int count;
};

static int find_column(const struct import_rule *rule, text name)
{
    for (int i = 0; i < rule->count; i++) {
        if (text_equal(name, text_of(rule->columns[i].name))) {
            return i;
        }
    }
    return NO_COLUMN;
}

// Says what the columns are, not what stood there: a file without a header begins with somebody's number.
static status refuse_column(struct work *work, const struct import_rule *rule, const char *what)
{
    struct buffer names;
    buffer_init(&names, NAMES_LEN_MAX);
    for (int i = 0; i < rule->count; i++) {
        buffer_print(&names, "%s%s", i > 0 ? ", " : "", rule->columns[i].name);
    }
    faults_add_message(work->faults, TEXT("header"), CSV_MALFORMED, "%s The columns are " TEXT_FMT ".", what,
                       TEXT_ARG(buffer_text(&names)));
    buffer_release(&names);
    return CSV_MALFORMED;
}

static status read_header(struct work *work, struct header *out, const struct import_rule *rule,
                          const struct csv_row *row)
{
    bool seen[IMPORT_COLUMN_COUNT_MAX] = { false };
    out->count = row->count;
    for (int i = 0; i < row->count; i++) {
        int column = find_column(rule, text_trim(row->fields[i]));
        if (column == NO_COLUMN) {
            return refuse_column(work, rule, "There is a column of another name.");
        }
        if (seen[column]) {
            return refuse_column(work, rule, "A column stands twice.");
        }
        seen[column] = true;
        out->columns[i] = column;
    }
    for (int i = 0; i < rule->count; i++) {
        if (rule->columns[i].required && !seen[i]) {
            return refuse_column(work, rule, "A column that is required is missing.");
        }
    }
    return OK;
}

static status judge_permissions(struct work *work, const struct import_rule *rule, const struct header *header)
{
    for (int i = 0; i < header->count; i++) {
        const struct import_column *column = &rule->columns[header->columns[i]];
        if (column->permission != PERMISSION_NONE && !permission_held(work->actor->permissions, column->permission)) {
            return faults_add(work->faults, text_of(column->name), FORBIDDEN);
        }
    }
    return OK;
}

/* Planning. */

static status refuse_file(struct work *work, const struct csv *csv)
{
    if (csv->out_of_memory) {
        return OUT_OF_MEMORY;
    }
    // The reader's count has the header in it and the broken row not.
    return faults_add_message(work->faults, TEXT("file"), CSV_MALFORMED, "Row %lld: %s", (long long)csv->row_count,
                              csv->fault);
}

static int chunk_row_count(const struct work *work)
{
    return database_engine(work->database) == ENGINE_SQLITE ? IMPORT_CHUNK_ROW_COUNT : IMPORT_CHUNK_ROW_COUNT_POSTGRES;
}

static status plan_rows(struct work *work, struct import_plan *plan, struct csv *csv)
{
    struct csv_row row;
    size_t row_count_max = plan->file.len / 2 + 1; // a row that counts has a byte and a line end
    row_count_max = row_count_max < IMPORT_ROW_COUNT_MAX ? row_count_max : IMPORT_ROW_COUNT_MAX;
    plan->offsets = ARENA_ARRAY(work->arena, uint32_t, row_count_max / (size_t)plan->chunk_row_count + 2);
    if (plan->offsets == NULL) {
        return OUT_OF_MEMORY;
    }
    while (csv_next(csv, &row)) {
        if (plan->row_count == IMPORT_ROW_COUNT_MAX) {
            return faults_add_message(work->faults, TEXT("file"), CSV_MALFORMED, "A file has at most %d rows.",
                                      IMPORT_ROW_COUNT_MAX);
        }
        if (plan->row_count % plan->chunk_row_count == 0) {
            plan->offsets[plan->chunk_count++] = (uint32_t)row.from;
        }
        plan->row_count++;
    }
    plan->offsets[plan->chunk_count] = (uint32_t)plan->file.len;
    if (csv->fault != NULL) {
        return refuse_file(work, csv);
    }
    return plan->row_count > 0 ? OK
                               : faults_add_message(work->faults, TEXT("file"), CSV_MALFORMED, "The file has no rows.");
}

status import_plan(struct work *work, struct import_plan *out, const struct import_rule *rule, text file)
{
    assert(file.len <= REQUEST_IMPORT_LEN_MAX && rule->count <= IMPORT_COLUMN_COUNT_MAX);
    struct csv csv;
    struct csv_row row;
    struct header header;
    *out = (struct import_plan){ .rule = rule, .file = file, .chunk_row_count = chunk_row_count(work) };
    csv_init(&csv, file, NULL);
    if (!csv_next(&csv, &row)) {
        return csv.fault != NULL ? refuse_file(work, &csv) : refuse_column(work, rule, "The file has no header.");
    }
    out->header = text_slice(file, row.from, row.len);
    TRY(read_header(work, &header, rule, &row));
    TRY(judge_permissions(work, rule, &header));
    return plan_rows(work, out, &csv);
}

/* Starting. */

static status add_chunk(struct work *work, const struct job *job, const struct import_plan *plan, int index)
{
    text rows = text_slice(plan->file, plan->offsets[index], plan->offsets[index + 1] - plan->offsets[index]);
    size_t len = plan->header.len + rows.len;
    char *plain = arena_take(work->arena, len);
    if (plain == NULL) {
        return OUT_OF_MEMORY;
    }
    memcpy(plain, plan->header.at, plan->header.len);
    memcpy(plain + plan->header.len, rows.at, rows.len);
    int64_t before = (int64_t)index * plan->chunk_row_count, left = plan->row_count - before;
    const struct job_chunk chunk = {
        .first_row = before + 1,
        .row_count = left < plan->chunk_row_count ? left : plan->chunk_row_count,
        .rows = { plain, len },
    };
    status result = job_chunk_add(work, job, &chunk);
    secret_wipe(plain, len);
    return result;
}

status import_start(struct work *work, struct job *out, const struct import_plan *plan)
{
    *out = (struct job){ .kind = (int)plan->rule->kind, .total = plan->row_count };
    TRY(job_create(work, out));
    struct arena_mark mark = arena_mark(work->arena);
    for (int i = 0; i < plan->chunk_count; i++) {
        TRY(add_chunk(work, out, plan, i));
        arena_rewind(work->arena, mark);
    }
    return OK;
}

/* Doing. */

// Fills the values by column from a row's fields; an empty field says nothing.
static status take_values(struct work *work, text *values, const struct header *header, const struct csv_row *row)
{
    if (row->count != header->count) {
        return faults_add(work->faults, TEXT_ABSENT, CSV_MALFORMED);
    }
    for (int i = 0; i < row->count; i++) {
        values[header->columns[i]] = row->fields[i].len > 0 ? row->fields[i] : TEXT_ABSENT;
    }
    return OK;
}

static status judge_value(const struct import_column *column, text value)
{
    if (!text_present(value)) {
        return column->required ? REQUIRED : OK;
    }
    if (!text_is_utf8(value) || text_has_control(value)) {
        return INVALID_TEXT;
    }
    if (column->len_max > 0 && text_count_characters(value) > (size_t)column->len_max) {
        return TOO_LONG;
    }
    return column->form == NULL || column->form(value) ? OK : BAD_FORMAT;
}

static status judge_values(struct work *work, const struct import_rule *rule, const text *values)
{
    for (int i = 0; i < rule->count; i++) {
        status judged = judge_value(&rule->columns[i], values[i]);
        if (judged != OK) {
            return faults_add(work->faults, text_of(rule->columns[i].name), judged);
        }
    }
    return OK;
}

static status run_row(struct work *work, struct job_result *result, const struct import_rule *rule,
                      const struct header *header, const struct csv_row *row)
{
    text values[IMPORT_COLUMN_COUNT_MAX] = { { NULL, 0 } };
    TRY(take_values(work, values, header, row));
    TRY(judge_values(work, rule, values));
    return rule->run(work, result, values);
}

// What another try of the whole chunk may mend. Anything else is the row's own, a number that fails its check too.
static bool ends_chunk(struct work *work, status outcome)
{
    return (status_is_fault(outcome) && outcome != DATA_DAMAGED && outcome != NUMBER_CHECK_FAILED) ||
           !database_transaction_stands(work->database);
}

// A row in its savepoint. The result's texts are constants or in the arena; OK unless the chunk cannot go on.
static status do_row(struct work *work, struct job_result *result, const struct import_rule *rule,
                     const struct header *header, const struct csv_row *row)
{
    TRY(database_savepoint(work->database, SAVEPOINT));
    status outcome = run_row(work, result, rule, header, row);
    if (outcome == OK) {
        return database_release(work->database, SAVEPOINT);
    }
    if (ends_chunk(work, outcome)) {
        return status_is_fault(outcome) ? outcome : STORAGE_FAULT;
    }
    const struct fault *first = work->faults->count > 0 ? &work->faults->list[0] : NULL;
    *result = (struct job_result){
        .row = result->row,
        .state = JOB_RESULT_REFUSED,
        .code = text_of(status_code(first != NULL ? first->code : outcome)),
        .field = first != NULL ? first->field : TEXT_ABSENT,
    };
    return database_rollback_to(work->database, SAVEPOINT);
}

static status do_rows(struct work *work, const struct import_rule *rule, const struct job_chunk *chunk,
                      struct buffer *results, int64_t *failed)
{
    struct csv csv;
    struct csv_row row;
    struct header header;
    struct faults faults;
    csv_init(&csv, chunk->rows, work->arena);
    faults_init(&faults, work->arena);
    work->faults = &faults;
    if (!csv_next(&csv, &row) || read_header(work, &header, rule, &row) != OK) {
        return DATA_DAMAGED;
    }
    int64_t count = 0;
    struct arena_mark mark = arena_mark(work->arena);
    while (csv_next(&csv, &row)) {
        struct job_result result = { .row = chunk->first_row + count };
        faults_init(&faults, work->arena);
        TRY(do_row(work, &result, rule, &header, &row));
        job_results_append(results, &result);
        *failed += result.state == JOB_RESULT_REFUSED;
        count++;
        work->detail = TEXT_ABSENT; // it lies where the next row writes
        arena_rewind(work->arena, mark);
    }
    if (csv.out_of_memory) {
        return OUT_OF_MEMORY;
    }
    return csv.fault == NULL && count == chunk->row_count ? OK : DATA_DAMAGED;
}

static status do_chunk(struct work *work, struct job *job, const struct job_chunk *chunk)
{
    int64_t failed = 0;
    struct buffer results;
    struct faults *faults = work->faults;
    buffer_init(&results, RESULTS_LEN_MAX);
    job_results_begin(&results);
    status result = do_rows(work, import_rule_of((enum job_kind)job->kind), chunk, &results, &failed);
    work->faults = faults;
    job_results_end(&results);
    if (result == OK && results.failed) {
        result = OUT_OF_MEMORY;
    }
    if (result == OK) {
        result = job_chunk_settle(work, job, chunk, buffer_text(&results), failed);
    }
    buffer_release(&results);
    return result;
}

status import_next_chunk(struct work *work, int64_t job_id, bool *more)
{
    struct job job;
    struct job_chunk chunk;
    TRY(job_lock(work, &job, job_id)); // two processes with one job take turns, chunk by chunk
    if (job.state != JOB_QUEUED && job.state != JOB_RUNNING) {
        return JOB_FINISHED;
    }
    status next = job_chunk_next(work, &chunk, &job);
    if (next == OK) {
        next = do_chunk(work, &job, &chunk);
        secret_wipe((char *)chunk.rows.at, chunk.rows.len);
    }
    *more = job.done < job.total;
    return next == NOT_FOUND ? OK : next;
}
