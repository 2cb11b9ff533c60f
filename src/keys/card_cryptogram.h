/*
 * Chip cards (EMV 4.3) under keys of the keyring: is a cryptogram the card's, the issuer's answer to it, and the commands
 * of issuer scripts; each as the card's profile says (crypto/emv_profile.h).
 *
 * Keys (X9.143-2021, table 2; triple DES, 16 bytes) are the issuer's, from which a card's are derived: E0 application
 * cryptograms, E2 integrity of scripts, E1 their confidentiality. A waiting or retired key verifies cryptograms, and
 * makes neither answers nor commands: an issuer's key stays active as long as there are cards of it.
 *
 * KEY_UNAVAILABLE: not loaded, or destroyed; KEY_RETIRED: its state does not permit that; KEY_WRONG_USE: it is of another
 * usage, algorithm, mode or length; INVALID_INPUT: what does not fit the profile (emv_profile.h). Any thread.
 */
#ifndef KEYS_CARD_CRYPTOGRAM_H
#define KEYS_CARD_CRYPTOGRAM_H

#include "crypto/emv_profile.h"
#include "keys/keyring.h"
#include "keys/pin_carrier.h"

/* A card's application. An id whose key an operation does not need is not looked at. */
struct chip_card {
    const struct emv_profile *profile;
    text pan, psn;                  // digits; psn empty: "00"
    int64_t cryptogram_key_id;      // E0
    int64_t integrity_key_id;       // E2
    int64_t confidentiality_key_id; // E1
};

/* What came with a cryptogram (ARQC, TC or AAC). */
struct chip_transaction {
    struct emv_cryptogram_request covered;
    uint8_t cryptogram[EMV_CRYPTOGRAM_LEN]; // 9F26
};

/* EMV 4.3 Book 2, 8.1. Whether the counter rose, the number was fresh and CVR and TVR are acceptable is for the caller to
   see. `*right` is false unless OK. */
must_use status card_cryptogram_verify(struct keyring *keyring, bool *right, const struct chip_card *card,
                                       const struct chip_transaction *transaction);

/* 8.2: the ARPC by the profile's method, for a cryptogram that is right: it is verified again. For another one there is
   none, and `out` is empty. */
struct chip_answer {
    uint8_t arc[EMV_ARC_LEN];      // of method 1
    uint8_t csu[EMV_CSU_LEN];      // of method 2, as is:
    struct bytes_view proprietary; // up to 8 bytes
};
must_use status card_cryptogram_answer(struct keyring *keyring, bool *right, struct emv_arpc *out,
                                       const struct chip_card *card, const struct chip_transaction *transaction,
                                       const struct chip_answer *answer);

/* 9 and Book 3, 6.5: one command of a script (emv_script() puts them together). A PIN goes from the holder's block into the
   command; E1 enciphers it, and E0 is needed too where the profile has Visa's PIN block.
   INVALID_INPUT: a PIN that the kind does not take, or takes and has not; PIN_BLOCK_INVALID. */
struct chip_command {
    enum emv_command_kind kind;
    struct emv_session_input transaction;
    size_t mac_len;                   // 4 to 8
    const struct pin_source *pin;     // the new one, of both kinds of PIN change; else NULL
    const struct pin_source *current; // of EMV_PIN_CHANGE_CURRENT; else NULL
};
must_use status card_command(struct keyring *keyring, struct emv_command *out, const struct chip_card *card,
                             const struct chip_command *command);

#endif
