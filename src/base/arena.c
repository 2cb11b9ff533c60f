#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitizer.h"

#ifdef UNDER_ASAN
enum { REDZONE_LEN = 16 }; // stays poisoned behind each piece
#else
enum { REDZONE_LEN = 0 };
#endif

enum { CHUNK_FIRST_LEN = 16 * 1024, ALIGNMENT = _Alignof(max_align_t), PRINT_SHORT_LEN = 256 };

// What lies past `used` is always zero: it comes zeroed and is wiped when given back, so taking need not clear it.
struct chunk {
    struct chunk *before;
    size_t used, len;
    _Alignas(max_align_t) unsigned char at[];
};

struct arena {
    struct chunk *chunk; // the one being filled; the earlier ones hang behind it
    size_t total, max_len;
};

static struct chunk *chunk_new(size_t len, struct chunk *before)
{
    struct chunk *chunk = calloc(1, sizeof *chunk + len);
    if (chunk == NULL) {
        return NULL;
    }
    chunk->before = before;
    chunk->len = len;
    ASAN_POISON_MEMORY_REGION(chunk->at, len);
    return chunk;
}

static void chunk_wipe(struct chunk *chunk, size_t from)
{
    assert(from <= chunk->used);
    size_t len = chunk->used - from;
    ASAN_UNPOISON_MEMORY_REGION(chunk->at + from, len);
    explicit_bzero(chunk->at + from, len);
    ASAN_POISON_MEMORY_REGION(chunk->at + from, len);
    chunk->used = from;
}

static void chunk_free(struct chunk *chunk)
{
    chunk_wipe(chunk, 0);
    ASAN_UNPOISON_MEMORY_REGION(chunk->at, chunk->len);
    free(chunk);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct arena *arena_new(size_t max_len)
{
    assert(max_len <= PTRDIFF_MAX / 4);
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) {
        return NULL;
    }
    arena->max_len = max_len;
    arena->chunk = chunk_new(smaller(CHUNK_FIRST_LEN, max_len), NULL);
    if (arena->chunk == NULL) {
        free(arena);
        return NULL;
    }
    return arena;
}

static void free_chunks_after(struct arena *arena, const struct chunk *last)
{
    while (arena->chunk != last) {
        struct chunk *before = arena->chunk->before;
        chunk_free(arena->chunk);
        arena->chunk = before;
    }
}

void arena_free(struct arena *arena)
{
    if (arena != NULL) {
        free_chunks_after(arena, NULL);
        free(arena);
    }
}

void arena_reset(struct arena *arena)
{
    while (arena->chunk->before != NULL) {
        free_chunks_after(arena, arena->chunk->before);
    }
    chunk_wipe(arena->chunk, 0);
    arena->total = 0;
}

// A further chunk: twice the last one, within what the cap leaves, and never shorter than the piece.
static void *take_from_new_chunk(struct arena *arena, size_t len)
{
    size_t chunk_len = larger(smaller(2 * arena->chunk->len, arena->max_len - arena->total), len + REDZONE_LEN);
    struct chunk *chunk = chunk_new(chunk_len, arena->chunk);
    if (chunk == NULL) {
        return NULL;
    }
    ASAN_UNPOISON_MEMORY_REGION(chunk->at, len);
    chunk->used = len + REDZONE_LEN;
    arena->chunk = chunk;
    arena->total += len;
    return chunk->at;
}

static void *take(struct arena *arena, size_t len, size_t alignment)
{
    struct chunk *chunk = arena->chunk;
    size_t padding = -chunk->used & (alignment - 1);
    if (len > arena->max_len - arena->total) {
        return NULL;
    }
    if (padding + len + REDZONE_LEN > chunk->len - chunk->used) {
        return take_from_new_chunk(arena, len);
    }
    if (padding + len > arena->max_len - arena->total) {
        return NULL;
    }
    void *piece = chunk->at + chunk->used + padding;
    ASAN_UNPOISON_MEMORY_REGION(piece, len);
    chunk->used += padding + len + REDZONE_LEN;
    arena->total += padding + len;
    return piece;
}

// Text is packed, except under ASan, which can only tell memory apart in steps of eight bytes.
static char *take_characters(struct arena *arena, size_t len)
{
    return take(arena, len, REDZONE_LEN == 0 ? 1 : ALIGNMENT);
}

void *arena_take(struct arena *arena, size_t len)
{
    return take(arena, len, ALIGNMENT);
}

void *arena_take_array(struct arena *arena, size_t count, size_t size)
{
    size_t len;
    return __builtin_mul_overflow(count, size, &len) ? NULL : arena_take(arena, len);
}

text arena_copy(struct arena *arena, text t)
{
    if (!text_present(t)) {
        return t;
    }
    assert(t.len < SIZE_MAX);
    char *copy = take_characters(arena, t.len + 1);
    if (copy == NULL) {
        return TEXT_ABSENT;
    }
    memcpy(copy, t.at, t.len);
    return (text){ copy, t.len };
}

text arena_print(struct arena *arena, const char *format, ...)
{
    char brief[PRINT_SHORT_LEN];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int printed = vsnprintf(brief, sizeof brief, format, arguments);
    assert(printed >= 0);
    size_t len = (size_t)printed;
    char *copy = take_characters(arena, len + 1);
    if (copy != NULL) {
        if (len < sizeof brief) {
            memcpy(copy, brief, len);
        } else {
            vsnprintf(copy, len + 1, format, again);
        }
    }
    explicit_bzero(brief, smaller(len, sizeof brief));
    va_end(again);
    va_end(arguments);
    return copy != NULL ? (text){ copy, len } : TEXT_ABSENT;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){ arena->chunk, arena->chunk->used, arena->total };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    free_chunks_after(arena, mark.chunk);
    assert(arena->chunk != NULL);
    chunk_wipe(arena->chunk, mark.used);
    arena->total = mark.total;
}
