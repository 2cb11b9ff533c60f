#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "api/rate_limit.h"
#include "api/server.h"
#include "base/log.h"
#include "main/command.h"
#include "main/installation.h"
#include "main/secret_file.h"
#include "main/unlock_door.h"
#include "server/delivery.h"
#include "server/http.h"
#include "server/job_runner.h"
#include "server/scheduler.h"

struct serving {
    const struct config *config;
    struct installation installation;
    struct server server;
    struct http *http, *local_http; // for everyone, and for the command line
    struct scheduler *scheduler;
    struct delivery *delivery;
    struct job_runner *jobs;
    struct secret mail_password, sms_token;
    char address[CONFIG_TEXT_LEN_MAX], heads_path[CONFIG_TEXT_LEN_MAX + 32];
};

static struct http *metrics_source; // of the one server in this process

static void print_metrics(struct buffer *out)
{
    http_metrics_print(http_metrics(metrics_source), out);
}

static void handle(void *context, struct exchange *exchange)
{
    api_handle(context, exchange);
}

static size_t body_len_max(void *context, text method, text path)
{
    (void)context;
    return api_body_len_max(method, path);
}

// "127.0.0.1:8080" or "[::1]:8080"; the address stays in serving->address.
static status parse_listen(struct serving *serving, uint16_t *port)
{
    snprintf(serving->address, sizeof serving->address, "%s", serving->config->listen);
    char *colon = strrchr(serving->address, ':');
    uint64_t number;
    if (colon == NULL || !text_to_uint64(text_of(colon + 1), &number) || number > 65535) {
        fprintf(stderr, "cardwright: --listen takes ADDRESS:PORT, not \"%s\"\n", serving->config->listen);
        return INVALID_INPUT;
    }
    *colon = '\0';
    size_t len = strlen(serving->address);
    if (serving->address[0] == '[' && len > 1 && serving->address[len - 1] == ']') {
        serving->address[len - 1] = '\0';
        memmove(serving->address, serving->address + 1, len - 1);
    }
    *port = (uint16_t)number;
    return OK;
}

static status start_delivery(struct serving *serving)
{
    const struct config *config = serving->config;
    TRY(secret_file_read(&serving->mail_password, config->mail_password_file, stderr));
    TRY(secret_file_read(&serving->sms_token, config->sms_token_file, stderr));
    const struct delivery_options options = {
        .executor = serving->installation.executor,
        .runtime = &runtime_real,
        .smtp_url = config->smtp_url,
        .mail_from = config->mail_from,
        .mail_user = config->mail_user,
        .mail_password = &serving->mail_password,
        .ca_file = config->mail_ca_file,
        .require_tls = config->mail_require_tls != 0,
        .sms_url = config->sms_url,
        .sms_account = config->sms_account,
        .sms_token = &serving->sms_token,
        .sms_from = config->sms_from,
    };
    return delivery_start(&serving->delivery, &options);
}

static status start_background(struct serving *serving)
{
    const struct installation *installation = &serving->installation;
    snprintf(serving->heads_path, sizeof serving->heads_path, "%s/audit-heads", serving->config->data);
    const struct scheduler_options scheduler = {
        .executor = installation->executor,
        .readers = installation->readers,
        .database = { installation->database.engine, installation->database.location, .read_only = true },
        .keyring = installation->keyring,
        .runtime = &runtime_real,
        .heads_path = serving->heads_path,
    };
    const struct job_runner_options jobs = { .executor = installation->executor, .runtime = &runtime_real };
    TRY(scheduler_start(&serving->scheduler, &scheduler));
    TRY(job_runner_start(&serving->jobs, &jobs));
    return start_delivery(serving);
}

static status start_listeners(struct serving *serving)
{
    const struct config *config = serving->config;
    struct http_options options = {
        .address = serving->address,
        .certificate_path = config->certificate[0] != '\0' ? config->certificate : NULL,
        .private_key_path = config->private_key[0] != '\0' ? config->private_key : NULL,
        .behind_tls_proxy = config->behind_tls_proxy != 0,
        .runtime = &runtime_real,
        .handle = handle,
        .body_len_max = body_len_max,
        .context = &serving->server,
    };
    TRY(parse_listen(serving, &options.port));
    TRY(http_start(&serving->http, &options));
    metrics_source = serving->http;
    const struct http_options local = {
        .unix_path = serving->installation.socket_path,
        .thread_count = 1,
        .runtime = &runtime_real,
        .handle = handle,
        .body_len_max = body_len_max,
        .context = &serving->server,
    };
    return http_start(&serving->local_http, &local);
}

static status gather_at_door(void *context, struct unlocking *unlocking)
{
    const struct serving *serving = context;
    return unlock_door_wait(unlocking, serving->installation.socket_path, serving->config->data);
}

static status start(struct serving *serving)
{
    const struct config *config = serving->config;
    const struct gathering at_door = { gather_at_door, serving };
    TRY(operations_check());
    TRY(installation_open_gathering(&serving->installation, config, INSTALLATION_SERVE, &at_door, stderr));
    const struct rate_limits limits = { config->requests_per_second, config->sign_ins_per_minute };
    serving->server = (struct server){
        .runtime = &runtime_real,
        .executor = serving->installation.executor,
        .readers = serving->installation.readers,
        .keyring = serving->installation.keyring,
        .ids = serving->installation.ids,
        .limiter = rate_limiter_new(&limits, &runtime_real),
        .demo = config->demo != 0,
        .clear_text_ok = config->behind_tls_proxy != 0,
        .dual_control = config->dual_control != 0,
        .print_metrics = print_metrics,
    };
    if (serving->server.limiter == NULL) {
        return OUT_OF_MEMORY;
    }
    TRY(start_background(serving));
    return start_listeners(serving);
}

static void stop(struct serving *serving)
{
    serving->server.stopping = true;
    if (serving->http != NULL) {
        http_quiesce(serving->http);
    }
    http_stop(serving->http);
    http_stop(serving->local_http);
    delivery_stop(serving->delivery);
    job_runner_stop(serving->jobs);
    scheduler_stop(serving->scheduler);
    rate_limiter_free(serving->server.limiter);
    installation_close(&serving->installation);
    secret_release(&serving->mail_password);
    secret_release(&serving->sms_token);
}

static void announce(const struct serving *serving)
{
    const struct config *config = serving->config;
    bool tls = config->certificate[0] != '\0';
    if (serving->installation.place.seal == MASTER_KEY_BY_MODE) {
        LOG(LOG_WARN, "keys.sealed_by_mode",
            "The master key is protected by its file's permissions alone; use a passphrase or a systemd credential in production.");
    }
    if (config->demo != 0) {
        LOG(LOG_WARN, "server.demo", "Demo: messages to customers can be read at /demo/outbox on this machine.");
    }
    LOG(LOG_INFO, "server.started", "Cardwright answers.", LOG_S("listen", config->listen),
        LOG_S("tls", tls ? "yes" : "no"),
        LOG_S("database", serving->installation.database.engine == ENGINE_SQLITE ? "sqlite" : "postgres"),
        LOG_S("version", CARDWRIGHT_VERSION));
    sd_notify(0, "READY=1");
}

static void serve_until_stopped(struct serving *serving, const sigset_t *signals)
{
    for (;;) {
        int received = 0;
        sigwait(signals, &received);
        if (received != SIGHUP) {
            LOG(LOG_INFO, "server.stopping", "Stopping: running requests are finished first.",
                LOG_I("signal", received));
            sd_notify(0, "STOPPING=1");
            return;
        }
        if (serving->config->certificate[0] != '\0') {
            status reloaded = http_reload_certificate(serving->http);
            LOG(reloaded == OK ? LOG_INFO : LOG_ERROR, "server.certificate",
                reloaded == OK ? "The certificate was read again."
                               : "The certificate could not be read; the old one stays.");
        }
    }
}

static bool is_key_refused(status started)
{
    return started == KEYS_LOCKED || started == SIGN_IN_FAILED; // the entries of custodians, a token's PIN
}

// What counts tries (a token its PINs, the door its entries) must not be tried again and again by a service manager. A
// token that is away is another matter: it comes back.
static int exit_code(status started)
{
    if (started == OK || started == SHUTTING_DOWN) { // asked to stop while it waited
        return EXIT_DONE;
    }
    return is_key_refused(started) ? EXIT_KEY_REFUSED : EXIT_REFUSED;
}

int command_serve(const struct config *config, const struct arguments *arguments)
{
    (void)arguments;
    // Before any thread starts, so that the signals come to this one.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    static struct serving serving;
    serving.config = config;
    serving.installation.lock_fd = -1;
    status started = start(&serving);
    if (started == OK) {
        announce(&serving);
        serve_until_stopped(&serving, &signals);
    } else if (started != INVALID_INPUT && started != SHUTTING_DOWN && !is_key_refused(started)) {
        fprintf(stderr, "cardwright: not started: %s\n", status_title(started));
    }
    stop(&serving);
    if (started == OK) {
        LOG(LOG_INFO, "server.stopped", "Everything is saved.");
    }
    return exit_code(started);
}
