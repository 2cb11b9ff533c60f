/*
 * API keys: how programs come in. The token, "cw_" and 43 characters, is shown once; the database knows its SHA-256 and its
 * first eight characters, by which people tell keys apart.
 *
 * Always true: a key has no more permissions than who made it; a key that is revoked or expired lets nobody in.
 */
#ifndef DOMAIN_API_KEY_H
#define DOMAIN_API_KEY_H

#include "domain/role.h"
#include "domain/token.h"
#include "store/work.h"

enum { API_KEY_TOKEN_LEN = 3 + TOKEN_LEN, API_KEY_PREFIX_LEN = 8 };

struct api_key {
    int64_t id, organization_id;
    text name, prefix;
    int role;                                   // enum role
    int64_t created_ms, expires_ms, revoked_ms; // 0: never
    text token;                                 // only after api_key_create
};

/* Fills id, prefix, times and token (in the work's arena). ROLE_TOO_HIGH, OUT_OF_RANGE (expires in the past). */
must_use status api_key_create(struct work *work, struct api_key *key);
struct api_key_filter {
    int64_t limit, after;
};
must_use status api_key_list(struct work *work, struct api_key **out, int *count, const struct api_key_filter *filter);
must_use status api_key_revoke(struct work *work, int64_t id); // API_KEY_NOT_FOUND, also when it was revoked before

/* Whose token this is. UNAUTHENTICATED. Needs no organisation in the work. */
must_use status api_key_identify(struct work *work, struct api_key *out, text token);

#endif
