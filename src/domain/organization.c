#include "domain/organization.h"

#include "domain/settings.h"
#include "domain/status_label.h"

static const char INSERT[] =
    "INSERT INTO organization (id, number, name, country, currency, time_zone, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char NEXT_NUMBER[] = "SELECT CAST(coalesce(max(number), 0) + 1 AS BIGINT) FROM organization";
static const char GET[] =
    "SELECT id, number, name, country, currency, time_zone, created_at FROM organization WHERE id = $1";
static const char FIRST[] = "SELECT id FROM organization ORDER BY id LIMIT 1";

status organization_create(struct work *work, struct organization *organization)
{
    status taken = ORGANIZATION_EXISTS;
    if (organization->number == 0) {
        taken = STORAGE_CONFLICT; // by somebody who was faster: again
        TRY(work_integer(work, &organization->number, NEXT_NUMBER, NO_ARGS, INTERNAL));
    }
    if (organization->number < 1 || organization->number > ORGANIZATION_NUMBER_MAX) {
        return faults_add(work->faults, TEXT("number"), OUT_OF_RANGE);
    }
    organization->id = work_id(work);
    organization->created_ms = work->now_ms;
    status inserted =
        work_insert(work, INSERT,
                    ARGS(value_i64(organization->id), value_i64(organization->number), value_text(organization->name),
                         value_text(organization->country), value_text(organization->currency),
                         value_text(organization->time_zone), value_i64(work->now_ms)),
                    taken);
    if (inserted == ORGANIZATION_EXISTS) {
        faults_add(work->faults, TEXT("number"), ORGANIZATION_EXISTS);
    }
    TRY(inserted);
    work->organization_id = organization->id;
    TRY(settings_create(work, organization->id));
    TRY(status_label_create_defaults(work));
    work_subject(work, "organization", organization->id);
    return OK;
}

status organization_get(struct work *work, struct organization *out)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, GET, ARGS(value_i64(work->organization_id))));
    bool found = rows_next(&rows);
    if (found) {
        *out = (struct organization){
            .id = row_i64(&rows, 0),
            .number = row_i64(&rows, 1),
            .name = row_text_copy(&rows, 2, work->arena),
            .country = row_text_copy(&rows, 3, work->arena),
            .currency = row_text_copy(&rows, 4, work->arena),
            .time_zone = row_text_copy(&rows, 5, work->arena),
            .created_ms = row_i64(&rows, 6),
        };
    }
    TRY(rows_close(&rows));
    return found ? OK : NOT_FOUND;
}

status organization_first(struct work *work, int64_t *id)
{
    return work_integer(work, id, FIRST, NO_ARGS, NOT_FOUND);
}
