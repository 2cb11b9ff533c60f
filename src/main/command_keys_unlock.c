#include <yyjson.h>

#include "base/buffer.h"
#include "base/json_text.h"
#include "keys/component.h"
#include "keys/master_key.h"
#include "main/command.h"
#include "main/custodian_dialog.h"
#include "main/local_call.h"
#include "main/unlock_door.h"

/* One custodian's part in unlocking a server that waits for its master key (main/unlock_door.h). */

enum { ARENA_LEN_MAX = 1024 * 1024, BODY_LEN_MAX = 4096 };

struct figures {
    int parts, missing; // -1: what answered is no server that waits
};

static struct figures read_figures(text reply)
{
    yyjson_doc *document = yyjson_read(reply.at, reply.len, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *parts = yyjson_obj_get(root, "parts"), *missing = yyjson_obj_get(root, "missing");
    struct figures figures = { -1, -1 };
    if (yyjson_is_int(parts) && yyjson_is_int(missing)) {
        figures = (struct figures){ yyjson_get_int(parts), yyjson_get_int(missing) };
    }
    yyjson_doc_free(document);
    return figures;
}

// Before anybody types anything: is there a server that waits?
static status look(struct figures *out, const struct config *config, struct arena *arena)
{
    int http_status = 0;
    text reply;
    status called = local_socket_call(config, "GET", UNLOCK_PATH, TEXT_ABSENT, arena, &http_status, &reply);
    if (called == NOT_FOUND) {
        terminal_say(
            "cardwright: no server runs on %s; start it first (`cardwright serve`, or `systemctl start --no-block "
            "cardwright`), then run this again\n",
            config->data);
        return called;
    }
    if (called != OK) {
        terminal_say("cardwright: the server's local socket does not answer\n");
        return called;
    }
    *out = read_figures(reply);
    if (http_status != 200 || out->missing < 0) {
        terminal_say("cardwright: the server on %s does not wait for components: it has its master key\n",
                     config->data);
        return NOT_FOUND;
    }
    return OK;
}

static status post(struct figures *out, const struct config *config, struct arena *arena, text body)
{
    int http_status = 0;
    text reply;
    status called = local_socket_call(config, "POST", UNLOCK_PATH, body, arena, &http_status, &reply);
    if (called != OK) {
        terminal_say("cardwright: the server's local socket does not answer\n");
        return called;
    }
    if (http_status != 200) {
        local_explain(reply, http_status, stderr);
        return FORBIDDEN;
    }
    *out = read_figures(reply);
    return OK;
}

static status send_entry(struct figures *out, const struct config *config, struct arena *arena,
                         const struct custodian_answer *answer, const struct secret *typed)
{
    struct buffer body;
    buffer_init(&body, BODY_LEN_MAX);
    buffer_append_text(&body, TEXT("{\"name\":"));
    json_write_text(&body, text_of(answer->name));
    buffer_append_text(&body, TEXT(",\"password\":"));
    json_write_text(&body, secret_text(&answer->password));
    buffer_append_text(&body, TEXT(",\"component\":"));
    json_write_text(&body, secret_text(typed));
    buffer_append_text(&body, TEXT("}"));
    status result = body.failed ? TOO_LONG : post(out, config, arena, buffer_text(&body));
    buffer_release(&body);
    return result;
}

static status enter(struct figures *figures, const struct config *config, struct arena *arena)
{
    struct custodian_answer answer;
    struct secret typed = { 0 };
    status result = ask_custodian(&answer, figures->parts - figures->missing + 1, figures->parts);
    if (result == OK) {
        result = ask_component(&typed, COMPONENT_QUESTION, MASTER_KEY_LEN, KCV_AES_CMAC);
    }
    if (result == OK) {
        result = send_entry(figures, config, arena, &answer, &typed);
    } else {
        terminal_say("cardwright: nothing was entered\n");
    }
    secret_release(&typed);
    custodian_answer_release(&answer);
    return result;
}

int command_keys_unlock(const struct config *config, const struct arguments *arguments)
{
    (void)arguments;
    struct figures figures = { -1, -1 };
    struct arena *arena = arena_new(ARENA_LEN_MAX);
    if (arena == NULL || look(&figures, config, arena) != OK || enter(&figures, config, arena) != OK) {
        arena_free(arena);
        return EXIT_REFUSED;
    }
    arena_free(arena);
    if (figures.missing == 0) {
        terminal_say("The master key is complete; the server starts.\n");
    } else {
        terminal_say("Taken. Components that are missing: %d, each from another key custodian.\n", figures.missing);
    }
    return EXIT_DONE;
}
