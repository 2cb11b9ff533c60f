/*
 * A reader of CSV as RFC 4180 has it: records that end with CRLF or LF (the last one may end without), fields between
 * commas, fields in quotes with doubled quotes for a quote (which count twice in its length). A byte order mark in front
 * is passed over, and so are empty lines. Blanks belong to their field.
 *
 * It is a cursor over a text that somebody else owns. Failure is sticky: after the first thing that is not CSV, or that
 * is longer than the bounds or CSV_FIELD_COUNT_MAX, no row comes any more and `fault` says what it was. The bounds are
 * CSV_ROW_LEN_MAX and CSV_FIELD_LEN_MAX unless they are set to others before the first row. What the bytes of a field
 * mean (their encoding too) is the asker's to judge. One thread at a time.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/text.h"

struct csv {
    text input;
    size_t at; // the next byte to read
    struct arena *arena;
    size_t row_len_max, field_len_max;
    int64_t row_count;  // rows that were read so far
    const char *fault;  // one sentence for anyone; NULL: none so far
    bool out_of_memory; // the fault is the arena's
};

struct csv_row {
    int64_t number;   // 1 for the first
    size_t from, len; // where it stands in the input, its line end included
    int count;
    text fields
        [CSV_FIELD_COUNT_MAX]; // never absent; they point into the input, or into the arena where quotes were doubled
};

/* `arena` NULL: only the form is judged, and a field with doubled quotes keeps them. */
void csv_init(struct csv *csv, text input, struct arena *arena);
/* The next row; false at the end of the input, or when `fault` is set. */
bool csv_next(struct csv *csv, struct csv_row *row);

/* Appends a field, in quotes where it needs them. */
struct buffer;
void csv_write_field(struct buffer *out, text field);
/* The same for a text that people chose: one that a spreadsheet would take for a formula gets an apostrophe in front. */
void csv_write_safe_field(struct buffer *out, text field);

#endif
