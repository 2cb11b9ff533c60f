#include "main/local_call.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <yyjson.h>

#include "api/server.h"
#include "base/limits.h"
#include "domain/key.h"
#include "main/installation.h"

enum { SOCKET_PATH_LEN_MAX = CONFIG_TEXT_LEN_MAX + 32 };

struct local_door {
    bool remote;
    char socket_path[SOCKET_PATH_LEN_MAX];
    struct installation installation;
    struct server server;
};

static void socket_path_of(char out[SOCKET_PATH_LEN_MAX], const struct config *config)
{
    snprintf(out, SOCKET_PATH_LEN_MAX, "%s/cardwright.sock", config->data);
}

static bool server_listens(const char *socket_path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(socket_path) >= sizeof address.sun_path) {
        return false;
    }
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listens = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return listens;
}

status local_door_open(struct local_door **out, const struct config *config, FILE *errors)
{
    struct local_door *door = calloc(1, sizeof *door);
    if (door == NULL) {
        return OUT_OF_MEMORY;
    }
    door->installation.lock_fd = -1;
    socket_path_of(door->socket_path, config);
    door->remote = server_listens(door->socket_path);
    if (!door->remote) {
        status result = installation_open(&door->installation, config, INSTALLATION_SERVE, errors);
        if (result != OK) {
            free(door);
            return result;
        }
        door->server = (struct server){
            .runtime = &runtime_real,
            .executor = door->installation.executor,
            .readers = door->installation.readers,
            .keyring = door->installation.keyring,
            .ids = door->installation.ids,
            .dual_control = config->dual_control != 0,
        };
    }
    *out = door;
    return OK;
}

void local_door_close(struct local_door *door)
{
    if (door != NULL) {
        installation_close(&door->installation);
        free(door);
    }
}

bool local_door_to_server(const struct local_door *door)
{
    return door->remote;
}

status local_door_readable(struct local_door *door, struct installation **out, const struct config *config,
                           FILE *errors)
{
    *out = &door->installation;
    return door->installation.readers != NULL
               ? OK
               : installation_open(&door->installation, config, INSTALLATION_READ, errors);
}

/* In this process. */

struct waiting {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool done;
};

static void wake(struct exchange *exchange)
{
    struct waiting *waiting = exchange->listener;
    pthread_mutex_lock(&waiting->mutex);
    waiting->done = true;
    pthread_cond_signal(&waiting->finished);
    pthread_mutex_unlock(&waiting->mutex);
}

enum { QUERY_COUNT_MAX = 8 };

// "/path?a=b&c=d" of our own making: nothing in it is escaped.
static int split_query(text *path, struct pair pairs[QUERY_COUNT_MAX])
{
    int64_t mark = text_find(*path, '?');
    if (mark < 0) {
        return 0;
    }
    text rest = text_slice(*path, (size_t)mark + 1, path->len), part, name;
    *path = text_slice(*path, 0, (size_t)mark);
    int count = 0;
    while (count < QUERY_COUNT_MAX && text_split(&rest, '&', &part)) {
        text_split(&part, '=', &name);
        pairs[count++] = (struct pair){ name, part };
    }
    return count;
}

// Somebody may have typed for minutes since the keys were read, and another process may have changed them.
static void look_at_keys(struct installation *installation)
{
    struct database *database;
    status result = reader_pool_take(installation->readers, &database);
    if (result == OK) {
        result = key_refresh(database, installation->keyring);
        reader_pool_give(installation->readers, database, result);
    }
}

static status call_here(struct local_door *door, const char *method, const char *path, text body, struct arena *arena,
                        int *http_status, text *reply)
{
    struct waiting waiting = { .done = false };
    pthread_mutex_init(&waiting.mutex, NULL);
    pthread_cond_init(&waiting.finished, NULL);
    struct pair query[QUERY_COUNT_MAX];
    text bare_path = text_of(path);
    int query_count = split_query(&bare_path, query);
    struct exchange exchange = {
        .method = text_of(method),
        .path = bare_path,
        .query = query,
        .query_count = query_count,
        .body = body,
        .content_type = TEXT("application/json"),
        .peer = TEXT("local"),
        .loopback = true,
        .local_socket = true,
        .request_id = "req_command_line",
        .arena = arena,
        .finish = wake,
        .listener = &waiting,
    };
    look_at_keys(&door->installation);
    api_handle(&door->server, &exchange);
    pthread_mutex_lock(&waiting.mutex);
    while (!waiting.done) {
        pthread_cond_wait(&waiting.finished, &waiting.mutex);
    }
    pthread_mutex_unlock(&waiting.mutex);
    pthread_cond_destroy(&waiting.finished);
    pthread_mutex_destroy(&waiting.mutex);
    *http_status = exchange.status;
    *reply = arena_copy(arena, buffer_text(&exchange.reply_body));
    if (exchange.stream != NULL) {
        exchange.stream->release(exchange.stream->context);
    }
    buffer_release(&exchange.reply_body);
    return text_present(*reply) ? OK : OUT_OF_MEMORY;
}

/* Through the socket. */

static size_t take_part(char *bytes, size_t size, size_t count, void *context)
{
    buffer_append(context, bytes, size * count);
    return size * count;
}

static status call_server(const char *socket_path, const char *method, const char *path, text body, struct arena *arena,
                          int *http_status, text *reply)
{
    char url[REQUEST_PATH_LEN_MAX];
    snprintf(url, sizeof url, "http://localhost%s", path);
    struct buffer received;
    buffer_init(&received, REQUEST_BODY_LEN_MAX);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    status result = curl != NULL && headers != NULL ? OK : OUT_OF_MEMORY;
    if (result == OK) {
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        if (body.len > 0) {
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.at);
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
        }
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_part);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
        result = curl_easy_perform(curl) == CURLE_OK ? OK : SYSTEM_FAULT;
    }
    if (result == OK) {
        long code = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
        *http_status = (int)code;
        *reply = arena_copy(arena, buffer_text(&received));
        result = text_present(*reply) && !received.failed ? OK : OUT_OF_MEMORY;
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    buffer_release(&received);
    return result;
}

status local_socket_call(const struct config *config, const char *method, const char *path, text body,
                         struct arena *arena, int *http_status, text *reply)
{
    char socket_path[SOCKET_PATH_LEN_MAX];
    socket_path_of(socket_path, config);
    return server_listens(socket_path) ? call_server(socket_path, method, path, body, arena, http_status, reply)
                                       : NOT_FOUND;
}

void local_explain(text reply, int http_status, FILE *errors)
{
    yyjson_doc *document = yyjson_read(reply.at, reply.len, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    const char *detail = yyjson_get_str(yyjson_obj_get(root, "detail"));
    fprintf(errors, "cardwright: %s\n", detail != NULL ? detail : "the server refused");
    yyjson_val *list = yyjson_obj_get(root, "errors"), *entry;
    size_t index, max;
    yyjson_arr_foreach(list, index, max, entry)
    {
        const char *field = yyjson_get_str(yyjson_obj_get(entry, "field"));
        const char *message = yyjson_get_str(yyjson_obj_get(entry, "message"));
        bool said = detail != NULL && message != NULL && strcmp(detail, message) == 0;
        bool named = field != NULL && field[0] != '\0';
        if (named || !said) {
            fprintf(errors, "  %s%s%s\n", named ? field : "", named && !said ? ": " : "",
                    said || message == NULL ? "" : message);
        }
    }
    if (document == NULL) {
        fprintf(errors, "  HTTP status %d\n", http_status);
    }
    yyjson_doc_free(document);
}

status local_call(struct local_door *door, const char *method, const char *path, text body, struct arena *arena,
                  text *reply, FILE *errors)
{
    int http_status = 0;
    status called = door->remote ? call_server(door->socket_path, method, path, body, arena, &http_status, reply)
                                 : call_here(door, method, path, body, arena, &http_status, reply);
    if (called != OK) {
        fprintf(errors, "cardwright: %s\n",
                called == SYSTEM_FAULT ? "the server's local socket does not answer" : status_title(called));
        return called;
    }
    if (http_status >= 200 && http_status < 300) {
        return OK;
    }
    local_explain(*reply, http_status, errors);
    return INVALID_INPUT;
}
