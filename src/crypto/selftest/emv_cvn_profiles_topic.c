// emv_cvn_profiles.csv: the issuer's operations from end to end. Their arguments stand as one flat JSON object of
// strings and nulls, without escapes.
#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/emv_profile.h"
#include "crypto/selftest/topics.h"

enum { MEMBER_COUNT_MAX = 16 };

struct members {
    text names[MEMBER_COUNT_MAX], values[MEMBER_COUNT_MAX]; // null: absent
    int count;
};

static bool skip(text *rest, text expected)
{
    while (rest->len > 0 && *rest->at == ' ') {
        *rest = text_slice(*rest, 1, rest->len);
    }
    if (!text_starts_with(*rest, expected)) {
        return false;
    }
    *rest = text_slice(*rest, expected.len, rest->len);
    return true;
}

static bool take_string(text *rest, text *out)
{
    if (!skip(rest, TEXT("\""))) {
        return false;
    }
    int64_t end = text_find(*rest, '"');
    if (end < 0) {
        return false;
    }
    *out = text_slice(*rest, 0, (size_t)end);
    *rest = text_slice(*rest, (size_t)end + 1, rest->len);
    return text_find(*out, '\\') < 0;
}

static bool members_parse(struct members *members, text json)
{
    *members = (struct members){ .count = 0 };
    if (!skip(&json, TEXT("{"))) {
        return false;
    }
    do {
        int at = members->count;
        if (at == MEMBER_COUNT_MAX || !take_string(&json, &members->names[at]) || !skip(&json, TEXT(":")) ||
            (!skip(&json, TEXT("null")) && !take_string(&json, &members->values[at]))) {
            return false;
        }
        members->count++;
    } while (skip(&json, TEXT(",")));
    return skip(&json, TEXT("}")) && json.len == 0;
}

static text member(const struct members *members, const char *name)
{
    for (int i = 0; i < members->count; i++) {
        if (text_equal(members->names[i], text_of(name))) {
            return members->values[i];
        }
    }
    return TEXT_ABSENT;
}

// What is absent stays zero: an operation that needs it then comes to another result.
static bool member_bytes(const struct members *members, const char *name, void *out, size_t len)
{
    text hex = member(members, name);
    return !text_present(hex) || bytes_from_hex(out, len, hex);
}

static bool member_view(const struct members *members, const char *name, uint8_t *room, size_t room_len,
                        struct bytes_view *out)
{
    text hex = member(members, name);
    *out = (struct bytes_view){ room, hex.len / 2 };
    return hex.len % 2 == 0 && out->len <= room_len && bytes_from_hex(room, out->len, hex);
}

static bool transaction_take(struct emv_session_input *out, const struct members *members)
{
    *out = (struct emv_session_input){ 0 };
    return member_bytes(members, "tag_9f36", out->atc, sizeof out->atc) &&
           member_bytes(members, "tag_9f37", out->un, sizeof out->un) &&
           member_bytes(members, "tag_9f26", out->arqc, sizeof out->arqc);
}

struct operation {
    const struct vector_row *row;
    const struct emv_profile *profile;
    const struct emv_card *card;
    const struct members *members;
};

/* generate_ac */

static const struct {
    const char *name;
    size_t at, len;
} terminal_tags[] = {
#define TAG(name, field)                                                                                               \
    {                                                                                                                  \
        name, offsetof(struct emv_terminal_data, field), sizeof((struct emv_terminal_data *)0)->field                  \
    }
    TAG("tag_9f02", amount),   TAG("tag_9f03", amount_other), TAG("tag_9f1a", country), TAG("tag_95", tvr),
    TAG("tag_5f2a", currency), TAG("tag_9a", date),           TAG("tag_9c", type),      TAG("tag_9f37", un),
    TAG("tag_82", aip),        TAG("tag_9f36", atc),
#undef TAG
};

static bool terminal_take(struct emv_terminal_data *out, const struct members *members)
{
    for (size_t i = 0; i < sizeof terminal_tags / sizeof terminal_tags[0]; i++) {
        if (!text_present(member(members, terminal_tags[i].name)) ||
            !member_bytes(members, terminal_tags[i].name, (uint8_t *)out + terminal_tags[i].at, terminal_tags[i].len)) {
            return false;
        }
    }
    return true;
}

// Tag 9F10 as it is, or made around the pieces of it that are given.
static bool iad_take(struct bytes_view *out, uint8_t room[EMV_IAD_LEN_MAX], const struct operation *operation)
{
    static const char *const names[EMV_TAIL_COUNT] = { "cvr", "counters" };
    const struct emv_profile *profile = operation->profile;
    if (text_present(member(operation->members, "tag_9f10"))) {
        return member_view(operation->members, "tag_9f10", room, EMV_IAD_LEN_MAX, out);
    }
    assert(profile->tail_count <= EMV_TAIL_COUNT);
    memset(room, 0, EMV_IAD_LEN_MAX);
    room[profile->version_at] = profile->version;
    for (size_t i = 0; i < profile->tail_count; i++) {
        if (profile->tail[i].len == 0 || !text_present(member(operation->members, names[i])) ||
            !member_bytes(operation->members, names[i], room + profile->tail[i].from, profile->tail[i].len)) {
            return false;
        }
    }
    *out = (struct bytes_view){ room, EMV_IAD_LEN_MAX };
    return true;
}

static bool cryptogram_is_right(const struct operation *operation)
{
    struct emv_cryptogram_request request;
    uint8_t room[EMV_IAD_LEN_MAX], cryptogram[EMV_CRYPTOGRAM_LEN];
    bool valid = false, other_valid = true;
    if (!terminal_take(&request.terminal, operation->members) || !iad_take(&request.iad, room, operation) ||
        emv_profile_cryptogram(cryptogram, operation->profile, operation->card, &request) != OK ||
        emv_profile_verify(&valid, operation->profile, operation->card, &request, cryptogram) != OK) {
        return false;
    }
    request.terminal.amount[0] ^= 1;
    return emv_profile_verify(&other_valid, operation->profile, operation->card, &request, cryptogram) == OK && valid &&
           !other_valid && vector_is_hex(operation->row, "result_hex", cryptogram, sizeof cryptogram);
}

/* generate_arpc */

static bool arpc_is_right(const struct operation *operation)
{
    struct emv_arpc_request request = { 0 };
    uint8_t room[EMV_PROPRIETARY_LEN_MAX];
    struct emv_arpc arpc;
    return transaction_take(&request.transaction, operation->members) &&
           member_bytes(operation->members, "arpc_rc", request.arc, sizeof request.arc) &&
           member_bytes(operation->members, "csu", request.csu, sizeof request.csu) &&
           member_view(operation->members, "proprietary_auth_data", room, sizeof room, &request.proprietary) &&
           emv_profile_arpc(&arpc, operation->profile, operation->card, &request) == OK &&
           vector_is_hex(operation->row, "result_hex", arpc.cryptogram, arpc.cryptogram_len);
}

/* generate_command_mac */

static bool script_mac_is_right(const struct operation *operation)
{
    struct emv_session_input transaction;
    uint8_t header[EMV_COMMAND_HEADER_LEN], data[EMV_COMMAND_DATA_LEN_MAX], mac[EMV_SCRIPT_MAC_LEN];
    struct bytes_view command[2];
    return transaction_take(&transaction, operation->members) &&
           member_view(operation->members, "command_header", header, sizeof header, &command[0]) &&
           member_view(operation->members, "command_data", data, sizeof data, &command[1]) &&
           emv_profile_script_mac(mac, operation->profile, operation->card, &transaction, command) == OK &&
           vector_is_hex(operation->row, "result_hex", mac, sizeof mac);
}

/* generate_pin_change_command */

static bool pin_take(struct secret *out, const struct members *members, const char *name)
{
    text pin = member(members, name);
    *out = (struct secret){ 0 };
    return pin.len <= SECRET_LEN_MAX && secret_init_copy(out, pin.at, pin.len) == OK;
}

static bool pin_change_is_right(const struct operation *operation)
{
    struct secret pin = { 0 }, current = { 0 };
    struct emv_command_request request = { .kind = EMV_PIN_CHANGE, .pin = &pin, .mac_len = EMV_SCRIPT_MAC_LEN };
    if (text_present(member(operation->members, "current_pin"))) {
        request.kind = EMV_PIN_CHANGE_CURRENT;
        request.current = &current;
    }
    struct emv_command command;
    bool passed = transaction_take(&request.transaction, operation->members) &&
                  pin_take(&pin, operation->members, "pin") && pin_take(&current, operation->members, "current_pin") &&
                  emv_profile_command(&command, operation->profile, operation->card, &request) == OK &&
                  vector_is_hex(operation->row, "result_hex", command.at, command.len);
    secret_release(&current);
    secret_release(&pin);
    return passed;
}

static const struct {
    const char *name;
    bool (*is_right)(const struct operation *operation);
} operations[] = {
    { "generate_ac", cryptogram_is_right },
    { "generate_arpc", arpc_is_right },
    { "generate_command_mac", script_mac_is_right },
    { "generate_pin_change_command", pin_change_is_right },
};

static bool run(const struct operation *operation)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (text_equal(vector_text(operation->row, "operation"), text_of(operations[i].name))) {
            return operations[i].is_right(operation);
        }
    }
    return false;
}

static enum vector_result check(const struct vector_row *row)
{
    struct secret ac = { 0 }, smi = { 0 }, smc = { 0 };
    struct members members;
    const struct emv_card card = {
        .pan = vector_text(row, "pan"), .psn = vector_text(row, "psn"), .imk_ac = &ac, .imk_smi = &smi, .imk_smc = &smc
    };
    const struct operation operation = { row, emv_profile_find(vector_text(row, "profile")), &card, &members };
    bool passed = operation.profile != NULL && members_parse(&members, vector_text(row, "args_json")) &&
                  vector_secret(row, "imk_ac", &ac) && vector_secret(row, "imk_smi", &smi) &&
                  vector_secret(row, "imk_smc", &smc) && run(&operation);
    secret_release(&smc);
    secret_release(&smi);
    secret_release(&ac);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = { "profile", "operation", "pan",       "psn",        "imk_ac",
                                       "imk_smi", "imk_smc",   "args_json", "result_hex", NULL };
const struct vector_topic emv_cvn_profiles_topic = { "emv_cvn_profiles", columns, check };
