#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST_LEN = 256, PRINT_SHORT_LEN = 256 };

void buffer_init(struct buffer *buffer, size_t max)
{
    assert(max <= PTRDIFF_MAX / 2);
    *buffer = (struct buffer){ .max = max };
}

static void discard(uint8_t *at, size_t len)
{
    if (at != NULL) {
        explicit_bzero(at, len);
        free(at);
    }
}

void buffer_release(struct buffer *buffer)
{
    discard(buffer->at, buffer->len);
    *buffer = (struct buffer){ 0 };
}

void buffer_clear(struct buffer *buffer)
{
    if (buffer->at != NULL) {
        explicit_bzero(buffer->at, buffer->len);
    }
    buffer->len = 0;
    buffer->failed = false;
}

// Not by realloc, which would leave a copy behind. `room` leaves one byte for the '\0' of a print.
static bool grow(struct buffer *buffer, size_t needed)
{
    size_t room = 2 * buffer->room;
    room = room < ROOM_FIRST_LEN ? ROOM_FIRST_LEN : room;
    room = room < needed ? needed : room;
    room = room > buffer->max ? buffer->max : room;
    uint8_t *at = calloc(1, room + 1);
    if (at == NULL) {
        return false;
    }
    if (buffer->at != NULL) {
        memcpy(at, buffer->at, buffer->len);
    }
    discard(buffer->at, buffer->len);
    buffer->at = at;
    buffer->room = room;
    return true;
}

// Behind `len` the memory is always zero: it came so, and is wiped when the buffer is cleared.
void *buffer_extend(struct buffer *buffer, size_t len)
{
    if (buffer->failed || len > buffer->max - buffer->len) {
        buffer->failed = true;
        return NULL;
    }
    bool fits = buffer->at != NULL && len <= buffer->room - buffer->len;
    if (!fits && !grow(buffer, buffer->len + len)) {
        buffer->failed = true;
        return NULL;
    }
    void *added = buffer->at + buffer->len;
    buffer->len += len;
    return added;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t len)
{
    if (len == 0) {
        return;
    }
    void *added = buffer_extend(buffer, len);
    if (added != NULL) {
        memcpy(added, bytes, len);
    }
}

void buffer_append_text(struct buffer *buffer, text t)
{
    buffer_append(buffer, t.at, t.len);
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    char brief[PRINT_SHORT_LEN];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int printed = vsnprintf(brief, sizeof brief, format, arguments);
    assert(printed >= 0);
    size_t len = (size_t)printed;
    if (len < sizeof brief) {
        buffer_append(buffer, brief, len);
        explicit_bzero(brief, len);
    } else {
        explicit_bzero(brief, sizeof brief);
        char *added = buffer_extend(buffer, len);
        if (added != NULL) {
            vsnprintf(added, len + 1, format, again);
        }
    }
    va_end(again);
    va_end(arguments);
}

text buffer_text(const struct buffer *buffer)
{
    return buffer->len > 0 ? text_bytes(buffer->at, buffer->len) : TEXT("");
}
