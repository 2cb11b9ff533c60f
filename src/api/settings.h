/*
 * The organisation's settings: read and change.
 */
#ifndef API_SETTINGS_H
#define API_SETTINGS_H

#include "api/operation.h"

extern const struct operation_table settings_operations;

#endif
