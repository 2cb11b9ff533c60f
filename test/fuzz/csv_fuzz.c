/*
 * Any bytes as a CSV. Whatever is read must lie inside the bounds and the input, rows must follow each other without a
 * gap but for empty lines, judging the form alone must say the same as reading, and what was read must come back the
 * same when it is written and read again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { ARENA_LEN = 4 * 1024 * 1024 };

static void check_again(const struct csv_row *row, struct arena *arena)
{
    struct buffer out;
    struct csv csv;
    struct csv_row again;
    buffer_init(&out, 4 * CSV_ROW_LEN_MAX);
    // A byte order mark would be taken for the file's own, an empty only field for an empty line.
    buffer_append_text(&out, TEXT("x"));
    for (int i = 0; i < row->count - 1; i++) {
        buffer_append_text(&out, TEXT(","));
        csv_write_field(&out, row->fields[i]);
    }
    csv_init(&csv, buffer_text(&out), arena);
    // With its own quotes a row can be longer than the one it was read from.
    if (csv_next(&csv, &again)) {
        assert(again.count == row->count && again.len == out.len);
        for (int i = 0; i < row->count - 1; i++) {
            assert(text_equal(again.fields[i + 1], row->fields[i]));
        }
    } else {
        assert(csv.fault != NULL && out.len > CSV_ROW_LEN_MAX);
    }
    buffer_release(&out);
}

// One row from both readers; false at the end, which they reach together.
static bool read_both(struct csv *csv, struct csv *form, struct csv_row *row)
{
    struct csv_row form_row;
    bool more = csv_next(csv, row), form_more = csv_next(form, &form_row);
    assert(more == form_more && csv->fault == form->fault);
    assert(!more || (form_row.from == row->from && form_row.len == row->len && form_row.count == row->count));
    return more;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *arena = arena_new(ARENA_LEN);
    struct csv csv, form;
    struct csv_row row;
    size_t end = 0;
    int64_t number = 0;
    assert(arena != NULL);
    struct arena_mark mark = arena_mark(arena);
    csv_init(&csv, text_bytes(bytes, len), arena);
    csv_init(&form, text_bytes(bytes, len), NULL);
    while (read_both(&csv, &form, &row)) {
        assert(row.number == ++number && row.from >= end && row.len > 0 && row.len <= CSV_ROW_LEN_MAX);
        assert(row.count > 0 && row.count <= CSV_FIELD_COUNT_MAX);
        for (int i = 0; i < row.count; i++) {
            assert(text_present(row.fields[i]) && row.fields[i].len <= CSV_FIELD_LEN_MAX);
        }
        end = row.from + row.len;
        assert(end <= len && end == csv.at);
        check_again(&row, arena);
        arena_rewind(arena, mark);
    }
    assert(csv.fault != NULL || csv.at == len);
    arena_free(arena);
    return 0;
}
