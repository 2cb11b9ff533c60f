/*
 * JSON lines on standard error, one event a line: time, level, event, request id, then named values. A value is
 * escaped; nothing of type `struct secret` can be given. Lines are written whole, from any thread. A value longer
 * than LOG_VALUE_LEN_MAX ends in an ellipsis; fields that do not fit in LOG_LINE_LEN_MAX are left out, and "cut":true
 * says so.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/text.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name;
    enum { LOG_TEXT, LOG_INTEGER } type;
    text string;
    int64_t integer;
};

#define LOG_T(name, value) ((struct log_field){ (name), LOG_TEXT, (value), 0 })
#define LOG_S(name, value) ((struct log_field){ (name), LOG_TEXT, text_of(value), 0 })
#define LOG_I(name, value) ((struct log_field){ (name), LOG_INTEGER, TEXT_ABSENT, (int64_t)(value) })

void log_set_level(enum log_level level); // default LOG_INFO
void log_set_file(int fd);                // default 2

/* `event` is a constant like "server.started"; `message` one sentence for the person on call. */
void log_event(enum log_level level, const char *event, const char *message, const struct log_field *fields, int count);

#define LOG(level, event, message, ...)                                                                                \
    do {                                                                                                               \
        const struct log_field log_fields_[] = { __VA_ARGS__ };                                                        \
        log_event((level), (event), (message), log_fields_, (int)(sizeof log_fields_ / sizeof log_fields_[0]));        \
    } while (0)

#endif
