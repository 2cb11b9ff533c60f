#include "keys/key_record.h"

#include <assert.h>

const char *const key_use_names[] = { "numbering",    "number_seal", "number_lookup",
                                      "number_check", "request",     "message_seal",
                                      "sign",         "payment",     NULL };
const char *const key_state_names[] = { "waiting", "active", "retired", "destroyed", NULL };

static_assert(sizeof key_use_names / sizeof key_use_names[0] == KEY_USE_COUNT + 1, "a name for each use");
static_assert(sizeof key_state_names / sizeof key_state_names[0] == KEY_STATE_COUNT + 1, "a name for each state");

bool key_use_parse(enum key_use *use, text name)
{
    for (int i = 0; i < KEY_USE_COUNT; i++) {
        if (text_equal(name, text_of(key_use_names[i]))) {
            *use = (enum key_use)i;
            return true;
        }
    }
    return false;
}

bool key_use_is_house(enum key_use use)
{
    return use != KEY_PAYMENT;
}

static bool has_come(int64_t at_ms, int64_t now_ms)
{
    return at_ms != 0 && at_ms <= now_ms;
}

enum key_state key_state_at(const struct key_times *times, int64_t now_ms)
{
    if (has_come(times->destroyed_ms, now_ms)) {
        return KEY_STATE_DESTROYED;
    }
    if (has_come(times->retired_ms, now_ms)) {
        return KEY_STATE_RETIRED;
    }
    return has_come(times->activated_ms, now_ms) ? KEY_STATE_ACTIVE : KEY_STATE_WAITING;
}

bool key_state_permits(enum key_state state, enum key_operation operation)
{
    return state == KEY_STATE_ACTIVE ||
           (state != KEY_STATE_DESTROYED && (operation == KEY_TO_DECRYPT || operation == KEY_TO_VERIFY));
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool key_name_is_valid(text name)
{
    enum key_use use;
    return name.len >= 1 && name.len <= KEY_NAME_LEN_MAX && text_all(name, is_name_character) &&
           !key_use_parse(&use, name);
}
