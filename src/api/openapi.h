/*
 * The OpenAPI 3.1 document, printed from the operation tables, and the page that shows it.
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "api/operation.h"

extern const struct operation_table document_operations;

void openapi_print(struct buffer *out);

enum { OPENAPI_LEN_MAX = 1024 * 1024 };

#endif
