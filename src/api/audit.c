#include "api/audit.h"

#include <string.h>

#include "api/shape_csv.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "domain/audit_query.h"

/* The audit trail. */

struct audit_view {
    struct audit_record record;
    int actor_kind, channel;
    text actor_id, subject_id, hash; // printed
};

#define A(member) offsetof(struct audit_view, member)

static const struct field audit_fields[] = {
    { "at", FIELD_TIME, A(record.at_ms), FIELD_OUTPUT, .help = "When." },
    { "actor", FIELD_TEXT, A(record.actor_name), FIELD_OUTPUT | FIELD_NULLABLE, .help = "Name of who did it." },
    { "actor_id", FIELD_TEXT, A(actor_id), FIELD_OUTPUT | FIELD_NULLABLE, .help = "Id of the user or API key." },
    { "actor_kind", FIELD_ENUM, A(actor_kind), FIELD_OUTPUT, .names = audit_actor_names,
      .help = "What kind of caller did it." },
    { "channel", FIELD_ENUM, A(channel), FIELD_OUTPUT, .names = audit_channel_names, .help = "The way it came." },
    { "peer", FIELD_TEXT, A(record.peer), FIELD_OUTPUT | FIELD_NULLABLE, .help = "The address it came from." },
    { "action", FIELD_TEXT, A(record.action), FIELD_OUTPUT, .help = "What was done or tried." },
    { "subject_id", FIELD_TEXT, A(subject_id), FIELD_OUTPUT | FIELD_NULLABLE, .help = "To what." },
    { "result", FIELD_TEXT, A(record.result), FIELD_OUTPUT, .help = "\"ok\", or the code of the refusal." },
    { "detail", FIELD_JSON, A(record.detail), FIELD_OUTPUT, .help = "More, by action." },
    { "request_id", FIELD_TEXT, A(record.request_id), FIELD_OUTPUT | FIELD_NULLABLE, .help = "The request." },
    { "lane", FIELD_INTEGER, A(record.lane), FIELD_OUTPUT, .help = "The chain it stands in." },
    { "sequence", FIELD_INTEGER, A(record.sequence), FIELD_OUTPUT, .help = "Its place in the chain." },
    { "hash", FIELD_TEXT, A(hash), FIELD_OUTPUT, .help = "Of the chain up to this record: SHA-256 in hexadecimal." },
};

static const struct shape audit_shape = SHAPE("AuditRecord", struct audit_view, audit_fields);

struct audit_query {
    int64_t limit;
    text after, action, actor, subject_id, result;
    int64_t from_ms, to_ms;
};

enum { WORD_LEN_MAX = 100 };

#define Q(member) offsetof(struct audit_query, member)

#define AUDIT_FILTER_FIELDS                                                                                            \
    { "action", FIELD_TEXT, Q(action), .max = WORD_LEN_MAX, .help = "Only this action: \"card.issued\"." },            \
        { "actor", FIELD_TEXT, Q(actor), .max = EMAIL_LEN_MAX,                                                         \
          .help = "Only by this user or API key: its id or its name." },                                               \
        { "subject_id", FIELD_TEXT, Q(subject_id), .max = WORD_LEN_MAX, .help = "Only about this: any printed id." },  \
        { "result", FIELD_TEXT, Q(result), .max = WORD_LEN_MAX,                                                        \
          .help = "Only \"ok\", or \"refused\", or this code of a refusal." },                                         \
        { "from", FIELD_TIME, Q(from_ms), .help = "Not before." },                                                     \
    {                                                                                                                  \
        "to", FIELD_TIME, Q(to_ms), .help = "Before."                                                                  \
    }

static const struct field audit_query_fields[] = {
    { "limit", FIELD_INTEGER, Q(limit), .min = 1, .max = PAGE_COUNT_MAX, .help = "How many to return." },
    { "after", FIELD_TEXT, Q(after), .min = 1, .max = AUDIT_PLACE_LEN_MAX, .help = "The `next` of the page before." },
    AUDIT_FILTER_FIELDS,
};

static const struct shape audit_query_shape = SHAPE("AuditQuery", struct audit_query, audit_query_fields);

static const struct field audit_file_query_fields[] = {
    { "limit", FIELD_INTEGER, Q(limit), .min = 1, .max = AUDIT_FILE_COUNT_MAX,
      .help = "How many rows at most; 10,000 when not given." },
    { "after", FIELD_TEXT, Q(after), .min = 1, .max = AUDIT_PLACE_LEN_MAX,
      .help = "The Cardwright-Next header of the export before, or a `next` of the list." },
    AUDIT_FILTER_FIELDS,
};

static const struct shape audit_file_query_shape = SHAPE("AuditFileQuery", struct audit_query, audit_file_query_fields);

static text print_subject(struct arena *arena, text type, int64_t id)
{
    if (id == 0 || text_empty(type)) {
        return TEXT_ABSENT;
    }
    char digits[13];
    bytes_id_print(digits, (uint64_t)id);
    return arena_print(arena, TEXT_FMT "_%.13s", TEXT_ARG(type), digits);
}

// The number of any printed id, whatever its prefix; 0 when it is none.
static int64_t parse_any_id(text printed)
{
    enum { DIGITS_LEN = 13 };
    uint64_t id;
    bool formed = printed.len > DIGITS_LEN + 1 && printed.at[printed.len - DIGITS_LEN - 1] == '_' &&
                  bytes_id_parse(&id, text_slice(printed, printed.len - DIGITS_LEN, DIGITS_LEN)) && id <= INT64_MAX;
    return formed ? (int64_t)id : 0;
}

static text print_hex(struct arena *arena, text bytes)
{
    char *at = arena_take(arena, bytes.len * 2 + 1);
    if (at == NULL) {
        return TEXT_ABSENT;
    }
    bytes_to_hex(at, bytes.at, bytes.len);
    return (text){ at, bytes.len * 2 };
}

static void view_audit(struct arena *arena, struct audit_view *view, const struct audit_entry *entry)
{
    const char *actor = entry->record.actor_kind == ACTOR_USER ? "user" : "key";
    *view = (struct audit_view){
        .record = entry->record,
        .actor_kind = (int)entry->record.actor_kind,
        .channel = (int)entry->record.channel,
        .actor_id = print_subject(arena, text_of(actor), entry->record.actor_id),
        .subject_id = print_subject(arena, entry->record.subject_type, entry->record.subject_id),
        .hash = print_hex(arena, entry->hash),
    };
    if (!text_present(view->record.detail)) {
        view->record.detail = TEXT("{}");
    }
}

static status filter_of(struct call *call, struct audit_filter *filter, struct audit_place *place, int count_default)
{
    const struct audit_query *query = call->query;
    *filter = (struct audit_filter){
        .limit = query->limit == INTEGER_NONE ? count_default : query->limit,
        .action = query->action,
        .result = query->result,
        .from_ms = query->from_ms,
        .to_ms = query->to_ms,
    };
    if (text_present(query->after)) {
        if (!audit_place_parse(place, query->after)) {
            call_fault(call, "after", BAD_FORMAT);
        }
        filter->after = place;
    }
    if (text_present(query->subject_id)) {
        filter->subject_id = parse_any_id(query->subject_id);
        if (filter->subject_id == 0) {
            call_fault(call, "subject_id", BAD_FORMAT);
        }
    }
    if (text_present(query->actor)) {
        filter->actor_id = id_parse("user", query->actor);
        filter->actor_id = filter->actor_id != 0 ? filter->actor_id : id_parse("key", query->actor);
        filter->actor_name = filter->actor_id == 0 ? query->actor : TEXT_ABSENT;
    }
    return call->faults.count > 0 ? INVALID_INPUT : OK;
}

static status read_audit(struct call *call)
{
    struct audit_filter filter;
    struct audit_place place;
    struct audit_entry *found;
    int count = 0;
    TRY(filter_of(call, &filter, &place, PAGE_COUNT_DEFAULT));
    int limit = (int)filter.limit;
    filter.limit++;
    TRY(audit_list(call->work, &found, &count, &filter));
    struct audit_view *views = call_take(call, sizeof *views * (size_t)(count + 1));
    if (views == NULL) {
        return OUT_OF_MEMORY;
    }
    for (int i = 0; i < count; i++) {
        view_audit(call->exchange->arena, &views[i], &found[i]);
    }
    bool more = count > limit;
    call->reply_next_text = more ? audit_place_print(call->exchange->arena, &found[limit - 1].record) : TEXT_ABSENT;
    return reply_list(call, views, sizeof *views, more ? limit : count, 0);
}

/* The trail as a file: made in memory of its own while the records are read one by one. */

struct audit_file {
    struct call *call;
    struct buffer content;
    struct audit_record last; // only its place
    int count, count_max;
    bool more;
};

static bool take_record(void *context, const struct audit_entry *entry)
{
    struct audit_file *file = context;
    struct audit_view view;
    if (file->count == file->count_max || file->content.len > AUDIT_FILE_LEN_MAX) {
        file->more = true;
        return false;
    }
    view_audit(file->call->exchange->arena, &view, entry);
    shape_csv_row(&audit_shape, &view, &file->content);
    file->last = (struct audit_record){ .at_ms = entry->record.at_ms,
                                        .lane = entry->record.lane,
                                        .sequence = entry->record.sequence };
    file->count++;
    return !file->content.failed;
}

static int64_t read_content(void *context, uint64_t offset, void *out, size_t max)
{
    const struct buffer *content = &((const struct audit_file *)context)->content;
    size_t left = offset < content->len ? content->len - (size_t)offset : 0, len = left < max ? left : max;
    memcpy(out, content->at + offset, len);
    return len > 0 ? (int64_t)len : -1;
}

static void release_content(void *context)
{
    buffer_release(&((struct audit_file *)context)->content);
}

static status write_records(struct call *call, struct audit_file *file)
{
    struct audit_filter filter;
    struct audit_place place;
    TRY(filter_of(call, &filter, &place, AUDIT_FILE_COUNT_MAX));
    file->count_max = (int)filter.limit;
    filter.limit++;
    shape_csv_header(&audit_shape, &file->content);
    TRY(audit_walk(call->work, &filter, take_record, file));
    return file->content.failed ? OUT_OF_MEMORY : OK;
}

static status export_audit(struct call *call)
{
    struct exchange *exchange = call->exchange;
    struct audit_file *file = CALL_NEW(call, struct audit_file);
    struct stream *stream = CALL_NEW(call, struct stream);
    if (file == NULL || stream == NULL) {
        return OUT_OF_MEMORY;
    }
    file->call = call;
    buffer_init(&file->content, REPLY_BODY_LEN_MAX);
    *stream = (struct stream){ .read = read_content, .release = release_content, .context = file };
    call->reply_stream = stream; // released by the caller of this handler from here on
    TRY(write_records(call, file));
    stream->len = stream->send_len = file->content.len;
    call->reply_status = 200;
    if (file->more) {
        exchange_header(exchange, "Cardwright-Next", audit_place_print(exchange->arena, &file->last));
    }
    exchange_header(exchange, "Content-Disposition", TEXT("attachment; filename=\"audit.csv\""));
    work_detail_integer(call->work, "rows", file->count);
    return OK;
}

/* Events. */

struct event_view {
    struct event_entry entry;
    text subject_id;
};

#define E(member) offsetof(struct event_view, member)

static const struct field event_fields[] = {
    { "number", FIELD_INTEGER, E(entry.number), FIELD_OUTPUT,
      .help = "Rises in the order of publication; other organisations' are left out." },
    { "type", FIELD_TEXT, E(entry.type), FIELD_OUTPUT, .help = "What happened: \"card.issued\"." },
    { "subject_id", FIELD_TEXT, E(subject_id), FIELD_OUTPUT | FIELD_NULLABLE, .help = "To what." },
    { "at", FIELD_TIME, E(entry.at_ms), FIELD_OUTPUT, .help = "When." },
    { "data", FIELD_JSON, E(entry.data), FIELD_OUTPUT, .help = "More, by type." },
};

static const struct shape event_shape = SHAPE("Event", struct event_view, event_fields);

struct event_query {
    int64_t limit, after_number;
};

static const struct field event_query_fields[] = {
    { "limit", FIELD_INTEGER, offsetof(struct event_query, limit), .min = 1, .max = PAGE_COUNT_MAX,
      .help = "How many to return." },
    { "after_number", FIELD_INTEGER, offsetof(struct event_query, after_number), .min = 0, .max = INT64_MAX,
      .help = "The last number seen; from the first event when not given." },
};

static const struct shape event_query_shape = SHAPE("EventQuery", struct event_query, event_query_fields);

static status read_events(struct call *call)
{
    const struct event_query *query = call->query;
    int limit = query->limit == INTEGER_NONE ? PAGE_COUNT_DEFAULT : (int)query->limit, count = 0;
    int64_t after = query->after_number == INTEGER_NONE ? 0 : query->after_number;
    struct event_entry *found;
    TRY(event_list(call->work, &found, &count, after, limit + 1));
    struct event_view *views = call_take(call, sizeof *views * (size_t)(count + 1));
    if (views == NULL) {
        return OUT_OF_MEMORY;
    }
    struct arena *arena = call->exchange->arena;
    for (int i = 0; i < count; i++) {
        views[i] = (struct event_view){ found[i], print_subject(arena, found[i].subject_type, found[i].subject_id) };
        if (!text_present(views[i].entry.data)) {
            views[i].entry.data = TEXT("{}");
        }
    }
    bool more = count > limit;
    call->reply_next_text = more ? arena_print(arena, "%lld", (long long)found[limit - 1].number) : TEXT_ABSENT;
    return reply_list(call, views, sizeof *views, more ? limit : count, 0);
}

// PCI DSS 10.2.1.3: who looks at the trail stands in it.
static const struct operation rows[] = {
    { "GET", "/v1/audit", READ, MAY_READ_AUDIT, read_audit, .query = &audit_query_shape, .out = &audit_shape,
      .list = true, .audit = "audit.read", .outcomes = { BAD_FORMAT }, .id = "audit_list", .tag = "Audit",
      .help = "Read the audit trail, newest first." },
    { "GET", "/v1/audit.csv", READ, MAY_READ_AUDIT, export_audit, .query = &audit_file_query_shape,
      .media_type = "text/csv; charset=utf-8", .audit = "audit.exported", .outcomes = { BAD_FORMAT },
      .id = "audit_export", .tag = "Audit",
      .help =
          "The audit trail as CSV, newest first: 10,000 records at most, fewer when they are long; the header Cardwright-Next is "
          "the `after` of the rest and is missing when there is none." },
    { "GET", "/v1/events", READ, MAY_READ_EVENTS, read_events, .query = &event_query_shape, .out = &event_shape,
      .list = true, .id = "event_list", .tag = "Events",
      .help = "Read events, oldest first; `next` is the next page's after_number." },
};

const struct operation_table audit_operations = OPERATION_TABLE(rows);
