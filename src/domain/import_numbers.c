#include "domain/import_numbers.h"

#include "base/text_form.h"
#include "domain/card_change.h"
#include "domain/card_issue.h"
#include "domain/customer_find.h"

enum {
    NUMBER,
    SERIES_CODE,
    STATUS_LABEL,
    EXTERNAL_ID,
    CUSTOMER_EXTERNAL_ID,
    CUSTOMER_MOBILE,
    CUSTOMER_EMAIL,
    COLUMN_COUNT
};

static const struct import_column columns[COLUMN_COUNT] = {
    [NUMBER] = { "number", 0, text_is_card_number, .required = true },
    [SERIES_CODE] = { "series_code", SERIES_CODE_LEN_MAX, text_is_code },
    [STATUS_LABEL] = { "status_label", LABEL_LEN_MAX, text_is_line },
    [EXTERNAL_ID] = { "external_id", EXTERNAL_ID_LEN_MAX, text_is_line },
    [CUSTOMER_EXTERNAL_ID] = { "customer_external_id", EXTERNAL_ID_LEN_MAX, text_is_line,
                               .permission = MAY_ISSUE_CARDS },
    [CUSTOMER_MOBILE] = { "customer_mobile", MOBILE_LEN_MAX, text_is_mobile, .permission = MAY_ISSUE_CARDS },
    [CUSTOMER_EMAIL] = { "customer_email", EMAIL_LEN_MAX, text_is_email, .permission = MAY_ISSUE_CARDS },
};

// The customer the row names in one of three ways; 0: none.
static status find_customer(struct work *work, int64_t *id, const text *values)
{
    struct customer *found;
    int count = 0, named = 0, column = 0;
    *id = 0;
    for (int i = CUSTOMER_EXTERNAL_ID; i <= CUSTOMER_EMAIL; i++) {
        if (text_present(values[i])) {
            named++;
            column = i;
        }
    }
    if (named == 0) {
        return OK;
    }
    if (named > 1) {
        faults_add(work->faults, text_of(columns[column].name), EXCLUSIVE_FIELDS);
        return INVALID_INPUT;
    }
    const struct customer_search search = {
        .external_id = values[CUSTOMER_EXTERNAL_ID],
        .mobile = values[CUSTOMER_MOBILE],
        .email = values[CUSTOMER_EMAIL],
        .limit = 1,
    };
    TRY(customer_search(work, &found, &count, &search));
    if (count == 0) {
        return faults_add(work->faults, text_of(columns[column].name), CUSTOMER_NOT_FOUND);
    }
    *id = found[0].id;
    return OK;
}

static status find_series(struct work *work, int64_t *id, text code)
{
    struct series series;
    *id = 0;
    if (!text_present(code)) {
        return OK;
    }
    status found = series_find(work, &series, code);
    if (found != OK) {
        return status_is_fault(found) ? found : faults_add(work->faults, TEXT("series_code"), found);
    }
    *id = series.id;
    return OK;
}

// The row has no code and draws no number: the guard counts nothing here, and says whether a code is asked for.
static status judge_code(struct work *work, struct card_order_verdict *verdict, const struct card_order *order)
{
    TRY(card_issue_guard(work, verdict, order));
    return verdict->otp == OK ? OK : faults_add(work->faults, TEXT("otp"), verdict->otp);
}

static status run(struct work *work, struct job_result *result, const text *values)
{
    struct card card;
    struct card_order order = { .number = values[NUMBER], .label = values[STATUS_LABEL] };
    struct card_order_verdict verdict;
    text issued;
    struct card_registration registration = { .number = values[NUMBER], .external_id = values[EXTERNAL_ID] };
    TRY(find_customer(work, &order.customer_id, values));
    TRY(find_series(work, &registration.series_id, values[SERIES_CODE]));
    if (order.customer_id == 0) {
        registration.label = values[STATUS_LABEL];
        TRY(card_register(work, &card, &registration));
    } else {
        TRY(judge_code(work, &verdict, &order));
        TRY(card_register(work, &card, &registration));
        TRY(card_issue(work, &card, &issued, &order, &verdict));
    }
    result->card_id = card.id;
    result->customer_id = order.customer_id;
    return OK;
}

const struct import_rule import_numbers = { JOB_IMPORT_NUMBERS, columns, COLUMN_COUNT, run };
