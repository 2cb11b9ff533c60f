#include "api/settings.h"

#include "base/limits.h"
#include "domain/otp.h"
#include "domain/settings.h"

struct settings_form {
    struct settings settings;
    uint32_t counted; // bits by counted_names, for active_statuses
};

#define S(member) offsetof(struct settings_form, settings.member)

// The statuses a card of a customer can count in; the first is CARD_INACTIVE.
static const char *const counted_names[] = { "inactive", "active", "suspended", "blocked", "expired", NULL };

static const struct field fields[] = {
    { "issuing_source_id", FIELD_ID, S(issuing_source_id), FIELD_NULLABLE, .id_prefix = "source",
      .help = "The source a card is attributed to when its issue names none." },
    { "otp.enabled", FIELD_BOOLEAN, S(otp_enabled), .help = "Does issuing a card take a one-time code?" },
    { "otp.channel", FIELD_ENUM, S(otp_channel), .names = otp_channel_names, .help = "How codes are sent." },
    { "max_cards_per_customer", FIELD_INTEGER, S(max_cards), FIELD_NULLABLE, .min = 1, .max = CARDS_PER_CUSTOMER_MAX,
      .help = "How many cards a customer may have over all series; null: no limit." },
    { "max_active_cards_per_customer", FIELD_INTEGER, S(max_active_cards), FIELD_NULLABLE, .min = 1,
      .max = CARDS_PER_CUSTOMER_MAX, .help = "How many of them may be active; null: no limit." },
    { "active_statuses", FIELD_ENUM_SET, offsetof(struct settings_form, counted), .names = counted_names,
      .help = "The statuses that count as active for the limits; at least one." },
    { "download_days", FIELD_INTEGER, S(download_days), .min = 1, .max = SETTINGS_DAYS_MAX,
      .help = "How long a batch can be downloaded." },
    { "resting_days", FIELD_INTEGER, S(resting_days), .min = 0, .max = SETTINGS_DAYS_MAX,
      .help = "How long a number rests after it was unlinked." },
    { "version", FIELD_INTEGER, S(version), .min = 0, .max = INT64_MAX,
      .help = "Rises with each change; sent with a change, it must be the current one." },
};

static const struct shape shape = SHAPE("Settings", struct settings_form, fields);

static status read_one(struct call *call)
{
    struct settings_form *form = CALL_NEW(call, struct settings_form);
    if (form == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(settings_get(call->work, &form->settings));
    form->counted = form->settings.active_statuses >> CARD_INACTIVE;
    return reply_one(call, form);
}

static status change(struct call *call)
{
    struct settings_form *form = CALL_NEW(call, struct settings_form);
    if (form == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(settings_get_locked(call->work, &form->settings));
    form->settings.version = 0;
    form->counted = form->settings.active_statuses >> CARD_INACTIVE;
    shape_overlay(&shape, form, call->input, call->present);
    form->settings.active_statuses = form->counted << CARD_INACTIVE;
    TRY(settings_update(call->work, &form->settings));
    return reply_one(call, form);
}

static const struct operation rows[] = {
    { "GET", "/v1/settings", READ, MAY_READ_SETTINGS, read_one, .out = &shape, .id = "settings_get", .tag = "Settings",
      .help = "Read the organisation's settings." },
    { "PATCH", "/v1/settings", WRITE, MAY_CHANGE_SETTINGS, change, .in = &shape, .patch = true, .out = &shape,
      .audit = "settings.changed", .event = "settings.changed", .outcomes = { SOURCE_NOT_FOUND, VERSION_CONFLICT },
      .id = "settings_update", .tag = "Settings", .help = "Change the organisation's settings." },
};

const struct operation_table settings_operations = OPERATION_TABLE(rows);
