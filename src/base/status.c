#include "base/status.h"

#include <assert.h>

static const struct {
    const char *name; // in capitals; lowered once, see status_code
    int http;
    enum status_kind kind;
    const char *title;
} table[STATUS_COUNT] = {
    [OK] = { "OK", 200, STATUS_KIND_OUTCOME, "Done." },
#define STATUS(name, http, kind, title) [name] = { #name, http, STATUS_KIND_##kind, title },
#include "base/status.def"
#undef STATUS
};

enum { CODE_LEN_MAX = 48 };

static char codes[STATUS_COUNT][CODE_LEN_MAX];

// Before main: so that no thread ever sees a half-written code.
__attribute__((constructor)) static void lower_codes(void)
{
    for (int i = 0; i < STATUS_COUNT; i++) {
        const char *name = table[i].name;
        for (int j = 0; name[j] != '\0'; j++) {
            assert(j < CODE_LEN_MAX - 1);
            bool upper = name[j] >= 'A' && name[j] <= 'Z';
            codes[i][j] = (char)(upper ? name[j] - 'A' + 'a' : name[j]);
        }
    }
}

const char *status_code(status code)
{
    assert(code < STATUS_COUNT);
    return codes[code];
}

const char *status_title(status code)
{
    assert(code < STATUS_COUNT);
    return table[code].title;
}

int status_http(status code)
{
    assert(code < STATUS_COUNT);
    return table[code].http;
}

enum status_kind status_kind(status code)
{
    assert(code < STATUS_COUNT);
    return table[code].kind;
}

bool status_is_fault(status code)
{
    return code != OK && status_kind(code) == STATUS_KIND_FAULT;
}
