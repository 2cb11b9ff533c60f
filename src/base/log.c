#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/runtime.h"
#include "base/time_text.h"

static _Atomic enum log_level lowest = LOG_INFO;
static _Atomic int file = STDERR_FILENO;

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};

#define ELLIPSIS    "\xE2\x80\xA6" // U+2026
#define REPLACEMENT "\xEF\xBF\xBD" // U+FFFD
#define ENDING      "}\n"
#define ENDING_CUT  ",\"cut\":true}\n" // some fields did not fit and were left out

struct line {
    size_t len;
    bool cut;
    char at[LOG_LINE_LEN_MAX];
};

enum { BODY_LEN_MAX = LOG_LINE_LEN_MAX - (sizeof ENDING_CUT - 1) };

// Whole or not at all.
static bool add(struct line *line, size_t max, const char *at, size_t len)
{
    if (line->len > max || len > max - line->len) {
        return false;
    }
    memcpy(line->at + line->len, at, len);
    line->len += len;
    return true;
}

// The length of the UTF-8 character at the front of t; 0 when that is none.
static size_t character_len(text t)
{
    uint8_t first = (uint8_t)t.at[0];
    size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return len <= t.len && text_is_utf8(text_slice(t, 0, len)) ? len : 0;
}

static unsigned int code_point(text character)
{
    const uint8_t *at = (const uint8_t *)character.at;
    switch (character.len) {
    case 1:
        return at[0];
    case 2:
        return (at[0] & 0x1FU) << 6 | (at[1] & 0x3FU);
    default:
        return (at[0] & 0x0FU) << 12 | (at[1] & 0x3FU) << 6 | (at[2] & 0x3FU);
    }
}

// RFC 8259, 7; and every other control too, so that no value can play with the terminal of who reads it.
static bool add_character(struct line *line, size_t max, text character)
{
    if (text_equal(character, TEXT("\"")) || text_equal(character, TEXT("\\"))) {
        char escaped[] = { '\\', character.at[0] };
        return add(line, max, escaped, sizeof escaped);
    }
    if (text_has_control(character)) {
        char escaped[sizeof "\\u0000"];
        snprintf(escaped, sizeof escaped, "\\u%04x", code_point(character) & 0xFFFFU);
        return add(line, max, escaped, sizeof escaped - 1);
    }
    return add(line, max, character.at, character.len);
}

// Escaped; what does not fit before `max` is cut off after a whole character, and an ellipsis stands in its place.
static void add_escaped(struct line *line, size_t max, text t)
{
    size_t cut_max = max - (sizeof ELLIPSIS - 1);
    assert(line->len <= cut_max);
    size_t cut_at = line->len;
    while (t.len > 0) {
        size_t len = character_len(t);
        if (!add_character(line, max, len > 0 ? text_slice(t, 0, len) : TEXT(REPLACEMENT))) {
            line->len = cut_at;
            add(line, max, ELLIPSIS, sizeof ELLIPSIS - 1);
            return;
        }
        if (line->len <= cut_max) {
            cut_at = line->len;
        }
        t = text_slice(t, len > 0 ? len : 1, t.len);
    }
}

static bool add_name(struct line *line, const char *name)
{
    return add(line, BODY_LEN_MAX, ",\"", 2) && add(line, BODY_LEN_MAX, name, strlen(name)) &&
           add(line, BODY_LEN_MAX, "\":", 2);
}

static bool add_value(struct line *line, const struct log_field *field)
{
    if (field->type == LOG_INTEGER) {
        char digits[sizeof "-9223372036854775808"];
        int len = snprintf(digits, sizeof digits, "%" PRId64, field->integer);
        return add(line, BODY_LEN_MAX, digits, (size_t)len);
    }
    if (!text_present(field->string)) {
        return add(line, BODY_LEN_MAX, "null", 4);
    }
    size_t room = BODY_LEN_MAX - line->len;
    if (room < sizeof "\"\"" ELLIPSIS - 1) {
        return false;
    }
    line->at[line->len++] = '"';
    size_t value_len = room - 2 < LOG_VALUE_LEN_MAX ? room - 2 : LOG_VALUE_LEN_MAX;
    add_escaped(line, line->len + value_len, field->string);
    line->at[line->len++] = '"';
    return true;
}

static void add_field(struct line *line, const struct log_field *field)
{
    size_t start = line->len;
    if (!add_name(line, field->name) || !add_value(line, field)) {
        line->len = start;
        line->cut = true;
    }
}

static void add_time(struct line *line)
{
    char time[TIME_TEXT_LEN + 1];
    time_print(time, runtime_now_ms(&runtime_real));
    int len = snprintf(line->at, sizeof line->at, "{\"time\":\"%s\"", time);
    line->len = (size_t)len;
}

// A log that cannot be written is nobody's reason to fail: the rest of the line is lost.
static void write_line(const struct line *line)
{
    int fd = atomic_load_explicit(&file, memory_order_relaxed);
    for (size_t done = 0; done < line->len;) {
        ssize_t written = write(fd, line->at + done, line->len - done);
        if (written < 0 && errno != EINTR) {
            return;
        }
        done += written > 0 ? (size_t)written : 0;
    }
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&lowest, level, memory_order_relaxed);
}

void log_set_file(int fd)
{
    atomic_store_explicit(&file, fd, memory_order_relaxed);
}

void log_event(enum log_level level, const char *event, const char *message, const struct log_field *fields, int count)
{
    if (level < atomic_load_explicit(&lowest, memory_order_relaxed)) {
        return;
    }
    int kept_errno = errno; // callers log between a failure and what they do about it
    struct line line;
    line.len = 0;
    line.cut = false;
    add_time(&line);
    add_field(&line, &LOG_S("level", level_names[level]));
    add_field(&line, &LOG_S("event", event));
    add_field(&line, &LOG_S("message", message));
    for (int i = 0; i < count; i++) {
        add_field(&line, &fields[i]);
    }
    const char *ending = line.cut ? ENDING_CUT : ENDING;
    add(&line, sizeof line.at, ending, strlen(ending));
    write_line(&line);
    errno = kept_errno;
}
