#include "domain/number_file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/number.h"

enum { LINE_LEN_MAX = NUMBER_LEN_MAX + SERIES_CODE_LEN_MAX + 32, BLOCK_LINE_COUNT = 4096 };

static const char csv_header[] = "number,series_code,batch_id\n";

struct number_file {
    struct keyring *keyring;
    struct series series; // its texts point into `texts`
    char texts[2 * NUMBER_PREFIX_LEN_MAX];
    uint64_t first, count;
    uint64_t *skipped; // places in the interval that are no numbers of the batch, in order
    size_t skipped_count;
    char tail[LINE_LEN_MAX]; // what follows the number on each line, with the line's end
    size_t tail_len, line_len, header_len;
    const char *header;
    char *block;          // the lines computed last
    uint64_t block_first; // index of its first line
    size_t block_count;   // 0: none
};

static text keep_text(struct number_file *file, size_t at, text t)
{
    memcpy(file->texts + at, t.at, t.len);
    return (text){ file->texts + at, t.len };
}

static void set_tail(struct number_file *file, const struct number_batch *batch, enum number_file_format format,
                     text batch_id)
{
    int len = format == NUMBER_FILE_TEXT ? snprintf(file->tail, sizeof file->tail, "\n")
                                         : snprintf(file->tail, sizeof file->tail, "," TEXT_FMT "," TEXT_FMT "\n",
                                                    TEXT_ARG(batch->series_code), TEXT_ARG(batch_id));
    assert(len > 0 && len < (int)sizeof file->tail);
    file->tail_len = (size_t)len;
    file->header = format == NUMBER_FILE_TEXT ? "" : csv_header;
    file->header_len = strlen(file->header);
    file->line_len = (size_t)file->series.layout.length + file->tail_len;
}

status number_file_open(struct number_file **out, struct work *work, const struct number_batch *batch,
                        enum number_file_format format, text printed_batch_id)
{
    struct number_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return OUT_OF_MEMORY;
    }
    file->keyring = work->keyring;
    file->first = batch->first;
    file->count = (uint64_t)batch->count;
    status result = series_get(work, &file->series, batch->series_id);
    if (result == OK) {
        struct number_layout *layout = &file->series.layout;
        layout->prefix = keep_text(file, 0, layout->prefix);
        layout->suffix = keep_text(file, NUMBER_PREFIX_LEN_MAX, layout->suffix);
        file->series.code = file->series.name = TEXT_ABSENT; // they belong to the arena
        set_tail(file, batch, format, printed_batch_id);
        result = number_batch_skipped(work, batch, &file->skipped, &file->skipped_count);
    }
    if (result == OK) {
        file->block = malloc(BLOCK_LINE_COUNT * file->line_len);
        result = file->block != NULL ? OK : OUT_OF_MEMORY;
    }
    if (result != OK) {
        number_file_close(file);
        return result;
    }
    *out = file;
    return OK;
}

void number_file_close(struct number_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->block != NULL) {
        secret_wipe(file->block, BLOCK_LINE_COUNT * file->line_len);
    }
    free(file->block);
    free(file->skipped);
    free(file);
}

uint64_t number_file_len(const struct number_file *file)
{
    return file->header_len + file->count * file->line_len;
}

// How many skipped places lie before the number of this line: the smallest s with skipped[s] > first + line + s.
static size_t skipped_before(const struct number_file *file, uint64_t line)
{
    size_t low = 0, high = file->skipped_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->skipped[middle] > file->first + line + middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

// Numbers of consecutive lines whose places are consecutive too.
static status write_numbers(struct number_file *file, uint64_t line, size_t count)
{
    struct permutation *permutation;
    TRY(series_permutation_take(file->keyring, &permutation, &file->series));
    status result = OK;
    char *out = file->block;
    while (count > 0 && result == OK) {
        size_t skipped = skipped_before(file, line);
        uint64_t k = file->first + line + skipped;
        bool more = skipped < file->skipped_count;
        uint64_t run = more && file->skipped[skipped] - k < count ? file->skipped[skipped] - k : count;
        result = number_block(permutation, &file->series.layout, k, (size_t)run, out, file->line_len);
        out += run * file->line_len;
        line += run;
        count -= (size_t)run;
    }
    keyring_permutation_give(file->keyring, permutation);
    return result;
}

static status fill_block(struct number_file *file, uint64_t line)
{
    uint64_t left = file->count - line;
    size_t count = left < BLOCK_LINE_COUNT ? (size_t)left : BLOCK_LINE_COUNT;
    file->block_count = 0;
    TRY(write_numbers(file, line, count));
    size_t number_len = file->line_len - file->tail_len;
    for (size_t i = 0; i < count; i++) {
        memcpy(file->block + i * file->line_len + number_len, file->tail, file->tail_len);
    }
    file->block_first = line;
    file->block_count = count;
    return OK;
}

status number_file_read(struct number_file *file, uint64_t offset, void *out, size_t max, size_t *len)
{
    uint64_t end = number_file_len(file);
    char *at = out;
    *len = 0;
    while (*len < max && offset < end) {
        size_t part;
        if (offset < file->header_len) {
            part = file->header_len - (size_t)offset < max ? file->header_len - (size_t)offset : max;
            memcpy(at, file->header + offset, part);
        } else {
            uint64_t byte = offset - file->header_len, line = byte / file->line_len;
            if (file->block_count == 0 || line < file->block_first || line >= file->block_first + file->block_count) {
                TRY(fill_block(file, line));
            }
            size_t from = (size_t)(byte - file->block_first * file->line_len);
            size_t have = file->block_count * file->line_len - from;
            part = have < max - *len ? have : max - *len;
            memcpy(at, file->block + from, part);
        }
        at += part;
        offset += part;
        *len += part;
    }
    return OK;
}
