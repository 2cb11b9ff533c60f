/*
 * Data of magnetic stripes, tracks 1 and 2 (ISO/IEC 7813:2006), between the sentinels: made from a template, read, and
 * brought to and from the form that chips and messages carry (EMV tag 57, field 35).
 *
 * Track 1: 'B', PAN, '^', name, '^', expiry, service code, discretionary data; 76 characters of 0x20 to 0x5F but % ^ ?.
 * Track 2: PAN, '=', expiry, service code, discretionary data; 37 digits. Where a card has no expiry or service code, a
 * separator stands for it. The caller wipes what it gets.
 */
#ifndef CRYPTO_TRACK_H
#define CRYPTO_TRACK_H

#include "base/status.h"
#include "base/text.h"
#include "crypto/mac.h"

enum track { TRACK_1, TRACK_2 };
enum { TRACK_1_LEN_MAX = 76, TRACK_2_LEN_MAX = 37, TRACK_LEN_MAX = TRACK_1_LEN_MAX };
enum { TRACK_NAME_LEN_MIN = 2, TRACK_NAME_LEN_MAX = 26, TRACK_EQUIVALENT_LEN_MAX = 19 };
enum { TRACK_ENCODED_LEN_MAX = ((TRACK_1_LEN_MAX + 3) * 7 + 7) / 8 };

/* What goes into a template: text around "{pan}", "{name}" (track 1), "{yymm}", "{svc}", "{pvki}", "{pvv}" and "{cvv}",
   each where it belongs, such as "{pan}={yymm}{svc}{pvki}{pvv}{cvv}00000". The verification value of a stripe and that of
   a chip differ: a card has one line for each. */
struct track_fields {
    text pan;          // 8 to 19 digits
    text name;         // 2 to 26 characters: SURNAME/FIRST MIDDLE.TITLE
    text expiry;       // YYMM; empty, not absent: the card has none
    text service_code; // 3 digits; empty: none
    text key_index;    // PVKI, a digit
    text pvv;          // 4 digits
    text cvv;          // 1 to 5 digits
};

/* INVALID_INPUT: a template that names anything else or a field that is absent or of another form, or a line that comes
   out longer than the track or is not of the form above. `*len` characters, without sentinels, are written. */
must_use status track_print(char out[TRACK_LEN_MAX], size_t *len, enum track track, text template,
                            const struct track_fields *fields);

/* A line taken apart; the parts point into it. */
struct track_data {
    text pan, name;            // the name is absent in track 2
    text expiry, service_code; // empty: none
    text discretionary;
};

/* False unless `line` has the form above. Track 2 also takes 'D' for '='. */
must_use bool track_parse(struct track_data *out, enum track track, text line);

/* The character of the longitudinal redundancy check over start sentinel, line and end sentinel, for a line that
   parses: with it, each bit is set in an even number of characters. Its parity bit is its own, and odd as any other's. */
char track_lrc(enum track track, text line);

/* As the stripe carries it (ISO/IEC 7811-6): start sentinel, line, end sentinel and the check, each character as the
   bits of its value, lowest first (six in track 1, four in track 2), then a bit that makes the ones odd. The first bit is
   the first byte's highest; the last byte is filled with zeros, as the stripe goes on after it. `*count` is in bits. False
   unless the line parses. */
must_use bool track_encode(uint8_t out[TRACK_ENCODED_LEN_MAX], size_t *count, enum track track, text line);

/* Track-2 equivalent data: two digits a byte, D for the separator, F to a whole byte. False unless it parses. */
must_use bool track_2_pack(uint8_t out[TRACK_EQUIVALENT_LEN_MAX], size_t *len, text line);
must_use bool track_2_unpack(char out[TRACK_2_LEN_MAX], size_t *len, struct bytes_view packed); // with '='

#endif
