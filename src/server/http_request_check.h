/*
 * The header of one request, checked: what is not clean HTTP/1.1 is refused here, before anybody else reads it.
 *
 * libmicrohttpd 0.9 (Debian 12) forgives a great deal, and part of it cannot be seen in the headers it hands out:
 * folded lines, NULs, bare line feeds, blanks around names. So with that version the header it read is laid beside the
 * headers it reports: method, target, version and the headers have to tile it without a gap or an overlap. Whatever its
 * parser cut off, joined or skipped leaves one. Version 1 refuses these by itself (http.c asks it to be strict).
 */
#ifndef SERVER_HTTP_REQUEST_CHECK_H
#define SERVER_HTTP_REQUEST_CHECK_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

struct http_request_line {
    const char *method, *target, *version; // as libmicrohttpd hands them to the access handler, the target not decoded
    size_t target_len;                     // when it arrived
};

struct http_head {
    /* each at most once in a request; they point into the connection's memory */
    text host, content_length, transfer_encoding, expect, content_type, authorization, cookie, idempotency_key,
        csrf_token, range, origin, forwarded_proto;
    text accept, if_none_match; // lists, which may stand again: the first
    text forwarded_for;         // the last element, the one the nearest proxy wrote
    bool forwarded;             // came through some proxy, as far as the headers tell
    bool chunked;               // a body of unknown length comes
    uint64_t body_len;          // of the body that comes, unless chunked
    const char *detail;         // why it was refused, for the caller
};

/* BAD_REQUEST, HEADERS_TOO_LARGE, NOT_IMPLEMENTED (method, coding). */
must_use status http_request_check(struct http_head *out, struct MHD_Connection *connection,
                                   const struct http_request_line *line);

/* libmicrohttpd 0.9, whose parser needs the close look. */
bool http_parser_is_lenient(void);

#endif
