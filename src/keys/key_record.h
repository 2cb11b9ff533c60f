/*
 * What a key is, apart from itself: all that may be shown, kept in a table and written in an audit record.
 */
#ifndef KEYS_KEY_RECORD_H
#define KEYS_KEY_RECORD_H

#include <stdint.h>

#include "base/text.h"
#include "crypto/kcv.h"
#include "crypto/key_block_use.h"

/* House keys guard Cardwright's own data, and there is one of each use (numbering: of each series). A payment key is made
   or brought by people, has a name, and does what its header says. */
enum key_use {
    KEY_NUMBERING,     // a series' permutation; as precious as its numbers
    KEY_NUMBER_SEAL,   // registered numbers at rest
    KEY_NUMBER_LOOKUP, // finds a registered number
    KEY_NUMBER_CHECK,  // the 32-bit check of a card's number
    KEY_REQUEST,       // fingerprints of requests, OTP codes, cursors
    KEY_MESSAGE_SEAL,  // messages and files that wait, secrets of authenticator apps
    KEY_SIGN,          // Ed25519, heads of chains
    KEY_PAYMENT,
    KEY_USE_COUNT
};

extern const char *const key_use_names[]; // by enum key_use, ends with NULL: "numbering", "number_seal" ...; as stored
bool key_use_parse(enum key_use *use, text name);
bool key_use_is_house(enum key_use use);

/* A key is active from activated_ms on, retired (it only decrypts and verifies) from retired_ms on, and gone from
   destroyed_ms on. 0: not yet. Times, and not a word, so that all processes of an installation change at one instant. */
struct key_times {
    int64_t activated_ms, retired_ms, destroyed_ms;
};
enum key_state { KEY_STATE_WAITING, KEY_STATE_ACTIVE, KEY_STATE_RETIRED, KEY_STATE_DESTROYED, KEY_STATE_COUNT };
extern const char *const key_state_names[]; // "waiting", "active", "retired", "destroyed", NULL
enum key_state key_state_at(const struct key_times *times, int64_t now_ms);
/* X9.143 operations by state: an active key does all that its header allows, a waiting or retired one decrypts and
   verifies, a destroyed one nothing. */
bool key_state_permits(enum key_state state, enum key_operation operation);

enum { KEY_NAME_LEN_MAX = 64, KEY_VERSION_MAX = 99, KEY_LEN_MAX = 32 };

struct key_record {
    int64_t id;
    int64_t organization_id; // 0: a house key
    enum key_use use;
    text name; // of a house key the name of its use
    int version;
    struct key_block_header header; // its version field is not used: `version` is
    bool test;                      // must not guard anything real
    enum kcv_method check_method;   // of a payment key
    uint8_t check_value[KCV_LEN_MAX];
    int check_value_len;
    struct key_times times;
};

/* A payment key's name: 1 to 64 small letters, digits, '-', '_' and '.', that is no house key's. */
bool key_name_is_valid(text name);

#endif
