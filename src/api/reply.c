#include "api/reply.h"

#include <assert.h>

#include "api/problem.h"

enum { REPLY_LEN_MAX = 4 * 1024 * 1024 };

void reply_write(const struct call *call, bool secrets, struct buffer *out)
{
    const struct operation *operation = call->operation;
    if (text_present(call->reply_text)) {
        buffer_append_text(out, call->reply_text);
        return;
    }
    if (!operation->list) {
        if (call->reply_object != NULL) {
            shape_encode(operation->out, call->reply_object, secrets, out);
        }
        return;
    }
    buffer_append_text(out, TEXT("{\"data\":["));
    for (int i = 0; i < call->reply_count; i++) {
        if (i > 0) {
            buffer_append_text(out, TEXT(","));
        }
        shape_encode(operation->out, (const char *)call->reply_items + (size_t)i * call->reply_item_size, secrets, out);
    }
    buffer_append_text(out, TEXT("],\"next\":"));
    if (text_present(call->reply_next_text)) {
        json_write_text(out, call->reply_next_text);
    } else if (call->reply_next != 0) {
        json_write_text(out, id_print(call->exchange->arena, "cursor", call->reply_next));
    } else {
        buffer_append_text(out, TEXT("null"));
    }
    buffer_append_text(out, TEXT("}"));
}

static void finish_replay(struct call *call)
{
    struct exchange *exchange = call->exchange;
    exchange->status = call->write.kept_status;
    exchange->reply_content_type = "application/json";
    buffer_append_text(&exchange->reply_body, call->write.kept_body);
    exchange_header(exchange, "Idempotent-Replayed", TEXT("true"));
}

static void finish_success(struct call *call)
{
    struct exchange *exchange = call->exchange;
    exchange->status = call->reply_status;
    exchange->reply_content_type = call->reply_content_type != NULL      ? call->reply_content_type
                                   : call->operation->media_type != NULL ? call->operation->media_type
                                                                         : "application/json";
    if (call->reply_stream != NULL) {
        exchange->stream = call->reply_stream;
    } else {
        reply_write(call, true, &exchange->reply_body);
    }
}

void reply_finish(struct call *call, status result)
{
    struct exchange *exchange = call->exchange;
    buffer_init(&exchange->reply_body, REPLY_LEN_MAX);
    if (result == OK && call->write.replayed) {
        finish_replay(call);
    } else if (result == OK) {
        finish_success(call);
    }
    if (result == OK && exchange->reply_body.failed) {
        result = OUT_OF_MEMORY;
    }
    if (result != OK) {
        if (call->reply_stream != NULL) {
            call->reply_stream->release(call->reply_stream->context);
            call->reply_stream = NULL;
            exchange->stream = NULL;
        }
        exchange->reply_header_count = 0; // of a success that did not come to be
        problem_reply(exchange, result, &call->faults);
        if (call->retry_seconds > 0) {
            exchange_header(exchange, "Retry-After",
                            arena_print(exchange->arena, "%lld", (long long)call->retry_seconds));
        }
    }
    exchange->finish(exchange);
}
