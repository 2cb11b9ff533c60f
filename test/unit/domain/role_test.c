#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/role.h"

// What a role must not be able to do, by the separation of duties in docs and PCI DSS 7.2.
static void test_roles(void **state)
{
    (void)state;
    static const struct {
        enum role role;
        enum permission permission;
        bool held;
    } cases[] = {
        { ROLE_OWNER, MAY_MANAGE_PEOPLE, true },
        { ROLE_OWNER, MAY_DOWNLOAD_PAYMENT_NUMBERS, true },
        { ROLE_ADMINISTRATOR, MAY_MANAGE_PEOPLE, true },
        { ROLE_ADMINISTRATOR, MAY_DOWNLOAD_PAYMENT_NUMBERS, false },
        { ROLE_AGENT, MAY_ISSUE_CARDS, true },
        { ROLE_AGENT, MAY_LIFT_BLOCKS, false },
        { ROLE_AGENT, MAY_DRAW_NUMBERS, false },
        { ROLE_AGENT, MAY_READ_PEOPLE, false },
        { ROLE_OPERATIONS, MAY_DRAW_NUMBERS, true },
        { ROLE_OPERATIONS, MAY_REVEAL_NUMBERS, false },
        { ROLE_OPERATIONS, MAY_MANAGE_PEOPLE, false },
        { ROLE_AUDITOR, MAY_READ_AUDIT, true },
        { ROLE_AUDITOR, MAY_READ_PEOPLE, true },
        { ROLE_AUDITOR, MAY_CHANGE_SETTINGS, false },
        { ROLE_AUDITOR, MAY_MANAGE_PEOPLE, false },
        { ROLE_AUDITOR, MAY_REVEAL_NUMBERS, false },
        { ROLE_INTEGRATION, MAY_ISSUE_CARDS, true },
        { ROLE_INTEGRATION, MAY_MANAGE_PEOPLE, false },
        { ROLE_INTEGRATION, MAY_DOWNLOAD_NUMBERS, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(permission_held(role_permissions(cases[i].role), cases[i].permission), cases[i].held);
    }
}

static void test_none_is_never_held(void **state)
{
    (void)state;
    assert_false(permission_held(UINT64_MAX, PERMISSION_NONE));
    assert_false(permission_held(0, MAY_READ_CARDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_roles), cmocka_unit_test(test_none_is_never_held) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
