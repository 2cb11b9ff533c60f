#include "crypto/pin_draw.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "crypto/pin_block.h"

enum { DRAWN_LEN = sizeof(uint64_t) };

// Above the last multiple of 10^len the remainders are not even: such a draw does not count. False then.
static bool draw_digits(const struct secret *out, const struct runtime *runtime)
{
    uint8_t random[DRAWN_LEN];
    uint64_t span = 1;
    for (size_t i = 0; i < out->len; i++) {
        span *= 10;
    }
    runtime_random(runtime, random, sizeof random);
    uint64_t value = bytes_get_be64(random);
    bool even = value < UINT64_MAX - UINT64_MAX % span;
    for (size_t i = out->len; i-- > 0; value /= 10) {
        out->at[i] = (uint8_t)('0' + value % 10);
    }
    secret_wipe(random, sizeof random);
    return even;
}

static status draw(const struct secret *out, const struct runtime *runtime, const struct pin_policy_input *policy)
{
    struct pin_policy_input drawn = *policy;
    drawn.pin = text_bytes(out->at, out->len);
    for (int i = 0; i < PIN_DRAW_TRIES_MAX; i++) {
        struct pin_findings findings;
        status result = draw_digits(out, runtime) ? pin_policy_check(&findings, &drawn) : PIN_TOO_WEAK;
        if (result != PIN_TOO_WEAK) {
            return result;
        }
    }
    return SYSTEM_FAULT;
}

status pin_draw(struct secret *out, const struct runtime *runtime, const struct pin_policy_input *policy)
{
    *out = (struct secret){ 0 };
    if (policy->len < PIN_LEN_MIN || policy->len > PIN_LEN_MAX) {
        return INVALID_INPUT;
    }
    TRY(secret_init(out, policy->len));
    status result = draw(out, runtime, policy);
    if (result != OK) {
        secret_release(out);
    }
    return result;
}
