#include "keys/token.h"

#include <assert.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "keys/token_answer.h"
#include "keys/token_session.h"

#define ATTRIBUTE(type, value)                                                                                         \
    {                                                                                                                  \
        (type), &(value), sizeof(value)                                                                                \
    }

/* The key. */

enum { COUNT_NONE, COUNT_ONE, COUNT_MORE };

// How many secret keys of this label there are, and the handle of one.
static CK_RV key_count(const struct token_session *session, const char *label, CK_OBJECT_HANDLE *key, CK_ULONG *count)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE wanted[] = {
        ATTRIBUTE(CKA_CLASS, class),
        ATTRIBUTE(CKA_TOKEN, yes),
        { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
    };
    CK_FUNCTION_LIST *module = session->module;
    CK_RV answer = module->C_FindObjectsInit(session->handle, wanted, sizeof wanted / sizeof wanted[0]);
    if (answer != CKR_OK) {
        return answer;
    }
    CK_OBJECT_HANDLE found[COUNT_MORE];
    *count = COUNT_NONE;
    // A token may give fewer than it is asked for, but none only when there are no more.
    CK_ULONG got = 1;
    while (answer == CKR_OK && got > 0 && *count < COUNT_MORE) {
        answer = module->C_FindObjects(session->handle, found + *count, COUNT_MORE - *count, &got);
        *count += answer == CKR_OK ? got : 0;
    }
    module->C_FindObjectsFinal(session->handle);
    if (answer == CKR_OK && *count > COUNT_NONE) {
        *key = found[0];
    }
    return answer;
}

static CK_RV attribute_read(const struct token_session *session, CK_OBJECT_HANDLE key, CK_ATTRIBUTE attribute)
{
    return session->module->C_GetAttributeValue(session->handle, key, &attribute, 1);
}

static status kind_check(const struct token_session *session, CK_OBJECT_HANDLE key, char why[TOKEN_WHY_LEN])
{
    CK_KEY_TYPE type = 0;
    CK_ULONG len = 0;
    CK_RV answer = attribute_read(session, key, (CK_ATTRIBUTE)ATTRIBUTE(CKA_KEY_TYPE, type));
    if (answer == CKR_OK && type == CKK_AES) {
        answer = attribute_read(session, key, (CK_ATTRIBUTE)ATTRIBUTE(CKA_VALUE_LEN, len));
    }
    if (answer != CKR_OK) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The token does not say what kind of key it is", answer);
    }
    if (type != CKK_AES || len != MASTER_KEY_LEN) {
        return token_refuse(why, KEY_UNAVAILABLE, "The key of this label is no AES-256 key.");
    }
    return OK;
}

struct bound {
    CK_ATTRIBUTE_TYPE type;
    bool expected;
    const char *name;
};

static status bound_check(const struct token_session *session, CK_OBJECT_HANDLE key, const struct bound *bound,
                          char why[TOKEN_WHY_LEN])
{
    CK_BBOOL value = CK_FALSE;
    CK_RV answer = attribute_read(session, key, (CK_ATTRIBUTE)ATTRIBUTE(bound->type, value));
    if (answer == CKR_HOST_MEMORY || token_answer_is_session_lost(answer)) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, bound->name, answer);
    }
    if (answer != CKR_OK) {
        return token_refuse_answer(why, FORBIDDEN, bound->name, answer);
    }
    if ((value != CK_FALSE) != bound->expected) {
        return token_refuse(why, FORBIDDEN, "A master key's %s must be %s, and this key's is not.", bound->name,
                            bound->expected ? "true" : "false");
    }
    return OK;
}

static status bounds_check(const struct token_session *session, CK_OBJECT_HANDLE key, char why[TOKEN_WHY_LEN])
{
    static const struct bound bounds[] = {
        { CKA_PRIVATE, true, "CKA_PRIVATE" },  { CKA_SENSITIVE, true, "CKA_SENSITIVE" },
        { CKA_SIGN, true, "CKA_SIGN" },        { CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE" },
        { CKA_ENCRYPT, false, "CKA_ENCRYPT" }, { CKA_DECRYPT, false, "CKA_DECRYPT" },
        { CKA_WRAP, false, "CKA_WRAP" },       { CKA_UNWRAP, false, "CKA_UNWRAP" },
        { CKA_DERIVE, false, "CKA_DERIVE" },
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        TRY(bound_check(session, key, &bounds[i], why));
    }
    return OK;
}

// Made in the token, and never in a form that could be copied out of it.
static bool key_is_native(const struct token_session *session, CK_OBJECT_HANDLE key)
{
    static const CK_ATTRIBUTE_TYPE types[] = { CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE };
    bool is_native = true;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        CK_BBOOL value = CK_FALSE;
        is_native = is_native && attribute_read(session, key, (CK_ATTRIBUTE)ATTRIBUTE(types[i], value)) == CKR_OK &&
                    value != CK_FALSE;
    }
    return is_native;
}

static status key_find(const struct token_session *session, const char *label, CK_OBJECT_HANDLE *key,
                       char why[TOKEN_WHY_LEN])
{
    CK_ULONG count = COUNT_NONE;
    CK_RV answer = key_count(session, label, key, &count);
    if (answer != CKR_OK) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The token's keys could not be listed", answer);
    }
    if (count == COUNT_NONE) {
        return token_refuse(why, KEY_UNAVAILABLE, "The token has no secret key with the label \"%s\".", label);
    }
    if (count == COUNT_MORE) {
        return token_refuse(why, KEY_UNAVAILABLE, "More than one secret key has the label \"%s\"; it must be one.",
                            label);
    }
    TRY(kind_check(session, *key, why));
    return bounds_check(session, *key, why);
}

/* The provider. */

struct token {
    struct token_session session;
    CK_OBJECT_HANDLE key;
    uint8_t check_value[MASTER_KEY_CHECK_LEN]; // tells another key that came in its place
    struct token_place place;
    struct secret pin; // empty: of a PIN pad, at which nobody stands later; or refused since
};

static CK_RV key_sign(const struct token *token, uint8_t out[CMAC_LEN], const void *message, size_t len)
{
    CK_FUNCTION_LIST *module = token->session.module;
    CK_MECHANISM mechanism = { CKM_AES_CMAC, NULL, 0 };
    CK_ULONG out_len = CMAC_LEN;
    if (module == NULL) {
        return CKR_SESSION_CLOSED;
    }
    CK_RV answer = module->C_SignInit(token->session.handle, &mechanism, token->key);
    if (answer == CKR_OK) {
        answer = module->C_Sign(token->session.handle, (CK_BYTE *)(uintptr_t)message, len, out, &out_len);
    }
    return answer == CKR_OK && out_len != CMAC_LEN ? CKR_FUNCTION_FAILED : answer;
}

// As master_key_check_value().
static status check_value_compute(const struct token *token, uint8_t out[MASTER_KEY_CHECK_LEN], char why[TOKEN_WHY_LEN])
{
    static const uint8_t zero_block[CMAC_LEN];
    uint8_t whole[CMAC_LEN];
    CK_RV answer = key_sign(token, whole, zero_block, sizeof zero_block);
    if (answer != CKR_OK) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The token computes no AES-CMAC with this key", answer);
    }
    memcpy(out, whole, MASTER_KEY_CHECK_LEN);
    secret_wipe(whole, sizeof whole);
    return OK;
}

static status key_open(struct token *token, uint8_t check_value[MASTER_KEY_CHECK_LEN], char why[TOKEN_WHY_LEN])
{
    TRY(token_session_open(&token->session, &token->place, &token->pin, TOKEN_READS, why));
    assert(token->session.module != NULL);
    TRY(key_find(&token->session, token->place.key, &token->key, why));
    return check_value_compute(token, check_value, why);
}

// After the session was lost. The PIN goes when the token does not take it: nobody is there to type another.
static status key_reopen(struct token *token)
{
    char why[TOKEN_WHY_LEN] = "";
    uint8_t check_value[MASTER_KEY_CHECK_LEN] = { 0 };
    token_session_close(&token->session);
    status result = key_open(token, check_value, why);
    if (result == OK && memcmp(check_value, token->check_value, sizeof check_value) != 0) {
        result = token_refuse(why, KEY_UNAVAILABLE, "Another key has come in the place of the master key.");
    }
    if (result == OK) {
        LOG(LOG_WARN, "keys.token_reopened", "The session with the token was lost and opened again.");
        return OK;
    }
    LOG(LOG_ERROR, "keys.token_lost", why);
    if (token->session.is_pin_refused) {
        secret_release(&token->pin);
    }
    token_session_close(&token->session);
    return result == OUT_OF_MEMORY ? OUT_OF_MEMORY : KEY_UNAVAILABLE;
}

static status token_mac(void *context, uint8_t out[CMAC_LEN], const void *message, size_t len)
{
    struct token *token = context;
    CK_RV answer = key_sign(token, out, message, len);
    if (token_answer_is_session_lost(answer) && token->pin.len > 0) {
        TRY(key_reopen(token));
        answer = key_sign(token, out, message, len);
    }
    if (answer == CKR_OK) {
        return OK;
    }
    char why[TOKEN_WHY_LEN];
    status result = token_refuse_answer(why, KEY_UNAVAILABLE, "The token computed no AES-CMAC", answer);
    LOG(LOG_ERROR, "keys.token_failed", why);
    return result;
}

static void token_close(void *context)
{
    struct token *token = context;
    token_session_close(&token->session);
    secret_release(&token->pin);
    free(token);
}

status token_open(struct master_key **out, const struct token_place *place, const struct secret *pin,
                  char why[TOKEN_WHY_LEN])
{
    static const struct master_key_provider provider = { "pkcs11", token_mac, token_close };
    why[0] = '\0';
    struct token *token = calloc(1, sizeof *token);
    if (token == NULL) {
        return OUT_OF_MEMORY;
    }
    token->place = *place;
    status result = pin->len > 0 ? secret_init_copy(&token->pin, pin->at, pin->len) : OK;
    if (result == OK) {
        result = key_open(token, token->check_value, why);
    }
    if (result != OK) {
        token_close(token);
        return result;
    }
    if (!key_is_native(&token->session, token->key)) {
        (void)token_refuse(why, OK, "This key was not made in the token: copies of it may exist elsewhere.");
    }
    return master_key_new(out, &provider, token);
}

/* Making one. */

enum { FIXED_COUNT = 14, BOUND_COUNT = 3 };

static bool answer_is_about_template(CK_RV answer)
{
    return answer == CKR_ATTRIBUTE_TYPE_INVALID || answer == CKR_ATTRIBUTE_VALUE_INVALID ||
           answer == CKR_ATTRIBUTE_READ_ONLY || answer == CKR_TEMPLATE_INCONSISTENT;
}

static CK_RV key_generate(const struct token_session *session, const char *label, CK_OBJECT_HANDLE *key)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    CK_ULONG len = MASTER_KEY_LEN;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_MECHANISM_TYPE only = CKM_AES_CMAC;
    CK_ATTRIBUTE attributes[FIXED_COUNT + BOUND_COUNT] = {
        ATTRIBUTE(CKA_CLASS, class),
        ATTRIBUTE(CKA_KEY_TYPE, type),
        ATTRIBUTE(CKA_VALUE_LEN, len),
        { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
        ATTRIBUTE(CKA_TOKEN, yes),
        ATTRIBUTE(CKA_PRIVATE, yes),
        ATTRIBUTE(CKA_SENSITIVE, yes),
        ATTRIBUTE(CKA_EXTRACTABLE, no),
        ATTRIBUTE(CKA_SIGN, yes),
        ATTRIBUTE(CKA_ENCRYPT, no),
        ATTRIBUTE(CKA_DECRYPT, no),
        ATTRIBUTE(CKA_WRAP, no),
        ATTRIBUTE(CKA_UNWRAP, no),
        ATTRIBUTE(CKA_DERIVE, no),
        // Bounds that not every token knows; the rarest last, which are left out first.
        ATTRIBUTE(CKA_MODIFIABLE, no),
        ATTRIBUTE(CKA_COPYABLE, no),
        ATTRIBUTE(CKA_ALLOWED_MECHANISMS, only),
    };
    CK_MECHANISM mechanism = { CKM_AES_KEY_GEN, NULL, 0 };
    CK_RV answer = CKR_OK;
    for (CK_ULONG count = FIXED_COUNT + BOUND_COUNT; count >= FIXED_COUNT; count--) {
        answer = session->module->C_GenerateKey(session->handle, &mechanism, attributes, count, key);
        if (!answer_is_about_template(answer)) {
            break;
        }
    }
    return answer;
}

// Within a session.
static status key_make(const struct token_session *session, const char *label, char why[TOKEN_WHY_LEN])
{
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_ULONG count = COUNT_NONE;
    CK_RV answer = key_count(session, label, &key, &count);
    if (answer != CKR_OK) {
        return token_refuse_answer(why, KEY_UNAVAILABLE, "The token's keys could not be listed", answer);
    }
    if (count != COUNT_NONE) {
        return token_refuse(why, FILE_EXISTS, "The token has a secret key with the label \"%s\".", label);
    }
    answer = key_generate(session, label, &key);
    if (answer != CKR_OK) {
        return token_refuse_answer(why, SYSTEM_FAULT, "The token made no key", answer);
    }
    status result = bounds_check(session, key, why);
    if (result != OK) {
        session->module->C_DestroyObject(session->handle, key);
    }
    return result;
}

status token_generate(const struct token_place *place, const struct secret *pin, char why[TOKEN_WHY_LEN])
{
    struct token_session session;
    why[0] = '\0';
    TRY(token_session_open(&session, place, pin, TOKEN_WRITES, why));
    status result = key_make(&session, place->key, why);
    token_session_close(&session);
    return result;
}
