#include "crypto/selftest/vector_key.h"

#include "crypto/kcv.h"

#include "crypto/decimal.h"

static bool tdes_of_length(const struct vector_row *row, const char *name, size_t min, size_t max, struct tdes **out)
{
    struct secret key;
    *out = NULL;
    bool good = vector_secret(row, name, &key) && key.len >= min && key.len <= max && key.len % TDES_BLOCK_LEN == 0 &&
                tdes_new(out, &key) == OK;
    secret_release(&key);
    return good;
}

bool vector_tdes(const struct vector_row *row, const char *name, struct tdes **out)
{
    return tdes_of_length(row, name, TDES_KEY_LEN, TDES_KEY_LEN, out);
}

bool vector_tdes_any(const struct vector_row *row, const char *name, struct tdes **out)
{
    return tdes_of_length(row, name, TDES_BLOCK_LEN, TDES_KEY_LEN_MAX, out);
}

bool vector_aes(const struct vector_row *row, const char *name, struct aes **out)
{
    struct secret key;
    *out = NULL;
    bool good = vector_secret(row, name, &key) && aes_key_fits(&key) && aes_new(out, &key) == OK;
    secret_release(&key);
    return good;
}

bool vector_digits(const struct vector_row *row, const char *name, size_t min, size_t max)
{
    return decimal_is(vector_text(row, name), min, max);
}

bool vector_kcv(const struct vector_row *row, const char *name, const struct secret *key)
{
    uint8_t value[KCV_LEN_MAX];
    return text_empty(vector_text(row, name)) ||
           (kcv_compute(value, KCV_TDES_ECB, key) == OK && vector_is_hex(row, name, value, kcv_len(KCV_TDES_ECB)));
}
