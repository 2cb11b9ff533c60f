/*
 * Text for an HTML page, between tags or in a quoted attribute, appended to a buffer.
 */
#ifndef BASE_HTML_TEXT_H
#define BASE_HTML_TEXT_H

#include "base/buffer.h"
#include "base/text.h"

void html_write_text(struct buffer *out, text t);

#endif
