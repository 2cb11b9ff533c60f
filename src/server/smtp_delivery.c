#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "server/delivery_channel.h"
#include "server/mail_message.h"

// A byte becomes at most three, and the headers.
enum { MAIL_LEN_MAX = 4 * OUTBOX_MESSAGE_LEN_MAX + 4096 };

static bool configured(const struct delivery_options *options)
{
    return delivery_is_set(options->smtp_url);
}

static const char *complaint(const struct delivery_options *options)
{
    text url = text_of(options->smtp_url);
    if (!text_starts_with(url, TEXT("smtp://")) && !text_starts_with(url, TEXT("smtps://"))) {
        return "The mail server's address must begin with smtp:// or smtps://.";
    }
    return mail_address_is_plain(text_of(options->mail_from))
               ? NULL
               : "The sender's mail address is missing or not a plain address.";
}

static size_t give_content(char *out, size_t size, size_t count, void *context)
{
    struct parcel *parcel = context;
    size_t left = parcel->content.len - parcel->sent, len = size * count < left ? size * count : left;
    memcpy(out, parcel->content.at + parcel->sent, len);
    parcel->sent += len;
    return len;
}

static status write_content(struct parcel *parcel, const struct delivery_options *options)
{
    const struct message *message = parcel->message;
    buffer_init(&parcel->content, MAIL_LEN_MAX);
    return mail_message_write(&parcel->content, &(struct mail_message){
                                                    .from = text_of(options->mail_from),
                                                    .to = message->to,
                                                    .subject = message->subject,
                                                    .body = message->body,
                                                    .id = message->id,
                                                    .now_ms = runtime_now_ms(options->runtime),
                                                });
}

static status pack(struct parcel *parcel, const struct delivery_options *options)
{
    char to[EMAIL_LEN_MAX + 1];
    CURL *easy = parcel->easy;
    TRY(write_content(parcel, options)); // also judges the address
    snprintf(to, sizeof to, TEXT_FMT, TEXT_ARG(parcel->message->to));
    parcel->recipients = curl_slist_append(NULL, to);
    bool set = parcel->recipients != NULL && curl_easy_setopt(easy, CURLOPT_URL, options->smtp_url) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_USE_SSL,
                                options->require_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_MAIL_FROM, options->mail_from) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, parcel->recipients) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_content) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_READDATA, parcel) == CURLE_OK;
    if (set && delivery_is_set(options->ca_file)) {
        set = curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file) == CURLE_OK;
    }
    if (!set) {
        return OUT_OF_MEMORY;
    }
    return delivery_is_set(options->mail_user) ? delivery_sign_in(easy, options->mail_user, options->mail_password)
                                               : OK;
}

// libcurl reports a refused MAIL, RCPT or DATA as the first, a refused text as the second; RFC 5321, 4.2.1: 5yz is for good.
static void judge(struct parcel *parcel, CURLcode result, long response)
{
    if (result == CURLE_OK) {
        parcel->outcome = OUTBOX_HANDED_OVER;
    } else if (result == CURLE_SEND_ERROR || result == CURLE_WEIRD_SERVER_REPLY) {
        parcel->outcome = response / 100 == 5 ? OUTBOX_REFUSED : OUTBOX_NOT_NOW;
        snprintf(parcel->error, sizeof parcel->error, "smtp_%ld", response);
    } else {
        delivery_judge_transport(parcel, result);
    }
}

const struct delivery_channel smtp_delivery = { OUTBOX_EMAIL, configured, complaint, pack, judge };
