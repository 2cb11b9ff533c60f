#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "api/openapi.h"
#include "base/limits.h"
#include "main/command.h"
#include "main/installation.h"
#include "main/local_call.h"

/* The commands that are one step each. */

int command_version(const struct config *config, const struct arguments *arguments)
{
    (void)config;
    (void)arguments;
    printf("cardwright %s\n", CARDWRIGHT_VERSION);
    return EXIT_DONE;
}

int command_openapi(const struct config *config, const struct arguments *arguments)
{
    (void)config;
    (void)arguments;
    struct buffer out;
    buffer_init(&out, OPENAPI_LEN_MAX);
    openapi_print(&out);
    bool printed = !out.failed && fwrite(out.at, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    buffer_release(&out);
    return printed ? EXIT_DONE : EXIT_REFUSED;
}

int command_migrate(const struct config *config, const struct arguments *arguments)
{
    (void)arguments;
    struct installation installation;
    // Opening migrates: there is no way to run on an older schema.
    if (installation_open(&installation, config, INSTALLATION_SERVE, stderr) != OK) {
        return EXIT_REFUSED;
    }
    installation_close(&installation);
    printf("the database has this version's schema\n");
    return EXIT_DONE;
}

static int print_key(text reply)
{
    yyjson_doc *document = yyjson_read(reply.at, reply.len, 0);
    const char *key = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(document), "key"));
    bool printed = key != NULL && printf("%s\n", key) > 0 && fflush(stdout) == 0;
    yyjson_doc_free(document);
    return printed ? EXIT_DONE : EXIT_REFUSED;
}

int command_api_key_create(const struct config *config, const struct arguments *arguments)
{
    if (arguments->name == NULL || arguments->role == NULL) {
        fprintf(stderr, "usage: cardwright api-key create --data DIR --name N --role R\n");
        return EXIT_USAGE;
    }
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    struct local_door *door = NULL;
    struct buffer body;
    text reply;
    int exit_code = EXIT_REFUSED;
    buffer_init(&body, REQUEST_BODY_LEN_MAX);
    buffer_append_text(&body, TEXT("{\"name\":"));
    json_write_text(&body, text_of(arguments->name));
    buffer_append_text(&body, TEXT(",\"role\":"));
    json_write_text(&body, text_of(arguments->role));
    buffer_append_text(&body, TEXT("}"));
    if (arena != NULL && !body.failed && local_door_open(&door, config, stderr) == OK &&
        local_call(door, "POST", "/v1/api-keys", buffer_text(&body), arena, &reply, stderr) == OK) {
        exit_code = print_key(reply);
    }
    local_door_close(door);
    buffer_release(&body);
    arena_free(arena);
    return exit_code;
}
