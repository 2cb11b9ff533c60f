#include "domain/card_change.h"

#include "base/digit_mask.h"
#include "base/none.h"
#include "domain/card_limit.h"
#include "domain/customer.h"
#include "domain/number.h"
#include "domain/registered_number.h"
#include "domain/role.h"
#include "domain/series_day.h"
#include "domain/settings.h"
#include "domain/status_label.h"

static const char INSERT_HISTORY[] =
    "INSERT INTO card_history (card_id, id, at_ms, action, actor_kind, actor_id, actor_name, channel, customer_id, old_status, "
    "new_status, old_label_id, new_label_id, reason, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
static const char HISTORY[] =
    "SELECT h.id, h.at_ms, h.action, h.actor_kind, h.actor_id, h.actor_name, h.channel, h.customer_id, h.old_status, h.new_status, "
    "o.label, n.label, h.reason, h.note FROM card_history h JOIN status_label n ON n.id = h.new_label_id "
    "LEFT JOIN status_label o ON o.id = h.old_label_id "
    "WHERE h.card_id = $1 AND ($2 = 0 OR h.id < $2) ORDER BY h.id DESC LIMIT $3";
static const char CHANGE[] =
    "UPDATE card SET status = $3, label_id = $4, external_id = $5, nickname = $6, version = version + 1 "
    "WHERE id = $1 AND organization_id = $2 AND current = 1";
static const char RENEW[] = "UPDATE card SET expires_on = $3 WHERE id = $1 AND organization_id = $2";
static const char UNLINK[] =
    "UPDATE card SET status = 0, label_id = $3, customer_id = NULL, external_id = NULL, nickname = NULL, resting_until = $4, "
    "version = version + 1 WHERE id = $1 AND organization_id = $2 AND current = 1";
static const char INSERT_REGISTERED[] =
    "INSERT INTO card (id, organization_id, series_id, series_index, registered_id, number_check, current, batch_id, customer_id, "
    "status, label_id, issued_at, expires_on, resting_until, external_id, nickname, source_id, created_at, version) "
    "VALUES ($1, $2, $3, NULL, $4, $5, 1, NULL, NULL, 0, $6, NULL, NULL, NULL, $7, NULL, NULL, $8, 1)";

#define DAY_MS (24LL * 3600 * 1000)

status card_history_add(struct work *work, int64_t card_id, const struct card_step *step)
{
    const struct actor *actor = work->actor;
    int old_status = step->old_status < 0 ? CARD_NOT_ISSUED : step->old_status;
    TRY(series_day_count(work, step->series_id, (enum card_status)old_status, (enum card_status)step->new_status));
    return work_run(work, INSERT_HISTORY,
                    ARGS(value_i64(card_id), value_i64(work_id(work)), value_i64(work->now_ms),
                         value_text(text_of(step->action)), value_i64(actor->kind), value_i64(actor->id),
                         value_text(actor->name), value_i64(actor->channel), value_i64_or_null(step->customer_id, 0),
                         value_i64_or_null(step->old_status, -1), value_i64(step->new_status),
                         value_i64_or_null(step->old_label_id, 0), value_i64(step->new_label_id),
                         value_i64(step->reason), value_text(digit_mask(work->arena, step->note))));
}

status card_history(struct work *work, struct card_event **out, int *count, int64_t card_id, int64_t limit,
                    int64_t after)
{
    struct card card;
    TRY(card_get(work, &card, card_id)); // of this organisation?
    *out = ARENA_ARRAY(work->arena, struct card_event, (size_t)limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    *count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, HISTORY, ARGS(value_i64(card_id), value_i64(after), value_i64(limit))));
    while (*count < limit && rows_next(&rows)) {
        (*out)[(*count)++] = (struct card_event){
            .id = row_i64(&rows, 0),
            .at_ms = row_i64(&rows, 1),
            .action = row_text_copy(&rows, 2, work->arena),
            .actor_kind = (int)row_i64(&rows, 3),
            .actor_id = row_i64(&rows, 4),
            .actor_name = row_text_copy(&rows, 5, work->arena),
            .channel = (int)row_i64(&rows, 6),
            .customer_id = row_i64(&rows, 7),
            .old_status = (int)row_i64_or(&rows, 8, -1),
            .new_status = (int)row_i64(&rows, 9),
            .old_label = row_text_copy(&rows, 10, work->arena),
            .new_label = row_text_copy(&rows, 11, work->arena),
            .reason = (int)row_i64(&rows, 12),
            .note = row_text_copy(&rows, 13, work->arena),
        };
    }
    return rows_close(&rows);
}

// Reads the card locked, after its customer: the order in which all rules lock.
static status lock_card(struct work *work, struct card *card, int64_t id)
{
    TRY(card_get(work, card, id));
    int64_t customer_id = card->customer_id;
    if (customer_id != 0) {
        struct customer customer;
        TRY(customer_lock(work, &customer, customer_id));
    }
    TRY(card_get_locked(work, card, id));
    return card->customer_id == customer_id ? OK : STORAGE_CONFLICT; // somebody linked or unlinked it meanwhile: again
}

// The status and label the change asks for, from what it names.
static status find_target(struct work *work, const struct card *card, const struct card_change *change, int *to,
                          int64_t *label_id)
{
    *to = card->status;
    *label_id = card->label_id;
    if (change->status >= 0) {
        *to = change->status;
    } else if (text_present(change->label)) {
        struct status_label label;
        TRY(status_label_find(work, change->label, &label));
        *to = label.status;
    }
    if (text_present(change->label) || *to != card->status) {
        TRY(status_label_require(work, change->label, (enum card_status) * to, label_id));
    }
    return OK;
}

static status judge_transition(struct work *work, const struct card *card, const struct card_change *change, int to,
                               int64_t label_id, const struct card_transition **transition)
{
    bool stays = to == card->status && label_id == card->label_id;
    if (stays && card->status != CARD_CLOSED && (change->set_external_id || change->set_nickname)) {
        return OK; // names may change where a label may not
    }
    *transition = card_transition_find((enum card_status)card->status, (enum card_status)to);
    bool by_hand = *transition != NULL && (*transition)->by_hand;
    if (!by_hand) {
        return faults_add_message(work->faults, TEXT("status"), TRANSITION_NOT_ALLOWED,
                                  "A card that is %s cannot become %s.", card_status_names[card->status],
                                  card_status_names[to]);
    }
    if (stays) {
        return faults_add(work->faults, TEXT("status_label"), STATUS_UNCHANGED);
    }
    if (!permission_held(work->actor->permissions, (*transition)->permission)) {
        return FORBIDDEN;
    }
    return change->reason < 0 ? faults_add(work->faults, TEXT("reason"), REASON_REQUIRED) : OK;
}

static status apply(struct work *work, struct card *card, const struct card_change *change, int to, int64_t label_id)
{
    text external_id = change->set_external_id ? change->external_id : card->external_id;
    text nickname = change->set_nickname ? change->nickname : card->nickname;
    status changed = work_insert(work, CHANGE,
                                 ARGS(value_i64(card->id), value_i64(work->organization_id), value_i64(to),
                                      value_i64(label_id), value_text(external_id), value_text(nickname)),
                                 EXTERNAL_ID_TAKEN);
    return changed == EXTERNAL_ID_TAKEN ? faults_add(work->faults, TEXT("external_id"), EXTERNAL_ID_TAKEN) : changed;
}

// A renewed card is good for as long again, from today.
static status renew(struct work *work, const struct card *card)
{
    struct series series;
    TRY(series_get(work, &series, card->series_id));
    return work_run(work, RENEW,
                    ARGS(value_i64(card->id), value_i64(work->organization_id),
                         value_i64_or_null(series_expires_on(&series, work->now_ms), DATE_NONE)));
}

status card_change(struct work *work, struct card *out, const struct card_change *change)
{
    struct card card;
    int to;
    int64_t label_id;
    const struct card_transition *transition = NULL;
    TRY(lock_card(work, &card, change->card_id));
    work_subject(work, "card", card.id); // of a refusal as well
    if (!card.current) {
        return CARD_NOT_FOUND;
    }
    if (change->version != 0 && change->version != card.version) {
        return VERSION_CONFLICT;
    }
    TRY(find_target(work, &card, change, &to, &label_id));
    TRY(judge_transition(work, &card, change, to, label_id, &transition));
    if (to != card.status && card.customer_id != 0) {
        TRY(card_limit_judge_change(work, card.customer_id, card.series_id, card.status, to));
        TRY(customer_count_change(work, card.customer_id, card.series_id, (enum card_status)card.status,
                                  (enum card_status)to));
    }
    TRY(apply(work, &card, change, to, label_id));
    if (card.status == CARD_EXPIRED && to == CARD_ACTIVE) {
        TRY(renew(work, &card));
    }
    if (to != card.status || label_id != card.label_id) {
        TRY(card_history_add(work, card.id,
                             &(struct card_step){
                                 .action = to == card.status ? "label" : transition->action,
                                 .series_id = card.series_id,
                                 .old_status = card.status,
                                 .new_status = to,
                                 .old_label_id = card.label_id,
                                 .new_label_id = label_id,
                                 .reason = change->reason,
                                 .note = change->note,
                                 .customer_id = card.customer_id,
                             }));
    }
    work_detail_text(work, "from", text_of(card_status_names[card.status]));
    work_detail_text(work, "to", text_of(card_status_names[to]));
    if (change->reason >= 0) {
        work_detail_text(work, "reason", text_of(card_reason_names[change->reason]));
    }
    return card_get(work, out, card.id);
}

status card_unlink(struct work *work, struct card *out, int64_t card_id, int reason, text note)
{
    struct card card;
    struct settings settings;
    int64_t label_id;
    TRY(lock_card(work, &card, card_id));
    work_subject(work, "card", card.id);
    if (card.customer_id == 0 || !card.current) {
        return CARD_NOT_LINKED;
    }
    const struct card_transition *transition = card_transition_find((enum card_status)card.status, CARD_NOT_ISSUED);
    if (transition == NULL) {
        return faults_add_message(work->faults, TEXT("card_id"), TRANSITION_NOT_ALLOWED,
                                  "A card that is %s cannot be unlinked.", card_status_names[card.status]);
    }
    TRY(settings_get(work, &settings));
    TRY(status_label_require(work, TEXT_ABSENT, CARD_NOT_ISSUED, &label_id));
    TRY(customer_count_change(work, card.customer_id, card.series_id, (enum card_status)card.status, CARD_NOT_ISSUED));
    TRY(work_change(work, UNLINK,
                    ARGS(value_i64(card.id), value_i64(work->organization_id), value_i64(label_id),
                         value_i64(work->now_ms + settings.resting_days * DAY_MS)),
                    CARD_NOT_FOUND));
    TRY(card_history_add(work, card.id,
                         &(struct card_step){
                             .action = transition->action,
                             .series_id = card.series_id,
                             .old_status = card.status,
                             .new_status = CARD_NOT_ISSUED,
                             .old_label_id = card.label_id,
                             .new_label_id = label_id,
                             .reason = reason,
                             .note = note,
                             .customer_id = card.customer_id,
                         }));
    work_detail_id(work, "customer_id", "cus", card.customer_id);
    work_detail_text(work, "reason", text_of(card_reason_names[reason]));
    return card_get(work, out, card.id);
}

uint32_t card_next_statuses(const struct card *card, uint64_t permissions)
{
    uint32_t statuses = 0;
    // Every change by hand asks for this one permission, whatever its transition asks for besides.
    if (!card->current || !permission_held(permissions, MAY_CHANGE_CARDS)) {
        return 0;
    }
    for (int to = 0; to < CARD_STATUS_COUNT; to++) {
        const struct card_transition *transition =
            card_transition_find((enum card_status)card->status, (enum card_status)to);
        if (transition != NULL && transition->by_hand && permission_held(permissions, transition->permission)) {
            statuses |= 1u << to;
        }
    }
    return statuses;
}

bool card_may_unlink(const struct card *card, uint64_t permissions)
{
    const struct card_transition *transition = card_transition_find((enum card_status)card->status, CARD_NOT_ISSUED);
    return card->current && card->customer_id != 0 && transition != NULL &&
           permission_held(permissions, transition->permission);
}

static status judge_registration(struct work *work, struct series *series, const struct card_registration *registration)
{
    status found = series_for_number(work, series, registration->number);
    if (found == OK && registration->series_id != 0 && series->id != registration->series_id) {
        found = NO_SERIES_FOR_NUMBER;
    }
    if (found != OK) {
        return status_is_fault(found) ? found : faults_add(work->faults, TEXT("number"), found);
    }
    TRY(series_get_locked(work, series, series->id)); // no draw may pass the number's place meanwhile
    if (!number_layout_check_valid(&series->layout, registration->number)) {
        return faults_add(work->faults, TEXT("number"), WRONG_CHECK_DIGIT);
    }
    return series->active ? OK : faults_add(work->faults, TEXT("number"), SERIES_INACTIVE);
}

status card_register(struct work *work, struct card *out, const struct card_registration *registration)
{
    struct series series;
    int64_t label_id, registered_id, check;
    status judged = judge_registration(work, &series, registration);
    status labelled = status_label_require(work, registration->label, CARD_NOT_ISSUED, &label_id);
    TRY(judged);
    TRY(labelled);
    status added = registered_number_add(work, &registered_id, &series, registration->number);
    if (added != OK) {
        return status_is_fault(added) ? added : faults_add(work->faults, TEXT("number"), added);
    }
    TRY(number_check(work->keyring, registration->number, &check));
    int64_t id = work_id(work);
    status inserted = work_insert(work, INSERT_REGISTERED,
                                  ARGS(value_i64(id), value_i64(work->organization_id), value_i64(series.id),
                                       value_i64(registered_id), value_i64(check), value_i64(label_id),
                                       value_text(registration->external_id), value_i64(work->now_ms)),
                                  EXTERNAL_ID_TAKEN);
    if (inserted == EXTERNAL_ID_TAKEN) {
        return faults_add(work->faults, TEXT("external_id"), EXTERNAL_ID_TAKEN);
    }
    TRY(inserted);
    TRY(card_history_add(work, id,
                         &(struct card_step){ .action = "register",
                                              .series_id = series.id,
                                              .old_status = -1,
                                              .new_status = CARD_NOT_ISSUED,
                                              .new_label_id = label_id,
                                              .reason = CARD_REASON_REQUESTED }));
    work_subject(work, "card", id);
    return card_get(work, out, id);
}
