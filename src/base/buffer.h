/*
 * Bytes that grow as they are appended, up to a maximum given at the start. Failure is sticky: after the first append
 * that is refused (the maximum, or memory) `failed` is true and later ones do nothing, so that a writer appends
 * without a thought and asks once, at the end. What is appended is taken whole or not at all. The buffer owns its
 * bytes and wipes them, also when it grows. One thread at a time.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Read `at`, `len` and `failed`; leave the rest alone. Zero is a valid buffer that takes nothing. */
struct buffer {
    uint8_t *at;
    size_t len;
    size_t room, max;
    bool failed;
};

void buffer_init(struct buffer *buffer, size_t max); // takes no memory yet
void buffer_release(struct buffer *buffer);          // wipes; a zero buffer is fine
void buffer_clear(struct buffer *buffer);            // wiped, empty, not failed, and ready again with the same maximum

void buffer_append(struct buffer *buffer, const void *bytes, size_t len);
void buffer_append_text(struct buffer *buffer, text t); // absent appends nothing
void buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends `len` bytes of zero and returns where they are, to be filled before the next append; NULL once failed. */
void *buffer_extend(struct buffer *buffer, size_t len);

text buffer_text(const struct buffer *buffer); // what is in it, until the next change; never absent

#endif
