#include "domain/import_customers.h"

#include "base/text_form.h"
#include "base/time_text.h"
#include "domain/customer.h"

enum { EXTERNAL_ID, FIRST_NAME, LAST_NAME, MOBILE, EMAIL, DATE_OF_BIRTH, NATIONALITY, COLUMN_COUNT };

static bool is_date(text t)
{
    int32_t days;
    return date_parse(&days, t);
}

static const struct import_column columns[COLUMN_COUNT] = {
    [EXTERNAL_ID] = { "external_id", EXTERNAL_ID_LEN_MAX, text_is_line },
    [FIRST_NAME] = { "first_name", NAME_LEN_MAX, text_is_line },
    [LAST_NAME] = { "last_name", NAME_LEN_MAX, text_is_line },
    [MOBILE] = { "mobile", MOBILE_LEN_MAX, text_is_mobile },
    [EMAIL] = { "email", EMAIL_LEN_MAX, text_is_email },
    [DATE_OF_BIRTH] = { "date_of_birth", 0, is_date },
    [NATIONALITY] = { "nationality", 0, text_is_country },
};

static status run(struct work *work, struct job_result *result, const text *values)
{
    int32_t born = 0;
    struct customer customer = {
        .external_id = values[EXTERNAL_ID],
        .first_name = values[FIRST_NAME],
        .last_name = values[LAST_NAME],
        .mobile = values[MOBILE],
        .email = values[EMAIL],
        .date_of_birth =
            text_present(values[DATE_OF_BIRTH]) && date_parse(&born, values[DATE_OF_BIRTH]) ? born : DATE_NONE,
        .nationality = values[NATIONALITY],
        .verification = VERIFICATION_VERIFIED,
    };
    TRY(customer_create(work, &customer));
    result->customer_id = customer.id;
    return OK;
}

const struct import_rule import_customers = { JOB_IMPORT_CUSTOMERS, columns, COLUMN_COUNT, run };
