/*
 * Key check values: a few bytes by which two people, or two systems, see that they hold the same key. Always kept with
 * the name of the method, since the methods differ for one key.
 */
#ifndef CRYPTO_KCV_H
#define CRYPTO_KCV_H

#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"

enum kcv_method {
    KCV_TDES_ECB, // a block of zeros enciphered: ANSI X9.24-1:2017, annex A, "legacy"; 3 bytes
    KCV_AES_CMAC, // CMAC of a block of zeros: the same annex; 5 bytes
    KCV_AES_ECB,  // a block of zeros enciphered: what older devices print for AES; 3 bytes
    KCV_METHOD_COUNT
};

enum { KCV_LEN_MAX = 8 }; // what some devices print; more would be cipher text to work with

size_t kcv_len(enum kcv_method method);                             // of the usual value
const char *kcv_method_name(enum kcv_method method);                // "tdes_ecb", "aes_cmac", "aes_ecb"
must_use bool kcv_method_parse(enum kcv_method *out, text printed); // such a name

/* The value's first KCV_LEN_MAX bytes, of which kcv_len() are shown. INVALID_INPUT: a key that is not 8, 16 or 24 bytes
   (triple DES) or 16, 24 or 32 (AES). */
must_use status kcv_compute(uint8_t out[KCV_LEN_MAX], enum kcv_method method, const struct secret *key);

#endif
