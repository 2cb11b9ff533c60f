#include "server/mail_message.h"

#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/limits.h"

// RFC 2045, 6.7 (5): 76 characters with the soft break. RFC 2047, 2: 75 for a word, 76 for its line.
enum { BODY_LINE_LEN_MAX = 75, SUBJECT_PLAIN_LEN_MAX = 60, SUBJECT_WORD_LEN_MAX = 50 };

bool mail_address_is_plain(text address)
{
    int64_t sign = text_find(address, '@');
    if (sign < 1 || (size_t)sign + 1 >= address.len || address.len > EMAIL_LEN_MAX || !text_is_utf8(address) ||
        text_has_control(address)) {
        return false;
    }
    for (size_t i = 0; i < address.len; i++) {
        if (strchr(" <>()[]\\\",;:", address.at[i]) != NULL || (address.at[i] == '@' && i != (size_t)sign)) {
            return false;
        }
    }
    return true;
}

static void append_date(struct buffer *out, int64_t now_ms)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm = { 0 };
    gmtime_r(&seconds, &tm);
    buffer_print(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
                 months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void append_encoded(struct buffer *out, char c)
{
    buffer_print(out, "=%02X", (unsigned)(uint8_t)c);
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static bool subject_is_plain(text subject)
{
    for (size_t i = 0; i < subject.len; i++) {
        bool looks_encoded = subject.at[i] == '=' && i + 1 < subject.len && subject.at[i + 1] == '?';
        if (!is_printable(subject.at[i]) || looks_encoded) {
            return false;
        }
    }
    return subject.len <= SUBJECT_PLAIN_LEN_MAX;
}

static bool continues_character(char c)
{
    return ((uint8_t)c & 0xC0) == 0x80;
}

// RFC 2047, 4.2 and 5 (3): a word never ends inside a character.
static void append_subject_encoded(struct buffer *out, text subject)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/";
    size_t word_from = out->len;
    buffer_append_text(out, TEXT("=?UTF-8?Q?"));
    for (size_t i = 0; i < subject.len; i++) {
        if (!continues_character(subject.at[i]) && out->len - word_from > SUBJECT_WORD_LEN_MAX) {
            buffer_append_text(out, TEXT("?=\r\n "));
            word_from = out->len;
            buffer_append_text(out, TEXT("=?UTF-8?Q?"));
        }
        if (subject.at[i] != '\0' && strchr(plain, subject.at[i]) != NULL) {
            buffer_append(out, &subject.at[i], 1);
        } else {
            append_encoded(out, subject.at[i]);
        }
    }
    buffer_append_text(out, TEXT("?="));
}

static bool ends_line(text body, size_t i)
{
    return i >= body.len || body.at[i] == '\n';
}

static void append_body(struct buffer *out, text body)
{
    size_t line_from = out->len;
    for (size_t i = 0; i < body.len; i++) {
        char c = body.at[i];
        if (c == '\n') {
            buffer_append_text(out, TEXT("\r\n"));
            line_from = out->len;
            continue;
        }
        bool plain = is_printable(c) && c != '=' && !(c == ' ' && ends_line(body, i + 1));
        if (out->len - line_from + (plain ? 1 : 3) > BODY_LINE_LEN_MAX) {
            buffer_append_text(out, TEXT("=\r\n"));
            line_from = out->len;
        }
        if (plain) {
            buffer_append(out, &c, 1);
        } else {
            append_encoded(out, c);
        }
    }
    buffer_append_text(out, TEXT("\r\n"));
}

status mail_message_write(struct buffer *out, const struct mail_message *message)
{
    if (!mail_address_is_plain(message->from) || !mail_address_is_plain(message->to)) {
        return INVALID_TEXT;
    }
    char id[13];
    bytes_id_print(id, (uint64_t)message->id);
    text domain = text_slice(message->from, (size_t)text_find(message->from, '@') + 1, message->from.len);
    append_date(out, message->now_ms);
    buffer_print(out, "From: <" TEXT_FMT ">\r\nTo: <" TEXT_FMT ">\r\nMessage-ID: <%.13s@" TEXT_FMT ">\r\nSubject: ",
                 TEXT_ARG(message->from), TEXT_ARG(message->to), id, TEXT_ARG(domain));
    if (subject_is_plain(message->subject)) {
        buffer_append_text(out, message->subject);
    } else {
        append_subject_encoded(out, message->subject);
    }
    buffer_append_text(
        out, TEXT("\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"));
    append_body(out, message->body);
    return out->failed ? OUT_OF_MEMORY : OK;
}
