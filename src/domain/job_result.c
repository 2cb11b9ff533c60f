#include "domain/job_result.h"

#include <string.h>
#include <yyjson.h>

#include "base/bytes.h"
#include "base/json_text.h"

const char *const job_result_state_names[] = { "ok", "refused", NULL };

// What a row can have made: the name in the text, the prefix of the printed id, the member.
static const struct made {
    const char *name, *prefix;
    size_t offset;
} made[] = {
    { "card_id", "card", offsetof(struct job_result, card_id) },
    { "customer_id", "cus", offsetof(struct job_result, customer_id) },
};

enum { MADE_COUNT = sizeof made / sizeof made[0] };

void job_results_begin(struct buffer *out)
{
    buffer_append_text(out, TEXT("["));
}

void job_results_append(struct buffer *out, const struct job_result *result)
{
    buffer_print(out, "%s{\"row\":%lld,\"status\":\"%s\"", out->len > 1 ? ",\n" : "", (long long)result->row,
                 job_result_state_names[result->state]);
    for (int i = 0; i < MADE_COUNT; i++) {
        int64_t id = *(const int64_t *)((const char *)result + made[i].offset);
        if (id != 0) {
            char printed[13];
            bytes_id_print(printed, (uint64_t)id);
            buffer_print(out, ",\"%s\":\"%s_%.13s\"", made[i].name, made[i].prefix, printed);
        }
    }
    if (text_present(result->code)) {
        buffer_append_text(out, TEXT(",\"code\":"));
        json_write_text(out, result->code);
    }
    if (!text_empty(result->field)) {
        buffer_append_text(out, TEXT(",\"field\":"));
        json_write_text(out, result->field);
    }
    buffer_append_text(out, TEXT("}"));
}

void job_results_end(struct buffer *out)
{
    buffer_append_text(out, TEXT("]"));
}

static text member_text(yyjson_val *entry, const char *name)
{
    yyjson_val *value = yyjson_obj_get(entry, name);
    return yyjson_is_str(value) ? text_bytes(yyjson_get_str(value), yyjson_get_len(value)) : TEXT_ABSENT;
}

static int64_t member_id(yyjson_val *entry, const struct made *what)
{
    text printed = member_text(entry, what->name);
    size_t prefix_len = strlen(what->prefix) + 1;
    uint64_t id = 0;
    bool sound = printed.len > prefix_len && bytes_id_parse(&id, text_slice(printed, prefix_len, printed.len));
    return sound ? (int64_t)id : 0;
}

// The sentence that belongs to a stable code; a code of an older version has none.
static text message_of(text code)
{
    for (int i = 1; i < STATUS_COUNT; i++) {
        if (text_equal(code, text_of(status_code((status)i)))) {
            return text_of(status_title((status)i));
        }
    }
    return TEXT_ABSENT;
}

static struct job_result read_entry(yyjson_val *entry, struct arena *arena)
{
    struct job_result result = {
        .row = yyjson_get_sint(yyjson_obj_get(entry, "row")),
        .state = text_equal(member_text(entry, "status"), TEXT("ok")) ? JOB_RESULT_OK : JOB_RESULT_REFUSED,
        .code = arena_copy(arena, member_text(entry, "code")),
        .field = arena_copy(arena, member_text(entry, "field")),
    };
    result.message = text_present(result.code) ? message_of(result.code) : TEXT_ABSENT;
    for (int i = 0; i < MADE_COUNT; i++) {
        *(int64_t *)((char *)&result + made[i].offset) = member_id(entry, &made[i]);
    }
    return result;
}

status job_results_read(text kept, struct arena *arena, bool (*take)(void *context, const struct job_result *result),
                        void *context)
{
    yyjson_doc *document = yyjson_read(kept.at, kept.len, YYJSON_READ_NOFLAG);
    yyjson_val *root = yyjson_doc_get_root(document);
    status result = yyjson_is_arr(root) ? OK : DATA_DAMAGED;
    if (result == OK) {
        yyjson_arr_iter entries = yyjson_arr_iter_with(root);
        yyjson_val *entry;
        bool more = true;
        while (more && (entry = yyjson_arr_iter_next(&entries)) != NULL) {
            const struct job_result read = read_entry(entry, arena);
            more = take(context, &read);
        }
    }
    yyjson_doc_free(document);
    return result;
}
