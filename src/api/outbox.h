/*
 * What waits to be sent, for trying things out: only in demo mode; otherwise there is nothing here.
 *
 * /v1/outbox answers a caller with the permission. /demo/outbox is a page for a browser on the same machine: it needs no
 * sign-in, loads nothing, runs no script, and is not served when the connection may come from a proxy.
 */
#ifndef API_OUTBOX_H
#define API_OUTBOX_H

#include "api/operation.h"

extern const struct operation_table outbox_operations;

#endif
