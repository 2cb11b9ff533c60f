#include "api/rate_limit.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * A bucket is one number: the time at which it will be full again (the generic cell rate algorithm of ATM, ITU-T I.371).
 * A call moves it one interval on; a bucket that is full is the same as none, so old ones need no sweeping.
 */
enum { SHARD_COUNT = 64, SHARD_BUCKET_COUNT = RATE_LIMIT_BUCKET_COUNT_MAX / SHARD_COUNT, PROBE_COUNT = 8 };

#define NS_PER_SECOND 1000000000LL

struct bucket {
    uint64_t key;
    int64_t full_ns; // 0: never used
};

struct shard {
    pthread_mutex_t mutex;
    struct bucket buckets[SHARD_BUCKET_COUNT];
};

struct rate {
    int64_t interval_ns; // between two calls in the long run; 0: no limit
    int64_t burst_ns;    // how far ahead of the clock a bucket may be
};

struct rate_limiter {
    const struct runtime *runtime;
    struct rate requests, sign_ins;
    uint8_t hash_key[crypto_shorthash_KEYBYTES]; // so that nobody can choose addresses that share a bucket
    struct shard shards[SHARD_COUNT];
};

// A full bucket holds what the whole period allows.
static struct rate rate_of(int64_t count, int64_t period_ns)
{
    if (count <= 0) {
        return (struct rate){ 0 };
    }
    int64_t interval_ns = period_ns / count > 0 ? period_ns / count : 1;
    return (struct rate){ interval_ns, interval_ns * (count - 1) };
}

struct rate_limiter *rate_limiter_new(const struct rate_limits *limits, const struct runtime *runtime)
{
    struct rate_limiter *limiter = calloc(1, sizeof *limiter);
    if (limiter == NULL) {
        return NULL;
    }
    limiter->runtime = runtime;
    limiter->requests = rate_of(limits->requests_per_second, NS_PER_SECOND);
    limiter->sign_ins = rate_of(limits->sign_ins_per_minute, 60 * NS_PER_SECOND);
    runtime_random(runtime, limiter->hash_key, sizeof limiter->hash_key);
    for (int i = 0; i < SHARD_COUNT; i++) {
        pthread_mutex_init(&limiter->shards[i].mutex, NULL);
    }
    return limiter;
}

void rate_limiter_free(struct rate_limiter *limiter)
{
    if (limiter == NULL) {
        return;
    }
    for (int i = 0; i < SHARD_COUNT; i++) {
        pthread_mutex_destroy(&limiter->shards[i].mutex);
    }
    free(limiter);
}

// The key's own bucket, or the one nearest to full among those it could have: what is forgotten is little.
static struct bucket *find_bucket(struct shard *shard, uint64_t key)
{
    struct bucket *fullest = NULL;
    for (uint64_t i = 0; i < PROBE_COUNT; i++) {
        struct bucket *bucket = &shard->buckets[(key / SHARD_COUNT + i) % SHARD_BUCKET_COUNT];
        if (bucket->key == key && bucket->full_ns != 0) {
            return bucket;
        }
        if (fullest == NULL || bucket->full_ns < fullest->full_ns) {
            fullest = bucket;
        }
    }
    *fullest = (struct bucket){ .key = key };
    return fullest;
}

static status take(struct rate_limiter *limiter, const struct rate *rate, const void *name, size_t len,
                   int64_t *retry_seconds)
{
    uint64_t key;
    static_assert(sizeof key == crypto_shorthash_BYTES, "a key is one hash");
    crypto_shorthash((unsigned char *)&key, name, len, limiter->hash_key);
    // Never 0, which is an unused bucket, whatever the clock counts from.
    int64_t now_ns = runtime_monotonic_us(limiter->runtime) * 1000 + 1;
    struct shard *shard = &limiter->shards[key % SHARD_COUNT];
    pthread_mutex_lock(&shard->mutex);
    struct bucket *bucket = find_bucket(shard, key);
    int64_t full_ns = bucket->full_ns > now_ns ? bucket->full_ns : now_ns;
    int64_t wait_ns = full_ns - now_ns - rate->burst_ns;
    if (wait_ns <= 0) {
        bucket->full_ns = full_ns + rate->interval_ns;
    }
    pthread_mutex_unlock(&shard->mutex);
    if (wait_ns > 0) {
        *retry_seconds = (wait_ns + NS_PER_SECOND - 1) / NS_PER_SECOND;
        return RATE_LIMITED;
    }
    return OK;
}

status rate_limit_request(struct rate_limiter *limiter, int64_t caller_id, int64_t *retry_seconds)
{
    // 0 is the command line.
    if (limiter == NULL || limiter->requests.interval_ns == 0 || caller_id == 0) {
        return OK;
    }
    uint8_t name[1 + sizeof caller_id] = "r";
    memcpy(name + 1, &caller_id, sizeof caller_id);
    return take(limiter, &limiter->requests, name, sizeof name, retry_seconds);
}

status rate_limit_sign_in(struct rate_limiter *limiter, text peer, int64_t *retry_seconds)
{
    if (limiter == NULL || limiter->sign_ins.interval_ns == 0) {
        return OK;
    }
    // Who has one IPv6 address has the 64 bits behind it.
    uint8_t name[1 + INET6_ADDRSTRLEN] = "s";
    char printed[INET6_ADDRSTRLEN] = "";
    struct in6_addr address;
    size_t len = peer.len < sizeof printed ? peer.len : sizeof printed - 1;
    if (len > 0) {
        memcpy(printed, peer.at, len);
    }
    if (inet_pton(AF_INET6, printed, &address) == 1 && !IN6_IS_ADDR_V4MAPPED(&address)) {
        len = 8;
        memcpy(name + 1, address.s6_addr, len);
    } else {
        memcpy(name + 1, printed, len);
    }
    return take(limiter, &limiter->sign_ins, name, 1 + len, retry_seconds);
}
