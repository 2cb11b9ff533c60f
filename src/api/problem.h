/*
 * A refusal as the caller sees it: application/problem+json (RFC 9457) with a stable code and every fault.
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "api/exchange.h"
#include "base/faults.h"

/* Sets the exchange's reply. `faults` may be NULL. */
void problem_reply(struct exchange *exchange, status refusal, const struct faults *faults);

#endif
