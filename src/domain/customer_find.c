#include "domain/customer_find.h"

#include "base/limits.h"
#include "base/text_form.h"
#include "domain/card_availability.h"
#include "domain/customer_row.h"
#include "domain/name_fold.h"

// A range of what is indexed uses the index, which a pattern would not on every engine; and the order is the index's
// own and no finer, or PostgreSQL would read and sort everyone of a common name.
#define SELECT "SELECT " CUSTOMER_COLUMNS " FROM customer WHERE organization_id = $1 AND "

static const char BY_EXTERNAL_ID[] = SELECT "external_id >= $2 AND external_id < $3 ORDER BY external_id LIMIT $4";
static const char BY_MOBILE[] = SELECT "mobile >= $2 AND mobile < $3 ORDER BY mobile LIMIT $4";
static const char BY_EMAIL[] = SELECT "email >= $2 AND email < $3 ORDER BY email LIMIT $4";
static const char BY_FIRST_NAME[] =
    SELECT "first_folded >= $2 AND first_folded < $3 ORDER BY first_folded, last_folded LIMIT $4";
static const char BY_LAST_NAME[] = SELECT "last_folded >= $2 AND last_folded < $3 ORDER BY last_folded LIMIT $4";
static const char BY_BOTH_NAMES[] =
    SELECT "first_folded = $5 AND last_folded >= $2 AND last_folded < $3 ORDER BY last_folded LIMIT $4";

enum { MOBILE_DIGITS_MAX = MOBILE_LEN_MAX - 1 };

/* What was found so far, in order. */
struct found {
    struct customer *customers;
    int count;
    int64_t limit;
};

static bool is_found(const struct found *found, int64_t id)
{
    for (int i = 0; i < found->count; i++) {
        if (found->customers[i].id == id) {
            return true;
        }
    }
    return false;
}

// The first text that is greater than every text that begins with `prefix`: no character of UTF-8 has a byte above 0xF4.
static text after_prefix(struct arena *arena, text prefix)
{
    return arena_print(arena, TEXT_FMT "\xf4\x8f\xbf\xbf", TEXT_ARG(prefix));
}

// Adds those that were not found in another way before; of those the range holds at most as many as were found, so a
// range of `limit` rows is enough.
static status find_more(struct work *work, struct found *found, const char *sql, text prefix, text first)
{
    if (found->count >= found->limit) {
        return OK;
    }
    text end = after_prefix(work->arena, prefix);
    if (!text_present(end)) {
        return OUT_OF_MEMORY;
    }
    const struct value values[] = { value_i64(work->organization_id), value_text(prefix), value_text(end),
                                    value_i64(found->limit), value_text(first) };
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, sql, values, text_present(first) ? 5 : 4));
    while (found->count < found->limit && rows_next(&rows)) {
        if (!is_found(found, row_i64(&rows, 0))) {
            customer_row_read(&rows, &found->customers[found->count++], work->arena);
        }
    }
    return rows_close(&rows);
}

// "anna maria rao" begins one name, or is "anna" and "maria rao", or "anna maria" and "rao".
static status find_by_name(struct work *work, struct found *found, text name)
{
    text whole;
    TRY(name_fold(work->arena, &whole, text_trim(name)));
    TRY(find_more(work, found, BY_FIRST_NAME, whole, TEXT_ABSENT));
    TRY(find_more(work, found, BY_LAST_NAME, whole, TEXT_ABSENT));
    int ways = 0;
    for (size_t i = 0; i < whole.len && ways < CUSTOMER_NAME_PART_COUNT_MAX; i++) {
        if (whole.at[i] == ' ') {
            text first = text_trim(text_slice(whole, 0, i)), last = text_trim(text_slice(whole, i, whole.len));
            TRY(find_more(work, found, BY_BOTH_NAMES, last, first));
            ways++;
        }
    }
    return OK;
}

static status find_by_contact(struct work *work, struct found *found, enum customer_contact contact, text value)
{
    status result = customer_get_by_contact(work, &found->customers[0], contact, value);
    found->count = result == OK ? 1 : 0;
    return result == CUSTOMER_NOT_FOUND ? OK : result;
}

// A number that leads to nobody, whatever the reason, finds nobody.
static status find_by_number(struct work *work, struct found *found, text typed)
{
    char *number = arena_take(work->arena, typed.len + 1);
    if (number == NULL) {
        return OUT_OF_MEMORY;
    }
    size_t len = 0;
    for (size_t i = 0; i < typed.len; i++) {
        if (typed.at[i] != ' ' && typed.at[i] != '-') {
            number[len++] = typed.at[i];
        }
    }
    int64_t id = 0;
    status result = CUSTOMER_NOT_FOUND;
    if (text_is_card_number((text){ number, len })) {
        result = card_customer_by_number(work, (text){ number, len }, &id);
    }
    if (result == OK) {
        result = customer_get(work, &found->customers[0], id);
        found->count = result == OK ? 1 : 0;
    }
    return status_is_fault(result) ? result : OK;
}

static bool is_mobile_mark(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' || c == '[' || c == ']';
}

// The beginning of a mobile number as it is kept, "+" and digits; absent when it can be none.
static status mobile_of(struct arena *arena, text *out, text typed)
{
    *out = TEXT_ABSENT;
    bool plus = text_starts_with(typed, TEXT("+"));
    char *kept = arena_take(arena, typed.len + 1);
    if (kept == NULL) {
        return OUT_OF_MEMORY;
    }
    size_t len = 0;
    for (size_t i = plus ? 1 : 0; i < typed.len; i++) {
        if (typed.at[i] >= '0' && typed.at[i] <= '9') {
            kept[len++] = typed.at[i];
        } else if (!is_mobile_mark(typed.at[i])) {
            return OK;
        }
    }
    text digits = { kept, len };
    if (!plus && text_starts_with(digits, TEXT("00"))) {
        digits = text_slice(digits, 2, len);
    }
    if (text_empty(digits) || digits.len > MOBILE_DIGITS_MAX) {
        return OK;
    }
    *out = arena_print(arena, "+" TEXT_FMT, TEXT_ARG(digits));
    return text_present(*out) ? OK : OUT_OF_MEMORY;
}

static status find_typed(struct work *work, struct found *found, text typed)
{
    text whole = text_trim(typed), mobile, email;
    if (text_count_characters(whole) < CUSTOMER_SEARCH_LEN_MIN) {
        return OK;
    }
    TRY(mobile_of(work->arena, &mobile, whole));
    TRY(name_fold(work->arena, &email, whole));
    TRY(find_by_number(work, found, whole));
    TRY(find_more(work, found, BY_EXTERNAL_ID, whole, TEXT_ABSENT));
    if (text_present(mobile)) {
        TRY(find_more(work, found, BY_MOBILE, mobile, TEXT_ABSENT));
    }
    TRY(find_more(work, found, BY_EMAIL, email, TEXT_ABSENT));
    return find_by_name(work, found, whole);
}

static status find(struct work *work, struct found *found, const struct customer_search *search)
{
    if (text_present(search->mobile)) {
        return find_by_contact(work, found, CONTACT_MOBILE, search->mobile);
    }
    if (text_present(search->email)) {
        text email;
        TRY(name_fold(work->arena, &email, search->email));
        return find_by_contact(work, found, CONTACT_EMAIL, email);
    }
    if (text_present(search->external_id)) {
        return find_by_contact(work, found, CONTACT_EXTERNAL_ID, search->external_id);
    }
    return text_present(search->name) ? find_by_name(work, found, search->name)
                                      : find_typed(work, found, search->typed);
}

status customer_search(struct work *work, struct customer **out, int *count, const struct customer_search *search)
{
    struct found found = { .customers = ARENA_ARRAY(work->arena, struct customer, (size_t)search->limit),
                           .limit = search->limit };
    *count = 0;
    if (found.customers == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(find(work, &found, search));
    *out = found.customers;
    *count = found.count;
    return customer_show(work, *out, *count);
}
