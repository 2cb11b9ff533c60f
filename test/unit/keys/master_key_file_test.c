#include "keys/master_key_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[96];

static int folder_set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/master_key_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/master.key", folder);
    unsetenv("CREDENTIALS_DIRECTORY");
    return 0;
}

static int folder_tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); // also: nothing else was left there
}

static void file_write(const char *string, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(fd, string, strlen(string)), strlen(string));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static struct secret passphrase_of(const char *string)
{
    struct secret passphrase;
    assert_int_equal(secret_init_copy(&passphrase, string, strlen(string)), OK);
    return passphrase;
}

// openssl mac -cipher AES-256-CBC -macopt hexkey:000102...1e1f CMAC over 16 bytes of zero
static const uint8_t COUNTING_VALUE[] = { 0x37, 0x78, 0x22, 0xc0, 0x93 };

// Opens, and says whether the key is 00 01 02 ... 1f.
static status open_file(const char *at, const char *passphrase_string, bool *is_counting)
{
    char why[TOKEN_WHY_LEN];
    uint8_t value[MASTER_KEY_CHECK_LEN];
    struct master_key *master;
    struct secret passphrase = passphrase_of(passphrase_string);
    status result = master_key_file_open(&master, at, &passphrase, why);
    assert_int_equal(result == OK, master != NULL);
    *is_counting = false;
    if (result == OK) {
        assert_int_equal(master_key_check_value(master, value), OK);
        *is_counting = memcmp(value, COUNTING_VALUE, sizeof value) == 0;
    }
    master_key_free(master);
    secret_release(&passphrase);
    return result;
}

static void expect(const char *at, const char *passphrase, status expected)
{
    bool is_counting;
    assert_int_equal(open_file(at, passphrase, &is_counting), expected);
    assert_int_equal(is_counting, expected == OK);
}

static void expect_place(status expected, enum master_key_seal seal)
{
    struct master_key_place place;
    assert_int_equal(master_key_file_read(&place, path), expected);
    if (expected == OK) {
        assert_int_equal(place.seal, seal);
    }
}

#define FIRST   "cardwright master key 1\n"
#define KEY     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
// sha256sum of the three lines before it begins 60cb98eaf5337072
#define BY_MODE FIRST "seal: mode\nkey: " KEY "\ncheck: 60cb98eaf5337072\n"

static void test_forms_by_mode(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        status expected;
    } cases[] = {
        { BY_MODE, OK },
        { "", DATA_DAMAGED },
        { FIRST, DATA_DAMAGED },
        { "cardwright master key 2\nseal: mode\nkey: " KEY "\ncheck: 60cb98eaf5337072\n", DATA_DAMAGED },
        { FIRST "seal: none\nkey: " KEY "\ncheck: 60cb98eaf5337072\n", DATA_DAMAGED },
        { FIRST "seal: mode\nkey: " KEY "\ncheck: 60cb98eaf5337073\n", DATA_DAMAGED },
        { FIRST "seal: mode\nkey: " KEY "\n", DATA_DAMAGED },
        { FIRST "seal: mode\nkey: " KEY "\ncheck: 60cb98eaf5337072", DATA_DAMAGED }, // cut off
        { FIRST "seal: mode\nkey: 01" KEY "\ncheck: 60cb98eaf5337072\n", DATA_DAMAGED },
        { FIRST "seal: mode\nkey: 0001\ncheck: 60cb98eaf5337072\n", DATA_DAMAGED },
        { FIRST "seal: mode\nkey:" KEY "\ncheck: 60cb98eaf5337072\n", DATA_DAMAGED },
        { FIRST "seal: mode\ncheck: 60cb98eaf5337072\nkey: " KEY "\n", DATA_DAMAGED },
        { BY_MODE "\n", DATA_DAMAGED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file_write(cases[i].file, 0600);
        expect(path, "", cases[i].expected);
    }
}

// A file by the description of the form, at a small cost that the file itself records.
static void file_by_passphrase(char *file, size_t file_len, const char *passphrase, unsigned long long passes,
                               size_t memory)
{
    uint8_t key[32], salt[16], nonce[24], stretched[32], sealed[48];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    memset(salt, 0xA5, sizeof salt);
    memset(nonce, 0x5A, sizeof nonce);
    assert_int_equal(crypto_pwhash(stretched, sizeof stretched, passphrase, strlen(passphrase), salt, passes, memory,
                                   crypto_pwhash_ALG_ARGON2ID13),
                     0);
    char hex[97];
    int len = snprintf(file, file_len, FIRST "seal: passphrase\nkdf: argon2id13\npasses: %llu\nmemory: %zu\n", passes,
                       memory);
    len +=
        snprintf(file + len, file_len - (size_t)len, "salt: %s\n", sodium_bin2hex(hex, sizeof hex, salt, sizeof salt));
    len += snprintf(file + len, file_len - (size_t)len, "nonce: %s\n",
                    sodium_bin2hex(hex, sizeof hex, nonce, sizeof nonce));
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, key, sizeof key, (const uint8_t *)file,
                                               (unsigned long long)len, NULL, nonce, stretched);
    snprintf(file + len, file_len - (size_t)len, "key: %s\n", sodium_bin2hex(hex, sizeof hex, sealed, sizeof sealed));
}

static void test_forms_by_passphrase(void **state)
{
    (void)state;
    char good[1024], bad[1024];
    file_by_passphrase(good, sizeof good, "correct horse", 1, 65536);
    file_write(good, 0600);
    expect(path, "correct horse", OK);
    expect(path, "correct horsf", DATA_DAMAGED);
    expect(path, "", KEY_UNAVAILABLE);

    char why[TOKEN_WHY_LEN];
    struct master_key *master;
    assert_int_equal(master_key_file_open(&master, path, NULL, why), KEY_UNAVAILABLE);
    expect_place(OK, MASTER_KEY_BY_PASSPHRASE);

    // The first of `from` becomes `to`, of the same length.
    static const struct {
        const char *from, *to;
    } changes[] = {
        { "key 1", "key 2" },
        { "argon2id13", "argon2id14" },
        { "passes: 1", "passes: 2" },
        { "passes: 1", "passes: 0" },
        { "passes: 1", "passes: 9" }, // more than this program spends before the tag is looked at
        { "memory: 65536", "memory: 65537" },
        { "memory: 65536", "memory: 99999999999" },
        { "salt: a5", "salt: a4" },
        { "salt: a5", "salt: A5" }, // the same salt, but the header is authenticated as it stands
        { "nonce: 5a", "nonce: 5b" },
        { "\nkey: ", "\nkey:  " },
        { "seal: passphrase", "seal: mode" },
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *at = strstr(good, changes[i].from);
        assert_non_null(at);
        snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - good), good, changes[i].to, at + strlen(changes[i].from));
        file_write(bad, 0600);
        expect(path, "correct horse", DATA_DAMAGED);
    }
    for (size_t back = 2; back < 100; back += 31) { // digits of the sealed key
        strcpy(bad, good);
        char *digit = bad + strlen(bad) - back;
        *digit = *digit == '0' ? '1' : '0';
        file_write(bad, 0600);
        expect(path, "correct horse", DATA_DAMAGED);
    }
}

static void test_modes(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        status outside, credential; // in no credential directory, in it
    } cases[] = {
        { 0600, OK, OK },
        { 0400, OK, OK },
        { 0440, FORBIDDEN, OK }, // the mask of systemd's ACL
        { 0640, FORBIDDEN, OK },
        { 0620, FORBIDDEN, FORBIDDEN },
        { 0604, FORBIDDEN, FORBIDDEN },
        { 0602, FORBIDDEN, FORBIDDEN },
        { 0644, FORBIDDEN, FORBIDDEN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file_write(BY_MODE, cases[i].mode);
        setenv("CREDENTIALS_DIRECTORY", "/tmp", 1); // not this folder, but the one above
        expect(path, "", cases[i].outside);
        setenv("CREDENTIALS_DIRECTORY", folder, 1);
        expect(path, "", cases[i].credential);
        unsetenv("CREDENTIALS_DIRECTORY");
        expect(path, "", cases[i].outside);
    }
}

static void test_kinds_of_file(void **state)
{
    (void)state;
    expect(path, "", KEY_UNAVAILABLE);
    expect("/tmp/no such folder/master.key", "", KEY_UNAVAILABLE);
    expect(folder, "", FORBIDDEN);

    char other[128];
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(mkfifo(other, 0600), 0);
    expect(other, "", FORBIDDEN);
    unlink(other);

    file_write(BY_MODE, 0600);
    assert_int_equal(symlink("master.key", other), 0);
    expect(other, "", OK);
    assert_int_equal(chmod(path, 0644), 0); // what counts is the file itself
    expect(other, "", FORBIDDEN);
    unlink(other);
}

static void random_counts(void *context, void *out, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; i++) {
        ((uint8_t *)out)[i] = (uint8_t)i;
    }
}

static const struct runtime counting = { .random = random_counts };

static void file_as_text(char *out, size_t len)
{
    int fd = open(path, O_RDONLY);
    ssize_t got = read(fd, out, len - 1);
    assert_true(got > 0);
    out[got] = '\0';
    close(fd);
}

// The key 00 01 02 ... 1f.
static status create(const char *at, const struct master_key_place *place, const char *passphrase_string)
{
    struct secret key, passphrase = passphrase_of(passphrase_string);
    assert_int_equal(secret_init(&key, 32), OK);
    random_counts(NULL, key.at, key.len);
    status result = master_key_file_create(at, place, &key, &passphrase, &counting);
    secret_release(&key);
    secret_release(&passphrase);
    return result;
}

static void test_create_by_mode(void **state)
{
    (void)state;
    static const struct master_key_place place = { .seal = MASTER_KEY_BY_MODE };
    assert_int_equal(create(path, &place, ""), OK);
    char file[1024];
    file_as_text(file, sizeof file);
    assert_string_equal(file, BY_MODE);
    struct stat stat_;
    assert_int_equal(stat(path, &stat_), 0);
    assert_int_equal(stat_.st_mode & 07777, 0600);
    expect(path, "", OK);
    expect_place(OK, MASTER_KEY_BY_MODE);

    assert_int_equal(create(path, &place, ""), FILE_EXISTS);
    file_as_text(file, sizeof file);
    assert_string_equal(file, BY_MODE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0); // nor through a link
    assert_int_equal(create(path, &place, ""), FILE_EXISTS);
    assert_int_equal(create("/tmp/no such folder/master.key", &place, ""), SYSTEM_FAULT);
}

static void test_create_by_passphrase(void **state)
{
    (void)state;
    static const struct master_key_place place = { .seal = MASTER_KEY_BY_PASSPHRASE };
    assert_int_equal(create(path, &place, "correct horse"), OK);
    char file[1024];
    file_as_text(file, sizeof file);
    // libsodium's "moderate": 3 passes over 256 MiB
    assert_ptr_equal(strstr(file, FIRST "seal: passphrase\nkdf: argon2id13\npasses: 3\nmemory: 268435456\nsalt: 0001"),
                     file);
    assert_null(strstr(file, KEY));
    expect(path, "correct horse", OK);
}

// sha256sum of the lines before each
#define BY_COMPONENTS FIRST "seal: components\nparts: 3\nvalue: 0a1b2c3d4e\ncheck: c67f4e02f83ca500\n"
#define BY_PKCS11                                                                                                      \
    FIRST                                                                                                              \
    "seal: pkcs11\nmodule: /usr/lib/softhsm/libsofthsm2.so\ntoken: house: one\nkey: cardwright-master\n"               \
    "value: 0a1b2c3d4e\ncheck: 3bc6e4c2276c983c\n"
static const uint8_t SOME_VALUE[] = { 0x0a, 0x1b, 0x2c, 0x3d, 0x4e };

static void test_forms_without_a_secret(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        status expected;
        enum master_key_seal seal;
    } cases[] = {
        { BY_MODE, OK, MASTER_KEY_BY_MODE },
        { BY_COMPONENTS, OK, MASTER_KEY_BY_COMPONENTS },
        { BY_PKCS11, OK, MASTER_KEY_BY_PKCS11 },
        { FIRST "seal: components\nparts: 2\nvalue: 0a1b2c3d4e\ncheck: c67f4e02f83ca500\n", DATA_DAMAGED, 0 },
        // whole, with a right check, and wrong all the same
        { FIRST "seal: components\nparts: 1\nvalue: 0a1b2c3d4e\ncheck: f2f034d9e33994f1\n", DATA_DAMAGED, 0 },
        { FIRST "seal: components\nparts: 5\nvalue: 0a1b2c3d4e\ncheck: f9ee94f7e737296b\n", DATA_DAMAGED, 0 },
        { FIRST "seal: components\nparts: 2\nvalue: 0a1b2c3d4e\n", DATA_DAMAGED, 0 },
        { BY_COMPONENTS "\n", DATA_DAMAGED, 0 },
        { FIRST "seal: pkcs11\nmodule: x\ntoken: \nkey: y\nvalue: 0a1b2c3d4e\ncheck: ea4512628636f67b\n", DATA_DAMAGED,
          0 },
        { FIRST "seal: pkcs11\nmodule: x\ntoken: a label of more than 32 characters\nkey: y\nvalue: 0a1b2c3d4e\n"
                "check: d8ba02a867e4d1fd\n",
          DATA_DAMAGED, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file_write(cases[i].file, 0600);
        expect_place(cases[i].expected, cases[i].seal);
    }
    file_write(BY_COMPONENTS, 0640);
    expect_place(FORBIDDEN, 0);
    file_write(BY_COMPONENTS, 0600);
    expect(path, "", KEY_UNAVAILABLE); // there is nothing in it to open
}

static void test_create_without_a_secret(void **state)
{
    (void)state;
    struct master_key_place place = { .seal = MASTER_KEY_BY_COMPONENTS, .part_count = 3 }, read;
    char file[1024];
    memcpy(place.value, SOME_VALUE, sizeof place.value);
    assert_int_equal(create(path, &place, ""), OK);
    file_as_text(file, sizeof file);
    assert_string_equal(file, BY_COMPONENTS);
    assert_int_equal(master_key_file_read(&read, path), OK);
    assert_int_equal(read.part_count, 3);
    assert_memory_equal(read.value, SOME_VALUE, sizeof SOME_VALUE);

    unlink(path);
    place =
        (struct master_key_place){ .seal = MASTER_KEY_BY_PKCS11,
                                   .token = { "/usr/lib/softhsm/libsofthsm2.so", "house: one", "cardwright-master" } };
    memcpy(place.value, SOME_VALUE, sizeof place.value);
    assert_int_equal(create(path, &place, ""), OK);
    file_as_text(file, sizeof file);
    assert_string_equal(file, BY_PKCS11);
    assert_int_equal(master_key_file_read(&read, path), OK);
    assert_string_equal(read.token.module, place.token.module);
    assert_string_equal(read.token.token, place.token.token);
    assert_string_equal(read.token.key, place.token.key);

    unlink(path);
    strcpy(place.token.key, "two\nlines");
    assert_int_equal(create(path, &place, ""), INVALID_INPUT);
    strcpy(place.token.key, "");
    assert_int_equal(create(path, &place, ""), INVALID_INPUT);
}

static void test_place_judge(void **state)
{
    (void)state;
    struct master_key_place place = { .seal = MASTER_KEY_BY_COMPONENTS, .part_count = 2 };
    struct secret key;
    struct master_key *master;
    assert_int_equal(secret_init(&key, 32), OK);
    random_counts(NULL, key.at, key.len);
    assert_int_equal(master_key_in_memory(&master, &key), OK);
    memcpy(place.value, COUNTING_VALUE, sizeof place.value);
    assert_int_equal(master_key_place_judge(&place, master), OK);
    place.value[4] ^= 1;
    assert_int_equal(master_key_place_judge(&place, master), DATA_DAMAGED);
    master_key_free(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms_by_mode, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_forms_by_passphrase, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_forms_without_a_secret, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_modes, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_kinds_of_file, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_create_by_mode, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_create_by_passphrase, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_create_without_a_secret, folder_set_up, folder_tear_down),
        cmocka_unit_test(test_place_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
