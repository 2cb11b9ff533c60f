/*
 * Tokens that let somebody in: 256 random bits as base64url, stored as SHA-256 only. A look-up by the digest needs no
 * comparison in constant time: who can steer the digest has broken SHA-256.
 */
#ifndef DOMAIN_TOKEN_H
#define DOMAIN_TOKEN_H

#include "base/base64.h"
#include "base/runtime.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/mac.h"

enum { TOKEN_LEN = BASE64URL_LEN(32) }; // 43 characters

void token_make(char out[TOKEN_LEN + 1], const struct runtime *runtime);
must_use status token_digest(uint8_t out[SHA256_LEN], text token);

#endif
