/*
 * Memory for one request: taken piece by piece, given back all at once. It has a cap, so that no request can take
 * more than its share, and is poisoned under AddressSanitizer where nothing is taken. One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"

struct arena;

/* A new arena that gives out at most max_len bytes in all; NULL when memory is short. */
struct arena *arena_new(size_t max_len);
void arena_free(struct arena *arena);  // NULL is fine
void arena_reset(struct arena *arena); // everything taken is gone; wiped, since requests carry secrets

/* Zeroed, aligned for any type; NULL past the cap. */
void *arena_take(struct arena *arena, size_t len);
void *arena_take_array(struct arena *arena, size_t count, size_t size); // overflow-checked
#define ARENA_NEW(arena, type)          ((type *)arena_take((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_take_array((arena), (count), sizeof(type)))

/* A copy in the arena, followed by a '\0' that is not counted. Absent stays absent; at == NULL past the cap. */
text arena_copy(struct arena *arena, text t);
/* printf into the arena; absent past the cap. */
text arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Where the arena stands now, to give back what was taken since (a retried call starts clean). */
struct arena_mark {
    void *chunk;
    size_t used, total;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
