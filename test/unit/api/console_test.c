#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/console.h"

/* Which requests get a file, the page, or nothing; and that each page has a nonce of its own. */

static const unsigned char page[] = "<meta content=\"@CSP_NONCE@\"><p>end";
static const unsigned char script[] = { 0x1f, 0x8b, 1 };
static const unsigned char icon[] = "<svg/>";

// In place of the program's.
const struct console_file console_files[] = {
    { "/", "text/html; charset=utf-8", false, false, page, sizeof page - 1 },
    { "/assets/index-1.js", "text/javascript; charset=utf-8", true, true, script, sizeof script },
    { "/icon.svg", "image/svg+xml", false, false, icon, sizeof icon - 1 },
};
const int console_file_count = 3;

static text header(const struct exchange *exchange, const char *name)
{
    for (int i = 0; i < exchange->reply_header_count; i++) {
        if (strcmp(exchange->reply_headers[i].name, name) == 0) {
            return exchange->reply_headers[i].value;
        }
    }
    return TEXT_ABSENT;
}

static bool ask(struct exchange *exchange, struct arena *arena, const char *method, const char *path,
                const char *accept)
{
    *exchange = (struct exchange){
        .method = text_of(method),
        .path = text_of(path),
        .accept = text_of(accept),
        .arena = arena,
    };
    return console_answer(exchange, &runtime_real);
}

#define BROWSER "text/html,application/xhtml+xml;q=0.9"

static void answers_files_and_pages_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *accept;
        const char *content_type; // NULL: nothing of the console
    } cases[] = {
        { "GET", "/", "*/*", "text/html; charset=utf-8" },
        { "HEAD", "/", "*/*", "text/html; charset=utf-8" },
        { "GET", "/members/cus_0000000000000/issue", BROWSER, "text/html; charset=utf-8" },
        { "GET", "/assets/index-1.js", "*/*", "text/javascript; charset=utf-8" },
        { "GET", "/icon.svg", BROWSER, "image/svg+xml" },
        { "GET", "/members", "application/json", NULL }, // a program gets a problem, not a page
        { "GET", "/v1/nothing", BROWSER, NULL },
        { "GET", "/assets/index-0.js", BROWSER, NULL }, // of an older build
        { "GET", "/../master.key", BROWSER, NULL },
        { "POST", "/", BROWSER, NULL },
    };
    struct arena *arena = arena_new(64 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange exchange;
        bool answered = ask(&exchange, arena, cases[i].method, cases[i].path, cases[i].accept);
        assert_int_equal(answered, cases[i].content_type != NULL);
        if (answered) {
            assert_int_equal(exchange.status, 200);
            assert_string_equal(exchange.reply_content_type, cases[i].content_type);
            buffer_release(&exchange.reply_body);
        }
    }
    arena_free(arena);
}

static void a_page_carries_the_nonce_of_its_policy_once(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64 * 1024);
    char nonces[2][33] = { "", "" };
    for (int i = 0; i < 2; i++) {
        struct exchange exchange;
        assert_true(ask(&exchange, arena, "GET", "/", BROWSER));
        text policy = header(&exchange, "Content-Security-Policy");
        const char *nonce = memmem(policy.at, policy.len, "'nonce-", 7);
        assert_non_null(nonce);
        memcpy(nonces[i], nonce + 7, 32);
        assert_int_equal(nonce[7 + 32], '\'');
        char expected[128];
        snprintf(expected, sizeof expected, "<meta content=\"%s\"><p>end", nonces[i]);
        assert_true(text_equal(buffer_text(&exchange.reply_body), text_of(expected)));
        assert_false(text_present(header(&exchange, "Cache-Control"))); // the listener's no-store stays
        buffer_release(&exchange.reply_body);
    }
    assert_string_not_equal(nonces[0], nonces[1]);
    arena_free(arena);
}

static void files_say_how_they_are_kept_and_packed(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64 * 1024);
    struct exchange exchange;
    assert_true(ask(&exchange, arena, "GET", "/assets/index-1.js", "*/*"));
    assert_true(text_equal(header(&exchange, "Content-Encoding"), TEXT("gzip")));
    assert_true(text_equal(header(&exchange, "Cache-Control"), TEXT("public, max-age=31536000, immutable")));
    assert_int_equal(exchange.reply_body.len, sizeof script);
    buffer_release(&exchange.reply_body);
    assert_true(ask(&exchange, arena, "GET", "/icon.svg", "*/*"));
    assert_false(text_present(header(&exchange, "Content-Encoding")));
    assert_true(text_equal(header(&exchange, "Cache-Control"), TEXT("public, max-age=3600")));
    buffer_release(&exchange.reply_body);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_files_and_pages_and_nothing_else),
        cmocka_unit_test(a_page_carries_the_nonce_of_its_policy_once),
        cmocka_unit_test(files_say_how_they_are_kept_and_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
