#include <stdio.h>

#include "base/limits.h"
#include "server/delivery_channel.h"

// A byte becomes at most three, and the names.
enum { FORM_LEN_MAX = 4 * OUTBOX_MESSAGE_LEN_MAX };

static bool configured(const struct delivery_options *options)
{
    return delivery_is_set(options->sms_url);
}

static const char *complaint(const struct delivery_options *options)
{
    text url = text_of(options->sms_url);
    if (!text_starts_with(url, TEXT("https://")) && !text_starts_with(url, TEXT("http://"))) {
        return "The SMS gateway's address must begin with https:// or http://.";
    }
    return delivery_is_set(options->sms_from) ? NULL : "The SMS sender is missing.";
}

static bool is_unreserved(char c) // RFC 3986, 2.3
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static void append_field(struct buffer *out, const char *name, text value)
{
    buffer_print(out, "%s%s=", out->len > 0 ? "&" : "", name);
    for (size_t i = 0; i < value.len; i++) {
        if (is_unreserved(value.at[i])) {
            buffer_append(out, &value.at[i], 1);
        } else {
            buffer_print(out, "%%%02X", (unsigned)(uint8_t)value.at[i]);
        }
    }
}

static status pack(struct parcel *parcel, const struct delivery_options *options)
{
    CURL *easy = parcel->easy;
    struct buffer *form = &parcel->content;
    buffer_init(form, FORM_LEN_MAX);
    append_field(form, "To", parcel->message->to);
    append_field(form, "From", text_of(options->sms_from));
    append_field(form, "Body", parcel->message->body);
    bool set = !form->failed && curl_easy_setopt(easy, CURLOPT_URL, options->sms_url) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)form->len) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_POSTFIELDS, form->at) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK;
    if (!set) {
        return OUT_OF_MEMORY;
    }
    return delivery_is_set(options->sms_account) ? delivery_sign_in(easy, options->sms_account, options->sms_token)
                                                 : OK;
}

static void judge(struct parcel *parcel, CURLcode result, long response)
{
    if (result != CURLE_OK) {
        delivery_judge_transport(parcel, result);
        return;
    }
    if (response / 100 == 2) {
        parcel->outcome = OUTBOX_HANDED_OVER;
        return;
    }
    parcel->outcome = response / 100 == 4 && response != 429 ? OUTBOX_REFUSED : OUTBOX_NOT_NOW;
    snprintf(parcel->error, sizeof parcel->error, "http_%ld", response);
}

const struct delivery_channel sms_delivery = { OUTBOX_SMS, configured, complaint, pack, judge };
