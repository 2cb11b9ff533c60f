#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sanitizer.h"

#ifdef UNDER_ASAN
#define OUT_OF_REACH(at) assert_true(__asan_address_is_poisoned(at))
#else
// What was given back stays readable here, in the first chunk, and so shows whether it was wiped.
#define OUT_OF_REACH(at) assert_int_equal(*(at), 0)
#endif

static bool is_zero(const unsigned char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i] != 0) {
            return false;
        }
    }
    return true;
}

static void test_pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    static const size_t lens[] = { 1, 7, 16, 100, 0, 4000, 16384, 3, 40000, 100000 };
    struct arena *arena = arena_new(1024 * 1024);
    for (int round = 0; round < 3; round++) {
        unsigned char *pieces[10];
        for (size_t i = 0; i < 10; i++) {
            pieces[i] = arena_take(arena, lens[i]);
            assert_non_null(pieces[i]);
            assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
            assert_true(is_zero(pieces[i], lens[i]));
            memset(pieces[i], (int)i + 1, lens[i]);
        }
        for (size_t i = 0; i < 10; i++) {
            for (size_t j = 0; j < lens[i]; j++) {
                assert_int_equal(pieces[i][j], i + 1);
            }
        }
        arena_reset(arena);
        OUT_OF_REACH(pieces[0]);
        OUT_OF_REACH(pieces[3] + 99);
    }
    arena_free(arena);
    arena_free(NULL);
}

static void test_cap(void **state)
{
    (void)state;
    struct arena *arena = arena_new(100000);
    assert_null(arena_take(arena, 100001));
    assert_null(arena_take(arena, SIZE_MAX));
    assert_null(arena_take_array(arena, SIZE_MAX / 2, 3)); // 3 * SIZE_MAX / 2 would wrap around to a small number
    assert_non_null(arena_take(arena, 100000));
    assert_null(arena_take(arena, 1));
    assert_false(text_present(arena_copy(arena, TEXT("a"))));
    assert_false(text_present(arena_print(arena, "%d", 1)));
    arena_reset(arena);
    size_t taken = 0;
    while (arena_take(arena, 1000) != NULL) {
        taken += 1000;
    }
    assert_true(taken > 98000 && taken <= 100000);
    arena_free(arena);

    arena = arena_new(10);
    assert_non_null(arena_take(arena, 10));
    assert_null(arena_take(arena, 1));
    arena_free(arena);
}

static void test_text(void **state)
{
    (void)state;
    struct arena *arena = arena_new(65536);
    char original[] = "card\0s";
    text copy = arena_copy(arena, text_bytes(original, 6));
    original[0] = 'x';
    assert_int_equal(copy.len, 6);
    assert_memory_equal(copy.at, "card\0s\0", 7);
    assert_false(text_present(arena_copy(arena, TEXT_ABSENT)));
    text empty = arena_copy(arena, TEXT(""));
    assert_true(text_present(empty) && empty.len == 0 && empty.at[0] == '\0');

    text printed = arena_print(arena, "%s-%05d", "a", 42);
    assert_true(text_equal(printed, TEXT("a-00042")));
    assert_string_equal(printed.at, "a-00042");
    static const int lens[] = { 254, 255, 256, 257, 5000 };
    for (size_t i = 0; i < 5; i++) {
        printed = arena_print(arena, "%*d", lens[i], 7);
        assert_int_equal(printed.len, lens[i]);
        assert_int_equal(strlen(printed.at), lens[i]);
        assert_int_equal(printed.at[lens[i] - 1], '7');
    }
    assert_memory_equal(copy.at, "card\0s\0", 7);
    int64_t *number = ARENA_NEW(arena, int64_t);
    assert_int_equal((uintptr_t)number % _Alignof(int64_t), 0);
    arena_free(arena);
}

static void test_rewind(void **state)
{
    (void)state;
    struct arena *arena = arena_new(200000);
    unsigned char *kept = arena_take(arena, 50);
    memset(kept, 1, 50);
    struct arena_mark mark = arena_mark(arena);
    unsigned char *first_again = NULL;
    for (int round = 0; round < 3; round++) {
        unsigned char *first = arena_take(arena, 500);
        assert_true(first_again == NULL || first == first_again);
        assert_true(is_zero(first, 500));
        memset(first, 2, 500);
        for (int i = 0; i < 19; i++) {
            assert_non_null(memset(arena_take(arena, 10000), 3, 10000));
        }
        assert_null(arena_take(arena, 10000));
        arena_rewind(arena, mark);
        OUT_OF_REACH(first);
        OUT_OF_REACH(first + 499);
        assert_true(kept[0] == 1 && kept[49] == 1);
        first_again = first;
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_rewind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
