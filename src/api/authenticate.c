#include "api/authenticate.h"

#include <stdlib.h>

#include "api/server.h"
#include "domain/api_key.h"
#include "domain/organization.h"
#include "domain/session.h"

#define COOKIE "cardwright_session"

enum { TOUCH_ARENA_LEN = 4096 };

/* The use of a session, written down by a writer while the request goes on: it owns itself until it is done. */
struct touch {
    struct write write;
    struct actor actor;
    struct faults faults;
    struct arena *arena;
    int64_t session_id;
};

static status run_touch(struct work *work, void *context)
{
    const struct touch *touch = context;
    return session_touch(work, touch->session_id);
}

static const struct write_rule touch_rule = { .effect = run_touch };

static void touch_free(struct touch *touch)
{
    arena_free(touch->arena);
    free(touch);
}

static void touch_done(struct write *write)
{
    touch_free(write->context);
}

// Best effort: a use that could not be written down shortens the session, and no more.
static void touch_session(struct server *server, const struct session *session)
{
    struct touch *touch = calloc(1, sizeof *touch);
    struct arena *arena = touch != NULL ? arena_new(TOUCH_ARENA_LEN) : NULL;
    if (arena == NULL) {
        free(touch);
        return;
    }
    touch->arena = arena;
    touch->session_id = session->id;
    touch->actor = (struct actor){ .kind = ACTOR_SYSTEM, .organization_id = session->organization_id };
    faults_init(&touch->faults, arena);
    touch->write = (struct write){
        .rule = &touch_rule,
        .context = touch,
        .actor = &touch->actor,
        .arena = arena,
        .faults = &touch->faults,
        .part = (uint64_t)session->user_id,
        .done = touch_done,
    };
    if (!executor_submit(server->executor, &touch->write)) {
        touch_free(touch);
    }
}

text session_cookie(const struct exchange *exchange)
{
    text rest = exchange->cookie, part;
    while (text_split(&rest, ';', &part)) {
        part = text_trim(part);
        if (text_starts_with(part, TEXT(COOKIE "="))) {
            return text_slice(part, sizeof COOKIE, part.len - sizeof COOKIE);
        }
    }
    return TEXT_ABSENT;
}

text session_cookie_print(struct exchange *exchange, text token)
{
    return arena_print(exchange->arena, COOKIE "=" TEXT_FMT "; Path=/; HttpOnly; SameSite=Strict%s%s", TEXT_ARG(token),
                       exchange->over_tls ? "; Secure" : "", text_present(token) ? "" : "; Max-Age=0");
}

static bool only_reads(text method)
{
    return text_equal(method, TEXT("GET")) || text_equal(method, TEXT("HEAD"));
}

static status by_command_line(struct call *call, struct work *work)
{
    int64_t organization_id = 0;
    status found = organization_first(work, &organization_id);
    if (found != OK) {
        return found == NOT_FOUND ? UNAUTHENTICATED : found;
    }
    call->actor = (struct actor){
        .kind = ACTOR_COMMAND_LINE,
        .organization_id = organization_id,
        .name = TEXT("command line"),
        .channel = CHANNEL_COMMAND_LINE,
        .peer = call->exchange->peer,
        .permissions = role_permissions(ROLE_OWNER),
    };
    return OK;
}

static status by_api_key(struct call *call, struct work *work)
{
    text rest = call->exchange->authorization, scheme;
    if (!text_split(&rest, ' ', &scheme) || !text_equal_ignoring_case(scheme, TEXT("Bearer"))) {
        return UNAUTHENTICATED;
    }
    struct api_key key;
    TRY(api_key_identify(work, &key, text_trim(rest)));
    call->actor = (struct actor){
        .kind = ACTOR_API_KEY,
        .id = key.id,
        .organization_id = key.organization_id,
        .name = key.name,
        .channel = CHANNEL_API,
        .peer = call->exchange->peer,
        .permissions = role_permissions((enum role)key.role),
    };
    return OK;
}

static status by_session(struct call *call, struct work *work)
{
    struct exchange *exchange = call->exchange;
    struct session session;
    TRY(session_identify(work, &session, session_cookie(exchange)));
    if (!only_reads(exchange->method)) {
        TRY(session_check_csrf(&session, exchange->csrf_token));
    }
    uint64_t permissions = role_permissions((enum role)session.role);
    call->session_id = session.id;
    call->actor = (struct actor){
        .kind = ACTOR_USER,
        .id = session.user_id,
        .organization_id = session.organization_id,
        .name = session.user_name,
        .channel = CHANNEL_CONSOLE,
        .peer = exchange->peer,
        .permissions = session.must_change ? permissions & (1ULL << MAY_BE_SIGNED_IN) : permissions,
    };
    if (session_touch_due(&session, work->now_ms)) {
        touch_session(call->server, &session);
    }
    return OK;
}

status authenticate(struct call *call, struct work *work)
{
    const struct exchange *exchange = call->exchange;
    if (exchange->local_socket) {
        return by_command_line(call, work);
    }
    return text_present(exchange->authorization) ? by_api_key(call, work) : by_session(call, work);
}
