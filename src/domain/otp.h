/*
 * One-time codes: a code sent to a customer, tied to one purpose, one customer and one request.
 *
 * The code is kept as an HMAC under a key of the keyring; five tries, ten minutes, one use; a new code for the same
 * customer ends the ones before it. A wrong code counts even though the call is refused: otp_try runs in the guard of a
 * write (store/executor.h), otp_use in its effect.
 */
#ifndef DOMAIN_OTP_H
#define DOMAIN_OTP_H

#include "base/text_list.h"
#include "store/work.h"

enum otp_purpose { OTP_ISSUE_CARD };
enum otp_channel { OTP_SMS, OTP_EMAIL, OTP_BOTH };
extern const char *const otp_purpose_names[]; // "issue_card"
extern const char *const otp_channel_names[]; // "sms", "email", "both"

/* What the code allows: exactly this and nothing else. */
struct otp_request {
    int purpose; // enum otp_purpose
    int64_t customer_id;
    int64_t series_id; // generate and link; 0 when `number` is given
    text number;       // link; absent when series_id is given
    text label;        // absent: any label
};

struct otp_challenge {
    int64_t id;
    int64_t customer_id;
    int purpose; // enum otp_purpose
    int64_t created_ms, expires_ms;
    int64_t resend_ms; // from when on another may be sent to the customer
    int64_t attempts_left;
    bool used;
    int channel;               // enum otp_channel, as sent
    struct text_list channels; // "sms", "email"
    struct text_list sent_to;  // masked; only from otp_send
};

/*
 * Makes a code and puts its messages into the outbox, by each of the channels of the settings that the customer has an
 * address for. CUSTOMER_NOT_FOUND, NO_CHANNEL, LABEL_NOT_FOUND, RATE_LIMITED (30 s between two, ten an hour; resend_ms is
 * then set).
 */
must_use status otp_send(struct work *work, struct otp_challenge *out, const struct otp_request *request);
must_use status otp_get(struct work *work, struct otp_challenge *out, int64_t id); // NOT_FOUND

/* Counts the try durably and judges: OTP_NOT_FOUND, OTP_USED, OTP_EXPIRED, OTP_EXHAUSTED, OTP_OTHER_REQUEST, OTP_WRONG. The
   verdict is an outcome in *verdict; the result is a fault. A right code for the right request takes its try back. */
must_use status otp_try(struct work *work, status *verdict, int64_t challenge_id, text code,
                        const struct otp_request *request);
/* Consumes it with the effect: OTP_USED when somebody was faster. */
must_use status otp_use(struct work *work, int64_t challenge_id);

#endif
