#include "server/delivery.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/delivery_channel.h"

enum { POLL_MS = 500, WAIT_MS = 200 };

static const struct delivery_channel *const channels[] = { &smtp_delivery, &sms_delivery };
enum { CHANNEL_COUNT = sizeof channels / sizeof channels[0] };

/* One channel's thread and what only it touches. */
struct sender {
    const struct delivery_channel *channel;
    struct delivery *delivery;
    pthread_t thread;
    bool started;
    CURLM *multi; // keeps connections from one batch to the next
    struct arena *arena;
    struct parcel parcels[OUTBOX_BATCH_COUNT];
    int count;
};

struct delivery {
    struct delivery_options options;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stopping;
    struct sender senders[CHANNEL_COUNT];
};

/* For the channels. */

bool delivery_is_set(const char *option)
{
    return option != NULL && option[0] != '\0';
}

status delivery_sign_in(CURL *easy, const char *user, const struct secret *password)
{
    char terminated[SECRET_LEN_MAX + 1];
    size_t len = password != NULL ? password->len : 0;
    if (len > 0) {
        memcpy(terminated, password->at, len);
    }
    terminated[len] = '\0';
    bool set = curl_easy_setopt(easy, CURLOPT_USERNAME, user) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PASSWORD, terminated) == CURLE_OK;
    secret_wipe(terminated, sizeof terminated);
    return set ? OK : OUT_OF_MEMORY;
}

static const struct {
    CURLcode code;
    const char *word;
} words[] = {
    { CURLE_COULDNT_RESOLVE_HOST, "resolve" }, { CURLE_COULDNT_CONNECT, "connect" },
    { CURLE_OPERATION_TIMEDOUT, "timeout" },   { CURLE_LOGIN_DENIED, "sign_in" },
    { CURLE_USE_SSL_FAILED, "tls" },           { CURLE_SSL_CONNECT_ERROR, "tls" },
    { CURLE_PEER_FAILED_VERIFICATION, "tls" }, { CURLE_SSL_CACERT_BADFILE, "tls" },
};

void delivery_judge_transport(struct parcel *parcel, CURLcode result)
{
    const char *word = "protocol";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        word = words[i].code == result ? words[i].word : word;
    }
    parcel->outcome = OUTBOX_NOT_NOW;
    snprintf(parcel->error, sizeof parcel->error, "%s", word);
}

/* The outbox's side: two writes a batch. */

struct lent {
    enum outbox_channel channel;
    struct message *messages;
    int count;
};

static status take_due(struct work *work, void *context)
{
    struct lent *lent = context;
    return outbox_due(work, &lent->messages, &lent->count, lent->channel);
}

static status settle_parcels(struct work *work, void *context)
{
    const struct sender *sender = context;
    for (int i = 0; i < sender->count; i++) {
        const struct parcel *parcel = &sender->parcels[i];
        TRY(outbox_settle(work, parcel->message->id, parcel->outcome, text_of(parcel->error)));
    }
    return OK;
}

static status run_write(struct sender *sender, status (*effect)(struct work *, void *), void *context)
{
    const struct write_rule rule = { .effect = effect };
    const struct actor actor = { .kind = ACTOR_SYSTEM, .name = TEXT("delivery"), .channel = CHANNEL_SCHEDULER };
    struct faults faults;
    struct write write = {
        .rule = &rule, .context = context, .actor = &actor, .arena = sender->arena, .faults = &faults
    };
    status result = executor_run(sender->delivery->options.executor, &write);
    if (result != OK && result != SHUTTING_DOWN) {
        LOG(LOG_WARN, "delivery.storage_fault", "The outbox could not be read or written.",
            LOG_S("channel", outbox_channel_names[sender->channel->channel]), LOG_S("code", status_code(result)));
    }
    return result;
}

/* The network's side. */

static size_t discard(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static bool set_common_options(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)DELIVERY_SECONDS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)DELIVERY_SECONDS / 2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard) == CURLE_OK;
}

static void drop(struct sender *sender, struct parcel *parcel)
{
    if (parcel->easy != NULL) {
        curl_multi_remove_handle(sender->multi, parcel->easy);
        curl_easy_cleanup(parcel->easy);
        parcel->easy = NULL;
    }
    curl_slist_free_all(parcel->recipients);
    parcel->recipients = NULL;
    buffer_release(&parcel->content);
}

static void hand_to_curl(struct sender *sender, struct parcel *parcel)
{
    parcel->outcome = OUTBOX_NOT_NOW; // until an answer says otherwise
    strcpy(parcel->error, "stopped");
    parcel->easy = curl_easy_init();
    status packed = parcel->easy != NULL && set_common_options(parcel->easy)
                        ? sender->channel->pack(parcel, &sender->delivery->options)
                        : OUT_OF_MEMORY;
    if (packed == OK) {
        curl_easy_setopt(parcel->easy, CURLOPT_PRIVATE, parcel);
        packed = curl_multi_add_handle(sender->multi, parcel->easy) == CURLM_OK ? OK : OUT_OF_MEMORY;
    }
    if (packed != OK) {
        parcel->outcome = packed == INVALID_TEXT ? OUTBOX_REFUSED : OUTBOX_NOT_NOW;
        snprintf(parcel->error, sizeof parcel->error, "%s", status_code(packed));
        drop(sender, parcel);
    }
}

static void take_answers(struct sender *sender)
{
    int left;
    for (CURLMsg *answer; (answer = curl_multi_info_read(sender->multi, &left)) != NULL;) {
        if (answer->msg == CURLMSG_DONE) {
            struct parcel *parcel;
            long response = 0;
            CURLcode result = answer->data.result;
            curl_easy_getinfo(answer->easy_handle, CURLINFO_PRIVATE, &parcel);
            curl_easy_getinfo(answer->easy_handle, CURLINFO_RESPONSE_CODE, &response);
            parcel->error[0] = '\0';
            sender->channel->judge(parcel, result, response);
            drop(sender, parcel);
        }
    }
}

static bool stopping(struct delivery *delivery)
{
    pthread_mutex_lock(&delivery->mutex);
    bool result = delivery->stopping;
    pthread_mutex_unlock(&delivery->mutex);
    return result;
}

static void send_parcels(struct sender *sender)
{
    const struct runtime *runtime = sender->delivery->options.runtime;
    int64_t stop_at_us = INT64_MAX;
    for (int i = 0; i < sender->count; i++) {
        hand_to_curl(sender, &sender->parcels[i]);
    }
    for (int running = 1; running > 0 && runtime_monotonic_us(runtime) < stop_at_us;) {
        if (curl_multi_perform(sender->multi, &running) != CURLM_OK) {
            break;
        }
        take_answers(sender);
        if (running > 0) {
            curl_multi_poll(sender->multi, NULL, 0, WAIT_MS, NULL);
        }
        if (stop_at_us == INT64_MAX && stopping(sender->delivery)) {
            stop_at_us = runtime_monotonic_us(runtime) + DELIVERY_STOP_MS * 1000LL;
        }
    }
    for (int i = 0; i < sender->count; i++) {
        drop(sender, &sender->parcels[i]);
    }
}

static void log_parcels(const struct sender *sender)
{
    static const char *const outcomes[] = { "handed_over", "not_now", "refused" };
    for (int i = 0; i < sender->count; i++) {
        const struct parcel *parcel = &sender->parcels[i];
        LOG(parcel->outcome == OUTBOX_HANDED_OVER ? LOG_INFO : LOG_WARN, "delivery.tried", "A message was tried.",
            LOG_I("message", parcel->message->id), LOG_S("channel", outbox_channel_names[sender->channel->channel]),
            LOG_S("outcome", outcomes[parcel->outcome]), LOG_S("error", parcel->error));
    }
}

// True when there may be more at once.
static bool deliver_batch(struct sender *sender)
{
    struct lent lent = { .channel = sender->channel->channel };
    arena_reset(sender->arena);
    if (run_write(sender, take_due, &lent) != OK || lent.count == 0) {
        return false;
    }
    sender->count = lent.count;
    for (int i = 0; i < lent.count; i++) {
        sender->parcels[i] = (struct parcel){ .message = &lent.messages[i] };
    }
    send_parcels(sender);
    log_parcels(sender);
    bool more = run_write(sender, settle_parcels, sender) == OK && sender->count == OUTBOX_BATCH_COUNT;
    arena_reset(sender->arena); // texts in clear do not stay
    return more;
}

static void pause_sender(struct delivery *delivery)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&delivery->mutex);
    if (!delivery->stopping) {
        pthread_cond_timedwait(&delivery->wake, &delivery->mutex, &until);
    }
    pthread_mutex_unlock(&delivery->mutex);
}

static void *sender_main(void *argument)
{
    struct sender *sender = argument;
    while (!stopping(sender->delivery)) {
        if (!deliver_batch(sender)) {
            pause_sender(sender->delivery);
        }
    }
    return NULL;
}

/* Start and stop. */

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static status start_sender(struct sender *sender)
{
    const char *complaint = sender->channel->complaint(&sender->delivery->options);
    if (complaint != NULL) {
        LOG(LOG_ERROR, "delivery.misconfigured", complaint);
        return INVALID_INPUT;
    }
    sender->arena = arena_new(REQUEST_ARENA_LEN_MAX);
    sender->multi = curl_multi_init();
    if (sender->arena == NULL || sender->multi == NULL ||
        curl_multi_setopt(sender->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)DELIVERY_CONNECTION_COUNT_MAX) !=
            CURLM_OK) {
        return OUT_OF_MEMORY;
    }
    sender->started = pthread_create(&sender->thread, NULL, sender_main, sender) == 0;
    return sender->started ? OK : SYSTEM_FAULT;
}

status delivery_start(struct delivery **out, const struct delivery_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery == NULL) {
        return OUT_OF_MEMORY;
    }
    delivery->options = *options;
    pthread_mutex_init(&delivery->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&delivery->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    status result = OK;
    for (int i = 0; i < CHANNEL_COUNT && result == OK; i++) {
        delivery->senders[i].channel = channels[i];
        delivery->senders[i].delivery = delivery;
        result = channels[i]->configured(options) ? start_sender(&delivery->senders[i]) : OK;
    }
    if (result != OK) {
        delivery_stop(delivery);
        return result;
    }
    *out = delivery;
    return OK;
}

void delivery_stop(struct delivery *delivery)
{
    if (delivery == NULL) {
        return;
    }
    pthread_mutex_lock(&delivery->mutex);
    delivery->stopping = true;
    pthread_cond_broadcast(&delivery->wake);
    pthread_mutex_unlock(&delivery->mutex);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        struct sender *sender = &delivery->senders[i];
        if (sender->started) {
            pthread_join(sender->thread, NULL);
        }
        if (sender->multi != NULL) {
            curl_multi_cleanup(sender->multi);
        }
        arena_free(sender->arena);
    }
    pthread_cond_destroy(&delivery->wake);
    pthread_mutex_destroy(&delivery->mutex);
    free(delivery);
}
