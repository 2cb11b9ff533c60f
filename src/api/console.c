#include "api/console.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"

/* Stands in the page where the nonce goes. */
#define NONCE_MARK "@CSP_NONCE@"

enum { NONCE_LEN = 16 };

// Styles that the page makes at run time carry the nonce; scripts come only as files of this program.
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const struct console_file *find(text path)
{
    for (int i = 0; i < console_file_count; i++) {
        if (text_equal(text_of(console_files[i].path), path)) {
            return &console_files[i];
        }
    }
    return NULL;
}

static bool contains(text t, const char *word)
{
    return text_present(t) && memmem(t.at, t.len, word, strlen(word)) != NULL;
}

// A place inside the console, as a browser asks for it: programs that mistype a path get a problem, not a page.
static bool is_page(const struct exchange *exchange)
{
    return text_equal(exchange->path, TEXT("/")) ||
           (!text_starts_with(exchange->path, TEXT("/v1/")) && !contains(exchange->path, ".") &&
            contains(exchange->accept, "text/html"));
}

static void append_with_nonce(struct buffer *out, text page, text nonce)
{
    const char *mark = memmem(page.at, page.len, NONCE_MARK, sizeof NONCE_MARK - 1);
    size_t before = mark != NULL ? (size_t)(mark - page.at) : page.len;
    buffer_append_text(out, text_slice(page, 0, before));
    if (mark != NULL) {
        buffer_append_text(out, nonce);
        buffer_append_text(out, text_slice(page, before + sizeof NONCE_MARK - 1, page.len));
    }
}

static void answer_page(struct exchange *exchange, const struct console_file *page, const struct runtime *runtime)
{
    uint8_t random[NONCE_LEN];
    char hex[2 * NONCE_LEN + 1] = { 0 };
    runtime_random(runtime, random, sizeof random);
    bytes_to_hex(hex, random, sizeof random);
    append_with_nonce(&exchange->reply_body, (text){ (const char *)page->at, page->len }, text_of(hex));
    exchange_header(exchange, "Content-Security-Policy", arena_print(exchange->arena, policy, hex));
}

static void answer_file(struct exchange *exchange, const struct console_file *file)
{
    buffer_append_text(&exchange->reply_body, (text){ (const char *)file->at, file->len });
    exchange_header(exchange, "Cache-Control",
                    file->named_by_content ? TEXT("public, max-age=31536000, immutable")
                                           : TEXT("public, max-age=3600"));
    if (file->compressed) {
        exchange_header(exchange, "Content-Encoding", TEXT("gzip"));
    }
}

bool console_answer(struct exchange *exchange, const struct runtime *runtime)
{
    if (!text_equal(exchange->method, TEXT("GET")) && !text_equal(exchange->method, TEXT("HEAD"))) {
        return false;
    }
    bool page = is_page(exchange);
    const struct console_file *file = find(page ? TEXT("/") : exchange->path);
    if (file == NULL) {
        return false;
    }
    buffer_init(&exchange->reply_body, REPLY_BODY_LEN_MAX);
    exchange->status = 200;
    exchange->reply_content_type = file->content_type;
    if (page) {
        answer_page(exchange, file, runtime);
    } else {
        answer_file(exchange, file);
    }
    return true;
}
