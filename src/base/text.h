/*
 * A piece of text or bytes that somebody else owns: a pointer and a length, never null-terminated by promise.
 * `at == NULL` means absent, which is not the same as empty.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *at;
    size_t len; // bytes
} text;

#define TEXT(literal) ((text){ "" literal, sizeof(literal) - 1 })
#define TEXT_ABSENT   ((text){ NULL, 0 })
#define TEXT_FMT      "%.*s"
#define TEXT_ARG(t)   (int)(t).len, (t).at != NULL ? (t).at : ""

text text_of(const char *string); // a C string; NULL becomes absent
text text_bytes(const void *bytes, size_t len);
bool text_present(text t);                     // not absent
bool text_empty(text t);                       // absent or of length 0
bool text_equal(text a, text b);               // absent equals only absent
bool text_equal_ignoring_case(text a, text b); // ASCII only
bool text_starts_with(text t, text prefix);
bool text_ends_with(text t, text suffix);
text text_slice(text t, size_t from, size_t len);        // clipped to t
text text_trim(text t);                                  // ASCII spaces and tabs at both ends
bool text_split(text *rest, char separator, text *part); // takes the next part; false when rest is absent
int64_t text_find(text t, char c);                       // index of the first c, or -1
bool text_all(text t, bool (*is)(char c));               // each character is such a one
bool text_is_digits(text t);                             // one or more of 0-9 and nothing else
bool text_is_utf8(text t);                               // valid UTF-8 (RFC 3629)
bool text_has_control(text t);                           // a C0 or C1 control, DEL, or a line/paragraph separator
size_t text_count_characters(text t);                    // code points; t must be valid UTF-8
bool text_to_uint64(text t, uint64_t *out);              // decimal digits only, no sign, no leading zeros, no overflow
bool text_to_int64(text t, int64_t *out);                // the same with an optional minus

#endif
