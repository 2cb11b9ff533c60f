#include "base/secret.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sanitizer.h"

// The sanitizers make mlock do nothing.
#if defined(UNDER_ASAN) || defined(UNDER_TSAN)
enum { MLOCK_IS_IGNORED = 1 };
#else
enum { MLOCK_IS_IGNORED = 0 };
#endif

static void test_contents(void **state)
{
    (void)state;
    static const uint8_t key[16] = "0123456789abcdef";
    static const uint8_t zeroes[SECRET_LEN_MAX];
    struct secret secret, other;

    assert_int_equal(secret_init(&secret, SECRET_LEN_MAX), OK);
    assert_int_equal(secret.len, SECRET_LEN_MAX);
    assert_memory_equal(secret.at, zeroes, SECRET_LEN_MAX);
    secret_release(&secret);
    assert_true(secret.at == NULL && secret.len == 0);
    secret_release(&secret);

    assert_int_equal(secret_init_copy(&secret, key, sizeof key), OK);
    assert_memory_equal(secret.at, key, sizeof key);
    secret_release(&secret);

    assert_int_equal(secret_init_random(&secret, 32), OK);
    assert_int_equal(secret_init_random(&other, 32), OK);
    assert_memory_not_equal(secret.at, other.at, 32);
    assert_memory_not_equal(secret.at, zeroes, 32);
    secret_release(&secret);
    secret_release(&other);

    assert_int_equal(secret_init_copy(&secret, NULL, 0), OK);
    assert_true(secret.at == NULL && secret.len == 0);
}

// proc(5): VmFlags of the mapping; "dd" is left out of core dumps, "lo" locked.
static bool find_flags(char *line, int len, FILE *maps, const uint8_t *at)
{
    bool inside = false;
    while (fgets(line, len, maps) != NULL) {
        uint64_t from, to;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &from, &to) == 2) {
            inside = from <= (uintptr_t)at && (uintptr_t)at < to;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            return true;
        }
    }
    return false;
}

static void test_memory_is_locked_and_not_dumped(void **state)
{
    (void)state;
    static const size_t lens[] = { 1, 64, 65, SECRET_LEN_MAX };
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        FILE *maps = fopen("/proc/self/smaps", "r");
        if (maps == NULL) {
            skip();
        }
        struct secret secret;
        assert_int_equal(secret_init(&secret, lens[i]), OK);
        char line[512];
        bool seen = find_flags(line, sizeof line, maps, secret.at);
        fclose(maps);
        secret_release(&secret);
        assert_true(seen);
        assert_non_null(strstr(line, " dd"));
        assert_true(MLOCK_IS_IGNORED || strstr(line, " lo") != NULL);
    }
}

static void test_equal_and_wipe(void **state)
{
    (void)state;
    assert_true(secret_equal("1234", "1234", 4));
    assert_false(secret_equal("1234", "1235", 4));
    assert_false(secret_equal("0234", "1234", 4));
    assert_true(secret_equal("1234", "1239", 3));
    assert_true(secret_equal("a", "b", 0));
    char pin[] = "1234";
    secret_wipe(pin, 3);
    assert_memory_equal(pin,
                        "\0\0\0"
                        "4",
                        5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_memory_is_locked_and_not_dumped),
        cmocka_unit_test(test_equal_and_wipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
