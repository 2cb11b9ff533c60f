/*
 * An operation from the command line: through the running server's local socket when one runs on the data directory,
 * else in this process, with the directory's lock. The same operations, permissions and audit either way.
 */
#ifndef MAIN_LOCAL_CALL_H
#define MAIN_LOCAL_CALL_H

#include <stdio.h>

#include "base/arena.h"
#include "main/config.h"

struct local_door; // to the server, or to an installation of our own

must_use status local_door_open(struct local_door **out, const struct config *config, FILE *errors);
void local_door_close(struct local_door *door);

/* The reply's HTTP status and body (in the arena). Anything but 2xx is explained on `errors` and returned as INVALID_INPUT. */
must_use status local_call(struct local_door *door, const char *method, const char *path, text body,
                           struct arena *arena, text *reply, FILE *errors);

/* Keys and readers, for what only reads: the door's own installation, or one opened beside the running server. */
struct installation;
must_use status local_door_readable(struct local_door *door, struct installation **out, const struct config *config,
                                    FILE *errors);

#endif
