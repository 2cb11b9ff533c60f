#include "base/json_text.h"

// What stands for a byte in a JSON string: 0 for itself, 'u' for a \u00xx, else the letter after the backslash.
static const char escapes[256] = {
    [0x00] = 'u', 'u', 'u', 'u', 'u',          'u', 'u', 'u', 'b',         't',           'n',          'u',
    'f',          'r', 'u', 'u', [0x10] = 'u', 'u', 'u', 'u', 'u',         'u',           'u',          'u',
    'u',          'u', 'u', 'u', 'u',          'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x7F] = 'u',
};

static void write_escape(struct buffer *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    if (escapes[c] == 'u') {
        const char escaped[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        buffer_append(out, escaped, sizeof escaped);
    } else {
        const char escaped[] = { '\\', escapes[c] };
        buffer_append(out, escaped, sizeof escaped);
    }
}

void json_write_text(struct buffer *out, text t)
{
    buffer_append(out, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.at[i];
        if (escapes[c] != 0) {
            buffer_append(out, t.at + from, i - from);
            write_escape(out, c);
            from = i + 1;
        }
    }
    buffer_append(out, t.at + from, t.len - from);
    buffer_append(out, "\"", 1);
}
