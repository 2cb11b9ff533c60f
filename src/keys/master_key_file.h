/*
 * The file that says how the master key is sealed, and how to reach it. Four ways, written in the file itself:
 *   mode        the key stands in it; the file's permissions alone guard it (0600, refused when wider): for a demo, said
 *               aloud at start, or as a systemd credential ($CREDENTIALS_DIRECTORY), which systemd may keep encrypted
 *   passphrase  the key stands in it under XChaCha20-Poly1305 under argon2id of a passphrase (libsodium, moderate cost)
 *   components  the key is the XOR of as many full-length components (keys/component.h), held by as many people
 *   pkcs11      the key lies in a token (keys/token.h) and never leaves it
 * The file is text: a first line "cardwright master key 1", then named lines, so that a person can see what it is. The
 * last two forms hold nothing secret, and the key's check value, by which the right key is known.
 */
#ifndef KEYS_MASTER_KEY_FILE_H
#define KEYS_MASTER_KEY_FILE_H

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"
#include "keys/master_key.h"
#include "keys/token.h"

enum master_key_seal { MASTER_KEY_BY_MODE, MASTER_KEY_BY_PASSPHRASE, MASTER_KEY_BY_COMPONENTS, MASTER_KEY_BY_PKCS11 };

extern const char *const master_key_seal_names[]; // by enum master_key_seal, ends with NULL: the words in the file

/* What the file tells without any secret. */
struct master_key_place {
    enum master_key_seal seal;
    int part_count;                      // BY_COMPONENTS: COMPONENT_COUNT_MIN to COMPONENT_COUNT_MAX
    struct token_place token;            // BY_PKCS11
    uint8_t value[MASTER_KEY_CHECK_LEN]; // of the last two: the check value
};

/* Both that read: FORBIDDEN: the file can be read by others (a credential's mode may show systemd's ACL: 0440), or is no
   regular file. KEY_UNAVAILABLE: no such file. DATA_DAMAGED: it is none of the forms, or was changed. */

must_use status master_key_file_read(struct master_key_place *out, const char *path);
/*
 * `passphrase` is the token's PIN when a token holds the key; NULL or empty: none. KEY_UNAVAILABLE also: a passphrase is
 * needed; a token does not give access; components (join them, and see master_key_place_judge). DATA_DAMAGED also: a wrong
 * passphrase, or a token's key that is not the one the file was made for. `why` is the token's sentence, mostly empty.
 */
must_use status master_key_file_open(struct master_key **out, const char *path, const struct secret *passphrase,
                                     char why[TOKEN_WHY_LEN]);

/* Is this the key that a file by components or pkcs11 was made for? DATA_DAMAGED: it is another. */
must_use status master_key_place_judge(const struct master_key_place *place, struct master_key *master);

/*
 * Makes the file: 0600, fsynced, never over an existing one (FILE_EXISTS). `key` (32 bytes) is what mode and passphrase seal,
 * and is not looked at otherwise. STORAGE_FULL, STORAGE_FAULT, SYSTEM_FAULT: it could not be made. INVALID_INPUT: a name of
 * the token place is empty or holds a control character.
 */
must_use status master_key_file_create(const char *path, const struct master_key_place *place, const struct secret *key,
                                       const struct secret *passphrase, const struct runtime *runtime);

#endif
