#include "domain/customer.h"

#include <assert.h>

#include "base/time_text.h"
#include "domain/customer_row.h"
#include "domain/name_fold.h"
#include "domain/role.h"
#include "domain/settings.h"

const char *const verification_names[] = { "pending",          "verified", "rejected", "needs_information",
                                           "update_requested", "on_hold",  NULL };

static_assert(sizeof verification_names / sizeof verification_names[0] == VERIFICATION_COUNT + 1,
              "a name for each verification");

// domain.md, "Customer verification": what each may become, as bits.
static const uint32_t next_verifications[VERIFICATION_COUNT] = {
    [VERIFICATION_PENDING] =
        1u << VERIFICATION_VERIFIED | 1u << VERIFICATION_REJECTED | 1u << VERIFICATION_NEEDS_INFORMATION,
    [VERIFICATION_NEEDS_INFORMATION] = 1u << VERIFICATION_PENDING,
    [VERIFICATION_VERIFIED] = 1u << VERIFICATION_UPDATE_REQUESTED | 1u << VERIFICATION_ON_HOLD,
    [VERIFICATION_UPDATE_REQUESTED] = 1u << VERIFICATION_VERIFIED | 1u << VERIFICATION_REJECTED,
    [VERIFICATION_ON_HOLD] = 1u << VERIFICATION_VERIFIED,
};

bool verification_may_become(enum verification from, enum verification to)
{
    return from == to || (next_verifications[from] >> to & 1) != 0;
}

static uint32_t next_for(const struct work *work, int verification)
{
    return permission_held(work->actor->permissions, MAY_CHANGE_CUSTOMERS) ? next_verifications[verification] : 0;
}

#define COUNTERS CUSTOMER_COUNTERS
#define COLUMNS  CUSTOMER_COLUMNS

static const char GET[] = "SELECT " COLUMNS " FROM customer WHERE id = $1 AND organization_id = $2";
static const struct sql_pair GET_LOCKED =
    SQL_LOCKED("SELECT " COLUMNS " FROM customer WHERE id = $1 AND organization_id = $2");
static const char BY_MOBILE[] = "SELECT " COLUMNS " FROM customer WHERE organization_id = $1 AND mobile = $2";
static const char BY_EMAIL[] = "SELECT " COLUMNS " FROM customer WHERE organization_id = $1 AND email = $2";
static const char BY_EXTERNAL_ID[] = "SELECT " COLUMNS " FROM customer WHERE organization_id = $1 AND external_id = $2";
static const char LIST[] =
    "SELECT " COLUMNS " FROM customer WHERE organization_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
static const char INSERT[] =
    "INSERT INTO customer (id, organization_id, external_id, first_name, last_name, first_folded, last_folded, mobile, email, "
    "date_of_birth, nationality, verification, " COUNTERS
    ", created_at, version) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, $13, 1)";
static const char UPDATE[] =
    "UPDATE customer SET external_id = $3, first_name = $4, last_name = $5, first_folded = $6, last_folded = $7, mobile = $8, "
    "email = $9, date_of_birth = $10, nationality = $11, verification = $12, version = version + 1 "
    "WHERE id = $1 AND organization_id = $2";
static const char COUNT_CUSTOMER[] =
    "UPDATE customer SET cards_inactive = cards_inactive + $3, cards_active = cards_active + $4, cards_suspended = cards_suspended + $5, "
    "cards_blocked = cards_blocked + $6, cards_expired = cards_expired + $7 WHERE id = $1 AND organization_id = $2 "
    "AND cards_inactive + $3 >= 0 AND cards_active + $4 >= 0 AND cards_suspended + $5 >= 0 AND cards_blocked + $6 >= 0 AND cards_expired + $7 >= 0";
static const char COUNT_SERIES[] =
    "UPDATE customer_series SET cards_inactive = cards_inactive + $3, cards_active = cards_active + $4, cards_suspended = cards_suspended + $5, "
    "cards_blocked = cards_blocked + $6, cards_expired = cards_expired + $7 WHERE customer_id = $1 AND series_id = $2 "
    "AND cards_inactive + $3 >= 0 AND cards_active + $4 >= 0 AND cards_suspended + $5 >= 0 AND cards_blocked + $6 >= 0 AND cards_expired + $7 >= 0";
static const char FIRST_OF_SERIES[] =
    "INSERT INTO customer_series (customer_id, series_id, " COUNTERS ") VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char SERIES_COUNTS[] =
    "SELECT " COUNTERS " FROM customer_series WHERE customer_id = $1 AND series_id = $2";

enum { COUNTED_FIRST = CARD_INACTIVE, COUNTED_COUNT = 5 };
static_assert(CARD_INACTIVE == 1 && CARD_EXPIRED == COUNTED_FIRST + COUNTED_COUNT - 1,
              "the counters stand in the order of the statuses");

int64_t card_counts_among(const struct card_counts *counts, uint32_t statuses)
{
    int64_t sum = 0;
    for (int i = 0; i < CARD_STATUS_COUNT; i++) {
        sum += (statuses >> i & 1) != 0 ? counts->of[i] : 0;
    }
    return sum;
}

int64_t card_counts_all(const struct card_counts *counts)
{
    return card_counts_among(counts, UINT32_MAX);
}

static void read_counts(struct rows *rows, int from, struct card_counts *out)
{
    *out = (struct card_counts){ { 0 } };
    for (int i = 0; i < COUNTED_COUNT; i++) {
        out->of[COUNTED_FIRST + i] = row_i64(rows, from + i);
    }
}

void customer_row_read(struct rows *rows, struct customer *out, struct arena *arena)
{
    *out = (struct customer){
        .id = row_i64(rows, 0),
        .external_id = row_text_copy(rows, 1, arena),
        .first_name = row_text_copy(rows, 2, arena),
        .last_name = row_text_copy(rows, 3, arena),
        .mobile = row_text_copy(rows, 4, arena),
        .email = row_text_copy(rows, 5, arena),
        .date_of_birth = row_i64_or(rows, 6, DATE_NONE),
        .nationality = row_text_copy(rows, 7, arena),
        .verification = (int)row_i64(rows, 8),
        .created_ms = row_i64(rows, 14),
        .version = row_i64(rows, 15),
    };
    read_counts(rows, 9, &out->cards);
}

status customer_show(struct work *work, struct customer *customers, int count)
{
    struct settings settings;
    TRY(settings_get(work, &settings));
    for (int i = 0; i < count; i++) {
        customers[i].cards_all = card_counts_all(&customers[i].cards);
        customers[i].cards_active = card_counts_among(&customers[i].cards, settings.active_statuses);
        customers[i].next_verifications = next_for(work, customers[i].verification);
    }
    return OK;
}

static status get_by(struct work *work, struct customer *out, const char *sql, const struct value *values, int count)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, count));
    bool found = rows_next(&rows);
    if (found) {
        customer_row_read(&rows, out, work->arena);
    }
    TRY(rows_close(&rows));
    return found ? OK : CUSTOMER_NOT_FOUND;
}

status customer_get(struct work *work, struct customer *out, int64_t id)
{
    TRY(get_by(work, out, GET, ARGS(value_i64(id), value_i64(work->organization_id))));
    return customer_show(work, out, 1);
}

status customer_lock(struct work *work, struct customer *out, int64_t id)
{
    return get_by(work, out, work_sql(work, GET_LOCKED), ARGS(value_i64(id), value_i64(work->organization_id)));
}

static const struct contact {
    const char *field;
    size_t offset;
    const char *find;
} contacts[] = {
    [CONTACT_MOBILE] = { "mobile", offsetof(struct customer, mobile), BY_MOBILE },
    [CONTACT_EMAIL] = { "email", offsetof(struct customer, email), BY_EMAIL },
    [CONTACT_EXTERNAL_ID] = { "external_id", offsetof(struct customer, external_id), BY_EXTERNAL_ID },
};

enum { CONTACT_COUNT = sizeof contacts / sizeof contacts[0] };

status customer_get_by_contact(struct work *work, struct customer *out, enum customer_contact contact, text value)
{
    return get_by(work, out, contacts[contact].find, ARGS(value_i64(work->organization_id), value_text(value)));
}

// Is there a way to reach them, and is it nobody else's?
static status judge_contacts(struct work *work, const struct customer *customer)
{
    int given = 0, taken = 0;
    for (int i = 0; i < CONTACT_COUNT; i++) {
        text value = *(const text *)((const char *)customer + contacts[i].offset);
        struct customer other;
        if (!text_present(value)) {
            continue;
        }
        given++;
        status found = customer_get_by_contact(work, &other, (enum customer_contact)i, value);
        if (found == OK && other.id != customer->id) {
            faults_add(work->faults, text_of(contacts[i].field), CUSTOMER_EXISTS);
            taken++;
        }
        TRY(found == CUSTOMER_NOT_FOUND ? OK : found);
    }
    if (given == 0) {
        faults_add_message(work->faults, TEXT("mobile"), REQUIRED,
                           "Give a mobile number, an email address or an external id.");
        return INVALID_INPUT;
    }
    return taken > 0 ? CUSTOMER_EXISTS : OK;
}

static status prepare(struct work *work, struct customer *customer, bool new)
{
    status verdict = OK;
    if (customer->date_of_birth != DATE_NONE && customer->date_of_birth > date_of_ms(work->now_ms)) {
        faults_add_message(work->faults, TEXT("date_of_birth"), OUT_OF_RANGE, "Nobody is born in the future.");
        verdict = INVALID_INPUT;
    }
    if (new && customer->verification != VERIFICATION_VERIFIED && customer->verification != VERIFICATION_PENDING) {
        faults_add_message(work->faults, TEXT("verification"), NOT_ALLOWED_VALUE,
                           "A new customer is pending or verified.");
        verdict = INVALID_INPUT;
    }
    if (text_present(customer->email)) {
        TRY(name_fold(work->arena, &customer->email, customer->email));
    }
    status contacts_verdict = judge_contacts(work, customer);
    return verdict != OK && !status_is_fault(contacts_verdict) ? verdict : contacts_verdict;
}

status customer_create(struct work *work, struct customer *customer)
{
    text first, last;
    customer->verification = customer->verification < 0 ? VERIFICATION_VERIFIED : customer->verification;
    customer->id = 0; // nobody's yet: each owner of a contact is another
    TRY(prepare(work, customer, true));
    TRY(name_fold(work->arena, &first, customer->first_name));
    TRY(name_fold(work->arena, &last, customer->last_name));
    customer->id = work_id(work);
    customer->cards = (struct card_counts){ { 0 } };
    customer->cards_all = customer->cards_active = 0;
    customer->next_verifications = next_for(work, customer->verification);
    customer->created_ms = work->now_ms;
    customer->version = 1;
    TRY(work_insert(work, INSERT,
                    ARGS(value_i64(customer->id), value_i64(work->organization_id), value_text(customer->external_id),
                         value_text(customer->first_name), value_text(customer->last_name), value_text(first),
                         value_text(last), value_text(customer->mobile), value_text(customer->email),
                         value_i64_or_null(customer->date_of_birth, DATE_NONE), value_text(customer->nationality),
                         value_i64(customer->verification), value_i64(work->now_ms)),
                    CUSTOMER_EXISTS));
    work_subject(work, "cus", customer->id);
    return OK;
}

status customer_update(struct work *work, struct customer *customer)
{
    struct customer stored;
    TRY(customer_lock(work, &stored, customer->id));
    if (customer->version != 0 && customer->version != stored.version) {
        return VERSION_CONFLICT;
    }
    if (!verification_may_become((enum verification)stored.verification, (enum verification)customer->verification)) {
        return faults_add_message(work->faults, TEXT("verification"), TRANSITION_NOT_ALLOWED,
                                  "A customer who is %s cannot become %s.", verification_names[stored.verification],
                                  verification_names[customer->verification]);
    }
    text first, last;
    TRY(prepare(work, customer, false));
    TRY(name_fold(work->arena, &first, customer->first_name));
    TRY(name_fold(work->arena, &last, customer->last_name));
    TRY(work_insert(work, UPDATE,
                    ARGS(value_i64(customer->id), value_i64(work->organization_id), value_text(customer->external_id),
                         value_text(customer->first_name), value_text(customer->last_name), value_text(first),
                         value_text(last), value_text(customer->mobile), value_text(customer->email),
                         value_i64_or_null(customer->date_of_birth, DATE_NONE), value_text(customer->nationality),
                         value_i64(customer->verification)),
                    CUSTOMER_EXISTS));
    work_subject(work, "cus", customer->id);
    if (customer->verification != stored.verification) {
        work_detail_text(work, "verification", text_of(verification_names[customer->verification]));
    }
    return customer_get(work, customer, customer->id);
}

status customer_list(struct work *work, struct customer **out, int *count, const struct customer_filter *filter)
{
    int64_t limit = filter->limit, after = filter->after;
    *count = 0;
    *out = ARENA_ARRAY(work->arena, struct customer, (size_t)limit);
    if (*out == NULL) {
        return OUT_OF_MEMORY;
    }
    struct rows rows = { 0 };
    TRY(work_query(
        work, &rows, LIST,
        ARGS(value_i64(work->organization_id), value_i64(after != 0 ? after : INT64_MAX), value_i64(limit))));
    while (*count < limit && rows_next(&rows)) {
        customer_row_read(&rows, &(*out)[(*count)++], work->arena);
    }
    TRY(rows_close(&rows));
    return customer_show(work, *out, *count);
}

status customer_series_counts(struct work *work, int64_t customer_id, int64_t series_id, struct card_counts *out)
{
    *out = (struct card_counts){ { 0 } };
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, SERIES_COUNTS, ARGS(value_i64(customer_id), value_i64(series_id))));
    if (rows_next(&rows)) {
        read_counts(&rows, 0, out);
    }
    return rows_close(&rows);
}

status customer_count_change(struct work *work, int64_t customer_id, int64_t series_id, enum card_status from,
                             enum card_status to)
{
    if (!card_status_is_counted(from) && !card_status_is_counted(to)) {
        return OK;
    }
    int64_t change[CARD_STATUS_COUNT] = { 0 };
    change[from]--;
    change[to]++;
    const struct value by[COUNTED_COUNT] = { value_i64(change[1]), value_i64(change[2]), value_i64(change[3]),
                                             value_i64(change[4]), value_i64(change[5]) };
    TRY(work_change(work, COUNT_CUSTOMER,
                    ARGS(value_i64(customer_id), value_i64(work->organization_id), by[0], by[1], by[2], by[3], by[4]),
                    DATA_DAMAGED));
    int64_t changed = 0;
    TRY(database_run(work->database, COUNT_SERIES,
                     ARGS(value_i64(customer_id), value_i64(series_id), by[0], by[1], by[2], by[3], by[4]), &changed,
                     NULL));
    if (changed == 0 && card_status_is_counted(from)) {
        return DATA_DAMAGED;
    }
    return changed == 1
               ? OK
               : work_run(work, FIRST_OF_SERIES,
                          ARGS(value_i64(customer_id), value_i64(series_id), by[0], by[1], by[2], by[3], by[4]));
}
