#include "api/card_numbers.h"

#include "api/cards.h"
#include "base/limits.h"
#include "domain/card_availability.h"
#include "domain/card_change.h"

struct check_input {
    text number;
};

static const struct field check_fields[] = {
    { "number", FIELD_TEXT, offsetof(struct check_input, number), FIELD_REQUIRED | FIELD_SECRET, .min = NUMBER_LEN_MIN,
      .max = NUMBER_LEN_MAX, .form = FORM_CARD_NUMBER, .help = "The whole number." },
};

static const struct shape check_shape = SHAPE("NumberCheck", struct check_input, check_fields);

struct check_reply {
    bool available;
    int reason;
    text message;
    int64_t series_id, card_id, batch_id, resting_until_ms;
};

#define R(member) offsetof(struct check_reply, member)

static const char *const reason_names[] = {
    "available", "taken",           "not_generated", "resting", "wrong_check_digit",
    "no_series", "series_inactive", "batch_voided",  NULL,
};

static const status reasons[] = {
    OK,
    NUMBER_TAKEN,
    NUMBER_NOT_GENERATED,
    NUMBER_RESTING,
    WRONG_CHECK_DIGIT,
    NO_SERIES_FOR_NUMBER,
    SERIES_INACTIVE,
    BATCH_VOIDED,
};

static const struct field check_reply_fields[] = {
    { "available", FIELD_BOOLEAN, R(available), .help = "May it be linked to a customer now?" },
    { "reason", FIELD_ENUM, R(reason), .names = reason_names, .help = "Why, or why not." },
    { "message", FIELD_TEXT, R(message), .help = "The same in plain words." },
    { "series_id", FIELD_ID, R(series_id), FIELD_NULLABLE, .id_prefix = "series", .help = "The series it lies in." },
    { "batch_id", FIELD_ID, R(batch_id), FIELD_NULLABLE, .id_prefix = "batch", .help = "The batch it was drawn in." },
    { "card_id", FIELD_ID, R(card_id), FIELD_NULLABLE, .id_prefix = "card", .help = "The card that has it." },
    { "resting_until", FIELD_TIME, R(resting_until_ms), FIELD_NULLABLE,
      .help = "When a resting number is free again." },
};

static const struct shape check_reply_shape = SHAPE("NumberAvailability", struct check_reply, check_reply_fields);

static status check(struct call *call)
{
    const struct check_input *input = call->input;
    struct check_reply *reply = CALL_NEW(call, struct check_reply);
    struct availability found;
    if (reply == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(card_availability(call->work, &found, input->number));
    *reply = (struct check_reply){
        .available = found.reason == OK,
        .message = found.reason == OK ? TEXT("This number can be linked.") : text_of(status_title(found.reason)),
        .series_id = found.series.id,
        .card_id = found.card.id,
        .batch_id = found.batch_id,
        .resting_until_ms = found.resting_until_ms,
    };
    while (reasons[reply->reason] != found.reason) {
        reply->reason++;
    }
    return reply_one(call, reply);
}

static const struct field register_fields[] = {
    { "number", FIELD_TEXT, offsetof(struct card_registration, number), FIELD_REQUIRED | FIELD_SECRET,
      .min = NUMBER_LEN_MIN, .max = NUMBER_LEN_MAX, .form = FORM_CARD_NUMBER,
      .help = "The whole number, made elsewhere." },
    { "series_id", FIELD_ID, offsetof(struct card_registration, series_id), FIELD_NULLABLE, .id_prefix = "series",
      .help = "The series it must lie in; found by the number when left out." },
    { "status_label", FIELD_TEXT, offsetof(struct card_registration, label), FIELD_NULLABLE, .min = 1,
      .max = LABEL_LEN_MAX, .form = FORM_LINE, .help = "A label of the status not_issued; its default when left out." },
    { "external_id", FIELD_TEXT, offsetof(struct card_registration, external_id), FIELD_NULLABLE, .min = 1,
      .max = EXTERNAL_ID_LEN_MAX, .form = FORM_LINE, .help = "The organisation's own reference, unique." },
};

static const struct shape register_shape = SHAPE("NumberRegistration", struct card_registration, register_fields);

static status register_number(struct call *call)
{
    struct card card;
    TRY(card_register(call->work, &card, call->input));
    return reply_card(call, &card, TEXT_ABSENT);
}

static const struct operation rows[] = {
    { "POST", "/v1/card-numbers/check", READ, MAY_READ_CARDS, check, .in = &check_shape, .out = &check_reply_shape,
      .id = "card_number_check", .tag = "Card numbers",
      .help = "May this number be linked to a customer? Answers with the reason." },
    { "POST", "/v1/card-numbers", WRITE, MAY_REGISTER_NUMBERS, register_number, .in = &register_shape,
      .out = &card_shape, .success = 201, .audit = "card_number.registered", .event = "card_number.registered",
      .outcomes = { NO_SERIES_FOR_NUMBER, WRONG_CHECK_DIGIT, SERIES_INACTIVE, NUMBER_ALREADY_REGISTERED,
                    NUMBER_ALREADY_GENERATED, LABEL_NOT_FOUND, LABEL_RETIRED, LABEL_NOT_FOR_STATUS, EXTERNAL_ID_TAKEN },
      .id = "card_number_register", .tag = "Card numbers",
      .help = "Register a number that was made elsewhere; it waits for a customer." },
};

const struct operation_table card_number_operations = OPERATION_TABLE(rows);
