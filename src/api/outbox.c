#include "api/outbox.h"

#include "api/server.h"
#include "base/html_text.h"
#include "base/time_text.h"
#include "domain/outbox.h"

enum { SHOWN_COUNT = 50, PAGE_LEN_MAX = 1024 * 1024 };

#define M(member) offsetof(struct message, member)

static const struct field message_fields[] = {
    { "id", FIELD_ID, M(id), .id_prefix = "message", .help = "The message's id." },
    { "channel", FIELD_ENUM, M(channel), .names = outbox_channel_names, .help = "How it goes." },
    { "state", FIELD_ENUM, M(state), .names = outbox_state_names, .help = "What became of it." },
    { "to", FIELD_TEXT, M(to), FIELD_NULLABLE, .help = "Address; null once the message is erased." },
    { "subject", FIELD_TEXT, M(subject), FIELD_NULLABLE, .help = "Of an email." },
    { "body", FIELD_TEXT, M(body), FIELD_NULLABLE | FIELD_SECRET,
      .help = "The text; null once the message is erased." },
    { "created_at", FIELD_TIME, M(created_ms), .help = "When it was written." },
    { "expires_at", FIELD_TIME, M(expires_ms), .help = "When it is erased if it still waits." },
};

static const struct shape message_shape = SHAPE("Message", struct message, message_fields);

static status read_list(struct call *call)
{
    if (!call->server->demo) {
        return NOT_FOUND;
    }
    struct message *messages;
    int count;
    TRY(outbox_recent(call->work, &messages, &count, SHOWN_COUNT));
    return reply_list(call, messages, sizeof *messages, count, 0);
}

/* The page. */

static void write_message(struct buffer *out, const struct message *message)
{
    char time[TIME_TEXT_LEN + 1];
    time_print(time, message->created_ms);
    buffer_print(out, "<article><p class=about>%s &middot; %s &middot; %.10s %.8s UTC",
                 outbox_channel_names[message->channel], outbox_state_names[message->state], time, time + 11);
    if (text_present(message->body)) {
        buffer_append_text(out, TEXT(" &middot; to "));
        html_write_text(out, message->to);
        buffer_append_text(out, TEXT("</p><p>"));
        if (!text_empty(message->subject)) {
            buffer_append_text(out, TEXT("<b>"));
            html_write_text(out, message->subject);
            buffer_append_text(out, TEXT("</b><br>"));
        }
        html_write_text(out, message->body);
    }
    buffer_append_text(out, TEXT("</p></article>\n"));
}

static void write_page(struct buffer *out, const struct message *messages, int count)
{
    buffer_append_text(
        out,
        TEXT("<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta http-equiv=refresh content=3>"
             "<meta name=viewport content=\"width=device-width\"><title>Cardwright demo: outbox</title><style>"
             "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1c2430}"
             "article{border:1px solid #ccd3dc;border-radius:6px;padding:.5rem 1rem;margin:1rem 0}"
             "p{margin:.4rem 0}.about{color:#566272;font-size:.875rem}</style></head><body>"
             "<h1>Outbox</h1><p>Messages to customers, newest first. This page exists in demo mode only; it "
             "renews itself.</p>\n"));
    if (count == 0) {
        buffer_append_text(out, TEXT("<p>No messages yet.</p>\n"));
    }
    for (int i = 0; i < count; i++) {
        write_message(out, &messages[i]);
    }
    buffer_append_text(out, TEXT("</body></html>\n"));
}

static status show_page(struct call *call)
{
    // Behind a proxy every connection comes from this machine.
    if (!call->server->demo || !call->exchange->loopback || call->server->clear_text_ok) {
        return NOT_FOUND;
    }
    struct message *messages;
    int count;
    struct buffer page;
    TRY(outbox_recent(call->work, &messages, &count, SHOWN_COUNT));
    buffer_init(&page, PAGE_LEN_MAX);
    write_page(&page, messages, count);
    call->reply_text = page.failed ? TEXT_ABSENT : arena_copy(call->exchange->arena, buffer_text(&page));
    buffer_release(&page);
    if (!text_present(call->reply_text)) {
        return OUT_OF_MEMORY;
    }
    exchange_header(call->exchange, "Content-Security-Policy", TEXT(PAGE_SECURITY_POLICY));
    call->reply_status = 200;
    return OK;
}

static const struct operation rows[] = {
    { "GET", "/v1/outbox", READ, MAY_READ_OUTBOX, read_list, .out = &message_shape, .list = true,
      .outcomes = { NOT_FOUND }, .id = "outbox_list", .tag = "Demo",
      .help = "The last 50 messages to customers; in demo mode only." },
    { "GET", "/demo/outbox", READ, MAY_REACH, show_page, .media_type = "text/html; charset=utf-8",
      .outcomes = { NOT_FOUND }, .id = "outbox_page", .tag = "Demo",
      .help = "The same as a page, for a browser on the server's machine; in demo mode only." },
};

const struct operation_table outbox_operations = OPERATION_TABLE(rows);
