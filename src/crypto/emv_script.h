/*
 * Issuer scripts: commands that a card carries out when their MAC is right (EMV 4.3 Book 2, 9.2 and 9.3, format 2; Book
 * 3, 6.5 and 10.10), and the PIN blocks some of them carry.
 *
 * Keys are of 16 bytes: the session keys of secure messaging for integrity (MAC) and for confidentiality, as the
 * profile says (emv_profile.h). A PIN is 4 to 12 digits, in a struct secret like all that is made of it until it is
 * enciphered; which digits it has is told by no branch. INVALID_INPUT: a key, PIN or length that does not fit. Any
 * thread.
 */
#ifndef CRYPTO_EMV_SCRIPT_H
#define CRYPTO_EMV_SCRIPT_H

#include "crypto/emv_key.h"
#include "crypto/mac.h"

enum {
    EMV_PIN_BLOCK_LEN = 8,
    EMV_COMMAND_HEADER_LEN = 5, // CLA INS P1 P2 Lc
    EMV_COMMAND_DATA_LEN_MAX = 240,
    EMV_COMMAND_LEN_MAX = EMV_COMMAND_HEADER_LEN + EMV_COMMAND_DATA_LEN_MAX + 8,
    EMV_SCRIPT_MAC_LEN_MIN = 4,
    EMV_SCRIPT_MAC_LEN = 8,
    EMV_SCRIPT_ID_LEN = 4,
    EMV_SCRIPT_LEN_MAX = 128, // of what one response brings (Book 3, 10.10)
    EMV_SCRIPT_COMMAND_COUNT_MAX = 8,
};

/* PIN blocks. ISO 9564-1, format 2; and Visa's (VIS), which takes four bytes of the card's own key of cryptograms and,
   if `current` is not NULL, the PIN it has now. `out` is released by the caller whatever the status. */
must_use status emv_pin_block_iso_2(struct secret *out, const struct secret *pin);
must_use status emv_pin_block_visa(struct secret *out, const struct secret *udk_ac, const struct secret *pin,
                                   const struct secret *current);

/* Enciphered command data (9.3): all with triple DES. */
enum emv_encipherment {
    EMV_ENCIPHER_VISA,       // ECB of length | data | 80 and zeros
    EMV_ENCIPHER_MASTERCARD, // CBC of the data, with 80 and zeros only when it is not whole blocks
    EMV_ENCIPHER_EMV,        // CBC of data | 80 and zeros
};
struct emv_command_data {
    uint8_t at[EMV_COMMAND_DATA_LEN_MAX];
    size_t len;
};
must_use status emv_script_encipher(struct emv_command_data *out, const struct secret *key, const struct secret *data,
                                    enum emv_encipherment encipherment);

/* 9.2.3: MAC algorithm 3 with padding method 2 over the pieces. A command carries all of it or its first 4 to 7. */
must_use status emv_script_mac(uint8_t out[EMV_SCRIPT_MAC_LEN], const struct secret *key,
                               const struct bytes_view *pieces, size_t count);

/* Book 3, 6.5. */
enum emv_command_kind {
    EMV_APPLICATION_BLOCK,   // 84 1E 00 00
    EMV_APPLICATION_UNBLOCK, // 84 18 00 00
    EMV_CARD_BLOCK,          // 84 16 00 00
    EMV_PIN_UNBLOCK,         // 84 24 00 00
    EMV_PIN_CHANGE,          // 84 24 00 02; data: the PIN block, enciphered
    EMV_PIN_CHANGE_CURRENT,  // 84 24 00 01; data: the PIN block that took the current PIN, enciphered
};
struct emv_command {
    uint8_t at[EMV_COMMAND_LEN_MAX];
    size_t len;
};
struct emv_command_input {
    enum emv_command_kind kind;
    struct bytes_view bound; // what the MAC covers between header and data without being sent; empty: nothing
    struct bytes_view data;  // of a PIN change, whole blocks; else empty
    size_t mac_len;          // 4 to 8
};
must_use status emv_command(struct emv_command *out, const struct secret *mac_key,
                            const struct emv_command_input *input);

/* The template of scripts in a response, 71 (carried out before the final cryptogram) or 72 (after it), with the
   script's identifier (tag 9F18) and each command (tag 86). INVALID_INPUT also past EMV_SCRIPT_LEN_MAX, without any
   command and with more than EMV_SCRIPT_COMMAND_COUNT_MAX of them. */
struct emv_script {
    uint8_t at[EMV_SCRIPT_LEN_MAX];
    size_t len;
};
struct emv_script_input {
    bool before_final;
    uint8_t id[EMV_SCRIPT_ID_LEN];
    const struct emv_command *commands;
    size_t count;
};
must_use status emv_script(struct emv_script *out, const struct emv_script_input *input);

#endif
