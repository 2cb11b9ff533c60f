/*
 * A CSV of test vectors in test/vectors: RFC 4180, one line a row, the first naming the columns. A file that is missing
 * or malformed fails the test that reads it. Include after cmocka.h; needs VECTOR_FOLDER (the folder's meson.build).
 */
#ifndef SUPPORT_VECTOR_FILE_H
#define SUPPORT_VECTOR_FILE_H

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

enum { VECTOR_LINE_LEN_MAX = 16384, VECTOR_COLUMN_COUNT_MAX = 24 };

struct vector_file {
    FILE *file;
    char header[VECTOR_LINE_LEN_MAX], line[VECTOR_LINE_LEN_MAX];
    char *names[VECTOR_COLUMN_COUNT_MAX], *fields[VECTOR_COLUMN_COUNT_MAX];
    int count;
};

// Cuts a line into fields, in place.
static inline int vector_split(char *line, char *fields[VECTOR_COLUMN_COUNT_MAX])
{
    int count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *in = line;; in++) {
        assert_true(count < VECTOR_COLUMN_COUNT_MAX);
        char *out = fields[count++] = in;
        bool quoted = *in == '"';
        in += quoted;
        while (*in != '\0' && (quoted || *in != ',')) {
            if (quoted && *in == '"' && *++in != '"') {
                quoted = false;
            } else {
                *out++ = *in++;
            }
        }
        bool last = *in == '\0';
        *out = '\0';
        if (last) {
            return count;
        }
    }
}

static inline void vector_open(struct vector_file *vectors, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", VECTOR_FOLDER, name);
    vectors->file = fopen(path, "r");
    assert_non_null(vectors->file);
    assert_non_null(fgets(vectors->header, sizeof vectors->header, vectors->file));
    vectors->count = vector_split(vectors->header, vectors->names);
}

// The next row; at the end the file is closed.
static inline bool vector_next(struct vector_file *vectors)
{
    if (fgets(vectors->line, sizeof vectors->line, vectors->file) == NULL) {
        fclose(vectors->file);
        return false;
    }
    assert_non_null(strchr(vectors->line, '\n'));
    assert_int_equal(vector_split(vectors->line, vectors->fields), vectors->count);
    return true;
}

static inline text vector_text(const struct vector_file *vectors, const char *name)
{
    for (int i = 0; i < vectors->count; i++) {
        if (strcmp(vectors->names[i], name) == 0) {
            return text_of(vectors->fields[i]);
        }
    }
    fail_msg("no column %s", name);
    return TEXT_ABSENT;
}

static inline uint64_t vector_number(const struct vector_file *vectors, const char *name)
{
    uint64_t number = 0;
    assert_true(text_to_uint64(vector_text(vectors, name), &number));
    return number;
}

// The bytes of a hexadecimal field; their count is returned.
static inline size_t vector_bytes(const struct vector_file *vectors, const char *name, uint8_t *out, size_t room)
{
    text hex = vector_text(vectors, name);
    assert_true(hex.len / 2 <= room);
    assert_true(bytes_from_hex(out, hex.len / 2, hex));
    return hex.len / 2;
}

#endif
