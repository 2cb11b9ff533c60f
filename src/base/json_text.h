/*
 * A JSON string (RFC 8259, section 7) with its quotes, appended to a buffer. `t` is valid UTF-8.
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/buffer.h"
#include "base/text.h"

void json_write_text(struct buffer *out, text t);

#endif
