#include "domain/card_status.h"

#include <assert.h>
#include <stddef.h>

const char *const card_status_names[] = { "not_issued", "inactive", "active", "suspended",
                                          "blocked",    "expired",  "closed", NULL };

const char *const card_reason_names[] = { "requested",  "lost",    "stolen",   "damaged", "fraud", "compliance",
                                          "fulfilment", "expired", "replaced", "other",   NULL };

static_assert(sizeof card_status_names / sizeof card_status_names[0] == CARD_STATUS_COUNT + 1,
              "a name for each status");
static_assert(sizeof card_reason_names / sizeof card_reason_names[0] == CARD_REASON_COUNT + 1,
              "a name for each reason");

// A cell without an action is a change that is not allowed.
static const struct card_transition transitions[CARD_STATUS_COUNT][CARD_STATUS_COUNT] = {
    [CARD_NOT_ISSUED] = {
        [CARD_NOT_ISSUED] = { "label",    MAY_CHANGE_CARDS, true },
        [CARD_INACTIVE]   = { "link",     MAY_ISSUE_CARDS,  false },
        [CARD_ACTIVE]     = { "link",     MAY_ISSUE_CARDS,  false },
        [CARD_CLOSED]     = { "void",     MAY_VOID_BATCHES, true },
    },
    [CARD_INACTIVE] = {
        [CARD_NOT_ISSUED] = { "unlink",   MAY_UNLINK_CARDS, false },
        [CARD_ACTIVE]     = { "activate", MAY_CHANGE_CARDS, true },
        [CARD_SUSPENDED]  = { "freeze",   MAY_CHANGE_CARDS, true },
        [CARD_BLOCKED]    = { "block",    MAY_BLOCK_CARDS,  true },
        [CARD_EXPIRED]    = { "expire",   PERMISSION_NONE,  false },
        [CARD_CLOSED]     = { "close",    MAY_CHANGE_CARDS, true },
    },
    [CARD_ACTIVE] = {
        [CARD_NOT_ISSUED] = { "unlink",   MAY_UNLINK_CARDS, false },
        [CARD_ACTIVE]     = { "label",    MAY_CHANGE_CARDS, true },
        [CARD_SUSPENDED]  = { "freeze",   MAY_CHANGE_CARDS, true },
        [CARD_BLOCKED]    = { "block",    MAY_BLOCK_CARDS,  true },
        [CARD_EXPIRED]    = { "expire",   PERMISSION_NONE,  false },
        [CARD_CLOSED]     = { "close",    MAY_CHANGE_CARDS, true },
    },
    [CARD_SUSPENDED] = {
        [CARD_NOT_ISSUED] = { "unlink",   MAY_UNLINK_CARDS, false },
        [CARD_ACTIVE]     = { "unfreeze", MAY_CHANGE_CARDS, true },
        [CARD_SUSPENDED]  = { "label",    MAY_CHANGE_CARDS, true },
        [CARD_BLOCKED]    = { "block",    MAY_BLOCK_CARDS,  true },
        [CARD_EXPIRED]    = { "expire",   PERMISSION_NONE,  false },
        [CARD_CLOSED]     = { "close",    MAY_CHANGE_CARDS, true },
    },
    [CARD_BLOCKED] = {
        [CARD_ACTIVE]     = { "lift",     MAY_LIFT_BLOCKS,  true },
        [CARD_BLOCKED]    = { "label",    MAY_CHANGE_CARDS, true },
        [CARD_EXPIRED]    = { "expire",   PERMISSION_NONE,  false },
        [CARD_CLOSED]     = { "close",    MAY_CHANGE_CARDS, true },
    },
    [CARD_EXPIRED] = {
        // Not by hand: the date that is past has to be moved with it.
        [CARD_ACTIVE]     = { "renew",    MAY_ISSUE_CARDS,  true },
        [CARD_CLOSED]     = { "close",    MAY_CHANGE_CARDS, true },
    },
};

const struct card_transition *card_transition_find(enum card_status from, enum card_status to)
{
    assert(from >= 0 && from < CARD_STATUS_COUNT && to >= 0 && to < CARD_STATUS_COUNT);
    const struct card_transition *cell = &transitions[from][to];
    return cell->action != NULL ? cell : NULL;
}

bool card_status_is_counted(enum card_status card_status)
{
    assert(card_status >= 0 && card_status < CARD_STATUS_COUNT);
    return card_status != CARD_NOT_ISSUED && card_status != CARD_CLOSED;
}
