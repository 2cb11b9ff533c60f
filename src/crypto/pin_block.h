/*
 * PIN blocks of ISO 9564-1:2017, 9.3 (formats 0 to 3, triple DES) and 9.4 (format 4, AES).
 *
 * A PIN is 4 to 12 digits. It is read from memory of the caller's that is secret, and written only into such memory; what
 * lies in between is wiped. Whatever is wrong with a block (its length, control digit, PIN length, digits, filler, key or
 * card number) is one error, PIN_BLOCK_INVALID, found by one path that takes the same time: an oracle about the inside of
 * a block gives PINs away.
 *
 * INVALID_INPUT: a PIN that is not 4 to 12 digits, or a PAN that is not 8 to 19 (format 4: 1 to 19). Formats 1 and 2 read
 * no PAN. Blocks are pin_block_len() bytes. One thread at a time a key.
 */
#ifndef CRYPTO_PIN_BLOCK_H
#define CRYPTO_PIN_BLOCK_H

#include "base/runtime.h"
#include "base/text.h"
#include "crypto/aes.h"
#include "crypto/tdes.h"

enum { PIN_LEN_MIN = 4, PIN_LEN_MAX = 12 };
enum { PIN_BLOCK_LEN = 8, PIN_BLOCK_LEN_MAX = 16, PIN_BLOCK_FILLER_LEN = 10 };

enum pin_block_format {
    PIN_BLOCK_ISO_0, // PIN and PAN, filled with F
    PIN_BLOCK_ISO_1, // PIN and random digits, no PAN
    PIN_BLOCK_ISO_2, // PIN filled with F, no PAN: to a chip only
    PIN_BLOCK_ISO_3, // PIN and PAN, filled with random digits A to F
    PIN_BLOCK_ISO_4, // PIN and random bytes, bound to the PAN: AES
    PIN_BLOCK_FORMAT_COUNT
};

size_t pin_block_len(enum pin_block_format format); // 8, or 16 for format 4

/* A format and the key of its blocks. */
struct pin_block_key {
    enum pin_block_format format;
    struct tdes *tdes; // formats 0 to 3
    struct aes *aes;   // format 4
};

struct pin_block_input {
    text pan, pin;
};

must_use status pin_block_encrypt(const struct runtime *runtime, uint8_t out[PIN_BLOCK_LEN_MAX],
                                  const struct pin_block_key *key, const struct pin_block_input *input);

/* `pin` is a secret of PIN_LEN_MAX bytes that the caller made: it gets the PIN's `*pin_len` digits, and zero bytes after
   them. All of it is zero unless OK. */
must_use status pin_block_decrypt(struct secret *pin, size_t *pin_len, const struct pin_block_key *key, text pan,
                                  struct bytes_view block);

/*
 * From one block to another of the same PAN, as ISO 9564-1:2017, table 2, allows: from a format with the PAN to one with
 * it; from format 1 to any; to format 2 for a chip only, and from format 2 to nothing else. PIN_TRANSLATION_REFUSED
 * otherwise, before the block is looked at.
 */
struct pin_block_translation {
    const struct pin_block_key *from, *to;
    text pan;
    bool to_chip; // the new block goes to an integrated circuit card
};

bool pin_block_may_translate(enum pin_block_format from, enum pin_block_format to, bool to_chip);
must_use status pin_block_translate(const struct runtime *runtime, uint8_t out[PIN_BLOCK_LEN_MAX],
                                    const struct pin_block_translation *translation, struct bytes_view block);

/*
 * The clear fields, for blocks that go into other messages and for test vectors. Of `filler` are used: by format 1 as many
 * of its values (0 to 15) as there are digits left; by format 3 the same, each 10 to 15; by format 4 the first 8 bytes.
 * The clear block of formats 0 and 3 is the PIN field with the PAN field added (XOR). The PAN field of formats 1 and 2 is
 * zero.
 */
must_use status pin_block_pin_field(uint8_t out[PIN_BLOCK_LEN_MAX], enum pin_block_format format, text pin,
                                    const uint8_t filler[PIN_BLOCK_FILLER_LEN]);
must_use status pin_block_pan_field(uint8_t out[PIN_BLOCK_LEN_MAX], enum pin_block_format format, text pan);
must_use status pin_block_read(struct secret *pin, size_t *pin_len, enum pin_block_format format,
                               const uint8_t *pin_field);

#endif
