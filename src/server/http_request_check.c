#include "server/http_request_check.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"

struct header {
    text name, value;
};

struct headers {
    int count; // one past the maximum: there were more
    struct header list[REQUEST_HEADER_COUNT_MAX];
};

// FIRST: a list that may stand again, of which the first is kept. TELLS: only that it is there matters.
enum { ONCE, FIRST, TELLS };

static const struct known {
    text name;
    int kind;
    size_t offset;
} known[] = {
#define ROW(header, kind, member)                                                                                      \
    {                                                                                                                  \
        TEXT(header), kind, offsetof(struct http_head, member)                                                         \
    }
    ROW("Host", ONCE, host),
    ROW("Content-Length", ONCE, content_length),
    ROW("Transfer-Encoding", ONCE, transfer_encoding),
    ROW("Expect", ONCE, expect),
    ROW("Content-Type", ONCE, content_type),
    ROW("Authorization", ONCE, authorization),
    ROW("Cookie", ONCE, cookie),
    ROW("Idempotency-Key", ONCE, idempotency_key),
    ROW("X-CSRF-Token", ONCE, csrf_token),
    ROW("Range", ONCE, range),
    ROW("Origin", ONCE, origin),
    ROW("X-Forwarded-Proto", ONCE, forwarded_proto),
    ROW("Accept", FIRST, accept),
    ROW("If-None-Match", FIRST, if_none_match),
    ROW("X-Forwarded-For", TELLS, forwarded),
    ROW("X-Forwarded-Host", TELLS, forwarded),
    ROW("X-Real-IP", TELLS, forwarded),
    ROW("Forwarded", TELLS, forwarded),
    ROW("Via", TELLS, forwarded),
#undef ROW
};

static const text methods[] = {
    TEXT("GET"), TEXT("HEAD"), TEXT("POST"), TEXT("PUT"), TEXT("PATCH"), TEXT("DELETE"), TEXT("OPTIONS"),
};

bool http_parser_is_lenient(void)
{
    return strncmp(MHD_get_version(), "0.", 2) == 0;
}

static status refuse(struct http_head *out, status code, const char *detail)
{
    out->detail = detail;
    return code;
}

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                               const char *value, size_t value_len)
{
    (void)kind;
    struct headers *headers = context;
    if (headers->count == REQUEST_HEADER_COUNT_MAX) {
        headers->count++;
        return MHD_NO;
    }
    headers->list[headers->count++] = (struct header){ { name, name_len }, { value, value_len } };
    return MHD_YES;
}

// A place in the header as it was read; every step checks that it stays inside.
struct cursor {
    const char *at, *end;
};

static bool skip(struct cursor *cursor, size_t len)
{
    if (len > (size_t)(cursor->end - cursor->at)) {
        return false;
    }
    cursor->at += len;
    return true;
}

// The parser leaves a '\0' in place of each separator.
static bool skip_zeros(struct cursor *cursor, size_t count)
{
    for (; count > 0; count--) {
        if (cursor->at == cursor->end || *cursor->at != '\0') {
            return false;
        }
        cursor->at++;
    }
    return true;
}

static bool is_header_exact(struct MHD_Connection *connection, const struct http_request_line *line,
                            const struct headers *headers)
{
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (size == NULL) {
        return false;
    }
    struct cursor cursor = { line->method, line->method + size->header_size };
    bool exact = skip(&cursor, strlen(line->method)) && skip_zeros(&cursor, 1) && cursor.at == line->target &&
                 skip(&cursor, line->target_len) && skip_zeros(&cursor, 1) && cursor.at == line->version &&
                 skip(&cursor, strlen("HTTP/1.1")) && skip_zeros(&cursor, 2);
    for (int i = 0; exact && i < headers->count; i++) {
        const struct header *header = &headers->list[i];
        exact = cursor.at == header->name.at && skip(&cursor, header->name.len) && skip_zeros(&cursor, 1);
        while (exact && cursor.at < cursor.end && (*cursor.at == ' ' || *cursor.at == '\t')) {
            cursor.at++;
        }
        exact = exact && cursor.at == header->value.at && skip(&cursor, header->value.len) && skip_zeros(&cursor, 2);
    }
    return exact && skip_zeros(&cursor, 2) && cursor.at == cursor.end;
}

static bool is_token(text t) // RFC 9110, 5.6.2
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < t.len; i++) {
        char c = t.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && (c == '\0' || strchr(marks, c) == NULL)) {
            return false;
        }
    }
    return t.len > 0;
}

static bool is_field_value(text t) // RFC 9110, 5.5
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) {
            return false;
        }
    }
    return true;
}

// A name, address or bracketed IPv6 address, and a port; no user, path or list.
static bool is_host(text t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (t.at[i] <= 0x20 || t.at[i] >= 0x7F || strchr("\"#,/<>?@\\^`{|}", t.at[i]) != NULL) {
            return false;
        }
    }
    return t.len > 0;
}

// False when it stands twice and may not.
static bool keep(struct http_head *out, const struct header *header)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!text_equal_ignoring_case(header->name, known[i].name)) {
            continue;
        }
        void *member = (char *)out + known[i].offset;
        if (known[i].kind == TELLS) {
            *(bool *)member = true;
            return true;
        }
        text *value = member;
        if (text_present(*value)) {
            return known[i].kind == FIRST;
        }
        *value = header->value;
        return true;
    }
    return true;
}

static bool is_known_method(const char *method)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (text_equal(text_of(method), methods[i])) {
            return true;
        }
    }
    return false;
}

// How long the body is must be beyond doubt (RFC 9112, 6.3 and 11.2).
static status check_framing(struct http_head *out, bool version_1_0)
{
    if (text_present(out->transfer_encoding)) {
        if (version_1_0) {
            return refuse(out, BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding.");
        }
        if (text_present(out->content_length)) {
            return refuse(out, BAD_REQUEST, "Content-Length and Transfer-Encoding exclude each other.");
        }
        if (!text_equal_ignoring_case(out->transfer_encoding, TEXT("chunked"))) {
            return refuse(out, NOT_IMPLEMENTED, "The only transfer coding is chunked.");
        }
        out->chunked = true;
    } else if (text_present(out->content_length)) {
        text digits = out->content_length;
        while (digits.len > 1 && digits.at[0] == '0') {
            digits = text_slice(digits, 1, digits.len);
        }
        if (!text_to_uint64(digits, &out->body_len)) {
            return refuse(out, BAD_REQUEST, "Content-Length is not a number.");
        }
    }
    return OK;
}

static text last_of_list(const struct headers *headers, text name)
{
    text last = TEXT_ABSENT;
    for (int i = 0; i < headers->count; i++) {
        if (text_equal_ignoring_case(headers->list[i].name, name)) {
            last = headers->list[i].value;
        }
    }
    text part;
    while (text_split(&last, ',', &part)) {
        if (!text_present(last)) {
            return text_trim(part);
        }
    }
    return TEXT_ABSENT;
}

status http_request_check(struct http_head *out, struct MHD_Connection *connection,
                          const struct http_request_line *line)
{
    *out = (struct http_head){ 0 };
    struct headers headers;
    headers.count = 0;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect, &headers);
    if (headers.count > REQUEST_HEADER_COUNT_MAX) {
        return refuse(out, HEADERS_TOO_LARGE, "There are too many headers.");
    }
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (size == NULL || size->header_size > REQUEST_HEADER_LEN_MAX) {
        return refuse(out, HEADERS_TOO_LARGE, "The headers are too long.");
    }
    if (http_parser_is_lenient() && !is_header_exact(connection, line, &headers)) {
        return refuse(out, BAD_REQUEST, "The header holds a NUL, a folded line, a bare line feed or stray blanks.");
    }
    for (int i = 0; i < headers.count; i++) {
        const struct header *header = &headers.list[i];
        if (!is_token(header->name) || !is_field_value(header->value)) {
            return refuse(out, BAD_REQUEST, "A header holds a character that does not belong there.");
        }
        if (!keep(out, header)) {
            return refuse(out, BAD_REQUEST, "A header that may stand once stands twice.");
        }
    }
    out->forwarded = out->forwarded || text_present(out->forwarded_proto);
    out->forwarded_for = out->forwarded ? last_of_list(&headers, TEXT("X-Forwarded-For")) : TEXT_ABSENT;
    bool version_1_0 = strcmp(line->version, MHD_HTTP_VERSION_1_0) == 0;
    if (!version_1_0 && !text_present(out->host)) {
        return refuse(out, BAD_REQUEST, "HTTP/1.1 asks for a Host header.");
    }
    if (text_present(out->host) && !is_host(out->host)) {
        return refuse(out, BAD_REQUEST, "Host is not a name or an address.");
    }
    TRY(check_framing(out, version_1_0));
    return is_known_method(line->method) ? OK : refuse(out, NOT_IMPLEMENTED, "The server does not know this method.");
}
