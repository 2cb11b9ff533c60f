/*
 * Sources that cards are attributed to: list and make.
 */
#ifndef API_SOURCES_H
#define API_SOURCES_H

#include "api/operation.h"

extern const struct operation_table source_operations;

#endif
