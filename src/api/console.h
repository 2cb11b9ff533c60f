/*
 * The web console: files that the build made from console/ and put into the program (console/meson.build). Everything
 * that no operation answers and that a browser asks for is answered from here; the page's own router knows the rest.
 *
 * Nothing here reads the disk or the database. The page may load only what this program serves: see the policy in
 * console.c.
 */
#ifndef API_CONSOLE_H
#define API_CONSOLE_H

#include <stddef.h>

#include "api/exchange.h"
#include "base/runtime.h"

struct console_file {
    const char *path;         // "/assets/index-4f1c.js"; the page itself is "/"
    const char *content_type; // with its charset
    bool compressed;          // `at` holds gzip, which every browser takes
    bool named_by_content;    // another content has another name: kept by the browser for ever
    const unsigned char *at;
    size_t len;
};

/* Made by the build; count 0 when it was built without the console. */
extern const struct console_file console_files[];
extern const int console_file_count;

/* False when this is nothing of the console; else the reply is made, and the caller finishes the exchange. */
bool console_answer(struct exchange *exchange, const struct runtime *runtime);

#endif
