#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/secret_pool.h"

// Before main: libsodium's allocator needs it, and only its first run is not safe among threads.
__attribute__((constructor)) static void start_sodium(void)
{
    int started = sodium_init();
    assert(started >= 0);
}

status secret_init(struct secret *secret, size_t len)
{
    assert(len <= SECRET_LEN_MAX);
    *secret = (struct secret){ 0 };
    if (len == 0) {
        return OK;
    }
    uint8_t *at = len <= SECRET_PLACE_LEN ? secret_pool_take(len) : NULL;
    if (at == NULL) {
        at = sodium_malloc(len);
        if (at == NULL) {
            return OUT_OF_MEMORY;
        }
        memset(at, 0, len);
    }
    *secret = (struct secret){ at, len };
    return OK;
}

status secret_init_copy(struct secret *secret, const void *bytes, size_t len)
{
    TRY(secret_init(secret, len));
    if (len > 0) {
        memcpy(secret->at, bytes, len);
    }
    return OK;
}

status secret_init_random(struct secret *secret, size_t len)
{
    TRY(secret_init(secret, len));
    randombytes_buf(secret->at, len);
    return OK;
}

void secret_release(struct secret *secret)
{
    if (secret_pool_holds(secret->at)) {
        secret_pool_give(secret->at);
    } else {
        sodium_free(secret->at);
    }
    *secret = (struct secret){ 0 };
}

void secret_wipe(void *bytes, size_t len)
{
    sodium_memzero(bytes, len);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}
