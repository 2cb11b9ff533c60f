/*
 * Outbound delivery: hands the messages of the outbox over to a mail server and an SMS gateway. One thread for each
 * channel that is configured, so that a slow gateway does not hold up mail; a channel that is not leaves its messages
 * waiting until they expire.
 *
 * A message is taken, sent and settled in that order: a crash between the last two sends it again (domain/outbox.h). What
 * is logged is the message's id and a short word, never an address, a code or a text. No proxy of the environment is used.
 */
#ifndef SERVER_DELIVERY_H
#define SERVER_DELIVERY_H

#include "base/runtime.h"
#include "base/secret.h"
#include "base/status.h"
#include "store/executor.h"

/* Strings and secrets belong to the caller and live until delivery_stop. NULL and "" are the same. */
struct delivery_options {
    struct executor *executor;
    const struct runtime *runtime;
    const char *smtp_url;               // smtp://host:port or smtps://host:port; empty: no email
    const char *mail_from;              // an address
    const char *mail_user;              // empty: no sign-in
    const struct secret *mail_password; // NULL: empty
    const char *ca_file;                // of the mail server; empty: the system's
    bool require_tls;                   // smtp:// must go over to TLS before anything else is said
    const char *sms_url;                // takes a POST of To, From and Body; empty: no SMS
    const char *sms_account;            // HTTP basic authentication; empty: none
    const struct secret *sms_token;     // NULL: empty
    const char *sms_from;
};

struct delivery;

/* INVALID_INPUT, and a log line, when what is configured cannot work. */
must_use status delivery_start(struct delivery **out, const struct delivery_options *options);
/* Gives what is under way DELIVERY_STOP_MS to end. Before executor_stop. NULL is fine. */
void delivery_stop(struct delivery *delivery);

#endif
