#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <yyjson.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/runtime.h"
#include "base/time_text.h"

static int file[2]; // what the log writes comes out of file[0]

static int set_up(void **state)
{
    (void)state;
    if (pipe(file) != 0) {
        return -1;
    }
    fcntl(file[0], F_SETFL, O_NONBLOCK);
    log_set_file(file[1]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_set_level(LOG_INFO);
    log_set_file(STDERR_FILENO);
    close(file[0]);
    close(file[1]);
    return 0;
}

static char written[8 * LOG_LINE_LEN_MAX];

static text read_written(void)
{
    ssize_t len = read(file[0], written, sizeof written);
    return text_bytes(written, len > 0 ? (size_t)len : 0);
}

static void test_line(void **state)
{
    (void)state;
    int64_t before = runtime_now_ms(&runtime_real);
    LOG(LOG_WARN, "card.issued", "A card.", LOG_S("series", "A\"\\\n\x01\x7F"), LOG_I("count", -5),
        LOG_T("none", TEXT_ABSENT), LOG_T("bad", TEXT("a\xFFz\xC2\x85\xE2\x80\xA8\xE2\x82\xAC")),
        LOG_I("min", INT64_MIN));
    text line = read_written();
    text rest = line;
    int64_t ms;
    assert_true(text_starts_with(rest, TEXT("{\"time\":\"")));
    assert_true(time_parse(&ms, text_slice(rest, 9, TIME_TEXT_LEN)));
    assert_true(ms >= before && ms <= runtime_now_ms(&runtime_real));
    text expected = TEXT(
        "\",\"level\":\"warn\",\"event\":\"card.issued\",\"message\":\"A card.\","
        "\"series\":\"A\\\"\\\\\\u000a\\u0001\\u007f\",\"count\":-5,\"none\":null,"
        "\"bad\":\"a\xEF\xBF\xBDz\\u0085\\u2028\xE2\x82\xAC\",\"min\":-9223372036854775808}\n");
    assert_true(text_equal(text_slice(rest, 9 + TIME_TEXT_LEN, rest.len), expected));
}

static void test_level(void **state)
{
    (void)state;
    log_event(LOG_DEBUG, "a", "b", NULL, 0);
    assert_int_equal(read_written().len, 0);
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "a", "b", NULL, 0);
    assert_int_not_equal(read_written().len, 0);
    log_set_level(LOG_ERROR);
    log_event(LOG_WARN, "a", "b", NULL, 0);
    assert_int_equal(read_written().len, 0);
}

// Whatever the length, and wherever in a character the cut would fall, the line is whole JSON and whole UTF-8.
static void test_long_values_are_cut(void **state)
{
    (void)state;
    static const text units[] = {
        TEXT("x"), TEXT("\xC3\xA9"), TEXT("\xE2\x82\xAC"), TEXT("\xF0\x9F\x92\xB3"), TEXT("\""),
    };
    for (size_t unit = 0; unit < 5; unit++) {
        for (size_t lead = 0; lead < 7; lead++) {
            for (size_t len = LOG_VALUE_LEN_MAX - 12; len < LOG_VALUE_LEN_MAX + 12; len++) {
                char value[LOG_VALUE_LEN_MAX + 64];
                memset(value, 'a', lead);
                size_t value_len = lead;
                for (; value_len < len; value_len += units[unit].len) {
                    memcpy(value + value_len, units[unit].at, units[unit].len);
                }
                LOG(LOG_INFO, "e", "m", LOG_T("v", text_bytes(value, value_len)), LOG_I("after", 1));
                text line = read_written();
                yyjson_doc *doc = yyjson_read(line.at, line.len, 0);
                assert_non_null(doc);
                yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(doc), "v");
                text read = text_bytes(yyjson_get_str(v), yyjson_get_len(v));
                bool escaped = unit == 4;
                size_t escaped_len = escaped ? lead + 2 * (value_len - lead) : value_len;
                if (escaped_len <= LOG_VALUE_LEN_MAX) {
                    assert_true(text_equal(read, text_bytes(value, value_len)));
                } else {
                    assert_true(text_ends_with(read, TEXT("\xE2\x80\xA6")));
                    text kept = text_slice(read, 0, read.len - 3);
                    assert_true(text_starts_with(text_bytes(value, value_len), kept));
                    size_t kept_len = escaped ? lead + 2 * (kept.len - lead) : kept.len;
                    assert_true(kept_len + 3 <= LOG_VALUE_LEN_MAX && kept_len + 3 > LOG_VALUE_LEN_MAX - 4);
                }
                assert_int_equal(yyjson_get_int(yyjson_obj_get(yyjson_doc_get_root(doc), "after")), 1);
                yyjson_doc_free(doc);
            }
        }
    }
}

static void test_long_lines_lose_fields(void **state)
{
    (void)state;
    char value[1100];
    memset(value, 'x', sizeof value);
    for (size_t len = 900; len < 1100; len++) {
        text t = text_bytes(value, len);
        LOG(LOG_INFO, "e", "m", LOG_T("a", t), LOG_T("b", t), LOG_T("c", t), LOG_T("d", t), LOG_T("e2", t),
            LOG_I("f", 1));
        text line = read_written();
        assert_true(line.len <= LOG_LINE_LEN_MAX && text_find(line, '\n') == (int64_t)line.len - 1);
        yyjson_doc *doc = yyjson_read(line.at, line.len, 0);
        assert_non_null(doc);
        assert_non_null(yyjson_obj_get(yyjson_doc_get_root(doc), "c"));
        assert_true(yyjson_get_bool(yyjson_obj_get(yyjson_doc_get_root(doc), "cut")));
        yyjson_doc_free(doc);
    }
}

enum { THREAD_COUNT = 4, LINE_COUNT = 10 };

static void *write_lines(void *text_value)
{
    for (int i = 0; i < LINE_COUNT; i++) {
        LOG(LOG_INFO, "e", "m", LOG_S("v", (const char *)text_value));
    }
    return NULL;
}

static void test_lines_stay_whole_among_threads(void **state)
{
    (void)state;
    char value[LOG_VALUE_LEN_MAX / 2] = "";
    memset(value, 'x', sizeof value - 1);
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, value), 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        pthread_join(threads[i], NULL);
    }
    text rest = read_written();
    text line;
    int count = 0;
    while (text_split(&rest, '\n', &line) && line.len > 0) {
        yyjson_doc *doc = yyjson_read(line.at, line.len, 0);
        assert_non_null(doc);
        yyjson_doc_free(doc);
        count++;
    }
    assert_int_equal(count, THREAD_COUNT * LINE_COUNT);
}

static void test_errno_is_kept(void **state)
{
    (void)state;
    log_set_file(-1);
    errno = ENOSPC;
    log_event(LOG_INFO, "a", "b", NULL, 0);
    assert_int_equal(errno, ENOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_level, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_values_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_lines_lose_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lines_stay_whole_among_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errno_is_kept, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
