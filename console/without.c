/* A program without the console: for builds that have no Node.js, and for tests that need no browser. */
#include "api/console.h"

const struct console_file console_files[] = { 0 };
const int console_file_count = 0;
