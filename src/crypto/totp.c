#include "crypto/totp.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "base/bytes.h"
#include "crypto/primitive.h"

enum { SHA1_LEN = 20, CODE_SPACE = 1000000, SKEW_STEPS = 1 };
_Static_assert(TOTP_DIGITS == 6, "CODE_SPACE is ten to the power of TOTP_DIGITS");

static status hmac_sha1(uint8_t out[SHA1_LEN], const struct secret *key, const void *message, size_t len)
{
    assert(key->len > 0); // without a key, libcrypto would go on with none
    const struct primitives *primitives;
    TRY(primitives_get(&primitives));
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(primitives->hmac);
    if (context == NULL) {
        return OUT_OF_MEMORY;
    }
    char digest[] = "SHA1";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t out_len = 0;
    bool done = EVP_MAC_init(context, key->at, key->len, parameters) == 1 &&
                EVP_MAC_update(context, message, len) == 1 && EVP_MAC_final(context, out, &out_len, SHA1_LEN) == 1 &&
                out_len == SHA1_LEN;
    EVP_MAC_CTX_free(context);
    return done ? OK : primitive_refused();
}

status hotp(char out[TOTP_DIGITS], const struct secret *secret, uint64_t counter)
{
    uint8_t message[8], mac[SHA1_LEN] = { 0 };
    bytes_put_be64(message, counter);
    TRY(hmac_sha1(mac, secret, message, sizeof message));
    uint32_t number = (bytes_get_be32(mac + (mac[SHA1_LEN - 1] & 0x0F)) & 0x7FFFFFFF) % CODE_SPACE;
    for (int i = TOTP_DIGITS - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    secret_wipe(mac, sizeof mac);
    return OK;
}

status totp_match(int64_t *step, const struct secret *secret, int64_t now_ms, int64_t after, text code)
{
    char right[TOTP_DIGITS] = { 0 };
    int64_t now = now_ms / TOTP_STEP_MS;
    status result = OK;
    *step = 0;
    if (code.len != TOTP_DIGITS) {
        return OK;
    }
    // The last that fits, so that a code that two steps share is not good twice.
    for (int64_t tried = now - SKEW_STEPS; result == OK && tried <= now + SKEW_STEPS; tried++) {
        result = hotp(right, secret, (uint64_t)tried);
        bool same = secret_equal(right, code.at, sizeof right);
        *step = result == OK && same && tried > after ? tried : *step;
    }
    secret_wipe(right, sizeof right);
    return result;
}
