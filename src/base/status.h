/*
 * The one result type. A function that can fail returns `status`; OK is zero and everything else comes from the table
 * in status.def, which also says how a caller outside the program sees it. A bug is not a status: it is an assert.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdbool.h>

#define must_use __attribute__((warn_unused_result))

typedef enum {
    OK = 0,
#define STATUS(name, http, kind, title) name,
#include "base/status.def"
#undef STATUS
    STATUS_COUNT
} status;

enum status_kind { STATUS_KIND_FAULT, STATUS_KIND_OUTCOME, STATUS_KIND_REQUEST };

const char *status_code(status code);  // "card_limit_reached"; a constant string
const char *status_title(status code); // one safe sentence for anyone
int status_http(status code);          // 200 for OK
enum status_kind status_kind(status code);
bool status_is_fault(status code); // I/O, memory or a peer failed: repeating may help

/* Leaves the function with any status but OK. A function that owns something uses one exit label instead. */
#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        status try_status_ = (expression);                                                                             \
        if (try_status_ != OK) {                                                                                       \
            return try_status_;                                                                                        \
        }                                                                                                              \
    } while (0)

#endif
