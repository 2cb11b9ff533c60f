#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "base/limits.h"
#include "base/secret.h"
#include "main/command.h"
#include "main/local_call.h"
#include "main/random_password.h"

/* What a person at the machine can do for somebody who cannot sign in any more, the only owner too. */

enum { ID_LEN_MAX = 40, PATH_LEN_MAX = 128 };

struct found {
    char id[ID_LEN_MAX];
    bool totp_enabled;
};

static const char *string_of(yyjson_val *object, const char *name)
{
    const char *string = yyjson_get_str(yyjson_obj_get(object, name));
    return string != NULL ? string : "";
}

// A page of users; *next gets the cursor of the next one, empty at the end.
static status read_page(struct local_door *door, struct arena *arena, struct found *found, char next[ID_LEN_MAX],
                        text name)
{
    char path[PATH_LEN_MAX];
    text reply;
    snprintf(path, sizeof path, "/v1/users?limit=200%s%s", next[0] != '\0' ? "&after=" : "", next);
    TRY(local_call(door, "GET", path, TEXT_ABSENT, arena, &reply, stderr));
    yyjson_doc *document = yyjson_read(reply.at, reply.len, 0);
    yyjson_val *root = yyjson_doc_get_root(document), *user;
    size_t i, count;
    yyjson_arr_foreach(yyjson_obj_get(root, "data"), i, count, user)
    {
        if (text_equal_ignoring_case(text_of(string_of(user, "name")), name)) {
            snprintf(found->id, sizeof found->id, "%s", string_of(user, "id"));
            found->totp_enabled = yyjson_get_bool(yyjson_obj_get(user, "totp_enabled"));
        }
    }
    snprintf(next, ID_LEN_MAX, "%s", string_of(root, "next"));
    yyjson_doc_free(document);
    return OK;
}

static status find(struct local_door *door, struct arena *arena, struct found *found, const char *name)
{
    char next[ID_LEN_MAX] = "";
    do {
        struct arena_mark mark = arena_mark(arena);
        TRY(read_page(door, arena, found, next, text_of(name)));
        arena_rewind(arena, mark);
    } while (found->id[0] == '\0' && next[0] != '\0');
    if (found->id[0] == '\0') {
        fprintf(stderr, "cardwright: there is no user of this name.\n");
        return USER_NOT_FOUND;
    }
    return OK;
}

static status reset(struct local_door *door, struct arena *arena, const struct found *found, const char *password)
{
    char path[PATH_LEN_MAX], body[PATH_LEN_MAX];
    text reply;
    snprintf(path, sizeof path, "/v1/users/%s", found->id);
    snprintf(body, sizeof body, "{\"password\":\"%s\"}", password);
    status result = local_call(door, "PATCH", path, text_of(body), arena, &reply, stderr);
    secret_wipe(body, sizeof body);
    TRY(result);
    if (!found->totp_enabled) {
        return OK;
    }
    snprintf(path, sizeof path, "/v1/users/%s/totp", found->id);
    return local_call(door, "DELETE", path, TEXT_ABSENT, arena, &reply, stderr);
}

int command_user_reset(const struct config *config, const struct arguments *arguments)
{
    if (arguments->word_count != 1) {
        fprintf(stderr, "usage: cardwright user reset NAME --data DIR\n");
        return EXIT_USAGE;
    }
    struct arena *arena = arena_new(REQUEST_ARENA_LEN_MAX);
    struct local_door *door = NULL;
    struct found found = { .id = "" };
    char password[RANDOM_PASSWORD_LEN + 1];
    random_password(password);
    bool done = arena != NULL && local_door_open(&door, config, stderr) == OK &&
                find(door, arena, &found, arguments->words[0]) == OK && reset(door, arena, &found, password) == OK;
    if (done) {
        printf("%s\n", password);
        fprintf(stderr, "This password works once, to choose another.%s\n",
                found.totp_enabled ? " The authenticator app was removed." : "");
    }
    secret_wipe(password, sizeof password);
    local_door_close(door);
    arena_free(arena);
    return done ? EXIT_DONE : EXIT_REFUSED;
}
