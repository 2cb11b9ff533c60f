#include "unit/api/call_fixture.h"

#include "api/reply.h"

enum { REPLY_LEN_MAX = 1024 * 1024 };

static const struct operation *find(const struct operation_table *table, const struct call_request *request)
{
    for (int i = 0; i < table->count; i++) {
        const struct operation *row = &table->rows[i];
        if (strcmp(row->method, request->method) == 0 && strcmp(row->path, request->path) == 0) {
            return row;
        }
    }
    fail_msg("no operation %s %s", request->method, request->path);
    return NULL;
}

static status decode(struct call *call, struct fixture *fixture, const struct call_request *request)
{
    const struct operation *operation = call->operation;
    if (operation->query != NULL) {
        uint64_t present = 0;
        call->query = arena_take(fixture->arena, operation->query->size);
        TRY(shape_decode_pairs(operation->query, call->query, &present, request->query, request->query_count,
                               fixture->arena, &call->faults));
    }
    if (operation->in != NULL) {
        call->input = arena_take(fixture->arena, operation->in->size);
        TRY(shape_decode(operation->in, call->input, &call->present, text_of(request->body), operation->patch,
                         fixture->arena, &call->faults));
    }
    return OK;
}

status call_run(struct fixture *fixture, const struct operation_table *table, const struct call_request *request,
                text *reply)
{
    struct exchange *exchange = ARENA_NEW(fixture->arena, struct exchange);
    struct call *call = ARENA_NEW(fixture->arena, struct call);
    assert_true(exchange != NULL && call != NULL);
    exchange->arena = fixture->arena;
    call->exchange = exchange;
    call->operation = find(table, request);
    call->actor = fixture->actor;
    call->path_ids[0] = request->id;
    call->work = fixture_next(fixture);
    call->work->faults = &call->faults;
    faults_init(&call->faults, fixture->arena);
    *reply = TEXT_ABSENT;
    status result = decode(call, fixture, request);
    if (result == OK) {
        result = call->operation->run(call);
    }
    if (result == OK) {
        struct buffer out;
        buffer_init(&out, REPLY_LEN_MAX);
        reply_write(call, true, &out);
        assert_false(out.failed);
        *reply = arena_copy(fixture->arena, buffer_text(&out));
        buffer_release(&out);
        assert_int_equal(call->reply_status, call->operation->success != 0 ? call->operation->success : 200);
    }
    fixture->faults = call->faults;
    fixture->work.faults = &fixture->faults;
    return result;
}

bool reply_has(text reply, const char *part)
{
    text wanted = text_of(part);
    for (size_t i = 0; i + wanted.len <= reply.len; i++) {
        if (memcmp(reply.at + i, wanted.at, wanted.len) == 0) {
            return true;
        }
    }
    print_error("not in the reply: %s\nthe reply: " TEXT_FMT "\n", part, TEXT_ARG(reply));
    return false;
}
