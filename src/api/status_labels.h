/*
 * Status labels: list, make, rename, retire, make the default.
 */
#ifndef API_STATUS_LABELS_H
#define API_STATUS_LABELS_H

#include "api/operation.h"

extern const struct operation_table status_label_operations;

#endif
