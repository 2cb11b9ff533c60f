#include "api/own_password.h"

status own_password_verify(struct call *call, struct own_password *out, text password)
{
    if (call->actor.kind != ACTOR_USER) {
        return FORBIDDEN;
    }
    TRY(user_get(call->work, &out->user, call->actor.id));
    return password_verify(&out->verified, out->user.password_hash, password);
}

status own_password_judge(struct call *call, const struct own_password *own, const char *field)
{
    status judged = user_judge_sign_in(call->work, &own->user, own->verified);
    if (judged != SIGN_IN_FAILED) {
        return judged;
    }
    faults_add_message(&call->faults, text_of(field), SIGN_IN_FAILED,
                       "This is not the current password, or the account is locked.");
    return INVALID_INPUT; // and not 401: the session stands
}
