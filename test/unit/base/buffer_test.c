#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_append(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100000);
    assert_true(text_equal(buffer_text(&buffer), TEXT("")));
    buffer_append_text(&buffer, TEXT("number,"));
    buffer_append_text(&buffer, TEXT_ABSENT);
    buffer_append(&buffer, "a\0b", 3);
    buffer_print(&buffer, ",%s-%03d", "x", 7);
    memcpy(buffer_extend(&buffer, 2), "\r\n", 2);
    assert_true(text_equal(buffer_text(&buffer), TEXT("number,a\0b,x-007\r\n")));
    assert_false(buffer.failed);
    buffer_release(&buffer);
    buffer_release(&buffer);
    assert_true(buffer.at == NULL && buffer.len == 0);
}

static void test_growth_keeps_what_is_there(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 60000);
    for (int i = 0; i < 10000; i++) {
        buffer_print(&buffer, "%05d;", i);
    }
    assert_true(!buffer.failed && buffer.len == 60000);
    for (int i = 0; i < 10000; i++) {
        int digits[] = { i / 10000, i / 1000 % 10, i / 100 % 10, i / 10 % 10, i % 10 };
        for (int j = 0; j < 5; j++) {
            assert_int_equal(buffer.at[i * 6 + j], '0' + digits[j]);
        }
    }
    buffer_release(&buffer);
}

static void test_failure_is_sticky(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 5);
    buffer_append_text(&buffer, TEXT("abc"));
    buffer_append_text(&buffer, TEXT("def")); // does not fit: nothing of it
    assert_true(buffer.failed);
    buffer_append_text(&buffer, TEXT("d")); // would fit
    buffer_print(&buffer, "d");
    assert_null(buffer_extend(&buffer, 1));
    assert_true(buffer.failed && text_equal(buffer_text(&buffer), TEXT("abc")));

    const uint8_t *before = buffer.at;
    buffer_clear(&buffer);
    assert_true(!buffer.failed && buffer.len == 0 && buffer.at == before);
    assert_memory_equal(before, "\0\0\0", 3);
    assert_memory_equal(buffer_extend(&buffer, 5), "\0\0\0\0\0", 5);
    assert_false(buffer.failed);
    assert_null(buffer_extend(&buffer, SIZE_MAX));
    buffer_release(&buffer);

    buffer = (struct buffer){ 0 };
    buffer_append_text(&buffer, TEXT("a"));
    assert_true(buffer.failed);
}

static void test_print_to_the_brim(void **state)
{
    (void)state;
    static const int lens[] = { 255, 256, 257, 1000 };
    for (size_t i = 0; i < 4; i++) {
        struct buffer buffer;
        buffer_init(&buffer, (size_t)lens[i]);
        buffer_print(&buffer, "%*d", lens[i], 7);
        assert_true(!buffer.failed && buffer.len == (size_t)lens[i] && buffer.at[lens[i] - 1] == '7');
        buffer_clear(&buffer);
        buffer_print(&buffer, "%*d", lens[i] + 1, 7);
        assert_true(buffer.failed && buffer.len == 0);
        buffer_release(&buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_growth_keeps_what_is_there),
        cmocka_unit_test(test_failure_is_sticky),
        cmocka_unit_test(test_print_to_the_brim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
