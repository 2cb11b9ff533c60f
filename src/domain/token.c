#include "domain/token.h"

#include "base/secret.h"

void token_make(char out[TOKEN_LEN + 1], const struct runtime *runtime)
{
    uint8_t bytes[32];
    runtime_random(runtime, bytes, sizeof bytes);
    base64url_encode(out, bytes, sizeof bytes);
    secret_wipe(bytes, sizeof bytes);
}

status token_digest(uint8_t out[SHA256_LEN], text token)
{
    const struct bytes_view piece = { token.at, token.len };
    return sha256(out, &piece, 1);
}
