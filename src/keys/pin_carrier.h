/*
 * PINs on their way: enciphered PIN blocks (ISO 9564-1:2017) under keys of the keyring, and their translation from one key
 * and format to another. A PIN in clear is inside keys/ alone, in locked memory, for the length of one call.
 *
 * Keys (X9.143-2021, table 2): P0 enciphers PINs, a zone key; B0 is the base derivation key of terminals with DUKPT
 * (X9.24-1:2009, X9.24-3:2017), from which the key of one block follows. Triple DES for formats 0 to 3, AES for format 4.
 * A waiting or retired key deciphers and enciphers nothing. Formats come with the key from whoever agreed on them, never
 * from a request: who may choose one learns digits of a PIN that is not his.
 *
 * KEY_UNAVAILABLE: not loaded, or destroyed; KEY_RETIRED: its state does not permit that; KEY_WRONG_USE: it is of another
 * usage, algorithm, mode or length. PIN_BLOCK_INVALID: whatever is wrong with a block; the same answer after the same
 * work. INVALID_INPUT: a PAN that does not fit the format, a KSN that no terminal sends, a kind of key that does not go
 * with the format. Any thread.
 */
#ifndef KEYS_PIN_CARRIER_H
#define KEYS_PIN_CARRIER_H

#include "crypto/dukpt_aes.h"
#include "crypto/pin_block.h"
#include "keys/keyring.h"

/* A block, and what it is under. */
struct pin_source {
    int64_t key_id; // P0; with a KSN: B0
    enum pin_block_format format;
    struct bytes_view ksn;    // empty; or 10 bytes: triple DES; or 12 bytes: AES
    enum dukpt_aes_kind kind; // with 12 bytes: of the terminal's PIN key
    struct bytes_view block;
};

struct pin_target {
    int64_t key_id; // P0
    enum pin_block_format format;
};

struct pin_block {
    uint8_t at[PIN_BLOCK_LEN_MAX];
    size_t len;
};

/* The same PIN of the same PAN in another block, where crypto/pin_block.h allows it; else PIN_TRANSLATION_REFUSED, before
   anything is deciphered. */
struct pin_translation {
    text pan;
    struct pin_source from;
    struct pin_target to;
    bool to_chip; // the new block goes to an integrated circuit card
};
must_use status pin_translate(struct keyring *keyring, struct pin_block *out,
                              const struct pin_translation *translation);

#endif
