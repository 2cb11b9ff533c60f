#include "base/new_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[96];

static int folder_set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/new_file_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int folder_tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); // also: nothing else was left there
}

static void expect_file(const char *expected, mode_t mode)
{
    char bytes[64];
    int fd = open(path, O_RDONLY);
    ssize_t len = read(fd, bytes, sizeof bytes);
    struct stat stat;
    assert_int_equal(fstat(fd, &stat), 0);
    close(fd);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(bytes, expected, strlen(expected));
    assert_int_equal(stat.st_mode & 07777, mode);
    assert_int_equal(stat.st_nlink, 1);
}

static void test_writes_once(void **state)
{
    (void)state;
    assert_int_equal(new_file_write(path, "first", 5), OK);
    expect_file("first", 0600);
    assert_int_equal(new_file_write(path, "second", 6), FILE_EXISTS);
    expect_file("first", 0600);
}

static void test_name_without_folder(void **state)
{
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(new_file_write("file", "", 0), OK);
    assert_int_equal(chdir(before), 0);
    expect_file("", 0600);
}

static void test_refuses(void **state)
{
    (void)state;
    char far[5000];
    memset(far, 'a', sizeof far);
    far[sizeof far - 1] = '\0';
    assert_int_equal(new_file_write("/tmp/no such folder/file", "x", 1), SYSTEM_FAULT);
    assert_int_equal(new_file_write(far, "x", 1), SYSTEM_FAULT);
    assert_int_equal(new_file_write(folder, "x", 1), FILE_EXISTS);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(new_file_write(path, "x", 1), FILE_EXISTS);
}

// /dev/full cannot be linked to, so a limit on the size of files stands for the disk that takes no more.
static void test_leaves_nothing_after_a_fault(void **state)
{
    (void)state;
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){ 4, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status result = new_file_write(path, "longer", 6);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(result, STORAGE_FAULT);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_writes_once, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_name_without_folder, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_refuses, folder_set_up, folder_tear_down),
        cmocka_unit_test_setup_teardown(test_leaves_nothing_after_a_fault, folder_set_up, folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
