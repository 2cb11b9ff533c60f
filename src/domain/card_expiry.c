#include "domain/card_expiry.h"

#include "base/time_text.h"
#include "domain/card_change.h"
#include "domain/customer.h"
#include "domain/status_label.h"

static const char DUE[] =
    "SELECT id, organization_id, series_id, customer_id, status, label_id FROM card "
    "WHERE expires_on < $1 AND status IN (1, 2, 3, 4) ORDER BY expires_on, id LIMIT $2";
static const char EXPIRE[] =
    "UPDATE card SET status = $3, label_id = $4, version = version + 1 "
    "WHERE id = $1 AND organization_id = $2 AND status = $5";

enum { PAGE_COUNT = 200 };

struct due_card {
    int64_t id, organization_id, series_id, customer_id, status, label_id;
};

static status expire(struct work *work, const struct due_card *card)
{
    struct work of_organization = *work; // the scheduler belongs to none
    of_organization.organization_id = card->organization_id;
    struct customer customer;
    int64_t label_id;
    TRY(customer_lock(&of_organization, &customer, card->customer_id));
    TRY(status_label_require(&of_organization, TEXT_ABSENT, CARD_EXPIRED, &label_id));
    TRY(work_change(&of_organization, EXPIRE,
                    ARGS(value_i64(card->id), value_i64(card->organization_id), value_i64(CARD_EXPIRED),
                         value_i64(label_id), value_i64(card->status)),
                    STORAGE_CONFLICT)); // somebody changed it meanwhile: again
    TRY(customer_count_change(&of_organization, card->customer_id, card->series_id, (enum card_status)card->status,
                              CARD_EXPIRED));
    return card_history_add(&of_organization, card->id,
                            &(struct card_step){
                                .action = "expire",
                                .series_id = card->series_id,
                                .old_status = (int)card->status,
                                .new_status = CARD_EXPIRED,
                                .old_label_id = card->label_id,
                                .new_label_id = label_id,
                                .reason = CARD_REASON_EXPIRED,
                                .customer_id = card->customer_id,
                            });
}

status card_expire_due(struct work *work, int64_t *count)
{
    struct due_card due[PAGE_COUNT];
    struct rows rows = { 0 };
    *count = 0;
    TRY(work_query(work, &rows, DUE, ARGS(value_i64(date_of_ms(work->now_ms)), value_i64(PAGE_COUNT))));
    while (*count < PAGE_COUNT && rows_next(&rows)) {
        due[(*count)++] = (struct due_card){
            .id = row_i64(&rows, 0),
            .organization_id = row_i64(&rows, 1),
            .series_id = row_i64(&rows, 2),
            .customer_id = row_i64(&rows, 3),
            .status = row_i64(&rows, 4),
            .label_id = row_i64(&rows, 5),
        };
    }
    TRY(rows_close(&rows));
    for (int64_t i = 0; i < *count; i++) {
        TRY(expire(work, &due[i]));
    }
    return OK;
}
