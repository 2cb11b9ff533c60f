/*
 * Components of a key: each as long as the key, the key being the XOR of all of them, so that whoever lacks one knows
 * nothing of the key. It is never cut in pieces, where each piece would be a shorter key to guess.
 *
 * A component is spoken of by its check value, the check value of a key (crypto/kcv.h): its holder sees by it that it was
 * typed as it was written down, and it says nothing of the other components.
 */
#ifndef KEYS_COMPONENT_H
#define KEYS_COMPONENT_H

#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/kcv.h"

enum {
    COMPONENT_COUNT_MIN = 2,
    COMPONENT_COUNT_MAX = 4,
    COMPONENT_LEN_MAX = 32,
    COMPONENT_TEXT_LEN_MAX = 256,                     // of what is typed, with whatever stands between the groups
    COMPONENT_PRINTED_LEN = COMPONENT_LEN_MAX / 2 * 5 // groups of four digits, with a space or the terminator each
};

/* From hex digits of either case, spaces and '-' between them as one likes. COMPONENT_INVALID: not `len` bytes, or all of
   them equal (as in no component, and in a forgotten one). On success `out` is a new secret. */
must_use status component_parse(struct secret *out, text hex, size_t len);
/* In capitals, in groups of four digits; terminated. The caller wipes it. `component` has at most COMPONENT_LEN_MAX bytes. */
void component_print(char out[COMPONENT_PRINTED_LEN], const struct secret *component);
/* Random, and such that component_parse takes it. */
must_use status component_make(struct secret *out, size_t len);

/* COMPONENT_INVALID: not 2 to 4 of one length, one of equal bytes, two that are the same, or a key of zeros alone. On
   success `out` is a new secret. */
must_use status components_join(struct secret *out, const struct secret *parts, int count);

enum { CHECK_VALUE_PRINTED_LEN = 2 * KCV_LEN_MAX + 1 };
/* Of a key or a component: kcv_compute, as capitals, as long as the method is usually shown. */
must_use status check_value_compute(char out[CHECK_VALUE_PRINTED_LEN], enum kcv_method method,
                                    const struct secret *key);
void check_value_print(char out[CHECK_VALUE_PRINTED_LEN], const uint8_t *value, size_t len); // len: at most KCV_LEN_MAX

#endif
