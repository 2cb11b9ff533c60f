#include "crypto/emv_profile.h"

#include <assert.h>
#include <string.h>

// In tag 9F10, Visa's formats 0, 1 and 3 are length | key index | version | CVR..., format 2 is length | version | ...;
// M/Chip's is key index | version | CVR (6) | DAC or ICC dynamic number (2) | counters (8).
#define VISA_TO_CVR   .version_at = 2, .tail = { { 3, 4 } }, .tail_count = 1
#define WHOLE(at)     .version_at = (at), .tail = { { 0, 0 } }, .tail_count = 1
#define MCHIP_CVR     .version_at = 1, .tail = { { 2, 6 } }, .tail_count = 1
#define MCHIP_COUNTED .version_at = 1, .tail = { { 2, 6 }, { 10, 8 } }, .tail_count = 2

#define VISA_SCRIPTS  .mac_binds = true, .encipherment = EMV_ENCIPHER_VISA
#define MCHIP_SCRIPTS .mac_binds = true, .encipherment = EMV_ENCIPHER_MASTERCARD, .messaging = EMV_SESSION_COMMON_ARQC

const struct emv_profile emv_profiles[] = {
    { .name = "VisaCVN10",
      .version = 0x0A,
      VISA_TO_CVR,
      .udk = EMV_UDK_A,
      .cryptogram = EMV_SESSION_NONE,
      .padding = MAC_PADDING_1,
      .arpc = EMV_SESSION_NONE,
      .arpc_method = 1,
      .messaging = EMV_SESSION_VISA,
      VISA_SCRIPTS,
      .visa_pin_block = true },
    { .name = "VisaCVN18",
      .version = 0x12,
      WHOLE(2),
      .udk = EMV_UDK_B,
      .cryptogram = EMV_SESSION_COMMON_ATC,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_COMMON_ATC,
      .arpc_method = 2,
      .messaging = EMV_SESSION_VISA,
      VISA_SCRIPTS,
      .visa_pin_block = true },
    { .name = "VisaCVN22",
      .version = 0x22,
      WHOLE(1),
      .udk = EMV_UDK_B,
      .cryptogram = EMV_SESSION_COMMON_ATC,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_COMMON_ATC,
      .arpc_method = 2,
      .messaging = EMV_SESSION_COMMON_ARQC,
      VISA_SCRIPTS },
    { .name = "MasterCardCVN16",
      .version = 0x10,
      MCHIP_CVR,
      .udk = EMV_UDK_A,
      .cryptogram = EMV_SESSION_MCHIP,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_NONE,
      .arpc_method = 1,
      MCHIP_SCRIPTS },
    { .name = "MasterCardCVN17",
      .version = 0x11,
      MCHIP_COUNTED,
      .udk = EMV_UDK_A,
      .cryptogram = EMV_SESSION_MCHIP,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_NONE,
      .arpc_method = 1,
      MCHIP_SCRIPTS },
    { .name = "MasterCardCVN20",
      .version = 0x14,
      MCHIP_CVR,
      .udk = EMV_UDK_A,
      .cryptogram = EMV_SESSION_COMMON_ATC,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_COMMON_ATC,
      .arpc_method = 1,
      MCHIP_SCRIPTS },
    { .name = "MasterCardCVN21",
      .version = 0x15,
      MCHIP_COUNTED,
      .udk = EMV_UDK_A,
      .cryptogram = EMV_SESSION_COMMON_ATC,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_COMMON_ATC,
      .arpc_method = 1,
      MCHIP_SCRIPTS },
    { .name = "InteracCVN133",
      .version = 0x85,
      WHOLE(2),
      .udk = EMV_UDK_A,
      .cryptogram = EMV_SESSION_MCHIP,
      .padding = MAC_PADDING_2,
      .arpc = EMV_SESSION_MCHIP,
      .arpc_method = 1,
      .messaging = EMV_SESSION_COMMON_ARQC,
      .mac_binds = false,
      .encipherment = EMV_ENCIPHER_MASTERCARD },
};
const size_t emv_profile_count = sizeof emv_profiles / sizeof emv_profiles[0];

const struct emv_profile *emv_profile_find(text name)
{
    for (size_t i = 0; i < emv_profile_count; i++) {
        if (text_equal(name, text_of(emv_profiles[i].name))) {
            return &emv_profiles[i];
        }
    }
    return NULL;
}

// The key of a session, from the issuer's.
static status session_key(struct secret *out, const struct emv_profile *profile, const struct emv_card *card,
                          const struct secret *imk, enum emv_session session, const struct emv_session_input *input)
{
    assert(imk != NULL);
    *out = (struct secret){ 0 };
    struct secret udk;
    status result = emv_udk(&udk, imk, profile->udk, card->pan, card->psn);
    if (result == OK) {
        result = emv_session_key(out, &udk, session, input);
    }
    secret_release(&udk);
    return result;
}

/* cryptograms */

_Static_assert(sizeof(struct emv_terminal_data) == 33, "its bytes are the message");

static bool iad_fits(const struct emv_profile *profile, const struct bytes_view *iad)
{
    size_t needed = profile->version_at + 1;
    for (size_t i = 0; i < profile->tail_count; i++) {
        size_t end = profile->tail[i].from + profile->tail[i].len;
        needed = end > needed ? end : needed;
    }
    return iad->len >= needed && iad->len <= EMV_IAD_LEN_MAX &&
           ((const uint8_t *)iad->at)[profile->version_at] == profile->version;
}

// A cryptogram in the making: its key, and what it covers.
struct message {
    struct secret key;
    struct bytes_view pieces[1 + EMV_TAIL_COUNT];
    struct emv_cryptogram_data data;
};

// The key is for the caller to release, whatever the status.
static status message_init(struct message *message, const struct emv_profile *profile, const struct emv_card *card,
                           const struct emv_cryptogram_request *request)
{
    *message = (struct message){ .data = { .padding = profile->padding } };
    if (!iad_fits(profile, &request->iad)) {
        return INVALID_INPUT;
    }
    message->pieces[0] = (struct bytes_view){ &request->terminal, sizeof request->terminal };
    for (size_t i = 0; i < profile->tail_count; i++) {
        const struct emv_slice *slice = &profile->tail[i];
        message->pieces[1 + i].at = (const uint8_t *)request->iad.at + slice->from;
        message->pieces[1 + i].len = slice->len > 0 ? slice->len : request->iad.len - slice->from;
    }
    message->data.pieces = message->pieces;
    message->data.count = 1 + profile->tail_count;
    struct emv_session_input input = { 0 };
    memcpy(input.atc, request->terminal.atc, EMV_ATC_LEN);
    memcpy(input.un, request->terminal.un, EMV_UN_LEN);
    return session_key(&message->key, profile, card, card->imk_ac, profile->cryptogram, &input);
}

status emv_profile_cryptogram(uint8_t out[EMV_CRYPTOGRAM_LEN], const struct emv_profile *profile,
                              const struct emv_card *card, const struct emv_cryptogram_request *request)
{
    struct message message;
    status result = message_init(&message, profile, card, request);
    if (result == OK) {
        result = emv_cryptogram(out, &message.key, &message.data);
    }
    secret_release(&message.key);
    return result;
}

status emv_profile_verify(bool *valid, const struct emv_profile *profile, const struct emv_card *card,
                          const struct emv_cryptogram_request *request, const uint8_t cryptogram[EMV_CRYPTOGRAM_LEN])
{
    *valid = false;
    struct message message;
    status result = message_init(&message, profile, card, request);
    if (result == OK) {
        result = emv_cryptogram_verify(valid, &message.key, &message.data, cryptogram);
    }
    secret_release(&message.key);
    return result;
}

/* answers */

static void tag_91_add(struct emv_arpc *arpc, const void *bytes, size_t len)
{
    assert(len <= EMV_TAG_91_LEN_MAX - arpc->tag_91_len);
    if (len > 0) {
        memcpy(arpc->tag_91 + arpc->tag_91_len, bytes, len);
        arpc->tag_91_len += len;
    }
}

status emv_profile_arpc(struct emv_arpc *out, const struct emv_profile *profile, const struct emv_card *card,
                        const struct emv_arpc_request *request)
{
    *out = (struct emv_arpc){ 0 };
    const uint8_t *arqc = request->transaction.arqc;
    struct secret key;
    status result = session_key(&key, profile, card, card->imk_ac, profile->arpc, &request->transaction);
    if (result == OK && profile->arpc_method == 1) {
        out->cryptogram_len = EMV_CRYPTOGRAM_LEN;
        result = emv_arpc_1(out->cryptogram, &key, arqc, request->arc);
    } else if (result == OK) {
        out->cryptogram_len = EMV_ARPC_SHORT_LEN;
        result = emv_arpc_2(out->cryptogram, &key, arqc, request->csu, request->proprietary);
    }
    secret_release(&key);
    if (result != OK) {
        *out = (struct emv_arpc){ 0 };
        return result;
    }
    tag_91_add(out, out->cryptogram, out->cryptogram_len);
    if (profile->arpc_method == 1) {
        tag_91_add(out, request->arc, EMV_ARC_LEN);
    } else {
        tag_91_add(out, request->csu, EMV_CSU_LEN);
        tag_91_add(out, request->proprietary.at, request->proprietary.len);
    }
    return OK;
}

/* scripts */

enum { BOUND_LEN = EMV_ATC_LEN + EMV_CRYPTOGRAM_LEN };

// What the MAC covers between header and data: ATC | ARQC, or nothing.
static struct bytes_view bound_data(uint8_t room[BOUND_LEN], const struct emv_profile *profile,
                                    const struct emv_session_input *transaction)
{
    if (!profile->mac_binds) {
        return (struct bytes_view){ 0 };
    }
    memcpy(room, transaction->atc, EMV_ATC_LEN);
    memcpy(room + EMV_ATC_LEN, transaction->arqc, EMV_CRYPTOGRAM_LEN);
    return (struct bytes_view){ room, BOUND_LEN };
}

status emv_profile_script_mac(uint8_t out[EMV_SCRIPT_MAC_LEN], const struct emv_profile *profile,
                              const struct emv_card *card, const struct emv_session_input *transaction,
                              const struct bytes_view command[2])
{
    uint8_t room[BOUND_LEN];
    const struct bytes_view pieces[] = { command[0], bound_data(room, profile, transaction), command[1] };
    struct secret key;
    status result = session_key(&key, profile, card, card->imk_smi, profile->messaging, transaction);
    if (result == OK) {
        result = emv_script_mac(out, &key, pieces, sizeof pieces / sizeof pieces[0]);
    }
    secret_release(&key);
    return result;
}

static status pin_block_make(struct secret *out, const struct emv_profile *profile, const struct emv_card *card,
                             const struct emv_command_request *request)
{
    *out = (struct secret){ 0 };
    if (!profile->visa_pin_block) {
        return request->current == NULL ? emv_pin_block_iso_2(out, request->pin) : INVALID_INPUT;
    }
    assert(card->imk_ac != NULL);
    struct secret udk;
    status result = emv_udk(&udk, card->imk_ac, profile->udk, card->pan, card->psn);
    if (result == OK) {
        result = emv_pin_block_visa(out, &udk, request->pin, request->current);
    }
    secret_release(&udk);
    return result;
}

static status pin_data_make(struct emv_command_data *out, const struct emv_profile *profile,
                            const struct emv_card *card, const struct emv_command_request *request)
{
    struct secret block, key = { 0 };
    status result = pin_block_make(&block, profile, card, request);
    if (result == OK) {
        result = session_key(&key, profile, card, card->imk_smc, profile->messaging, &request->transaction);
    }
    if (result == OK) {
        result = emv_script_encipher(out, &key, &block, profile->encipherment);
    }
    secret_release(&key);
    secret_release(&block);
    return result;
}

status emv_profile_command(struct emv_command *out, const struct emv_profile *profile, const struct emv_card *card,
                           const struct emv_command_request *request)
{
    bool with_current = request->kind == EMV_PIN_CHANGE_CURRENT;
    bool with_pin = with_current || request->kind == EMV_PIN_CHANGE;
    assert((request->pin != NULL) == with_pin && (request->current != NULL) == with_current);
    struct emv_command_data data = { .len = 0 };
    if (with_pin) {
        TRY(pin_data_make(&data, profile, card, request));
    }
    uint8_t room[BOUND_LEN];
    const struct emv_command_input input = { .kind = request->kind,
                                             .bound = bound_data(room, profile, &request->transaction),
                                             .data = { data.at, data.len },
                                             .mac_len = request->mac_len };
    struct secret key;
    status result = session_key(&key, profile, card, card->imk_smi, profile->messaging, &request->transaction);
    if (result == OK) {
        result = emv_command(out, &key, &input);
    }
    secret_release(&key);
    return result;
}
