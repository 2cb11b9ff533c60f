#include "api/server.h"

#include <assert.h>
#include <string.h>

#include "api/authenticate.h"
#include "api/console.h"
#include "api/problem.h"
#include "api/rate_limit.h"
#include "api/reply.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/log.h"

static const struct shape empty_shape = { .name = "Nothing" };

static struct work work_of(struct call *call, struct database *database)
{
    struct server *server = call->server;
    return (struct work){
        .database = database,
        .keyring = server->keyring,
        .ids = server->ids,
        .runtime = server->runtime,
        .arena = call->exchange->arena,
        .faults = &call->faults,
        .actor = &call->actor,
        .organization_id = call->actor.organization_id,
        .now_ms = runtime_now_ms(server->runtime),
        .request_id = text_of(call->exchange->request_id),
    };
}

static void forget_reply(struct call *call)
{
    if (call->reply_stream != NULL) {
        call->reply_stream->release(call->reply_stream->context);
    }
    call->reply_status = 0;
    call->reply_object = NULL;
    call->reply_items = NULL;
    call->reply_count = 0;
    call->reply_next = 0;
    call->reply_next_text = TEXT_ABSENT;
    call->exchange->reply_header_count = 0;
    call->reply_stream = NULL;
    call->reply_text = TEXT_ABSENT;
    call->reply_content_type = NULL;
}

/* Before the handler: what stands in the request. */

// {series_id} is a printed id "series_..."; any other part is a text.
static status take_path(struct call *call, const text *parts, int count)
{
    text pattern = text_of(call->operation->path), part;
    int index = 0;
    while (text_split(&pattern, '/', &part)) {
        if (part.len == 0 || part.at[0] != '{') {
            continue;
        }
        text name = text_slice(part, 1, part.len - 2);
        call->path_texts[index] = parts[index];
        if (text_ends_with(name, TEXT("_id"))) {
            char prefix[32];
            assert(name.len - 3 < sizeof prefix);
            memcpy(prefix, name.at, name.len - 3);
            prefix[name.len - 3] = '\0';
            call->path_ids[index] = id_parse(prefix, parts[index]);
            if (call->path_ids[index] == 0) {
                return NOT_FOUND;
            }
        }
        index++;
    }
    assert(index == count);
    return OK;
}

static bool is_json(text content_type)
{
    text type = content_type;
    text main;
    return text_split(&type, ';', &main) && text_equal_ignoring_case(text_trim(main), TEXT("application/json"));
}

static status take_body(struct call *call)
{
    const struct operation *operation = call->operation;
    struct exchange *exchange = call->exchange;
    if (operation->raw_body) {
        return OK;
    }
    if (exchange->body.len > 0 && !is_json(exchange->content_type)) {
        return UNSUPPORTED_MEDIA_TYPE;
    }
    const struct shape *shape = operation->in != NULL ? operation->in : &empty_shape;
    if (operation->in == NULL && exchange->body.len == 0) {
        return OK;
    }
    call->input = call_take(call, shape->size + 1);
    if (call->input == NULL) {
        return OUT_OF_MEMORY;
    }
    return shape_decode(shape, call->input, &call->present, exchange->body, operation->patch, exchange->arena,
                        &call->faults);
}

static status take_query(struct call *call)
{
    const struct shape *shape = call->operation->query != NULL ? call->operation->query : &empty_shape;
    struct exchange *exchange = call->exchange;
    uint64_t present;
    call->query = call_take(call, shape->size + 1);
    if (call->query == NULL) {
        return OUT_OF_MEMORY;
    }
    return shape_decode_pairs(shape, call->query, &present, exchange->query, exchange->query_count, exchange->arena,
                              &call->faults);
}

// All faults of query and body at once.
static status take_input(struct call *call)
{
    status query = take_query(call);
    if (query != OK && query != INVALID_INPUT) {
        return query;
    }
    status body = take_body(call);
    return body != OK ? body : query;
}

static status hash_under(struct call *call, struct idempotency_hash *out, int64_t key_id, enum key_operation operation,
                         text key)
{
    struct keyring *keyring = call->server->keyring;
    uint8_t who[24], hash[SHA256_LEN];
    bytes_put_be64(who, (uint64_t)call->actor.organization_id);
    bytes_put_be64(who + 8, (uint64_t)call->actor.kind);
    bytes_put_be64(who + 16, (uint64_t)call->actor.id);
    text method = call->exchange->method, path = call->exchange->path, body = call->exchange->body;
    const struct bytes_view scope[] = { { who, sizeof who }, { method.at, method.len },
                                        { " ", 1 },          { path.at, path.len },
                                        { " ", 1 },          { key.at, key.len } };
    TRY(keyring_authenticate(keyring, key_id, operation, hash, scope, 6));
    memcpy(out->key, hash, IDEMPOTENCY_HASH_LEN);
    const struct bytes_view content[] = { { "body", 4 }, { body.at, body.len } };
    TRY(keyring_authenticate(keyring, key_id, operation, hash, content, 2));
    memcpy(out->body, hash, IDEMPOTENCY_HASH_LEN);
    return OK;
}

// Under the key that is current, and under those that were or that another process may hold to be already.
static status hash_request(struct call *call, text key)
{
    struct keyring *keyring = call->server->keyring;
    struct write *write = &call->write;
    int64_t key_ids[KEY_VERSION_MAX], current = keyring_current(keyring, KEY_REQUEST, NULL);
    int count = keyring_all_of(keyring, KEY_REQUEST, key_ids);
    TRY(hash_under(call, &write->hashes[0], current, KEY_TO_GENERATE, key));
    write->hash_count = 1;
    for (int i = 0; i < count && write->hash_count < KEY_REQUEST_COUNT_MAX; i++) {
        if (key_ids[i] != current) {
            TRY(hash_under(call, &write->hashes[write->hash_count], key_ids[i], KEY_TO_VERIFY, key));
            write->hash_count++;
        }
    }
    return OK;
}

static status take_idempotency_key(struct call *call)
{
    text key = call->exchange->idempotency_key;
    if (!text_present(key) || call->operation->not_idempotent) {
        return OK;
    }
    if (key.len == 0 || key.len > IDEMPOTENCY_KEY_LEN_MAX || text_has_control(key) || !text_is_utf8(key)) {
        return IDEMPOTENCY_KEY_INVALID;
    }
    return hash_request(call, key);
}

// Before the body is looked at: what it says of people is for the machine they stand at.
static status refuse_remote(struct call *call)
{
    return faults_add_message(
        &call->faults, TEXT_ABSENT, FORBIDDEN,
        "Answered only at the machine, through the data directory's socket: see `cardwright keys`.");
}

static status admit(struct call *call, struct work *work)
{
    struct server *server = call->server;
    enum permission permission = call->operation->permission;
    if (permission == MAY_REACH) {
        return OK;
    }
    if (permission == MAY_SIGN_IN) {
        return rate_limit_sign_in(server->limiter, call->exchange->peer, &call->retry_seconds);
    }
    TRY(authenticate(call, work));
    work->organization_id = call->actor.organization_id;
    TRY(rate_limit_request(server->limiter, call->session_id != 0 ? call->session_id : call->actor.id,
                           &call->retry_seconds));
    if (!call_may(call, permission)) {
        return FORBIDDEN;
    }
    return call->operation->local_only && !call->exchange->local_socket ? refuse_remote(call) : OK;
}

/* Writes. */

static status run_guard(struct work *work, void *context)
{
    struct call *call = context;
    call->work = work;
    return call->operation->guard(call);
}

static status run_effect(struct work *work, void *context)
{
    struct call *call = context;
    call->work = work;
    forget_reply(call);
    return call->operation->run(call);
}

static status record_reply(struct work *work, void *context, int *http_status, text *body)
{
    struct call *call = context;
    struct buffer out;
    buffer_init(&out, REQUEST_BODY_LEN_MAX);
    reply_write(call, false, &out);
    *http_status = call->reply_status;
    *body = arena_copy(work->arena, buffer_text(&out));
    bool failed = out.failed || !text_present(*body);
    buffer_release(&out);
    return failed ? OUT_OF_MEMORY : OK;
}

static void write_done(struct write *write)
{
    struct call *call = write->context;
    call->work = NULL;
    reply_finish(call, write->result);
}

static void submit(struct call *call)
{
    call->write.rule = &call->rule;
    call->write.context = call;
    call->write.actor = &call->actor;
    call->write.request_id = text_of(call->exchange->request_id);
    call->write.arena = call->exchange->arena;
    call->write.faults = &call->faults;
    call->write.done = write_done;
    if (!executor_submit(call->server->executor, &call->write)) {
        reply_finish(call, call->write.result);
    }
}

static void submit_write(struct call *call)
{
    call->rule = (struct write_rule){
        .guard = call->operation->guard != NULL ? run_guard : NULL,
        .effect = run_effect,
        .record = record_reply,
        .audit_action = call->operation->audit,
        .event_type = call->operation->event,
    };
    submit(call);
}

static status record_read(struct work *work, void *context)
{
    struct call *call = context;
    work->subject_type = call->subject_type;
    work->subject_id = call->subject_id;
    work->detail = call->detail;
    return OK;
}

// A read that is audited answers after its record is durable.
static void submit_read_record(struct call *call)
{
    call->rule = (struct write_rule){ .effect = record_read, .audit_action = call->operation->audit };
    submit(call);
}

static status run_read(struct call *call, struct work *work)
{
    call->work = work;
    status result = call->operation->run(call);
    call->subject_type = work->subject_type;
    call->subject_id = work->subject_id;
    call->detail = work->detail;
    call->work = NULL;
    return result;
}

// Everything that needs a connection for reading. *submitted: the rest happens on a writer.
static status answer(struct call *call, struct work *work, bool *write_next)
{
    const struct operation *operation = call->operation;
    TRY(admit(call, work));
    TRY(take_input(call));
    *write_next = operation->access == WRITE;
    if (operation->access == READ) {
        return run_read(call, work);
    }
    TRY(take_idempotency_key(call));
    call->write.part = (uint64_t)(call->path_ids[0] != 0 ? call->path_ids[0] : call->actor.id);
    if (operation->prepare != NULL) {
        call->work = work;
        status prepared = operation->prepare(call);
        call->work = NULL;
        return prepared;
    }
    return OK;
}

static void run(struct call *call)
{
    struct server *server = call->server;
    struct database *database = NULL;
    bool write_next = false;
    status result = call->operation->no_database ? OK : reader_pool_take(server->readers, &database);
    if (result == OK) {
        struct work work = work_of(call, database);
        result = answer(call, &work, &write_next);
    }
    if (database != NULL) {
        reader_pool_give(server->readers, database, result);
    }
    if (result != OK) {
        reply_finish(call, result);
    } else if (write_next) {
        submit_write(call);
    } else if (call->operation->audit != NULL) {
        submit_read_record(call);
    } else {
        reply_finish(call, OK);
    }
}

static void refuse(struct exchange *exchange, status code)
{
    problem_reply(exchange, code, NULL);
    exchange->finish(exchange);
}

void api_handle(struct server *server, struct exchange *exchange)
{
    text parts[CALL_PATH_ID_COUNT_MAX];
    int part_count = 0;
    bool path_known = false;
    const struct operation *operation =
        operation_find(exchange->method, exchange->path, parts, &part_count, &path_known);
    bool private_enough = exchange->over_tls || exchange->loopback || server->clear_text_ok;
    if (!private_enough && (operation == NULL || !operation->clear_ok)) {
        refuse(exchange, TLS_REQUIRED);
        return;
    }
    if (operation == NULL) {
        if (!path_known && console_answer(exchange, server->runtime)) {
            exchange->finish(exchange);
        } else {
            refuse(exchange, path_known ? METHOD_NOT_ALLOWED : NOT_FOUND);
        }
        return;
    }
    struct call *call = ARENA_NEW(exchange->arena, struct call);
    if (call == NULL) {
        refuse(exchange, OUT_OF_MEMORY);
        return;
    }
    call->operation = operation;
    call->exchange = exchange;
    call->server = server;
    call->actor = (struct actor){ .kind = ACTOR_SYSTEM, .channel = CHANNEL_API, .peer = exchange->peer };
    faults_init(&call->faults, exchange->arena);
    if (take_path(call, parts, part_count) != OK) {
        reply_finish(call, NOT_FOUND);
        return;
    }
    run(call);
}
