/* Reading passwords (ux.md 8). */
#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/signals.h"

void hv_password_guard(bool on) {
    (void)prctl(PR_SET_DUMPABLE, on ? 0 : 1, 0, 0, 0);
}

/* Reads up to the end or to one byte more than fits; stops at a line's end when a terminal gives no end. */
static int read_bytes(int fd, char *bytes, size_t size, size_t *ret_n, bool one_line) {
    size_t n = 0;

    while (n < size) {
        ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno == EINTR && hv_signals_caught() == 0)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        n += (size_t)got;
        if (one_line && memchr(bytes, '\n', n))
            break;
    }
    *ret_n = n;
    return 0;
}

/* The first line of what was read. */
static int take_line(char *bytes, size_t n_bytes, const char *what, char **ret_password, struct hv_error *err) {
    const char *end = memchr(bytes, '\n', n_bytes);
    size_t n = end ? (size_t)(end - bytes) : n_bytes;

    if (n > 0 && bytes[n - 1] == '\r')
        n--;
    if (n > HV_PASSWORD_MAX)
        return hv_usage_error(err, "the password is the first line and nothing else",
                              "the password in %s is longer than %d bytes", what, HV_PASSWORD_MAX);
    if (n == 0)
        return hv_usage_error(err, "write the password into the first line",
                              "there is no password in %s: its first line is empty", what);
    if (memchr(bytes, '\0', n))
        return hv_usage_error(err, "write the password as text into the first line", "the password in %s holds a NUL byte", what);
    return hv_text_copy_n(bytes, n, ret_password, err);
}

int hv_password_read_fd(int fd, const char *what, char **ret_password, struct hv_error *err) {
    char bytes[HV_PASSWORD_MAX + 2];
    size_t n_bytes = 0;
    int rc;

    hv_password_guard(true);
    rc = read_bytes(fd, bytes, sizeof(bytes), &n_bytes, false);
    if (rc < 0)
        rc = hv_usage_error(err, "check the file or descriptor that was given", "the password cannot be read from %s: %s", what,
                            strerror(-rc));
    else
        rc = take_line(bytes, n_bytes, what, ret_password, err);
    hv_secret_wipe(bytes, sizeof(bytes));
    return rc;
}

/* A regular file that others can read holds no secret. Pipes and terminals have no readers of that kind. */
static int check_mode(int fd, const char *path, struct hv_error *err) {
    struct stat status;

    if (fstat(fd, &status) < 0)
        return hv_usage_error(err, "check its path and permissions", "the password file %s cannot be looked at: %s", path,
                              strerror(errno));
    if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRGRP | S_IROTH)) == 0)
        return 0;
    hv_error_set(err, HV_E_ARGUMENT, "the password file %s is not used: others can read it", path);
    hv_error_cause(err, "its mode is %03o", (unsigned)(status.st_mode & 0777));
    hv_error_remedy(err, "chmod 600 %s", path);
    return HV_E_ARGUMENT;
}

int hv_password_read_file(const char *path, char **ret_password, struct hv_error *err) {
    int fd;
    int rc;

    if (strcmp(path, "-") == 0)
        return hv_password_read_fd(STDIN_FILENO, "stdin", ret_password, err);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return hv_usage_error(err, "name a file that is there and that you can read", "the password file %s cannot be opened: %s",
                              path, strerror(errno));
    rc = check_mode(fd, path, err);
    if (rc == 0)
        rc = hv_password_read_fd(fd, path, ret_password, err);
    (void)close(fd);
    return rc;
}

int hv_password_take_environment(const char *variable, char **ret_password, struct hv_error *err) {
    char *value = getenv(variable);
    int rc;

    if (!value || !*value) {
        *ret_password = NULL;
        return 0;
    }
    hv_password_guard(true);
    rc = hv_text_copy(value, ret_password, err);
    /* /proc/PID/environ shows this very memory. */
    hv_secret_wipe(value, strlen(value));
    (void)unsetenv(variable);
    return rc;
}

/* The echo goes before the question comes: what is typed after it must neither show nor be flushed. */
static int ask_hidden(const char *user, const char *host, char *bytes, size_t size, size_t *ret_n) {
    struct termios shown;
    struct termios hidden;
    int rc;

    if (tcgetattr(STDIN_FILENO, &shown) < 0)
        return -errno;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    hv_signals_guard_terminal(&shown);
    rc = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) < 0 ? -errno : 0;
    if (rc == 0) {
        (void)fprintf(stderr, "Password of %s at %s: ", user, host);
        (void)fflush(stderr);
        rc = read_bytes(STDIN_FILENO, bytes, size, ret_n, true);
        (void)fputc('\n', stderr);
    }
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    hv_signals_guard_terminal(NULL);
    return rc;
}

static int nothing_given(struct hv_error *err) {
    hv_error_set(err, HV_E_AUTH, "no password was given");
    hv_error_remedy(err, "give --password-file FILE or --password-fd N where nobody can answer");
    return HV_E_AUTH;
}

int hv_password_prompt(const char *user, const char *host, char **ret_password, struct hv_error *err) {
    char bytes[HV_PASSWORD_MAX + 2];
    size_t n_bytes = 0;
    int rc;

    hv_password_guard(true);
    rc = ask_hidden(user, host, bytes, sizeof(bytes), &n_bytes);
    if (hv_signals_caught() != 0)
        rc = hv_error_set(err, HV_E_CANCELLED, "interrupted while asking for the password");
    else if (rc < 0)
        rc = hv_error_set(err, HV_E_AUTH, "the password cannot be read from the terminal: %s", strerror(-rc));
    else if (n_bytes == 0 || bytes[0] == '\n')
        rc = nothing_given(err);
    else
        rc = take_line(bytes, n_bytes, "the terminal's answer", ret_password, err);
    hv_secret_wipe(bytes, sizeof(bytes));
    return rc;
}
