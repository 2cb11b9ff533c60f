#include "base/digit_mask.h"

#include <stdbool.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The end of the run that begins at `from`, and how many digits it has.
static size_t run_end(text t, size_t from, size_t *digits)
{
    size_t end = from;
    *digits = 0;
    for (size_t i = from; i < t.len; i++) {
        bool parted = (t.at[i] == ' ' || t.at[i] == '-') && i + 1 < t.len && is_digit(t.at[i + 1]);
        if (!is_digit(t.at[i]) && !parted) {
            break;
        }
        *digits += is_digit(t.at[i]);
        end = i + 1;
    }
    return end;
}

text digit_mask(struct arena *arena, text t)
{
    text copy = arena_copy(arena, t);
    char *at = (char *)copy.at;
    for (size_t i = 0; i < copy.len;) {
        size_t digits = 0;
        size_t end = is_digit(at[i]) ? run_end(copy, i, &digits) : i + 1;
        for (; i < end; i++) {
            at[i] = digits >= DIGIT_MASK_COUNT && is_digit(at[i]) ? '*' : at[i];
        }
    }
    return copy;
}
