/*
 * The API as a page for people, made from the operation tables when it is asked for: no script, nothing from elsewhere.
 */
#ifndef API_DOCUMENT_PAGE_H
#define API_DOCUMENT_PAGE_H

#include "api/operation.h"

extern const struct operation_table document_page_operations;

#endif
