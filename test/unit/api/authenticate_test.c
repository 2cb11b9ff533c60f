#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "api/api_keys.h"
#include "api/audit.h"
#include "api/health.h"
#include "api/server.h"
#include "api/sessions.h"
#include "api/users.h"
#include "base/limits.h"
#include "domain/organization.h"
#include "domain/user.h"
#include "store/migrate.h"
#include "support/keys.h"
#include "unit/store/test_database.h"

/*
 * The whole way from a request to its reply, with a writer and readers on a database in a file, and a clock of its own:
 * who gets in, what it changes, and what is left when he is gone.
 */

// In place of the program's: what is tried here needs no more.
const struct operation_table *const operation_tables[] = {
    &session_operations, &user_operations, &api_key_operations, &audit_operations, &health_operations, NULL,
};

enum { REPLY_LEN_MAX = 64 * 1024 };
#define START_MS        1800000000000LL // 2027-01-15T08:00:00Z
#define OWNER           "owner@example.com"
#define FIRST_PASSWORD  "first password 1"
#define SECOND_PASSWORD "second password 2"

static struct test_database made;
static _Atomic int64_t clock_ms = START_MS;
static struct server server;
static struct high_water *high_water;
static struct database *looking;

static int64_t now_ms(void *context)
{
    (void)context;
    return clock_ms;
}

static int64_t monotonic_us(void *context)
{
    return now_ms(context) * 1000;
}

static void random_bytes(void *context, void *out, size_t len)
{
    (void)context;
    runtime_random(&runtime_real, out, len);
}

static const struct runtime runtime = { now_ms, monotonic_us, random_bytes, NULL };

/* One request, and what came back. */
struct visit {
    const char *method, *path, *body, *bearer, *cookie, *csrf;
    bool local_socket, over_tls, from_elsewhere;
    struct pair query;

    int status;
    char reply[REPLY_LEN_MAX];
    char set_cookie[256];
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool done;
};

static void finish(struct exchange *exchange)
{
    struct visit *visit = exchange->listener;
    pthread_mutex_lock(&visit->mutex);
    visit->status = exchange->status;
    assert_true(exchange->reply_body.len < sizeof visit->reply);
    memset(visit->reply, 0, sizeof visit->reply);
    if (exchange->reply_body.len > 0) {
        memcpy(visit->reply, exchange->reply_body.at, exchange->reply_body.len);
    }
    visit->set_cookie[0] = '\0';
    for (int i = 0; i < exchange->reply_header_count; i++) {
        if (strcmp(exchange->reply_headers[i].name, "Set-Cookie") == 0) {
            assert_int_equal(visit->set_cookie[0], '\0'); // once
            snprintf(visit->set_cookie, sizeof visit->set_cookie, TEXT_FMT, TEXT_ARG(exchange->reply_headers[i].value));
        }
    }
    visit->done = true;
    pthread_cond_signal(&visit->finished);
    pthread_mutex_unlock(&visit->mutex);
}

static int go(struct visit *visit)
{
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    assert_non_null(arena);
    char bearer[128];
    snprintf(bearer, sizeof bearer, "Bearer %s", visit->bearer != NULL ? visit->bearer : "");
    struct exchange exchange = {
        .method = text_of(visit->method),
        .path = text_of(visit->path),
        .query = &visit->query,
        .query_count = text_present(visit->query.name) ? 1 : 0,
        .body = text_of(visit->body),
        .content_type = TEXT("application/json"),
        .authorization = visit->bearer != NULL ? text_of(bearer) : TEXT_ABSENT,
        .cookie = text_of(visit->cookie),
        .csrf_token = text_of(visit->csrf),
        .peer = TEXT("192.0.2.1"),
        .loopback = !visit->from_elsewhere,
        .local_socket = visit->local_socket,
        .over_tls = visit->over_tls,
        .request_id = "req_test",
        .arena = arena,
        .finish = finish,
        .listener = visit,
    };
    pthread_mutex_init(&visit->mutex, NULL);
    pthread_cond_init(&visit->finished, NULL);
    visit->done = false;
    api_handle(&server, &exchange);
    pthread_mutex_lock(&visit->mutex);
    while (!visit->done) {
        pthread_cond_wait(&visit->finished, &visit->mutex);
    }
    pthread_mutex_unlock(&visit->mutex);
    pthread_mutex_destroy(&visit->mutex);
    pthread_cond_destroy(&visit->finished);
    buffer_release(&exchange.reply_body);
    arena_free(arena);
    return visit->status;
}

// The text value of a field, in memory of the test's own.
static const char *value_of(const struct visit *visit, const char *field)
{
    static char values[8][256];
    static int next;
    char *out = values[next++ % 8], wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":\"", field);
    const char *at = strstr(visit->reply, wanted);
    if (at == NULL) {
        return "";
    }
    at += strlen(wanted);
    snprintf(out, 256, "%.*s", (int)strcspn(at, "\""), at);
    return out;
}

static int64_t look(const char *sql)
{
    struct rows rows = { 0 };
    assert_int_equal(database_query(looking, &rows, sql, NO_ARGS), OK);
    assert_true(rows_next(&rows));
    int64_t value = row_i64(&rows, 0);
    assert_int_equal(rows_close(&rows), OK);
    return value;
}

static status found(struct work *work, void *context)
{
    (void)context;
    struct organization organization = { .name = TEXT("Cardhouse") };
    struct user owner = { .name = TEXT(OWNER), .role = ROLE_OWNER, .must_change = true };
    TRY(organization_create(work, &organization));
    return user_create(work, &owner, TEXT(FIRST_PASSWORD));
}

static int open_server(void **state)
{
    (void)state;
    char path[128];
    assert_true(test_database_make(&made, ENGINE_SQLITE));
    int applied = 0;
    struct database *database = test_database_open(&made, false);
    assert_int_equal(migrate(database, START_MS, &applied), OK);
    database_close(database);
    server.keyring = test_keyring_with((const uint8_t[MASTER_KEY_LEN]){ 5 }, false, &runtime);
    snprintf(path, sizeof path, "%s/high-water", made.name);
    assert_int_equal(high_water_create(path), OK);
    assert_int_equal(high_water_open(&high_water, path), OK);
    const struct database_options options = { .engine = ENGINE_SQLITE, .location = made.location };
    const struct executor_options executor = {
        .database = options,
        .lane_count = 1,
        .keyring = server.keyring,
        .ids = &server.ids,
        .high_water = high_water,
        .runtime = &runtime,
    };
    assert_int_equal(executor_start(&server.executor, &executor), OK);
    const struct database_options reading = { .engine = ENGINE_SQLITE, .location = made.location, .read_only = true };
    assert_int_equal(reader_pool_new(&server.readers, &reading), OK);
    server.runtime = &runtime;

    static const struct write_rule rule = { .effect = found };
    const struct actor actor = { .kind = ACTOR_SYSTEM, .permissions = role_permissions(ROLE_OWNER) };
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    struct faults faults;
    faults_init(&faults, arena);
    struct write write = { .rule = &rule, .actor = &actor, .arena = arena, .faults = &faults };
    assert_int_equal(executor_run(server.executor, &write), OK);
    arena_free(arena);
    looking = test_database_open(&made, true);
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    executor_stop(server.executor);
    reader_pool_free(server.readers);
    keyring_free(server.keyring);
    high_water_close(high_water);
    database_close(looking);
    test_database_drop(&made);
    return 0;
}

#define SIGN_IN(name, password) "{\"name\":\"" name "\",\"password\":\"" password "\"}"
#define CHANGE(from, to)        "{\"current_password\":\"" from "\",\"new_password\":\"" to "\"}"

static struct visit visit;

static int ask(const char *method, const char *path, const char *body, const char *cookie, const char *csrf)
{
    visit = (struct visit){ .method = method, .path = path, .body = body, .cookie = cookie, .csrf = csrf };
    return go(&visit);
}

static void test_refusals(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/v1/session", NULL, NULL, NULL), 401);
    assert_int_equal(ask("GET", "/v1/session", NULL, "cardwright_session=", NULL), 401);
    assert_int_equal(
        ask("GET", "/v1/session", NULL, "cardwright_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL), 401);

    assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN("nobody@example.com", FIRST_PASSWORD), NULL, NULL), 401);
    char unknown[512];
    snprintf(unknown, sizeof unknown, "%.500s", visit.reply);
    assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN(OWNER, "wrong password 1"), NULL, NULL), 401);
    assert_string_equal(visit.reply, unknown);
    assert_string_equal(value_of(&visit, "code"), "sign_in_failed");
    assert_string_equal(visit.set_cookie, "");
    assert_int_equal(look("SELECT failed_count FROM user_account"), 1); // it stands
    assert_int_equal(look("SELECT count(*) FROM session"), 0);
    assert_int_equal(look("SELECT count(*) FROM audit WHERE action = 'session.opened' AND result = 'sign_in_failed'"),
                     2);
    assert_int_equal(look("SELECT count(*) FROM audit WHERE detail LIKE '%password 1%' OR actor_name LIKE 'nobody%'"),
                     0);
}

static void test_session(void **state)
{
    (void)state;
    char cookie[256], csrf[64], key[64], id[64], path[128];
    visit = (struct visit){
        .method = "POST", .path = "/v1/sessions", .body = SIGN_IN("OWNER@example.com", FIRST_PASSWORD), .over_tls = true
    };
    assert_int_equal(go(&visit), 201);
    assert_string_equal(strchr(visit.set_cookie, ';'), "; Path=/; HttpOnly; SameSite=Strict; Secure");
    assert_int_equal(look("SELECT failed_count FROM user_account"), 0);
    snprintf(cookie, sizeof cookie, "theme=dark; %.*s", (int)strcspn(visit.set_cookie, ";"), visit.set_cookie);
    snprintf(csrf, sizeof csrf, "%s", value_of(&visit, "csrf_token"));
    assert_int_equal(strlen(csrf), 43);
    assert_string_equal(value_of(&visit, "name"), OWNER);
    assert_string_equal(value_of(&visit, "role"), "owner");
    assert_string_equal(value_of(&visit, "organization_name"), "Cardhouse");
    assert_string_equal(value_of(&visit, "expires_at"), "2027-01-15T20:00:00.000Z");
    assert_non_null(strstr(visit.reply, "\"permissions\":[\"be_signed_in\"],\"must_change_password\":true"));

    // The password comes first, and a change of anything needs the token of the page.
    assert_int_equal(ask("GET", "/v1/session", NULL, cookie, NULL), 200);
    assert_string_equal(value_of(&visit, "csrf_token"), csrf);
    assert_int_equal(ask("GET", "/v1/users", NULL, cookie, NULL), 403);
    assert_string_equal(value_of(&visit, "code"), "forbidden");
    assert_int_equal(ask("POST", "/v1/users/me/password", CHANGE(FIRST_PASSWORD, SECOND_PASSWORD), cookie, NULL), 403);
    assert_string_equal(value_of(&visit, "code"), "csrf_failed");
    assert_int_equal(ask("POST", "/v1/users/me/password", CHANGE("wrong password 1", SECOND_PASSWORD), cookie, csrf),
                     422);
    assert_non_null(strstr(visit.reply, "\"field\":\"current_password\",\"code\":\"sign_in_failed\""));
    assert_int_equal(look("SELECT failed_count FROM user_account"), 1);
    assert_int_equal(ask("POST", "/v1/users/me/password", CHANGE(FIRST_PASSWORD, "short 1"), cookie, csrf), 422);
    assert_string_equal(value_of(&visit, "code"), "password_too_weak");
    assert_int_equal(ask("POST", "/v1/users/me/password", CHANGE(FIRST_PASSWORD, FIRST_PASSWORD), cookie, csrf), 422);
    assert_string_equal(value_of(&visit, "code"), "password_reused");
    assert_int_equal(ask("POST", "/v1/users/me/password", CHANGE(FIRST_PASSWORD, SECOND_PASSWORD), cookie, csrf), 204);
    assert_int_equal(ask("GET", "/v1/users", NULL, cookie, NULL), 200);
    assert_null(strstr(visit.reply, "argon2"));

    // An API key: shown once, good until it is revoked.
    assert_int_equal(ask("POST", "/v1/api-keys", "{\"name\":\"till-7\",\"role\":\"integration\"}", cookie, csrf), 201);
    snprintf(key, sizeof key, "%s", value_of(&visit, "key"));
    snprintf(id, sizeof id, "%s", value_of(&visit, "id"));
    assert_int_equal(ask("GET", "/v1/api-keys", NULL, cookie, NULL), 200);
    assert_null(strstr(visit.reply, key));
    visit = (struct visit){ .method = "GET", .path = "/v1/session", .bearer = key };
    assert_int_equal(go(&visit), 200);
    assert_string_equal(value_of(&visit, "kind"), "api_key");
    assert_string_equal(value_of(&visit, "name"), "till-7");
    visit = (struct visit){ .method = "DELETE", .path = "/v1/session", .bearer = key };
    assert_int_equal(go(&visit), 403);
    visit = (struct visit){ .method = "GET", .path = "/v1/users", .bearer = key, .cookie = cookie };
    assert_int_equal(go(&visit), 403); // the key counts, not the cookie beside it
    snprintf(path, sizeof path, "/v1/api-keys/%s", id);
    assert_int_equal(ask("DELETE", path, NULL, cookie, csrf), 204);
    visit = (struct visit){ .method = "GET", .path = "/v1/session", .bearer = key };
    assert_int_equal(go(&visit), 401);

    // Its use is written down, at most once a minute.
    int64_t opened_ms = look("SELECT seen_at FROM session");
    clock_ms += 59999;
    assert_int_equal(ask("GET", "/v1/session", NULL, cookie, NULL), 200);
    clock_ms += 1;
    assert_int_equal(ask("POST", "/v1/users/me/password", CHANGE("wrong password 1", FIRST_PASSWORD "2"), cookie, csrf),
                     422); // waits for the writer
    assert_int_equal(look("SELECT seen_at FROM session"), opened_ms + 60000);

    assert_int_equal(ask("DELETE", "/v1/session", NULL, cookie, csrf), 204);
    assert_string_equal(visit.set_cookie, "cardwright_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    assert_int_equal(ask("GET", "/v1/session", NULL, cookie, NULL), 401);
}

static void test_own_password_by_patch(void **state)
{
    (void)state;
    char cookie[256], csrf[64], path[128];
    assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN(OWNER, SECOND_PASSWORD), NULL, NULL), 201);
    snprintf(cookie, sizeof cookie, "%.*s", (int)strcspn(visit.set_cookie, ";"), visit.set_cookie);
    snprintf(csrf, sizeof csrf, "%s", value_of(&visit, "csrf_token"));
    snprintf(path, sizeof path, "/v1/users/%s", value_of(&visit, "user_id"));
    assert_int_equal(ask("PATCH", path, "{\"password\":\"third password 3\"}", cookie, csrf), 403);
    assert_int_equal(ask("PATCH", path, "{\"role\":\"agent\"}", cookie, csrf), 409);
    assert_string_equal(value_of(&visit, "code"), "last_owner");
    assert_int_equal(ask("POST", "/v1/users",
                         "{\"name\":\"Asha@Example.com\",\"role\":\"agent\",\"password\":\"agents password 1\"}",
                         cookie, csrf),
                     201);
    assert_string_equal(value_of(&visit, "name"), "asha@example.com");
    assert_null(strstr(visit.reply, "agents password"));
    snprintf(path, sizeof path, "/v1/users/%s", value_of(&visit, "id"));
    assert_int_equal(ask("PATCH", path, "{\"password\":\"agents password 1\"}", cookie, csrf), 422);
    assert_string_equal(value_of(&visit, "code"), "password_reused");
    assert_int_equal(ask("PATCH", path, "{\"disabled\":true}", cookie, csrf), 200);
    assert_non_null(strstr(visit.reply, "\"disabled\":true"));
    assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN("asha@example.com", "agents password 1"), NULL, NULL), 401);
    assert_int_equal(ask("DELETE", "/v1/sessions", NULL, cookie, csrf), 204);
    assert_int_equal(ask("GET", "/v1/session", NULL, cookie, NULL), 401);
}

static void test_command_line_and_audit(void **state)
{
    (void)state;
    visit = (struct visit){
        .method = "GET", .path = "/v1/audit", .local_socket = true, .query = { TEXT("limit"), TEXT("2") }
    };
    assert_int_equal(go(&visit), 200);
    assert_non_null(strstr(visit.reply, "\"action\":\"session.ended_everywhere\""));
    assert_non_null(strstr(visit.reply, "\"actor\":\"" OWNER "\""));
    assert_string_equal(value_of(&visit, "channel"), "console");
    char next[64];
    snprintf(next, sizeof next, "%s", value_of(&visit, "next"));
    visit.query = (struct pair){ TEXT("after"), text_of(next) };
    assert_int_equal(go(&visit), 200);
    assert_null(strstr(visit.reply, "session.ended_everywhere"));
    visit.query = (struct pair){ TEXT("after"), TEXT("yesterday") };
    assert_int_equal(go(&visit), 422);
    // Who read it stands in it.
    visit.query = (struct pair){ TEXT("action"), TEXT("audit.read") };
    assert_int_equal(go(&visit), 200);
    assert_string_equal(value_of(&visit, "actor"), "command line");
    visit = (struct visit){ .method = "GET", .path = "/v1/events", .local_socket = true };
    assert_int_equal(go(&visit), 200);
    assert_string_equal(visit.reply, "{\"data\":[],\"next\":null}");
}

static void test_health(void **state)
{
    (void)state;
    visit = (struct visit){ .method = "GET", .path = "/health/live", .from_elsewhere = true };
    assert_int_equal(go(&visit), 200);
    assert_string_equal(visit.reply, "{\"status\":\"live\"}");
    visit.path = "/health/ready";
    assert_int_equal(go(&visit), 200);
    server.stopping = true;
    assert_int_equal(go(&visit), 503);
    server.stopping = false;
    visit.path = "/metrics";
    assert_int_equal(go(&visit), 403);
    visit.from_elsewhere = false;
    assert_int_equal(go(&visit), 200);
    assert_non_null(strstr(visit.reply, "\n# TYPE cardwright_writes_total counter\ncardwright_writes_total "));
}

static void test_lock(void **state)
{
    (void)state;
    for (int i = 0; i < SIGN_IN_TRIES_MAX; i++) {
        assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN(OWNER, "wrong password 1"), NULL, NULL), 401);
    }
    assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN(OWNER, SECOND_PASSWORD), NULL, NULL), 401);
    clock_ms += SIGN_IN_LOCK_MS;
    assert_int_equal(ask("POST", "/v1/sessions", SIGN_IN(OWNER, SECOND_PASSWORD), NULL, NULL), 201);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_own_password_by_patch),
        cmocka_unit_test(test_command_line_and_audit),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_lock),
    };
    return cmocka_run_group_tests(tests, open_server, close_server);
}
