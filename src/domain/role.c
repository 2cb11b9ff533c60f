#include "domain/role.h"

#include <assert.h>
#include <stddef.h>

const char *const role_names[] = { "owner",   "administrator", "agent",     "operations",
                                   "auditor", "integration",   "custodian", NULL };

const char *const permission_names[] = {
    "none",
    "reach",
    "sign_in",
    "be_signed_in",
    "read_settings",
    "change_settings",
    "read_series",
    "change_series",
    "read_batches",
    "draw_numbers",
    "download_numbers",
    "download_payment_numbers",
    "void_batches",
    "read_customers",
    "change_customers",
    "read_cards",
    "issue_cards",
    "change_cards",
    "block_cards",
    "lift_blocks",
    "unlink_cards",
    "reveal_numbers",
    "register_numbers",
    "read_audit",
    "read_events",
    "read_jobs",
    "cancel_jobs",
    "manage_people",
    "read_people",
    "read_outbox",
    "read_metrics",
    "read_keys",
    "hold_keys",
    NULL,
};

static_assert(sizeof role_names / sizeof role_names[0] == ROLE_COUNT + 1, "a name for each role");
static_assert(sizeof permission_names / sizeof permission_names[0] == PERMISSION_COUNT + 1,
              "a name for each permission");
static_assert(PERMISSION_COUNT <= 64, "permissions are bits of one integer");

#define BIT(permission) (1ULL << (permission))
#define EVERYTHING      ((1ULL << PERMISSION_COUNT) - 1)

#define READS                                                                                                          \
    (BIT(MAY_BE_SIGNED_IN) | BIT(MAY_READ_SETTINGS) | BIT(MAY_READ_SERIES) | BIT(MAY_READ_BATCHES) |                   \
     BIT(MAY_READ_CUSTOMERS) | BIT(MAY_READ_CARDS) | BIT(MAY_READ_JOBS))

static const uint64_t table[ROLE_COUNT] = {
    [ROLE_OWNER] = EVERYTHING,
    [ROLE_ADMINISTRATOR] = EVERYTHING & ~BIT(MAY_DOWNLOAD_PAYMENT_NUMBERS) & ~BIT(MAY_HOLD_KEYS),
    [ROLE_AGENT] = READS | BIT(MAY_CHANGE_CUSTOMERS) | BIT(MAY_ISSUE_CARDS) | BIT(MAY_CHANGE_CARDS) |
                   BIT(MAY_BLOCK_CARDS) | BIT(MAY_UNLINK_CARDS) | BIT(MAY_REVEAL_NUMBERS),
    [ROLE_OPERATIONS] = READS | BIT(MAY_CHANGE_SERIES) | BIT(MAY_DRAW_NUMBERS) | BIT(MAY_DOWNLOAD_NUMBERS) |
                        BIT(MAY_VOID_BATCHES) | BIT(MAY_REGISTER_NUMBERS) | BIT(MAY_CANCEL_JOBS) |
                        BIT(MAY_READ_METRICS),
    [ROLE_AUDITOR] = READS | BIT(MAY_READ_AUDIT) | BIT(MAY_READ_EVENTS) | BIT(MAY_READ_PEOPLE) | BIT(MAY_READ_KEYS),
    [ROLE_INTEGRATION] = READS | BIT(MAY_CHANGE_CUSTOMERS) | BIT(MAY_ISSUE_CARDS) | BIT(MAY_CHANGE_CARDS) |
                         BIT(MAY_BLOCK_CARDS) | BIT(MAY_UNLINK_CARDS) | BIT(MAY_REVEAL_NUMBERS) |
                         BIT(MAY_DRAW_NUMBERS) | BIT(MAY_REGISTER_NUMBERS) | BIT(MAY_READ_EVENTS),
    [ROLE_CUSTODIAN] = BIT(MAY_BE_SIGNED_IN) | BIT(MAY_READ_JOBS) | BIT(MAY_READ_KEYS) | BIT(MAY_HOLD_KEYS),
};

uint64_t role_permissions(enum role role)
{
    assert(role >= 0 && role < ROLE_COUNT);
    return table[role];
}

bool permission_held(uint64_t permissions, enum permission permission)
{
    return permission != PERMISSION_NONE && (permissions & BIT(permission)) != 0;
}
