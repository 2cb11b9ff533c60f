/*
 * A handler in a test, without a listener and an executor: the operation's row decodes the body, the handler runs in the
 * fixture's unit of work, and the row writes the reply. What the dispatch adds (who may, audit, idempotency) is not here.
 */
#ifndef TEST_UNIT_API_CALL_FIXTURE_H
#define TEST_UNIT_API_CALL_FIXTURE_H

#include "unit/domain/fixture.h"

#include "api/operation.h"

struct call_request {
    const char *method, *path; // as in the table: "/v1/customers/{cus_id}"
    int64_t id;                // of the path; 0: none
    const char *body;          // JSON, or NULL
    const struct pair *query;
    int query_count;
};

/* The faults are in fixture->faults. `reply` is in the fixture's arena; absent when the result is not OK. */
status call_run(struct fixture *fixture, const struct operation_table *table, const struct call_request *request,
                text *reply);
/* Is `part` (a piece of JSON) in the reply? */
bool reply_has(text reply, const char *part);

#endif
