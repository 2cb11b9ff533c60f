#include "domain/card_limit.h"

#include "base/none.h"

// One limit: how many there are, how many there may be, and what a caller calls it.
static void judge(struct work *work, const char *field, status code, const char *what, int64_t have, int64_t limit)
{
    if (limit != INTEGER_NONE && have >= limit) {
        faults_add_message(work->faults, text_of(field), code, "The customer has %lld of %lld %s.", (long long)have,
                           (long long)limit, what);
    }
}

status card_limit_judge_issue(struct work *work, const struct customer *customer, const struct series *series,
                              const struct settings *settings, enum card_status of_status)
{
    struct card_counts of_series;
    TRY(customer_series_counts(work, customer->id, series->id, &of_series));
    int before = work->faults->count;
    judge(work, "series_id", MAX_CARDS_PER_CUSTOMER, "cards of this series", card_counts_all(&of_series),
          series->max_cards);
    judge(work, "customer_id", MAX_CARDS_PER_CUSTOMER, "cards", card_counts_all(&customer->cards), settings->max_cards);
    if ((settings->active_statuses >> of_status & 1) != 0) {
        judge(work, "series_id", MAX_ACTIVE_CARDS_PER_CUSTOMER, "active cards of this series",
              card_counts_among(&of_series, settings->active_statuses), series->max_active_cards);
        judge(work, "customer_id", MAX_ACTIVE_CARDS_PER_CUSTOMER, "active cards",
              card_counts_among(&customer->cards, settings->active_statuses), settings->max_active_cards);
    }
    return work->faults->count > before ? CARD_LIMIT_REACHED : OK;
}

status card_limit_judge_change(struct work *work, int64_t customer_id, int64_t series_id, int from, int to)
{
    struct settings settings;
    TRY(settings_get(work, &settings));
    bool was_active = (settings.active_statuses >> from & 1) != 0,
         becomes_active = (settings.active_statuses >> to & 1) != 0;
    if (was_active || !becomes_active) {
        return OK;
    }
    struct customer customer;
    struct series series;
    struct card_counts of_series;
    TRY(customer_lock(work, &customer, customer_id));
    TRY(series_get(work, &series, series_id));
    TRY(customer_series_counts(work, customer_id, series_id, &of_series));
    int before = work->faults->count;
    judge(work, "status", MAX_ACTIVE_CARDS_PER_CUSTOMER, "active cards of this series",
          card_counts_among(&of_series, settings.active_statuses), series.max_active_cards);
    judge(work, "status", MAX_ACTIVE_CARDS_PER_CUSTOMER, "active cards",
          card_counts_among(&customer.cards, settings.active_statuses), settings.max_active_cards);
    return work->faults->count > before ? CARD_LIMIT_REACHED : OK;
}
