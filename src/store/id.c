#include "store/id.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#define EPOCH_MS 1735689600000LL // 2025-01-01T00:00:00Z

enum { NODE_BITS = 10, SEQUENCE_BITS = 12 };

struct id_maker {
    _Atomic int64_t node;
    _Atomic int64_t last; // milliseconds since the epoch << SEQUENCE_BITS | sequence of the last id
};

struct id_maker *id_maker_new(int node)
{
    assert(node >= 0 && node < ID_NODE_COUNT);
    struct id_maker *maker = calloc(1, sizeof *maker);
    if (maker != NULL) {
        maker->node = node;
    }
    return maker;
}

void id_maker_free(struct id_maker *maker)
{
    free(maker);
}

void id_maker_set_node(struct id_maker *maker, int node)
{
    assert(node >= 0 && node < ID_NODE_COUNT);
    atomic_store(&maker->node, node);
}

int64_t id_make(struct id_maker *maker, int64_t now_ms)
{
    int64_t floor = (now_ms > EPOCH_MS ? now_ms - EPOCH_MS : 0) << SEQUENCE_BITS;
    int64_t last = atomic_load_explicit(&maker->last, memory_order_relaxed);
    int64_t next;
    // Past 4096 ids in a millisecond, or behind a clock that went back, ids run ahead of the clock instead of waiting.
    do {
        next = last + 1 > floor ? last + 1 : floor;
    } while (
        !atomic_compare_exchange_weak_explicit(&maker->last, &last, next, memory_order_relaxed, memory_order_relaxed));
    int64_t ms = next >> SEQUENCE_BITS;
    int64_t sequence = next & ((1 << SEQUENCE_BITS) - 1);
    return ms << (NODE_BITS + SEQUENCE_BITS) | maker->node << SEQUENCE_BITS | sequence;
}

int64_t id_time_ms(int64_t id)
{
    return (id >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_MS;
}

int64_t id_first_at(int64_t now_ms)
{
    return now_ms > EPOCH_MS ? (now_ms - EPOCH_MS) << (NODE_BITS + SEQUENCE_BITS) : 0;
}
