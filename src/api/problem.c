#include "api/problem.h"

enum { PROBLEM_LEN_MAX = 64 * 1024 };

static void write_errors(struct buffer *out, const struct faults *faults)
{
    buffer_append_text(out, TEXT(",\"errors\":["));
    for (int i = 0; i < faults_kept(faults); i++) {
        const struct fault *fault = &faults->list[i];
        buffer_append_text(out, i > 0 ? TEXT(",{\"field\":") : TEXT("{\"field\":"));
        json_write_text(out, fault->field);
        buffer_append_text(out, TEXT(",\"code\":"));
        json_write_text(out, text_of(status_code(fault->code)));
        buffer_append_text(out, TEXT(",\"message\":"));
        json_write_text(out, text_present(fault->message) ? fault->message : text_of(status_title(fault->code)));
        buffer_append_text(out, TEXT("}"));
    }
    buffer_append_text(out, TEXT("]"));
}

// The most telling sentence: of the only fault when there is one, else of the status.
static text detail_of(status refusal, const struct faults *faults)
{
    bool single = faults != NULL && faults->count == 1 && text_present(faults->list[0].message);
    return single ? faults->list[0].message : text_of(status_title(refusal));
}

void problem_reply(struct exchange *exchange, status refusal, const struct faults *faults)
{
    struct buffer *out = &exchange->reply_body;
    buffer_release(out);
    buffer_init(out, PROBLEM_LEN_MAX);
    const char *code = status_code(refusal);
    buffer_print(out, "{\"type\":\"https://cardwright.dev/problems/%s\",\"title\":", code);
    json_write_text(out, text_of(status_title(refusal)));
    buffer_print(out, ",\"status\":%d,\"code\":\"%s\",\"detail\":", status_http(refusal), code);
    json_write_text(out, detail_of(refusal, faults));
    if (faults != NULL && faults->count > 0) {
        write_errors(out, faults);
    }
    buffer_append_text(out, TEXT(",\"request_id\":"));
    json_write_text(out, text_of(exchange->request_id));
    buffer_append_text(out, TEXT("}"));
    exchange->status = status_http(refusal);
    exchange->reply_content_type = "application/problem+json";
    if (exchange->status == 503) {
        exchange_header(exchange, "Retry-After", TEXT("1"));
    }
}
