/*
 * Talking with the person at the terminal. Questions and what is said go to the terminal, or to standard error, never to
 * standard output, where results go. Where standard input is no terminal, answers are read from it line by line, so that
 * a script can give them. A secret is typed without an echo.
 *
 * An answer is one line without its newline; the end of the input is an empty one. Ctrl-C ends the program as usual, with
 * the echo put back.
 */
#ifndef MAIN_TERMINAL_H
#define MAIN_TERMINAL_H

#include "base/secret.h"
#include "base/status.h"

/* In both: TOO_LONG: it does not fit. SYSTEM_FAULT: nothing can be read. */
must_use status terminal_ask(char *out, size_t room, const char *question);
must_use status terminal_ask_secret(struct secret *out, const char *question); // at most TERMINAL_SECRET_LEN_MAX bytes
enum { TERMINAL_SECRET_LEN_MAX = 1024 };

void terminal_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Is there a person who can read what nobody else may? */
bool terminal_is_private(void);
/* Shows text on the terminal itself, and nowhere else, until Enter is pressed; then the screen and what scrolled out of it
   are cleared. SYSTEM_FAULT: there is no terminal. */
must_use status terminal_show_once(const char *shown);

#endif
