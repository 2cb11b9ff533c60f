/*
 * The listener's lines in the log: one a request, and what libmicrohttpd has to say. A path is logged by its class:
 * parts that are plain words stay, every other part (an id, a number, whatever a caller may have put there) is a '*'.
 */
#ifndef SERVER_HTTP_LOG_H
#define SERVER_HTTP_LOG_H

#include <stdarg.h>

#include "server/http_metrics.h"
#include "server/http_request.h"

enum { PATH_CLASS_LEN_MAX = 128 };

/* Counts and logs a request that is over; one that had no reply (the client left) only at DEBUG. */
void http_log_request(const struct request *request, struct http_metrics *metrics, int64_t now_us);

size_t http_path_class(char out[PATH_CLASS_LEN_MAX], text path); // the length

/* MHD_LogCallback */
void http_log_library(void *context, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

#endif
