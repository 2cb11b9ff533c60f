#include "keys/master_key.h"

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

// Opens, and says whether the key is 00 01 02 ... 1f.
static status open_file(const char *at, const char *passphrase_string, enum master_key_seal *seal, bool *is_counting)
{
    struct secret master, passphrase = passphrase_of(passphrase_string);
    status result = master_key_open(&master, seal, at, &passphrase);
    *is_counting = result == OK && master.len == 32;
    for (size_t i = 0; *is_counting && i < 32; i++) {
        *is_counting = master.at[i] == i;
    }
    assert_true(result == OK || master.at == NULL);
    secret_release(&master);
    secret_release(&passphrase);
    return result;
}

static void expect(const char *at, const char *passphrase, status expected)
{
    enum master_key_seal seal;
    bool is_counting;
    assert_int_equal(open_file(at, passphrase, &seal, &is_counting), expected);
    assert_int_equal(is_counting, expected == OK);
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

    enum master_key_seal seal;
    struct secret master;
    assert_int_equal(master_key_open(&master, &seal, path, NULL), KEY_UNAVAILABLE);

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

static void test_create_by_mode(void **state)
{
    (void)state;
    assert_int_equal(master_key_create(path, NULL, &counting), OK);
    char file[1024];
    file_as_text(file, sizeof file);
    assert_string_equal(file, BY_MODE);
    struct stat stat_;
    assert_int_equal(stat(path, &stat_), 0);
    assert_int_equal(stat_.st_mode & 07777, 0600);

    enum master_key_seal seal;
    bool is_counting;
    assert_int_equal(open_file(path, "", &seal, &is_counting), OK);
    assert_true(is_counting && seal == MASTER_KEY_BY_MODE);

    assert_int_equal(master_key_create(path, &(struct secret){ 0 }, &runtime_real), FILE_EXISTS);
    file_as_text(file, sizeof file);
    assert_string_equal(file, BY_MODE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0); // nor through a link
    assert_int_equal(master_key_create(path, NULL, &runtime_real), FILE_EXISTS);
    assert_int_equal(master_key_create("/tmp/no such folder/master.key", NULL, &counting), SYSTEM_FAULT);
}

static void test_create_by_passphrase(void **state)
{
    (void)state;
    struct secret passphrase = passphrase_of("correct horse");
    assert_int_equal(master_key_create(path, &passphrase, &counting), OK);
    secret_release(&passphrase);
    char file[1024];
    file_as_text(file, sizeof file);
    // libsodium's "moderate": 3 passes over 256 MiB
    assert_ptr_equal(strstr(file, FIRST "seal: passphrase\nkdf: argon2id13\npasses: 3\nmemory: 268435456\nsalt: 0001"),
                     file);
    assert_null(strstr(file, KEY));
    enum master_key_seal seal;
    bool is_counting;
    assert_int_equal(open_file(path, "correct horse", &seal, &is_counting), OK);
    assert_true(is_counting && seal == MASTER_KEY_BY_PASSPHRASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms_by_mode, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_forms_by_passphrase, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_modes, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_kinds_of_file, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_create_by_mode, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_create_by_passphrase, folder_set_up, folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
