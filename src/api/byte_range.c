#include "api/byte_range.h"

status byte_range_parse(struct byte_range *out, text header, uint64_t content_len)
{
    *out = (struct byte_range){ 0, content_len, false };
    int64_t comma = text_present(header) ? text_find(header, ',') : 0;
    if (!text_starts_with(header, TEXT("bytes=")) || comma >= 0) {
        return OK;
    }
    text range = text_slice(header, 6, header.len), first, last;
    if (text_find(range, '-') < 0) {
        return OK;
    }
    text_split(&range, '-', &first);
    last = range;
    uint64_t from = 0, to = content_len - 1;
    if (first.len == 0) {
        uint64_t suffix;
        if (!text_to_uint64(last, &suffix)) {
            return OK;
        }
        if (suffix == 0) {
            return RANGE_NOT_SATISFIABLE;
        }
        from = suffix < content_len ? content_len - suffix : 0;
    } else {
        if (!text_to_uint64(first, &from) || (last.len > 0 && !text_to_uint64(last, &to)) || to < from) {
            return text_to_uint64(first, &from) && from >= content_len ? RANGE_NOT_SATISFIABLE : OK;
        }
    }
    if (from >= content_len) {
        return RANGE_NOT_SATISFIABLE;
    }
    to = to < content_len ? to : content_len - 1;
    *out = (struct byte_range){ from, to - from + 1, true };
    return OK;
}
