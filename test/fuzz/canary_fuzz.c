/*
 * A parser with a planted bug, which script/fuzz must find before it believes that the others have none: a record is a
 * tag, a length and that many bytes, and the length is believed.
 */
#include <stddef.h>
#include <stdint.h>

static volatile uint8_t last; // or the compiler would see that nobody looks at the copy

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint8_t record[64];
    if (len < 3 || bytes[0] != 'C' || bytes[1] != 'W') {
        return 0;
    }
    for (size_t i = 0; i < bytes[2] && 3 + i < len; i++) {
        record[i] = bytes[3 + i];
        last = record[i];
    }
    return 0;
}
