#include "base/html_text.h"

void html_write_text(struct buffer *out, text t)
{
    for (size_t i = 0; i < t.len; i++) {
        switch (t.at[i]) {
        case '&':
            buffer_append_text(out, TEXT("&amp;"));
            break;
        case '<':
            buffer_append_text(out, TEXT("&lt;"));
            break;
        case '>':
            buffer_append_text(out, TEXT("&gt;"));
            break;
        case '"':
            buffer_append_text(out, TEXT("&quot;"));
            break;
        case '\'':
            buffer_append_text(out, TEXT("&#39;"));
            break;
        default:
            buffer_append(out, &t.at[i], 1);
        }
    }
}
