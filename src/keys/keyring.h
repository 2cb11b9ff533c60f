/*
 * The keyring: the only room in which working keys are in clear. It is filled at start with key blocks (the database
 * keeps them; this folder knows no database) that are opened under the master key, and after that answers questions
 * about them: permute, seal, open, authenticate, sign. No function gives a key out; keys/ files that compute with payment
 * keys use keyring_inside.h.
 *
 * A block opens only in its own place: id, organisation, use, name, version and test mark are part of what its key is
 * derived from (keys/master_key.h). Usage, algorithm and mode stand in the block (X9.143) and are compared. What a key may
 * do follows from its header and from its state at that moment. Any thread may call; contexts are kept and lent.
 */
#ifndef KEYS_KEYRING_H
#define KEYS_KEYRING_H

#include <stdint.h>

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/key_block_use.h"
#include "crypto/mac.h"
#include "crypto/permutation.h"
#include "keys/key_record.h"
#include "keys/master_key.h"

enum { SIGNATURE_LEN = 64, PUBLIC_KEY_LEN = 32 };

struct keyring;

/* Takes over the master key, whatever the status. `allow_test`: test keys may be loaded. */
must_use status keyring_new(struct keyring **out, struct master_key *master, bool allow_test,
                            const struct runtime *runtime);
void keyring_free(struct keyring *keyring); // wipes all; NULL is fine
must_use status keyring_master_check_value(struct keyring *keyring, uint8_t out[MASTER_KEY_CHECK_LEN]);

/* Making. The block gets at most KEY_BLOCK_LEN_MAX characters; nothing is loaded. `record` has id, organisation, use, name,
   version and test mark; the header and check value are set for a house key, and for a payment key the check value. */

/* From `len` random bytes (0: a house key's own length); triple DES keys get odd parity. */
must_use status keyring_generate(struct keyring *keyring, struct key_record *record, size_t len, char *block,
                                 size_t *block_len);
/* A key that came from elsewhere. KEY_IS_TEST: it is a published test key or so marked, and this is no test installation.
   KEY_WEAK; INVALID_INPUT: its length does not suit its algorithm. A published key is marked as a test key. */
must_use status keyring_wrap(struct keyring *keyring, struct key_record *record, const struct secret *key, char *block,
                             size_t *block_len);
/* The same block under another master key. */
must_use status keyring_rewrap(struct keyring *keyring, struct master_key *next, const struct key_record *record,
                               text block, char *out, size_t *out_len);
/* A block as version 0.1 before key records wrote it, directly under a master key in memory, in today's form. */
must_use status keyring_adopt(struct keyring *keyring, struct key_record *record, text block, char *out,
                              size_t *out_len);

/* Exchange under a transport key: a loaded payment key of usage K1 (the block is of version B under triple DES, D under AES).
   KEY_NOT_EXPORTABLE, KEY_CARRIER_WEAK (a key is not wrapped under a weaker one), KEY_RETIRED, KEY_UNAVAILABLE. */
must_use status keyring_export(struct keyring *keyring, int64_t key_id, int64_t transport_key_id,
                               char out[KEY_BLOCK_ANY_LEN_MAX], size_t *out_len);
/* Opens somebody's block: header and test mark of `record` are set, the key is a new secret. KEY_BLOCK_INVALID. */
must_use status keyring_import(struct keyring *keyring, int64_t transport_key_id, text block, struct key_record *record,
                               struct secret *key);

/* Loading. DATA_DAMAGED: the block does not open here, or is of another header or check value. KEY_IS_TEST. Loading an id again
   takes over its times, and does not look at the block. OVERLOADED: KEYRING_KEY_COUNT_MAX are loaded. A
   destroyed key is wiped; one that never was loaded is passed over. */
must_use status keyring_load(struct keyring *keyring, const struct key_record *record, text block);
bool keyring_has(struct keyring *keyring, int64_t key_id);
must_use status keyring_len(struct keyring *keyring, int64_t key_id, size_t *len); // bytes of a payment key

/* Which state of the database the ring was last brought up to, for its owner. With a lease of more than 0 ms keys only
   decrypt and verify once that is longer ago: another process may have changed the set of keys. */
int64_t keyring_revision(struct keyring *keyring); // 0: none
/* `begun_ms`: of keyring_look_begins(), from before the database was asked. An answer that came late is as old as that. */
int64_t keyring_look_begins(struct keyring *keyring);
void keyring_note_revision(struct keyring *keyring, int64_t revision, int64_t begun_ms);
void keyring_set_lease(struct keyring *keyring, int64_t lease_ms);

/* Finding. 0 when there is none; only keys that are active now count, of the newest version. */
int64_t keyring_current(struct keyring *keyring, enum key_use use, int *version); // of a house use but numbering
int64_t keyring_named(struct keyring *keyring, int64_t organization_id, text name);
/* All keys of a house use that are not destroyed, newest first: what data may still be protected with, or soon will be. */
int keyring_all_of(struct keyring *keyring, enum key_use use, int64_t ids[KEY_VERSION_MAX]);

/* Using. KEY_UNAVAILABLE when the id is not loaded, is of another use, or is destroyed; KEY_RETIRED when its state does not
   permit what is asked; a house key protects for KEY_GRACE_MS more, since its user has just been told that it is current. */

/* A permutation lent to the caller until it is given back; see crypto/permutation.h. OVERLOADED: KEYRING_LENT_COUNT_MAX
   are lent. */
must_use status keyring_permutation_take(struct keyring *keyring, struct permutation **out, int64_t key_id,
                                         uint64_t size, uint64_t tweak);
void keyring_permutation_give(struct keyring *keyring, struct permutation *permutation);

must_use status keyring_seal(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *plain, size_t len,
                             const void *associated, size_t associated_len); // out: len + AEAD_OVERHEAD_LEN
must_use status keyring_open(struct keyring *keyring, int64_t key_id, uint8_t *out, const void *sealed, size_t len,
                             const void *associated, size_t associated_len); // out: len - AEAD_OVERHEAD_LEN
/* An HMAC, to be kept (KEY_TO_GENERATE) or to be compared with one that is kept (KEY_TO_VERIFY). */
must_use status keyring_authenticate(struct keyring *keyring, int64_t key_id, enum key_operation operation,
                                     uint8_t out[SHA256_LEN], const struct bytes_view *pieces, size_t count);
must_use status keyring_sign(struct keyring *keyring, int64_t key_id, uint8_t signature[SIGNATURE_LEN],
                             const void *message, size_t len);
must_use status keyring_public_key(struct keyring *keyring, int64_t key_id, uint8_t out[PUBLIC_KEY_LEN]);
must_use status signature_verify(const uint8_t public_key[PUBLIC_KEY_LEN], const uint8_t signature[SIGNATURE_LEN],
                                 const void *message, size_t len); // DATA_DAMAGED when it does not verify

#endif
