/* Reading the audit trail and the events. */
#ifndef API_AUDIT_H
#define API_AUDIT_H

#include "api/operation.h"

extern const struct operation_table audit_operations;

#endif
