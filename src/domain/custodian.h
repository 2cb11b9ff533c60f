/*
 * A key custodian: a person who answers for something that is done with keys, there and then, by name and password. He or
 * she is a user of the installation whose role may hold keys, and whose password nobody else knows: one that was given and
 * not changed since proves nobody. Where two are demanded (PCI PIN, dual control), the same person twice is one.
 *
 * While the installation is locked (its master key comes in components, and they are not there yet) nothing can be written
 * and no authenticator app can be asked: its secret is sealed under the keys that are missing. Then the password alone
 * counts, wrong ones are counted by whoever asks, and somebody who was away for long is let in too: there is no way to
 * sign in before.
 */
#ifndef DOMAIN_CUSTODIAN_H
#define DOMAIN_CUSTODIAN_H

#include "domain/user.h"
#include "store/work.h"

enum { CUSTODIAN_COUNT_MAX = 4 };

struct custodian {
    struct user user; // id 0: nobody has this name
    bool verified;    // the password fits
    text totp;        // what the authenticator app shows, set by the caller; absent: none was entered
};

/* Slow (argon2id) and only reading: before the queue of writes, like a sign-in. `out->totp` is left absent. */
must_use status custodian_find(struct work *work, struct custodian *out, text name, text password);

/*
 * For a guard. Each is judged as at a sign-in, which counts failures and uses up codes: SIGN_IN_FAILED, TOTP_REQUIRED,
 * TOTP_WRONG. CUSTODIAN_REFUSED: may hold no keys, or has to change the password first. SECOND_CUSTODIAN_NEEDED: fewer than
 * `demanded`, or one of them twice. On OK their names are in the work's detail, and they count as having signed in.
 */
must_use status custodians_judge(struct work *work, const struct custodian *list, int count, int demanded);

/* While locked; see above. SIGN_IN_FAILED, CUSTODIAN_REFUSED. */
must_use status custodian_judge_locked(const struct work *work, const struct custodian *custodian);

#endif
