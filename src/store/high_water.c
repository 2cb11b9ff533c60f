#include "store/high_water.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/new_file.h"
#include "crypto/mac.h"

/*
 * The file: a head of 4096 bytes (its first line, then zeros), the first records of all slots, the second records of
 * all slots. A slot's two records lie far apart, so that one damaged sector never holds both.
 *
 * A record: series id (8, big-endian), mark (8), count of writes (8), checksum (8: the start of the SHA-256 of the
 * record's place and the 24 bytes before). A record of zeros was never written.
 */
static const char FIRST_LINE[] = "cardwright high water 1\n";

enum {
    SLOT_COUNT = HIGH_WATER_SERIES_COUNT_MAX,
    HEAD_LEN = 4096,
    RECORD_LEN = 32,
    CHECKSUM_AT = 24,
    CHECKSUM_LEN = RECORD_LEN - CHECKSUM_AT,
    FILE_LEN = HEAD_LEN + 2 * SLOT_COUNT * RECORD_LEN,
    INDEX_COUNT = 2 * SLOT_COUNT, // never more than half full
};

_Static_assert((INDEX_COUNT & (INDEX_COUNT - 1)) == 0, "the index is masked");

struct slot {
    int64_t series_id;     // 0: free
    uint64_t mark;         // what was asked for
    uint64_t durable_mark; // what the newest record says
    uint64_t syncing_mark; // what the record being written says
    uint64_t writes;       // count of the newest record; 0: none
    int newest;            // 0 or 1: which record that is
    bool dirty;            // stands in the list of dirty slots
};

struct high_water {
    int fd;
    pthread_mutex_t lock; // for all that follows
    pthread_cond_t synced;
    bool syncing;          // one thread writes and syncs for all who wait
    uint64_t raised_count; // raises so far, and how many of them are durable
    uint64_t durable_count;
    int dirty_count;
    int used_count; // slots
    int free_from;  // no slot before it is free
    int dirty[SLOT_COUNT];
    uint16_t index[INDEX_COUNT]; // by series id, open addressing: slot + 1, or 0
    struct slot slots[SLOT_COUNT];
};

_Static_assert(SLOT_COUNT < UINT16_MAX, "a slot fits the index");

static void lock(struct high_water *high_water)
{
    int failed = pthread_mutex_lock(&high_water->lock);
    assert(!failed);
}

static void unlock(struct high_water *high_water)
{
    int failed = pthread_mutex_unlock(&high_water->lock);
    assert(!failed);
}

// Records.

static off_t record_at(int slot, int which)
{
    return HEAD_LEN + ((off_t)which * SLOT_COUNT + slot) * RECORD_LEN;
}

static status checksum_compute(uint8_t checksum[CHECKSUM_LEN], const uint8_t *record, int slot, int which)
{
    uint8_t place[8], digest[SHA256_LEN];
    bytes_put_be64(place, (uint64_t)record_at(slot, which));
    const struct bytes_view pieces[] = { { place, sizeof place }, { record, CHECKSUM_AT } };
    TRY(sha256(digest, pieces, 2));
    memcpy(checksum, digest, CHECKSUM_LEN);
    return OK;
}

struct record {
    int64_t series_id;
    uint64_t mark, writes;
    enum { RECORD_UNUSED, RECORD_VALID, RECORD_DAMAGED } state;
};

static status record_read(struct record *out, const uint8_t *file, int slot, int which)
{
    static const uint8_t unused[RECORD_LEN];
    const uint8_t *at = file + record_at(slot, which);
    *out = (struct record){ .state = RECORD_UNUSED };
    if (memcmp(at, unused, RECORD_LEN) == 0) {
        return OK;
    }
    uint8_t checksum[CHECKSUM_LEN];
    TRY(checksum_compute(checksum, at, slot, which));
    if (memcmp(at + CHECKSUM_AT, checksum, CHECKSUM_LEN) != 0) {
        out->state = RECORD_DAMAGED;
        return OK;
    }
    out->series_id = (int64_t)bytes_get_be64(at);
    out->mark = bytes_get_be64(at + 8);
    out->writes = bytes_get_be64(at + 16);
    out->state = RECORD_VALID;
    return OK;
}

static status record_write(struct high_water *high_water, int index)
{
    struct slot *slot = &high_water->slots[index];
    int which = slot->writes == 0 ? 0 : 1 - slot->newest;
    uint8_t record[RECORD_LEN];
    bytes_put_be64(record, (uint64_t)slot->series_id);
    bytes_put_be64(record + 8, slot->mark);
    bytes_put_be64(record + 16, slot->writes + 1);
    TRY(checksum_compute(record + CHECKSUM_AT, record, index, which));
    ssize_t written;
    do {
        written = pwrite(high_water->fd, record, RECORD_LEN, record_at(index, which));
    } while (written < 0 && errno == EINTR);
    if (written != RECORD_LEN) {
        return written < 0 && (errno == ENOSPC || errno == EDQUOT) ? STORAGE_FULL : STORAGE_FAULT;
    }
    slot->syncing_mark = slot->mark;
    return OK;
}

// The index of slots by series id.

static unsigned int index_home(int64_t series_id)
{
    return (unsigned int)((uint64_t)series_id * 0x9E3779B97F4A7C15U >> 40) & (INDEX_COUNT - 1);
}

// Where the series stands in the index, or the empty place where it would.
static uint16_t *index_place(struct high_water *high_water, int64_t series_id)
{
    unsigned int at = index_home(series_id);
    while (high_water->index[at] != 0 && high_water->slots[high_water->index[at] - 1].series_id != series_id) {
        at = (at + 1) & (INDEX_COUNT - 1);
    }
    return &high_water->index[at];
}

static struct slot *slot_find(struct high_water *high_water, int64_t series_id)
{
    uint16_t place = *index_place(high_water, series_id);
    return place != 0 ? &high_water->slots[place - 1] : NULL;
}

static struct slot *slot_take(struct high_water *high_water, int index, int64_t series_id)
{
    uint16_t *place = index_place(high_water, series_id);
    struct slot *slot = &high_water->slots[index];
    assert(*place == 0 && slot->series_id == 0);
    *place = (uint16_t)(index + 1);
    slot->series_id = series_id;
    high_water->used_count++;
    return slot;
}

static void dirty_add(struct high_water *high_water, struct slot *slot)
{
    if (!slot->dirty) {
        slot->dirty = true;
        high_water->dirty[high_water->dirty_count++] = (int)(slot - high_water->slots);
    }
}

// Making and opening.

status high_water_create(const char *path)
{
    uint8_t *file = calloc(1, FILE_LEN);
    if (file == NULL) {
        return OUT_OF_MEMORY;
    }
    memcpy(file, FIRST_LINE, sizeof FIRST_LINE - 1);
    status result = new_file_write(path, file, FILE_LEN);
    free(file);
    return result;
}

static status file_read(int fd, uint8_t *file)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0) {
        return STORAGE_FAULT;
    }
    if (!S_ISREG(stat.st_mode) || stat.st_size != FILE_LEN) {
        return DATA_DAMAGED;
    }
    size_t len = 0;
    while (len < FILE_LEN) {
        ssize_t got = pread(fd, file + len, FILE_LEN - len, (off_t)len);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return STORAGE_FAULT;
        }
        len += got > 0 ? (size_t)got : 0;
    }
    uint8_t head[HEAD_LEN] = { 0 };
    memcpy(head, FIRST_LINE, sizeof FIRST_LINE - 1);
    return memcmp(file, head, HEAD_LEN) == 0 ? OK : DATA_DAMAGED;
}

static bool follow(const struct record *newer, const struct record *older)
{
    return newer->series_id == older->series_id && newer->writes == older->writes + 1 && newer->mark >= older->mark;
}

// `*torn` counts the slots of which one record alone is good.
static status slot_load(struct high_water *high_water, const uint8_t *file, int index, int *torn)
{
    struct record records[2];
    TRY(record_read(&records[0], file, index, 0));
    TRY(record_read(&records[1], file, index, 1));
    bool valid[2] = { records[0].state == RECORD_VALID, records[1].state == RECORD_VALID };
    int newest;
    if (valid[0] && valid[1]) {
        newest = records[1].writes > records[0].writes ? 1 : 0;
        if (!follow(&records[newest], &records[1 - newest])) {
            return DATA_DAMAGED;
        }
    } else if (valid[0] || valid[1]) {
        newest = valid[1] ? 1 : 0;
        *torn += 1;
    } else if (records[1].state == RECORD_UNUSED) {
        // Never used, or torn in its very first write. A raise is acknowledged only when both records are there, so
        // nothing is lost: the slot is free.
        *torn += records[0].state == RECORD_DAMAGED ? 1 : 0;
        return OK;
    } else {
        return DATA_DAMAGED;
    }
    const struct record *record = &records[newest];
    if (record->series_id == 0 || record->writes == 0 || slot_find(high_water, record->series_id) != NULL) {
        return DATA_DAMAGED;
    }
    struct slot *slot = slot_take(high_water, index, record->series_id);
    slot->mark = slot->durable_mark = record->mark;
    slot->writes = record->writes;
    slot->newest = newest;
    if (!valid[1 - newest]) {
        dirty_add(high_water, slot); // the next raise gives it its second record again
    }
    return OK;
}

static status slots_load(struct high_water *high_water)
{
    int torn = 0;
    uint8_t *file = malloc(FILE_LEN);
    if (file == NULL) {
        return OUT_OF_MEMORY;
    }
    status result = file_read(high_water->fd, file);
    for (int i = 0; result == OK && i < SLOT_COUNT; i++) {
        result = slot_load(high_water, file, i, &torn);
    }
    free(file);
    // A process that was killed may have left records that can be read and are not on the disk yet.
    if (result == OK && fdatasync(high_water->fd) != 0) {
        result = STORAGE_FAULT;
    }
    if (result == OK && torn > 0) {
        LOG(LOG_WARN, "high_water.torn", "The last writes to the high-water file were cut off; those before are used.",
            LOG_I("slots", torn));
    }
    return result;
}

status high_water_open(struct high_water **out, const char *path)
{
    *out = NULL;
    struct high_water *high_water = calloc(1, sizeof *high_water);
    if (high_water == NULL) {
        return OUT_OF_MEMORY;
    }
    pthread_mutex_init(&high_water->lock, NULL);
    pthread_cond_init(&high_water->synced, NULL);
    status result;
    high_water->fd = open(path, O_RDWR | O_CLOEXEC);
    if (high_water->fd < 0) {
        result = errno == ENOENT ? NOT_FOUND : STORAGE_FAULT;
    } else {
        result = slots_load(high_water);
    }
    if (result == OK) {
        *out = high_water;
    } else {
        high_water_close(high_water);
    }
    return result;
}

void high_water_close(struct high_water *high_water)
{
    if (high_water == NULL) {
        return;
    }
    if (high_water->fd >= 0) {
        close(high_water->fd);
    }
    pthread_cond_destroy(&high_water->synced);
    pthread_mutex_destroy(&high_water->lock);
    free(high_water);
}

// Asking.

uint64_t high_water_mark(struct high_water *high_water, int64_t series_id)
{
    lock(high_water);
    const struct slot *slot = slot_find(high_water, series_id);
    uint64_t mark = slot != NULL ? slot->mark : 0;
    unlock(high_water);
    return mark;
}

bool high_water_each(struct high_water *high_water, int *cursor, struct mark *mark)
{
    bool found = false;
    lock(high_water);
    while (!found && *cursor < SLOT_COUNT) {
        const struct slot *slot = &high_water->slots[(*cursor)++];
        found = slot->series_id != 0;
        if (found) {
            *mark = (struct mark){ slot->series_id, slot->mark };
        }
    }
    unlock(high_water);
    return found;
}

// Raising. Everything up to `marks_sync` is under the lock and in memory alone.

static bool stands_before(const struct mark *marks, int index)
{
    for (int i = 0; i < index; i++) {
        if (marks[i].series_id == marks[index].series_id && marks[i].drawn > 0) {
            return true;
        }
    }
    return false;
}

static bool is_new(struct high_water *high_water, const struct mark *mark)
{
    assert(mark->series_id != 0);
    return mark->drawn > 0 && slot_find(high_water, mark->series_id) == NULL;
}

// Gives a slot to each series that has none; all or nothing.
static status slots_reserve(struct high_water *high_water, const struct mark *marks, int count)
{
    int wanted = 0;
    for (int i = 0; i < count; i++) {
        wanted += is_new(high_water, &marks[i]) && !stands_before(marks, i) ? 1 : 0;
    }
    if (wanted > SLOT_COUNT - high_water->used_count) {
        return STORAGE_FULL;
    }
    for (int i = 0; i < count; i++) {
        if (is_new(high_water, &marks[i])) {
            while (high_water->slots[high_water->free_from].series_id != 0) {
                high_water->free_from++;
            }
            slot_take(high_water, high_water->free_from, marks[i].series_id);
        }
    }
    return OK;
}

static void marks_raise(struct high_water *high_water, const struct mark *marks, int count)
{
    bool raised = false;
    for (int i = 0; i < count; i++) {
        struct slot *slot = slot_find(high_water, marks[i].series_id);
        if (slot != NULL && marks[i].drawn > slot->mark) {
            slot->mark = marks[i].drawn;
            dirty_add(high_water, slot);
            raised = true;
        }
    }
    high_water->raised_count += raised ? 1 : 0;
}

// After a sync: the first `count` dirty slots are as their records say. Those raised since, and those of which one
// record alone is written, stay dirty.
static void marks_settle(struct high_water *high_water, int count)
{
    int kept = 0;
    for (int i = 0; i < high_water->dirty_count; i++) {
        struct slot *slot = &high_water->slots[high_water->dirty[i]];
        if (i < count) {
            slot->newest = slot->writes == 0 ? 0 : 1 - slot->newest;
            slot->writes++;
            slot->durable_mark = slot->syncing_mark;
            slot->dirty = slot->mark != slot->durable_mark || slot->writes == 1;
        }
        if (slot->dirty) {
            high_water->dirty[kept++] = high_water->dirty[i];
        }
    }
    high_water->dirty_count = kept;
}

// One write of all dirty slots and one sync, which lets go of the lock. A record is not written over before the other
// one of its slot is durable: there is one sync at a time, and none is begun before the last is over.
static status dirty_write(struct high_water *high_water)
{
    int count = high_water->dirty_count;
    for (int i = 0; i < count; i++) {
        TRY(record_write(high_water, high_water->dirty[i]));
    }
    unlock(high_water);
    int failed = fdatasync(high_water->fd);
    if (failed) {
        // What the kernel could not write it has forgotten: nobody can say any more what is on the disk.
        LOG(LOG_ERROR, "high_water.sync_failed", "The high-water file could not be synced. The process ends.",
            LOG_I("errno", errno));
        abort();
    }
    lock(high_water);
    marks_settle(high_water, count);
    return OK;
}

static bool has_new_slot(const struct high_water *high_water)
{
    for (int i = 0; i < high_water->dirty_count; i++) {
        if (high_water->slots[high_water->dirty[i]].writes == 0) {
            return true;
        }
    }
    return false;
}

// A series' first mark is written twice, one sync after another, so that it has both its records before it counts.
static status marks_sync(struct high_water *high_water)
{
    uint64_t reached = high_water->raised_count;
    bool twice = has_new_slot(high_water);
    high_water->syncing = true;
    status result = dirty_write(high_water);
    if (result == OK && twice) {
        result = dirty_write(high_water);
    }
    high_water->syncing = false;
    if (result == OK) {
        high_water->durable_count = reached;
    }
    pthread_cond_broadcast(&high_water->synced);
    return result;
}

status high_water_raise(struct high_water *high_water, const struct mark *marks, int count)
{
    lock(high_water);
    status result = slots_reserve(high_water, marks, count);
    if (result == OK) {
        marks_raise(high_water, marks, count);
        // Also for a mark that another thread raised higher: it is not durable before that thread's sync.
        uint64_t wanted = high_water->raised_count;
        while (result == OK && high_water->durable_count < wanted) {
            if (high_water->syncing) {
                pthread_cond_wait(&high_water->synced, &high_water->lock);
            } else {
                result = marks_sync(high_water);
            }
        }
    }
    unlock(high_water);
    return result;
}
