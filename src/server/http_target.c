#include "server/http_target.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"

static status refuse(struct http_target *out, status code, const char *detail)
{
    out->detail = detail;
    return code;
}

static bool is_visible(text t, const char *except)
{
    for (size_t i = 0; i < t.len; i++) {
        if (t.at[i] <= 0x20 || t.at[i] >= 0x7F || strchr(except, t.at[i]) != NULL) {
            return false;
        }
    }
    return true;
}

// In place of one copy; false on a bad escape or "%00".
static bool decode(struct arena *arena, text *out, text encoded, bool plus_is_space)
{
    char *at = arena_take(arena, encoded.len + 1);
    if (at == NULL) {
        *out = TEXT_ABSENT;
        return true;
    }
    size_t len = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        char c = encoded.at[i];
        if (c == '%') {
            if (!bytes_from_hex(&c, 1, text_slice(encoded, i + 1, 2)) || c == '\0') {
                return false;
            }
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        at[len++] = c;
    }
    *out = (text){ at, len };
    return true;
}

static bool has_encoded_slash(text path)
{
    for (size_t i = 0; i + 2 < path.len; i++) {
        if (path.at[i] == '%' && path.at[i + 1] == '2' && (path.at[i + 2] | 0x20) == 'f') {
            return true;
        }
    }
    return false;
}

static bool has_dot_part(text path)
{
    text part;
    while (text_split(&path, '/', &part)) {
        if (text_equal(part, TEXT(".")) || text_equal(part, TEXT(".."))) {
            return true;
        }
    }
    return false;
}

static status parse_path(struct arena *arena, struct http_target *out, text path)
{
    if (path.len > REQUEST_PATH_LEN_MAX) {
        return refuse(out, URI_TOO_LONG, "The path is too long.");
    }
    if (!is_visible(path, "\"#<>\\^`{|}") || has_encoded_slash(path)) { // RFC 3986, 3.3
        return refuse(out, BAD_REQUEST, "The path holds a character that does not belong there.");
    }
    if (!decode(arena, &out->path, path, false)) {
        return refuse(out, BAD_REQUEST, "The path holds a bad escape.");
    }
    if (!text_present(out->path)) {
        return OUT_OF_MEMORY;
    }
    if (!text_is_utf8(out->path) || text_has_control(out->path)) {
        return refuse(out, BAD_REQUEST, "The path is not UTF-8 or holds control characters.");
    }
    if (has_dot_part(out->path)) {
        return refuse(out, BAD_REQUEST, "The path holds a dot segment.");
    }
    return OK;
}

static int count_pairs(text query)
{
    int count = 1;
    for (size_t i = 0; i < query.len; i++) {
        count += query.at[i] == '&';
    }
    return count;
}

static status parse_query(struct arena *arena, struct http_target *out, text query)
{
    if (query.len > REQUEST_QUERY_LEN_MAX) {
        return refuse(out, URI_TOO_LONG, "The query is too long.");
    }
    int max = count_pairs(query);
    if (max > REQUEST_QUERY_COUNT_MAX) {
        return refuse(out, BAD_REQUEST, "The query has too many parameters.");
    }
    if (!is_visible(query, "#")) {
        return refuse(out, BAD_REQUEST, "The query holds a character that does not belong there.");
    }
    struct pair *pairs = ARENA_ARRAY(arena, struct pair, (size_t)max);
    if (pairs == NULL) {
        return OUT_OF_MEMORY;
    }
    int count = 0;
    text part;
    while (text_split(&query, '&', &part)) {
        if (part.len == 0) {
            continue;
        }
        text value = part, name = part;
        if (!text_split(&value, '=', &name) || !text_present(value)) {
            value = TEXT("");
        }
        struct pair *pair = &pairs[count++];
        if (!decode(arena, &pair->name, name, true) || !decode(arena, &pair->value, value, true)) {
            return refuse(out, BAD_REQUEST, "The query holds a bad escape.");
        }
        if (!text_present(pair->name) || !text_present(pair->value)) {
            return OUT_OF_MEMORY;
        }
    }
    out->query = pairs;
    out->query_count = count;
    return OK;
}

status http_target_parse(struct arena *arena, struct http_target *out, text target)
{
    *out = (struct http_target){ 0 };
    if (!text_starts_with(target, TEXT("/"))) {
        return refuse(out, BAD_REQUEST, "The request target is not a path.");
    }
    int64_t mark = text_find(target, '?');
    text path = mark < 0 ? target : text_slice(target, 0, (size_t)mark);
    TRY(parse_path(arena, out, path));
    return mark < 0 ? OK : parse_query(arena, out, text_slice(target, (size_t)mark + 1, target.len));
}
