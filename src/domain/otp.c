#include "domain/otp.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/secret.h"
#include "domain/card_status.h"
#include "domain/customer.h"
#include "domain/key.h"
#include "domain/organization.h"
#include "domain/outbox.h"
#include "domain/settings.h"
#include "domain/status_label.h"

static const char LAST_HOUR[] =
    "SELECT CAST(count(*) AS BIGINT), min(created_at), max(created_at) FROM otp_challenge "
    "WHERE organization_id = $1 AND customer_id = $2 AND created_at > $3";
static const char END_EARLIER[] =
    "UPDATE otp_challenge SET expires_at = $4 WHERE organization_id = $1 AND customer_id = $2 "
    "AND purpose = $3 AND used_at IS NULL AND expires_at > $4";
static const char INSERT[] =
    "INSERT INTO otp_challenge (id, organization_id, customer_id, purpose, request_hash, label_id, code_hash, tries, expires_at, "
    "used_at, channel, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, NULL, $9, $10)";
static const char GET[] =
    "SELECT customer_id, purpose, tries, expires_at, used_at, channel, created_at FROM otp_challenge "
    "WHERE id = $1 AND organization_id = $2";
static const char COUNT_TRY[] =
    "UPDATE otp_challenge SET tries = tries + 1 WHERE id = $1 AND organization_id = $2 AND tries < $3 AND used_at IS NULL "
    "AND expires_at > $4 RETURNING request_hash, code_hash, label_id";
static const char TAKE_BACK[] = "UPDATE otp_challenge SET tries = tries - 1 WHERE id = $1 AND organization_id = $2";
static const char USE[] =
    "UPDATE otp_challenge SET used_at = $3 WHERE id = $1 AND organization_id = $2 AND used_at IS NULL";

// The key's id stands before each HMAC, so that a new key does not make codes under way look wrong.
enum { HASH_LEN = 8 + SHA256_LEN, CODE_SPACE = 1000000 };
_Static_assert(OTP_DIGITS == 6, "CODE_SPACE is ten to the power of OTP_DIGITS");

#define HOUR_MS (3600 * 1000)

const char *const otp_purpose_names[] = { "issue_card", NULL };
const char *const otp_channel_names[] = { "sms", "email", "both", NULL };

/* Hashes. */

static status hash_pieces(struct work *work, uint8_t out[HASH_LEN], int64_t key_id, const struct bytes_view *pieces,
                          size_t count)
{
    TRY(key_require(work, key_id));
    bytes_put_be64(out, (uint64_t)key_id);
    // A code under way is compared under the key it was made with, though that may be retired by now.
    enum key_operation operation =
        key_id == keyring_current(work->keyring, KEY_REQUEST, NULL) ? KEY_TO_GENERATE : KEY_TO_VERIFY;
    return keyring_authenticate(work->keyring, key_id, operation, out + 8, pieces, count);
}

static status hash_code(struct work *work, uint8_t out[HASH_LEN], int64_t key_id, int64_t challenge_id, text code)
{
    uint8_t id[8];
    bytes_put_be64(id, (uint64_t)challenge_id);
    const struct bytes_view pieces[] = { { "otp", 3 }, { id, sizeof id }, { code.at, code.len } };
    return hash_pieces(work, out, key_id, pieces, 3);
}

// The number comes last: everything before it has a fixed length.
static status hash_request(struct work *work, uint8_t out[HASH_LEN], int64_t key_id, const struct otp_request *request)
{
    uint8_t fixed[8 * 3];
    bytes_put_be64(fixed, (uint64_t)request->purpose);
    bytes_put_be64(fixed + 8, (uint64_t)request->customer_id);
    bytes_put_be64(fixed + 16, (uint64_t)request->series_id);
    const struct bytes_view pieces[] = { { "otp request", 11 },
                                         { fixed, sizeof fixed },
                                         { request->number.at, request->number.len } };
    return hash_pieces(work, out, key_id, pieces, 3);
}

/* Sending. */

static status judge_rate(struct work *work, struct otp_challenge *out, int64_t customer_id)
{
    int64_t count = 0, first_ms = 0, last_ms = 0;
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, LAST_HOUR,
                   ARGS(value_i64(work->organization_id), value_i64(customer_id), value_i64(work->now_ms - HOUR_MS))));
    if (rows_next(&rows)) {
        count = row_i64(&rows, 0);
        first_ms = row_i64(&rows, 1);
        last_ms = row_i64(&rows, 2);
    }
    TRY(rows_close(&rows));
    int64_t after_last = count > 0 ? last_ms + OTP_RESEND_MS : 0,
            after_hour = count >= OTP_PER_HOUR_MAX ? first_ms + HOUR_MS : 0;
    out->resend_ms = after_last > after_hour ? after_last : after_hour;
    return out->resend_ms > work->now_ms ? RATE_LIMITED : OK;
}

// What is left of the settings' channel with the addresses that are there.
static status choose_channel(struct work *work, const struct customer *customer, int *channel)
{
    struct settings settings;
    TRY(settings_get(work, &settings));
    bool sms = text_present(customer->mobile) && settings.otp_channel != OTP_EMAIL;
    bool email = text_present(customer->email) && settings.otp_channel != OTP_SMS;
    if (!sms && !email) {
        return NO_CHANNEL;
    }
    *channel = sms && email ? OTP_BOTH : sms ? OTP_SMS : OTP_EMAIL;
    return OK;
}

// Numbers past the last whole multiple are drawn again, so that each code is as likely as another.
static void make_code(struct work *work, char code[OTP_DIGITS])
{
    uint8_t bytes[4];
    uint32_t number;
    do {
        runtime_random(work->runtime, bytes, sizeof bytes);
        number = bytes_get_be32(bytes);
    } while (number >= UINT32_MAX / CODE_SPACE * CODE_SPACE);
    for (int i = OTP_DIGITS - 1; i >= 0; i--) {
        code[i] = (char)('0' + number % 10);
        number /= 10;
    }
    secret_wipe(bytes, sizeof bytes);
}

static size_t character_len(text t)
{
    size_t len = 1;
    while (len < t.len && ((uint8_t)t.at[len] & 0xC0) == 0x80) {
        len++;
    }
    return len;
}

static text mask_mobile(struct arena *arena, text mobile)
{
    text end = text_slice(mobile, mobile.len > 3 ? mobile.len - 3 : 0, 3);
    return arena_print(arena, "•••••••" TEXT_FMT, TEXT_ARG(end));
}

static text mask_email(struct arena *arena, text email)
{
    int64_t sign = text_find(email, '@');
    text first = text_slice(email, 0, sign > 0 ? character_len(email) : 0);
    text domain = sign >= 0 ? text_slice(email, (size_t)sign, email.len) : TEXT("");
    return arena_print(arena, TEXT_FMT "•••" TEXT_FMT, TEXT_ARG(first), TEXT_ARG(domain));
}

static status insert(struct work *work, struct otp_challenge *challenge, const struct otp_request *request, text code)
{
    uint8_t code_hash[HASH_LEN], request_hash[HASH_LEN];
    int64_t key_id = keyring_current(work->keyring, KEY_REQUEST, NULL);
    struct status_label label = { 0 };
    if (text_present(request->label)) {
        TRY(status_label_find(work, request->label, &label));
    }
    TRY(hash_code(work, code_hash, key_id, challenge->id, code));
    TRY(hash_request(work, request_hash, key_id, request));
    TRY(work_change(work, END_EARLIER,
                    ARGS(value_i64(work->organization_id), value_i64(request->customer_id), value_i64(request->purpose),
                         value_i64(work->now_ms)),
                    OK));
    return work_run(work, INSERT,
                    ARGS(value_i64(challenge->id), value_i64(work->organization_id), value_i64(request->customer_id),
                         value_i64(request->purpose), value_blob(request_hash, sizeof request_hash),
                         value_i64_or_null(label.id, 0), value_blob(code_hash, sizeof code_hash),
                         value_i64(challenge->expires_ms), value_i64(challenge->channel), value_i64(work->now_ms)));
}

static status put_messages(struct work *work, const struct otp_challenge *challenge, const struct customer *customer,
                           text code)
{
    struct organization organization;
    TRY(organization_get(work, &organization));
    struct message message = {
        .subject = TEXT("Your code"),
        .body = arena_print(work->arena,
                            TEXT_FMT " is your code to receive a card from " TEXT_FMT
                                     ". It is valid for %d minutes. Tell it only to the person serving you.",
                            TEXT_ARG(code), TEXT_ARG(organization.name), OTP_VALID_MS / 60000),
        .subject_type = TEXT("otp"),
        .subject_id = challenge->id,
        .expires_ms = challenge->expires_ms,
    };
    if (!text_present(message.body)) {
        return OUT_OF_MEMORY;
    }
    if (challenge->channel != OTP_EMAIL) {
        message.channel = OUTBOX_SMS;
        message.to = customer->mobile;
        TRY(outbox_put(work, &message));
    }
    if (challenge->channel != OTP_SMS) {
        message.channel = OUTBOX_EMAIL;
        message.to = customer->email;
        TRY(outbox_put(work, &message));
    }
    return OK;
}

static struct text_list channel_words(int channel)
{
    static const text words[] = { TEXT("sms"), TEXT("email") };
    return (struct text_list){ .at = channel == OTP_EMAIL ? words + 1 : words, .count = channel == OTP_BOTH ? 2 : 1 };
}

static status describe(struct work *work, struct otp_challenge *out, const struct customer *customer)
{
    text *masked = ARENA_ARRAY(work->arena, text, 2);
    if (masked == NULL) {
        return OUT_OF_MEMORY;
    }
    int count = 0;
    if (out->channel != OTP_EMAIL) {
        masked[count++] = mask_mobile(work->arena, customer->mobile);
    }
    if (out->channel != OTP_SMS) {
        masked[count++] = mask_email(work->arena, customer->email);
    }
    out->sent_to = (struct text_list){ masked, count };
    out->channels = channel_words(out->channel);
    work_subject(work, "otp", out->id);
    work_detail_id(work, "customer_id", "cus", out->customer_id);
    work_detail_text(work, "purpose", text_of(otp_purpose_names[out->purpose]));
    work_detail_text(work, "channel", text_of(otp_channel_names[out->channel]));
    return OK;
}

status otp_send(struct work *work, struct otp_challenge *out, const struct otp_request *request)
{
    struct customer customer;
    char code[OTP_DIGITS];
    *out = (struct otp_challenge){
        .customer_id = request->customer_id,
        .purpose = request->purpose,
        .created_ms = work->now_ms,
        .expires_ms = work->now_ms + OTP_VALID_MS,
        .attempts_left = OTP_TRIES_MAX,
    };
    TRY(customer_lock(work, &customer, request->customer_id)); // two at once must not both pass the rate
    TRY(choose_channel(work, &customer, &out->channel));
    TRY(judge_rate(work, out, customer.id));
    out->id = work_id(work);
    out->resend_ms = work->now_ms + OTP_RESEND_MS;
    make_code(work, code);
    text digits = text_bytes(code, sizeof code);
    status result = insert(work, out, request, digits);
    result = result == OK ? put_messages(work, out, &customer, digits) : result;
    secret_wipe(code, sizeof code);
    return result == OK ? describe(work, out, &customer) : result;
}

status otp_get(struct work *work, struct otp_challenge *out, int64_t id)
{
    struct rows rows = { 0 };
    TRY(work_query(work, &rows, GET, ARGS(value_i64(id), value_i64(work->organization_id))));
    bool found = rows_next(&rows);
    if (found) {
        *out = (struct otp_challenge){
            .id = id,
            .customer_id = row_i64(&rows, 0),
            .purpose = (int)row_i64(&rows, 1),
            .attempts_left = OTP_TRIES_MAX - row_i64(&rows, 2),
            .expires_ms = row_i64(&rows, 3),
            .used = !row_is_null(&rows, 4),
            .channel = (int)row_i64(&rows, 5),
            .created_ms = row_i64(&rows, 6),
            .resend_ms = row_i64(&rows, 6) + OTP_RESEND_MS,
            .channels = channel_words((int)row_i64(&rows, 5)),
        };
    }
    TRY(rows_close(&rows));
    return found ? OK : NOT_FOUND;
}

/* Trying. */

struct kept {
    uint8_t request_hash[HASH_LEN], code_hash[HASH_LEN];
    int64_t label_id;
};

// NOT_FOUND: no try is to be had from it.
static status count_try(struct work *work, struct kept *kept, int64_t id)
{
    struct rows rows = { 0 };
    TRY(work_query(
        work, &rows, COUNT_TRY,
        ARGS(value_i64(id), value_i64(work->organization_id), value_i64(OTP_TRIES_MAX), value_i64(work->now_ms))));
    status result = NOT_FOUND;
    if (rows_next(&rows)) {
        text request_hash = row_blob(&rows, 0), code_hash = row_blob(&rows, 1);
        result = request_hash.len == HASH_LEN && code_hash.len == HASH_LEN ? OK : DATA_DAMAGED;
        if (result == OK) {
            memcpy(kept->request_hash, request_hash.at, HASH_LEN);
            memcpy(kept->code_hash, code_hash.at, HASH_LEN);
            kept->label_id = row_i64(&rows, 2);
        }
    }
    status closed = rows_close(&rows);
    return closed != OK ? closed : result;
}

static status explain(struct work *work, status *verdict, int64_t id)
{
    struct otp_challenge challenge;
    status found = otp_get(work, &challenge, id);
    if (found != OK) {
        *verdict = OTP_NOT_FOUND;
        return found == NOT_FOUND ? OK : found;
    }
    *verdict = challenge.used ? OTP_USED : challenge.expires_ms <= work->now_ms ? OTP_EXPIRED : OTP_EXHAUSTED;
    return OK;
}

// A label named when the code was sent is the only one it allows; leaving it out later means the default one.
static status judge_label(struct work *work, bool *same, int64_t label_id, text label)
{
    *same = true;
    if (label_id == 0) {
        return OK;
    }
    if (!text_present(label)) {
        int64_t default_id;
        TRY(status_label_require(work, TEXT_ABSENT, CARD_ACTIVE, &default_id));
        *same = default_id == label_id;
        return OK;
    }
    struct status_label kept;
    TRY(status_label_get(work, &kept, label_id));
    *same = text_equal(kept.label, label);
    return OK;
}

static status judge(struct work *work, status *verdict, const struct kept *kept, int64_t id, text code,
                    const struct otp_request *request)
{
    uint8_t request_hash[HASH_LEN], code_hash[HASH_LEN];
    bool same_label;
    int64_t key_id = (int64_t)bytes_get_be64(kept->code_hash);
    TRY(hash_request(work, request_hash, key_id, request));
    TRY(hash_code(work, code_hash, key_id, id, code));
    TRY(judge_label(work, &same_label, kept->label_id, request->label));
    bool same_request = secret_equal(request_hash, kept->request_hash, HASH_LEN) && same_label;
    bool same_code = secret_equal(code_hash, kept->code_hash, HASH_LEN);
    *verdict = !same_request ? OTP_OTHER_REQUEST : !same_code ? OTP_WRONG : OK;
    return OK;
}

status otp_try(struct work *work, status *verdict, int64_t challenge_id, text code, const struct otp_request *request)
{
    struct kept kept;
    *verdict = OTP_WRONG;
    status counted = count_try(work, &kept, challenge_id);
    if (counted == NOT_FOUND) {
        return explain(work, verdict, challenge_id);
    }
    TRY(counted);
    TRY(judge(work, verdict, &kept, challenge_id, code, request));
    return *verdict == OK ? work_change(work, TAKE_BACK,
                                        ARGS(value_i64(challenge_id), value_i64(work->organization_id)), OTP_NOT_FOUND)
                          : OK;
}

status otp_use(struct work *work, int64_t challenge_id)
{
    return work_change(
        work, USE, ARGS(value_i64(challenge_id), value_i64(work->organization_id), value_i64(work->now_ms)), OTP_USED);
}
