#include "main/terminal.h"

#include <bsd/readpassphrase.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TERMINAL "/dev/tty"
// ECMA-48: erase the screen, what scrolled out of it (as xterm and all after it take it), and go to its first line.
#define CLEAR    "\033[2J\033[3J\033[H"

// `room` counts the terminator.
static status ask(char *out, size_t room, const char *question, int echo)
{
    int source = isatty(STDIN_FILENO) == 1 ? RPP_REQUIRE_TTY : RPP_STDIN;
    char *line;
    do {
        errno = 0;
        line = readpassphrase(question, out, room, echo | source);
    } while (line == NULL && errno == EINTR);
    if (line == NULL) {
        fprintf(stderr, "cardwright: nothing can be read from the terminal: %s\n", strerror(errno));
        return SYSTEM_FAULT;
    }
    return OK;
}

status terminal_ask(char *out, size_t room, const char *question)
{
    TRY(ask(out, room, question, RPP_ECHO_ON));
    // What does not fit is dropped without a word, so the last place is never to be taken.
    return strlen(out) + 1 < room ? OK : TOO_LONG;
}

status terminal_ask_secret(struct secret *out, const char *question)
{
    struct secret line;
    *out = (struct secret){ 0 };
    TRY(secret_init(&line, TERMINAL_SECRET_LEN_MAX + 2));
    status result = ask((char *)line.at, line.len, question, RPP_ECHO_OFF);
    size_t len = strlen((const char *)line.at);
    if (result == OK && len > TERMINAL_SECRET_LEN_MAX) {
        result = TOO_LONG;
    }
    if (result == OK && len > 0) {
        result = secret_init_copy(out, line.at, len);
    }
    secret_release(&line);
    return result;
}

void terminal_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

static int terminal_open(void)
{
    return isatty(STDIN_FILENO) == 1 ? open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
}

bool terminal_is_private(void)
{
    int fd = terminal_open();
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static bool put(int fd, const char *string)
{
    size_t len = strlen(string);
    while (len > 0) {
        ssize_t written = write(fd, string, len);
        if (written <= 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            string += written;
            len -= (size_t)written;
        }
    }
    return true;
}

static bool wait_for_enter(int fd)
{
    char c = '\0';
    while (c != '\n') {
        ssize_t got = read(fd, &c, 1);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
    }
    return true;
}

static volatile sig_atomic_t clearing_fd = -1;

static void clear_and_end(int signal_number)
{
    (void)!write(clearing_fd, CLEAR, sizeof CLEAR - 1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

// Of the whole process: its other threads would take a signal that this one blocks. What comes from the keyboard does nothing
// while something is shown; what ends the process clears the screen first.
static const struct {
    int number;
    void (*handler)(int);
} guarded[] = {
    { SIGINT, SIG_IGN },        { SIGQUIT, SIG_IGN },      { SIGTSTP, SIG_IGN },
    { SIGTERM, clear_and_end }, { SIGHUP, clear_and_end },
};

enum { GUARDED_COUNT = sizeof guarded / sizeof guarded[0] };

status terminal_show_once(const char *shown)
{
    struct sigaction before[GUARDED_COUNT];
    int fd = terminal_open();
    if (fd < 0) {
        return SYSTEM_FAULT;
    }
    clearing_fd = fd;
    for (int i = 0; i < GUARDED_COUNT; i++) {
        const struct sigaction guard = { .sa_handler = guarded[i].handler };
        sigaction(guarded[i].number, &guard, &before[i]);
    }
    bool done = put(fd, shown) && wait_for_enter(fd);
    done = put(fd, CLEAR) && done;
    for (int i = 0; i < GUARDED_COUNT; i++) {
        sigaction(guarded[i].number, &before[i], NULL);
    }
    clearing_fd = -1;
    close(fd);
    return done ? OK : SYSTEM_FAULT;
}
