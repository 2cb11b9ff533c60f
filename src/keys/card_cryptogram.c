#include "keys/card_cryptogram.h"

#include <string.h>

#include "keys/key_demand.h"
#include "keys/pin_inside.h"

static const struct key_demand TO_VERIFY = { "E0", 'T', EMV_KEY_LEN, KEY_TO_VERIFY, true };
static const struct key_demand TO_ANSWER = { "E0", 'T', EMV_KEY_LEN, KEY_TO_GENERATE, true };
static const struct key_demand TO_SIGN_SCRIPT = { "E2", 'T', EMV_KEY_LEN, KEY_TO_GENERATE, true };
static const struct key_demand TO_ENCIPHER_SCRIPT = { "E1", 'T', EMV_KEY_LEN, KEY_TO_ENCRYPT, true };

static struct emv_card card_of(const struct chip_card *card)
{
    return (struct emv_card){ .pan = card->pan, .psn = card->psn };
}

/* Cryptograms */

static status verify_under(bool *right, const struct secret *imk, const struct chip_card *card,
                           const struct chip_transaction *transaction)
{
    struct emv_card keyed = card_of(card);
    keyed.imk_ac = imk;
    return emv_profile_verify(right, card->profile, &keyed, &transaction->covered, transaction->cryptogram);
}

status card_cryptogram_verify(struct keyring *keyring, bool *right, const struct chip_card *card,
                              const struct chip_transaction *transaction)
{
    struct secret imk;
    *right = false;
    TRY(key_demand_secret(keyring, &imk, card->cryptogram_key_id, &TO_VERIFY));
    status result = verify_under(right, &imk, card, transaction);
    secret_release(&imk);
    return result;
}

/* Answers */

static status answer_under(struct emv_arpc *out, const struct secret *imk, const struct chip_card *card,
                           const struct chip_transaction *transaction, const struct chip_answer *answer)
{
    struct emv_card keyed = card_of(card);
    keyed.imk_ac = imk;
    struct emv_arpc_request request = { .proprietary = answer->proprietary };
    const struct emv_terminal_data *terminal = &transaction->covered.terminal;
    memcpy(request.transaction.atc, terminal->atc, EMV_ATC_LEN);
    memcpy(request.transaction.un, terminal->un, EMV_UN_LEN);
    memcpy(request.transaction.arqc, transaction->cryptogram, EMV_CRYPTOGRAM_LEN);
    memcpy(request.arc, answer->arc, EMV_ARC_LEN);
    memcpy(request.csu, answer->csu, EMV_CSU_LEN);
    return emv_profile_arpc(out, card->profile, &keyed, &request);
}

status card_cryptogram_answer(struct keyring *keyring, bool *right, struct emv_arpc *out, const struct chip_card *card,
                              const struct chip_transaction *transaction, const struct chip_answer *answer)
{
    struct secret imk;
    *right = false;
    *out = (struct emv_arpc){ 0 };
    TRY(key_demand_secret(keyring, &imk, card->cryptogram_key_id, &TO_ANSWER));
    status result = verify_under(right, &imk, card, transaction);
    if (result == OK && *right) {
        result = answer_under(out, &imk, card, transaction, answer);
    }
    *right = *right && result == OK;
    secret_release(&imk);
    return result;
}

/* Commands of scripts */

// Keys and PINs of one command, all released together.
struct command_parts {
    struct secret imk_ac, imk_smi, imk_smc;
    struct pin_clear pin, current;
};

static void parts_release(struct command_parts *parts)
{
    pin_clear_release(&parts->current);
    pin_clear_release(&parts->pin);
    secret_release(&parts->imk_smc);
    secret_release(&parts->imk_smi);
    secret_release(&parts->imk_ac);
}

static status lend_parts(struct keyring *keyring, struct command_parts *parts, const struct chip_card *card,
                         bool with_pin)
{
    TRY(key_demand_secret(keyring, &parts->imk_smi, card->integrity_key_id, &TO_SIGN_SCRIPT));
    if (with_pin) {
        TRY(key_demand_secret(keyring, &parts->imk_smc, card->confidentiality_key_id, &TO_ENCIPHER_SCRIPT));
    }
    if (with_pin && card->profile->visa_pin_block) {
        TRY(key_demand_secret(keyring, &parts->imk_ac, card->cryptogram_key_id, &TO_ANSWER));
    }
    return OK;
}

static status open_pins(struct keyring *keyring, struct command_parts *parts, text pan,
                        const struct chip_command *command)
{
    if (command->pin != NULL) {
        TRY(pin_open(keyring, &parts->pin, pan, command->pin, PIN_LEN_MIN));
    }
    if (command->current != NULL) {
        TRY(pin_open(keyring, &parts->current, pan, command->current, PIN_LEN_MIN));
    }
    return OK;
}

static status command_under(struct emv_command *out, const struct command_parts *parts, const struct chip_card *card,
                            const struct chip_command *command)
{
    struct emv_card keyed = card_of(card);
    keyed.imk_ac = &parts->imk_ac;
    keyed.imk_smi = &parts->imk_smi;
    keyed.imk_smc = &parts->imk_smc;
    const struct secret pin = { parts->pin.digits.at, parts->pin.len }; // views, released with the parts
    const struct secret current = { parts->current.digits.at, parts->current.len };
    const struct emv_command_request request = {
        .kind = command->kind,
        .transaction = command->transaction,
        .pin = command->pin != NULL ? &pin : NULL,
        .current = command->current != NULL ? &current : NULL,
        .mac_len = command->mac_len,
    };
    return emv_profile_command(out, card->profile, &keyed, &request);
}

status card_command(struct keyring *keyring, struct emv_command *out, const struct chip_card *card,
                    const struct chip_command *command)
{
    bool with_current = command->kind == EMV_PIN_CHANGE_CURRENT;
    bool with_pin = with_current || command->kind == EMV_PIN_CHANGE;
    struct command_parts parts = { .imk_ac = { 0 } };
    *out = (struct emv_command){ .len = 0 };
    if ((command->pin != NULL) != with_pin || (command->current != NULL) != with_current) {
        return INVALID_INPUT;
    }
    status result = lend_parts(keyring, &parts, card, with_pin);
    if (result == OK) {
        result = open_pins(keyring, &parts, card->pan, command);
    }
    if (result == OK) {
        result = command_under(out, &parts, card, command);
    }
    parts_release(&parts);
    return result;
}
