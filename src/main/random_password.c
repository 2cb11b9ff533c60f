#include "main/random_password.h"

#include <string.h>

#include "base/runtime.h"
#include "base/secret.h"

void random_password(char out[RANDOM_PASSWORD_LEN + 1])
{
    uint8_t random[PASSWORD_RANDOM_LEN];
    runtime_random(&runtime_real, random, sizeof random);
    size_t len = base64url_encode(out, random, sizeof random);
    memcpy(out + len, "a1", sizeof "a1");
    secret_wipe(random, sizeof random);
}
