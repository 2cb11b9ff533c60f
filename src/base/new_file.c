#include "base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_LEN_MAX = 4096 }; // Linux takes no longer one, the terminator counted

static status storage_status(void)
{
    return errno == ENOSPC || errno == EDQUOT ? STORAGE_FULL : STORAGE_FAULT;
}

static status write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, bytes, len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return storage_status();
        }
        bytes += written;
        len -= (size_t)written;
    }
    return fsync(fd) == 0 ? OK : storage_status();
}

static status directory_sync(const char *path)
{
    char directory[PATH_LEN_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        size_t len = slash == path ? 1 : (size_t)(slash - path);
        memcpy(directory, path, len);
        directory[len] = '\0';
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return SYSTEM_FAULT;
    }
    status result = fsync(fd) == 0 ? OK : storage_status();
    close(fd);
    return result;
}

static status link_new(const char *from, const char *to)
{
    if (link(from, to) != 0) {
        return errno == EEXIST ? FILE_EXISTS : errno == ENOSPC || errno == EDQUOT ? STORAGE_FULL : SYSTEM_FAULT;
    }
    status result = directory_sync(to);
    if (result != OK) {
        unlink(to); // a caller that was refused must not find the file later
    }
    return result;
}

status new_file_write(const char *path, const void *bytes, size_t len)
{
    char passing[PATH_LEN_MAX];
    int passing_len = snprintf(passing, sizeof passing, "%s.XXXXXX", path);
    if (passing_len < 0 || (size_t)passing_len >= sizeof passing) {
        return SYSTEM_FAULT;
    }
    int fd = mkostemp(passing, O_CLOEXEC); // mode 0600
    if (fd < 0) {
        return SYSTEM_FAULT;
    }
    status result = write_all(fd, bytes, len);
    if (close(fd) != 0 && result == OK) {
        result = storage_status();
    }
    if (result == OK) {
        result = link_new(passing, path);
    }
    unlink(passing);
    return result;
}
