/*
 * The one place for keys, PINs, codes and numbers in clear: memory that is locked (not swapped), left out of core
 * dumps, and wiped when released. There is no path from here to a log line. Comparison is in constant time. Small ones
 * lie together in pages that are kept, so a key for one call costs no call of the system; a larger one has its own.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { SECRET_LEN_MAX = 4096 };

/* Zero is a valid empty secret. */
struct secret {
    uint8_t *at;
    size_t len; // bytes
};

must_use status secret_init(struct secret *secret, size_t len); // zeroed
must_use status secret_init_copy(struct secret *secret, const void *bytes, size_t len);
must_use status secret_init_random(struct secret *secret, size_t len);
void secret_release(struct secret *secret); // wipes; a zero secret is fine

void secret_wipe(void *bytes, size_t len);                            // for buffers on a stack
must_use bool secret_equal(const void *a, const void *b, size_t len); // constant time

#endif
