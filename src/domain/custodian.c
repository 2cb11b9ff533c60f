#include "domain/custodian.h"

#include <assert.h>

#include "base/limits.h"
#include "domain/user_totp.h"

status custodian_find(struct work *work, struct custodian *out, text name, text password)
{
    *out = (struct custodian){ 0 };
    status found = user_find(work, &out->user, name);
    if (found == USER_NOT_FOUND) {
        out->user = (struct user){ 0 };
    } else {
        TRY(found);
    }
    return password_verify(&out->verified, out->user.password_hash, password);
}

static status judge_user(const struct user *user)
{
    uint64_t permissions = role_permissions((enum role)user->role);
    return permission_held(permissions, MAY_HOLD_KEYS) && !user->must_change ? OK : CUSTODIAN_REFUSED;
}

static status judge_one(struct work *work, const struct custodian *custodian)
{
    struct user stored;
    int64_t id = custodian->user.id;
    TRY(user_judge_sign_in(work, &custodian->user, custodian->verified));
    TRY(user_totp_judge_sign_in(work, id, custodian->totp));
    TRY(user_get(work, &stored, id));
    TRY(judge_user(&stored));
    return user_signed_in(work, id);
}

// Those whom nobody knows are judged as such, and not as one person twice.
static bool all_different(const struct custodian *list, int count)
{
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++) {
            if (list[i].user.id != 0 && list[i].user.id == list[j].user.id) {
                return false;
            }
        }
    }
    return true;
}

// They stand side by side: each is told, where the caller names fields so, whose entry it was.
static status say_whom(struct work *work, int index, status code)
{
    return faults_add(work->faults, arena_print(work->arena, "custodian_%d", index + 1), code);
}

static void name_them(struct work *work, const struct custodian *list, int count)
{
    text names = list[0].user.name;
    for (int i = 1; i < count; i++) {
        names = arena_print(work->arena, TEXT_FMT ", " TEXT_FMT, TEXT_ARG(names), TEXT_ARG(list[i].user.name));
    }
    work_detail_text(work, "custodians", names);
}

status custodians_judge(struct work *work, const struct custodian *list, int count, int demanded)
{
    assert(count >= 1 && count <= CUSTODIAN_COUNT_MAX);
    if (count < demanded || !all_different(list, count)) {
        return SECOND_CUSTODIAN_NEEDED;
    }
    for (int i = 0; i < count; i++) {
        status judged = judge_one(work, &list[i]);
        if (judged != OK) {
            return status_is_fault(judged) ? judged : say_whom(work, i, judged);
        }
    }
    name_them(work, list, count);
    return OK;
}

status custodian_judge_locked(const struct work *work, const struct custodian *custodian)
{
    const struct user *user = &custodian->user;
    if (user->id == 0 || !custodian->verified || user->disabled || work->now_ms < user->locked_until_ms) {
        return SIGN_IN_FAILED;
    }
    return judge_user(user);
}
