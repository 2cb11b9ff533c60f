/*
 * Messages that wait to be sent, by email or SMS. A message is written in the transaction of what it tells about, sealed
 * (AES-256-GCM bound to its organisation and row), and erased when it was handed over, given up or came too late.
 *
 * outbox_due lends messages to one sender: it moves their time past OUTBOX_LEASE_MS in the same write, so that two
 * processes do not send the same one at once. A sender that dies between handing over and outbox_settle leaves a message
 * that is sent again: at least once, not exactly once.
 *
 * outbox_due, outbox_settle and outbox_expire serve the program itself and look at all organisations.
 */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include "domain/rekeying.h"
#include "store/work.h"

enum outbox_channel { OUTBOX_SMS, OUTBOX_EMAIL, OUTBOX_CHANNEL_COUNT };
enum outbox_state { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_EXPIRED, OUTBOX_FAILED };
extern const char *const outbox_channel_names[]; // "sms", "email"; ends with NULL
extern const char *const outbox_state_names[];   // ends with NULL

struct message {
    int64_t id;
    int channel;            // enum outbox_channel
    text to, subject, body; // subject: email only. Absent once erased
    text subject_type;      // what it is about: "otp"
    int64_t subject_id;
    int64_t expires_ms; // not handed over after this
    int state;          // enum outbox_state
    int tries;
    int64_t created_ms;
};

/* The message's channel, texts, subject and expiry are read; the row gets an id of its own. */
must_use status outbox_put(struct work *work, const struct message *message);

/* For the delivery of one channel: its messages that are due, opened, at most OUTBOX_BATCH_COUNT. */
must_use status outbox_due(struct work *work, struct message **out, int *count, enum outbox_channel channel);

/* What became of one. Handed over and refused for good: erased. Not now: it comes again after a growing pause, or is
   given up after OUTBOX_TRIES_MAX (erased). `error` is a short word without contact data. */
enum outbox_outcome { OUTBOX_HANDED_OVER, OUTBOX_NOT_NOW, OUTBOX_REFUSED };
must_use status outbox_settle(struct work *work, int64_t id, enum outbox_outcome outcome, text error);

must_use status outbox_expire(struct work *work, int64_t *count); // erases what came too late, a page at a time

/* For the demo's page: the newest messages of the work's organisation, or of all when it has none; opened where not erased. */
must_use status outbox_recent(struct work *work, struct message **out, int *count, int64_t limit);

extern const struct rekeying_rule outbox_sealing; // for rotations of KEY_MESSAGE_SEAL

#endif
