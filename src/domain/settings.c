#include "domain/settings.h"

#include "domain/otp.h"
#include "domain/source.h"

static const char INSERT[] =
    "INSERT INTO settings (organization_id, issuing_source_id, otp_enabled, otp_channel, max_cards, max_active_cards, "
    "active_statuses, download_days, resting_days, version, updated_at) VALUES ($1, NULL, 0, 0, NULL, NULL, $2, $3, $4, 1, $5)";
static const struct sql_pair GET = SQL_LOCKED(
    "SELECT issuing_source_id, otp_enabled, otp_channel, max_cards, max_active_cards, active_statuses, download_days, "
    "resting_days, version, updated_at FROM settings WHERE organization_id = $1");
static const char UPDATE[] =
    "UPDATE settings SET issuing_source_id = $2, otp_enabled = $3, otp_channel = $4, max_cards = $5, max_active_cards = $6, "
    "active_statuses = $7, download_days = $8, resting_days = $9, version = version + 1, updated_at = $10 "
    "WHERE organization_id = $1 AND ($11 = 0 OR version = $11)";

status settings_create(struct work *work, int64_t organization_id)
{
    return work_run(work, INSERT,
                    ARGS(value_i64(organization_id), value_i64(ACTIVE_STATUSES_DEFAULT),
                         value_i64(DOWNLOAD_DAYS_DEFAULT), value_i64(RESTING_DAYS_DEFAULT), value_i64(work->now_ms)));
}

static status get_by(struct work *work, struct settings *out, const char *sql)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, ARGS(value_i64(work->organization_id))));
    bool found = rows_next(&rows);
    if (found) {
        *out = (struct settings){
            .issuing_source_id = row_i64(&rows, 0),
            .otp_enabled = row_bool(&rows, 1),
            .otp_channel = (int)row_i64(&rows, 2),
            .max_cards = row_i64_or(&rows, 3, INTEGER_NONE),
            .max_active_cards = row_i64_or(&rows, 4, INTEGER_NONE),
            .active_statuses = (uint32_t)row_i64(&rows, 5),
            .download_days = row_i64(&rows, 6),
            .resting_days = row_i64(&rows, 7),
            .version = row_i64(&rows, 8),
            .updated_ms = row_i64(&rows, 9),
        };
    }
    TRY(rows_close(&rows));
    return found ? OK : DATA_DAMAGED; // every organisation has its row
}

status settings_get(struct work *work, struct settings *out)
{
    return get_by(work, out, GET.plain);
}

status settings_get_locked(struct work *work, struct settings *out)
{
    return get_by(work, out, work_sql(work, GET));
}

static status judge(struct work *work, const struct settings *settings)
{
    status verdict = OK;
    if (settings->issuing_source_id != 0) {
        struct source source;
        verdict = source_get(work, &source, settings->issuing_source_id);
        if (verdict == SOURCE_NOT_FOUND) {
            faults_add(work->faults, TEXT("issuing_source_id"), SOURCE_NOT_FOUND);
        } else {
            TRY(verdict);
        }
    }
    if (settings->active_statuses == 0) {
        faults_add_message(work->faults, TEXT("active_statuses"), TOO_SHORT, "At least one status counts as active.");
        verdict = INVALID_INPUT;
    }
    return verdict;
}

// What matters to somebody who later asks what was changed.
static void describe(struct work *work, const struct settings *settings)
{
    work_subject(work, "organization", work->organization_id);
    work_detail_integer(work, "otp_enabled", settings->otp_enabled);
    work_detail_text(work, "otp_channel", text_of(otp_channel_names[settings->otp_channel]));
    work_detail_integer(work, "max_cards", settings->max_cards == INTEGER_NONE ? 0 : settings->max_cards);
    work_detail_integer(work, "max_active_cards",
                        settings->max_active_cards == INTEGER_NONE ? 0 : settings->max_active_cards);
    work_detail_integer(work, "active_statuses", settings->active_statuses);
    work_detail_integer(work, "download_days", settings->download_days);
    work_detail_integer(work, "resting_days", settings->resting_days);
}

status settings_update(struct work *work, struct settings *settings)
{
    TRY(judge(work, settings));
    TRY(work_change(work, UPDATE,
                    ARGS(value_i64(work->organization_id), value_i64_or_null(settings->issuing_source_id, 0),
                         value_bool(settings->otp_enabled), value_i64(settings->otp_channel),
                         value_i64_or_null(settings->max_cards, INTEGER_NONE),
                         value_i64_or_null(settings->max_active_cards, INTEGER_NONE),
                         value_i64(settings->active_statuses), value_i64(settings->download_days),
                         value_i64(settings->resting_days), value_i64(work->now_ms), value_i64(settings->version)),
                    VERSION_CONFLICT));
    describe(work, settings);
    return settings_get(work, settings);
}
