#include "api/reports.h"

#include "base/limits.h"
#include "base/time_text.h"
#include "domain/series_day.h"

#define R(member) offsetof(struct series_report, member)

static const struct field series_report_fields[] = {
    { "series_id", FIELD_ID, R(id), .id_prefix = "series", .help = "The series." },
    { "series_code", FIELD_TEXT, R(code), .help = "Its code." },
    { "series_name", FIELD_TEXT, R(name), .help = "Its name." },
    { "active", FIELD_BOOLEAN, R(active), .help = "Only an active series draws and issues." },
    { "space.total", FIELD_COUNT, R(total), .help = "How many numbers the space holds." },
    { "space.drawn", FIELD_COUNT, R(drawn),
      .help = "How many of its places are used: drawn, reserved or passed over." },
    { "space.left", FIELD_COUNT, R(left), .help = "How many are left." },
    { "issued", FIELD_INTEGER, R(issued), .help = "Cards ever given to a customer, those taken away again too." },
    { "counts.not_issued", FIELD_INTEGER, R(cards[CARD_NOT_ISSUED]),
      .help =
          "Numbers of its batches that were never issued, without voided batches; registered numbers are not in it." },
    { "counts.inactive", FIELD_INTEGER, R(cards[CARD_INACTIVE]), .help = "Cards that wait to be activated." },
    { "counts.active", FIELD_INTEGER, R(cards[CARD_ACTIVE]), .help = "Active cards." },
    { "counts.suspended", FIELD_INTEGER, R(cards[CARD_SUSPENDED]), .help = "Suspended cards." },
    { "counts.blocked", FIELD_INTEGER, R(cards[CARD_BLOCKED]), .help = "Blocked cards." },
    { "counts.expired", FIELD_INTEGER, R(cards[CARD_EXPIRED]), .help = "Expired cards." },
    { "counts.closed", FIELD_INTEGER, R(cards[CARD_CLOSED]),
      .help = "Closed cards, and registered ones that were voided before anybody had them." },
};

static const struct shape series_report_shape = SHAPE("SeriesReport", struct series_report, series_report_fields);

struct series_report_query {
    struct page page;
};

static const struct field series_report_query_fields[] = { PAGE_FIELDS(struct series_report_query) };

static const struct shape series_report_query_shape =
    SHAPE("SeriesReportQuery", struct series_report_query, series_report_query_fields);

#define D(member) offsetof(struct day_report, member)

static const struct field day_report_fields[] = {
    { "date", FIELD_DATE, D(date), .help = "The day, in UTC." },
    { "issued", FIELD_INTEGER, D(issued), .help = "Cards given to customers on it." },
    { "closed", FIELD_INTEGER, D(closed), .help = "Cards closed on it." },
};

static const struct shape day_report_shape = SHAPE("DayReport", struct day_report, day_report_fields);

#define Q(member) offsetof(struct day_report_filter, member)

static const struct field day_query_fields[] = {
    { "from", FIELD_DATE, Q(from), .help = "The first day, in UTC; 29 days before the last one when not given." },
    { "to", FIELD_DATE, Q(to),
      .help = "The last day, itself included; today when not given. At most 366 days in all." },
    { "series_id", FIELD_ID, Q(series_id), .id_prefix = "series", .help = "Only cards of this series." },
};

static const struct shape day_query_shape = SHAPE("DayReportQuery", struct day_report_filter, day_query_fields);

enum { DAY_COUNT_DEFAULT = 30 };

static status read_series(struct call *call)
{
    const struct series_report_query *query = call->query;
    int limit = page_limit(&query->page), count = 0;
    struct series_report *found;
    TRY(series_report_list(call->work, &found, &count, limit + 1, query->page.after));
    return REPLY_PAGE(call, found, count, limit);
}

static status read_days(struct call *call)
{
    struct day_report_filter filter = *(const struct day_report_filter *)call->query;
    struct day_report *found;
    int count = 0;
    filter.to = filter.to == DATE_NONE ? date_of_ms(call->work->now_ms) : filter.to;
    filter.from = filter.from == DATE_NONE ? filter.to - DAY_COUNT_DEFAULT + 1 : filter.from;
    if (filter.from > filter.to || filter.to - filter.from >= REPORT_DAY_COUNT_MAX) {
        faults_add_message(&call->faults, TEXT("from"), OUT_OF_RANGE,
                           "From the first day to the last there are 1 to %d days.", REPORT_DAY_COUNT_MAX);
        return INVALID_INPUT;
    }
    TRY(day_report_list(call->work, &found, &count, &filter));
    return reply_list(call, found, sizeof *found, count, 0);
}

static const struct operation rows[] = {
    { "GET", "/v1/reports/series", READ, MAY_READ_SERIES, read_series, .query = &series_report_query_shape,
      .out = &series_report_shape, .list = true, .id = "report_series", .tag = "Reports",
      .help = "What each series has come to: its space, and its cards by status; newest series first." },
    { "GET", "/v1/reports/issued-per-day", READ, MAY_READ_SERIES, read_days, .query = &day_query_shape,
      .out = &day_report_shape, .list = true, .outcomes = { OUT_OF_RANGE }, .id = "report_issued_per_day",
      .tag = "Reports",
      .help = "How many cards were issued and closed on each day that has any, oldest first; `next` is always null." },
};

const struct operation_table report_operations = OPERATION_TABLE(rows);
