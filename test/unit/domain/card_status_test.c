#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "domain/card_status.h"

// The table of domain.md, "Card status", typed by hand: from (rows) to (columns), in the order of the statuses.
static const char *const expected[7][7] = {
    //                 not_issued inactive  active      suspended blocked  expired   closed
    /* not_issued */ { "label", "link", "link", NULL, NULL, NULL, "void" },
    /* inactive   */ { "unlink", NULL, "activate", "freeze", "block", "expire", "close" },
    /* active     */ { "unlink", NULL, "label", "freeze", "block", "expire", "close" },
    /* suspended  */ { "unlink", NULL, "unfreeze", "label", "block", "expire", "close" },
    /* blocked    */ { NULL, NULL, "lift", NULL, "label", "expire", "close" },
    /* expired    */ { NULL, NULL, "renew", NULL, NULL, NULL, "close" },
    /* closed     */ { NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

static const char *const names[7] = { "not_issued", "inactive", "active", "suspended", "blocked", "expired", "closed" };

static const struct {
    const char *action;
    enum permission permission;
    bool by_hand;
} actions[] = {
    { "label", MAY_CHANGE_CARDS, true },    { "link", MAY_ISSUE_CARDS, false },
    { "void", MAY_VOID_BATCHES, true },     { "unlink", MAY_UNLINK_CARDS, false },
    { "activate", MAY_CHANGE_CARDS, true }, { "freeze", MAY_CHANGE_CARDS, true },
    { "block", MAY_BLOCK_CARDS, true },     { "expire", PERMISSION_NONE, false },
    { "close", MAY_CHANGE_CARDS, true },    { "unfreeze", MAY_CHANGE_CARDS, true },
    { "lift", MAY_LIFT_BLOCKS, true },      { "renew", MAY_ISSUE_CARDS, true },
};

static void check_action(const struct card_transition *transition)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (text_equal(text_of(actions[i].action), text_of(transition->action))) {
            assert_int_equal(transition->permission, actions[i].permission);
            assert_int_equal(transition->by_hand, actions[i].by_hand);
            return;
        }
    }
    fail_msg("%s is no action", transition->action);
}

static void test_transitions(void **state)
{
    (void)state;
    assert_int_equal(CARD_STATUS_COUNT, 7);
    for (int from = 0; from < 7; from++) {
        for (int to = 0; to < 7; to++) {
            const struct card_transition *transition =
                card_transition_find((enum card_status)from, (enum card_status)to);
            if (expected[from][to] == NULL) {
                assert_null(transition);
            } else {
                assert_non_null(transition);
                assert_string_equal(transition->action, expected[from][to]);
                check_action(transition);
            }
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const reasons[] = { "requested",  "lost",       "stolen",  "damaged",  "fraud",
                                           "compliance", "fulfilment", "expired", "replaced", "other" };
    for (int i = 0; i < 7; i++) {
        assert_string_equal(card_status_names[i], names[i]);
    }
    assert_null(card_status_names[7]);
    for (int i = 0; i < 10; i++) {
        assert_string_equal(card_reason_names[i], reasons[i]);
    }
    assert_null(card_reason_names[10]);
}

static void test_counted(void **state)
{
    (void)state;
    static const bool counted[7] = { false, true, true, true, true, true, false };
    for (int i = 0; i < 7; i++) {
        assert_int_equal(card_status_is_counted((enum card_status)i), counted[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transitions),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
