/*
 * DUKPT with AES (ANSI X9.24-3:2017, 6): as dukpt_tdes.h, with longer keys, a longer counter and keys of many kinds.
 *
 * The KSN is twelve bytes: the initial key's identifier (8), then a counter of 32 bits. Terminals leave out counters
 * with more than sixteen bits set (6.1); zero is the initial key's. A key derives none stronger than itself.
 * INVALID_INPUT: a key that is not 16, 24 or 32 bytes, a counter that no terminal sends, a kind too strong. `out` is
 * released by the caller whatever the status. Any thread.
 */
#ifndef CRYPTO_DUKPT_AES_H
#define CRYPTO_DUKPT_AES_H

#include "base/secret.h"
#include "base/status.h"

enum { DUKPT_AES_KSN_LEN = 12, DUKPT_AES_ID_LEN = 8, DUKPT_AES_COUNTER_ONES_MAX = 16 };

uint32_t dukpt_aes_counter(const uint8_t ksn[DUKPT_AES_KSN_LEN]);
bool dukpt_aes_ksn_valid(const uint8_t ksn[DUKPT_AES_KSN_LEN]); // may a transaction carry it?

/* The next KSN that a transaction may carry. False after the last one; the KSN is then as it was. */
must_use bool dukpt_aes_ksn_next(uint8_t ksn[DUKPT_AES_KSN_LEN]);

/* 6.3.2, tables 2 and 3: what a working key is for, as it goes into the derivation. */
enum dukpt_aes_usage {
    DUKPT_AES_KEY_ENCRYPTION = 0x0002,
    DUKPT_AES_PIN = 0x1000,
    DUKPT_AES_MAC_GENERATION = 0x2000,
    DUKPT_AES_MAC_VERIFICATION = 0x2001,
    DUKPT_AES_MAC_BOTH = 0x2002,
    DUKPT_AES_DATA_ENCRYPTION = 0x3000,
    DUKPT_AES_DATA_DECRYPTION = 0x3001,
    DUKPT_AES_DATA_BOTH = 0x3002,
};

enum dukpt_aes_kind { // parity bits of the first two are as they come
    DUKPT_AES_KIND_TDES_2,
    DUKPT_AES_KIND_TDES_3,
    DUKPT_AES_KIND_AES_128,
    DUKPT_AES_KIND_AES_192,
    DUKPT_AES_KIND_AES_256,
    DUKPT_AES_KIND_HMAC_128,
    DUKPT_AES_KIND_HMAC_192,
    DUKPT_AES_KIND_HMAC_256,
};

/* The initial key of a terminal, of the BDK's length. */
must_use status dukpt_aes_initial_key(struct secret *out, const struct secret *bdk, const uint8_t id[DUKPT_AES_ID_LEN]);

/* The intermediate key of the transaction, of the initial key's length, of which the working keys are made. */
must_use status dukpt_aes_transaction_key(struct secret *out, const struct secret *initial_key,
                                          const uint8_t ksn[DUKPT_AES_KSN_LEN]);

struct dukpt_aes_working {
    enum dukpt_aes_usage usage;
    enum dukpt_aes_kind kind;
};
must_use status dukpt_aes_working_key(struct secret *out, const struct secret *transaction_key,
                                      const uint8_t ksn[DUKPT_AES_KSN_LEN], const struct dukpt_aes_working *working);

#endif
