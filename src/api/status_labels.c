#include "api/status_labels.h"

#include "base/limits.h"
#include "domain/status_label.h"

#define L(member) offsetof(struct status_label, member)

static const struct field fields[] = {
    { "id", FIELD_ID, L(id), FIELD_OUTPUT, .id_prefix = "label", .help = "The label's id." },
    { "label", FIELD_TEXT, L(label), FIELD_REQUIRED, .min = 1, .max = LABEL_LEN_MAX, .form = FORM_LINE,
      .help = "The organisation's own word, unique." },
    { "status", FIELD_ENUM, L(status), FIELD_REQUIRED, .names = card_status_names,
      .help = "The card status it stands for; never changes." },
    { "default", FIELD_BOOLEAN, L(is_default),
      .help =
          "The label of its status where none is named. True takes it from the one before; only another label ends it." },
    { "retired", FIELD_BOOLEAN, L(retired), .help = "Stays on the cards that have it and goes on no other." },
    { "created_at", FIELD_TIME, L(created_ms), FIELD_OUTPUT, .help = "When it was made." },
    { "version", FIELD_INTEGER, L(version), .min = 0, .max = INT64_MAX,
      .help = "Rises with each change; sent with a change, it must be the current one." },
};

static const struct shape shape = SHAPE("StatusLabel", struct status_label, fields);

struct label_query {
    struct page page;
    int status;
    int use; // index of use_names, as `retired` of the filter
};

static const char *const use_names[] = { "in_use", "retired", NULL };

static const struct field query_fields[] = {
    PAGE_FIELDS(struct label_query),
    { "status", FIELD_ENUM, offsetof(struct label_query, status), .names = card_status_names,
      .help = "Only labels of this status." },
    { "state", FIELD_ENUM, offsetof(struct label_query, use), .names = use_names,
      .help = "Only labels in use, or only retired ones." },
};

static const struct shape query_shape = SHAPE("StatusLabelQuery", struct label_query, query_fields);

static status read_list(struct call *call)
{
    const struct label_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct status_label *found;
    const struct status_label_filter filter = { limit + 1, query->page.after, query->status, query->use };
    TRY(status_label_list(call->work, &found, &count, &filter));
    return REPLY_PAGE(call, found, count, limit);
}

static status read_one(struct call *call)
{
    struct status_label *label = CALL_NEW(call, struct status_label);
    if (label == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(status_label_get(call->work, label, call->path_ids[0]));
    return reply_one(call, label);
}

static status create(struct call *call)
{
    struct status_label *label = CALL_NEW(call, struct status_label);
    if (label == NULL) {
        return OUT_OF_MEMORY;
    }
    *label = *(struct status_label *)call->input;
    if (label->retired) {
        return call_fault(call, "retired", NOT_ALLOWED_VALUE); // a new label is in use
    }
    TRY(status_label_create(call->work, label));
    return reply_one(call, label);
}

static status change(struct call *call)
{
    struct status_label *label = CALL_NEW(call, struct status_label);
    if (label == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(status_label_get(call->work, label, call->path_ids[0]));
    label->version = 0;
    shape_overlay(&shape, label, call->input, call->present);
    TRY(status_label_update(call->work, label));
    return reply_one(call, label);
}

static const struct operation rows[] = {
    { "GET", "/v1/status-labels", READ, MAY_READ_SETTINGS, read_list, .query = &query_shape, .out = &shape,
      .list = true, .id = "status_label_list", .tag = "Settings", .help = "List status labels, newest first." },
    { "POST", "/v1/status-labels", WRITE, MAY_CHANGE_SETTINGS, create, .in = &shape, .out = &shape, .success = 201,
      .audit = "status_label.created", .event = "status_label.created",
      .outcomes = { LABEL_EXISTS, NOT_ALLOWED_VALUE, OUT_OF_RANGE }, .id = "status_label_create", .tag = "Settings",
      .help = "Make a label for a card status." },
    { "GET", "/v1/status-labels/{label_id}", READ, MAY_READ_SETTINGS, read_one, .out = &shape,
      .outcomes = { NOT_FOUND }, .id = "status_label_get", .tag = "Settings", .help = "Read a status label." },
    { "PATCH", "/v1/status-labels/{label_id}", WRITE, MAY_CHANGE_SETTINGS, change, .in = &shape, .patch = true,
      .out = &shape, .audit = "status_label.changed", .event = "status_label.changed",
      .outcomes = { NOT_FOUND, LABEL_EXISTS, LABEL_IS_DEFAULT, LABEL_RETIRED, IMMUTABLE_FIELD, VERSION_CONFLICT },
      .id = "status_label_update", .tag = "Settings",
      .help = "Rename a label, retire it or bring it back, or make it the default of its status." },
};

const struct operation_table status_label_operations = OPERATION_TABLE(rows);
