/*
 * The end of idempotency records: kept for IDEMPOTENCY_KEEP_MS, then forgotten. They are written by the executor.
 */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "store/work.h"

/* Deletes a page of records made before the time; *count says how many, 0 when none is left. */
must_use status idempotency_forget(struct work *work, int64_t before_ms, int64_t *count);

#endif
