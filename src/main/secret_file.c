#include "main/secret_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_LEN_MAX = 1024 };

status secret_file_read(struct secret *out, const char *path, FILE *errors)
{
    *out = (struct secret){ 0 };
    if (path[0] == '\0') {
        return OK;
    }
    char line[LINE_LEN_MAX] = { 0 };
    errno = 0;
    FILE *file = fopen(path, "re");
    bool read = file != NULL;
    if (read) {
        setvbuf(file, NULL, _IONBF, 0); // a buffer would keep it
        read = fgets(line, sizeof line, file) != NULL;
        fclose(file);
    }
    if (!read) {
        fprintf(errors, "cardwright: the file %s cannot be read: %s\n", path,
                errno != 0 ? strerror(errno) : "it is empty");
        return KEY_UNAVAILABLE;
    }
    status result = secret_init_copy(out, line, strcspn(line, "\n"));
    secret_wipe(line, sizeof line);
    return result;
}
