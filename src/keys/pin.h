/*
 * PINs of cards: chosen by their holders or drawn here, kept as a value that verifies them, and asked about. They come and
 * go as enciphered blocks (keys/pin_carrier.h), and no function gives one out in clear.
 *
 * What is kept of a PIN is a PVV (four digits; the PIN has four) or an offset (IBM 3624; as long as the PIN). Keys
 * (X9.143-2021, table 2; triple DES): V2 for a PVV, 16 bytes; V1 for IBM 3624, 16 or 24. A waiting or retired key verifies
 * and makes no value. The number of tries is for the caller to count, durably, before he asks.
 *
 * KEY_UNAVAILABLE, KEY_RETIRED, KEY_WRONG_USE, PIN_BLOCK_INVALID, INVALID_INPUT: as pin_carrier.h says, of any of the keys.
 * A block is opened after all its keys were looked at. PIN_NOT_VERIFIABLE: the key index is '0'. Any thread.
 */
#ifndef KEYS_PIN_H
#define KEYS_PIN_H

#include "crypto/ibm3624.h"
#include "crypto/pin_policy.h"
#include "crypto/pvv.h"
#include "keys/pin_carrier.h"

enum { PIN_PATTERN_LEN = 12 };

/*
 * How the PINs of a product are verified. It is made by one of the two functions, kept with the product, and is as secret
 * as a key of it: who may change its table or pattern, or choose them with a request, finds PINs in a few tries.
 */
enum pin_method { PIN_METHOD_NONE, PIN_METHOD_PVV, PIN_METHOD_IBM3624 };
struct pin_scheme {
    enum pin_method method;
    int64_t key_id;
    size_t len;                 // of PINs
    char key_index;             // PVV: PVKI
    struct ibm3624_table table; // IBM 3624, as is:
    char pattern[PIN_PATTERN_LEN];
};

/* INVALID_INPUT: a key index that is not '0' to '6'. */
must_use status pin_scheme_pvv(struct pin_scheme *out, int64_t key_id, char key_index);

struct pin_scheme_ibm3624_input {
    int64_t key_id;
    size_t len;   // of PINs, 4 to 12
    text table;   // sixteen decimal digits
    text pattern; // of the validation data (ibm3624_validation())
};
/* DECIMALIZATION_TABLE_WEAK; INVALID_INPUT: a length, table or pattern of another form. */
must_use status pin_scheme_ibm3624(struct pin_scheme *out, const struct pin_scheme_ibm3624_input *input);

/* PVV or offset, digits. */
struct pin_value {
    char digits[PIN_LEN_MAX];
    size_t len;
};

/* What is kept of a PIN, with the scheme of that time. */
struct pin_reference {
    const struct pin_scheme *scheme;
    text value;
};

/* Is this the PIN? The same work is done for a wrong PIN and for a wrong block. A PIN of another length is wrong.
   INVALID_INPUT: an offset that is not digits. `*right` is false unless OK. */
must_use status pin_verify(struct keyring *keyring, bool *right, text pan, const struct pin_reference *reference,
                           const struct pin_source *source);

/* A card that gets a PIN. */
struct pin_card {
    text pan;
    const struct pin_scheme *scheme;
    text birth_date, phone;           // of the holder (crypto/pin_policy.h), or absent
    const struct pin_reference *past; // last PINs, none of which is taken again. One whose key is gone is passed over.
    int past_count;
};

/* The value of a PIN that the holder chose. PIN_LENGTH_WRONG; PIN_TOO_WEAK: `findings`, which are empty with any other
   status, say why. */
must_use status pin_set(struct keyring *keyring, struct pin_value *out, struct pin_findings *findings,
                        const struct pin_card *card, const struct pin_source *chosen);

/* The same by somebody who knows the PIN of now, which is one of the last as well. With a wrong one nothing is done, and
   the new block is not opened. */
struct pin_change {
    struct pin_reference current;
    struct pin_source current_block, chosen;
};
struct pin_changed {
    bool right; // the PIN of now was; else there is no value
    struct pin_value value;
    struct pin_findings findings;
};
must_use status pin_change(struct keyring *keyring, struct pin_changed *out, const struct pin_card *card,
                           const struct pin_change *change);

/* A PIN that is made here and leaves in one block, for whoever brings it to the holder. It passes the same policy: a random
   one is drawn until it does; a natural one that does not is PIN_TOO_WEAK, and the card needs a random one. INVALID_INPUT:
   formats 1 and 2, which are not bound to the card; a natural PIN without IBM 3624. SYSTEM_FAULT: see pin_draw.h. */
struct pin_issue {
    bool natural; // it follows from the card number, and its offset is zeros
    struct pin_target transport;
};
struct pin_issued {
    struct pin_value value;
    struct pin_block block;
};
must_use status pin_issue(struct keyring *keyring, struct pin_issued *out, const struct pin_card *card,
                          const struct pin_issue *issue);

#endif
