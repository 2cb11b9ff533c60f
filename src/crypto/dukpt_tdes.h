/*
 * DUKPT with triple DES (ANSI X9.24-1:2009, annex A): a terminal has a new key for each transaction, and who holds the
 * base derivation key (BDK) finds it from the key serial number (KSN) that comes along.
 *
 * The KSN is ten bytes: whose key it is, then a counter of 21 bits. Shorter ones are filled with FF at their left
 * before they come here. Terminals leave out counters with more than ten bits set (A.3), so that no key is far from the
 * first; zero is the initial key's. INVALID_INPUT: a key that is not 16 bytes, a counter that no terminal sends. `out`
 * is released by the caller whatever the status. Any thread.
 */
#ifndef CRYPTO_DUKPT_TDES_H
#define CRYPTO_DUKPT_TDES_H

#include "base/secret.h"
#include "base/status.h"

enum {
    DUKPT_TDES_KEY_LEN = 16,
    DUKPT_TDES_KSN_LEN = 10,
    DUKPT_TDES_COUNTER_BITS = 21,
    DUKPT_TDES_COUNTER_ONES_MAX = 10,
};

uint32_t dukpt_tdes_counter(const uint8_t ksn[DUKPT_TDES_KSN_LEN]);
bool dukpt_tdes_ksn_valid(const uint8_t ksn[DUKPT_TDES_KSN_LEN]); // may a transaction carry it?

/* The next KSN that a transaction may carry. False after the last one, when the terminal needs another initial key; the
   KSN is then as it was. */
must_use bool dukpt_tdes_ksn_next(uint8_t ksn[DUKPT_TDES_KSN_LEN]);

/* A.6: the initial key of a terminal; the counter of the KSN does not matter. */
must_use status dukpt_tdes_initial_key(struct secret *out, const struct secret *bdk,
                                       const uint8_t ksn[DUKPT_TDES_KSN_LEN]);

/* A.2 and A.3: the key of the transaction, of which the working keys are made. */
must_use status dukpt_tdes_transaction_key(struct secret *out, const struct secret *initial_key,
                                           const uint8_t ksn[DUKPT_TDES_KSN_LEN]);

/* A.4.1, table A-1: what a working key is for, seen from the terminal. */
enum dukpt_tdes_usage {
    DUKPT_TDES_PIN,
    DUKPT_TDES_MAC_REQUEST, // or both ways
    DUKPT_TDES_MAC_RESPONSE,
    DUKPT_TDES_DATA_REQUEST, // or both ways
    DUKPT_TDES_DATA_RESPONSE,
};
must_use status dukpt_tdes_working_key(struct secret *out, const struct secret *transaction_key,
                                       enum dukpt_tdes_usage usage);

#endif
