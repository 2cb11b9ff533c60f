#include "server/http_request.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"

enum { LISTENER = 1, API = 2 }; // owners

struct request_pool {
    const struct runtime *runtime;
    struct http_metrics *metrics; // not touched once closed
    uint64_t id_start;
    _Atomic uint64_t id_count;
    _Atomic bool closing;
    _Atomic int in_flight;

    pthread_mutex_t lock;
    bool closed;
    struct request *taken, *free;
    int taken_count, free_count;
};

struct request_pool *request_pool_new(const struct runtime *runtime, struct http_metrics *metrics)
{
    struct request_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        return NULL;
    }
    pool->runtime = runtime;
    pool->metrics = metrics;
    runtime_random(runtime, &pool->id_start, sizeof pool->id_start);
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static void request_free(struct request *request)
{
    buffer_release(&request->body);
    arena_free(request->exchange.arena);
    free(request);
}

static struct request *request_new(void)
{
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL) {
        return NULL;
    }
    request->exchange.arena = arena_new(REQUEST_ARENA_LEN_MAX);
    if (request->exchange.arena == NULL) {
        free(request);
        return NULL;
    }
    return request;
}

static void pool_end(struct request_pool *pool)
{
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void request_pool_free(struct request_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    struct request *unused = pool->free;
    pool->free = NULL;
    pool->closed = true;
    bool last = pool->taken_count == 0;
    pthread_mutex_unlock(&pool->lock);
    while (unused != NULL) {
        struct request *next = unused->next;
        request_free(unused);
        unused = next;
    }
    if (last) {
        pool_end(pool);
    }
}

static void link_taken(struct request_pool *pool, struct request *request)
{
    request->next = pool->taken;
    request->previous = NULL;
    if (pool->taken != NULL) {
        pool->taken->previous = request;
    }
    pool->taken = request;
    pool->taken_count++;
}

static void unlink_taken(struct request_pool *pool, struct request *request)
{
    if (request->next != NULL) {
        request->next->previous = request->previous;
    }
    *(request->previous != NULL ? &request->previous->next : &pool->taken) = request->next;
    pool->taken_count--;
}

// One random start and odd steps from there: different for as long as the process lives, without asking for more.
static void print_id(struct request_pool *pool, char out[32])
{
    uint64_t count = atomic_fetch_add_explicit(&pool->id_count, 1, memory_order_relaxed);
    memcpy(out, "req_", 4);
    bytes_id_print(out + 4, pool->id_start + count * UINT64_C(0x9E3779B97F4A7C15));
    out[4 + 13] = '\0';
}

static void finish(struct exchange *exchange);

static struct request *take_free(struct request_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct request *request = pool->free;
    if (request != NULL) {
        pool->free = request->next;
        pool->free_count--;
    }
    pthread_mutex_unlock(&pool->lock);
    return request;
}

struct request *request_take(struct request_pool *pool)
{
    struct request *request = take_free(pool);
    if (request == NULL) {
        request = request_new();
        if (request == NULL) {
            return NULL;
        }
    }
    struct arena *arena = request->exchange.arena;
    *request = (struct request){ .pool = pool, .owners = LISTENER, .exchange = { .arena = arena } };
    request->exchange.finish = finish;
    request->exchange.listener = request;
    request->exchange.started_us = runtime_monotonic_us(pool->runtime);
    buffer_init(&request->exchange.reply_body, REPLY_BODY_LEN_MAX);
    print_id(pool, request->exchange.request_id);
    pthread_mutex_lock(&pool->lock);
    link_taken(pool, request);
    pthread_mutex_unlock(&pool->lock);
    return request;
}

// Everything a request held is gone, what may have been secret wiped.
static void clear(struct request *request)
{
    struct stream *stream = request->exchange.stream;
    if (stream != NULL && stream->release != NULL) {
        stream->release(stream->context);
    }
    buffer_release(&request->body);
    buffer_release(&request->exchange.reply_body);
    arena_reset(request->exchange.arena);
}

static void let_go(struct request *request, int owner)
{
    if (atomic_fetch_and(&request->owners, ~owner) != owner) {
        return; // the other one still holds it
    }
    clear(request);
    struct request_pool *pool = request->pool;
    pthread_mutex_lock(&pool->lock);
    unlink_taken(pool, request);
    bool keep = !pool->closed && pool->free_count < REQUEST_FREE_COUNT_MAX;
    if (keep) {
        request->next = pool->free;
        pool->free = request;
        pool->free_count++;
    }
    bool last = pool->closed && pool->taken_count == 0;
    pthread_mutex_unlock(&pool->lock);
    if (!keep) {
        request_free(request);
    }
    if (last) {
        pool_end(pool);
    }
}

static void count_in_flight(struct request_pool *pool, int change)
{
    atomic_fetch_add(&pool->in_flight, change);
    atomic_fetch_add_explicit(&pool->metrics->requests_in_flight, change, memory_order_relaxed);
}

void request_release(struct request *request)
{
    if (request_state(request) != REQUEST_ARRIVING) {
        count_in_flight(request->pool, -1);
    }
    let_go(request, LISTENER);
}

enum request_state request_state(const struct request *request)
{
    return (enum request_state)atomic_load(&request->state);
}

static bool move(struct request *request, int from, int to)
{
    return atomic_compare_exchange_strong(&request->state, &from, to);
}

// exchange->finish: from any thread.
static void finish(struct exchange *exchange)
{
    struct request *request = exchange->listener;
    if (!move(request, REQUEST_HANDED, REQUEST_FINISHED)) {
        if (move(request, REQUEST_WAITING, REQUEST_FINISHED)) {
            lane_resume(request->lane, request->mhd);
        } else {
            // Between the two tries the state may only have gone on from HANDED to WAITING, or the listener gave up.
            assert(request_state(request) == REQUEST_ABANDONED);
        }
    }
    let_go(request, API);
}

bool request_hand_over(struct request *request, void (*handle)(void *context, struct exchange *exchange), void *context)
{
    atomic_store(&request->owners, LISTENER | API);
    atomic_store(&request->state, REQUEST_HANDED);
    count_in_flight(request->pool, 1);
    if (atomic_load(&request->pool->closing)) { // read after HANDED is written: abandon_all does it the other way round
        atomic_store(&request->owners, LISTENER);
        atomic_store(&request->state, REQUEST_ABANDONED);
        return true;
    }
    handle(context, &request->exchange);
    if (request_state(request) == REQUEST_FINISHED) {
        return true;
    }
    MHD_suspend_connection(request->mhd);
    if (!move(request, REQUEST_HANDED, REQUEST_WAITING)) {
        lane_resume(request->lane, request->mhd); // finished, or abandoned, while it was being suspended
    }
    return false;
}

int request_pool_in_flight(const struct request_pool *pool)
{
    return atomic_load(&pool->in_flight);
}

// True when it is nobody's business any more whether this one is suspended.
static bool abandon(struct request *request)
{
    if (move(request, REQUEST_WAITING, REQUEST_ABANDONED)) {
        lane_resume(request->lane, request->mhd);
        return true;
    }
    if (move(request, REQUEST_HANDED, REQUEST_ABANDONED)) {
        return true;
    }
    // Finished: its finisher may be about to resume it, and lets go after that.
    return request_state(request) != REQUEST_FINISHED || (atomic_load(&request->owners) & API) == 0;
}

void request_pool_abandon_all(struct request_pool *pool)
{
    atomic_store(&pool->closing, true);
    for (bool done = false; !done;) {
        done = true;
        pthread_mutex_lock(&pool->lock);
        for (struct request *request = pool->taken; request != NULL; request = request->next) {
            done = abandon(request) && done;
        }
        pthread_mutex_unlock(&pool->lock);
        if (!done) {
            sched_yield();
        }
    }
}
