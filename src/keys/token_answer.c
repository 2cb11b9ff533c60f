#include "keys/token_answer.h"

#include <stdarg.h>
#include <stdio.h>

enum { PIN_REFUSED = 1, SESSION_LOST = 2 };

#define ANSWER(name, meaning)                                                                                          \
    {                                                                                                                  \
        name, meaning, #name                                                                                           \
    }

static const struct answer {
    CK_RV answer;
    int meaning;
    const char *name;
} answers[] = {
    ANSWER(CKR_HOST_MEMORY, 0),
    ANSWER(CKR_SLOT_ID_INVALID, SESSION_LOST),
    ANSWER(CKR_GENERAL_ERROR, 0),
    ANSWER(CKR_FUNCTION_FAILED, 0),
    ANSWER(CKR_ARGUMENTS_BAD, 0),
    ANSWER(CKR_CANT_LOCK, 0),
    ANSWER(CKR_ATTRIBUTE_READ_ONLY, 0),
    ANSWER(CKR_ATTRIBUTE_SENSITIVE, 0),
    ANSWER(CKR_ATTRIBUTE_TYPE_INVALID, 0),
    ANSWER(CKR_ATTRIBUTE_VALUE_INVALID, 0),
    ANSWER(CKR_DATA_LEN_RANGE, 0),
    ANSWER(CKR_DEVICE_ERROR, SESSION_LOST),
    ANSWER(CKR_DEVICE_MEMORY, 0),
    ANSWER(CKR_DEVICE_REMOVED, SESSION_LOST),
    ANSWER(CKR_FUNCTION_CANCELED, 0),
    ANSWER(CKR_FUNCTION_NOT_SUPPORTED, 0),
    ANSWER(CKR_KEY_HANDLE_INVALID, SESSION_LOST),
    ANSWER(CKR_KEY_SIZE_RANGE, 0),
    ANSWER(CKR_KEY_TYPE_INCONSISTENT, 0),
    ANSWER(CKR_KEY_FUNCTION_NOT_PERMITTED, 0),
    ANSWER(CKR_MECHANISM_INVALID, 0),
    ANSWER(CKR_MECHANISM_PARAM_INVALID, 0),
    ANSWER(CKR_OBJECT_HANDLE_INVALID, SESSION_LOST),
    ANSWER(CKR_OPERATION_ACTIVE, SESSION_LOST),
    ANSWER(CKR_OPERATION_NOT_INITIALIZED, SESSION_LOST),
    ANSWER(CKR_PIN_INCORRECT, PIN_REFUSED),
    ANSWER(CKR_PIN_INVALID, PIN_REFUSED),
    ANSWER(CKR_PIN_LEN_RANGE, PIN_REFUSED),
    ANSWER(CKR_PIN_EXPIRED, PIN_REFUSED),
    ANSWER(CKR_PIN_LOCKED, PIN_REFUSED),
    ANSWER(CKR_SESSION_CLOSED, SESSION_LOST),
    ANSWER(CKR_SESSION_COUNT, 0),
    ANSWER(CKR_SESSION_HANDLE_INVALID, SESSION_LOST),
    ANSWER(CKR_SESSION_READ_ONLY, 0),
    ANSWER(CKR_SESSION_READ_WRITE_SO_EXISTS, 0),
    ANSWER(CKR_TEMPLATE_INCOMPLETE, 0),
    ANSWER(CKR_TEMPLATE_INCONSISTENT, 0),
    ANSWER(CKR_TOKEN_NOT_PRESENT, SESSION_LOST),
    ANSWER(CKR_TOKEN_NOT_RECOGNIZED, SESSION_LOST),
    ANSWER(CKR_TOKEN_WRITE_PROTECTED, 0),
    ANSWER(CKR_USER_NOT_LOGGED_IN, SESSION_LOST),
    ANSWER(CKR_USER_PIN_NOT_INITIALIZED, PIN_REFUSED),
    ANSWER(CKR_USER_TYPE_INVALID, 0),
    ANSWER(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, 0),
    ANSWER(CKR_USER_TOO_MANY_TYPES, 0),
    ANSWER(CKR_BUFFER_TOO_SMALL, 0),
    ANSWER(CKR_CRYPTOKI_NOT_INITIALIZED, SESSION_LOST),
    ANSWER(CKR_CRYPTOKI_ALREADY_INITIALIZED, 0),
};

static const struct answer *answer_find(CK_RV answer)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].answer == answer) {
            return &answers[i];
        }
    }
    return NULL;
}

static bool answer_means(CK_RV answer, int meaning)
{
    const struct answer *found = answer_find(answer);
    return found != NULL && found->meaning == meaning;
}

bool token_answer_is_pin_refused(CK_RV answer)
{
    return answer_means(answer, PIN_REFUSED);
}

bool token_answer_is_session_lost(CK_RV answer)
{
    return answer_means(answer, SESSION_LOST);
}

status token_refuse(char why[TOKEN_WHY_LEN], status result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, TOKEN_WHY_LEN, format, arguments);
    va_end(arguments);
    return result;
}

status token_refuse_answer(char why[TOKEN_WHY_LEN], status result, const char *what, CK_RV answer)
{
    const struct answer *found = answer_find(answer);
    status because = answer == CKR_HOST_MEMORY ? OUT_OF_MEMORY : result;
    return found != NULL ? token_refuse(why, because, "%s: %s.", what, found->name)
                         : token_refuse(why, because, "%s: CKR 0x%08lx.", what, answer);
}
