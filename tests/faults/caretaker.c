/* See caretaker.h. It is nobody's child, so that no wait of the run meets it, and of no group that is killed with the run. */
#include "caretaker.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_OPEN_FOLDERS = 16 };

static int take_away(const char *path, const struct stat *about, int kind, struct FTW *at) {
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

/* Nothing is ever written to the pipe: it ends when all who could have are gone. */
static void wait_and_take_away(const char *folder, int run) {
    char byte;

    while (read(run, &byte, 1) < 0 && errno == EINTR)
        continue;
    (void)nftw(folder, take_away, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

/* Whoever reads what the run prints is not kept waiting for this process. */
static void let_go_of_streams(void) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; nowhere >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(nowhere, fd);
}

bool caretaker_start(const char *folder) {
    int run[2];
    pid_t pid;

    if (pipe2(run, O_CLOEXEC) < 0)
        return false;
    pid = fork();
    if (pid == 0) {
        (void)close(run[1]);
        let_go_of_streams();
        if (setsid() >= 0 && fork() == 0)
            wait_and_take_away(folder, run[0]);
        _exit(0);
    }
    (void)close(run[0]); /* the other end stays open until the process ends */
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0;
}
