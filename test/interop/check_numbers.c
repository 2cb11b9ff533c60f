/*
 * Checks a file of card numbers, one a line, on standard input, knowing nothing of the program that made them:
 *
 *   check_numbers PREFIX SUFFIX LENGTH (none|luhn)
 *
 * Every line has the length, the prefix and the suffix; what lies between is digits; no line stands twice; with luhn,
 * the digits of the whole number sum to a multiple of ten (ISO/IEC 7812-1, annex B). Prints the count of lines.
 * Distinctness is judged on a bitmap of the digits before the check digit: at most 11 of them (12.5 GB in theory; the
 * pages that are touched are what it takes).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int fail(long line, const char *why)
{
    fprintf(stderr, "line %ld: %s\n", line, why);
    return 1;
}

static int luhn_holds(const char *number, size_t len)
{
    int sum = 0, doubled = 0;
    for (size_t i = len; i-- > 0;) {
        if (number[i] >= '0' && number[i] <= '9') {
            int digit = number[i] - '0';
            digit = doubled ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit;
            sum += digit;
            doubled = !doubled;
        }
    }
    return sum % 10 == 0;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: check_numbers PREFIX SUFFIX LENGTH (none|luhn) < FILE\n");
        return 2;
    }
    const char *prefix = argv[1], *suffix = argv[2];
    size_t prefix_len = strlen(prefix), suffix_len = strlen(suffix), len = strtoul(argv[3], NULL, 10);
    int luhn = strcmp(argv[4], "luhn") == 0;
    size_t digits = len - prefix_len - suffix_len - (size_t)luhn;
    uint64_t space = 1;
    for (size_t i = 0; i < digits; i++) {
        space *= 10;
    }
    if (digits < 1 || digits > 11) {
        fprintf(stderr, "1 to 11 digits can be checked\n");
        return 2;
    }
    uint8_t *seen =
        mmap(NULL, space / 8 + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (seen == MAP_FAILED) {
        perror("memory");
        return 2;
    }
    static char buffer[512];
    setvbuf(stdin, NULL, _IOFBF, 1 << 20);
    long line = 0;
    while (fgets(buffer, sizeof buffer, stdin) != NULL) {
        line++;
        if (strlen(buffer) != len + 1 || buffer[len] != '\n') {
            return fail(line, "another length");
        }
        if (memcmp(buffer, prefix, prefix_len) != 0 || memcmp(buffer + len - suffix_len, suffix, suffix_len) != 0) {
            return fail(line, "another prefix or suffix");
        }
        uint64_t value = 0;
        for (size_t i = prefix_len; i < len - suffix_len; i++) {
            if (buffer[i] < '0' || buffer[i] > '9') {
                return fail(line, "not a digit");
            }
            value = i < prefix_len + digits ? value * 10 + (uint64_t)(buffer[i] - '0') : value;
        }
        if ((seen[value >> 3] >> (value & 7) & 1) != 0) {
            return fail(line, "stands twice");
        }
        seen[value >> 3] |= (uint8_t)(1u << (value & 7));
        if (luhn && !luhn_holds(buffer, len)) {
            return fail(line, "the check digit is wrong");
        }
    }
    printf("%ld\n", line);
    return 0;
}
