#include "api/otp_challenges.h"

#include "base/limits.h"
#include "domain/otp.h"

#define R(member) offsetof(struct otp_request, member)

static const struct field request_fields[] = {
    { "customer_id", FIELD_ID, R(customer_id), FIELD_REQUIRED, .id_prefix = "cus",
      .help = "Who gets the code, and then the card." },
    { "purpose", FIELD_ENUM, R(purpose), .names = otp_purpose_names,
      .help = "What the code allows; issue_card when left out." },
    { "series_id", FIELD_ID, R(series_id), FIELD_NULLABLE, .id_prefix = "series",
      .help = "The card's number will be generated from this series. Give this or number." },
    { "number", FIELD_TEXT, R(number), FIELD_NULLABLE | FIELD_SECRET, .min = NUMBER_LEN_MIN, .max = NUMBER_LEN_MAX,
      .form = FORM_CARD_NUMBER, .help = "The number that will be linked." },
    { "status_label", FIELD_TEXT, R(label), FIELD_NULLABLE, .min = 1, .max = LABEL_LEN_MAX, .form = FORM_LINE,
      .help = "The label the card will get; when given, the code allows no other." },
};

static const struct shape request_shape = SHAPE("OtpRequest", struct otp_request, request_fields);

#define O(member) offsetof(struct otp_challenge, member)
#define STATE_FIELDS                                                                                                   \
    { "id", FIELD_ID, O(id), .id_prefix = "otp", .help = "The challenge's id." },                                      \
        { "customer_id", FIELD_ID, O(customer_id), .id_prefix = "cus", .help = "Who got the code." },                  \
        { "purpose", FIELD_ENUM, O(purpose), .names = otp_purpose_names, .help = "What the code allows." },            \
        { "channels", FIELD_TEXT_LIST, O(channels), FIELD_OUTPUT, .help = "How it was sent: sms, email." },            \
        { "created_at", FIELD_TIME, O(created_ms), .help = "When it was sent." },                                      \
        { "expires_at", FIELD_TIME, O(expires_ms), .help = "Until when it is good." },                                 \
        { "attempts_left", FIELD_INTEGER, O(attempts_left), .help = "How many wrong codes it still stands." },         \
        { "used", FIELD_BOOLEAN, O(used), .help = "Was it used?" },                                                    \
    {                                                                                                                  \
        "resend_after", FIELD_TIME, O(resend_ms), .help = "From when on another code may be sent to the customer."     \
    }

static const struct field state_fields[] = { STATE_FIELDS };

static const struct field challenge_fields[] = {
    STATE_FIELDS,
    { "sent_to", FIELD_TEXT_LIST, O(sent_to), FIELD_OUTPUT,
      .help = "The addresses it was sent to, masked, in the order of the channels." },
};

static const struct shape state_shape = SHAPE("OtpChallengeState", struct otp_challenge, state_fields);
static const struct shape challenge_shape = SHAPE("OtpChallenge", struct otp_challenge, challenge_fields);

static status prepare(struct call *call)
{
    const struct otp_request *request = call->input;
    call->write.part = (uint64_t)request->customer_id; // everything of one customer goes through one lane
    return OK;
}

static status judge(struct call *call, const struct otp_request *request)
{
    bool by_number = text_present(request->number), by_series = request->series_id != 0;
    if (by_number == by_series) {
        call_fault(call, "number", by_number ? EXCLUSIVE_FIELDS : REQUIRED);
        call_fault(call, "series_id", by_number ? EXCLUSIVE_FIELDS : REQUIRED);
        return INVALID_INPUT;
    }
    return OK;
}

static status send(struct call *call)
{
    struct otp_challenge *challenge = CALL_NEW(call, struct otp_challenge);
    if (challenge == NULL) {
        return OUT_OF_MEMORY;
    }
    struct otp_request request = *(struct otp_request *)call->input;
    request.purpose = request.purpose < 0 ? OTP_ISSUE_CARD : request.purpose;
    TRY(judge(call, &request));
    status sent = otp_send(call->work, challenge, &request);
    if (sent == RATE_LIMITED) {
        call->retry_seconds = (challenge->resend_ms - call->work->now_ms + 999) / 1000;
    }
    return sent == OK ? reply_one(call, challenge) : sent;
}

static status read_one(struct call *call)
{
    struct otp_challenge *challenge = CALL_NEW(call, struct otp_challenge);
    if (challenge == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(otp_get(call->work, challenge, call->path_ids[0]));
    return reply_one(call, challenge);
}

static const struct operation rows[] = {
    { "POST", "/v1/otp-challenges", WRITE, MAY_ISSUE_CARDS, send, .prepare = prepare, .in = &request_shape,
      .out = &challenge_shape, .success = 201, .audit = "otp.sent",
      .outcomes = { CUSTOMER_NOT_FOUND, NO_CHANNEL, LABEL_NOT_FOUND, RATE_LIMITED, EXCLUSIVE_FIELDS }, .id = "otp_send",
      .tag = "Cards",
      .help = "Send a customer a one-time code that allows one issue: five tries, ten minutes, one use." },
    { "GET", "/v1/otp-challenges/{otp_id}", READ, MAY_ISSUE_CARDS, read_one, .out = &state_shape,
      .outcomes = { NOT_FOUND }, .id = "otp_get", .tag = "Cards",
      .help = "How a code stands: tries left, expiry, used or not." },
};

const struct operation_table otp_operations = OPERATION_TABLE(rows);
