#include "store/high_water.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

// The file as the source describes it: a head, the first records of all slots, the second ones.
enum { SLOT_COUNT = 8192, HEAD_LEN = 4096, RECORD_LEN = 32, FILE_LEN = HEAD_LEN + 2 * SLOT_COUNT * RECORD_LEN };

static char folder[64], path[96];

// Stands in for the system's: counts, fails when told to, and shows each test the moment before data is durable.
static atomic_int sync_count;
static bool sync_fails;
static void (*before_sync)(void);

int fdatasync(int fd)
{
    (void)fd;
    atomic_fetch_add(&sync_count, 1);
    if (before_sync != NULL) {
        before_sync();
    }
    return sync_fails ? -1 : 0;
}

static long record_at(int slot, int which)
{
    return HEAD_LEN + ((long)which * SLOT_COUNT + slot) * RECORD_LEN;
}

static int file_set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/high_water_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/marks", folder);
    assert_int_equal(high_water_create(path), OK);
    return 0;
}

static int file_tear_down(void **state)
{
    (void)state;
    before_sync = NULL;
    unlink(path);
    return rmdir(folder); // also: nothing else was left there
}

static void file_write(const char *name, long at, const void *bytes, size_t len)
{
    int fd = open(name, O_WRONLY);
    assert_int_equal(pwrite(fd, bytes, len, at), len);
    close(fd);
}

static void file_read(const char *name, long at, void *bytes, size_t len)
{
    int fd = open(name, O_RDONLY);
    assert_int_equal(pread(fd, bytes, len, at), len);
    close(fd);
}

static void damage(long at)
{
    uint8_t byte;
    file_read(path, at, &byte, 1);
    byte ^= 0x10;
    file_write(path, at, &byte, 1);
}

static void raise_one(int64_t series_id, uint64_t drawn)
{
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    assert_int_equal(high_water_raise(high_water, &(struct mark){ series_id, drawn }, 1), OK);
    high_water_close(high_water);
}

static uint64_t reopened_mark(int64_t series_id)
{
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    uint64_t mark = high_water_mark(high_water, series_id);
    high_water_close(high_water);
    return mark;
}

static status reopened_status(void)
{
    struct high_water *high_water;
    status result = high_water_open(&high_water, path);
    high_water_close(high_water);
    return result;
}

static void test_create_never_replaces(void **state)
{
    (void)state;
    raise_one(7, 100);
    assert_int_equal(high_water_create(path), FILE_EXISTS);
    assert_int_equal(reopened_mark(7), 100);
    struct stat stat_;
    assert_int_equal(stat(path, &stat_), 0);
    assert_int_equal(stat_.st_size, FILE_LEN);
    assert_int_equal(stat_.st_mode & 0777, 0600);
    int fd = open(path, O_RDONLY);
    assert_int_equal(lseek(fd, 0, SEEK_HOLE), FILE_LEN); // no holes: a full disk cannot stop a mark
    close(fd);
}

static void test_open_refuses(void **state)
{
    (void)state;
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, "/tmp/no such folder/marks"), NOT_FOUND);
    assert_null(high_water);
    damage(0);
    assert_int_equal(reopened_status(), DATA_DAMAGED);
    damage(0);
    assert_int_equal(reopened_status(), OK);
    assert_int_equal(truncate(path, FILE_LEN - 1), 0);
    assert_int_equal(reopened_status(), DATA_DAMAGED);
}

static void test_marks_rise_and_stay(void **state)
{
    (void)state;
    const struct {
        int64_t series_id;
        uint64_t drawn, expected;
    } steps[] = {
        { 7, 10, 10 }, { 7, 5, 10 }, // never lowered
        { 7, 11, 11 }, { -9, 1, 1 },  { INT64_MAX, UINT64_MAX, UINT64_MAX }, { INT64_MAX, 1, UINT64_MAX },
        { 8, 0, 0 },   { 7, 11, 11 },
    };
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(high_water_raise(high_water, &(struct mark){ steps[i].series_id, steps[i].drawn }, 1), OK);
        assert_int_equal(high_water_mark(high_water, steps[i].series_id), steps[i].expected);
        assert_int_equal(reopened_mark(steps[i].series_id), steps[i].expected);
    }
    high_water_close(high_water);

    assert_int_equal(high_water_open(&high_water, path), OK);
    const struct mark expected[] = { { 7, 11 }, { -9, 1 }, { INT64_MAX, UINT64_MAX } };
    struct mark mark;
    int cursor = 0, count = 0;
    while (high_water_each(high_water, &cursor, &mark)) {
        assert_true(count < 3);
        assert_int_equal(mark.series_id, expected[count].series_id);
        assert_int_equal(mark.drawn, expected[count].drawn);
        count++;
    }
    assert_int_equal(count, 3);
    high_water_close(high_water);
}

static void test_one_sync_for_many(void **state)
{
    (void)state;
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    const struct {
        struct mark marks[4];
        int syncs;
    } steps[] = {
        { { { 1, 5 }, { 2, 5 }, { 3, 5 }, { 1, 6 } }, 2 }, // new: both records, one after the other
        { { { 1, 7 }, { 2, 7 }, { 3, 7 }, { 3, 6 } }, 1 },
        { { { 1, 8 }, { 4, 1 }, { 4, 2 }, { 4, 1 } }, 2 },
        { { { 1, 8 }, { 4, 2 }, { 2, 0 }, { 5, 0 } }, 0 },
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        sync_count = 0;
        assert_int_equal(high_water_raise(high_water, steps[i].marks, 4), OK);
        assert_int_equal(sync_count, steps[i].syncs);
    }
    high_water_close(high_water);
    const uint64_t expected[] = { 0, 8, 7, 7, 2, 0 };
    for (int i = 0; i < 6; i++) {
        assert_int_equal(reopened_mark(i), expected[i]);
    }
}

static void test_torn_record(void **state)
{
    (void)state;
    raise_one(7, 10); // both records
    raise_one(7, 20); // the first one
    raise_one(7, 30); // the second one
    const int fields[] = { 0, 7, 8, 15, 23, 24, 31 };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        long first = record_at(0, 0) + fields[i], second = record_at(0, 1) + fields[i];
        damage(second);
        assert_int_equal(reopened_mark(7), 20);
        damage(first);
        assert_int_equal(reopened_status(), DATA_DAMAGED);
        damage(second);
        assert_int_equal(reopened_mark(7), 30);
        damage(first);
        assert_int_equal(reopened_mark(7), 30);
    }
    damage(record_at(0, 1));
    raise_one(7, 25); // in place of the torn one
    assert_int_equal(reopened_mark(7), 25);
    damage(record_at(0, 1));
    assert_int_equal(reopened_mark(7), 20);
}

static void test_one_raise_has_two_records(void **state)
{
    (void)state;
    raise_one(7, 10);
    damage(record_at(0, 0));
    assert_int_equal(reopened_mark(7), 10);
    damage(record_at(0, 1));
    assert_int_equal(reopened_status(), DATA_DAMAGED);
}

static void test_misplaced_records(void **state)
{
    (void)state;
    raise_one(7, 10);
    uint8_t records[2][RECORD_LEN];
    file_read(path, record_at(0, 0), records[0], RECORD_LEN);
    file_read(path, record_at(0, 1), records[1], RECORD_LEN);
    file_write(path, record_at(1, 0), records[0], RECORD_LEN);
    file_write(path, record_at(1, 1), records[1], RECORD_LEN);
    assert_int_equal(reopened_status(), DATA_DAMAGED);
}

static void test_full_table(void **state)
{
    (void)state;
    static struct mark marks[SLOT_COUNT + 1];
    for (int i = 0; i <= SLOT_COUNT; i++) {
        marks[i] = (struct mark){ i + 1, 1000 };
    }
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    sync_count = 0;
    assert_int_equal(high_water_raise(high_water, marks, SLOT_COUNT + 1), STORAGE_FULL);
    assert_int_equal(high_water_raise(high_water, marks, SLOT_COUNT - 1), OK);
    assert_int_equal(sync_count, 2);

    const struct mark one_too_many[] = { { 1, 2000 }, { 9000, 5 }, { 9000, 6 }, { 9001, 5 } };
    assert_int_equal(high_water_raise(high_water, one_too_many, 4), STORAGE_FULL);
    assert_int_equal(high_water_mark(high_water, 1), 1000);
    assert_int_equal(high_water_mark(high_water, 9000), 0);
    assert_int_equal(high_water_raise(high_water, one_too_many, 3), OK); // the last slot, asked for twice
    assert_int_equal(high_water_raise(high_water, &(struct mark){ 9001, 1 }, 1), STORAGE_FULL);
    assert_int_equal(high_water_raise(high_water, &(struct mark){ 8000, 1001 }, 1), OK);
    high_water_close(high_water);

    assert_int_equal(reopened_mark(1), 2000);
    assert_int_equal(reopened_mark(8000), 1001);
    assert_int_equal(reopened_mark(SLOT_COUNT - 1), 1000);
    assert_int_equal(reopened_mark(9000), 6);
    assert_int_equal(reopened_mark(9001), 0);
}

/*
 * A power cut at every sync: of the records written since the last one, any may be there, be missing or be torn.
 * Whatever is left must open, and hold no mark below what was acknowledged nor above what was asked for.
 */
enum { MODEL_SERIES_COUNT = 4 };
static uint8_t durable[FILE_LEN], written[FILE_LEN];
static uint64_t acknowledged[MODEL_SERIES_COUNT], asked[MODEL_SERIES_COUNT];
static int cut_count;

static void cut_check(const uint8_t *image)
{
    char cut[80];
    snprintf(cut, sizeof cut, "%s/cut", folder);
    int fd = open(cut, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, image, FILE_LEN), FILE_LEN);
    close(fd);
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, cut), OK);
    for (int i = 0; i < MODEL_SERIES_COUNT; i++) {
        uint64_t mark = high_water_mark(high_water, i + 1);
        assert_true(mark >= acknowledged[i] && mark <= asked[i]);
    }
    high_water_close(high_water);
    unlink(cut);
    cut_count++;
}

static void cut_here(void)
{
    static uint8_t image[FILE_LEN];
    static const size_t survived[] = { 0, 4, 12, 24, 30, RECORD_LEN }; // bytes of each record that reached the disk
    before_sync = NULL;
    file_read(path, 0, written, FILE_LEN);
    for (size_t i = 0; i < sizeof survived / sizeof survived[0]; i++) {
        for (int torn_slot = -1; torn_slot < MODEL_SERIES_COUNT; torn_slot++) { // one slot of the batch, or all
            memcpy(image, written, FILE_LEN);
            for (int record = 0; record < 2 * MODEL_SERIES_COUNT; record++) {
                int slot = record / 2;
                long at = record_at(slot, record % 2);
                if (torn_slot == -1 || torn_slot == slot) {
                    memcpy(image + at + survived[i], durable + at + survived[i], RECORD_LEN - survived[i]);
                }
            }
            cut_check(image);
        }
    }
    memcpy(durable, written, FILE_LEN);
    before_sync = cut_here;
}

static void test_power_cuts(void **state)
{
    (void)state;
    static const struct mark batches[][2] = {
        { { 1, 0x0101 }, { 2, 0x7777777777777777 } },
        { { 1, 0x0202 }, { 1, 0x0203 } },
        { { 3, 1 }, { 1, 0x1000000000000000 } },
        { { 2, UINT64_MAX }, { 4, 5 } },
        { { 3, 2 }, { 4, 6 } },
    };
    struct high_water *high_water;
    file_read(path, 0, durable, FILE_LEN);
    assert_int_equal(high_water_open(&high_water, path), OK);
    before_sync = cut_here;
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        for (int j = 0; j < 2; j++) {
            asked[batches[i][j].series_id - 1] = batches[i][j].drawn;
        }
        assert_int_equal(high_water_raise(high_water, batches[i], 2), OK);
        memcpy(acknowledged, asked, sizeof asked);
    }
    before_sync = NULL;
    high_water_close(high_water);
    assert_int_equal(cut_count, 8 * 6 * (MODEL_SERIES_COUNT + 1)); // three batches name a new series
}

static void test_failed_sync_ends_the_process(void **state)
{
    (void)state;
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        signal(SIGABRT, SIG_DFL);
        assert_non_null(freopen("/dev/null", "w", stderr));
        sync_fails = true;
        status result = high_water_raise(high_water, &(struct mark){ 7, 1 }, 1);
        _exit(result == OK ? 0 : 1);
    }
    int ended;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT);
    high_water_close(high_water);
}

enum { THREAD_COUNT = 4, RAISE_COUNT = 300 };

static void *raise_many(void *context)
{
    struct high_water *high_water = context;
    for (uint64_t i = 1; i <= RAISE_COUNT; i++) {
        struct mark marks[] = { { 1, i }, { (int64_t)(i % 5) + 2, i } };
        if (high_water_raise(high_water, marks, 2) != OK || high_water_mark(high_water, 1) < i) {
            return context;
        }
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct high_water *high_water;
    assert_int_equal(high_water_open(&high_water, path), OK);
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, raise_many, high_water), 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    high_water_close(high_water);
    assert_int_equal(reopened_mark(1), RAISE_COUNT);
    const uint64_t expected[] = { 300, 296, 297, 298, 299 }; // the last that left this rest when divided by 5
    for (int i = 0; i < 5; i++) {
        assert_int_equal(reopened_mark(i + 2), expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_create_never_replaces, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_open_refuses, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_marks_rise_and_stay, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_one_sync_for_many, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_torn_record, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_one_raise_has_two_records, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_misplaced_records, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_full_table, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_power_cuts, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_failed_sync_ends_the_process, file_set_up, file_tear_down),
        cmocka_unit_test_setup_teardown(test_threads, file_set_up, file_tear_down),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
