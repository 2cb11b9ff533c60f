/*
 * Who asks: a bearer API key, a console session (cookie, and the CSRF token on everything but GET and HEAD), or the
 * command line on the server's local socket. Fills call->actor and call->session_id; keeps nothing in the process that
 * another process would miss. A user who has to change the password may do what anyone signed in may, and nothing else.
 */
#ifndef API_AUTHENTICATE_H
#define API_AUTHENTICATE_H

#include "api/operation.h"

/* UNAUTHENTICATED, CSRF_FAILED. `work` is a read; its actor is not set yet. */
must_use status authenticate(struct call *call, struct work *work);

/* The cookie that carries a session's token; absent when there is none. */
text session_cookie(const struct exchange *exchange);
/* What sets it, in the arena; an absent token takes it away. Never logged. */
text session_cookie_print(struct exchange *exchange, text token);

#endif
