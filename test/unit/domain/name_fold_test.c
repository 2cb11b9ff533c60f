#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/name_fold.h"

// Pairs of The Unicode Standard, CaseFolding.txt (status C), at the ends of each run; and what is no capital.
static const struct {
    const char *name, *folded;
} cases[] = {
    { "", "" },
    { "Asha RAO", "asha rao" },
    { "@[`{", "@[`{" }, // the neighbours of A-Z and a-z
    { "ÀÖØÞ", "àöøþ" },
    { "×÷ß", "×÷ß" }, // between and behind them
    { "ĀāĮį", "āāįį" },
    { "İ", "i" },
    { "ĲĳĶķĸ", "ĳĳķķĸ" },
    { "ĹĺŇň", "ĺĺňň" },
    { "ŊŋŶŷ", "ŋŋŷŷ" },
    { "ŸŹźŽž", "ÿźźžž" },
    { "ΆΈΊΌΎΏ", "άέίόύώ" },
    { "ΑΡΣΫ", "αρσϋ" },
    { "ЀЏАЯ", "ѐџая" },
    { "ḀḁẔẕ", "ḁḁẕẕ" },
    { "ẠạỾỿ", "ạạỿỿ" },
    { "阿莎", "阿莎" },
    { "A😀Z", "a😀z" },
};

static void test_fold(void **state)
{
    (void)state;
    struct arena *arena = arena_new(65536);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text folded;
        assert_int_equal(name_fold(arena, &folded, text_of(cases[i].name)), OK);
        assert_true(text_equal(folded, text_of(cases[i].folded)));
    }
    arena_free(arena);
}

static void test_absent(void **state)
{
    (void)state;
    struct arena *arena = arena_new(16);
    text folded = TEXT("x");
    assert_int_equal(name_fold(arena, &folded, TEXT_ABSENT), OK);
    assert_false(text_present(folded));
    assert_int_equal(name_fold(arena, &folded, TEXT("longer than the arena has room for, by far")), OUT_OF_MEMORY);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fold), cmocka_unit_test(test_absent) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
