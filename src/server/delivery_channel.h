/*
 * How the messages of one channel leave: what libcurl is told, and what the answer means. delivery.c walks these; the
 * functions are called from the channel's own thread.
 */
#ifndef SERVER_DELIVERY_CHANNEL_H
#define SERVER_DELIVERY_CHANNEL_H

#include <curl/curl.h>

#include "base/buffer.h"
#include "domain/outbox.h"
#include "server/delivery.h"

enum { PARCEL_ERROR_LEN_MAX = 32 };

/* One message on its way. It stays where it is while `easy` is at work. */
struct parcel {
    const struct message *message;
    CURL *easy;
    struct buffer content; // what is sent; wiped when released
    size_t sent;
    struct curl_slist *recipients;
    enum outbox_outcome outcome;
    char error[PARCEL_ERROR_LEN_MAX];
};

struct delivery_channel {
    enum outbox_channel channel;
    bool (*configured)(const struct delivery_options *options);
    const char *(*complaint)(const struct delivery_options *options);              // NULL: the configuration can work
    status (*pack)(struct parcel *parcel, const struct delivery_options *options); // INVALID_TEXT: it can never be sent
    void (*judge)(struct parcel *parcel, CURLcode result, long response);          // sets outcome and error
};

extern const struct delivery_channel smtp_delivery, sms_delivery;

/* For the channels. */
bool delivery_is_set(const char *option);
must_use status delivery_sign_in(CURL *easy, const char *user, const struct secret *password);
void delivery_judge_transport(struct parcel *parcel, CURLcode result); // not now, and a word for it

#endif
