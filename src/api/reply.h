/*
 * From what a handler left in the call to the bytes of the reply.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "api/operation.h"

/* Writes the JSON body of the call's reply. Without `secrets`, numbers and tokens stand as null. */
void reply_write(const struct call *call, bool secrets, struct buffer *out);
/* Finishes the exchange: the call's reply, the kept one of a replay, or the problem. */
void reply_finish(struct call *call, status result);

#endif
