#include "keys/token_session.h"

#include <p11-kit/p11-kit.h>
#include <string.h>

#include "base/limits.h"
#include "keys/token_answer.h"

// p11-kit's words name the path twice, before the loader's words and in them: the second time on will do.
static status module_refuse(const char *path, char why[TOKEN_WHY_LEN])
{
    const char *message = p11_kit_message();
    const char *once = message != NULL ? strstr(message, path) : NULL;
    const char *twice = once != NULL ? strstr(once + 1, path) : NULL;
    const char *reason = twice != NULL ? twice : message;
    return token_refuse(why, KEY_UNAVAILABLE, "The PKCS#11 library could not be loaded: %s.",
                        reason != NULL ? reason : path);
}

static status module_open(CK_FUNCTION_LIST **out, const char *path, char why[TOKEN_WHY_LEN])
{
    CK_FUNCTION_LIST *module = p11_kit_module_load(path, 0);
    if (module == NULL) {
        return module_refuse(path, why);
    }
    CK_RV answer = p11_kit_module_initialize(module);
    if (answer != CKR_OK) {
        p11_kit_module_release(module);
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The PKCS#11 library does not start", answer);
    }
    *out = module;
    return OK;
}

static bool label_equals(const CK_TOKEN_INFO *info, const char *label)
{
    // Filled up with spaces, never ended with '\0'.
    size_t len = p11_kit_space_strlen(info->label, sizeof info->label);
    return strlen(label) == len && memcmp(info->label, label, len) == 0;
}

// The one token of this label.
static status token_find(CK_FUNCTION_LIST *module, const char *label, CK_SLOT_ID *slot, CK_TOKEN_INFO *info,
                         char why[TOKEN_WHY_LEN])
{
    CK_SLOT_ID slots[TOKEN_SLOT_COUNT_MAX];
    CK_ULONG count = TOKEN_SLOT_COUNT_MAX;
    CK_RV answer = module->C_GetSlotList(CK_TRUE, slots, &count);
    if (answer != CKR_OK) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The tokens could not be listed", answer);
    }
    size_t found_count = 0;
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO other;
        // One that cannot be read, or lies there blank, is somebody else's.
        if (module->C_GetTokenInfo(slots[i], &other) == CKR_OK && (other.flags & CKF_TOKEN_INITIALIZED) != 0 &&
            label_equals(&other, label)) {
            found_count++;
            *slot = slots[i];
            *info = other;
        }
    }
    switch (found_count) {
    case 0:
        return token_refuse(why, KEY_UNAVAILABLE, "There is no token with the label \"%s\".", label);
    case 1:
        return OK;
    default:
        return token_refuse(why, KEY_UNAVAILABLE, "%zu tokens have the label \"%s\"; it must be one.", found_count,
                            label);
    }
}

static status mechanism_check(CK_FUNCTION_LIST *module, CK_SLOT_ID slot, char why[TOKEN_WHY_LEN])
{
    CK_MECHANISM_INFO info = { 0 };
    CK_RV answer = module->C_GetMechanismInfo(slot, CKM_AES_CMAC, &info);
    if (answer != CKR_OK) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The token has no CKM_AES_CMAC", answer);
    }
    if ((info.flags & CKF_SIGN) == 0) {
        return token_refuse(why, KEY_UNAVAILABLE, "The token's CKM_AES_CMAC does not sign.");
    }
    return OK;
}

// What the token says about its PIN, before it is tried.
static status pin_check(const CK_TOKEN_INFO *info, const struct secret *pin, char why[TOKEN_WHY_LEN])
{
    if ((info->flags & CKF_USER_PIN_INITIALIZED) == 0) {
        return token_refuse(why, KEY_UNAVAILABLE, "The token's user has no PIN yet.");
    }
    if ((info->flags & CKF_USER_PIN_LOCKED) != 0) {
        return token_refuse(why, KEY_UNAVAILABLE, "The token's PIN is locked.");
    }
    if ((info->flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        return token_refuse(why, KEY_UNAVAILABLE,
                            "One more wrong PIN would lock the token, so none was tried. Sign in with the token's own "
                            "tool first.");
    }
    if (pin->len == 0 && (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0) {
        return token_refuse(why, KEY_UNAVAILABLE, "The token asks for a PIN.");
    }
    return OK;
}

static status sign_in(struct token_session *session, const struct secret *pin, char why[TOKEN_WHY_LEN])
{
    CK_RV answer = session->module->C_Login(session->handle, CKU_USER, pin->len > 0 ? pin->at : NULL, pin->len);
    if (answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN) { // by another session of this process
        return OK;
    }
    session->is_pin_refused = token_answer_is_pin_refused(answer);
    return token_refuse_answer(why, session->is_pin_refused ? SIGN_IN_FAILED : KEY_UNAVAILABLE,
                               "The token does not sign in", answer);
}

static status session_open(struct token_session *session, const struct token_place *place, const struct secret *pin,
                           enum token_access access, char why[TOKEN_WHY_LEN])
{
    CK_FUNCTION_LIST *module = session->module;
    CK_SLOT_ID slot = 0;
    CK_TOKEN_INFO info = { 0 };
    TRY(token_find(module, place->token, &slot, &info, why));
    TRY(mechanism_check(module, slot, why));
    TRY(pin_check(&info, pin, why));
    CK_FLAGS flags = CKF_SERIAL_SESSION | (access == TOKEN_WRITES ? CKF_RW_SESSION : 0);
    CK_RV answer = module->C_OpenSession(slot, flags, NULL, NULL, &session->handle);
    if (answer != CKR_OK) {
        session->handle = CK_INVALID_HANDLE;
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The token opens no session", answer);
    }
    return sign_in(session, pin, why);
}

status token_session_open(struct token_session *session, const struct token_place *place, const struct secret *pin,
                          enum token_access access, char why[TOKEN_WHY_LEN])
{
    *session = (struct token_session){ 0 };
    TRY(module_open(&session->module, place->module, why));
    status result = session_open(session, place, pin, access, why);
    if (result != OK) {
        token_session_close(session);
    }
    return result;
}

void token_session_close(struct token_session *session)
{
    if (session->module == NULL) {
        return;
    }
    if (session->handle != CK_INVALID_HANDLE) {
        session->module->C_CloseSession(session->handle);
        session->handle = CK_INVALID_HANDLE;
    }
    p11_kit_module_finalize(session->module);
    p11_kit_module_release(session->module);
    session->module = NULL;
}
