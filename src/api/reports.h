/* Reports: what series and days have come to, for an overview. */
#ifndef API_REPORTS_H
#define API_REPORTS_H

#include "api/operation.h"

extern const struct operation_table report_operations;

#endif
