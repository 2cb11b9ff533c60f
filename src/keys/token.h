/*
 * The master key in a PKCS#11 token (v2.40 or later): it is made there, never leaves it, and the token computes each
 * AES-CMAC (CKM_AES_CMAC). The token's library is loaded through p11-kit, which counts its users: several master keys
 * of one process may lie in one token, and other parts of the process may use it beside them.
 *
 * A PIN is tried once. A token that says that one more wrong PIN locks it is not tried at all, so that a service which
 * starts again and again with a wrong PIN cannot lock it. Tokens of networks lose sessions: a master key keeps its PIN,
 * in locked memory, opens a lost session again (once a call, and says so in the log), and takes the key it then finds
 * only if it is the same one. Whoever could read the PIN there can read the working keys beside it. A PIN that the
 * token refuses is forgotten at once. Who is signed in is the whole process, says PKCS#11: where it is, a PIN is not
 * looked at again. A master key is not for use in a child of fork().
 */
#ifndef KEYS_TOKEN_H
#define KEYS_TOKEN_H

#include "base/secret.h"
#include "base/status.h"
#include "keys/master_key.h"

enum { TOKEN_WHY_LEN = 200 };

/* Where a key lies. */
struct token_place {
    char module[512]; // the PKCS#11 library's path, or its name in the folder that p11-kit has for such libraries
    char token[33];   // the token's label
    char key[65];     // CKA_LABEL of the key
};

/*
 * In both, `pin` is the user's, and an empty one stands for a token with a PIN pad of its own. `why` is a sentence for
 * the operator with the CKR_ name of the token's answer, never with the PIN, and empty when there is nothing to say.
 * KEY_UNAVAILABLE: no such library, token or key, or more than one token or key of that label; no PIN was
 * tried; the token has no CKM_AES_CMAC. SIGN_IN_FAILED: the token refused the PIN, and may have counted it.
 */

/*
 * The key must be an AES-256 key that is private, sensitive and not extractable, and may sign but not encrypt, decrypt,
 * wrap, unwrap or derive; else FORBIDDEN. One that was brought into the token (by a ceremony, from components) is taken
 * on status OK, and `why` says that copies of it may exist elsewhere.
 */
must_use status token_open(struct master_key **out, const struct token_place *place, const struct secret *pin,
                           char why[TOKEN_WHY_LEN]);
/*
 * Makes such a key in the token, for CKM_AES_CMAC alone and neither modifiable nor copyable where the token knows these
 * bounds. FILE_EXISTS: the token has a secret key of this label. FORBIDDEN: what the token made may do more, and was
 * destroyed again. SYSTEM_FAULT: it made none.
 */
must_use status token_generate(const struct token_place *place, const struct secret *pin, char why[TOKEN_WHY_LEN]);

#endif
