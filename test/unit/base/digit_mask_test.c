#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digit_mask.h"

static void test_masks_long_runs(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *kept;
    } cases[] = {
        { "", "" },
        { "lost at gate 12", "lost at gate 12" },
        { "call 5550100", "call 5550100" }, // seven digits
        { "is 12345678", "is ********" },   // eight
        { "card 4539 1488 0343 6467 lost", "card **** **** **** **** lost" },
        { "GOLD12345678-2021 gone", "GOLD********-**** gone" },
        { "2026-11-21, 8 cards", "****-**-**, 8 cards" }, // a date has eight digits: rather too much than too little
        { "1 2  3456789", "1 2  3456789" },               // two blanks end a run
        { "4539148803436467", "****************" },
    };
    struct arena *arena = arena_new(4096);
    assert_non_null(arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text kept = digit_mask(arena, text_of(cases[i].typed));
        assert_true(text_equal(kept, text_of(cases[i].kept)));
    }
    assert_false(text_present(digit_mask(arena, TEXT_ABSENT)));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_masks_long_runs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
