#include "api/cards.h"

#include "base/limits.h"
#include "domain/card_change.h"
#include "domain/card_issue.h"

#define C(member) offsetof(struct card_reply, card.member)

static const struct field card_fields[] = {
    { "id", FIELD_ID, C(id), .id_prefix = "card", .help = "The card's id." },
    { "series_id", FIELD_ID, C(series_id), .id_prefix = "series", .help = "Its series." },
    { "series_code", FIELD_TEXT, C(series_code), .help = "Its series' code." },
    { "series_name", FIELD_TEXT, C(series_name), .help = "Its series' name." },
    { "batch_id", FIELD_ID, C(batch_id), FIELD_NULLABLE, .id_prefix = "batch",
      .help = "The batch its number was drawn in; null: drawn alone or registered." },
    { "customer_id", FIELD_ID, C(customer_id), FIELD_NULLABLE, .id_prefix = "cus",
      .help = "Whose it is; null: nobody's." },
    { "number", FIELD_TEXT, offsetof(struct card_reply, number), FIELD_NULLABLE | FIELD_SECRET,
      .help =
          "The number in clear: only in the first reply of an issue, and to a caller who may reveal; otherwise null." },
    { "number_masked", FIELD_TEXT, C(number_masked), .help = "Prefix and last digits." },
    { "last4", FIELD_TEXT, C(last4), .help = "The last characters of the number." },
    { "status", FIELD_ENUM, C(status), .names = card_status_names, .help = "The card's status." },
    { "status_label", FIELD_TEXT, C(label), .help = "The organisation's word for it." },
    { "next_statuses", FIELD_ENUM_SET, offsetof(struct card_reply, next_statuses), FIELD_OUTPUT,
      .names = card_status_names,
      .help = "Statuses that the caller may give it now; its own one is among them when its label may change." },
    { "may_unlink", FIELD_BOOLEAN, offsetof(struct card_reply, may_unlink), FIELD_OUTPUT,
      .help = "May the caller unlink it now?" },
    { "issued_at", FIELD_TIME, C(issued_ms), FIELD_NULLABLE, .help = "When it was issued." },
    { "expires_on", FIELD_DATE, C(expires_on), FIELD_NULLABLE,
      .help = "The last day it is good; null: never expires." },
    { "resting_until", FIELD_TIME, C(resting_until_ms), FIELD_NULLABLE,
      .help = "After unlinking: when the number may be linked again." },
    { "external_id", FIELD_TEXT, C(external_id), FIELD_NULLABLE, .help = "The organisation's own reference." },
    { "nickname", FIELD_TEXT, C(nickname), FIELD_NULLABLE, .help = "The caller's name for the card." },
    { "source_id", FIELD_ID, C(source_id), FIELD_NULLABLE, .id_prefix = "source",
      .help = "The source it is attributed to." },
    { "current", FIELD_BOOLEAN, C(current), .help = "False once its number went to a later card." },
    { "created_at", FIELD_TIME, C(created_ms), .help = "When the card was made." },
    { "version", FIELD_INTEGER, C(version), .help = "Rises with each change." },
};

const struct shape card_shape = SHAPE("Card", struct card_reply, card_fields);

struct issue_input {
    struct card_order order;
};

#define O(member) offsetof(struct card_order, member)

static const struct field issue_fields[] = {
    { "customer_id", FIELD_ID, O(customer_id), FIELD_REQUIRED, .id_prefix = "cus", .help = "Who gets the card." },
    { "number", FIELD_TEXT, O(number), FIELD_NULLABLE | FIELD_SECRET, .min = NUMBER_LEN_MIN, .max = NUMBER_LEN_MAX,
      .form = FORM_CARD_NUMBER, .help = "Link this number; check its availability first. Give this or series_id." },
    { "series_id", FIELD_ID, O(series_id), FIELD_NULLABLE, .id_prefix = "series",
      .help = "Generate the next number of this series and link it." },
    { "status_label", FIELD_TEXT, O(label), FIELD_NULLABLE, .min = 1, .max = LABEL_LEN_MAX, .form = FORM_LINE,
      .help = "A label of the status active or inactive; the default label of active when left out." },
    { "source_id", FIELD_ID, O(source_id), FIELD_NULLABLE, .id_prefix = "source",
      .help = "The source to attribute it to; the one of the settings when left out." },
    { "otp.challenge_id", FIELD_ID, O(otp_id), .id_prefix = "otp",
      .help = "The challenge whose code the customer read out." },
    { "otp.code", FIELD_TEXT, O(otp_code), FIELD_SECRET, .min = OTP_DIGITS, .max = OTP_DIGITS, .form = FORM_DIGITS,
      .help = "The code." },
    { "external_id", FIELD_TEXT, O(external_id), FIELD_NULLABLE, .min = 1, .max = EXTERNAL_ID_LEN_MAX,
      .form = FORM_LINE, .help = "The organisation's own reference, unique." },
    { "nickname", FIELD_TEXT, O(nickname), FIELD_NULLABLE, .max = NICKNAME_LEN_MAX,
      .help = "The caller's name for the card." },
};

static const struct shape issue_shape = SHAPE("CardOrder", struct issue_input, issue_fields);

struct change_input {
    struct card_change change;
};

#define H(member) offsetof(struct card_change, member)

static const struct field change_fields[] = {
    { "status", FIELD_ENUM, H(status), .names = card_status_names,
      .help = "The new status, along the allowed transitions." },
    { "status_label", FIELD_TEXT, H(label), .min = 1, .max = LABEL_LEN_MAX, .form = FORM_LINE,
      .help = "The new label; alone it also names the status." },
    { "reason", FIELD_ENUM, H(reason), .names = card_reason_names,
      .help = "Why; required when status or label change." },
    { "note", FIELD_TEXT, H(note), FIELD_NULLABLE, .max = REASON_LEN_MAX, .help = "More about why, for the history." },
    { "external_id", FIELD_TEXT, H(external_id), FIELD_NULLABLE, .min = 1, .max = EXTERNAL_ID_LEN_MAX,
      .form = FORM_LINE, .help = "Null removes it." },
    { "nickname", FIELD_TEXT, H(nickname), FIELD_NULLABLE, .max = NICKNAME_LEN_MAX, .help = "Null removes it." },
    { "version", FIELD_INTEGER, H(version), .min = 1, .max = INT64_MAX,
      .help = "The version that was read; another one refuses the change." },
};

static const struct shape change_shape = SHAPE("CardChange", struct change_input, change_fields);

struct unlink_input {
    int reason;
    text note;
};

static const struct field unlink_fields[] = {
    { "reason", FIELD_ENUM, offsetof(struct unlink_input, reason), FIELD_REQUIRED, .names = card_reason_names,
      .help = "Why." },
    { "note", FIELD_TEXT, offsetof(struct unlink_input, note), FIELD_NULLABLE, .max = REASON_LEN_MAX,
      .help = "More about why, for the history." },
};

static const struct shape unlink_shape = SHAPE("CardUnlink", struct unlink_input, unlink_fields);

struct reveal_input {
    text reason;
};

static const struct field reveal_in_fields[] = {
    { "reason", FIELD_TEXT, offsetof(struct reveal_input, reason), FIELD_REQUIRED, .min = 1, .max = REASON_LEN_MAX,
      .form = FORM_LINE, .help = "Why the number is needed; kept in the audit trail." },
};

static const struct shape reveal_in_shape = SHAPE("CardReveal", struct reveal_input, reveal_in_fields);

struct revealed {
    int64_t id;
    text number;
};

static const struct field revealed_fields[] = {
    { "id", FIELD_ID, offsetof(struct revealed, id), .id_prefix = "card", .help = "The card's id." },
    { "number", FIELD_TEXT, offsetof(struct revealed, number), FIELD_NULLABLE | FIELD_SECRET,
      .help = "The number in clear." },
};

static const struct shape revealed_shape = SHAPE("CardNumber", struct revealed, revealed_fields);

struct card_query {
    struct page page;
    int64_t customer_id, series_id, batch_id;
    int status;
    text external_id;
};

#define Q(member) offsetof(struct card_query, member)

static const struct field query_fields[] = {
    PAGE_FIELDS(struct card_query),
    { "customer_id", FIELD_ID, Q(customer_id), .id_prefix = "cus", .help = "Only cards of this customer." },
    { "series_id", FIELD_ID, Q(series_id), .id_prefix = "series", .help = "Only cards of this series." },
    { "batch_id", FIELD_ID, Q(batch_id), .id_prefix = "batch",
      .help = "Only cards whose number was drawn in this batch." },
    { "status", FIELD_ENUM, Q(status), .names = card_status_names, .help = "Only cards of this status." },
    { "external_id", FIELD_TEXT, Q(external_id), .max = EXTERNAL_ID_LEN_MAX,
      .help = "The card with this external id." },
};

static const struct shape query_shape = SHAPE("CardQuery", struct card_query, query_fields);

#define E(member) offsetof(struct card_event, member)

static const char *const actor_kind_names[] = { "system", "user", "api_key", "command_line", NULL };
static const char *const channel_names[] = {
    "console", "api", "dialect", "network", "scheduler", "command_line", NULL
};

static const struct field event_fields[] = {
    { "at", FIELD_TIME, E(at_ms), .help = "When." },
    { "action", FIELD_TEXT, E(action), .help = "What happened: link, activate, freeze, label, unlink ..." },
    { "actor_kind", FIELD_ENUM, E(actor_kind), .names = actor_kind_names, .help = "What kind of caller did it." },
    { "actor", FIELD_TEXT, E(actor_name), FIELD_NULLABLE, .help = "Who did it." },
    { "channel", FIELD_ENUM, E(channel), .names = channel_names, .help = "The way it came." },
    { "customer_id", FIELD_ID, E(customer_id), FIELD_NULLABLE, .id_prefix = "cus", .help = "Whose card it was then." },
    { "old_status", FIELD_ENUM, E(old_status), FIELD_NULLABLE, .names = card_status_names,
      .help = "Before; null for the first row." },
    { "new_status", FIELD_ENUM, E(new_status), .names = card_status_names, .help = "After." },
    { "old_label", FIELD_TEXT, E(old_label), FIELD_NULLABLE, .help = "The label before." },
    { "new_label", FIELD_TEXT, E(new_label), .help = "The label after." },
    { "reason", FIELD_ENUM, E(reason), .names = card_reason_names, .help = "Why." },
    { "note", FIELD_TEXT, E(note), FIELD_NULLABLE, .help = "More about why." },
};

static const struct shape event_shape = SHAPE("CardEvent", struct card_event, event_fields);

struct history_query {
    struct page page;
};

static const struct field history_query_fields[] = { PAGE_FIELDS(struct history_query) };

static const struct shape history_query_shape = SHAPE("CardHistoryQuery", struct history_query, history_query_fields);

static void show_card(const struct call *call, struct card_reply *reply, const struct card *card)
{
    reply->card = *card;
    reply->next_statuses = card_next_statuses(card, call->actor.permissions);
    reply->may_unlink = card_may_unlink(card, call->actor.permissions);
}

status reply_card(struct call *call, const struct card *card, text number)
{
    struct card_reply *reply = CALL_NEW(call, struct card_reply);
    if (reply == NULL) {
        return OUT_OF_MEMORY;
    }
    show_card(call, reply, card);
    reply->number = number;
    return reply_one(call, reply);
}

/* Issue. */

static status issue_prepare(struct call *call)
{
    const struct card_order *order = call->input;
    // Everything of one customer goes through one lane.
    call->write.part = (uint64_t)order->customer_id;
    if (text_present(order->number) == (order->series_id != 0)) {
        call_fault(call, "number", text_present(order->number) ? EXCLUSIVE_FIELDS : REQUIRED);
        call_fault(call, "series_id", text_present(order->number) ? EXCLUSIVE_FIELDS : REQUIRED);
        return INVALID_INPUT;
    }
    if ((order->otp_id != 0) != text_present(order->otp_code)) {
        call_fault(call, order->otp_id != 0 ? "otp.code" : "otp.challenge_id", REQUIRED);
        return INVALID_INPUT;
    }
    call->prepared = CALL_NEW(call, struct card_order_verdict);
    return call->prepared != NULL ? OK : OUT_OF_MEMORY;
}

static status issue_guard(struct call *call)
{
    return card_issue_guard(call->work, call->prepared, call->input);
}

static status clear_number(struct call *call, const struct card *card, text *number)
{
    struct series series;
    TRY(series_get(call->work, &series, card->series_id));
    char *clear = call_take(call, NUMBER_LEN_MAX);
    if (clear == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(card_number(call->work, card, &series, clear));
    *number = (text){ clear, (size_t)series.layout.length };
    return OK;
}

static status issue(struct call *call)
{
    struct card card;
    text number;
    TRY(card_issue(call->work, &card, &number, call->input, call->prepared));
    return reply_card(call, &card, call_may(call, MAY_REVEAL_NUMBERS) ? number : TEXT_ABSENT);
}

static status read_one(struct call *call)
{
    struct card card;
    TRY(card_get(call->work, &card, call->path_ids[0]));
    return reply_card(call, &card, TEXT_ABSENT);
}

static status read_list(struct call *call)
{
    const struct card_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct card *found;
    const struct card_filter filter = {
        .limit = limit + 1,
        .after = query->page.after,
        .customer_id = query->customer_id,
        .series_id = query->series_id,
        .batch_id = query->batch_id,
        .status = query->status,
        .external_id = query->external_id,
    };
    TRY(card_list(call->work, &found, &count, &filter));
    struct card_reply *replies = call_take(call, sizeof *replies * (size_t)(count + 1));
    if (replies == NULL) {
        return OUT_OF_MEMORY;
    }
    for (int i = 0; i < count; i++) {
        show_card(call, &replies[i], &found[i]);
    }
    bool more = count > limit;
    return reply_list(call, replies, sizeof *replies, more ? limit : count, more ? found[limit - 1].id : 0);
}

static status change(struct call *call)
{
    struct card_change order = *(const struct card_change *)call->input;
    struct card card;
    order.card_id = call->path_ids[0];
    order.set_external_id = call_has(call, "external_id");
    order.set_nickname = call_has(call, "nickname");
    order.version = call_has(call, "version") ? order.version : 0;
    TRY(card_change(call->work, &card, &order));
    return reply_card(call, &card, TEXT_ABSENT);
}

static status unlink_card(struct call *call)
{
    const struct unlink_input *input = call->input;
    struct card card;
    TRY(card_unlink(call->work, &card, call->path_ids[0], input->reason, input->note));
    return reply_card(call, &card, TEXT_ABSENT);
}

static status history(struct call *call)
{
    const struct history_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct card_event *found;
    TRY(card_history(call->work, &found, &count, call->path_ids[0], limit + 1, query->page.after));
    return REPLY_PAGE(call, found, count, limit);
}

static status reveal(struct call *call)
{
    const struct reveal_input *input = call->input;
    struct revealed *revealed = CALL_NEW(call, struct revealed);
    struct card card;
    if (revealed == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(card_get(call->work, &card, call->path_ids[0]));
    TRY(clear_number(call, &card, &revealed->number));
    revealed->id = card.id;
    work_subject(call->work, "card", card.id);
    work_detail_typed(call->work, "reason", input->reason);
    return reply_one(call, revealed);
}

static const struct operation rows[] = {
    { "POST", "/v1/cards", WRITE, MAY_ISSUE_CARDS, issue, .guard = issue_guard, .prepare = issue_prepare,
      .in = &issue_shape, .out = &card_shape, .success = 201, .audit = "card.issued", .event = "card.issued",
      .outcomes = { CUSTOMER_NOT_FOUND,   CUSTOMER_NOT_VERIFIED, SERIES_NOT_FOUND,
                    SERIES_INACTIVE,      SERIES_NO_GENERATION,  NUMBER_TAKEN,
                    NUMBER_NOT_GENERATED, NUMBER_RESTING,        WRONG_CHECK_DIGIT,
                    NO_SERIES_FOR_NUMBER, BATCH_VOIDED,          NUMBER_SPACE_EXHAUSTED,
                    LABEL_NOT_FOUND,      LABEL_RETIRED,         LABEL_NOT_FOR_STATUS,
                    CARD_LIMIT_REACHED,   SOURCE_REQUIRED,       SOURCE_NOT_FOUND,
                    EXTERNAL_ID_TAKEN,    OTP_REQUIRED,          OTP_WRONG,
                    OTP_EXPIRED,          OTP_EXHAUSTED,         OTP_USED,
                    OTP_OTHER_REQUEST,    OTP_NOT_FOUND },
      .id = "card_issue", .tag = "Cards",
      .help = "Issue a card: link a number to a customer, or generate one from a series and link it." },
    { "GET", "/v1/cards", READ, MAY_READ_CARDS, read_list, .query = &query_shape, .out = &card_shape, .list = true,
      .id = "card_list", .tag = "Cards", .help = "List cards by customer, series, batch or status, newest first." },
    { "GET", "/v1/cards/{card_id}", READ, MAY_READ_CARDS, read_one, .out = &card_shape, .outcomes = { CARD_NOT_FOUND },
      .id = "card_get", .tag = "Cards", .help = "Read a card." },
    { "PATCH", "/v1/cards/{card_id}", WRITE, MAY_CHANGE_CARDS, change, .in = &change_shape, .patch = true,
      .out = &card_shape, .audit = "card.changed", .event = "card.changed",
      .outcomes = { CARD_NOT_FOUND, TRANSITION_NOT_ALLOWED, STATUS_UNCHANGED, REASON_REQUIRED, VERSION_CONFLICT,
                    LABEL_NOT_FOUND, LABEL_RETIRED, LABEL_NOT_FOR_STATUS, CARD_LIMIT_REACHED, EXTERNAL_ID_TAKEN },
      .id = "card_update", .tag = "Cards", .help = "Change a card's status, label, external id or nickname." },
    { "POST", "/v1/cards/{card_id}/unlink", WRITE, MAY_UNLINK_CARDS, unlink_card, .in = &unlink_shape,
      .out = &card_shape, .audit = "card.unlinked", .event = "card.unlinked",
      .outcomes = { CARD_NOT_FOUND, CARD_NOT_LINKED, TRANSITION_NOT_ALLOWED }, .id = "card_unlink", .tag = "Cards",
      .help = "Take the card from its customer; its number rests before another may have it." },
    { "GET", "/v1/cards/{card_id}/history", READ, MAY_READ_CARDS, history, .query = &history_query_shape,
      .out = &event_shape, .list = true, .outcomes = { CARD_NOT_FOUND }, .id = "card_history", .tag = "Cards",
      .help = "What happened to the card, newest first." },
    { "POST", "/v1/cards/{card_id}/reveal", WRITE, MAY_REVEAL_NUMBERS, reveal, .in = &reveal_in_shape,
      .out = &revealed_shape, .not_idempotent = true, .audit = "card.revealed",
      .outcomes = { CARD_NOT_FOUND, NUMBER_CHECK_FAILED }, .id = "card_reveal", .tag = "Cards",
      .help = "The number in clear, for a reason; audited." },
};

const struct operation_table card_operations = OPERATION_TABLE(rows);
