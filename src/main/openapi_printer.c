/* Prints the OpenAPI document while the program is built: the console's types are made from it. */
#include <stdio.h>

#include "api/openapi.h"

int main(void)
{
    struct buffer out;
    buffer_init(&out, OPENAPI_LEN_MAX);
    openapi_print(&out);
    text document = buffer_text(&out);
    bool printed = !out.failed && fwrite(document.at, 1, document.len, stdout) == document.len && fflush(stdout) == 0;
    buffer_release(&out);
    return printed ? 0 : 1;
}
