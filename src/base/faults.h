/*
 * Everything that is wrong with one request, gathered, so that a caller hears of all of it at once: field path, code,
 * one sentence. Belongs to one request and its arena; past the limit further faults are counted but not kept.
 */
#ifndef BASE_FAULTS_H
#define BASE_FAULTS_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/status.h"
#include "base/text.h"

struct fault {
    text field; // "numbering.prefix"; empty for the request as a whole
    status code;
    text message; // absent: the title of the code
};

struct faults {
    struct arena *arena;
    int count; // all that were added
    struct fault list[REQUEST_FAULT_COUNT_MAX];
};

void faults_init(struct faults *faults, struct arena *arena);
/* `field` is copied. Returns `code`, so that a rule can end with it. */
status faults_add(struct faults *faults, text field, status code);
status faults_add_message(struct faults *faults, text field, status code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int faults_kept(const struct faults *faults);

#endif
