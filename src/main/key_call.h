/*
 * What the commands about keys share: the way to the server or the installation, a key found by its name, and a request that
 * custodians at the terminal stand behind. What went wrong was said when a function does not return OK.
 */
#ifndef MAIN_KEY_CALL_H
#define MAIN_KEY_CALL_H

#include <yyjson.h>

#include "base/buffer.h"
#include "crypto/kcv.h"
#include "main/command.h"
#include "main/local_call.h"

enum { KEY_ID_TEXT_LEN = 32 };

struct key_call {
    const struct config *config;
    struct local_door *door;
    struct arena *arena;
    struct buffer body;   // of the request: passwords and components, so it is wiped at once
    yyjson_doc *document; // of the last reply
    yyjson_val *reply;    // its root
};

/* A command: opens the way, acts, closes it; the exit code. */
int key_call_run(const struct config *config, const struct arguments *arguments,
                 status (*act)(struct key_call *call, const struct arguments *arguments));

/* The reply is there until the next call. */
must_use status key_call_get(struct key_call *call, const char *path);

/* Begins a body; then come its members and the custodians, and key_call_post ends it. */
void key_call_begin(struct key_call *call);
void key_call_text(struct key_call *call, const char *name, text value); // absent: nothing
void key_call_integer(struct key_call *call, const char *name, int64_t value);
void key_call_true(struct key_call *call, const char *name);

/* Asks as many custodians as the operation demands here. With `parts` > 0 there are so many, and each brings a component of
   `len` bytes. */
struct custody_demand {
    const char *operation_id; // of api/keys.h
    int parts;
    size_t len;
    enum kcv_method method;
};
must_use status key_call_ask(struct key_call *call, const struct custody_demand *demand);
must_use status key_call_post(struct key_call *call, const char *path);

/* A key as it was found. */
struct found_key {
    char id[KEY_ID_TEXT_LEN];
    int64_t version;
};

/* `name` may be followed by ':' and a version. Else it is the version in state `state` that is newest, or, when none is or state
   is NULL, the newest of all. */
must_use status key_call_find(struct key_call *call, struct found_key *out, const char *name, const char *state);
must_use status key_call_find_version(struct key_call *call, struct found_key *out, const char *name,
                                      const char *version); // NULL: the newest

/* For people: "zmk, version 1: K1 key block protection, AES; check value 08CA1C0B7E". */
void key_print_line(FILE *out, yyjson_val *key);
const char *key_string(yyjson_val *object, const char *name); // "": it is null
/* "1,234,567", in a buffer of at least DIGITS_GROUPED_LEN. */
enum { DIGITS_GROUPED_LEN = 32 };
const char *digits_grouped(char out[DIGITS_GROUPED_LEN], int64_t number);

#endif
