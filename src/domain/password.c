#include "domain/password.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#include "base/limits.h"
#include "base/secret.h"

static_assert(PASSWORD_HASH_LEN == crypto_pwhash_STRBYTES, "libsodium's length of a stored password");

static const char LAST[] =
    "SELECT password_hash FROM user_password WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2";
// Two within a millisecond get different times.
static const char REMEMBER[] =
    "INSERT INTO user_password (user_id, created_at, password_hash) "
    "SELECT $1, CASE WHEN coalesce(max(created_at), 0) >= $2 THEN max(created_at) + 1 ELSE $2 END, $3 "
    "FROM user_password WHERE user_id = $1";
static const char FORGET[] =
    "DELETE FROM user_password WHERE user_id = $1 AND created_at < (SELECT min(created_at) FROM "
    "(SELECT created_at FROM user_password WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2) AS kept)";

static _Atomic int running;

static bool begin_hash(void)
{
    if (atomic_fetch_add(&running, 1) < PASSWORD_HASH_COUNT_MAX) {
        return true;
    }
    atomic_fetch_sub(&running, 1);
    return false;
}

static void end_hash(void)
{
    atomic_fetch_sub(&running, 1);
}

status password_judge(struct faults *faults, const char *field, text password)
{
    bool letter = false, digit = false;
    for (size_t i = 0; i < password.len; i++) {
        unsigned char c = (unsigned char)password.at[i];
        digit = digit || (c >= '0' && c <= '9');
        letter = letter || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
    }
    bool strong = letter && digit && text_is_utf8(password) && text_count_characters(password) >= PASSWORD_LEN_MIN;
    return strong ? OK : faults_add(faults, text_of(field), PASSWORD_TOO_WEAK);
}

status password_hash(char out[PASSWORD_HASH_LEN], text password)
{
    if (sodium_init() < 0) {
        return SYSTEM_FAULT;
    }
    if (!begin_hash()) {
        return OVERLOADED;
    }
    // It fails only when there is no memory.
    int failed = crypto_pwhash_str(out, password.at, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                   crypto_pwhash_MEMLIMIT_INTERACTIVE);
    end_hash();
    return failed != 0 ? OUT_OF_MEMORY : OK;
}

static status spend(text password)
{
    char unused[PASSWORD_HASH_LEN];
    status result = password_hash(unused, password);
    secret_wipe(unused, sizeof unused);
    return result;
}

status password_verify(bool *fits, text hash, text password)
{
    *fits = false;
    if (!text_present(hash)) {
        return spend(password);
    }
    char stored[PASSWORD_HASH_LEN] = { 0 };
    if (hash.len >= sizeof stored) {
        return DATA_DAMAGED;
    }
    memcpy(stored, hash.at, hash.len);
    if (sodium_init() < 0) {
        return SYSTEM_FAULT;
    }
    if (!begin_hash()) {
        return OVERLOADED;
    }
    errno = 0;
    *fits = crypto_pwhash_str_verify(stored, password.at, password.len) == 0;
    bool no_memory = !*fits && errno == ENOMEM; // must not count as a wrong password
    end_hash();
    secret_wipe(stored, sizeof stored);
    return no_memory ? OUT_OF_MEMORY : OK;
}

status password_judge_history(struct work *work, const char *field, int64_t user_id, text password)
{
    text hashes[PASSWORD_HISTORY_COUNT];
    int count = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LAST, ARGS(value_i64(user_id), value_i64(PASSWORD_HISTORY_COUNT))));
    while (count < PASSWORD_HISTORY_COUNT && rows_next(&rows)) {
        hashes[count++] = row_text_copy(&rows, 0, work->arena);
    }
    TRY(rows_close(&rows));
    for (int i = 0; i < count; i++) {
        bool same;
        TRY(password_verify(&same, hashes[i], password));
        if (same) {
            return faults_add(work->faults, text_of(field), PASSWORD_REUSED);
        }
    }
    return OK;
}

status password_remember(struct work *work, int64_t user_id, text hash)
{
    TRY(work_run(work, REMEMBER, ARGS(value_i64(user_id), value_i64(work->now_ms), value_text(hash))));
    return work_run(work, FORGET, ARGS(value_i64(user_id), value_i64(PASSWORD_HISTORY_COUNT)));
}
