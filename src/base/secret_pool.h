/*
 * Places for the small secrets of base/secret.h, which alone calls this. A place lies among others in pages that are
 * locked and left out of core dumps: taking one costs no call of the system. It is zeroed when taken, wiped before it
 * is free again, and starts at a multiple of 16. Writing right behind a secret, or to one that was released, ends the
 * program when its place is given back or taken next; AddressSanitizer finds that at once, and reading too.
 *
 * Any thread; no lock, so that a fork at any moment leaves a child whose pool works. Pages once taken from the system
 * stay until the end, SECRET_SLAB_COUNT_MAX slabs at most.
 */
#ifndef BASE_SECRET_POOL_H
#define BASE_SECRET_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    SECRET_PLACE_LEN = 64,
    SECRET_SLAB_LEN = 64 * 1024, // a multiple of the page on every machine
};

must_use uint8_t *secret_pool_take(size_t len); // NULL when there is no more; 1 to SECRET_PLACE_LEN bytes
must_use bool secret_pool_holds(const uint8_t *at);
void secret_pool_give(uint8_t *at); // what was taken, once

#endif
