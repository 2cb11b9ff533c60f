/*
 * Cryptogram versions of card schemes: which keys, data, padding and methods a card's application uses, as rows of one
 * table, and the issuer's operations from end to end for such a row. EMV leaves the choice to the schemes, and their
 * papers are not public: rows follow published test values, and are to be confirmed with the scheme.
 *
 * The caller keeps what no key can tell: whether the ATC rose, the unpredictable number was fresh and the results in
 * CVR and TVR are acceptable. Every key made on the way is wiped. INVALID_INPUT: a key, PAN, PSN, PIN or length does
 * not fit, or tag 9F10 is too short or names another version than the profile's. Any thread.
 */
#ifndef CRYPTO_EMV_PROFILE_H
#define CRYPTO_EMV_PROFILE_H

#include "crypto/emv_cryptogram.h"
#include "crypto/emv_key.h"
#include "crypto/emv_script.h"

enum { EMV_IAD_LEN_MAX = 32, EMV_TAG_91_LEN_MAX = 16, EMV_TAIL_COUNT = 2 };

/* A piece of tag 9F10, issuer application data. */
struct emv_slice {
    size_t from, len; // len 0: to its end
};

struct emv_profile {
    const char *name;
    uint8_t version;   // the cryptogram version number, as it stands in tag 9F10
    size_t version_at; // where
    enum emv_udk_option udk;
    enum emv_session cryptogram;           // key of the cryptogram
    struct emv_slice tail[EMV_TAIL_COUNT]; // what the card adds to the terminal's data
    size_t tail_count;
    enum mac_padding padding;
    enum emv_session arpc;      // key of the answer
    int arpc_method;            // 1 or 2
    enum emv_session messaging; // keys of scripts
    bool mac_binds;             // the MAC of a script covers ATC and ARQC, between header and data
    enum emv_encipherment encipherment;
    bool visa_pin_block; // else ISO 9564-1 format 2, which takes no current PIN
};

extern const struct emv_profile emv_profiles[];
extern const size_t emv_profile_count;

const struct emv_profile *emv_profile_find(text name); // NULL: there is none

/* The card and its issuer's keys. A key that an operation does not need may be NULL: cryptograms and answers take
   imk_ac, a script imk_smi, a PIN change imk_smc too, and imk_ac if the profile has Visa's PIN block. */
struct emv_card {
    text pan, psn; // digits; psn empty: "00"
    const struct secret *imk_ac, *imk_smi, *imk_smc;
};

/* What a cryptogram covers of the terminal, in this order, byte for byte as in the tags. */
struct emv_terminal_data {
    uint8_t amount[6];        // 9F02
    uint8_t amount_other[6];  // 9F03
    uint8_t country[2];       // 9F1A
    uint8_t tvr[5];           // 95
    uint8_t currency[2];      // 5F2A
    uint8_t date[3];          // 9A
    uint8_t type[1];          // 9C
    uint8_t un[EMV_UN_LEN];   // 9F37
    uint8_t aip[2];           // 82
    uint8_t atc[EMV_ATC_LEN]; // 9F36
};

struct emv_cryptogram_request {
    struct emv_terminal_data terminal;
    struct bytes_view iad; // 9F10
};

must_use status emv_profile_cryptogram(uint8_t out[EMV_CRYPTOGRAM_LEN], const struct emv_profile *profile,
                                       const struct emv_card *card, const struct emv_cryptogram_request *request);

/* Is tag 9F26 this card's, for this data? `*valid` is false unless OK. */
must_use status emv_profile_verify(bool *valid, const struct emv_profile *profile, const struct emv_card *card,
                                   const struct emv_cryptogram_request *request,
                                   const uint8_t cryptogram[EMV_CRYPTOGRAM_LEN]);

struct emv_arpc_request {
    struct emv_session_input transaction;
    uint8_t arc[EMV_ARC_LEN];      // of method 1
    uint8_t csu[EMV_CSU_LEN];      // of method 2, as is:
    struct bytes_view proprietary; // up to 8 bytes
};
struct emv_arpc {
    uint8_t cryptogram[EMV_CRYPTOGRAM_LEN];
    size_t cryptogram_len;              // 8 or 4
    uint8_t tag_91[EMV_TAG_91_LEN_MAX]; // issuer authentication data: the cryptogram and what it was made over
    size_t tag_91_len;
};
must_use status emv_profile_arpc(struct emv_arpc *out, const struct emv_profile *profile, const struct emv_card *card,
                                 const struct emv_arpc_request *request);

/* The MAC of any command, all eight bytes: its header, Lc included, and its data as sent. */
must_use status emv_profile_script_mac(uint8_t out[EMV_SCRIPT_MAC_LEN], const struct emv_profile *profile,
                                       const struct emv_card *card, const struct emv_session_input *transaction,
                                       const struct bytes_view command[2]);

struct emv_command_request {
    enum emv_command_kind kind;
    struct emv_session_input transaction;
    const struct secret *pin;     // the new one, of both kinds of PIN change; else NULL
    const struct secret *current; // of EMV_PIN_CHANGE_CURRENT; else NULL
    size_t mac_len;               // 4 to 8
};
must_use status emv_profile_command(struct emv_command *out, const struct emv_profile *profile,
                                    const struct emv_card *card, const struct emv_command_request *request);

#endif
