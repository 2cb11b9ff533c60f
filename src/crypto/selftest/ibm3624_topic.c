// ibm3624.csv: the natural PIN, the offset of a chosen one, and the way back.
#include "crypto/ibm3624.h"

#include <string.h>

#include "crypto/selftest/topics.h"
#include "crypto/selftest/vector_key.h"

static bool secret_is(const struct secret *pin, text digits)
{
    return memcmp(pin->at, digits.at, digits.len) == 0;
}

static bool row_right(const struct ibm3624_key *key, struct secret *pin, const struct vector_row *row)
{
    text chosen = vector_text(row, "pin"), offset = vector_text(row, "offset");
    text natural = vector_text(row, "natural_pin");
    int64_t len;
    char made[PIN_LEN_MAX];
    bool right = false;
    return vector_number(row, "pin_len", &len) && len >= PIN_LEN_MIN && len <= PIN_LEN_MAX &&
           natural.len == (size_t)len && offset.len == (size_t)len && chosen.len == (size_t)len &&
           ibm3624_natural_pin(pin, key, (size_t)len) == OK && secret_is(pin, natural) &&
           ibm3624_offset(made, key, chosen) == OK && vector_is(row, "offset", made, (size_t)len) &&
           ibm3624_pin(pin, key, offset) == OK && secret_is(pin, chosen) &&
           ibm3624_verify(&right, key, chosen, offset) == OK && right;
}

static enum vector_result check(const struct vector_row *row)
{
    struct ibm3624_table table;
    struct secret pin;
    struct tdes *pvk;
    if (ibm3624_table_init(&table, vector_text(row, "decimalisation_table")) != OK ||
        secret_init(&pin, PIN_LEN_MAX) != OK) {
        return VECTOR_FAILED;
    }
    bool passed = false;
    if (vector_tdes_any(row, "pvk_hex", &pvk)) {
        const struct ibm3624_key key = { pvk, &table, vector_text(row, "validation_data_hex16") };
        passed = row_right(&key, &pin, row);
        tdes_free(pvk);
    }
    secret_release(&pin);
    return passed ? VECTOR_PASSED : VECTOR_FAILED;
}

static const char *const columns[] = {
    "pvk_hex", "decimalisation_table", "validation_data_hex16", "pin_len", "natural_pin", "pin", "offset", NULL
};
const struct vector_topic ibm3624_topic = { "ibm3624", columns, check };
