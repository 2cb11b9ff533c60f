#include "server/http_connections.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/log.h"

enum {
    OTHER_FILE_COUNT = 1024, // files and sockets the rest of the program may need
    BACKLOG_COUNT = 1024,
    TICK_MS = 250,
    ACCEPT_AT_ONCE_COUNT = 64,
    ADDRESS_BUCKET_COUNT = 4096,
    LANE_COUNT_MAX = 64,
    DRAIN_LEN = 64 * 1024,
};

struct lingering {
    int fd;
    int64_t until_us;
};

struct connections {
    struct connections_options options;
    int listen_fd, wake_fd;
    pthread_t thread;
    bool started;
    int open_max, table_count;

    pthread_mutex_t lock;
    pthread_cond_t quiesced;
    bool stop_accepting, stop, full;
    int open_count;
    int lane_counts[LANE_COUNT_MAX];
    struct connection *live;
    struct connection *buckets[ADDRESS_BUCKET_COUNT];
    int lingering_count;
    struct lingering lingering[CONNECTION_LINGER_COUNT_MAX];
    struct connection table[]; // by socket
};

static int64_t now_us(const struct connections *connections)
{
    return runtime_monotonic_us(connections->options.runtime);
}

/* addresses */

struct address {
    char printed[INET6_ADDRSTRLEN];
    bool loopback;
    uint64_t key; // IPv4 whole, IPv6 by its network (/64)
};

static struct address address_v4(const uint8_t bytes[4])
{
    struct address address = { .loopback = bytes[0] == 127 };
    address.key = UINT64_C(0xFFFFFFFF00000000) | bytes_get_be32(bytes); // a multicast network: nobody's /64
    inet_ntop(AF_INET, bytes, address.printed, sizeof address.printed);
    return address;
}

static struct address address_of(const struct sockaddr_storage *peer)
{
    if (peer->ss_family == AF_UNIX) {
        return (struct address){ .printed = "local", .loopback = true };
    }
    if (peer->ss_family == AF_INET) {
        return address_v4((const uint8_t *)&((const struct sockaddr_in *)(const void *)peer)->sin_addr);
    }
    const struct in6_addr *ip = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): accept4 wrote it, through a cast
    if (IN6_IS_ADDR_V4MAPPED(ip)) {
        return address_v4(ip->s6_addr + 12);
    }
    struct address address = { .loopback = IN6_IS_ADDR_LOOPBACK(ip), .key = bytes_get_be64(ip->s6_addr) };
    inet_ntop(AF_INET6, ip, address.printed, sizeof address.printed);
    return address;
}

static struct connection **bucket_of(struct connections *connections, uint64_t key)
{
    return &connections->buckets[(key * UINT64_C(0x9E3779B97F4A7C15)) >> 52];
}
_Static_assert(ADDRESS_BUCKET_COUNT == 1 << 12, "the hash gives 12 bits");

/* the table; under the lock */

static int count_same_address(struct connections *connections, uint64_t key)
{
    int count = 0;
    for (const struct connection *c = *bucket_of(connections, key); c != NULL; c = c->same_next) {
        count += c->address_key == key;
    }
    return count;
}

static void leave_table(struct connection *connection)
{
    struct connections *connections = connection->connections;
    if (connection->state == CONNECTION_LIVE) {
        if (connection->next != NULL) {
            connection->next->previous = connection->previous;
        }
        *(connection->previous != NULL ? &connection->previous->next : &connections->live) = connection->next;
    }
    if (connection->same_next != NULL) {
        connection->same_next->same_previous = connection->same_previous;
    }
    *(connection->same_previous != NULL ? &connection->same_previous->same_next
                                        : bucket_of(connections, connection->address_key)) = connection->same_next;
    connections->lane_counts[connection->lane]--;
    connections->open_count--;
    atomic_fetch_sub_explicit(&connections->options.metrics->connections_open, 1, memory_order_relaxed);
    connection->state = CONNECTION_FREE;
}

static int emptiest_lane(const struct connections *connections)
{
    int best = 0;
    for (int i = 1; i < connections->options.lane_count; i++) {
        if (connections->lane_counts[i] < connections->lane_counts[best]) {
            best = i;
        }
    }
    return best;
}

// False when a limit is reached.
static bool enter_table(struct connections *connections, int fd, const struct sockaddr_storage *peer, socklen_t len,
                        const struct address *address)
{
    if (fd >= connections->table_count) {
        return false;
    }
    struct connection *connection = &connections->table[fd];
    if (connection->state != CONNECTION_FREE) {
        // The number is given out again, so it was closed before it became a connection (no memory).
        assert(connection->state == CONNECTION_ACCEPTED);
        leave_table(connection);
    }
    int max = connections->options.per_address_count_max;
    if (max > 0 && !address->loopback && count_same_address(connections, address->key) >= max) {
        return false;
    }
    struct connection **bucket = bucket_of(connections, address->key);
    *connection = (struct connection){
        .loopback = address->loopback,
        .fd = fd,
        .lane = emptiest_lane(connections),
        .address_len = len,
        .connections = connections,
        .state = CONNECTION_ACCEPTED,
        .address_key = address->key,
        .same_next = *bucket,
        .deadline_us = now_us(connections) + REQUEST_HEADER_SECONDS * INT64_C(1000000),
    };
    memcpy(connection->peer, address->printed, sizeof connection->peer);
    memcpy(&connection->address, peer, len);
    if (*bucket != NULL) {
        (*bucket)->same_previous = connection;
    }
    *bucket = connection;
    connections->lane_counts[connection->lane]++;
    connections->open_count++;
    atomic_fetch_add_explicit(&connections->options.metrics->connections_open, 1, memory_order_relaxed);
    return true;
}

/* calls of the lanes */

struct connection *connection_started(struct connections *connections, int fd)
{
    struct connection *connection = &connections->table[fd];
    pthread_mutex_lock(&connections->lock);
    assert(connection->state == CONNECTION_ACCEPTED);
    connection->state = CONNECTION_LIVE;
    connection->next = connections->live;
    if (connections->live != NULL) {
        connections->live->previous = connection;
    }
    connections->live = connection;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

static void wake(struct connections *connections)
{
    uint64_t one = 1;
    ssize_t written = write(connections->wake_fd, &one, sizeof one);
    (void)written; // full means that it is awake
}

// A second descriptor keeps the socket from being reset while the client has not read the reply.
static bool start_to_linger(struct connections *connections, int fd)
{
    if (connections->lingering_count == CONNECTION_LINGER_COUNT_MAX) {
        return false;
    }
    int kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (kept < 0) {
        return false;
    }
    shutdown(kept, SHUT_WR);
    connections->lingering[connections->lingering_count++] =
        (struct lingering){ kept, now_us(connections) + CONNECTION_LINGER_SECONDS * INT64_C(1000000) };
    return true;
}

void connection_closed(struct connection *connection)
{
    struct connections *connections = connection->connections;
    pthread_mutex_lock(&connections->lock);
    bool news = connection->linger && !connections->stop && start_to_linger(connections, connection->fd);
    leave_table(connection);
    news = news || connections->full;
    pthread_mutex_unlock(&connections->lock);
    if (news) {
        wake(connections);
    }
}

bool connection_header_arrived(struct connection *connection)
{
    int64_t deadline_us = atomic_load(&connection->deadline_us);
    while (deadline_us > 0) {
        if (atomic_compare_exchange_weak(&connection->deadline_us, &deadline_us, 0)) {
            return true;
        }
    }
    return deadline_us == 0;
}

void connection_request_done(struct connection *connection)
{
    int64_t running = 0; // one that is over stays so
    int64_t deadline_us =
        now_us(connection->connections) + (CONNECTION_IDLE_SECONDS + REQUEST_HEADER_SECONDS) * INT64_C(1000000);
    atomic_compare_exchange_strong(&connection->deadline_us, &running, deadline_us);
}

/* the thread */

static void shut_slow_ones(struct connections *connections)
{
    int64_t now = now_us(connections);
    int shut = 0;
    pthread_mutex_lock(&connections->lock);
    for (struct connection *c = connections->live; c != NULL; c = c->next) {
        int64_t deadline_us = atomic_load(&c->deadline_us);
        if (deadline_us > 0 && now > deadline_us && atomic_compare_exchange_strong(&c->deadline_us, &deadline_us, -1)) {
            shutdown(c->fd, SHUT_RDWR);
            shut++;
        }
    }
    pthread_mutex_unlock(&connections->lock);
    atomic_fetch_add_explicit(&connections->options.metrics->connections_too_slow, (uint64_t)shut,
                              memory_order_relaxed);
}

static void accept_one(struct connections *connections, int fd, const struct sockaddr_storage *peer, socklen_t len)
{
    len = peer->ss_family == AF_UNIX ? sizeof peer->ss_family : len; // a name that the peer gave itself is left out
    assert(len <= sizeof connections->table[0].address);
    struct address address = address_of(peer);
    pthread_mutex_lock(&connections->lock);
    bool entered = enter_table(connections, fd, peer, len, &address);
    pthread_mutex_unlock(&connections->lock);
    struct http_metrics *metrics = connections->options.metrics;
    atomic_fetch_add_explicit(entered ? &metrics->connections : &metrics->connections_refused, 1, memory_order_relaxed);
    if (entered) {
        connections->options.take(connections->options.context, &connections->table[fd]);
    } else {
        close(fd);
    }
}

// False when the machine has no more to give and accepting should rest for a moment.
static bool accept_waiting(struct connections *connections)
{
    for (int i = 0; i < ACCEPT_AT_ONCE_COUNT; i++) {
        struct sockaddr_storage peer = { 0 };
        socklen_t len = sizeof peer;
        int fd = accept4(connections->listen_fd, (struct sockaddr *)(void *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
        }
        accept_one(connections, fd, &peer, len);
        pthread_mutex_lock(&connections->lock);
        bool full = connections->open_count >= connections->open_max;
        pthread_mutex_unlock(&connections->lock);
        if (full) {
            break;
        }
    }
    return true;
}

// Reads and forgets; false when the client is done or its time is over.
static bool drain(const struct lingering *lingering, int64_t now)
{
    char forgotten[DRAIN_LEN];
    ssize_t got = recv(lingering->fd, forgotten, sizeof forgotten, MSG_DONTWAIT);
    bool more = got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
    return more && now < lingering->until_us;
}

// A new one may have been added behind `polled` meanwhile.
static void drain_lingering(struct connections *connections)
{
    int64_t now = now_us(connections);
    pthread_mutex_lock(&connections->lock);
    for (int i = 0; i < connections->lingering_count;) {
        if (drain(&connections->lingering[i], now)) {
            i++;
        } else {
            close(connections->lingering[i].fd);
            connections->lingering[i] = connections->lingering[--connections->lingering_count];
        }
    }
    pthread_mutex_unlock(&connections->lock);
}

struct round {
    struct pollfd polled[2 + CONNECTION_LINGER_COUNT_MAX];
    nfds_t count;
    bool listening, stop;
};

static struct round prepare_round(struct connections *connections, bool resting)
{
    struct round round = { .count = 1, .polled[0] = { connections->wake_fd, POLLIN, 0 } };
    pthread_mutex_lock(&connections->lock);
    if (connections->stop_accepting && connections->listen_fd >= 0) {
        close(connections->listen_fd);
        connections->listen_fd = -1;
        pthread_cond_broadcast(&connections->quiesced);
    }
    connections->full = connections->open_count >= connections->open_max;
    round.stop = connections->stop;
    round.listening = connections->listen_fd >= 0 && !connections->full && !resting;
    if (round.listening) {
        round.polled[round.count++] = (struct pollfd){ connections->listen_fd, POLLIN, 0 };
    }
    for (int i = 0; i < connections->lingering_count; i++) {
        round.polled[round.count++] = (struct pollfd){ connections->lingering[i].fd, POLLIN, 0 };
    }
    pthread_mutex_unlock(&connections->lock);
    return round;
}

static void *watch(void *context)
{
    struct connections *connections = context;
    bool resting = false;
    int64_t next_look_us = 0;
    for (;;) {
        struct round round = prepare_round(connections, resting);
        if (round.stop) {
            return NULL;
        }
        resting = false;
        poll(round.polled, round.count, TICK_MS);
        if (round.polled[0].revents != 0) {
            uint64_t count;
            ssize_t got = read(connections->wake_fd, &count, sizeof count);
            (void)got;
        }
        if (round.listening && round.polled[1].revents != 0) {
            resting = !accept_waiting(connections);
        }
        drain_lingering(connections);
        int64_t now = runtime_monotonic_us(&runtime_real); // how often to look is no matter of the caller's clock
        if (now >= next_look_us) {
            shut_slow_ones(connections);
            next_look_us = now + TICK_MS * INT64_C(1000);
        }
    }
}

/* opening and closing */

// Makes room for as many sockets as the limits name, or as many as the system lets it have.
static int raise_file_limit(void)
{
    const rlim_t wanted = CONNECTION_COUNT_MAX + OTHER_FILE_COUNT;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return OTHER_FILE_COUNT;
    }
    if (limit.rlim_cur < wanted) {
        struct rlimit raised = { wanted, limit.rlim_max < wanted ? wanted : limit.rlim_max };
        struct rlimit allowed = { limit.rlim_max, limit.rlim_max };
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            return (int)wanted;
        }
        limit.rlim_cur = setrlimit(RLIMIT_NOFILE, &allowed) == 0 ? limit.rlim_max : limit.rlim_cur;
    }
    return limit.rlim_cur < wanted ? (int)limit.rlim_cur : (int)wanted;
}

static bool listen_on(int *out, const struct addrinfo *found)
{
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    int on = 1, off = 0;
    bool both = found->ai_family == AF_INET6; // "::" takes IPv4 as well
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (both && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG_COUNT) != 0) {
        int kept_errno = errno;
        close(fd);
        errno = kept_errno;
        return false;
    }
    *out = fd;
    return true;
}

// Only the owner of the data directory gets in: the socket is made under a mask, and a left-over one is replaced.
static status listen_locally(int *out, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path) {
        LOG(LOG_ERROR, "http.listen", "The path of the local socket is too long.", LOG_S("path", path));
        return SYSTEM_FAULT;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    unlink(path);
    mode_t mask = umask(0177);
    bool listening =
        fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, BACKLOG_COUNT) == 0;
    int kept_errno = errno;
    umask(mask);
    if (!listening) {
        if (fd >= 0) {
            close(fd);
        }
        LOG(LOG_ERROR, "http.listen", "The server cannot listen on its local socket.", LOG_S("path", path),
            LOG_S("reason", strerrordesc_np(kept_errno)));
        return SYSTEM_FAULT;
    }
    *out = fd;
    return OK;
}

static status start_listening(int *out, const struct connections_options *options)
{
    if (options->unix_path != NULL) {
        return listen_locally(out, options->unix_path);
    }
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned int)options->port);
    struct addrinfo wanted = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int error = getaddrinfo(options->address, port, &wanted, &found);
    if (error != 0) {
        LOG(LOG_ERROR, "http.address", "The address to listen on is not known.", LOG_S("address", options->address),
            LOG_S("reason", gai_strerror(error)));
        return SYSTEM_FAULT;
    }
    bool listening = listen_on(out, found);
    int kept_errno = errno;
    freeaddrinfo(found);
    if (!listening) {
        LOG(LOG_ERROR, "http.listen", "The server cannot listen on its address.", LOG_S("address", options->address),
            LOG_I("port", options->port), LOG_S("reason", strerrordesc_np(kept_errno)));
        return SYSTEM_FAULT;
    }
    return OK;
}

status connections_open(struct connections **out, const struct connections_options *options)
{
    assert(options->lane_count >= 1 && options->lane_count <= LANE_COUNT_MAX);
    int file_max = raise_file_limit();
    size_t table_count = (size_t)file_max;
    struct connections *connections = calloc(1, sizeof *connections + table_count * sizeof connections->table[0]);
    if (connections == NULL) {
        return OUT_OF_MEMORY;
    }
    connections->options = *options;
    connections->table_count = file_max;
    connections->open_max = file_max > 2 * OTHER_FILE_COUNT ? file_max - OTHER_FILE_COUNT : file_max / 2;
    if (connections->open_max < CONNECTION_COUNT_MAX) {
        LOG(LOG_WARN, "http.connections", "The limit of open files allows fewer connections than intended.",
            LOG_I("connections", connections->open_max), LOG_I("intended", CONNECTION_COUNT_MAX));
    }
    connections->listen_fd = -1;
    connections->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&connections->lock, NULL);
    pthread_cond_init(&connections->quiesced, NULL);
    status result = connections->wake_fd < 0 ? SYSTEM_FAULT : start_listening(&connections->listen_fd, options);
    if (result != OK) {
        connections_close(connections);
        return result;
    }
    *out = connections;
    return OK;
}

status connections_start(struct connections *connections)
{
    if (pthread_create(&connections->thread, NULL, watch, connections) != 0) {
        return SYSTEM_FAULT;
    }
    pthread_setname_np(connections->thread, "http-accept");
    connections->started = true;
    return OK;
}

uint16_t connections_port(const struct connections *connections)
{
    struct sockaddr_storage bound = { 0 };
    socklen_t len = sizeof bound;
    if (getsockname(connections->listen_fd, (struct sockaddr *)(void *)&bound, &len) != 0) {
        return 0;
    }
    if (bound.ss_family == AF_UNIX) {
        return 0;
    }
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): getsockname wrote it, through a cast
    return ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&bound)->sin_port
                                            : ((struct sockaddr_in6 *)(void *)&bound)->sin6_port);
}

void connections_quiesce(struct connections *connections)
{
    if (!connections->started) {
        return;
    }
    pthread_mutex_lock(&connections->lock);
    connections->stop_accepting = true;
    wake(connections);
    while (connections->listen_fd >= 0) {
        pthread_cond_wait(&connections->quiesced, &connections->lock);
    }
    pthread_mutex_unlock(&connections->lock);
}

void connections_close(struct connections *connections)
{
    if (connections == NULL) {
        return;
    }
    if (connections->started) {
        pthread_mutex_lock(&connections->lock);
        connections->stop = true;
        pthread_mutex_unlock(&connections->lock);
        wake(connections);
        pthread_join(connections->thread, NULL);
    }
    assert(connections->live == NULL);
    for (int i = 0; i < connections->lingering_count; i++) {
        close(connections->lingering[i].fd);
    }
    if (connections->listen_fd >= 0) {
        close(connections->listen_fd);
    }
    if (connections->wake_fd >= 0) {
        close(connections->wake_fd);
    }
    pthread_cond_destroy(&connections->quiesced);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}
