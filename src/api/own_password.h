/*
 * One's own password, asked for again before a change to how one signs in: a session that was left open must not be
 * enough. A wrong one counts here as it does at the door.
 */
#ifndef API_OWN_PASSWORD_H
#define API_OWN_PASSWORD_H

#include "api/operation.h"
#include "domain/user.h"

struct own_password {
    struct user user; // whose it is
    bool verified;
};

/* For `prepare`, since it is slow. FORBIDDEN when the caller is no user; a wrong password is OK, for the guard to count. */
must_use status own_password_verify(struct call *call, struct own_password *out, text password);
/* For `guard`: INVALID_INPUT with a fault of the field when it was wrong. */
must_use status own_password_judge(struct call *call, const struct own_password *own, const char *field);

#endif
