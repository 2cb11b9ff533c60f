#include "crypto/selftest/vectors.h"

#include <string.h>

#include "base/bytes.h"
#include "base/csv.h"

enum { ARENA_LEN = 16 * SELFTEST_ROW_LEN_MAX };

_Static_assert((int)VECTOR_COLUMN_COUNT_MAX <= CSV_FIELD_COUNT_MAX, "the reader gives that many");
_Static_assert(2 * VECTOR_FIELD_BYTES_MAX <= SELFTEST_FIELD_LEN_MAX, "the reader gives fields of that length");

/* fields */

static int column_of(const text *names, int count, text name)
{
    for (int i = 0; i < count; i++) {
        if (text_equal(names[i], name)) {
            return i;
        }
    }
    return -1;
}

text vector_text(const struct vector_row *row, const char *name)
{
    int column = column_of(row->names, row->count, text_of(name));
    return column < 0 ? TEXT("") : row->fields[column];
}

bool vector_bytes(const struct vector_row *row, const char *name, uint8_t *out, size_t room, size_t *len)
{
    text hex = vector_text(row, name);
    *len = hex.len / 2;
    return hex.len % 2 == 0 && *len <= room && bytes_from_hex(out, *len, hex);
}

bool vector_secret(const struct vector_row *row, const char *name, struct secret *out)
{
    *out = (struct secret){ 0 };
    text hex = vector_text(row, name);
    size_t len = hex.len / 2;
    if (len == 0 || len > SECRET_LEN_MAX || secret_init(out, len) != OK) {
        return false;
    }
    if (!bytes_from_hex(out->at, len, hex)) {
        secret_release(out);
        return false;
    }
    return true;
}

bool vector_number(const struct vector_row *row, const char *name, int64_t *out)
{
    text digits = vector_text(row, name);
    while (digits.len > 1 && digits.at[0] == '0') {
        digits = text_slice(digits, 1, digits.len - 1);
    }
    return text_to_int64(digits, out);
}

bool vector_is_hex(const struct vector_row *row, const char *name, const void *bytes, size_t len)
{
    uint8_t expected[VECTOR_FIELD_BYTES_MAX];
    size_t expected_len;
    bool same = vector_bytes(row, name, expected, sizeof expected, &expected_len) && expected_len == len &&
                secret_equal(expected, bytes, len);
    secret_wipe(expected, sizeof expected);
    return same;
}

bool vector_is(const struct vector_row *row, const char *name, const char *expected, size_t len)
{
    return text_equal(vector_text(row, name), text_bytes(expected, len));
}

/* files */

static int columns_found(const struct vector_topic *topic, const text *names, int count)
{
    int found = 0;
    for (; topic->columns[found] != NULL; found++) {
        if (column_of(names, count, text_of(topic->columns[found])) < 0) {
            return 0;
        }
    }
    return found;
}

// The one that asks for most of these columns.
static const struct vector_topic *topic_of(const text *names, int count)
{
    const struct vector_topic *best = NULL;
    int most = 0;
    for (int i = 0; vector_topics[i] != NULL; i++) {
        int found = columns_found(vector_topics[i], names, count);
        if (found > most) {
            most = found;
            best = vector_topics[i];
        }
    }
    return best;
}

static const char *names_fault(const text *names, int count)
{
    if (count > VECTOR_COLUMN_COUNT_MAX) {
        return "There are too many columns.";
    }
    for (int i = 0; i < count; i++) {
        if (column_of(names, i, names[i]) >= 0) {
            return "Two columns have one name.";
        }
    }
    return NULL;
}

static void check_row(struct vector_report *report, const struct vector_row *row)
{
    enum vector_result result = VECTOR_SKIPPED;
    if (!text_equal(vector_text(row, "verified"), TEXT("no"))) {
        result = report->topic->check(row);
    }
    report->passed += result == VECTOR_PASSED;
    report->failed += result == VECTOR_FAILED;
    report->skipped += result == VECTOR_SKIPPED;
}

static void check_rows(struct vector_report *report, struct csv *csv, const struct csv_row *header)
{
    struct csv_row csv_row;
    struct arena_mark mark = arena_mark(csv->arena);
    while (report->fault == NULL && csv_next(csv, &csv_row)) {
        if (csv_row.count != header->count) {
            report->fault = "A row has more fields or fewer than there are columns.";
            break;
        }
        const struct vector_row row = { header->fields, csv_row.fields, csv_row.count, csv->arena };
        check_row(report, &row);
        if (report->failed > 0 && report->first_failed_row == 0) {
            report->first_failed_row = csv_row.number - 1;
        }
        arena_rewind(csv->arena, mark);
    }
}

status vector_run(struct vector_report *report, text input)
{
    *report = (struct vector_report){ 0 };
    struct arena *arena = arena_new(ARENA_LEN);
    if (arena == NULL) {
        return OUT_OF_MEMORY;
    }
    struct csv csv;
    struct csv_row header;
    csv_init(&csv, input, arena);
    csv.row_len_max = SELFTEST_ROW_LEN_MAX;
    csv.field_len_max = SELFTEST_FIELD_LEN_MAX;
    if (csv_next(&csv, &header)) {
        report->fault = names_fault(header.fields, header.count);
        report->topic = report->fault == NULL ? topic_of(header.fields, header.count) : NULL;
    } else if (csv.fault == NULL) {
        report->fault = "It is empty.";
    }
    if (report->topic != NULL) {
        check_rows(report, &csv, &header);
    }
    report->fault = report->fault == NULL ? csv.fault : report->fault;
    bool short_of_memory = csv.out_of_memory;
    arena_free(arena);
    return short_of_memory ? OUT_OF_MEMORY : OK;
}
