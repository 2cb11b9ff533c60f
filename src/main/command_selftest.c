#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "crypto/selftest/vectors.h"
#include "main/command.h"

struct tally {
    int64_t passed, failed; // rows; a file that cannot be read or is malformed counts as failed too
};

// Names of files are anyone's: what could move a terminal's cursor is not printed.
static void print_name(const char *name)
{
    int width = 0;
    for (; *name != '\0'; name++, width++) {
        putchar((unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name);
    }
    printf("%*s", width < 28 ? 28 - width : 0, "");
}

static void print_fault(struct tally *tally, const char *name, const char *fault)
{
    print_name(name);
    printf(" failed: %s\n", fault);
    tally->failed++;
}

static void print_report(struct tally *tally, const char *name, const struct vector_report *report)
{
    if (report->topic == NULL && report->fault == NULL) {
        print_name(name);
        printf(" not known\n");
        return;
    }
    if (report->topic == NULL) {
        print_fault(tally, name, report->fault);
        return;
    }
    print_name(name);
    printf(" %" PRId64 " passed, %" PRId64 " failed, %" PRId64 " skipped", report->passed, report->failed,
           report->skipped);
    if (report->first_failed_row > 0) {
        printf("; row %" PRId64 " failed first", report->first_failed_row);
    }
    if (report->fault != NULL) {
        printf("; failed: %s", report->fault);
    }
    printf("\n");
    tally->passed += report->passed;
    tally->failed += report->failed + (report->fault != NULL);
}

static void check_csv(struct tally *tally, const char *name, text csv)
{
    struct vector_report report;
    if (vector_run(&report, csv) == OK) {
        print_report(tally, name, &report);
    } else {
        print_fault(tally, name, "Memory is short.");
    }
}

/* a folder of others */

static bool read_all(struct buffer *content, int file)
{
    while (!content->failed) {
        uint8_t piece[16 * 1024];
        ssize_t len = read(file, piece, sizeof piece);
        if (len <= 0) {
            return len == 0;
        }
        buffer_append(content, piece, (size_t)len);
    }
    return true;
}

static void check_file(struct tally *tally, int folder, const char *name)
{
    struct buffer content;
    struct stat about;
    buffer_init(&content, SELFTEST_FILE_LEN_MAX);
    // Without waiting: there may be a pipe under this name.
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || !read_all(&content, file)) {
        print_fault(tally, name, "It cannot be read.");
    } else if (content.failed) {
        print_fault(tally, name, "It is too long.");
    } else {
        check_csv(tally, name, buffer_text(&content));
    }
    if (file >= 0) {
        close(file);
    }
    buffer_release(&content);
}

static int is_csv(const struct dirent *entry)
{
    return text_ends_with(text_of(entry->d_name), TEXT(".csv"));
}

static bool check_folder(struct tally *tally, const char *path)
{
    struct dirent **entries;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = folder < 0 ? -1 : scandirat(folder, ".", &entries, is_csv, alphasort);
    if (count < 0) {
        fprintf(stderr, "cardwright: %s cannot be read\n", path);
    }
    if (count > SELFTEST_FILE_COUNT_MAX) {
        fprintf(stderr, "cardwright: %s has more than %d files\n", path, SELFTEST_FILE_COUNT_MAX);
    }
    bool taken = count >= 0 && count <= SELFTEST_FILE_COUNT_MAX;
    for (int i = 0; i < count; i++) {
        if (taken) {
            check_file(tally, folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    if (folder >= 0) {
        close(folder);
    }
    return taken;
}

int command_selftest(const struct config *config, const struct arguments *arguments)
{
    (void)config;
    if (arguments->word_count > 1) {
        fprintf(stderr, "usage: cardwright selftest [DIR]\n");
        return EXIT_USAGE;
    }
    struct tally tally = { 0 };
    if (arguments->word_count == 1) {
        if (!check_folder(&tally, arguments->words[0])) {
            return EXIT_REFUSED;
        }
    } else {
        for (int i = 0; i < vector_file_count; i++) {
            check_csv(&tally, vector_files[i].name, text_bytes(vector_files[i].content, vector_files[i].len));
        }
    }
    if (tally.failed == 0 && tally.passed == 0) {
        fprintf(stderr, "cardwright: no row of test vectors was checked\n");
    }
    return tally.failed == 0 && tally.passed > 0 && fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED;
}
