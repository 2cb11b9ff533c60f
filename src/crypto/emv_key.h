/*
 * Keys of EMV cards, from the issuer's: the card's master key (EMV 4.3 Book 2, annex A1.4), called UDK by the schemes,
 * and the session keys of one transaction (A1.3), beside those that Visa, M/Chip and EMV 2000 define themselves.
 *
 * All keys of triple DES are 16 bytes and come out with odd parity. INVALID_INPUT: a key of another length, a PAN that
 * is not 8 to 19 digits, a PSN that is neither empty (which means "00") nor two digits. Whatever the status, `out` is a
 * secret that the caller releases: empty unless OK. Any thread.
 */
#ifndef CRYPTO_EMV_KEY_H
#define CRYPTO_EMV_KEY_H

#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"

enum { EMV_KEY_LEN = 16, EMV_ATC_LEN = 2, EMV_UN_LEN = 4, EMV_CRYPTOGRAM_LEN = 8 };

/* A1.4.1 and A1.4.2. Option B is option A for a PAN of up to 16 digits; forced, it hashes those too, as some do for
   dynamic verification values. */
enum emv_udk_option { EMV_UDK_A, EMV_UDK_B, EMV_UDK_B_FORCED };
must_use status emv_udk(struct secret *out, const struct secret *imk, enum emv_udk_option option, text pan, text psn);

/* A1.4.3, option C: an AES key of 16, 24 or 32 bytes, and so is what comes out. */
must_use status emv_udk_aes(struct secret *out, const struct secret *imk, text pan, text psn);

/* A1.3.1, common session key derivation, from a diversification value. */
must_use status emv_session_key_common(struct secret *out, const struct secret *udk,
                                       const uint8_t r[EMV_CRYPTOGRAM_LEN]);

/* Visa's key of secure messaging: the UDK with the ATC over its left half and the complement over its right one. */
must_use status emv_session_key_visa(struct secret *out, const struct secret *udk, const uint8_t atc[EMV_ATC_LEN]);

/* EMV 2000 (4.0) Book 2, A1.3: a tree of keys, obsolete. INVALID_INPUT unless branch is 2 to 255, height 2 to 16 and
   branch ^ height at least 2^16, so that each ATC has a leaf of its own. */
struct emv_tree {
    int height, branch;
    uint8_t iv[EMV_KEY_LEN];
};
must_use status emv_session_key_tree(struct secret *out, const struct secret *udk, const uint8_t atc[EMV_ATC_LEN],
                                     const struct emv_tree *tree);

/* The ways above, as a profile names them, with what of the transaction each one takes. */
enum emv_session {
    EMV_SESSION_NONE,        // the UDK itself
    EMV_SESSION_COMMON_ATC,  // common, R = ATC | 00 x 6
    EMV_SESSION_MCHIP,       // common, R = ATC | 00 00 | UN
    EMV_SESSION_COMMON_ARQC, // common, R = ARQC (secure messaging)
    EMV_SESSION_VISA,        // emv_session_key_visa
};

struct emv_session_input {
    uint8_t atc[EMV_ATC_LEN];         // tag 9F36
    uint8_t un[EMV_UN_LEN];           // tag 9F37
    uint8_t arqc[EMV_CRYPTOGRAM_LEN]; // tag 9F26
};
must_use status emv_session_key(struct secret *out, const struct secret *udk, enum emv_session session,
                                const struct emv_session_input *input);

#endif
