#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "server/http_target.h"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(REQUEST_ARENA_LEN_MAX);
    return arena == NULL;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_text(text t, const char *expected)
{
    assert_int_equal(t.len, strlen(expected));
    assert_memory_equal(t.at, expected, t.len);
}

static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *target, *path; // NULL: refused
    } cases[] = {
        { "/", "/" },
        { "/v1/cards/card_1", "/v1/cards/card_1" },
        { "/a%20b%C3%A9", "/a b\xC3\xA9" },
        { "/a+b;c=d,e:f@g!$&'()*~", "/a+b;c=d,e:f@g!$&'()*~" },
        { "//a//", "//a//" },
        { "/...", "/..." },
        { "/a?", "/a" },
        { "", NULL },
        { "*", NULL },
        { "v1/cards", NULL },
        { "http://example.com/", NULL },
        { "example.com:443", NULL },
        { "/a%00b", NULL },
        { "/a%0Ab", NULL },
        { "/a%7F", NULL },
        { "/a%2Fb", NULL },
        { "/a%2fb", NULL },
        { "/a%", NULL },
        { "/a%4", NULL },
        { "/a%4G", NULL },
        { "/a%FF", NULL },
        { "/a%C0%AF", NULL },
        { "/a/../b", NULL },
        { "/a/%2e%2E", NULL },
        { "/./a", NULL },
        { "/a#b", NULL },
        { "/a\\b", NULL },
        { "/a b", NULL },
        { "/a\tb", NULL },
        { "/a\xC3\xA9", NULL },
        { "/a\x01", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct http_target out;
        status result = http_target_parse(arena, &out, text_of(cases[i].target));
        if (cases[i].path != NULL) {
            assert_int_equal(result, OK);
            assert_text(out.path, cases[i].path);
        } else {
            assert_int_equal(result, BAD_REQUEST);
            assert_non_null(out.detail);
        }
    }
}

static void queries(void **state)
{
    (void)state;
    struct http_target out;
    assert_int_equal(http_target_parse(arena, &out, TEXT("/a?x=1&y=a+b%2B&&flag&=v&k==&x=2?/")), OK);
    static const char *const expected[][2] = {
        { "x", "1" }, { "y", "a b+" }, { "flag", "" }, { "", "v" }, { "k", "=" }, { "x", "2?/" },
    };
    assert_int_equal(out.query_count, 6);
    for (int i = 0; i < out.query_count; i++) {
        assert_text(out.query[i].name, expected[i][0]);
        assert_text(out.query[i].value, expected[i][1]);
    }
    static const char *const refused[] = { "/?a=%00", "/?a=%zz", "/?%", "/?a=#b", "/?a=b c", "/?a=\x7F" };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(http_target_parse(arena, &out, text_of(refused[i])), BAD_REQUEST);
    }
}

static status parse_long(const char *start, char fill, size_t count)
{
    static char at[16384];
    size_t len = strlen(start);
    memcpy(at, start, len);
    memset(at + len, fill, count);
    struct http_target out;
    return http_target_parse(arena, &out, (text){ at, len + count });
}

static void bounds(void **state)
{
    (void)state;
    assert_int_equal(parse_long("/", 'a', REQUEST_PATH_LEN_MAX - 1), OK);
    assert_int_equal(parse_long("/", 'a', REQUEST_PATH_LEN_MAX), URI_TOO_LONG);
    assert_int_equal(parse_long("/?", 'a', REQUEST_QUERY_LEN_MAX), OK);
    assert_int_equal(parse_long("/?", 'a', REQUEST_QUERY_LEN_MAX + 1), URI_TOO_LONG);
    assert_int_equal(parse_long("/?", '&', REQUEST_QUERY_COUNT_MAX - 1), OK);
    assert_int_equal(parse_long("/?", '&', REQUEST_QUERY_COUNT_MAX), BAD_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(queries),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
