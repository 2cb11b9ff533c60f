/*
 * The components of the master key, asked for at the terminal: for the commands that open an installation by themselves.
 */
#ifndef MAIN_UNLOCK_TERMINAL_H
#define MAIN_UNLOCK_TERMINAL_H

#include "main/unlocking.h"

/* Until unlocking->master is there. KEYS_LOCKED: somebody gave up, or too many entries were refused; the terminal says so. */
must_use status unlock_at_terminal(struct unlocking *unlocking);

#endif
