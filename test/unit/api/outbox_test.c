#include "unit/api/call_fixture.h"

#include "api/outbox.h"
#include "api/server.h"
#include "domain/outbox.h"

enum { LIST, PAGE };

static void put(struct fixture *fixture, const char *body)
{
    const struct message message = {
        .channel = OUTBOX_EMAIL,
        .to = TEXT("asha@example.com"),
        .subject = TEXT("Your code"),
        .body = text_of(body),
        .subject_type = TEXT("otp"),
        .subject_id = 1,
        .expires_ms = fixture->now_ms + 600000,
    };
    assert_int_equal(outbox_put(fixture_next(fixture), &message), OK);
}

// The operations look at the server and the exchange, which call_run leaves out.
static struct call *call_of(struct fixture *fixture, int row, struct server *server, struct exchange *exchange)
{
    struct call *call = ARENA_NEW(fixture->arena, struct call);
    assert_non_null(call);
    *exchange = (struct exchange){ .arena = fixture->arena, .loopback = exchange->loopback };
    *call = (struct call){
        .operation = &outbox_operations.rows[row], .exchange = exchange, .server = server, .work = fixture_next(fixture)
    };
    return call;
}

static void test_only_in_demo(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const struct {
        bool demo, loopback, behind_proxy;
        status list, page;
    } cases[] = {
        { true, true, false, OK, OK },
        { true, false, false, OK, NOT_FOUND },
        { true, true, true, OK, NOT_FOUND },
        { false, true, false, NOT_FOUND, NOT_FOUND },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct server server = { .demo = cases[i].demo, .clear_text_ok = cases[i].behind_proxy };
        struct exchange exchange = { .loopback = cases[i].loopback };
        for (int row = LIST; row <= PAGE; row++) {
            struct call *call = call_of(fixture, row, &server, &exchange);
            assert_int_equal(call->operation->run(call), row == LIST ? cases[i].list : cases[i].page);
        }
    }
}

static void test_page(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct server server = { .demo = true };
    struct exchange exchange = { .loopback = true };
    fixture_make_keys(fixture);
    put(fixture, "123456 & <script>alert(\"1\")</script> 'x'");
    struct call *call = call_of(fixture, PAGE, &server, &exchange);
    call->work->organization_id = 0; // nobody is signed in
    assert_int_equal(call->operation->run(call), OK);
    assert_true(
        reply_has(call->reply_text, "123456 &amp; &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &#39;x&#39;"));
    assert_true(reply_has(call->reply_text, "asha@example.com"));
    assert_null(memmem(call->reply_text.at, call->reply_text.len, "<script", 7));
    assert_string_equal(exchange.reply_headers[0].name, "Content-Security-Policy");
    assert_true(
        text_starts_with(exchange.reply_headers[0].value, TEXT("default-src 'none'; style-src 'unsafe-inline'")));
}

static void test_list(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct server server = { .demo = true };
    struct exchange exchange = { .loopback = false };
    fixture_make_keys(fixture);
    for (int i = 0; i < 51; i++) {
        put(fixture, i == 0 ? "the oldest" : "123456");
    }
    struct call *call = call_of(fixture, LIST, &server, &exchange);
    shape_check(call->operation->out);
    assert_int_equal(call->operation->run(call), OK);
    assert_int_equal(call->reply_count, 50);
    const struct message *first = call->reply_items, *last = first + 49;
    assert_true(first->id > last->id);
    assert_true(text_equal(last->body, TEXT("123456")));
    assert_true(text_equal(first->to, TEXT("asha@example.com")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(test_only_in_demo),
        ON_BOTH_ENGINES(test_page),
        ON_BOTH_ENGINES(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close);
}
