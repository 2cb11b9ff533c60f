#include "api/api_keys.h"
#include "api/audit.h"
#include "api/card_numbers.h"
#include "api/cards.h"
#include "api/customers.h"
#include "api/document_page.h"
#include "api/health.h"
#include "api/imports.h"
#include "api/jobs.h"
#include "api/keys.h"
#include "api/number_batches.h"
#include "api/openapi.h"
#include "api/otp_challenges.h"
#include "api/outbox.h"
#include "api/reports.h"
#include "api/series.h"
#include "api/server.h"
#include "api/sessions.h"
#include "api/settings.h"
#include "api/sources.h"
#include "api/status_labels.h"
#include "api/user_totp.h"
#include "api/users.h"

const struct operation_table *const operation_tables[] = {
    &settings_operations,
    &status_label_operations,
    &source_operations,
    &series_operations,
    &number_batch_operations,
    &customer_operations,
    &card_number_operations,
    &otp_operations,
    &card_operations,
    &import_operations,
    &job_operations,
    &audit_operations,
    &report_operations,
    &session_operations,
    &user_operations,
    &user_totp_operations,
    &api_key_operations,
    &key_operations,
    &outbox_operations,
    &document_operations,
    &document_page_operations,
    &health_operations,
    NULL,
};
