/*
 * A file that is made once: it appears whole and durable under its name, or not at all, and never in place of another.
 */
#ifndef BASE_NEW_FILE_H
#define BASE_NEW_FILE_H

#include <stddef.h>

#include "base/status.h"

/*
 * Writes beside `path` under a passing name, syncs, links the file to `path` (mode 0600) and syncs the directory.
 * FILE_EXISTS: there is one, whatever it is. STORAGE_FULL, STORAGE_FAULT; SYSTEM_FAULT: the directory takes no file.
 */
must_use status new_file_write(const char *path, const void *bytes, size_t len);

#endif
