#include "base/secret_pool.h"

#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "base/sanitizer.h"

/*
 * The pool is one range of addresses: slab, gap, slab, gap. Nobody may touch a gap, nor a slab that is not yet in use.
 * A slab is a row of places, each with room for a canary, which stands right behind the secret's last byte.
 */
enum {
    CANARY_LEN = 16,
    PLACE_STRIDE = SECRET_PLACE_LEN + CANARY_LEN,
    SLAB_STRIDE = 2 * SECRET_SLAB_LEN,
    SLAB_PLACE_COUNT = SECRET_SLAB_LEN / PLACE_STRIDE,
    PLACE_COUNT = SECRET_SLAB_COUNT_MAX * SLAB_PLACE_COUNT,
};

#define POOL_LEN ((size_t)SECRET_SLAB_COUNT_MAX * SLAB_STRIDE)

static uint8_t *pool; // NULL: the system refused, and there are no places
static uint8_t canary[CANARY_LEN];

static atomic_uint slab_count; // asked for; it may pass the maximum, of which then nothing comes

// The free places are a stack without a lock. Each knows the one below it; places are counted from 1, and 0 is none.
// The upper half of the top counts its changes: a place that left and came back is not taken for one that stayed.
static atomic_uint_least64_t top;
static struct {
    atomic_uint_least32_t below;
    uint8_t len; // of the secret in it; 0: free. Belongs to who has the place
} places[PLACE_COUNT + 1];

// Before main, and before any thread.
__attribute__((constructor)) static void reserve(void)
{
    int started = sodium_init();
    assert(started >= 0);
    randombytes_buf(canary, sizeof canary);
    void *at = mmap(NULL, POOL_LEN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    pool = at == MAP_FAILED ? NULL : at;
}

static uint8_t *place_at(uint32_t place)
{
    uint32_t index = place - 1;
    return pool + (size_t)(index / SLAB_PLACE_COUNT) * SLAB_STRIDE + (size_t)(index % SLAB_PLACE_COUNT) * PLACE_STRIDE;
}

static uint32_t place_of(const uint8_t *at)
{
    size_t offset = (size_t)(at - pool), slab = offset / SLAB_STRIDE, in_slab = offset % SLAB_STRIDE;
    assert(in_slab % PLACE_STRIDE == 0 && in_slab / PLACE_STRIDE < SLAB_PLACE_COUNT);
    return (uint32_t)(slab * SLAB_PLACE_COUNT + in_slab / PLACE_STRIDE + 1);
}

static uint64_t top_after(uint64_t before, uint32_t place)
{
    return ((before >> 32) + 1) << 32 | place;
}

// Places first..last, each of which lies below the one before it already.
static void push(uint32_t first, uint32_t last)
{
    uint64_t before = atomic_load_explicit(&top, memory_order_relaxed);
    do {
        atomic_store_explicit(&places[last].below, (uint32_t)before, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&top, &before, top_after(before, first), memory_order_release,
                                                    memory_order_relaxed));
}

static uint32_t pop(void)
{
    uint64_t before = atomic_load_explicit(&top, memory_order_acquire);
    while ((uint32_t)before != 0) {
        uint32_t below = atomic_load_explicit(&places[(uint32_t)before].below, memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(&top, &before, top_after(before, below), memory_order_acquire,
                                                  memory_order_acquire)) {
            return (uint32_t)before;
        }
    }
    return 0;
}

// The first place of a slab that was not in use; its others are free then. Threads that meet here take a slab each.
static uint32_t grow(void)
{
    if (pool == NULL || atomic_load(&slab_count) >= SECRET_SLAB_COUNT_MAX) {
        return 0;
    }
    uint32_t slab = atomic_fetch_add(&slab_count, 1);
    if (slab >= SECRET_SLAB_COUNT_MAX) {
        return 0;
    }
    uint8_t *at = pool + (size_t)slab * SLAB_STRIDE;
    if (mprotect(at, SECRET_SLAB_LEN, PROT_READ | PROT_WRITE) != 0) {
        return 0;
    }
    // As for sodium_malloc: out of core dumps, and locked as far as the system lets it.
    (void)sodium_mlock(at, SECRET_SLAB_LEN);
    ASAN_POISON_MEMORY_REGION(at, SECRET_SLAB_LEN);
    uint32_t first = slab * SLAB_PLACE_COUNT + 1, last = first + SLAB_PLACE_COUNT - 1;
    for (uint32_t place = first + 1; place < last; place++) {
        atomic_store_explicit(&places[place].below, place + 1, memory_order_relaxed);
    }
    push(first + 1, last);
    return first;
}

uint8_t *secret_pool_take(size_t len)
{
    assert(len > 0 && len <= SECRET_PLACE_LEN);
    static const uint8_t zeroes[PLACE_STRIDE];
    uint32_t place = pop();
    if (place == 0) {
        place = grow();
    }
    if (place == 0) {
        return NULL;
    }
    uint8_t *at = place_at(place);
    ASAN_UNPOISON_MEMORY_REGION(at, PLACE_STRIDE);
    bool untouched = places[place].len == 0 && memcmp(at, zeroes, PLACE_STRIDE) == 0;
    assert(untouched); // else someone wrote to a secret that was released
    places[place].len = (uint8_t)len;
    memcpy(at + len, canary, CANARY_LEN);
    ASAN_POISON_MEMORY_REGION(at + len, PLACE_STRIDE - len);
    return at;
}

bool secret_pool_holds(const uint8_t *at)
{
    return pool != NULL && (uintptr_t)at - (uintptr_t)pool < POOL_LEN;
}

void secret_pool_give(uint8_t *at)
{
    uint32_t place = place_of(at);
    size_t len = places[place].len;
    assert(len > 0); // else it was released before
    ASAN_UNPOISON_MEMORY_REGION(at, PLACE_STRIDE);
    bool kept = memcmp(at + len, canary, CANARY_LEN) == 0;
    assert(kept); // else someone wrote behind the secret
    sodium_memzero(at, PLACE_STRIDE);
    ASAN_POISON_MEMORY_REGION(at, PLACE_STRIDE);
    places[place].len = 0;
    push(place, place);
}
