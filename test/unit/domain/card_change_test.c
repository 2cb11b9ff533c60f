#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "domain/card_change.h"

enum {
    N = 1 << CARD_NOT_ISSUED,
    A = 1 << CARD_ACTIVE,
    S = 1 << CARD_SUSPENDED,
    B = 1 << CARD_BLOCKED,
    C = 1 << CARD_CLOSED
};

// By hand from domain.md, "Card status", and from what each role may do. A label is all that may change where a status
// stands in its own row.
static const struct {
    enum role role;
    uint32_t next[CARD_STATUS_COUNT]; // not_issued, inactive, active, suspended, blocked, expired, closed
    bool may_unlink;
} cases[] = {
    { ROLE_OWNER, { N | C, A | S | B | C, A | S | B | C, A | S | B | C, A | B | C, A | C, 0 }, true },
    { ROLE_AGENT, { N, A | S | B | C, A | S | B | C, A | S | B | C, B | C, A | C, 0 }, true },
    { ROLE_INTEGRATION, { N, A | S | B | C, A | S | B | C, A | S | B | C, B | C, A | C, 0 }, true },
    { ROLE_OPERATIONS, { 0 }, false }, // may void, but a change by hand asks for more
    { ROLE_AUDITOR, { 0 }, false },
};

static void test_what_a_caller_may_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t permissions = role_permissions(cases[i].role);
        for (int from = 0; from < CARD_STATUS_COUNT; from++) {
            struct card card = { .status = from, .customer_id = from == CARD_NOT_ISSUED ? 0 : 1, .current = true };
            bool unlinkable = from == CARD_INACTIVE || from == CARD_ACTIVE || from == CARD_SUSPENDED;
            assert_int_equal(card_next_statuses(&card, permissions), cases[i].next[from]);
            assert_int_equal(card_may_unlink(&card, permissions), cases[i].may_unlink && unlinkable);
            card.current = false; // its number is another card's now
            assert_int_equal(card_next_statuses(&card, permissions), 0);
            assert_false(card_may_unlink(&card, permissions));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_a_caller_may_do) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
