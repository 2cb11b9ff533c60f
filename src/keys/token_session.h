/*
 * A session with a PKCS#11 token in which its user is signed in. For keys/token.c; one thread at a time.
 */
#ifndef KEYS_TOKEN_SESSION_H
#define KEYS_TOKEN_SESSION_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#include "base/secret.h"
#include "base/status.h"
#include "keys/token.h"

/* Zero is a closed one. */
struct token_session {
    CK_FUNCTION_LIST *module; // loaded and initialised; NULL when closed
    CK_SESSION_HANDLE handle;
    bool is_pin_refused; // of the last opening: the token does not take this PIN
};

enum token_access { TOKEN_READS, TOKEN_WRITES };

/* Opens one with the one token of the place's label that has CKM_AES_CMAC; statuses as in keys/token.h. The session is
   closed when it fails. */
must_use status token_session_open(struct token_session *session, const struct token_place *place,
                                   const struct secret *pin, enum token_access access, char why[TOKEN_WHY_LEN]);
/* Does not sign the user out: that would take other sessions of this process along. The last one to go does it. */
void token_session_close(struct token_session *session); // a closed one is fine

#endif
