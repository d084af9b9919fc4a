/* Reading passwords (ux.md 8). */
#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/signals.h"

/* The limit of core files before the guard. */
static struct rlimit core_limit;
static bool is_guarded;

void hv_password_guard(bool on) {
    struct rlimit none;

    (void)prctl(PR_SET_DUMPABLE, on ? 0 : 1, 0, 0, 0);
    if (on == is_guarded || (on && getrlimit(RLIMIT_CORE, &core_limit) < 0))
        return;
    none = core_limit;
    none.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, on ? &none : &core_limit);
    is_guarded = on;
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

/* Editors of Windows begin a file of UTF-8 with a mark of three bytes. */
static void drop_mark(struct hv_secret *secret) {
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n_mark = sizeof(mark) - 1;
    size_t n = hv_secret_length(secret);
    char *bytes = hv_secret_text(secret);

    if (n < n_mark || memcmp(bytes, mark, n_mark) != 0)
        return;
    memmove(bytes, bytes + n_mark, n - n_mark);
    hv_secret_cut(secret, n - n_mark);
}

/* Keeps the first line of what was read. */
static int keep_line(struct hv_secret *secret, const char *what, struct hv_error *err) {
    const char *bytes = hv_secret_text(secret);
    const char *end = memchr(bytes, '\n', hv_secret_length(secret));
    size_t n = end ? (size_t)(end - bytes) : hv_secret_length(secret);

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
    hv_secret_cut(secret, n);
    return 0;
}

/* Up to MAX_BYTES and one more, which tells that there are too many. */
static int read_secret(int fd, const char *what, size_t max_bytes, bool one_line, struct hv_secret **ret_secret,
                       struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *secret = NULL;
    size_t n_bytes = 0;
    int rc;

    hv_password_guard(true);
    rc = hv_secret_new(NULL, max_bytes + 1, &secret, err);
    if (rc < 0)
        return rc;
    rc = read_bytes(fd, hv_secret_text(secret), max_bytes + 1, &n_bytes, one_line);
    if (rc < 0)
        return hv_usage_error(err, "check the file or descriptor that was given", "%s cannot be read: %s", what, strerror(-rc));
    hv_secret_cut(secret, n_bytes);
    *ret_secret = secret;
    secret = NULL;
    return 0;
}

int hv_secret_read(int fd, const char *what, size_t max_bytes, struct hv_secret **ret_secret, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *secret = NULL;
    int rc = read_secret(fd, what, max_bytes, false, &secret, err);

    if (rc < 0)
        return rc;
    if (hv_secret_length(secret) > max_bytes)
        return hv_usage_error(err, "check that it is the right file", "%s has more than %zu bytes", what, max_bytes);
    *ret_secret = secret;
    secret = NULL;
    return 0;
}

int hv_password_read_fd(int fd, const char *what, struct hv_secret **ret_password, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *secret = NULL;
    int rc = read_secret(fd, what, HV_PASSWORD_MAX + 1, false, &secret, err);

    if (rc < 0)
        return rc;
    drop_mark(secret);
    rc = keep_line(secret, what, err);
    if (rc < 0)
        return rc;
    *ret_password = secret;
    secret = NULL;
    return 0;
}

/* A regular file that others can read holds no secret. Pipes and terminals have no readers of that kind. */
static int check_mode(int fd, const char *path, const char *what, enum hv_file_readers readers, struct hv_error *err) {
    mode_t others = readers == HV_READERS_OWNER ? S_IRGRP | S_IROTH : S_IROTH;
    struct stat status;

    if (fstat(fd, &status) < 0)
        return hv_usage_error(err, "check its path and permissions", "the %s %s cannot be looked at: %s", what, path,
                              strerror(errno));
    if (!S_ISREG(status.st_mode) || (status.st_mode & others) == 0)
        return 0;
    hv_error_set(err, HV_E_ARGUMENT, "the %s %s is not used: others can read it", what, path);
    hv_error_cause(err, "its mode is %03o", (unsigned)(status.st_mode & 0777));
    hv_error_remedy(err, "chmod 600 %s", path);
    return HV_E_ARGUMENT;
}

int hv_secret_file_open(const char *path, const char *what, enum hv_file_readers readers, int *ret_fd, struct hv_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc;

    if (fd < 0)
        return hv_usage_error(err, "name a file that is there and that you can read", "the %s %s cannot be opened: %s", what,
                              path, strerror(errno));
    rc = check_mode(fd, path, what, readers, err);
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

int hv_password_read_file(const char *path, struct hv_secret **ret_password, struct hv_error *err) {
    int fd = -1;
    int rc;

    if (strcmp(path, "-") == 0)
        return hv_password_read_fd(STDIN_FILENO, "stdin", ret_password, err);
    rc = hv_secret_file_open(path, "password file", HV_READERS_OWNER, &fd, err);
    if (rc < 0)
        return rc;
    rc = hv_password_read_fd(fd, path, ret_password, err);
    (void)close(fd);
    return rc;
}

int hv_password_take_environment(const char *variable, struct hv_secret **ret_password, struct hv_error *err) {
    char *value = getenv(variable);
    int rc;

    if (!value || !*value) {
        *ret_password = NULL;
        return 0;
    }
    hv_password_guard(true);
    rc = hv_secret_new(value, strlen(value), ret_password, err);
    /* /proc/PID/environ shows this very memory. */
    hv_secret_wipe(value, strlen(value));
    (void)unsetenv(variable);
    return rc;
}

/* The echo goes before the question comes: what is typed after it must neither show nor be flushed. */
static int ask_hidden(const char *question, struct hv_secret **ret_answer, struct hv_error *err) {
    struct termios shown;
    struct termios hidden;
    int rc = 0;

    if (tcgetattr(STDIN_FILENO, &shown) < 0)
        return hv_error_set(err, HV_E_AUTH, "the terminal cannot hide a password: %s", strerror(errno));
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    hv_signals_guard_terminal(&shown);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) < 0)
        rc = hv_error_set(err, HV_E_AUTH, "the terminal cannot hide a password: %s", strerror(errno));
    if (rc == 0) {
        (void)fprintf(stderr, "%s: ", question);
        (void)fflush(stderr);
        rc = read_secret(STDIN_FILENO, "the terminal", HV_PASSWORD_MAX + 1, true, ret_answer, err);
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

int hv_password_prompt(const char *question, struct hv_secret **ret_password, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *answer = NULL;
    int rc = ask_hidden(question, &answer, err);

    if (hv_signals_caught() != 0)
        return hv_error_set(err, HV_E_CANCELLED, "interrupted while asking for the password");
    if (rc < 0)
        return rc;
    if (hv_secret_length(answer) == 0 || hv_secret_text(answer)[0] == '\n')
        return nothing_given(err);
    rc = keep_line(answer, "the terminal's answer", err);
    if (rc < 0)
        return rc;
    *ret_password = answer;
    answer = NULL;
    return 0;
}
