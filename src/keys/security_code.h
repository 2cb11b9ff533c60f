/*
 * Security codes of cards under keys of the keyring: what crypto/cvv.h, dcvv.h, cvc3.h and amex_csc.h compute, each with
 * a key that is there for it. A code is made when it is asked for and never kept; a question about one is answered yes or
 * no, in constant time, never with the right one.
 *
 * Keys (X9.143-2021, table 2; triple DES, 16 bytes): C0 for CVV, CVC and CSC; E6 for dCVV and the dynamic CVV2; E4 for
 * CVC3. The last two are issuer's keys that derive a card's. A waiting or retired key verifies and makes nothing.
 *
 * KEY_UNAVAILABLE: not loaded, or destroyed; KEY_RETIRED: its state does not permit that; KEY_WRONG_USE: it is of another
 * usage, algorithm, mode or length; INVALID_INPUT: digits of another number or kind than the standard has. `*right` is
 * false unless OK. The caller wipes what it gets. Any thread.
 */
#ifndef KEYS_SECURITY_CODE_H
#define KEYS_SECURITY_CODE_H

#include "crypto/amex_csc.h"
#include "crypto/cvc3.h"
#include "crypto/cvv.h"
#include "crypto/dcvv.h"
#include "keys/keyring.h"

/* Three codes of one key, which differ in the service code they are fed. */
enum security_code_kind {
    SECURITY_CODE_STRIPE,  // CVV, CVC: the card's own, which is none of the two others
    SECURITY_CODE_PRINTED, // CVV2, CVC2: 000
    SECURITY_CODE_CHIP     // iCVV, chip CVC: 999
};

struct security_code_input {
    enum security_code_kind kind;
    text pan;
    text expiry;       // four digits: YYMM, or for a printed code MMYY where the product says so (crypto/cvv.h)
    text service_code; // of the stripe; else absent
};

must_use status security_code_generate(struct keyring *keyring, char out[CVV_LEN], int64_t key_id,
                                       const struct security_code_input *input);
must_use status security_code_verify(struct keyring *keyring, bool *right, int64_t key_id,
                                     const struct security_code_input *input, text code);

/* Dynamic CVV2 (crypto/dcvv.h), for this moment by the ring's clock. */
must_use status security_code_dynamic_generate(struct keyring *keyring, char out[CVV_LEN], int64_t key_id,
                                               const struct dynamic_cvv2_input *input);

/* *step: the step that the code is of, later than `after`, the last that was good for this card; 0: it is not good. The
   caller keeps it, durably, before the code counts as right, and so none is good twice. */
must_use status security_code_dynamic_verify(struct keyring *keyring, int64_t *step, int64_t key_id,
                                             const struct dynamic_cvv2_input *input, int64_t after, text code);

/* dCVV. That the counter rose is for the caller to see. A service code of 000 is a dynamic CVV2's: INVALID_INPUT. */
must_use status security_code_dcvv_verify(struct keyring *keyring, bool *right, int64_t key_id,
                                          const struct dcvv_input *input, text dcvv);

/* CVC3: the last `count` digits, 3 to 5. Counter and unpredictable number are for the caller to look at. */
struct security_code_cvc3 {
    enum emv_udk_option option;
    text pan, psn;           // as emv_udk() takes them
    struct bytes_view track; // the static data as the card holds it (crypto/cvc3.h)
    uint8_t un[CVC3_UN_LEN], atc[CVC3_ATC_LEN];
    size_t count;
};
must_use status security_code_cvc3_verify(struct keyring *keyring, bool *right, int64_t key_id,
                                          const struct security_code_cvc3 *input, text cvc3);

/* American Express. Whether an installation has it at all is for the caller to know (crypto/amex_csc.h). */
must_use status security_code_amex_generate(struct keyring *keyring, struct amex_csc *out, int64_t key_id,
                                            const struct amex_csc_input *input);
/* The code of `count` digits, 3 to 5, that the product asks for; of another length it is not right. */
struct security_code_amex {
    struct amex_csc_input card;
    size_t count;
};
must_use status security_code_amex_verify(struct keyring *keyring, bool *right, int64_t key_id,
                                          const struct security_code_amex *input, text code);

#endif
