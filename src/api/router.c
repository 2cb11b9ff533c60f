#include "api/server.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"

// Does the path fit the row's? Its {parts} are collected in order.
static bool match_path(const char *pattern, text path, text parts[CALL_PATH_ID_COUNT_MAX], int *part_count)
{
    text wanted = text_of(pattern), rest = path, want, have;
    *part_count = 0;
    for (;;) {
        bool more_wanted = text_split(&wanted, '/', &want), more = text_split(&rest, '/', &have);
        if (!more_wanted || !more) {
            return more_wanted == more;
        }
        if (want.len > 0 && want.at[0] == '{') {
            if (have.len == 0 || *part_count == CALL_PATH_ID_COUNT_MAX) {
                return false;
            }
            parts[(*part_count)++] = have;
        } else if (!text_equal(want, have)) {
            return false;
        }
    }
}

const struct operation *operation_find(text method, text path, text parts[CALL_PATH_ID_COUNT_MAX], int *part_count,
                                       bool *path_known)
{
    *path_known = false;
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            const struct operation *row = &operation_tables[t]->rows[i];
            if (match_path(row->path, path, parts, part_count)) {
                *path_known = true;
                if (text_equal(text_of(row->method), method)) {
                    return row;
                }
            }
        }
    }
    return NULL;
}

size_t api_body_len_max(text method, text path)
{
    text parts[CALL_PATH_ID_COUNT_MAX];
    int part_count;
    bool known;
    const struct operation *row = operation_find(method, path, parts, &part_count, &known);
    return row != NULL && row->raw_body ? REQUEST_IMPORT_LEN_MAX : REQUEST_BODY_LEN_MAX;
}

static const char *what_is_missing(const struct operation *row)
{
    bool writes = row->access == WRITE;
    return row->method == NULL || row->path == NULL                   ? "method and path"
           : row->permission == PERMISSION_NONE                       ? "permission"
           : row->run == NULL                                         ? "handler"
           : row->id == NULL || row->help == NULL || row->tag == NULL ? "id, tag and help"
           : writes && row->audit == NULL                             ? "audit action"
           : !writes && (row->guard != NULL || row->event != NULL)    ? "WRITE access"
                                                                      : NULL;
}

status operations_check(void)
{
    status result = OK;
    for (int t = 0; operation_tables[t] != NULL; t++) {
        for (int i = 0; i < operation_tables[t]->count; i++) {
            const struct operation *row = &operation_tables[t]->rows[i];
            const char *missing = what_is_missing(row);
            if (missing != NULL) {
                LOG(LOG_ERROR, "api.operation_incomplete",
                    "An operation's row lacks something; the program does not start.", LOG_S("path", row->path),
                    LOG_S("method", row->method), LOG_S("missing", missing));
                result = INTERNAL;
            }
        }
    }
    return result;
}
