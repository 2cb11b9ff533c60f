#include "server/http_lane.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

struct lane {
    struct MHD_Daemon *daemon;
    int epoll_fd, wake_fd;
    pthread_t thread;
    bool started;
    _Atomic bool stop, woken;
    pthread_mutex_t lock;
    struct connection *added; // not yet given to the daemon, the last first
};

// What it is to see was written before, and is looked at after `woken` is taken back: so one wake-up is never lost.
static void wake(struct lane *lane)
{
    if (!atomic_exchange(&lane->woken, true)) {
        uint64_t one = 1;
        ssize_t written = write(lane->wake_fd, &one, sizeof one);
        assert(written == sizeof one);
    }
}

static void sleep_until_woken(struct lane *lane, int timeout_ms)
{
    struct pollfd polled[] = { { lane->epoll_fd, POLLIN, 0 }, { lane->wake_fd, POLLIN, 0 } };
    poll(polled, 2, timeout_ms);
    if (polled[1].revents != 0) {
        uint64_t count;
        ssize_t got = read(lane->wake_fd, &count, sizeof count);
        assert(got == sizeof count);
        atomic_store(&lane->woken, false);
    }
}

void lane_resume(struct lane *lane, struct MHD_Connection *mhd)
{
    MHD_resume_connection(mhd);
    wake(lane);
}

void lane_add(struct lane *lane, struct connection *connection)
{
    pthread_mutex_lock(&lane->lock);
    connection->added_before = lane->added;
    lane->added = connection;
    pthread_mutex_unlock(&lane->lock);
    wake(lane);
}

static void take_added(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    struct connection *connection = lane->added;
    lane->added = NULL;
    pthread_mutex_unlock(&lane->lock);
    while (connection != NULL) {
        struct connection *before = connection->added_before; // refused, its place may be given to another at once
        const struct sockaddr *address = (const struct sockaddr *)(const void *)&connection->address;
        if (MHD_add_connection(lane->daemon, connection->fd, address, connection->address_len) != MHD_YES) {
            LOG(LOG_WARN, "http.connection", "A connection was not taken, for want of memory.");
        }
        connection = before;
    }
}

static int wait_ms(struct MHD_Daemon *daemon)
{
    unsigned long long left_ms;
    if (MHD_get_timeout(daemon, &left_ms) != MHD_YES) {
        return -1;
    }
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static void *run(void *context)
{
    struct lane *lane = context;
    while (!lane->stop) {
        sleep_until_woken(lane, wait_ms(lane->daemon));
        take_added(lane);
        MHD_run(lane->daemon);
    }
    return NULL;
}

// The thread takes no signals: not the program's, and no SIGPIPE.
static bool start_thread(struct lane *lane, int number)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    lane->started = pthread_create(&lane->thread, NULL, run, lane) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (lane->started) {
        char name[16];
        snprintf(name, sizeof name, "http-%d", number);
        pthread_setname_np(lane->thread, name);
    }
    return lane->started;
}

status lane_start(struct lane **out, struct MHD_Daemon *daemon, int number)
{
    struct lane *lane = calloc(1, sizeof *lane);
    if (lane == NULL) {
        MHD_stop_daemon(daemon);
        return OUT_OF_MEMORY;
    }
    lane->daemon = daemon;
    pthread_mutex_init(&lane->lock, NULL);
    lane->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    lane->epoll_fd = info != NULL ? info->epoll_fd : -1;
    if (lane->wake_fd < 0 || lane->epoll_fd < 0 || !start_thread(lane, number)) {
        lane_stop(lane);
        return SYSTEM_FAULT;
    }
    *out = lane;
    return OK;
}

void lane_stop(struct lane *lane)
{
    if (lane == NULL) {
        return;
    }
    if (lane->started) {
        lane->stop = true;
        wake(lane);
        pthread_join(lane->thread, NULL);
    }
    take_added(lane);
    MHD_stop_daemon(lane->daemon);
    if (lane->wake_fd >= 0) {
        close(lane->wake_fd);
    }
    pthread_mutex_destroy(&lane->lock);
    free(lane);
}
