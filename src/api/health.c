#include "api/health.h"

#include <inttypes.h>

#include "api/server.h"

enum { METRICS_LEN_MAX = 256 * 1024 };

static const char ALIVE[] = "SELECT 1";

static status live(struct call *call)
{
    call->reply_text = TEXT("{\"status\":\"live\"}");
    call->reply_status = 200;
    return OK;
}

static status ask_database(struct server *server)
{
    struct database *database;
    struct rows rows = { 0 };
    TRY(reader_pool_take(server->readers, &database));
    status result = database_query(database, &rows, ALIVE, NO_ARGS);
    bool answered = result == OK && rows_next(&rows);
    status closed = rows_close(&rows);
    result = result != OK ? result : closed;
    reader_pool_give(server->readers, database, result);
    return result != OK ? result : answered ? OK : STORAGE_FAULT;
}

static status ready(struct call *call)
{
    if (call->server->stopping) {
        return SHUTTING_DOWN;
    }
    TRY(ask_database(call->server));
    call->reply_text = TEXT("{\"status\":\"ready\"}");
    call->reply_status = 200;
    return OK;
}

static void print_executor(struct executor *executor, struct buffer *out)
{
    struct executor_figures figures;
    executor_figures(executor, &figures);
    const struct {
        const char *name, *type, *help;
        int64_t value;
    } lines[] = {
        { "cardwright_commits_total", "counter", "Transactions committed by the writers.", figures.commits },
        { "cardwright_writes_total", "counter", "Writes answered, refused ones too.", figures.writes },
        { "cardwright_write_retries_total", "counter", "Transactions run again after a conflict.", figures.retries },
        { "cardwright_write_faults_total", "counter", "Transactions that failed while the database did not answer.",
          figures.faults },
        { "cardwright_writes_waiting", "gauge", "Writes that wait for a writer now.", figures.waiting },
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", lines[i].name, lines[i].help, lines[i].name,
                     lines[i].type, lines[i].name, lines[i].value);
    }
}

static status metrics(struct call *call)
{
    struct server *server = call->server;
    if (!call->exchange->loopback) {
        return FORBIDDEN;
    }
    struct buffer out;
    buffer_init(&out, METRICS_LEN_MAX);
    print_executor(server->executor, &out);
    if (server->print_metrics != NULL) {
        server->print_metrics(&out);
    }
    call->reply_text = arena_copy(call->exchange->arena, buffer_text(&out));
    bool failed = out.failed || !text_present(call->reply_text);
    buffer_release(&out);
    call->reply_status = 200;
    return failed ? OUT_OF_MEMORY : OK;
}

static const struct operation rows[] = {
    { "GET", "/health/live", READ, MAY_REACH, live, .clear_ok = true, .no_database = true,
      .media_type = "application/json", .id = "health_live", .tag = "Health",
      .help = "Answers while the process can; asks nothing of the database." },
    { "GET", "/health/ready", READ, MAY_REACH, ready, .clear_ok = true, .no_database = true,
      .media_type = "application/json", .outcomes = { STORAGE_FAULT, SHUTTING_DOWN, OVERLOADED }, .id = "health_ready",
      .tag = "Health", .help = "Answers while the database can be read and the server is not stopping." },
    { "GET", "/metrics", READ, MAY_REACH, metrics, .clear_ok = true, .no_database = true,
      .media_type = "text/plain; version=0.0.4; charset=utf-8", .outcomes = { FORBIDDEN }, .id = "metrics",
      .tag = "Health",
      .help = "What the server counts, for Prometheus; answered to callers of the same machine only." },
};

const struct operation_table health_operations = OPERATION_TABLE(rows);
