#include "base/faults.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void faults_init(struct faults *faults, struct arena *arena)
{
    faults->arena = arena;
    faults->count = 0;
}

static status add(struct faults *faults, text field, status code, text message)
{
    assert(code != OK);
    if (faults->count < REQUEST_FAULT_COUNT_MAX) {
        faults->list[faults->count] = (struct fault){ arena_copy(faults->arena, field), code, message };
    }
    faults->count++;
    return code;
}

status faults_add(struct faults *faults, text field, status code)
{
    return add(faults, field, code, TEXT_ABSENT);
}

status faults_add_message(struct faults *faults, text field, status code, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    assert(len >= 0);
    return add(faults, field, code, arena_copy(faults->arena, text_of(message)));
}

int faults_kept(const struct faults *faults)
{
    return faults->count < REQUEST_FAULT_COUNT_MAX ? faults->count : REQUEST_FAULT_COUNT_MAX;
}
