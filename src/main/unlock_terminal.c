#include "main/unlock_terminal.h"

#include "main/custodian_dialog.h"

static status enter(struct unlocking *unlocking, const struct custodian_answer *answer)
{
    struct secret typed = { 0 };
    status result = ask_component(&typed, COMPONENT_QUESTION, MASTER_KEY_LEN, KCV_AES_CMAC);
    if (result == OK) {
        result = unlocking_enter(unlocking, text_of(answer->name), secret_text(&answer->password), secret_text(&typed));
    }
    secret_release(&typed);
    return result;
}

static status ask_one(struct unlocking *unlocking)
{
    struct custodian_answer answer;
    status result = ask_custodian(&answer, unlocking->count + 1, unlocking->place.part_count);
    if (result == OK) {
        result = enter(unlocking, &answer);
    }
    custodian_answer_release(&answer);
    return result;
}

status unlock_at_terminal(struct unlocking *unlocking)
{
    terminal_say("The master key comes in %d components, each entered by another key custodian.\n",
                 unlocking->place.part_count);
    while (unlocking_missing(unlocking) > 0) {
        status result = ask_one(unlocking);
        if (result == OK) {
            continue;
        }
        terminal_say("cardwright: %s\n",
                     result == NOT_FOUND ? "the components were not all entered" : status_title(result));
        if (result == NOT_FOUND || unlocking_given_up(unlocking)) {
            return KEYS_LOCKED;
        }
        if (status_is_fault(result)) {
            return result;
        }
    }
    return OK;
}
