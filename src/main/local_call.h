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
bool local_door_to_server(const struct local_door *door); // a server runs: what it does by itself goes on

/* The reply's HTTP status and body (in the arena). Anything but 2xx is explained on `errors` and returned as INVALID_INPUT. */
must_use status local_call(struct local_door *door, const char *method, const char *path, text body,
                           struct arena *arena, text *reply, FILE *errors);

/* One call through the data directory's socket, to whatever server listens there. NOT_FOUND: none does. SYSTEM_FAULT: it does not
   answer. */
must_use status local_socket_call(const struct config *config, const char *method, const char *path, text body,
                                  struct arena *arena, int *http_status, text *reply);
void local_explain(text reply, int http_status, FILE *errors); // a problem's sentences for the person at the terminal

/* Keys and readers, for what only reads: the door's own installation, or one opened beside the running server. */
struct installation;
must_use status local_door_readable(struct local_door *door, struct installation **out, const struct config *config,
                                    FILE *errors);

#endif
