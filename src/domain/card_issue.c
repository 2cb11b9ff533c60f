#include "domain/card_issue.h"

#include <string.h>

#include "base/none.h"
#include "domain/card_availability.h"
#include "domain/card_change.h"
#include "domain/card_limit.h"
#include "domain/number.h"
#include "domain/number_pool.h"
#include "domain/otp.h"
#include "domain/source.h"
#include "domain/status_label.h"

static const char INSERT[] =
    "INSERT INTO card (id, organization_id, series_id, series_index, registered_id, number_check, current, batch_id, customer_id, "
    "status, label_id, issued_at, expires_on, resting_until, external_id, nickname, source_id, created_at, version) "
    "VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, NULL, $13, $14, $15, $11, 1)";
// A registered number that never was anybody's keeps its row.
static const char LINK[] =
    "UPDATE card SET customer_id = $3, status = $4, label_id = $5, issued_at = $6, expires_on = $7, "
    "external_id = coalesce($8, external_id), nickname = $9, source_id = $10, version = version + 1 "
    "WHERE id = $1 AND organization_id = $2 AND current = 1 AND status = 0 AND customer_id IS NULL";
static const char RETIRE[] =
    "UPDATE card SET current = 0 WHERE id = $1 AND organization_id = $2 AND current = 1 AND status = 0";

static struct otp_request otp_request_of(const struct card_order *order)
{
    return (struct otp_request){
        .purpose = OTP_ISSUE_CARD,
        .customer_id = order->customer_id,
        .series_id = order->series_id,
        .number = order->number,
        .label = order->label,
    };
}

static status guard_otp(struct work *work, status *verdict, const struct card_order *order, bool otp_enabled)
{
    *verdict = OK;
    if (order->otp_id != 0) {
        const struct otp_request request = otp_request_of(order);
        return otp_try(work, verdict, order->otp_id, order->otp_code, &request);
    }
    *verdict = otp_enabled ? OTP_REQUIRED : OK;
    return OK;
}

status card_issue_guard(struct work *work, struct card_order_verdict *verdict, const struct card_order *order)
{
    *verdict = (struct card_order_verdict){ .otp = OK };
    TRY(settings_get(work, &verdict->settings));
    TRY(guard_otp(work, &verdict->otp, order, verdict->settings.otp_enabled));
    if (order->series_id == 0) {
        return OK;
    }
    struct series *series = &verdict->series;
    verdict->series_found = series_get(work, series, order->series_id);
    if (verdict->series_found != OK || verdict->otp != OK) {
        return status_is_fault(verdict->series_found) ? verdict->series_found : OK; // the effect says so
    }
    verdict->space = series->active && series->generation ? number_pool_fill(work, series) : OK;
    return status_is_fault(verdict->space) ? verdict->space : OK;
}

/* Judging: each part adds its faults; the first outcome that is not OK names the whole. */

struct judgement {
    status first; // fault or outcome
};

static void judge(struct judgement *judgement, status outcome)
{
    judgement->first = judgement->first == OK || (status_is_fault(outcome) && !status_is_fault(judgement->first))
                           ? outcome
                           : judgement->first;
}

static status refuse(struct work *work, const char *field, status outcome)
{
    return outcome == OK || status_is_fault(outcome) ? outcome : faults_add(work->faults, text_of(field), outcome);
}

// What the rule finds out while it judges, and then writes.
struct plan {
    struct availability found; // of a number that is linked
    struct series series;
    struct customer customer;
    struct status_label label;
    int to; // enum card_status
    int64_t source_id;
    int64_t series_index, registered_id, batch_id, check;
};

static status judge_series(struct work *work, struct plan *plan, const struct card_order_verdict *verdict)
{
    TRY(refuse(work, "series_id", verdict->series_found));
    plan->series = verdict->series;
    if (!plan->series.active) {
        return refuse(work, "series_id", SERIES_INACTIVE);
    }
    return plan->series.generation ? OK : refuse(work, "series_id", SERIES_NO_GENERATION);
}

static status judge_number(struct work *work, struct plan *plan, const struct card_order *order)
{
    TRY(card_availability(work, &plan->found, order->number));
    plan->series = plan->found.series;
    plan->series_index = plan->found.series_index;
    plan->registered_id = plan->found.registered_id;
    plan->batch_id = plan->found.batch_id;
    return refuse(work, "number", plan->found.reason);
}

static status judge_customer(struct work *work, struct plan *plan, const struct card_order *order)
{
    return refuse(work, "customer_id", customer_lock(work, &plan->customer, order->customer_id));
}

static status judge_verification(struct work *work, const struct plan *plan)
{
    bool asked = plan->series.id != 0 && plan->series.verified_only;
    bool verified = plan->customer.id == 0 || plan->customer.verification == VERIFICATION_VERIFIED;
    return asked && !verified ? refuse(work, "customer_id", CUSTOMER_NOT_VERIFIED) : OK;
}

static status judge_label(struct work *work, struct plan *plan, const struct card_order *order)
{
    struct status_label label;
    plan->to = CARD_ACTIVE;
    if (text_present(order->label)) {
        TRY(status_label_find(work, order->label, &label));
        plan->to = label.status == CARD_INACTIVE ? CARD_INACTIVE : CARD_ACTIVE;
    }
    return status_label_choose(work, order->label, (enum card_status)plan->to, &plan->label);
}

static status judge_source(struct work *work, struct plan *plan, const struct card_order *order,
                           const struct settings *settings)
{
    plan->source_id = order->source_id != 0 ? order->source_id : settings->issuing_source_id;
    if (order->source_id != 0) {
        struct source source;
        return refuse(work, "source_id", source_get(work, &source, order->source_id));
    }
    bool by_agent = work->actor->kind == ACTOR_USER;
    return by_agent && plan->source_id == 0 ? refuse(work, "source_id", SOURCE_REQUIRED) : OK;
}

static status judge_all(struct work *work, struct plan *plan, const struct card_order *order,
                        const struct card_order_verdict *verdict)
{
    struct judgement judgement = { OK };
    // The customer is locked first: the order in which all rules lock.
    status customer = judge_customer(work, plan, order);
    judge(&judgement,
          text_present(order->number) ? judge_number(work, plan, order) : judge_series(work, plan, verdict));
    judge(&judgement, customer);
    judge(&judgement, judge_verification(work, plan));
    judge(&judgement, refuse(work, "series_id", verdict->space));
    judge(&judgement, judge_label(work, plan, order));
    if (plan->customer.id != 0 && plan->series.id != 0) {
        judge(&judgement, card_limit_judge_issue(work, &plan->customer, &plan->series, &verdict->settings,
                                                 (enum card_status)plan->to));
    }
    judge(&judgement, judge_source(work, plan, order, &verdict->settings));
    judge(&judgement, refuse(work, "otp", verdict->otp));
    return judgement.first;
}

/* Writing. */

// The number in clear, into `number`, and its check.
static status take_number(struct work *work, struct plan *plan, const struct card_order *order, char *number)
{
    size_t len = (size_t)plan->series.layout.length;
    if (text_present(order->number)) {
        memcpy(number, order->number.at, len);
    } else {
        uint64_t k = 0;
        TRY(number_pool_take(work, &plan->series, &k));
        plan->series_index = (int64_t)k;
        TRY(number_at(work->keyring, &plan->series, k, number));
    }
    return number_check(work->keyring, (text){ number, len }, &plan->check);
}

static status conflict_fault(struct work *work, const struct card_order *order)
{
    // Both unique indices stand on the row; the number is locked by its customer's absence, the external id is not.
    static const char TAKEN[] = "SELECT 1 FROM card WHERE organization_id = $1 AND external_id = $2";
    int64_t found;
    status taken = text_present(order->external_id)
                       ? work_integer(work, &found, TAKEN,
                                      ARGS(value_i64(work->organization_id), value_text(order->external_id)), NOT_FOUND)
                       : NOT_FOUND;
    if (taken == OK) {
        return faults_add(work->faults, TEXT("external_id"), EXTERNAL_ID_TAKEN);
    }
    return taken == NOT_FOUND ? faults_add(work->faults, TEXT("number"), NUMBER_TAKEN) : taken;
}

static status insert_card(struct work *work, const struct plan *plan, const struct card_order *order, int64_t id,
                          int64_t expires_on)
{
    bool conflict = false;
    TRY(database_run(work->database, INSERT,
                     ARGS(value_i64(id), value_i64(work->organization_id), value_i64(plan->series.id),
                          value_i64_or_null(plan->series_index, -1), value_i64_or_null(plan->registered_id, 0),
                          value_i64(plan->check), value_i64_or_null(plan->batch_id, 0), value_i64(order->customer_id),
                          value_i64(plan->to), value_i64(plan->label.id), value_i64(work->now_ms),
                          value_i64_or_null(expires_on, DATE_NONE), value_text(order->external_id),
                          value_text(order->nickname), value_i64_or_null(plan->source_id, 0)),
                     NULL, &conflict));
    return conflict ? conflict_fault(work, order) : OK;
}

static status link_card(struct work *work, const struct plan *plan, const struct card_order *order, int64_t id,
                        int64_t expires_on)
{
    bool conflict = false;
    int64_t changed = 0;
    TRY(database_run(work->database, LINK,
                     ARGS(value_i64(id), value_i64(work->organization_id), value_i64(order->customer_id),
                          value_i64(plan->to), value_i64(plan->label.id), value_i64(work->now_ms),
                          value_i64_or_null(expires_on, DATE_NONE), value_text(order->external_id),
                          value_text(order->nickname), value_i64_or_null(plan->source_id, 0)),
                     &changed, &conflict));
    return conflict || changed == 0 ? conflict_fault(work, order) : OK;
}

// A number without a row gets one; one that was unlinked gets a new one and starts clean; a waiting one is linked.
static status write_card(struct work *work, const struct plan *plan, const struct card_order *order, int64_t *id)
{
    const struct card *card = &plan->found.card;
    int64_t expires_on = series_expires_on(&plan->series, work->now_ms);
    bool waiting = card->id != 0 && card->issued_ms == 0;
    *id = waiting ? card->id : work_id(work);
    if (waiting) {
        return link_card(work, plan, order, *id, expires_on);
    }
    if (card->id != 0) {
        status retired =
            work_change(work, RETIRE, ARGS(value_i64(card->id), value_i64(work->organization_id)), NUMBER_TAKEN);
        TRY(refuse(work, "number", retired));
    }
    return insert_card(work, plan, order, *id, expires_on);
}

// The card as it now stands in the database.
static status describe(struct work *work, struct card *out, const struct plan *plan, const struct card_order *order,
                       int64_t id, text number)
{
    const struct card *waited = plan->found.card.id == id ? &plan->found.card : NULL;
    *out = (struct card){
        .id = id,
        .series_id = plan->series.id,
        .batch_id = waited != NULL ? waited->batch_id : plan->batch_id,
        .customer_id = plan->customer.id,
        .source_id = plan->source_id,
        .status = plan->to,
        .label_id = plan->label.id,
        .label = plan->label.label,
        .issued_ms = work->now_ms,
        .expires_on = series_expires_on(&plan->series, work->now_ms),
        .external_id = text_present(order->external_id) || waited == NULL ? order->external_id : waited->external_id,
        .nickname = order->nickname,
        .created_ms = waited != NULL ? waited->created_ms : work->now_ms,
        .version = waited != NULL ? waited->version + 1 : 1,
        .current = true,
        .series_index = plan->series_index,
        .registered_id = plan->registered_id,
        .number_check = plan->check,
    };
    return card_show_number(work, out, &plan->series, number);
}

static status issue(struct work *work, struct card *out, char *number, struct plan *plan,
                    const struct card_order *order)
{
    int64_t id = 0;
    TRY(take_number(work, plan, order, number));
    TRY(customer_count_change(work, plan->customer.id, plan->series.id, CARD_NOT_ISSUED, (enum card_status)plan->to));
    TRY(write_card(work, plan, order, &id));
    if (plan->batch_id != 0) {
        bool first_time = plan->found.card.id == 0 || plan->found.card.issued_ms == 0;
        TRY(refuse(work, "number", number_batch_count_issued(work, plan->batch_id, first_time)));
    }
    if (order->otp_id != 0) {
        TRY(refuse(work, "otp", otp_use(work, order->otp_id)));
    }
    bool waited = plan->found.card.id == id;
    TRY(card_history_add(work, id,
                         &(struct card_step){
                             .action = "link",
                             .series_id = plan->series.id,
                             .old_status = waited ? CARD_NOT_ISSUED : -1,
                             .new_status = plan->to,
                             .old_label_id = waited ? plan->found.card.label_id : 0,
                             .new_label_id = plan->label.id,
                             .reason = CARD_REASON_REQUESTED,
                             .customer_id = plan->customer.id,
                         }));
    work_subject(work, "card", id);
    work_detail_id(work, "customer_id", "cus", plan->customer.id);
    work_detail_id(work, "series_id", "series", plan->series.id);
    return describe(work, out, plan, order, id, (text){ number, (size_t)plan->series.layout.length });
}

status card_issue(struct work *work, struct card *out, text *number, const struct card_order *order,
                  const struct card_order_verdict *verdict)
{
    struct plan plan = { .series_index = -1 };
    char *clear = arena_take(work->arena, NUMBER_LEN_MAX);
    if (clear == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(judge_all(work, &plan, order, verdict));
    *number = (text){ clear, (size_t)plan.series.layout.length };
    return issue(work, out, clear, &plan, order);
}
