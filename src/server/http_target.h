/*
 * The target of a request line (RFC 9112, 3.2), taken apart: only the origin form "/path?query" is taken. The path is
 * decoded, and refused where its meaning could be read in two ways: encoded slashes and NULs, control characters, text
 * that is not UTF-8, "." and ".." as a part. The query becomes decoded pairs, as of an HTML form ('+' is a space).
 */
#ifndef SERVER_HTTP_TARGET_H
#define SERVER_HTTP_TARGET_H

#include "api/exchange.h"
#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

struct http_target {
    text path;
    const struct pair *query; // a pair without '=' has an empty value
    int query_count;
    const char *detail; // why it was refused, for the caller
};

/* Into the arena. BAD_REQUEST, URI_TOO_LONG, OUT_OF_MEMORY. */
must_use status http_target_parse(struct arena *arena, struct http_target *out, text target);

#endif
