/*
 * append_sync FILE COUNT [LEN]: what one durable write costs on this disk, and nothing else. Appends LEN bytes (4096) and
 * calls fdatasync, COUNT times, and prints the microseconds of each on a line of its own.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LEN_MAX = 1024 * 1024 };

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int main(int argc, char **argv)
{
    static char bytes[LEN_MAX];
    long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    long len = argc > 3 ? strtol(argv[3], NULL, 10) : 4096;
    if (count < 1 || len < 1 || len > LEN_MAX) {
        fprintf(stderr, "usage: append_sync FILE COUNT [LEN]\n");
        return 64;
    }
    int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        perror("append_sync");
        return 1;
    }
    memset(bytes, 'x', (size_t)len);
    for (long i = 0; i < count; i++) {
        int64_t from = now_ns();
        if (write(fd, bytes, (size_t)len) != len || fdatasync(fd) != 0) {
            perror("append_sync");
            return 1;
        }
        printf("%.1f\n", (double)(now_ns() - from) / 1000);
    }
    unlink(argv[1]);
    return 0;
}
