#include "base/base64.h"

#include <sodium.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

size_t base64url_encode(char *out, const void *bytes, size_t len)
{
    size_t out_len = BASE64URL_LEN(len);
    sodium_bin2base64(out, out_len + 1, bytes, len, VARIANT);
    return out_len;
}

bool base64url_decode(void *out, size_t *out_len, size_t out_max, text t)
{
    if (BASE64URL_BYTES_LEN(t.len) > out_max) {
        return false;
    }
    // With no end pointer to report it by, libsodium refuses whatever it could not read to the last character.
    return sodium_base642bin(out, out_max, t.at, t.len, NULL, out_len, NULL, VARIANT) == 0;
}
