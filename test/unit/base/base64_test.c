#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_vectors(void **state)
{
    (void)state;
    static const struct {
        text bytes;
        const char *encoded;
    } cases[] = {
        { TEXT(""), "" }, // RFC 4648, 10, less the padding
        { TEXT("f"), "Zg" },
        { TEXT("fo"), "Zm8" },
        { TEXT("foo"), "Zm9v" },
        { TEXT("foob"), "Zm9vYg" },
        { TEXT("fooba"), "Zm9vYmE" },
        { TEXT("foobar"), "Zm9vYmFy" },
        { TEXT("\xFB\xFF"), "-_8" }, // digits 62, 63, 60
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char encoded[16];
        char decoded[16];
        size_t len = 99;
        assert_int_equal(base64url_encode(encoded, cases[i].bytes.at, cases[i].bytes.len), strlen(cases[i].encoded));
        assert_string_equal(encoded, cases[i].encoded);
        assert_true(base64url_decode(decoded, &len, cases[i].bytes.len, text_of(cases[i].encoded)));
        assert_true(text_equal(text_bytes(decoded, len), cases[i].bytes));
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const text refused[] = {
        TEXT("Zg=="), TEXT("Zg="),   TEXT("Z"),      TEXT("Zm9vY"), // padding; a digit that makes no byte
        TEXT("Zh"),   TEXT("Zm9"),   TEXT("Zm9v\n"), TEXT(" Zm9v"), // bits left over (3.5); white space
        TEXT("+/8"),  TEXT("Zm9v!"), TEXT("Zm\0v"),  TEXT("Zm9v\xC3\xA9"),
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char decoded[16];
        size_t len;
        assert_false(base64url_decode(decoded, &len, sizeof decoded, refused[i]));
    }
    char decoded[3] = { 0, 0, 7 };
    size_t len;
    assert_false(base64url_decode(decoded, &len, 2, TEXT("Zm9v")));
    assert_int_equal(decoded[2], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
