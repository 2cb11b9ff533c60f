/*
 * MACs of messages between systems (ISO 8583 fields 64 and 128) under keys of the keyring.
 *
 * Keys (X9.143-2021, table 2): M3 for the retail MAC (ISO/IEC 9797-1:2011, MAC algorithm 3), triple DES of 16 bytes; M6
 * for CMAC (MAC algorithm 5, NIST SP 800-38B), triple DES or AES. A waiting or retired key verifies and makes none.
 *
 * KEY_UNAVAILABLE: not loaded, or destroyed; KEY_RETIRED: its state does not permit that; KEY_WRONG_USE: it is of another
 * usage, algorithm, mode or length; INVALID_INPUT: a length that the method does not have, or a message of parts of blocks
 * without padding. Any thread.
 */
#ifndef KEYS_MESSAGE_MAC_H
#define KEYS_MESSAGE_MAC_H

#include "crypto/tdes.h"
#include "keys/keyring.h"

enum message_mac_method { MESSAGE_MAC_RETAIL, MESSAGE_MAC_CMAC_TDES, MESSAGE_MAC_CMAC_AES, MESSAGE_MAC_METHOD_COUNT };

enum { MESSAGE_MAC_LEN_MIN = 4, MESSAGE_MAC_LEN_MAX = 16 };

struct message_mac_input {
    int64_t key_id;
    enum message_mac_method method;
    enum mac_padding padding; // of the retail MAC; a CMAC has its own
    size_t len;               // of the MAC, its first bytes: 4 to 8, or of AES to 16
    struct bytes_view message;
};

must_use status message_mac_generate(struct keyring *keyring, uint8_t out[MESSAGE_MAC_LEN_MAX],
                                     const struct message_mac_input *input);

/* In constant time. A `mac` of another length is not right; `*right` is false unless OK. */
must_use status message_mac_verify(struct keyring *keyring, bool *right, const struct message_mac_input *input,
                                   struct bytes_view mac);

#endif
