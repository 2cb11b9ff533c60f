/*
 * For the files of keys/ that handle PINs, and for nobody else: a PIN in clear, and what verifies it.
 */
#ifndef KEYS_PIN_INSIDE_H
#define KEYS_PIN_INSIDE_H

#include "keys/pin.h"
#include "keys/pin_carrier.h"

/* A PIN in clear, released by whoever asked for it, whatever the status. */
struct pin_clear {
    struct secret digits; // PIN_LEN_MAX bytes, of which `len` are digits
    size_t len;
};
void pin_clear_release(struct pin_clear *pin);
text pin_clear_text(const struct pin_clear *pin);

/* From a block. After PIN_BLOCK_INVALID it is a PIN of `len_if_invalid` zeros, so that the caller goes on with the same
   work and answers later; that is the one status but OK with which there is a PIN. */
must_use status pin_open(struct keyring *keyring, struct pin_clear *pin, text pan, const struct pin_source *source,
                         size_t len_if_invalid);

/* Into a block that is bound to the PAN: formats 0, 3 and 4; INVALID_INPUT: another. */
must_use status pin_seal(struct keyring *keyring, struct pin_block *out, text pan, const struct pin_target *target,
                         text pin);

/* A scheme with its key lent, for one card. Released whatever the status. */
struct pin_reckoning {
    const struct pin_scheme *scheme;
    text pan;
    struct tdes *pvk;
    char validation[IBM3624_VALIDATION_LEN]; // of IBM 3624
};
must_use status pin_reckoning_init(struct keyring *keyring, struct pin_reckoning *reckoning,
                                   const struct pin_scheme *scheme, text pan, enum key_operation operation);
void pin_reckoning_release(struct pin_reckoning *reckoning);

must_use status pin_value_make(struct pin_value *out, const struct pin_reckoning *reckoning, text pin);
/* Constant time but for the lengths; a PIN that is not as long as the scheme has it is not right. */
must_use status pin_value_verify(bool *right, const struct pin_reckoning *reckoning, text pin, text value);
/* Natural PIN, IBM 3624 alone (else INVALID_INPUT), and its offset. `pin` is released by the caller whatever the status. */
must_use status pin_natural(struct secret *pin, struct pin_value *offset, const struct pin_reckoning *reckoning);

#endif
