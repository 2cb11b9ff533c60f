/*
 * An email as text (RFC 5322, MIME of RFC 2045 and 2047): one plain text in UTF-8, quoted-printable, subject encoded where
 * it is not short plain ASCII. Whatever the texts hold, they cannot add a header: addresses are refused unless they are
 * plain, everything else is encoded.
 */
#ifndef SERVER_MAIL_MESSAGE_H
#define SERVER_MAIL_MESSAGE_H

#include "base/buffer.h"
#include "base/status.h"

struct mail_message {
    text from, to; // addresses alone
    text subject, body;
    int64_t id; // the same for each try, so that a mail system can see a repeat
    int64_t now_ms;
};

/* An address that may stand in a header and an SMTP command: something on both sides of one '@', no blank, no control, no
   bracket, quote, comma, colon or semicolon. */
bool mail_address_is_plain(text address);

must_use status mail_message_write(struct buffer *out,
                                   const struct mail_message *message); // INVALID_TEXT, OUT_OF_MEMORY

#endif
