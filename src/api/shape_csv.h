/*
 * A shape as CSV: a header of its fields' names, and an object a row, in the order of the table. Only for shapes of
 * texts, integers, moments, enumerations and JSON, without nested objects. A value that is null is an empty field; a
 * text that a spreadsheet would take for a formula gets an apostrophe in front. Lines end with CRLF, as RFC 4180 has it.
 */
#ifndef API_SHAPE_CSV_H
#define API_SHAPE_CSV_H

#include "api/shape.h"

void shape_csv_header(const struct shape *shape, struct buffer *out);
void shape_csv_row(const struct shape *shape, const void *object, struct buffer *out);

#endif
