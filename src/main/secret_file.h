/*
 * A secret that lies in a file of its own: a password, a passphrase, a token's PIN.
 */
#ifndef MAIN_SECRET_FILE_H
#define MAIN_SECRET_FILE_H

#include <stdio.h>

#include "base/secret.h"

/* The first line, without its newline; an empty `path`: an empty secret. KEY_UNAVAILABLE, said on `errors`: it cannot be read. */
must_use status secret_file_read(struct secret *out, const char *path, FILE *errors);

#endif
