/*
 * The one thing that `cardwright serve` answers while it has no master key: its data directory's local socket takes
 * components, one a call, from `cardwright keys unlock`.
 *
 *   POST /unlock   {"name", "password", "component"} -> {"parts": 2, "missing": 1}, or a problem (main/unlocking.h)
 *   GET /unlock    the same figures
 *   anything else  503 keys_locked
 *
 * The socket is the data directory owner's alone, and whoever may enter a component is judged by the installation's own
 * users. No other address is listened on.
 */
#ifndef MAIN_UNLOCK_DOOR_H
#define MAIN_UNLOCK_DOOR_H

#include "main/unlocking.h"

#define UNLOCK_PATH "/unlock"

/*
 * Returns when the key is there (OK; unlocking->master has it), when too many entries were refused (KEYS_LOCKED), on SIGTERM or
 * SIGINT (SHUTTING_DOWN), which the caller has blocked in all threads, or when the socket cannot be opened. Says in the log
 * that it waits and how to go on, and tells the service manager.
 */
must_use status unlock_door_wait(struct unlocking *unlocking, const char *socket_path, const char *data);

#endif
