#include "main/unlock_door.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "api/problem.h"
#include "api/shape.h"
#include "base/log.h"
#include "server/http.h"

enum { BODY_LEN_MAX = 4096, NOTIFY_MS = 20000, PATIENCE_SECONDS = 60 };

struct door {
    struct unlocking *unlocking;
    const char *data;
    int wake_fd;   // written when there is nothing to wait for any more
    int signal_fd; // SIGTERM, SIGINT, SIGHUP
};

struct entry {
    text name, password, component;
};

static const struct field entry_fields[] = {
    { "name", FIELD_TEXT, offsetof(struct entry, name), FIELD_INPUT | FIELD_REQUIRED, .min = 1, .max = EMAIL_LEN_MAX },
    { "password", FIELD_TEXT, offsetof(struct entry, password), FIELD_INPUT | FIELD_REQUIRED, .max = PASSWORD_LEN_MAX },
    { "component", FIELD_TEXT, offsetof(struct entry, component), FIELD_INPUT | FIELD_REQUIRED,
      .max = COMPONENT_TEXT_LEN_MAX },
};

static const struct shape entry_shape = SHAPE("Entry", struct entry, entry_fields);

static bool is_over(const struct unlocking *unlocking)
{
    return unlocking_missing(unlocking) == 0 || unlocking_given_up(unlocking);
}

static status take_entry(struct door *door, struct exchange *exchange, struct faults *faults)
{
    struct entry entry;
    uint64_t present;
    if (is_over(door->unlocking)) {
        return KEYS_LOCKED; // the door closes at this moment
    }
    status decoded = shape_decode(&entry_shape, &entry, &present, exchange->body, false, exchange->arena, faults);
    if (decoded != OK) {
        return decoded;
    }
    return unlocking_enter(door->unlocking, entry.name, entry.password, entry.component);
}

static status answer(struct door *door, struct exchange *exchange, struct faults *faults)
{
    if (!text_equal(exchange->path, TEXT(UNLOCK_PATH))) {
        return KEYS_LOCKED;
    }
    if (text_equal(exchange->method, TEXT("POST"))) {
        TRY(take_entry(door, exchange, faults));
    } else if (!text_equal(exchange->method, TEXT("GET"))) {
        return METHOD_NOT_ALLOWED;
    }
    buffer_print(&exchange->reply_body, "{\"parts\":%d,\"missing\":%d}", door->unlocking->place.part_count,
                 unlocking_missing(door->unlocking));
    exchange->status = 200;
    exchange->reply_content_type = "application/json";
    return OK;
}

// One at a time: the listener has one thread.
static void handle(void *context, struct exchange *exchange)
{
    struct door *door = context;
    struct faults faults;
    faults_init(&faults, exchange->arena);
    status result = answer(door, exchange, &faults);
    if (result != OK) {
        problem_reply(exchange, result, &faults);
    }
    bool over = is_over(door->unlocking);
    exchange->finish(exchange);
    if (over) {
        eventfd_write(door->wake_fd, 1);
    }
}

static size_t body_len_max(void *context, text method, text path)
{
    (void)context, (void)method, (void)path;
    return BODY_LEN_MAX;
}

static void announce(const struct door *door)
{
    int parts = door->unlocking->place.part_count;
    LOG(LOG_WARN, "keys.waiting",
        "The master key comes in components; nothing is answered before all are entered with `cardwright keys unlock`.",
        LOG_I("components", parts), LOG_S("data", door->data));
    sd_notifyf(0, "STATUS=Waiting for the %d components of the master key: cardwright keys unlock --data %s", parts,
               door->data);
}

// A service manager would take the waiting for a start that hangs.
static void ask_for_patience(void)
{
    sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%d", PATIENCE_SECONDS * 1000000);
}

static bool asked_to_stop(int signal_fd)
{
    struct signalfd_siginfo received;
    return read(signal_fd, &received, sizeof received) == (ssize_t)sizeof received && received.ssi_signo != SIGHUP;
}

static status wait_until_over(const struct door *door)
{
    struct pollfd waited[] = { { door->wake_fd, POLLIN, 0 }, { door->signal_fd, POLLIN, 0 } };
    for (;;) {
        ask_for_patience();
        int ready = poll(waited, sizeof waited / sizeof waited[0], NOTIFY_MS);
        if (ready < 0 && errno != EINTR) {
            return SYSTEM_FAULT;
        }
        if (ready > 0 && waited[0].revents != 0) {
            return OK;
        }
        if (ready > 0 && waited[1].revents != 0 && asked_to_stop(door->signal_fd)) {
            LOG(LOG_INFO, "server.stopping", "Stopping; the master key was not complete.");
            return SHUTTING_DOWN;
        }
    }
}

static status listen_and_wait(struct door *door, const char *socket_path)
{
    const struct http_options options = {
        .unix_path = socket_path,
        .thread_count = 1,
        .runtime = &runtime_real,
        .handle = handle,
        .body_len_max = body_len_max,
        .context = door,
    };
    struct http *http;
    TRY(http_start(&http, &options));
    announce(door);
    status result = wait_until_over(door);
    http_stop(http); // the last answer is sent
    unlink(socket_path);
    TRY(result);
    if (unlocking_missing(door->unlocking) == 0) {
        sd_notify(0, "STATUS=");
        return OK;
    }
    LOG(LOG_ERROR, "keys.given_up", "Too many entries for the master key were refused.",
        LOG_I("refused", door->unlocking->refused));
    return KEYS_LOCKED;
}

status unlock_door_wait(struct unlocking *unlocking, const char *socket_path, const char *data)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    struct door door = { .unlocking = unlocking, .data = data };
    unlocking->logs = true;
    door.wake_fd = eventfd(0, EFD_CLOEXEC);
    door.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    status result = door.wake_fd >= 0 && door.signal_fd >= 0 ? listen_and_wait(&door, socket_path) : SYSTEM_FAULT;
    if (door.wake_fd >= 0) {
        close(door.wake_fd);
    }
    if (door.signal_fd >= 0) {
        close(door.signal_fd);
    }
    return result;
}
